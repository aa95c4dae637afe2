"""The Hijri calendars: Umm al-Qura, and Morocco's own sighted months.

Umm al-Qura is the Saudi civil calendar, 1343-1500 AH, from hijridate (whose table was checked against
the printed calendars). Morocco begins each month by its own sighting: in 166 observed months always on the
same day as Umm al-Qura or on the next. ``morocco_observed.tsv`` holds these months, ``morocco_forecast.tsv``
the computed ones after them. Outside both, a month is taken to begin one day after Umm al-Qura's (as 70 % of
the observed ones do), and its basis is ``forecast``.

To add months that were announced after the release, set ``NEWSCRAWL_MOROCCO_MONTHS`` to a file of the same
form: a header line and the tab-separated columns ``hijri_year``, ``hijri_month``, ``morocco_1st``
(``YYYY-MM-DD``) and ``source``. Its rows win over the shipped ones.
"""

from __future__ import annotations

import datetime as dt
import os
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hijridate import Hijri

from newscrawl.dates.tables import rows
from newscrawl.items import HijriDay
from newscrawl.vocabulary import HijriBasis, HijriCalendar

__all__ = [
    "EXTRA_MONTHS",
    "Days",
    "HijriDate",
    "days",
    "difference",
    "last_month",
    "months_table",
    "to_hijri",
    "use_months",
]

EXTRA_MONTHS = "NEWSCRAWL_MOROCCO_MONTHS"
"""Environment variable: path of a table of Moroccan months that were announced after the release."""
_TABLE: list[str] = []
"""The path given to :func:`use_months`."""

_FIRST_YEAR, _LAST_YEAR = 1343, 1500  # what hijridate covers
_COLUMNS = ("hijri_year", "hijri_month", "morocco_1st", "source")


class HijriDate(NamedTuple):
    """A printed Hijri day. Example: ``HijriDate(1445, 9, 17)`` is 17 رمضان 1445."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


class _Calendar(NamedTuple):
    """The first days of consecutive months from 1 محرم 1343 on, and the day after the last month."""

    starts: list[dt.date]
    observed: list[bool]

    def start(self, year: int, month: int) -> dt.date:
        return self.starts[_index(year, month)]

    def length(self, year: int, month: int) -> int:
        index = _index(year, month)
        return (self.starts[index + 1] - self.starts[index]).days


def to_hijri(day: dt.date, country: str | None = None) -> HijriDay | None:
    """The Hijri day of a Gregorian day in a country's calendar; None outside every known table.

    ``country`` is ISO 3166; ``MA`` (and ``EH``) means Morocco's months, anything else Umm al-Qura.
    The basis is ``table``, or ``forecast`` for a Moroccan month that was computed, not observed.
    Example: ``to_hijri(date(2024, 3, 27))`` is ``1445-09-17`` (17 رمضان 1445), and
    ``to_hijri(date(2024, 3, 27), "MA")`` is ``1445-09-16``: Morocco began رمضان a day later.
    Source of the tables: see the module. Raises ``ValueError`` when the file of
    ``NEWSCRAWL_MOROCCO_MONTHS`` is not a valid table of months.
    """
    moroccan = _moroccan(country)
    calendar = _morocco() if moroccan else _umm_al_qura()
    if not calendar.starts[0] <= day < calendar.starts[-1]:
        return None
    index = bisect_right(calendar.starts, day) - 1
    year, month = divmod(index, 12)
    hijri = HijriDate(_FIRST_YEAR + year, month + 1, (day - calendar.starts[index]).days + 1)
    return HijriDay(
        day=str(hijri),
        calendar=HijriCalendar.MOROCCO if moroccan else HijriCalendar.UMM_AL_QURA,
        basis=HijriBasis.TABLE if calendar.observed[index] else HijriBasis.FORECAST,
    )


class Days(NamedTuple):
    """The Gregorian days that a printed Hijri day may stand for."""

    likely: dt.date | None
    """The day in the country's calendar; None for the 30th of a month with 29 days."""
    others: list[dt.date]
    """The days in other calendars, one earlier or later; a printed weekday may select one of them."""
    basis: HijriBasis
    """How the likely day is known."""


def days(hijri: HijriDate, country: str | None = None) -> Days:
    """The Gregorian days that a printed Hijri day may stand for; none for a day that does not exist.

    Example: 16 رمضان 1445 is 26 March 2024 in Umm al-Qura and 27 March in Morocco: ``days(HijriDate(1445, 9,
    16)).likely`` is the 26th, with ``"MA"`` the 27th, and the other day is among ``others``. Rules: a month
    of Morocco begins on the day of Umm al-Qura's or a day later (166 observed months); in other countries it
    may also begin a day later, and ICU's plain ``islamic`` calendar is a day behind. Saudi newspapers print
    Umm al-Qura only. Raises the errors of :func:`to_hijri`.
    """
    year, month, day = hijri
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 30):
        return Days(None, [], HijriBasis.TABLE)
    civil, offset = _umm_al_qura(), dt.timedelta(days=day - 1)
    first, length = civil.start(year, month), civil.length(year, month)
    near = [first + offset + dt.timedelta(days=apart) for apart in (0, 1, -1)]
    if not _moroccan(country):
        likely, others = (near[0], near[1:]) if day <= length else (None, near)
        return Days(likely, [] if country and country.upper() == "SA" else others, HijriBasis.TABLE)
    morocco = _morocco()
    basis = HijriBasis.TABLE if morocco.observed[_index(year, month)] else HijriBasis.FORECAST
    likely = morocco.start(year, month) + offset
    if basis == HijriBasis.FORECAST and day == 30 and length == 29:
        # A month can have 30 days here only if it began with Umm al-Qura's and ended a day later.
        likely = first + offset
    elif day > morocco.length(year, month):
        return Days(None, near, basis)
    return Days(likely, [day for day in near if day != likely], basis)


