"""The possible age of an article published ``3 أيام`` ago: software rounds or truncates such numbers.

moment, dayjs, date-fns, Babel and WordPress round: ``يومين`` begins at 36 hours. Carbon, luxon, timeago.js
and Django truncate: ``يومين`` ends at 72 hours. Months are calendar months, or 30 days. The bounds here hold
for all of these libraries and are no wider than the most generous of them. They do not hold for software that
subtracts the numbers of months (arrow, luxon's ``toRelativeCalendar``): there, on 1 June, any day in April is
two months ago.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

__all__ = ["Age", "Unit", "age"]

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]

LENGTHS: dict[Unit, dt.timedelta] = {
    "second": dt.timedelta(seconds=1),
    "minute": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
    "week": dt.timedelta(days=7),
    "month": dt.timedelta(days=30),
    "year": dt.timedelta(days=365),
}
_ONE_FROM: dict[Unit, dt.timedelta] = {
    "second": dt.timedelta(0),
    "minute": dt.timedelta(seconds=44),
    "hour": dt.timedelta(minutes=44),
    "day": dt.timedelta(hours=20, minutes=24),
    "week": dt.timedelta(days=5, hours=22),
    "month": dt.timedelta(days=25, hours=12),
    "year": dt.timedelta(days=310),
}
"""The smallest age that is printed as one unit. moment and dayjs print an hour from 44.5 minutes on; Babel
prints the next unit (a day, a week, a month, a year) once 0.85 of it has passed."""
_SLACK: dict[Unit, dt.timedelta] = {
    "minute": dt.timedelta(seconds=1),
    "hour": dt.timedelta(minutes=1),
    "day": dt.timedelta(minutes=31),
}
"""A number that is rounded twice appears half of the smaller unit earlier: 35.5 hours, 36 hours, two days."""
_MONTHS: tuple[dt.timedelta, ...] = (dt.timedelta(days=30), dt.timedelta(days=30, hours=12))
"""Length of a month in software that ignores the calendar (the longer is that of humanize)."""
_HALF_MONTH = dt.timedelta(days=12)
"""Half of a month, counted forward from the day of publication. Counted back from today it may be up to three
days shorter, if that month was shorter than the current one."""


class Age(NamedTuple):
    """When something may have been published, on the clock of ``now``."""

    nominal: dt.datetime
    """The moment exactly as many units ago as printed."""
    earliest: dt.date
    latest: dt.date


def age(now: dt.datetime, counted: Mapping[Unit, float]) -> Age:
    """The possible time of publication for a count of units, read at the moment ``now`` (aware).

    Example: at 14:30 on 27 March 2024 ``{"day": 2}`` (``منذ يومين``) is nominally the 25th, at the earliest
    the 24th and at the latest the 26th. Source: code and output of the libraries named above.
    """
    finest = min(counted, key=list(LENGTHS).index)
    more: dict[Unit, float] = {**counted, finest: math.floor(counted[finest]) + 1}
    first = min(_ago(now, more, length) for length in (None, *_MONTHS))
    first += dt.timedelta(seconds=1)  # the next unit is not complete
    last = max(_least(now, counted, finest, length) for length in (None, *_MONTHS))
    nominal = _ago(now, counted, None)
    bounds = [nominal, first, last]
    if {"day", "week", "month", "year"} & counted.keys():
        bounds += [_by_24_hours(first, now), _by_24_hours(last, now)]
    days = [min(bound, now).date() for bound in bounds]
    return Age(nominal, min(days), max(days))


def _by_24_hours(moment: dt.datetime, now: dt.datetime) -> dt.datetime:
    """A moment that was counted back in calendar days, recomputed with days of 24 hours.

    The two differ if the clocks were changed in between. Libraries count either way.
    """
    return moment - ((now.utcoffset() or dt.timedelta()) - (moment.utcoffset() or dt.timedelta()))


def _least(
    now: dt.datetime, counted: Mapping[Unit, float], finest: Unit, length: dt.timedelta | None
) -> dt.datetime:
    """The latest moment of publication for which a count may be printed."""
    count = counted[finest]
    if len(counted) > 1:  # software that counts in two units truncates the second one
        return _ago(now, counted, length)
    if count == 1:
        return _moved(now, _ONE_FROM[finest])
    if finest == "month" and length is None:
        return _ago(now, {"month": count - 1}, None) - _HALF_MONTH
    if finest == "year" and length is None:
        return _ago(now, {"year": count - 1, "month": 6}, None)
    back = _ago(now, {finest: max(count - 0.5, 0)}, length)
    return _moved(back, -_SLACK.get(finest, dt.timedelta()))


def _ago(now: dt.datetime, counted: Mapping[Unit, float], length: dt.timedelta | None) -> dt.datetime:
    """The moment that is ``counted`` units before ``now``, with calendar months or months of a fixed
    length.
    """
    months = counted.get("year", 0) * 12 + counted.get("month", 0)
    moment = now
    if length is not None:
        moment -= counted.get("year", 0) * LENGTHS["year"] + counted.get("month", 0) * length
    elif months:
        moment = _months_before(now, math.floor(months)) - (months % 1) * LENGTHS["month"]
    moment -= counted.get("week", 0) * LENGTHS["week"] + counted.get("day", 0) * LENGTHS["day"]
    parts: tuple[Unit, ...] = ("hour", "minute", "second")
    return _moved(moment, sum((counted.get(unit, 0) * LENGTHS[unit] for unit in parts), dt.timedelta()))


def _moved(moment: dt.datetime, back: dt.timedelta) -> dt.datetime:
    """The moment that is earlier by ``back`` of elapsed time, even if the clocks were changed in between."""
    return (moment.astimezone(dt.UTC) - back).astimezone(moment.tzinfo)


def _months_before(moment: dt.datetime, months: int) -> dt.datetime:
    """The same day some months earlier, or the last day of that month if it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
