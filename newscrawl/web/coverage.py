"""The pages of coverage: which days of a newspaper were seen whole, as a Gregorian or Hijri calendar."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any

from newscrawl.choice import first_day, last_day
from newscrawl.dates import to_hijri
from newscrawl.vocabulary import CoverageReason
from newscrawl.web.days import calendar_of, country_of, gregorian, hijri, month, names_of
from newscrawl.web.page import Context, NotFoundError, WebPage, WebRequest, WrongError
from newscrawl.web.telling import meaning

Document = dict[str, Any]

WEEKS = 4
"""How many weeks are shown for all newspapers side by side."""
_ROW = {"_id": 0, "source": 1, "day": 1, "articles": 1, "copies": 1, "possible": 1, "complete": 1, "why": 1}
_YEAR = re.compile(r"\d{4}", re.ASCII)


class DayState(StrEnum):
    """What is known about a day; the word also names the pattern of its cell."""

    WHOLE = "whole"
    EMPTY = "empty"
    """Seen whole, and nothing was published."""
    PART = "part"
    UNKNOWN = "unknown"
    BEFORE = "before"
    """Before the first known day of the newspaper."""
    TODAY = "today"
    """Not over yet, so it counts as neither whole nor incomplete."""
    NONE = "none"
    """No row: in the future, or never examined."""

    @property
    def counts(self) -> bool:
        """Can a day be called whole or not?"""
        return self not in (DayState.BEFORE, DayState.TODAY, DayState.NONE)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a newspaper."""

    day: dt.date
    number: int
    """Its number in the month shown."""
    seen: DayState
    articles: int = 0
    possible: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """One month: weeks of seven days, None for days outside the month."""

    name: str
    """Example: ``2024-03``, or ``1445-09`` of a Hijri year."""
    weeks: list[list[Day | None]]
    articles: int
    whole: int
    """Number of days that were seen whole."""
    days: int
    """Number of days that are over and have a row."""
    is_known: bool
    """Does any of its days have a row?"""


def day_of_row(
    day: dt.date, number: int, row: Mapping[str, Any] | None, first: str = "", today: dt.date = dt.date.max
) -> Day:
    """A day from its row of the collection ``coverage``; ``first`` is the first day of the newspaper.

    >>> day_of_row(dt.date(2024, 3, 27), 27, {"articles": 0, "complete": True, "why": "seen"}).seen
    <DayState.EMPTY: 'empty'>
    """
    if row is None:
        return Day(day, number, DayState.BEFORE if str(day) < first else DayState.NONE)
    articles, complete = row.get("articles", 0), row.get("complete")
    seen = DayState.UNKNOWN if complete is None else DayState.PART if not complete else DayState.WHOLE
    if complete and not articles:
        seen = DayState.EMPTY
    if day >= today:
        seen = DayState.TODAY
    return Day(day, number, seen, articles, row.get("possible", 0), row.get("why", ""))


# --- One newspaper, one year


@dataclass(frozen=True, slots=True)
class Year:
    """A year of a newspaper."""

    source: str
    name: str
    country: str | None
    year: int
    is_hijri: bool
    rows: Mapping[str, Document]
    undated: Document | None = None
    """The row of the articles without a day."""
    first: str = ""
    """The first and the last day of all rows."""
    last: str = ""


def read_year(context: Context, asked: WebRequest) -> Year:
    """The rows of the requested year, or of the latest."""
    rows, source = context.db["coverage"], asked.place["source"]
    dated = {"source": source, "day": {"$gte": ""}}
    outermost = [
        row["day"] for order in (1, -1) for row in rows.find(dated, _ROW).sort("day", order).limit(1)
    ]
    undated = rows.find_one({"_id": f"{source} null"}, _ROW)
    if not outermost and not undated:
        raise NotFoundError
    first, last = outermost or ("", "")
    country = country_of(context.db, source)
    is_hijri = asked.query.get("calendar") == "hijri"
    year = _year(asked.query.get("year", ""), last, country, is_hijri)
    try:
        begin, end = bounds(year, country, is_hijri)
    except ValueError:
        raise WrongError("calendar.wrong.year", value=str(year)) from None
    rows_of_year = rows.find({"source": source, "day": {"$gte": str(begin), "$lte": str(end)}}, _ROW)
    by_day = {row["day"]: row for row in rows_of_year}
    name = names_of(context.db, [source])[source]
    return Year(source, name, country, year, is_hijri, by_day, undated, first, last)


def _year(given: str, last: str, country: str | None, is_hijri: bool) -> int:
    if given:
        if not _YEAR.fullmatch(given):
            raise WrongError("calendar.wrong.year", value=given)
        return int(given)
    day = dt.date.fromisoformat(last) if last else dt.date(2026, 1, 1)
    known = to_hijri(day, country) if is_hijri else None
    return int(known.day[:4]) if known else day.year


def bounds(year: int, country: str | None, is_hijri: bool) -> tuple[dt.date, dt.date]:
    """The first and the last day of a year. Raises ``ValueError`` for a year outside the tables.

    >>> [str(day) for day in bounds(1445, "MA", True)]
    ['2023-07-19', '2024-07-06']
    """
    text = f"{year:04}{'H' if is_hijri else ''}"
    return first_day(text, country), last_day(text, country)


