"""Reads machine-readable dates: in feeds, sitemaps, responses of APIs, JSON-LD and meta tags."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace

from newscrawl.dates.reading import parse
from newscrawl.items import Published

__all__ = ["Stamp", "parse_stamp"]

Stamp = str | int | float | dt.datetime | None
"""A date in a feed or an API: a text, a Unix time in seconds or milliseconds, or an instant."""

_SHORT_YEAR = re.compile(  # RFC 822 section 5.1, RFC 850
    r"(?P<day>(?:[A-Za-z]{3,9},?\s+)?\d{1,2}(?P<gap>[ -])[A-Za-z]{3,9}(?P=gap))"
    r"(?P<year>\d\d)(?=\s+\d\d?:\d\d)",
    re.ASCII,
)
_SECONDS, _MILLISECONDS = range(631_152_000, 2_524_608_000), range(631_152_000_000, 2_524_608_000_000)
"""Unix times of the years 1990 to 2049."""


def parse_stamp(
    stamp: Stamp,
    *,
    timezone: str | None = None,
    country: str | None = None,
    now: dt.datetime | None = None,
    false_zone: bool = False,
    month_first: bool = False,
) -> Published | None:
    """The date of a machine-readable stamp; None when it gives no certain day. Never raises, whatever the
    stamp.

    In addition to the forms of :func:`newscrawl.dates.parse` it reads Unix times of 1990 to 2049 in seconds
    and milliseconds (in a text: 10 or 13 digits of any kind), instants, and the two-digit years of RFC 822.
    It refuses zero dates (``0000-00-00``, ``1970-01-01``, 0), a year or a clock time alone, and days that do
    not exist. The options are those of ``parse``, and wrong options raise the same ``ValueError``.

    >>> parse_stamp(1711571400, timezone="Asia/Riyadh").date
    datetime.date(2024, 3, 27)
    >>> parse_stamp("Wed, 27 Mar 24 23:30:00 +0100").date
    datetime.date(2024, 3, 27)
    >>> parse_stamp("2024-02-30")
    """
    text = _text(stamp)
    if text is None:
        return None
    published = parse(
        text, timezone=timezone, country=country, now=now, false_zone=false_zone, month_first=month_first
    )
    return published if published is None or published.raw == stamp else replace(published, raw=str(stamp))


def _text(stamp: Stamp) -> str | None:
    """A stamp as a text for ``parse``; None if it is not a date."""
    if isinstance(stamp, str):
        digits = stamp.strip()
        if digits.isdecimal() and len(digits) in (10, 13):
            return _unix(int(digits))
        match = _SHORT_YEAR.match(digits)
        if match is None:
            return stamp
        year = int(match["year"])
        return f"{match['day']}{year + (2000 if year < 50 else 1900)}{digits[match.end() :]}"
    if isinstance(stamp, dt.datetime):
        return stamp.isoformat()
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return None
    return _unix(int(stamp)) if isinstance(stamp, int) or math.isfinite(stamp) else None


def _unix(number: int) -> str | None:
    if number in _SECONDS:
        number *= 1000
    return f"/Date({number})/" if number in _MILLISECONDS else None
