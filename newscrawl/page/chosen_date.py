"""Chooses the article's date among all dates that its page offers.

Pages print the dates of the article, of its change, of the visit, of other articles and of the footer, and
machine-readable dates may have a wrong day or zone. So each day is weighed by the origins that give it,
and clocks are compared before one is trusted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from newscrawl.dates import ASCII_DIGITS, is_stale_clock, months_table, parse, parse_stamp
from newscrawl.items import OfferedDate, Published
from newscrawl.sites import Site
from newscrawl.vocabulary import MACHINE_READABLE, Calendar, DateKind, DateWarning, Origin

WEIGHTS = {origin: origin.weight for origin in Origin}
"""How much an origin counts for a day; each origin counts once."""

_WEAK = {"datecreated": 2.0, "uploaddate": 2.0, "date": 2.0, "release_date": 2.0, "dc.created": 2.0}
_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_UTC = re.compile(r"(?:Z|[+-]00:?00|GMT|UTC)\s*$")
_OFFSET = re.compile(r"(?<=\d)(?:Z|\s*(?:GMT|UTC)|\s*[+-]\d\d:?\d\d)\s*$")
_CLOCK = re.compile(r"[T\s](\d{1,2}):(\d{2})")
_WEST, _EAST = dt.timedelta(hours=-1), dt.timedelta(hours=5)
"""The range of UTC offsets that clocks of Arabic newspapers and their correspondents can have."""


@dataclass(slots=True, frozen=True)
class DateReading:
    """A candidate and the date that was read from it."""

    candidate: OfferedDate
    published: Published


Reader = Callable[[OfferedDate, bool], Published | None]
"""A function that reads a candidate; the flag says that the zones of stamps are really local time."""


@dataclass(slots=True, frozen=True)
class DateChoice:
    """The date of an article."""

    published: Published | None
    """The date, or None."""
    modified: dt.datetime | None
    """Instant of the last declared change, UTC."""
    refused: OfferedDate | None
    """The best candidate, if none gave a day."""
    origin: Origin | None = None
    """The most reliable origin among the candidates that agree on the day."""


def choose(
    candidates: Sequence[OfferedDate],
    *,
    timezone: str | None = None,
    country: str | None = None,
    now: dt.datetime | None = None,
    false_zone: bool = False,
    month_first: bool = False,
) -> DateChoice:
    """Choose the date of publication among the candidates.

    ``timezone`` and ``country`` are the publisher's; ``now`` is the aware moment of download.
    ``false_zone`` means that the site's machine-readable zones are really local time, ``month_first`` that
    its numeric dates begin with the month. The time is on the publisher's clock, if that is known; of a
    printed line and a UTC stamp, the line shows the publisher's clock.

    If a printed clock contradicts the stamps, the stamps win in two cases: two of them agree on the instant
    with different offsets, or the clock is an hour ahead because a Moroccan server has old zone files. In any
    other case of contradiction the instant is None.

    >>> page = [OfferedDate(text="2020-08-24T09:23:13Z", origin=Origin.META),
    ...         OfferedDate(text="الإثنين، 24 أغسطس 2020 09:23 ص", origin=Origin.GENERIC)]
    >>> chosen = choose(page, timezone="Africa/Cairo").published
    >>> chosen.time, chosen.at.hour
    (datetime.time(9, 23, 13), 7)
    """
    beside = months_table(), now and now.tzinfo

    def parse_candidate(candidate: OfferedDate, false: bool) -> Published | None:
        machine = candidate.origin in MACHINE_READABLE
        false = false and _is_stamp(candidate)
        published = _parsed(candidate.text, machine, timezone, country, now, false, month_first, beside)
        return _offered_by(published, candidate.origin) if published else None

    readings = [
        DateReading(candidate, published)
        for candidate in candidates
        if candidate.kind == DateKind.PUBLISHED and (published := parse_candidate(candidate, false_zone))
    ]
    exact = [
        r for r in readings if r.published.earliest is None and DateWarning.FUTURE not in r.published.warnings
    ]
    if not exact:
        coarse = min((r.published for r in readings), key=_vague, default=None)
        refused = next((c for c in candidates if c.kind == DateKind.PUBLISHED), None)
        modified = _modified(candidates, parse_candidate, false_zone, None)
        return DateChoice(coarse, modified, None if coarse else refused)

    day, same = _agreeing(exact, now)
    published = _clock(same, timezone, parse_candidate)
    published = _with_printed_hijri(published, exact, day)
    best = max((r.candidate.origin for r in same), key=lambda origin: WEIGHTS.get(origin, 1.0))
    return DateChoice(published, _modified(candidates, parse_candidate, false_zone, published), None, best)


@lru_cache(maxsize=64)
def _parsed(
    text: str,
    machine: bool,
    timezone: str | None,
    country: str | None,
    now: dt.datetime | None,
    false_zone: bool,
    month_first: bool,
    _beside: tuple[str, dt.tzinfo | None],
) -> Published | None:
    """A text as a date, cached because pages repeat their dates. ``_beside`` holds what else the result
    depends on: the table of months and the zone of ``now``.
    """
    read = parse_stamp if machine else parse
    return read(
        text, timezone=timezone, country=country, now=now, false_zone=false_zone, month_first=month_first
    )


_NAMES = tuple(field.name for field in fields(Published))
_values = attrgetter(*_NAMES)


def _offered_by(published: Published, origin: Origin) -> Published:
    """A reading with the origin of its candidate; ``replace`` takes twice as long."""
    values: dict[str, Any] = dict(zip(_NAMES, _values(published), strict=True))
    values["origin"] = origin
    return Published(**values)


def _agreeing(exact: Sequence[DateReading], now: dt.datetime | None) -> tuple[dt.date, list[DateReading]]:
    """The day with the greatest weight, and the readings that support it."""
    clocks = [r for r in exact if _is_clock(r)]
    stamps = [r for r in exact if _is_stamp(r.candidate)]
    spoken_for = [_day(r, clocks, stamps) for r in exact]
    days: dict[dt.date, dict[Origin, float]] = {}
    for r, day in zip(exact, spoken_for, strict=True):
        origins = days.setdefault(day, {})
        origins[r.candidate.origin] = max(origins.get(r.candidate.origin, 0.0), _weight(r, now))
    for r in exact:  # a Hijri day may be one day off, so it also supports the days next to it
        if r.published.calendar == Calendar.HIJRI:
            for day, origins in days.items():
                if abs((day - r.published.date).days) == 1 and r.candidate.origin not in origins:
                    origins[r.candidate.origin] = Origin.GENERIC.weight
    chosen = max(days, key=lambda d: sum(days[d].values()))
    return chosen, [r for r, day in zip(exact, spoken_for, strict=True) if day == chosen]


def _with_printed_hijri(published: Published, exact: Sequence[DateReading], day: dt.date) -> Published:
    """The date, with the Hijri day that another candidate prints."""
    near = (r.published.hijri for r in exact if _near(r, day))
    printed = next((hijri for hijri in near if hijri and hijri.printed), None)
    own = published.hijri
    if printed is None or (own and own.printed):
        return published
    return replace(published, hijri=replace(own, printed=printed.printed) if own else printed)


def _vague(published: Published) -> tuple[bool, dt.timedelta, bool]:
    """Sort key of inexact dates, best first: not in the future, a narrow interval, with a time."""
    first, last = published.earliest or published.date, published.latest or published.date
    return DateWarning.FUTURE in published.warnings, last - first, published.time is None


def _is_stamp(candidate: OfferedDate) -> bool:
    """Is it written for machines, whatever its origin?"""
    return candidate.origin in MACHINE_READABLE or bool(_ISO.match(candidate.text))


def _is_clock(reading: DateReading) -> bool:
    """Is it a line for readers, with a clock time?"""
    published = reading.published
    return (
        not _is_stamp(reading.candidate)
        and published.time is not None
        and published.calendar != Calendar.RELATIVE
    )


def _near(reading: DateReading, day: dt.date) -> bool:
    return abs((reading.published.date - day).days) <= 1


def _weight(reading: DateReading, now: dt.datetime | None) -> float:
    candidate, published = reading.candidate, reading.published
    weight = min(WEIGHTS.get(candidate.origin, 1.0), _WEAK.get(candidate.where.lower(), 9.0))
    if published.calendar == Calendar.RELATIVE:
        return min(weight, 1.0)
    if (
        candidate.origin == Origin.GENERIC
        and now is not None
        and published.date == now.date()
        and not published.time
    ):
        return 1.0  # it may just as well be the date of the visit
    if DateWarning.WEEKDAY_MISMATCH in published.warnings:
        weight *= 0.5
    return weight


def _utc(reading: DateReading) -> bool:
    """Is it a stamp in UTC (``Z``, ``+00:00``), and so not on the publisher's clock?"""
    return _is_stamp(reading.candidate) and bool(_UTC.search(reading.candidate.text.translate(ASCII_DIGITS)))


