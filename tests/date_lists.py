"""The labelled date strings of tests/data, shared by the tests and benchmarks/dates.py."""

import csv
import datetime as dt
import json
from pathlib import Path
from typing import NamedTuple

NOW = dt.datetime(2024, 3, 27, 14, 30, tzinfo=dt.UTC)
"""What the relative strings of both lists count from."""


class Labelled(NamedTuple):
    category: str
    raw: str
    date: str | None
    time: str
    """The day as YYYY-MM-DD, or None to refuse; the time as HH:MM with Z or an offset when one is printed."""
    country: str | None
    earliest: dt.date | None
    latest: dt.date | None
    """The days between which a counted phrase lies (``منذ يومين``), where they are more than one."""


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
