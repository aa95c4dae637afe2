"""Finds newspapers by any of their names, so that a newspaper has the same ``source`` at all sites."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from newscrawl.text import fold

TABLE = Path("newscrawl/sites/sources.tsv")
"""The table in the project's folder."""
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A newspaper."""

    slug: str
    """Its unique name in the collection. Example: ``alayam24``."""
    name: str
    """Its name in Arabic. Example: ``الأيام 24``."""
    country: str | None
    """ISO 3166 code; None for a newspaper of no single country."""
    timezone: str | None = None
    """IANA zone of its clock. Example: ``Africa/Casablanca``."""


def resolve(slug_or_name: str, country: str | None = None) -> Source | None:
    """The newspaper with this slug, domain label or printed name; None when it is not known.

    Newspapers of different countries may share a name: ``country`` (ISO 3166) selects one. Without it, a
    shared name gives None.

    >>> resolve("الأيام 24").slug, resolve("almassae").name, resolve("لا أحد")
    ('alayam24', 'المساء', None)
    >>> resolve("الأيام٢٤").slug
    'alayam24'
    >>> resolve("الصباح", "TN").slug, resolve("الصباح", "MA").slug, resolve("الصباح")
    ('assabah_tn', 'assabah_ma', None)

    Source: ``sources.tsv``, with names and countries as on the newspapers' own pages, and aggregators' slugs
    as in their addresses.
    """
    newspapers = _table().get(_plain(slug_or_name), [])
    if country is not None:
        newspapers = [source for source in newspapers if source.country in (country, None)]
    return newspapers[0] if len(newspapers) == 1 else None


def with_row(table: str, source: Source, domain: str) -> str:
    r"""The text of ``sources.tsv`` with the row of a declared newspaper updated from its declaration.

    The row keeps its other names; a newspaper without a row gets one at the end. If another newspaper of the
    country already has the name, the row has the slug instead.

    >>> with_row("goud\tجريدة كود\tكود\t-\t-\n", Source("goud", "كود", "MA"), "goud.ma")
    'goud\tجريدة كود\tكود\tMA\t-\n'
    """
    rows = {line.split("\t")[0]: line for line in table.splitlines()}
    aliases = rows[source.slug].split("\t")[1].split("|") if source.slug in rows else []
    if domain not in aliases and resolve(domain) is None:
        aliases.insert(0, domain)
    known = resolve(source.name, source.country)
    name = source.name if known is None or known.slug == source.slug else source.slug
    aliases = [alias for alias in aliases if alias != "-"] or ["-"]
    rows[source.slug] = "\t".join(
        [source.slug, "|".join(aliases), name, source.country or "-", source.timezone or "-"]
    )
    return "\n".join(rows.values()) + "\n"


def write(table: Path, declared: Iterable[tuple[Source, str]]) -> bool:
    """Update the file ``sources.tsv`` from the declared newspapers and their domains; True if it changed."""
    before = after = table.read_text("utf-8")
    for source, domain in declared:
        after = with_row(after, source, domain)
    if after != before:
        table.write_text(after, "utf-8")
        _table.cache_clear()
    return after != before


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """A name without the differences between its spellings."""
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
                rival = next((own for own in owners if own.country == source.country), source)
                if rival is not source:
                    raise ValueError(
                        f"sources.tsv: {alias!r} names both {rival.slug!r} and {slug!r}; keep one"
                    )
                if source not in owners:
                    owners.append(source)
    return table
