"""Accuracy and speed of the date reader beside dateparser and htmldate, on the labelled lists of tests/data.

Run: ``python -m benchmarks.dates`` (a library that is not installed is left out).

The dateparser chain is the best one known for Arabic: its HijriCalendar where the text has a Hijri year, then
one parser for each region (Morocco, Algeria, Lebanon, Mauritania), required to find day, month and year.
htmldate reads the string as the visible date of a page. A *wrong* day is another one than the label; a
*false* one was found where there is none.
"""

import datetime as dt
import re
import time
from collections.abc import Callable

from newscrawl.dates import parse
from tests.date_lists import NOW, Labelled, load

COLUMNS = ("right", "wrong", "missed", "refused", "false", "raised")

HIJRI_YEAR = re.compile(r"(?<!\d)[1١۱][34٣٤۳۴]\d\d(?!\d)")  # any call would fill in today's Hijri day

Reader = Callable[[Labelled], dt.date | None]


def newscrawl(one: Labelled) -> dt.date | None:
    published = parse(one.raw, now=NOW, country=one.country)
    return None if published is None else published.date


def dateparser_chain() -> Reader:
    from dateparser.calendars.hijri import HijriCalendar  # type: ignore[import-untyped]
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]

    settings = {
        "RELATIVE_BASE": NOW.replace(tzinfo=None),
        "REQUIRE_PARTS": ["day", "month", "year"],
        "DATE_ORDER": "DMY",
    }
    parsers = [
        DateDataParser(locales=[locale], settings=settings) for locale in ("ar-MA", "ar-DZ", "ar-LB", "ar-MR")
    ]

    def read(one: Labelled) -> dt.date | None:
        try:
            found = HijriCalendar(one.raw).get_date() if HIJRI_YEAR.search(one.raw) else None
        except (ValueError, OverflowError, IndexError):  # what it raises on most Gregorian strings
            found = None
        for parser in parsers:
            if found is not None and found.date_obj is not None:
                break
            found = parser.get_date_data(one.raw)
        return None if found is None or found.date_obj is None else found.date_obj.date()

    return read


def htmldate_reader() -> Reader:
    from htmldate import find_date

    def read(one: Labelled) -> dt.date | None:
        page = f'<html lang="ar"><head></head><body><span class="date">{one.raw}</span></body></html>'
        found = find_date(page, original_date=True, outputformat="%Y-%m-%d")
        return dt.date.fromisoformat(found) if found else None

    return read


def measure(name: str, read: Reader, strings: list[Labelled]) -> tuple[str, float]:
    read(strings[0])  # what loads once is not what a string costs
    counts = dict.fromkeys(COLUMNS, 0)
    found: list[dt.date | None] = []
    started = time.thread_time()
    for one in strings:
        try:
            found.append(read(one))
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


def main() -> None:
    readers: dict[str, Reader] = {"newscrawl": newscrawl}
    for name, make in (("dateparser chain", dateparser_chain), ("htmldate", htmldate_reader)):
        try:
            readers[name] = make()
        except ImportError as error:
            print(f"{name}: not installed ({error.name})")
    for title in ("dates_dev.tsv", "dates_more.tsv"):
        strings = load(title)
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


if __name__ == "__main__":
    main()