def _gap(stamp: Published, clock: Published) -> dt.timedelta | None:
    """The time by which a printed clock is ahead of a stamp, if that can be an offset from UTC."""
    if stamp.time is None or clock.time is None:
        return None
    gap = _minute(clock.date, clock.time) - _minute(stamp.date, stamp.time)
    return gap if _WEST <= gap <= _EAST and gap.total_seconds() % 1800 == 0 else None


def _minute(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time.replace(second=0, microsecond=0, tzinfo=None))


def _day(reading: DateReading, clocks: Sequence[DateReading], stamps: Sequence[DateReading]) -> dt.date:
    """The day that a candidate supports; for a UTC stamp, the day of a printed clock that agrees with it."""
    if _utc(reading) and reading.published.timezone is None:
        for clock in clocks:
            if _gap(reading.published, clock.published) is not None:
                return clock.published.date
    if any(reading is clock for clock in clocks):
        for stamp in stamps:
            if _stale(stamp.published, reading.published):
                return stamp.published.date
    return reading.published.date


def _stale(stamp: Published, clock: Published) -> bool:
    """Does the printed clock show the stamp's instant as zone files from before Morocco's change of 2026
    do?
    """
    return (
        stamp.at is not None
        and stamp.timezone is not None
        and clock.time is not None
        and is_stale_clock(stamp.timezone, dt.datetime.combine(clock.date, clock.time), stamp.at)
    )


