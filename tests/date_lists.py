"""The labelled date strings of tests/data, shared by the tests and benchmarks/dates.py."""

import csv
import datetime as dt
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from newscrawl.dates import parse, zone
from newscrawl.items import Published

NOW = dt.datetime(2024, 3, 27, 14, 30, tzinfo=dt.UTC)
"""The moment that the relative strings of both lists count from."""


class Labelled(NamedTuple):
    category: str
    raw: str
    date: str | None
    time: str
    """The day as YYYY-MM-DD, or None to refuse; the time as HH:MM with Z or an offset when one is printed."""
    country: str | None
    earliest: dt.date | None
    latest: dt.date | None
    """The first and last possible day of a counted phrase (``منذ يومين``), if they differ."""


def load(name: str) -> list[Labelled]:
    """The strings of one list: ``dates_dev.tsv`` or ``dates_more.tsv``."""
    text = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [
        Labelled(
            row["category"],
            json.loads(row["raw_escaped"]),
            None if row["expected_date"] == "None" else row["expected_date"],
            row["expected_time"],
            row.get("country") or None,
            dt.date.fromisoformat(row["earliest"]) if row.get("earliest") else None,
            dt.date.fromisoformat(row["latest"]) if row.get("latest") else None,
        )
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


class Printed(NamedTuple):
    """A string that a real library printed for a known instant."""

    generator: str
    locale: str
    pattern: str
    text: str
    country: str | None
    timezone: str
    now: dt.datetime | None
    """The moment that a relative phrase counts from."""
    day: dt.date
    time: str
    """The true time on that clock, ``HH:MM``; empty if the string states none."""
    relative: bool


def printed() -> list[Printed]:
    """The strings of ``dates_printed.tsv.gz``."""
    lines = gzip.decompress((Path(__file__).parent / "data" / "dates_printed.tsv.gz").read_bytes())
    found = []
    for line in lines.decode().splitlines():
        if line.startswith("#"):
            continue
        generator, locale, pattern, text, country, name, now, day, time, kind = line.split("\t")
        moment = dt.datetime.fromisoformat(now) if now else None
        if moment is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone(name))
        found.append(
            Printed(
                generator,
                locale,
                pattern,
                json.loads(text),
                None if country in ("", "001") else country,
                name,
                moment,
                dt.date.fromisoformat(day),
                time[:5],
                kind == "relative",
            )
        )
    return found


Read = Callable[[Printed], Published | None]


def read_printed(one: Printed) -> Published | None:
    return parse(one.text, timezone=one.timezone, country=one.country, now=one.now)


def score(strings: Sequence[Printed], read: Read = read_printed) -> tuple[Counter[str], dict[str, float]]:
    """The number of strings by result, and the mean width in days of the intervals of each unit.

    ``day`` and ``time`` count the absolute strings. A relative string is right when the true day is in its
    interval. So the width counts, too: an interval that contains every day says nothing.
    """
    counts: Counter[str] = Counter()
    widths: dict[str, list[int]] = defaultdict(list)
    for one in strings:
        found = read(one)
        kind = "relative" if one.relative else "day"
        if found is None:
            counts[f"{kind} missed"] += 1
        elif one.relative:
            first, last = found.earliest or found.date, found.latest or found.date
            counts["relative right" if first <= one.day <= last else "relative outside"] += 1
            widths[found.precision].append((last - first).days + 1)
        elif found.date != one.day:
            counts["day wrong"] += 1
        else:
            counts["day right"] += 1
            time = found.time.strftime("%H:%M") if found.time else ""
            verdict = "right" if time == one.time else "missed" if not time else "wrong"
            counts[f"time {verdict}"] += 1
    return counts, {unit: sum(days) / len(days) for unit, days in widths.items()}