def show_year(year: Year, asked: WebRequest) -> Mapping[str, Any]:
    """The twelve months of a year, each with its weeks."""
    begin, end = bounds(year.year, year.country, year.is_hijri)
    months = list(months_of(begin, end, year, asked.now.date()))
    return {
        "source": year.source,
        "name": year.name,
        "year": year.year,
        "is_hijri": year.is_hijri,
        "calendar": calendar_of(year.country),
        "months": [
            (each, month(asked.lang, each.name, is_hijri=year.is_hijri)) for each in months if each.is_known
        ],
        "articles": sum(each.articles for each in months),
        "whole": sum(each.whole for each in months),
        "days": sum(each.days for each in months),
        "undated": (year.undated or {}).get("articles", 0),
        "said": {day.day: _tooltip(day, asked.lang, year) for each in months for day in _all(each)},
        "years": _years(year),
        "seen": [seen for seen in DayState if seen != DayState.NONE],
    }


def months_of(begin: dt.date, end: dt.date, year: Year, today: dt.date) -> Iterator[Month]:
    """The months of a year, each with its weeks."""
    days = [begin + dt.timedelta(days=n) for n in range((end - begin).days + 1)]

    def named(day: dt.date) -> str:
        if not year.is_hijri:
            return str(day)
        known = to_hijri(day, year.country)
        return known.day if known else str(day)

    for name, some in groupby(days, key=lambda day: named(day)[:7]):
        cells = [
            day_of_row(day, int(named(day)[8:]), year.rows.get(str(day)), year.first, today) for day in some
        ]
        yield Month(
            name,
            list(weeks_of(cells)),
            sum(cell.articles for cell in cells),
            sum(cell.seen in (DayState.WHOLE, DayState.EMPTY) for cell in cells),
            sum(cell.seen.counts for cell in cells),
            any(cell.seen not in (DayState.BEFORE, DayState.NONE) for cell in cells),
        )


def weeks_of(cells: Sequence[Day]) -> Iterator[list[Day | None]]:
    """Days in weeks from Sunday to Saturday, None for days outside the month."""
    week: list[Day | None] = [None] * (cells[0].day.isoweekday() % 7)
    for cell in cells:
        week.append(cell)
        if len(week) == 7:
            yield week
            week = []
    if week:
        yield week + [None] * (7 - len(week))


def _all(each: Month) -> Iterator[Day]:
    return (day for week in each.weeks for day in week if day)


def _tooltip(day: Day, lang: str, year: Year) -> Mapping[str, Any]:
    """The tooltip of a day: the day in the other calendar."""
    known = to_hijri(day.day, year.country)
    return {
        "gregorian": gregorian(lang, day.day),
        "hijri": hijri(lang, known.day, known.calendar) if known else None,
        "why": meaning(lang, CoverageReason(day.why)) if day.why in list(CoverageReason) else "",
    }


def _years(year: Year) -> Mapping[str, int | None]:
    """The previous and the next year with rows."""
    if not year.first:
        return {"before": None, "after": None}
    begin, end = bounds(year.year, year.country, year.is_hijri)
    return {
        "before": year.year - 1 if year.first < str(begin) else None,
        "after": year.year + 1 if year.last > str(end) else None,
    }


# --- All newspapers, the last weeks


@dataclass(frozen=True, slots=True)
class Weeks:
    """The last weeks of all newspapers."""

    begin: dt.date
    rows: list[Document] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)


def read_all(context: Context, asked: WebRequest) -> Weeks:
    """The rows of the last weeks; an index by day finds them, so that nothing else is read."""
    begin = asked.now.date() - dt.timedelta(days=7 * WEEKS - 1)
    days = {"$gte": str(begin), "$lte": str(asked.now.date())}
    rows = list(context.db["coverage"].find({"day": days}, _ROW))
    return Weeks(begin, rows, names_of(context.db, {row["source"] for row in rows}))


def show_all(weeks: Weeks, asked: WebRequest) -> Mapping[str, Any]:
    """A line for each newspaper, a cell for each day."""
    days = [weeks.begin + dt.timedelta(days=n) for n in range(7 * WEEKS)]
    by_source: dict[str, dict[str, Document]] = {}
    for row in weeks.rows:
        by_source.setdefault(row["source"], {})[row["day"]] = row
    lines: list[dict[str, Any]] = []
    for source, rows in by_source.items():
        cells = [day_of_row(day, day.day, rows.get(str(day)), min(rows), asked.now.date()) for day in days]
        whole = sum(cell.seen in (DayState.WHOLE, DayState.EMPTY) for cell in cells)
        lines.append({
            "source": source, "name": weeks.names[source], "cells": cells, "whole": whole,
            "days": sum(cell.seen.counts for cell in cells), "articles": sum(cell.articles for cell in cells),
        })  # fmt: skip
    lines.sort(key=lambda line: (line["whole"] / max(1, line["days"]), line["source"]))
    return {
        "lines": lines,
        "days": days,
        "said": {day: gregorian(asked.lang, day) for day in days},
        "weeks": WEEKS,
        "seen": [seen for seen in DayState if seen != DayState.NONE],
    }


PAGES = (
    WebPage("coverage", "/coverage", read_all, show_all, is_entry=True),
    WebPage("coverage_year", "/coverage/{source}", read_year, show_year),
)
