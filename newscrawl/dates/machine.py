"""Reads machine-readable forms without the grammar: ISO 8601 stamps and .NET's ``/Date(…)/``."""

from __future__ import annotations

import datetime as dt
import re

from newscrawl.dates.clock import PrintedTime
from newscrawl.dates.publishing import Options, is_possible, publish
from newscrawl.dates.zones import zone
from newscrawl.items import Published
from newscrawl.vocabulary import Calendar

__all__ = ["read_machine"]

_FIRST, _LAST = 631_152_000, 2_524_607_999  # Unix times of 1990 to 2049
_DOTNET_DATE = re.compile(r"\s*\\?/Date\((?P<ms>-?\d{1,16})(?:[+-]\d{4})?\)\\?/\s*", re.ASCII)
_ISO = re.compile(
    r"\s*((?:19|20)\d\d)-(\d\d)-(\d\d)"
    r"(?:[T ](?P<h>[01]\d|2[0-3]):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d)(?:\.\d{1,9})?)?"
    r"(?P<z>Z|[+-]\d\d:?\d\d)?)?\s*",
    re.ASCII,
)


def read_machine(text: str, options: Options) -> tuple[bool, Published | None]:
    """Whether a text has a machine-readable form, and its date.

    An ISO stamp is read as the grammar reads it, in a fifth of the time. Example:
    ``2024-03-27T23:30:00+01:00``.
    """
    if dotnet := _DOTNET_DATE.fullmatch(text):
        return True, _unix(text, int(dotnet["ms"]) / 1000, options)
    iso = _ISO.fullmatch(text)
    clock = _clock(iso) if iso else None
    return (True, _iso(text, iso, clock, options)) if iso and clock else (False, None)


def _clock(match: re.Match[str]) -> PrintedTime | None:
    """The clock time of an ISO stamp, with ``time`` None if it has none; None if it is not certain."""
    if match["h"] is None:
        return PrintedTime(None)
    time = dt.time(int(match["h"]), int(match["m"]), int(match["s"] or 0))
    printed = match["z"]
    if printed is None or printed == "Z":
        return PrintedTime(time, None if printed is None else dt.timedelta(), machine=printed is not None)
    offset = dt.timedelta(hours=int(printed[1:3]), minutes=int(printed[-2:]))
    if printed[0] == "-" and not match["s"] and "T" not in match[0]:  # «2024-03-27 10:00-12:00» is a range
        return None
    if int(printed[-2:]) % 15 or offset > dt.timedelta(hours=14 if printed[0] == "+" else 12):
        return None
    return PrintedTime(time, offset if printed[0] == "+" else -offset, machine=True)


def _iso(raw: str, match: re.Match[str], clock: PrintedTime, options: Options) -> Published | None:
    """The date of an ISO stamp, the form of nearly all stamps."""
    try:
        day = dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    if not is_possible(day, options.now):
        return None
    return publish(raw, day, None if clock.time is None else clock, Calendar.GREGORIAN, None, options, [])


def _unix(raw: str, seconds: float, options: Options) -> Published | None:
    """The date of a Unix time; None if it cannot be one of publication, such as 0."""
    if not _FIRST <= seconds <= _LAST:
        return None
    at = dt.datetime.fromtimestamp(int(seconds), dt.UTC)
    if not is_possible(at.date(), options.now):
        return None
    placed = at if options.timezone is None else at.astimezone(zone(options.timezone))
    clock = PrintedTime(placed.time(), placed.utcoffset())
    return publish(
        raw, placed.date(), clock, Calendar.GREGORIAN, None, options._replace(false_zone=False), []
    )
