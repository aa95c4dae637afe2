"""Puts a day and its clock time on the publisher's clock."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from newscrawl.dates.clock import PrintedTime
from newscrawl.dates.hijri import HijriDate, to_hijri
from newscrawl.dates.zones import is_stale, zone
from newscrawl.items import HijriDay, Published
from newscrawl.vocabulary import Calendar, DateWarning, HijriBasis, HijriCalendar, Precision

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Options", "is_possible", "publish", "written_offset"]

FIRST_YEAR, LAST_YEAR = 1900, 2049
"""An earlier day is a historical event in the text; a later one cannot be the day of publication."""

_FAR = dt.timedelta(days=3 * 366)  # a day further in the future is not a day of publication
_SOON = dt.timedelta(days=2)  # clocks and zones may differ by this much
_NO_DATES = (dt.date(1900, 1, 1), dt.date(1970, 1, 1))  # software prints these when it has no date


class Options(NamedTuple):
    """How to read a date: the arguments of :func:`newscrawl.dates.parse`."""

    timezone: str | None
    country: str | None
    now: dt.datetime | None
    false_zone: bool
    month_first: bool


def is_possible(day: dt.date, now: dt.datetime | None) -> bool:
    """Can it be a day of publication, that is, neither in the far future nor a zero date (1970-01-01)?"""
    if not FIRST_YEAR <= day.year <= LAST_YEAR or day in _NO_DATES:
        return False
    return now is None or day <= now.date() + _FAR


def publish(
    raw: str,
    day: dt.date,
    clock: PrintedTime | None,
    calendar: Calendar,
    printed: HijriDate | None,
    options: Options,
    warnings: list[DateWarning],
) -> Published:
    """The ``Published`` of a day and its clock, on the publisher's clock; adds to ``warnings``."""
    time = None if clock is None else clock.time
    at: dt.datetime | None = None
    name, offset = options.timezone, None
    if clock is not None and time is not None:
        placed = _place(day, time, clock, options, warnings)
        if placed is not None:
            at = placed.astimezone(dt.UTC)
            day, time = placed.date(), placed.time()
            offset = written_offset(placed.utcoffset())
            name = options.timezone or clock.zone
    if options.now is not None and day > options.now.date() + _SOON:
        warnings.append(DateWarning.FUTURE)
    return Published(
        date=day,
        time=time,
        at=at,
        timezone=name,
        utc_offset=offset,
        hijri=_hijri(day, printed, options.country),
        calendar=calendar,
        precision=Precision.DAY if time is None else Precision.MINUTE,
        raw=raw,
        warnings=tuple(warnings),
    )


def _hijri(day: dt.date, printed: HijriDate | None, country: str | None) -> HijriDay | None:
    """The Hijri day in the publisher's calendar, together with the printed one."""
    computed = to_hijri(day, country)
    if printed is None:
        return computed
    return HijriDay(
        day=str(printed) if computed is None else computed.day,
        calendar=HijriCalendar.UMM_AL_QURA if computed is None else computed.calendar,
        basis=HijriBasis.PRINTED if computed is None else computed.basis,
        printed=str(printed),
    )


def _place(
    day: dt.date, time: dt.time, clock: PrintedTime, options: Options, warnings: list[DateWarning]
) -> dt.datetime | None:
    """The moment on the publisher's clock; None if no zone is known or that local time occurred twice."""
    offset, place = clock.offset, clock.zone
    if clock.machine and options.false_zone and offset is not None:
        offset = place = None
        warnings.append(DateWarning.FALSE_ZONE_IGNORED)
    local = dt.datetime.combine(day, time)
    if clock.region and offset is not None and options.timezone is not None:
        own = local.replace(tzinfo=zone(options.timezone)).utcoffset() or dt.timedelta()
        if abs(own - offset) <= dt.timedelta(hours=1):
            offset = None
    if offset is not None:
        moment = local.replace(tzinfo=dt.timezone(offset))
        if options.timezone is not None and is_stale(options.timezone, moment):
            warnings.append(DateWarning.STALE_ZONE)
    elif clock.unknown:
        warnings.append(DateWarning.UNKNOWN_ZONE)
        return None
    elif place is None and options.timezone is None:
        return None
    else:
        moment = local.replace(tzinfo=zone(place or str(options.timezone)))
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            return None
    return moment if options.timezone is None else moment.astimezone(zone(options.timezone))


def written_offset(offset: dt.timedelta | None) -> str | None:
    """An offset from UTC as ``+HH:MM``."""
    if offset is None:
        return None
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
