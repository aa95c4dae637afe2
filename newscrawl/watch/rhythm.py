"""A newspaper's own rhythm: how many articles to expect on a day, by its last eight weeks and the calendar.

Each weekday is compared with itself. In Ramadan, newspapers publish less, and at other hours. On the two
feasts, many publish nothing, so nothing is expected then, nor on the days around them, since a feast may
begin a day later than computed. Feasts and Ramadan follow the Hijri calendar of the newspaper's country.
Uncertainty lowers the expectation: a late alarm costs less than a false alarm.
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
from newscrawl.watch.known import CoverageDay

WEEKS = 8
"""Number of weeks from which a rhythm is computed."""
ENOUGH = 14
"""Number of days that must be known before anything is expected of a newspaper."""
RAMADAN = 0.6
"""Share of the usual articles to expect in Ramadan, until the newspaper's own share is known."""
NIGHT = dt.timedelta(hours=10)
"""How long nothing may come overnight, whatever the newspaper's working hours."""
_DAY = dt.timedelta(days=1)
_LEAST_SHAPE, _MOST_SHAPE = 2.0, 40.0


@lru_cache(maxsize=4096)
def season(day: dt.date, country: str | None) -> str:
    """The season of a day by the calendar of a country: ``feast``, ``ramadan`` or an empty text.

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
    """How many articles to expect on a newspaper's days."""

    week: tuple[float, ...]
    """Number of articles on each day of an ordinary week, Monday first."""
    shape: float
    """The shape of a gamma distribution: the smaller it is, the further days fall below ``week``."""
    level: float = 1.0
    """Share of ``week`` that the last days reached, at most 1."""
    country: str | None = None
    ramadan: float = RAMADAN
    """Share of ``week`` that comes in Ramadan."""

    def expected(self, day: dt.date) -> float:
        """The lowest average number of articles to expect on a day."""
        kind = season(day, self.country)
        if kind == "feast":
            return 0.0
        return self.week[day.weekday()] * (self.ramadan if kind == "ramadan" else 1.0)

    def nothing(self, since: dt.datetime, until: dt.datetime, timezone: str | None) -> float:
        """The logarithm of the probability that no article comes between two moments; 0 for certainty.

        If only part of a day is between them, the length of a night is subtracted from that part.
        """
        if until - since < _DAY:
            return 0.0
        logarithm = 0.0
        for day, part in _parts(since, until, timezone):
            awake = max(0.0, (part * _DAY - NIGHT) / (_DAY - NIGHT))
            mean = self.expected(day) * self.level * awake
            logarithm -= self.shape * math.log1p(mean / self.shape)
        return logarithm


def _parts(since: dt.datetime, until: dt.datetime, timezone: str | None) -> Iterator[tuple[dt.date, float]]:
    """The days between two moments on a publisher's clock, each with the share of it that is between them."""
    zone = ZoneInfo(timezone or "UTC")
    begin, end = since.astimezone(zone), until.astimezone(zone)
    day = begin.date()
    while day <= end.date():
        midnight = dt.datetime.combine(day, dt.time(), zone)
        part = (min(end, midnight + _DAY) - max(begin, midnight)) / _DAY
        yield day, max(0.0, min(1.0, part))
        day += _DAY


def rhythm(days: Sequence[CoverageDay], until: dt.date, country: str | None = None) -> Rhythm | None:
    """The rhythm of a newspaper from its days before ``until``, oldest first; None while there are too few.

    The days of a silence that still lasts, and days that were not seen whole, are left out.
    """
    known = [day for day in days if day.day < until]
    while known and not known[-1].articles:
        known.pop()
    begin = next((place for place, day in enumerate(known) if day.articles), len(known))
    known = known[begin:][-7 * WEEKS :]
    if not known or (known[-1].day - known[0].day).days + 1 < ENOUGH:
        return None
    whole = [day for day in known if day.complete is not False and season(day.day, country) != "feast"]
    fasting = [day for day in whole if season(day.day, country) == "ramadan"]
    usual = [day for day in whole if day not in fasting]
    if len(usual) < ENOUGH:  # its whole known history is in Ramadan
        usual, fasting = whole, []
    week = tuple(_usual([day.articles for day in usual if day.day.weekday() == place]) for place in range(7))
    share = 1.0 if usual is whole else _share(fasting, week)
    beat = Rhythm(week, _shape(usual, week), country=country, ramadan=share)
    level = min(_level(beat, whole, known[-1].day, length) for length in (14, 5))
    return replace(beat, level=min(1.0, max(0.1, level)))


def _level(beat: Rhythm, days: Sequence[CoverageDay], until: dt.date, length: int) -> float:
    """The share of the expected articles that came in the last days before a silence."""
    last = [day for day in days if day.day > until - length * _DAY]
    expected = sum(beat.expected(day.day) for day in last)
    return sum(day.articles for day in last) / expected if expected else 1.0


def _share(fasting: Sequence[CoverageDay], week: Sequence[float]) -> float:
    """The share of its usual articles that a newspaper publishes in Ramadan, as far as known."""
    shares = [day.articles / mean for day in fasting if (mean := week[day.day.weekday()])]
    return min(1.0, max(RAMADAN, median(shares))) if len(shares) >= 5 else RAMADAN


def _usual(numbers: Sequence[int]) -> float:
    """The usual number of articles on one weekday, without outliers."""
    if len(numbers) < 3:
        return float(min(numbers, default=0))
    return min(median(numbers), fmean(numbers))


def _shape(days: Sequence[CoverageDay], week: Sequence[float]) -> float:
    """The ``shape`` of a rhythm, from how far its days fall below their expectation."""
    below = [
        (week[day.day.weekday()] - day.articles, week[day.day.weekday()])
        for day in days
        if day.articles < week[day.day.weekday()]
    ]
    if not below:
        return _MOST_SHAPE
    beyond = sum(short * short - mean for short, mean in below)
    squares = sum(mean * mean for _, mean in below)
    return min(_MOST_SHAPE, max(_LEAST_SHAPE, squares / beyond)) if beyond > 0 else _MOST_SHAPE
