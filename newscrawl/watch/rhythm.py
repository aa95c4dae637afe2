"""A newspaper's own rhythm: how many articles a day should have, by its last eight weeks and the calendar.

Fridays and Sundays are what they have been. In Ramadan newspapers print less, and at other hours. On the two
feasts many print nothing, so nothing is expected, and a day on either side is left free since the feast may
begin a day later than computed. Days come from the Hijri calendar of the newspaper's country. Whatever is
uncertain lowers what is expected: a late alarm costs less than a false one.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import fmean, median
from zoneinfo import ZoneInfo

from newscrawl.dates import to_hijri
from newscrawl.watch.known import Day

WEEKS = 8
"""Weeks of history that make a rhythm."""
ENOUGH = 14
"""Days of a newspaper's life before that nothing is expected of a day."""
RAMADAN = 0.6
"""Share of the usual articles that may be expected in Ramadan, until its own days are known."""
NIGHT = dt.timedelta(hours=10)
"""So long nothing may come, at whatever hours a newspaper works."""
_DAY = dt.timedelta(days=1)
_LEAST_SHAPE, _MOST_SHAPE = 2.0, 40.0


@lru_cache(maxsize=4096)
def season(day: dt.date, country: str | None) -> str:
    """``feast``, ``ramadan`` or nothing, by the calendar of a country.

    >>> [season(dt.date(2026, month, day), "MA") for month, day in ((3, 20), (3, 1), (4, 1))]
    ['feast', 'ramadan', '']
    """
    hijri = to_hijri(day, country)
    if hijri is None:
        return ""
    month, number = int(hijri.day[5:7]), int(hijri.day[8:])
    if (month, number) == (9, 30) or (month == 10 and number <= 5) or (month == 12 and 9 <= number <= 15):
        return "feast"
    return "ramadan" if month == 9 else ""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What may be expected of a newspaper's days."""

    week: tuple[float, ...]
    """Articles of an ordinary day, Monday first."""
    shape: float
    """How far days fall below it beyond chance: the shape of a gamma distribution, small is far."""
    level: float = 1.0
    """What the last days were of that, at most 1."""
    country: str | None = None
    ramadan: float = RAMADAN
    """Share of that in Ramadan."""

    def expected(self, day: dt.date) -> float:
        """How many articles a day should have at least, on average."""
        kind = season(day, self.country)
        if kind == "feast":
            return 0.0
        return self.week[day.weekday()] * (self.ramadan if kind == "ramadan" else 1.0)

    def nothing(self, since: dt.datetime, until: dt.datetime, timezone: str | None) -> float:
        """The logarithm of the probability that no article comes between two moments; 0 when it is certain.

        Of a day of which only a part lies between them a night is left out, whenever that is.
        """
        if until - since < _DAY:
            return 0.0
        told = 0.0
        for day, part in _parts(since, until, timezone):
            awake = max(0.0, (part * _DAY - NIGHT) / (_DAY - NIGHT))
            mean = self.expected(day) * self.level * awake
            told -= self.shape * math.log1p(mean / self.shape)
        return told


def _parts(since: dt.datetime, until: dt.datetime, timezone: str | None) -> Iterator[tuple[dt.date, float]]:
    """The days between two moments on a publisher's clock, with the part of each that lies between."""
    zone = ZoneInfo(timezone or "UTC")
    begin, end = since.astimezone(zone), until.astimezone(zone)
    day = begin.date()
    while day <= end.date():
        midnight = dt.datetime.combine(day, dt.time(), zone)
        part = (min(end, midnight + _DAY) - max(begin, midnight)) / _DAY
        yield day, max(0.0, min(1.0, part))
        day += _DAY


def rhythm(days: Sequence[Day], until: dt.date, country: str | None = None) -> Rhythm | None:
    """The rhythm of a newspaper by its days before one, the oldest first; None while it is too young.

    The days of a silence that goes on say nothing of the rhythm, nor do those that were not seen whole.
    """
    known = [one for one in days if one.day < until]
    while known and not known[-1].articles:
        known.pop()
    begin = next((place for place, one in enumerate(known) if one.articles), len(known))
    known = known[begin:][-7 * WEEKS :]
    if not known or (known[-1].day - known[0].day).days + 1 < ENOUGH:
        return None
    whole = [one for one in known if one.complete is not False and season(one.day, country) != "feast"]
    fasting = [one for one in whole if season(one.day, country) == "ramadan"]
    usual = [one for one in whole if one not in fasting]
    if len(usual) < ENOUGH:  # all that is known of it lies in Ramadan
        usual, fasting = whole, []
    week = tuple(_usual([one.articles for one in usual if one.day.weekday() == place]) for place in range(7))
    share = 1.0 if usual is whole else _share(fasting, week)
    found = Rhythm(week, _shape(usual, week), country=country, ramadan=share)
    level = min(_level(found, whole, known[-1].day, length) for length in (14, 5))
    return replace(found, level=min(1.0, max(0.1, level)))


def _level(beat: Rhythm, days: Sequence[Day], until: dt.date, length: int) -> float:
    """What the last days before a silence were of what was expected."""
    last = [one for one in days if one.day > until - length * _DAY]
    expected = sum(beat.expected(one.day) for one in last)
    return sum(one.articles for one in last) / expected if expected else 1.0


def _share(fasting: Sequence[Day], week: Sequence[float]) -> float:
    """What a newspaper prints in Ramadan of its usual articles, once some days of it are known."""
    shares = [one.articles / mean for one in fasting if (mean := week[one.day.weekday()])]
    return min(1.0, max(RAMADAN, median(shares))) if len(shares) >= 5 else RAMADAN


def _usual(numbers: Sequence[int]) -> float:
    """A usual day among a few of one weekday: none that stands out counts."""
    if len(numbers) < 3:
        return float(min(numbers, default=0))
    return min(median(numbers), fmean(numbers))


def _shape(days: Sequence[Day], week: Sequence[float]) -> float:
    """How far days fall below their expectation beyond chance."""
    below = [
        (week[one.day.weekday()] - one.articles, week[one.day.weekday()])
        for one in days
        if one.articles < week[one.day.weekday()]
    ]
    if not below:
        return _MOST_SHAPE
    beyond = sum(short * short - mean for short, mean in below)
    squares = sum(mean * mean for _, mean in below)
    return min(_MOST_SHAPE, max(_LEAST_SHAPE, squares / beyond)) if beyond > 0 else _MOST_SHAPE
