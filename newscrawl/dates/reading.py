"""Chooses the day of publication among the date forms of a text."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

from newscrawl.dates import hijri
from newscrawl.dates.clock import PrintedTime, find_clock
from newscrawl.dates.grammar import DateForm, find_forms
from newscrawl.dates.hijri import HijriDate
from newscrawl.dates.machine import read_machine
from newscrawl.dates.publishing import FIRST_YEAR, LAST_YEAR, Options, is_possible, publish, written_offset
from newscrawl.dates.relative import Moment, resolve
from newscrawl.dates.usual import read_usual
from newscrawl.dates.words import MAX_LENGTH, TokenText, tokenize
from newscrawl.dates.zones import zone
from newscrawl.items import Published
from newscrawl.vocabulary import Calendar, DateWarning, HijriBasis

__all__ = ["HIJRI_BEFORE", "UnmarkedHijriError", "is_outdated", "parse", "parse_day"]

HIJRI_BEFORE = 1500
"""A lower year in an argument is a Hijri year: no newspaper is that old."""

_EXPLAINED = 2  # maximum difference of two Hijri calendars, in days
_LAST_SHORT = 2030  # without ``now``, a later year of two digits may be a Hijri year
_BARE_HIJRI_YEAR = 1410  # an earlier year in digits, without هـ, may be a Persian solar year

_PAIR_GAP = re.compile(r"[ ,|/().:efjwWatCEZqzgk-]{0,16}")
_WEEKDAY_LEFT = re.compile(r"(?P<w>W)[ ,.:(|fjaE-]{0,6}$")
_WEEKDAY_RIGHT = re.compile(r"[ ,|(-]{0,3}(?P<w>W)")
_LABEL_RIGHT = re.compile(r"\ ?\(\ ?(?P<label>[pu])\ ?\)")
_OTHER_DATE = re.compile(r"d|e\ x[^pu]*$|D[^pu]*[lN#]")  # «المولود», «تاريخ المباراة», «القانون رقم 31.13»
_PARTIAL_LEFT = re.compile(r"(?P<d>[NO])[ /f-]{1,4}(?P<m>[ML])[ ,/|()w-]{1,8}W?[ ,fj]{0,3}$")
_PARTIAL_RIGHT = re.compile(r"[ ,/|()wWfj-]{1,10}(?P<d>[NO])[ /f-]{1,4}(?P<m>[ML])(?![ ,/fj-]*Y)")
_DIGIT = re.compile(r"\d")
_THOUSAND = ("ألف", "الف")
_ARGUMENT = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?P<hijri>[Hh]?)", re.ASCII)


class _Reading(NamedTuple):
    """A date of the text: a Gregorian form, a Hijri form, or both next to each other."""

    start: int
    end: int
    clear: bool
    gregorian: dt.date | None
    hijri: HijriDate | None
    clock: int | None
    spelled: bool
    impossible: Literal["gregorian", "hijri"] | None = None
    """The calendar in which a form names a day that does not exist; both days are then None."""
    contradicted: bool = False
    """Does the text also contain an impossible Hijri day?"""
    month_first: dt.date | None = None
    """The day with the month first (``11/5/2025``), if the form does not show the order."""


def parse(
    text: str,
    *,
    timezone: str | None = None,
    country: str | None = None,
    now: dt.datetime | None = None,
    false_zone: bool = False,
    month_first: bool = False,
) -> Published | None:
    """The day, and the time if printed, of an Arabic date text; None when it gives no certain day.

    ``timezone`` (IANA) is the publisher's: ``date`` and ``time`` are on its clock. Without it they are as
    printed, and ``at`` is known only if the text names an offset or a zone. ``country`` (ISO 3166) selects
    the Hijri months: ``MA`` those of Morocco. Relative phrases count back from ``now`` (aware), and dates far
    after it are refused; without it ``منذ ساعتين`` gives None. ``false_zone`` reads a printed ``Z`` or offset
    as local time, for sites whose machine-readable zones are wrong. ``month_first`` is for sites that print
    ``3/27/2024``; without it the day comes first in a numeric date, unless a number above 12, the form of
    .NET (``11/5/2025 9:11:02 AM``) or the same day in words shows otherwise.

    Example: ``parse("الأربعاء 16 رمضان 1445 هـ الموافق 27 مارس 2024 م - 14:30")`` is 27 March 2024, 14:30.
    Of two dates (published and updated) the published one counts. It refuses dates without a day or year,
    impossible days, ranges, limits (``قبل 20 مارس 2024``), references, dates of laws and births, and Persian
    solar dates.

    Raises ``ValueError`` for a naive ``now``, an unknown ``timezone`` or a damaged table of months.
    Sources: each row of ``words.tsv`` and of the tables of months names its own.
    """
    if now is not None and now.tzinfo is None:
        raise ValueError(f"now={now!r} has no time zone; pass an aware datetime, such as datetime.now(UTC)")
    clock_zone = None if timezone is None else zone(timezone)
    options = Options(timezone, country, now, false_zone, month_first)
    if len(text) > MAX_LENGTH:
        if len(text) > 20 * MAX_LENGTH:
            return None
        text = " ".join(text.split())
        if len(text) > MAX_LENGTH:
            return None
    for fast in (read_machine, read_usual):
        is_read, published = fast(text, options)
        if is_read:
            return published
    # A year is written in digits, or in words that begin with «ألف».
    if now is None and not _DIGIT.search(text) and not any(word in text for word in _THOUSAND):
        return None
    tokens = tokenize(text)
    forms = find_forms(tokens)
    if forms:
        chosen = _choose(tokens, _readings(forms, tokens, options))
        return None if chosen is None else _absolute(text, tokens, chosen, options)
    if now is None or set(tokens.shape) & set("MHLF"):
        return None
    moment = resolve(tokens, now if clock_zone is None else now.astimezone(clock_zone))
    return None if moment is None else _relative(text, moment, options)


# --- Which date


def _readings(forms: list[DateForm], text: TokenText, options: Options) -> list[_Reading]:
    """The readings of the forms; adjacent forms of one day, in two calendars or repeated, are one reading."""
    single = [reading for form in forms if (reading := _day(form, options)) is not None]
    readings: list[_Reading] = []
    for reading in single:
        last = readings[-1] if readings else None
        if (
            last is not None
            and (
                _complements(last, reading)
                or (last.gregorian is not None and last.gregorian == reading.gregorian)
            )
            and not last.impossible
            and not reading.impossible
            and _PAIR_GAP.fullmatch(text.shape, last.end, reading.start)
        ):
            readings[-1] = last._replace(
                end=reading.end,
                clear=last.clear and reading.clear,
                gregorian=last.gregorian or reading.gregorian,
                hijri=last.hijri or reading.hijri,
                clock=last.clock or reading.clock,
                spelled=last.spelled or reading.spelled,
                month_first=None
                if last.gregorian and reading.gregorian
                else last.month_first or reading.month_first,
            )
        else:
            readings.append(reading)
    return readings


def _complements(first: _Reading, second: _Reading) -> bool:
    """Is one of them a Gregorian and the other a Hijri day?"""
    return bool(first.gregorian) != bool(second.gregorian) and bool(first.hijri) != bool(second.hijri)


def _day(form: DateForm, options: Options) -> _Reading | None:
    """The day of a form, in the calendar of its month or its year; None when it is not a date."""
    if form.either and options.month_first:
        form = form._replace(day=form.month, month=form.day, either=False)
    year, calendar, now = form.year, form.calendar, options.now
    if form.short and form.era == "hijri":
        year += 1400
    elif form.short:
        year += 2000 if year < 50 else 1900
        if year > (_LAST_SHORT if now is None else now.year + 2):
            return None
    if form.era == "other":
        return None
    if calendar is None:
        calendar = "hijri" if 1300 <= year < 1600 else "gregorian"
        if calendar == "hijri" and form.era is None and year < _BARE_HIJRI_YEAR:
            return None
    contradicted = form.era == ("ce" if calendar == "hijri" else "hijri")
    in_words = form.calendar is not None
    wrong: Literal["gregorian", "hijri"] | None
    if calendar == "hijri":
        possible = 1300 <= year < 1600 and 1 <= form.month <= 12 and 1 <= form.day <= 30
        day = HijriDate(year, form.month, form.day) if possible and not contradicted else None
        if day is None and not in_words:
            return None
        wrong = "hijri" if day is None else None
        return _Reading(form.start, form.end, form.clear, None, day, form.clock, form.spelled, wrong)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        date = dt.date(year, form.month, form.day)
    except ValueError:
        date = None
    if contradicted or (date is not None and not is_possible(date, options.now)):
        return None
    if date is None and not in_words:
        return None
    wrong = "gregorian" if date is None else None
    month_first = dt.date(year, form.day, form.month) if form.either else None
    return _Reading(
        form.start, form.end, form.clear, date, None, form.clock, form.spelled, wrong, month_first=month_first
    )


def _choose(text: TokenText, readings: list[_Reading]) -> _Reading | None:
    """The publication date among the readings; None when the text does not settle it."""
    labelled = list(zip(readings, _labels(text, readings), strict=True))
    for reading, label in labelled:
        if label == "p" and reading.clear and reading.impossible != "hijri":
            return None if reading.impossible else reading
    wrong = {reading.impossible for reading in readings}
    if "gregorian" in wrong:
        return None
    if "hijri" in wrong:  # next to a Gregorian day it is ignored; alone, it makes the text uncertain
        labelled = [
            (reading._replace(contradicted=True), label) for reading, label in labelled if reading.gregorian
        ]
    usable = [(reading, label) for reading, label in labelled if reading.clear and label != "d"]
    dates = [reading for reading, label in usable if label != "u"]
    if not dates:
        # Only an update could be read. It counts unless the text also has an unreadable publication date.
        unread = "p" in text.shape or any(label != "u" for _reading, label in labelled)
        return usable[0][0] if usable and not unread else None
    dates = [reading for reading in dates if reading.gregorian is not None] or dates
    sure = {reading.gregorian for reading in dates if reading.month_first is None}
    dates = [reading for reading in dates if reading.month_first is None or reading.month_first not in sure]
    same = {reading.gregorian or reading.hijri for reading in dates}
    return dates[0] if len(same) == 1 else None


def _labels(text: TokenText, readings: list[_Reading]) -> list[str]:
    """The label of each reading: ``p`` published, ``u`` updated, ``d`` not published, or empty."""
    labels = []
    bounds = [0, *(reading.end for reading in readings)]
    for (start, _end), reading in zip(pairwise(bounds), readings, strict=True):
        left = text.shape[start : reading.start]
        after = _LABEL_RIGHT.match(text.shape, reading.end)
        label = max("pu", key=left.rfind)
        if after is not None:
            labels.append(after["label"])
        elif _OTHER_DATE.search(re.split(r"[|Y]|\ -\ ", left)[-1]):
            labels.append("d")
        else:
            labels.append(label if label in left else "")
    return labels


# --- From a reading to a date


def _absolute(raw: str, text: TokenText, reading: _Reading, options: Options) -> Published | None:
    weekday = _weekday(text, reading)
    warnings: list[DateWarning] = []
    if reading.gregorian is None:
        read_by_hijri = _from_hijri(text, reading, weekday, options, warnings)
        if read_by_hijri is None:
            return None
        day, calendar = read_by_hijri
    else:
        day, calendar = reading.gregorian, Calendar.GREGORIAN if reading.hijri is None else Calendar.BOTH
        if weekday is not None and weekday != day.weekday():
            if reading.spelled:  # «الأحد الأول من ديسمبر» is the first Sunday, not the first of the month
                return None
            # The weekday fits the day with the month first, so the order is uncertain.
            if reading.month_first is not None and reading.month_first.weekday() == weekday:
                return None
            warnings.append(DateWarning.WEEKDAY_MISMATCH)
    if reading.contradicted:
        warnings.append(DateWarning.CALENDARS_DIFFER)
    if calendar == Calendar.BOTH and reading.hijri is not None:
        apart = hijri.difference(reading.hijri, day, options.country)
        if apart is not None and apart > _EXPLAINED:
            warnings.append(DateWarning.CALENDARS_DIFFER)
    return publish(raw, day, _clock(text, reading), calendar, reading.hijri, options, warnings)


def _from_hijri(
    text: TokenText, reading: _Reading, weekday: int | None, options: Options, warnings: list[DateWarning]
) -> tuple[dt.date, Calendar] | None:
    """The Gregorian day of a text whose only complete date is a Hijri date."""
    if reading.hijri is None:
        return None
    likely, others, basis = hijri.days(reading.hijri, options.country)
    days = [*([likely] if likely else []), *others]
    if not days or not is_possible(days[0], options.now):
        return None
    partial = _partial(text, reading)
    if partial is not None:
        for offset in (0, -1, 1, -2, 2):
            day = days[0] + dt.timedelta(days=offset)
            if (day.day, day.month) == partial:
                return day, Calendar.BOTH
        return None
    fitting = [day for day in days if day.weekday() == weekday]
    if len(fitting) == 1:
        if fitting[0] != likely or basis == HijriBasis.FORECAST:
            warnings.append(DateWarning.HIJRI_DAY_SETTLED_BY_WEEKDAY)
        return fitting[0], Calendar.HIJRI
    if likely is None:
        return None
    if weekday is not None:
        warnings.append(DateWarning.WEEKDAY_MISMATCH)
    if basis == HijriBasis.FORECAST:
        warnings.append(DateWarning.HIJRI_UNCONFIRMED)
    return likely, Calendar.HIJRI


def _partial(text: TokenText, reading: _Reading) -> tuple[int, int] | None:
    """Day and month of a Gregorian date without a year next to a Hijri date (``27 مارس / 17 رمضان 1445``)."""
    match = _PARTIAL_LEFT.search(
        text.shape, max(0, reading.start - 24), reading.start
    ) or _PARTIAL_RIGHT.match(text.shape, reading.end)
    if match is None:
        return None
    return text.tokens[match.start("d")].number, text.tokens[match.start("m")].number


def _weekday(text: TokenText, reading: _Reading) -> int | None:
    shape = text.shape
    match = _WEEKDAY_LEFT.search(shape, max(0, reading.start - 12), reading.start) or _WEEKDAY_RIGHT.match(
        shape, reading.end
    )
    if match is not None:
        return text.tokens[match.start("w")].number
    inside = shape.find("W", reading.start, reading.end)
    return None if inside < 0 else text.tokens[inside].number


def _clock(text: TokenText, reading: _Reading) -> PrintedTime | None:
    if reading.clock is not None:
        return find_clock(text, reading.clock, reading.clock)
    label = _LABEL_RIGHT.match(text.shape, reading.end)
    between = text.shape.find("C", reading.start, reading.end)
    if between >= 0:
        return find_clock(text, between, between)
    return find_clock(text, reading.start, reading.end if label is None else label.end())


def _relative(raw: str, moment: Moment, options: Options) -> Published | None:
    if moment.date.year < FIRST_YEAR:
        return None
    published = publish(raw, moment.date, moment.clock, Calendar.RELATIVE, None, options, [])
    if moment.at is not None:
        published = replace(
            published,
            time=moment.at.time().replace(second=0, microsecond=0),
            at=moment.at.astimezone(dt.UTC),
            utc_offset=written_offset(moment.at.utcoffset()),
        )
    if moment.clock is None:
        published = replace(published, precision=moment.precision)
    if moment.earliest != moment.latest:
        published = replace(published, earliest=moment.earliest, latest=moment.latest)
    return published


class UnmarkedHijriError(ValueError):
    """A Hijri year without its H. ``remedy`` is what to write: ``1448-06H``."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(f"{text!r} has a year before {HIJRI_BEFORE}; if it is Hijri, write {remedy}")
        self.remedy = remedy


