"""A declaration that was learned from a newspaper itself, as MongoDB keeps it (``newscrawl_ops.learned``)."""

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
"""What of a site is learned, beside where its articles are listed and how its pages are marked up."""


def to_document(site: Site) -> dict[str, Any]:
    """What was learned of a site, in MongoDB's types; :func:`from_document` gives the same site again.

    >>> site = Site(name="صدى", domain="sada.ma", article=r"^/[0-9]+$", discover=[Feed("https://sada.ma/feed")])
    >>> from_document(to_document(site)).discover == site.discover
    True
    """
    kept = {name: getattr(site, name) for name in _KEPT}
    lists = [{"kind": type(source).__name__, **_said(source)} for source in site.discover]
    return kept | {"hosts": list(site.hosts), "discover": lists, "markup": [_said(m) for m in site.markup]}


def from_document(kept: Mapping[str, Any]) -> Site:
    """The site that such a document describes; fields of a later version are passed over.

    Raises ``ValueError`` or ``TypeError`` for a document that describes none.
    """
    return Site(
        **{name: kept[name] for name in _KEPT if name in kept},
        discover=[_made(_KINDS[source["kind"]], source) for source in kept.get("discover", ())],
        markup=[_made(Markup, markup) for markup in kept.get("markup", ())],
    )


def _said(declared: Any) -> dict[str, Any]:
    """What differs from the defaults: a later version may have others."""
    blank = type(declared)(**({"url": ""} if isinstance(declared, Listing | Api) else {}))
    return {name: value for name, value in asdict(declared).items() if value != getattr(blank, name)}


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in known})
