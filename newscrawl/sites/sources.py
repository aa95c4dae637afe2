"""Newspapers by every name they go by, so that one paper is one ``source`` at all sites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from newscrawl.text import fold

_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A newspaper."""

    slug: str
    """Its one name in the collection. Example: ``alayam24``."""
    name: str
    """Its name in Arabic. Example: ``الأيام 24``."""
    country: str | None
    """ISO 3166 code; None for one that belongs to no single country."""
    timezone: str | None = None
    """IANA zone of its clock. Example: ``Africa/Casablanca``."""


def resolve(slug_or_name: str, country: str | None = None) -> Source | None:
    """The newspaper behind a slug, a domain label or a printed name; None when it is not known.

    Newspapers of several countries share names: ``country`` (ISO 3166) tells which one is meant, and
    without it such a name is nobody's.

    >>> resolve("الأيام 24").slug, resolve("almassae").name, resolve("لا أحد")
    ('alayam24', 'المساء', None)
    >>> resolve("الأيام٢٤").slug
    'alayam24'
    >>> resolve("الصباح", "TN").slug, resolve("الصباح", "MA").slug, resolve("الصباح")
    ('assabah_tn', 'assabah_ma', None)

    From ``sources.tsv``: names and countries as on the newspapers' own pages, slugs of aggregators as
    in their addresses.
    """
    found = _table().get(_plain(slug_or_name), [])
    if country is not None:
        found = [source for source in found if source.country in (country, None)]
    return found[0] if len(found) == 1 else None


def add(source: Source, domain: str, table: Path) -> str | None:
    """Add a newspaper to ``sources.tsv``; the line that was added, or None where its slug is there.

    A name that another newspaper of the country has cannot be its too: it then goes by its slug.
    """
    if resolve(source.slug) is not None:
        return None
    name = source.name if resolve(source.name, source.country) is None else source.slug
    alias = domain if resolve(domain) is None else "-"
    row = "\t".join([source.slug, alias, name, source.country or "-", source.timezone or "-"])
    text = table.read_text("utf-8")
    table.write_text(text + ("" if text.endswith("\n") else "\n") + row + "\n", "utf-8")
    _table.cache_clear()
    return row


def _plain(name: str) -> str:
    """A name reduced to what two spellings of it share."""
    return _SEPARATORS.sub("", fold(name))


@lru_cache(maxsize=1)
def _table() -> dict[str, list[Source]]:
    table: dict[str, list[Source]] = {}
    text = resources.files("newscrawl.sites").joinpath("sources.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        slug, aliases, name, *place = line.split("\t")
        source = Source(slug, name, *(value if value != "-" else None for value in place))
        for alias in (slug, name, *aliases.split("|")):
            if plain := _plain(alias):
                owners = table.setdefault(plain, [])
                other = next((own for own in owners if own.country == source.country), source)
                if other is not source:
                    raise ValueError(
                        f"sources.tsv: {alias!r} names both {other.slug!r} and {slug!r}; keep one"
                    )
                if source not in owners:
                    owners.append(source)
    return table
