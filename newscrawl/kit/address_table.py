"""Adds the addresses of a new site to the table by which the tests check ``article``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from newscrawl.sites import Listing, Site
from newscrawl.urls import key

TABLE = Path("tests/data/site_addresses.tsv")
"""The table in the project's folder."""


def write(root: Path, spider: str, site: Site, articles: Sequence[str]) -> int:
    """Add the rows that a site lacks to the table of a project; returns how many, 0 without a table."""
    table = root / TABLE
    if not table.exists():
        return 0
    before = table.read_text("utf-8")
    after = with_rows(before, spider, site, articles)
    if after != before:
        table.write_text(after, "utf-8")
    return after.count("\n") - before.count("\n")


def with_rows(table: str, spider: str, site: Site, articles: Sequence[str]) -> str:
    r"""The table with a row for an article of the site and one for another page, unless it has them.

    ``articles`` are addresses of its articles; without one the table stays. The other page is a declared
    listing, or the home page. Rows are sorted by site, and their paths are not percent-encoded.

    >>> site = Site(name="نخلة", domain="nakhla.ma", country="MA", timezone="Africa/Casablanca",
    ...             article="/[0-9]+/$", discover=[])
    >>> with_rows("goud\tyes\thttps://goud.ma/1\n", "nakhla", site, ["https://nakhla.ma/7/"]).splitlines()[1:]
    ['nakhla\tyes\thttps://nakhla.ma/7/', 'nakhla\tno\thttps://nakhla.ma/']
    """
    lists = [source.url for source in site.discover if isinstance(source, Listing) and "{" not in source.url]
    candidates = {"yes": articles, "no": [*filter(site.owns, lists), site.home] if articles else []}
    lines = table.splitlines()
    comments = sum(line.startswith("#") for line in lines)
    for answer, urls in candidates.items():
        fitting = [url for url in urls if site.is_article(url) == (answer == "yes")]
        row = next((f"{spider}\t{answer}\t{url}" for url in map(decoded, fitting) if url), None)
        place = slice(*(cut(lines, spider, comments, key=_site) for cut in (bisect_left, bisect_right)))
        if row and not any(line.split("\t")[1] == answer for line in lines[place]):
            lines.insert(place.stop, row)
    return "\n".join(lines) + "\n"


def decoded(url: str) -> str | None:
    """An address with its path as readers see it; None if that is another address, or no text.

    >>> decoded("https://nakhla.ma/%D9%85%D8%A7%D8%A1"), decoded("https://nakhla.ma/%E3%C7%C1")
    ('https://nakhla.ma/ماء', None)
    """
    parts = urlsplit(url)
    shown = urlunsplit(parts._replace(path=unquote(parts.path, errors="replace")))
    return shown if shown.isprintable() and key(shown) == key(url) else None


def _site(line: str) -> str:
    return line.partition("\t")[0]
