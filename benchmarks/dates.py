"""Accuracy and speed of the date reader, compared with dateparser and htmldate, on the lists of tests/data.

Run: ``python -m benchmarks.dates`` (a library that is not installed is left out).

We wrote and labelled two of the lists; real libraries printed ``dates_printed.tsv.gz`` in Arabic locales for
known instants. ``NEWSCRAWL_TRIALS`` sets the share of each list that is read. The dateparser chain is the
best one known for Arabic: its HijriCalendar where the text has a Hijri year, then one parser for each region
(Morocco, Algeria, Lebanon, Mauritania), required to find day, month and year. htmldate reads the string as
the visible date of a page. A *wrong* day differs from the label; a *false* day was found where there is none.
"""

import datetime as dt
import os
import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from newscrawl.dates import parse
from newscrawl.items import Published
from tests.date_lists import NOW, Labelled, Printed, load, printed, read_printed, score

COLUMNS = ("right", "wrong", "missed", "refused", "false", "raised")

HIJRI_YEAR = re.compile(
    r"(?<!\d)[1١۱][34٣٤۳۴]\d\d(?!\d)"
)  # it would complete any date with today's Hijri day

EVERY = max(1, round(1 / float(os.environ.get("NEWSCRAWL_TRIALS", "1"))))
"""One string in this many of a list is read."""

Reader = Callable[[str, str | None, dt.datetime], dt.datetime | dt.date | None]
"""Parses a text from a country at a moment."""


def newscrawl(text: str, country: str | None, now: dt.datetime) -> dt.date | None:
    published = parse(text, now=now, country=country)
    return None if published is None else published.date


def dateparser_chain() -> Reader:
    from dateparser.calendars.hijri import HijriCalendar  # type: ignore[import-untyped]
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]

    @cache
    def parsers(now: dt.datetime) -> list[Any]:
        settings = {
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "REQUIRE_PARTS": ["day", "month", "year"],
            "DATE_ORDER": "DMY",
        }
        regions = ("ar-MA", "ar-DZ", "ar-LB", "ar-MR")
        return [DateDataParser(locales=[locale], settings=settings) for locale in regions]

    def read(text: str, _country: str | None, now: dt.datetime) -> dt.datetime | None:
        try:
            found = HijriCalendar(text).get_date() if HIJRI_YEAR.search(text) else None
        except (ValueError, OverflowError, IndexError):  # raised for most Gregorian strings
            found = None
        for parser in parsers(now):
            if found is not None and found.date_obj is not None:
                break
            found = parser.get_date_data(text)
        day: dt.datetime | None = None if found is None else found.date_obj
        return day

    return read


def htmldate_reader() -> Reader:
    from htmldate import find_date

    def read(text: str, _country: str | None, _now: dt.datetime) -> dt.date | None:
        page = f'<html lang="ar"><head></head><body><span class="date">{text}</span></body></html>'
        found = find_date(page, original_date=True, outputformat="%Y-%m-%d")
        return dt.date.fromisoformat(found) if found else None

    return read


def _day(found: dt.datetime | dt.date | None) -> dt.date | None:
    return found.date() if isinstance(found, dt.datetime) else found


def measure(name: str, read: Reader, strings: list[Labelled]) -> tuple[str, float]:
    read(strings[0].raw, None, NOW)  # loading is not part of the cost of a string
    counts = dict.fromkeys(COLUMNS, 0)
    found: list[dt.date | None] = []
    started = time.thread_time()
    for one in strings:
        try:
            found.append(_day(read(one.raw, one.country, NOW)))
        except Exception:  # a library that raises has not read the string
            found.append(None)
            counts["raised"] += 1
    cost = (time.thread_time() - started) / len(strings) * 1000
    for one, day in zip(strings, found, strict=True):
        if one.date is None:
            counts["refused" if day is None else "false"] += 1
        else:
            counts["missed" if day is None else "right" if str(day) == one.date else "wrong"] += 1
    numbers = "".join(f"{counts[key]:>8}" for key in counts)
    return f"{name:<18}{numbers}{cost:>12.3f}", cost


def of_library(read: Reader) -> Callable[[Printed], Published | None]:
    """The result of another library for a printed string, in the form of our own reader."""

    def published(one: Printed) -> Published | None:
        try:
            found = read(one.text, one.country, one.now or NOW)
        except Exception:  # as above
            return None
        if not isinstance(found, dt.datetime):
            return None if found is None else Published(date=found)
        return Published(date=found.date(), time=found.time() if ":" in one.text or one.relative else None)

    return published


def print_printed(readers: dict[str, Reader]) -> None:
    """Figures of the list that libraries printed: days, times, and relative phrases with their intervals."""
    strings = printed()[::EVERY]
    columns = [f"{kind} {what}" for kind in ("day", "time") for what in ("right", "wrong", "missed")]
    columns += [f"relative {what}" for what in ("right", "outside", "missed")]
    print(f"\ndates_printed.tsv.gz: {len(strings)} strings that libraries printed")
    print(f"{'':<18}{''.join(f'{column:>18}' for column in columns)}")
    for name, read in readers.items():
        counts, widths = score(strings, read_printed if name == "newscrawl" else of_library(read))
        print(f"{name:<18}{''.join(f'{counts[column]:>18}' for column in columns)}")
        said = ", ".join(f"{unit} {width:.1f}" for unit, width in sorted(widths.items()))
        print(f"{'':<18}mean width of its intervals in days: {said}")


def main() -> None:
    readers: dict[str, Reader] = {"newscrawl": newscrawl}
    for name, make in (("dateparser chain", dateparser_chain), ("htmldate", htmldate_reader)):
        try:
            readers[name] = make()
        except ImportError as error:
            print(f"{name}: not installed ({error.name})")
    for title in ("dates_dev.tsv", "dates_more.tsv"):
        strings = load(title)[::EVERY]
        dated = sum(one.date is not None for one in strings)
        print(f"\n{title}: {dated} dates, {len(strings) - dated} strings to refuse")
        print(f"{'':<18}{''.join(f'{name:>8}' for name in COLUMNS)}{'ms a string':>12}")
        costs = {}
        for name, read in readers.items():
            line, costs[name] = measure(name, read, strings)
            print(line)
        if "dateparser chain" in costs:
            ratio = costs["dateparser chain"] / costs["newscrawl"]
            print(f"newscrawl is {ratio:.0f} times as fast as the chain")
    print_printed({name: read for name, read in readers.items() if name != "htmldate"})


if __name__ == "__main__":
    main()