def difference(hijri: HijriDate, day: dt.date, country: str | None = None) -> int | None:
    """The number of days between a printed Hijri day and a Gregorian day; None outside the tables.

    Example: between 16 رمضان 1445 and 27 March 2024 it is 1 in Umm al-Qura and 0 in Morocco.
    """
    if not (_FIRST_YEAR <= hijri.year <= _LAST_YEAR and 1 <= hijri.month <= 12):
        return None
    calendar = _morocco() if _moroccan(country) else _umm_al_qura()
    start = calendar.start(hijri.year, hijri.month)
    return abs((start + dt.timedelta(days=hijri.day - 1) - day).days)


def _moroccan(country: str | None) -> bool:
    return country is not None and country.upper() in ("MA", "EH")


def _index(year: int, month: int) -> int:
    return (year - _FIRST_YEAR) * 12 + month - 1


@cache
def _umm_al_qura() -> _Calendar:
    starts = [
        Hijri(year, month, 1).to_gregorian()
        for year in range(_FIRST_YEAR, _LAST_YEAR + 1)
        for month in range(1, 13)
    ]
    last = Hijri(_LAST_YEAR, 12, 1).month_length()
    dates = [dt.date(day.year, day.month, day.day) for day in starts]
    dates.append(dates[-1] + dt.timedelta(days=last))
    return _Calendar(dates, [True] * len(starts))


def last_month() -> dt.date:
    """The first day of the last Moroccan month that was announced or computed.

    Example: ``2038-12-28``, ذو الحجة 1460. Later months follow from Umm al-Qura alone. Raises the errors of
    :func:`to_hijri`.
    """
    extra = months_table()
    announced = [*_extra_months(Path(extra)).values()] if extra else []
    return max([*announced, *(day for _, day in _months("morocco_forecast.tsv"))])


def use_months(path: str) -> None:
    """Use this table of Morocco's announced months instead of the one that the environment names.

    An empty path means that neither is used. Example: ``use_months("/etc/newscrawl/months.tsv")``.
    """
    _TABLE[:] = [path]


def months_table() -> str:
    """The path of the table of announced months; empty if there is none."""
    return (_TABLE[0] if _TABLE else os.environ.get(EXTRA_MONTHS, "")).strip()


def _morocco() -> _Calendar:
    return _morocco_with(months_table())


@cache
def _morocco_with(extra: str) -> _Calendar:
    """Morocco's months: observed if known, otherwise computed, otherwise a day after Umm al-Qura's."""
    observed = dict(_months("morocco_observed.tsv"))
    _check_months("morocco_observed.tsv", observed, observed)
    if extra:
        observed.update(_extra_months(Path(extra)))
    computed = dict(_months("morocco_forecast.tsv"))
    civil = _umm_al_qura().starts
    starts: list[dt.date] = []
    last = max(observed)
    for index, day in enumerate(civil):
        start = observed.get(index) or computed.get(index) or day + dt.timedelta(days=1)
        if index > last:  # if an announced month differs from the forecast, later months move too
            start = min(max(start, starts[-1] + dt.timedelta(days=29)), starts[-1] + dt.timedelta(days=30))
            start = max(start, day)
        starts.append(start)
    return _Calendar(starts, [index in observed for index in range(len(civil) - 1)])


def _months(name: str, path: Path | None = None) -> Iterator[tuple[int, dt.date]]:
    for year, month, first, source in rows(name, _COLUMNS, path):
        try:
            index, day = _index(int(year), int(month)), dt.date.fromisoformat(first)
            if not (_FIRST_YEAR <= int(year) <= _LAST_YEAR and 1 <= int(month) <= 12):
                raise ValueError
        except ValueError:
            raise ValueError(
                f"{name}: {year!r} {month!r} {first!r} is not a month; give a Hijri year "
                f"({_FIRST_YEAR}-{_LAST_YEAR}), a month 1-12 and its first day as YYYY-MM-DD"
            ) from None
        if not source:
            raise ValueError(f"{name}: {year}/{month} has no source; name who announced it")
        yield index, day


def _extra_months(path: Path) -> dict[int, dt.date]:
    name = f"{EXTRA_MONTHS}={path}"
    if not path.is_file():
        raise ValueError(f"{name} is not a file; give the path of a table of months, or unset it")
    try:
        months = dict(_months(name, path))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} cannot be read as UTF-8 text: {error}; save it in UTF-8") from None
    _check_months(name, months, {**dict(_months("morocco_observed.tsv")), **months})
    return months


def _check_months(name: str, months: dict[int, dt.date], known: dict[int, dt.date]) -> None:
    """Raise ``ValueError`` with table, month and remedy when a month cannot begin on its day.

    Every row is first compared with Umm al-Qura, which shows which of two adjacent rows is wrong.
    """
    civil = _umm_al_qura().starts
    named = {index: f"{name}: {_FIRST_YEAR + index // 12}/{index % 12 + 1}" for index in months}
    for index, day in months.items():
        if not 0 <= (day - civil[index]).days <= 1:
            raise ValueError(
                f"{named[index]} begins {day}, but Umm al-Qura's begins {civil[index]} and Morocco's "
                f"on that day or the next; correct the row"
            )
    for index, day in months.items():
        for before, after in ((index - 1, index), (index, index + 1)):
            if before in known and after in known and (known[after] - known[before]).days not in (29, 30):
                raise ValueError(
                    f"{named[index]} begins {day}, so an adjacent month would have "
                    f"{(known[after] - known[before]).days} days instead of 29 or 30; correct the row"
                )