def _agreed(stamp: DateReading, stamps: Sequence[DateReading]) -> bool:
    """Does another stamp give the same instant with another offset? A mistake would not produce both."""
    return any(
        second.published.at == stamp.published.at and _offset_of(second) != _offset_of(stamp)
        for second in stamps
        if stamp.published.at and _offset_of(stamp) and _offset_of(second)
    )


def _offset_of(reading: DateReading) -> str | None:
    """The offset that a stamp prints, as ``+HHMM``."""
    hit = _OFFSET.search(reading.candidate.text.translate(ASCII_DIGITS))
    return _UTC.sub("+0000", hit[0]).replace(":", "").strip() if hit else None


def _stamp_clock(text: str) -> tuple[int, int] | None:
    hit = _CLOCK.search(text)
    return (int(hit[1]), int(hit[2])) if hit else None


def _clock(same: Sequence[DateReading], timezone: str | None, read: Reader) -> Published:
    """The most exact of the readings that agree on the day."""
    order = sorted(same, key=lambda r: -WEIGHTS.get(r.candidate.origin, 1.0))
    stamps = [r for r in order if _is_stamp(r.candidate) and r.published.time]
    clocks = [r for r in order if _is_clock(r)]
    if not stamps:
        timed = clocks or [r for r in order if r.published.calendar != Calendar.RELATIVE] or order
        return timed[0].published
    stamp = next((r for r in stamps if not _utc(r)), stamps[0])
    if not clocks:
        return stamp.published
    clock = clocks[0]
    seen = clock.published
    assert seen.time is not None
    if DateWarning.STALE_ZONE in stamp.published.warnings or _agreed(stamp, stamps):
        return stamp.published
    if _stale(stamp.published, seen):
        return replace(stamp.published, warnings=(*stamp.published.warnings, DateWarning.STALE_ZONE))
    stamped = stamp.published.time
    if stamped and (stamped.hour, stamped.minute) == (seen.time.hour, seen.time.minute):
        # A stamp in UTC that equals the printed clock: its zone or the clock is wrong.
        if timezone is None and _utc(stamp):
            return replace(stamp.published, at=None, utc_offset=None)
        return stamp.published
    if _stamp_clock(stamp.candidate.text) == (seen.time.hour, seen.time.minute):
        local = read(stamp.candidate, True)
        if local is not None and local.date == seen.date:
            return local
    if timezone is None and _utc(stamp) and (gap := _gap(stamp.published, seen)) is not None:
        return replace(seen, at=stamp.published.at, utc_offset=_offset(gap))
    if timezone is None and not _utc(stamp):
        return stamp.published
    return replace(seen, at=None)


def _offset(gap: dt.timedelta) -> str:
    minutes = int(gap.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _modified(
    candidates: Sequence[OfferedDate], read: Reader, false_zone: bool, published: Published | None
) -> dt.datetime | None:
    """The instant of the latest declared change that is not before the publication."""
    false = false_zone or (published is not None and DateWarning.FALSE_ZONE_IGNORED in published.warnings)
    instants = [
        at
        for candidate in candidates
        if candidate.kind == DateKind.MODIFIED
        and (reading := read(candidate, false))
        and (at := reading.at)
        and DateWarning.FUTURE not in reading.warnings
    ]
    start = published.at if published else None
    instants = [at for at in instants if start is None or at >= start]
    return max(instants, default=None)


def names_a_day(dates: Sequence[OfferedDate], site: Site, now: dt.datetime) -> bool:
    """Does the page itself state the exact day of publication?"""
    published = choose(
        dates,
        timezone=site.timezone,
        country=site.country,
        now=now,
        false_zone=site.false_zone,
        month_first=site.month_first,
    ).published
    return published is not None and published.earliest is None


def why_not(candidate: OfferedDate | None) -> str:
    """One sentence that says why a page gives no day, with the printed string.

    >>> why_not(OfferedDate(text="نشر في الأيام 24 يوم 21130", origin=Origin.MARKUP))
    '"نشر في الأيام 24 يوم 21130": 21130 is not a day'
    """
    if candidate is None:
        return "the page shows no date of publication"
    text = candidate.text.strip()
    plain = re.sub(r"\d{1,2}:\d{2}(?::\d{2})?|(?:GMT|UTC)?\s*[+-]\d{4}", " ", text.translate(ASCII_DIGITS))
    after = re.search(r"(?:يوم|بتاريخ)\s*(\d+)", plain)
    numbers = [after[1]] if after else re.findall(r"\d+", plain)
    for number in numbers:
        if not 1 <= int(number[:9]) <= 31 and not (len(number) == 4 and 1300 <= int(number) <= 2199):
            return f'"{text}": {number} is not a day'
    if not numbers:
        return f'"{text}": no day is written in it'
    return f'"{text}": no full date can be read from it'
