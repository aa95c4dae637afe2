"""Converts declarations that were learned from newspapers to and from documents of MongoDB
(``newscrawl_ops.learned``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from newscrawl.sites.declaration import Api, Discovery, Feed, Listing, Markup, Site, Sitemap, WordPress

_KINDS: Mapping[str, type[Discovery]] = {
    kind.__name__: kind for kind in (Listing, Feed, Sitemap, WordPress, Api)
}
_KEPT = (
    "name", "domain", "country", "timezone", "article", "not_article", "hosts", "render", "dated", "evidence",
    "year", "refused",
)  # fmt: skip
"""The fields of a site that are learned, in addition to ``discover`` and ``markup``."""


def to_document(site: Site) -> dict[str, Any]:
    """The learned declaration in MongoDB's types; :func:`from_document` restores the same site.

    >>> site = Site(name="صدى", domain="sada.ma", article=r"^/[0-9]+$", discover=[Feed("https://sada.ma/feed")])
    >>> from_document(to_document(site)).discover == site.discover
    True
    """
    kept = {name: getattr(site, name) for name in _KEPT}
    lists = [{"kind": type(source).__name__, **_declared_values(source)} for source in site.discover]
    return kept | {
        "hosts": list(site.hosts),
        "discover": lists,
        "markup": [_declared_values(m) for m in site.markup],
    }


def from_document(kept: Mapping[str, Any]) -> Site:
    """The site that a document of ``learned`` describes; fields of a later version are ignored.

    Raises ``ValueError`` or ``TypeError`` for a document that does not describe a site.
    """
    return Site(
        **{name: kept[name] for name in _KEPT if name in kept},
        discover=[_made(_KINDS[source["kind"]], source) for source in kept.get("discover", ())],
        markup=[_made(Markup, markup) for markup in kept.get("markup", ())],
    )


def _declared_values(declared: Any) -> dict[str, Any]:
    """The fields that differ from the defaults, which may change in a later version."""
    blank = type(declared)(**({"url": ""} if isinstance(declared, Listing | Api) else {}))
    return {name: value for name, value in asdict(declared).items() if value != getattr(blank, name)}


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in known})
