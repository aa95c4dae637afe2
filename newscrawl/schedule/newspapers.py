"""Reads ``newspapers.toml``: newspapers without a declaration, for the first schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newscrawl.files import read_regular
from newscrawl.kit import clock, learn
from newscrawl.schedule.mistakes import Mistake, ScheduleError, lines, meant, parsed
from newscrawl.schedule.times import every
from newscrawl.sites import Site, site_of
from newscrawl.spider.any import AnySpider
from newscrawl.spider.newspaper import Newspaper

LARGEST_LIST = 1_000_000
"""Maximum bytes of a list."""
_WHEN: Mapping[str, type] = {"every": str, "needs": list}
_ABOUT: Mapping[str, type] = dict.fromkeys(("address", "slug", "name", "country", "timezone"), str)
_ARGUMENTS = {"address": "home", "name": "title"}
"""Key of the list → spider argument of the same meaning, where the names differ."""
_TOP: Mapping[str, type] = {"newspapers": list, "countries": dict}
_WORDS: Mapping[type, str] = {str: "a string", list: "a list", dict: "a table"}


@dataclass(frozen=True, slots=True)
class ListedNewspaper:
    """One newspaper of a list."""

    newspaper: Newspaper
    """Its address and what is known about it; its slug is set."""
    every: str | None = None
    """How often it is crawled, ``30m``; None for as often as it publishes (``auto``)."""
    needs: tuple[str, ...] = ()
    """Capabilities that a node must have, such as ``browser``."""


def read_newspapers(text: str, sites: Mapping[str, Site]) -> list[ListedNewspaper]:
    r"""The newspapers of a list, in order, each with a slug that no site in ``sites`` has.

    >>> text = '[countries.MA]\nevery = "15m"\n[[newspapers]]\naddress = "https://www.sada.press.ma/"'
    >>> listed = read_newspapers(text, {})
    >>> listed[0].newspaper.slug, listed[0].every
    ('sada', '15m')

    Raises :class:`ScheduleError` with the line, field, value and remedy of every mistake.
    """
    return _List(text, sites).newspapers()


def load_newspapers(path: Path, sites: Mapping[str, Site]) -> list[ListedNewspaper]:
    """The newspapers of a list in a file; see :func:`read_newspapers`.

    Raises ``ScheduleError`` also for a missing file.
    """
    try:
        text = read_regular(path, LARGEST_LIST).decode()
    except (OSError, UnicodeDecodeError) as error:
        message = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        raise ScheduleError([Mistake(None, message)]) from None
    return read_newspapers(text, sites)


class _List:
    """Reads one list; collects mistakes instead of stopping at the first."""

    def __init__(self, text: str, sites: Mapping[str, Site]) -> None:
        self._given = parsed(text)
        self._lines = dict(lines(text))
        self._sites = sites
        self._mistakes: list[Mistake] = []
        self._places: dict[str, int] = {}
        """The line of each newspaper so far."""
        self._slugs = {AnySpider.name, *sites}

    def newspapers(self) -> list[ListedNewspaper]:
        self._table((), self._given, _TOP)
        countries = self._given.get("countries", {})
        for code, table in countries.items() if isinstance(countries, dict) else ():
            self._country(code, table)
        rows = self._given.get("newspapers", [])
        if not self._mistakes and not rows:
            self._note((), "the list has no newspapers: write [[newspapers]] and an address for each")
        rows = rows if isinstance(rows, list) else []
        tables = [(("newspapers", str(number)), row) for number, row in enumerate(rows)]
        # Rows with a slug come first, so that no other row gets that slug.
        tables.sort(key=lambda table: not (isinstance(table[1], dict) and "slug" in table[1]))
        newspapers = {path: self._row(path, row) for path, row in tables}
        if self._mistakes:
            raise ScheduleError(self._mistakes)
        in_order = sorted(newspapers, key=lambda path: int(path[1]))
        return [listed for path in in_order if (listed := newspapers[path])]

    def _country(self, code: str, table: Any) -> None:
        path = ("countries", code)
        if code not in clock.zones():
            self._note(path, f"countries.{code} should be an ISO 3166 code such as countries.MA")
        if not isinstance(table, dict):
            self._note(path, f"countries.{code} should be a table, not {table!r}: [countries.{code}]")
        elif self._table(path, table, _WHEN):
            self._when(path, table)

    def _row(self, path: tuple[str, ...], row: Any) -> ListedNewspaper | None:
        if not isinstance(row, dict):
            self._note(path, f"newspapers should be tables, not {row!r}: [[newspapers]]")
            return None
        if not self._table(path, row, {**_ABOUT, **_WHEN}) or not self._when(path, row):
            return None
        if "address" not in row:
            self._note(path, "address is missing: give the home page, such as https://www.example.ma/")
            return None
        about = {_ARGUMENTS.get(key, key): row[key] for key in _ABOUT if key in row}
        try:
            newspaper = self._named(path, Newspaper.parse(about))
        except ValueError as error:
            argument, _, rest = str(error).partition("=")
            key = next((key for key, given in _ARGUMENTS.items() if given == argument), argument)
            self._note((*path, key), f"{key}={rest}")
            return None
        country = newspaper.country or learn.begin(newspaper).country
        when = self._given.get("countries", {}).get(country, {}) | row
        return ListedNewspaper(newspaper, when.get("every"), tuple(when.get("needs", ())))

    def _named(self, path: tuple[str, ...], newspaper: Newspaper) -> Newspaper:
        """The newspaper with its slug. Raises ``ValueError`` if it is already declared or listed."""
        shown = f"home={newspaper.address!r}"
        if spider := site_of(newspaper.address, self._sites):
            raise ValueError(f"{shown} is already declared as {spider} and scheduled as that: leave it out")
        line = self._line(path)
        if (first := self._places.setdefault(newspaper.place, line)) != line:
            raise ValueError(f"{shown} is the same newspaper as in line {first}: leave one of them out")
        if newspaper.country is not None and newspaper.country not in clock.zones():
            raise ValueError(f"country={newspaper.country!r} should be an ISO 3166 code such as 'MA'")
        if newspaper.slug in self._slugs:
            raise ValueError(f"slug={newspaper.slug!r} is already another newspaper's: choose another slug")
        slug = newspaper.slug or learn.slug(learn.begin(newspaper), self._slugs)
        self._slugs.add(slug)
        return replace(newspaper, slug=slug)

    def _when(self, path: tuple[str, ...], table: Mapping[str, Any]) -> bool:
        """Are the interval and the needs valid?"""
        before = len(self._mistakes)
        if "every" in table:
            try:
                every(table["every"])
            except ValueError as error:
                self._note((*path, "every"), f"every: {error}")
        for need in table.get("needs", ()):
            if not isinstance(need, str) or not need.isidentifier():
                self._note((*path, "needs"), f'needs: {need!r} should be a word such as "browser"')
        return len(self._mistakes) == before

    def _table(self, path: tuple[str, ...], table: Mapping[str, Any], keys: Mapping[str, type[Any]]) -> bool:
        """Are all keys of the table known, and their values of the right types?"""
        before = len(self._mistakes)
        for key, value in table.items():
            if key not in keys:
                self._note((*path, key), f"unknown key {key!r}{meant(key, keys)}")
            elif not isinstance(value, keys[key]):
                self._note((*path, key), f"{key} should be {_WORDS[keys[key]]}, not {value!r}")
        return len(self._mistakes) == before

    def _note(self, path: tuple[str, ...], reason: str) -> None:
        self._mistakes.append(Mistake(self._line(path), reason))

    def _line(self, path: tuple[str, ...]) -> int:
        """The line of a key, or of the nearest table around it."""
        known = (path[:length] for length in range(len(path), 0, -1))
        return next((self._lines[part] for part in known if part in self._lines), 1)