def parse_day(text: str, *, country: str | None = None) -> dt.date:
    """The day of an argument: ``2024-03-27``, or a Hijri day with an H, ``1445-09-17H`` (17 رمضان 1445).

    A Hijri day is read in the country's calendar (``MA``: Morocco's months). Nothing else is accepted.
    Raises ``ValueError`` with the value and the remedy, :class:`UnmarkedHijriError` for ``1445-09-17``.
    Source of the tables: ``newscrawl.dates.hijri``.
    """
    match = _ARGUMENT.fullmatch(text.strip())
    if match is not None:
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
        if match["hijri"]:
            likely = hijri.days(HijriDate(year, month, day), country).likely
            if likely is not None:
                return likely
        elif year < HIJRI_BEFORE:
            raise UnmarkedHijriError(text, f"{match[0]}H")
        else:
            with suppress(ValueError):
                return dt.date(year, month, day)
        raise ValueError(f"{text!r} is a day that does not exist; check its month and day")
    raise ValueError(f"{text!r} is not a day; write 2024-03-27, or a Hijri day as 1445-09-17H")


def is_outdated(
    raw: str,
    day: dt.date | None,
    hijri_day: str | None,
    *,
    timezone: str | None = None,
    country: str | None = None,
    now: dt.datetime | None = None,
    false_zone: bool = False,
) -> bool:
    """Would the current tables give a stored article a different day or Hijri day?

    ``raw`` is the printed date as stored; the other arguments are those of :func:`parse` at the time of the
    download. A text without an exact day (``منذ يومين``) is stored without either day. Example: ``فاتح شوال
    1448``, stored with the forecast, if the month was later announced for another day. Raises the errors of
    :func:`parse`.
    """
    published = parse(raw, timezone=timezone, country=country, now=now, false_zone=false_zone)
    if published is None or published.earliest is not None:
        return day is not None
    return published.date != day or (None if published.hijri is None else published.hijri.day) != hijri_day
