"""The arithmetic by which libraries count an age, to compute what their phrases may mean.

Each function takes two instants and returns the number and the unit that the library prints. The real
libraries run in ``make trials`` (``tests/test_dates_counted.py``).
"""

import calendar
import datetime as dt
from collections.abc import Callable

Counted = tuple[int, str]
Rule = Callable[[dt.datetime, dt.datetime], Counted]

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
ONE = dict(zip(UNITS, "ثانية دقيقة ساعة يوم أسبوع شهر سنة".split(), strict=True))
TWO = dict(zip(UNITS, "ثانيتين دقيقتين ساعتين يومين أسبوعين شهرين سنتين".split(), strict=True))
FEW = dict(zip(UNITS, "ثوان دقائق ساعات أيام أسابيع أشهر سنوات".split(), strict=True))
LENGTHS = dict(zip(UNITS, (1, 60, 3600, 86400, 604800, 2592000, 31536000), strict=True))


def phrase(counted: Counted) -> str:
    """``(3, "day")`` → ``منذ 3 أيام``."""
    number, unit = counted
    if number <= 2:
        return f"منذ {(TWO if number == 2 else ONE)[unit]}"
    return f"منذ {number} {FEW[unit] if number <= 10 else ONE[unit]}"


def half_up(number: float) -> int:
    """The number rounded as JavaScript does it."""
    return int(number + 0.5)


def whole_months(then: dt.datetime, now: dt.datetime) -> int:
    """The number of whole calendar months between two days."""
    months = (now.year - then.year) * 12 + now.month - then.month
    return months - 1 if later(then, months) > now else months


def later(then: dt.datetime, months: int) -> dt.datetime:
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return then.replace(year=year, month=month + 1, day=min(then.day, last))


def months_between(then: dt.datetime, now: dt.datetime) -> float:
    """The number of months, with the fraction of the last one."""
    whole = whole_months(then, now)
    first, after = later(then, whole), later(then, whole + 1)
    return whole + (now - first) / (after - first)


def moment(then: dt.datetime, now: dt.datetime) -> Counted:
    seconds, days = (now - then).total_seconds(), (now - then) / dt.timedelta(days=1)
    months = months_between(then, now)
    for most, number, unit in (
        (45, seconds, "second"), (45, seconds / 60, "minute"), (22, seconds / 3600, "hour"),
        (26, days, "day"), (11, months, "month"),
    ):  # fmt: skip
        if half_up(number) < most:
            return max(1, half_up(number)), unit
    return max(1, half_up(months / 12)), "year"


def dayjs(then: dt.datetime, now: dt.datetime) -> Counted:
    seconds, days = (now - then).total_seconds(), (now - then) / dt.timedelta(days=1)
    months = months_between(then, now)
    for most, number, unit, one in (
        (44, seconds, "second", False), (89, seconds, "minute", True), (44, seconds / 60, "minute", False),
        (89, seconds / 60, "hour", True), (21, seconds / 3600, "hour", False),
        (35, seconds / 3600, "day", True), (25, days, "day", False),
        (45, days, "month", True), (10, months, "month", False),
        (17, months, "year", True),
    ):  # fmt: skip
        if half_up(number) <= most:
            return (1 if one else max(1, half_up(number))), unit
    return half_up(months / 12), "year"


def date_fns(then: dt.datetime, now: dt.datetime) -> Counted:
    minutes = half_up((now - then).total_seconds() / 60)
    if minutes < 45:
        return max(1, minutes), "minute"
    if minutes < 90:
        return 1, "hour"
    if minutes < 1440:
        return half_up(minutes / 60), "hour"
    if minutes < 2520:
        return 1, "day"
    if minutes < 43200:
        return half_up(minutes / 1440), "day"
    if minutes < 86400:
        return half_up(minutes / 43200), "month"
    months = whole_months(then, now)
    if months < 12:
        return half_up(minutes / 43200), "month"
    return (months // 12, "year") if months % 12 < 9 else (months // 12 + 1, "year")


def timeago(then: dt.datetime, now: dt.datetime) -> Counted:
    number, units = (now - then).total_seconds(), iter(ONE)
    unit = next(units)
    for size in (60, 60, 24, 7, 365 / 7 / 12, 12):
        if number < size:
            break
        number, unit = number / size, next(units)
    return max(1, int(number)), unit


def luxon(then: dt.datetime, now: dt.datetime) -> Counted:
    months, age = whole_months(then, now), now - then
    if months >= 12:
        return months // 12, "year"
    if months:
        return months, "month"
    return _cut(age)


def carbon(then: dt.datetime, now: dt.datetime) -> Counted:
    months, age = whole_months(then, now), now - then
    if months >= 12:
        return months // 12, "year"
    if months:
        return months, "month"
    return (age.days // 7, "week") if age.days >= 7 else _cut(age)


def _cut(age: dt.timedelta) -> Counted:
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if age.total_seconds() >= length:
            return int(age.total_seconds() // length), unit
    return int(age.total_seconds()), "second"


def babel(then: dt.datetime, now: dt.datetime) -> Counted:
    seconds = (now - then).total_seconds()
    for unit, length in reversed(LENGTHS.items()):
        if seconds / length >= 0.85:
            return max(1, round(seconds / length)), unit
    return round(seconds), "second"


def wordpress(then: dt.datetime, now: dt.datetime) -> Counted:
    seconds = (now - then).total_seconds()
    for most, length, unit in (
        (3600, 60, "minute"), (86400, 3600, "hour"), (604800, 86400, "day"), (2592000, 604800, "week"),
        (31536000, 2592000, "month"),
    ):  # fmt: skip
        if seconds < most:
            return max(1, half_up(seconds / length)), unit
    return max(1, half_up(seconds / 31536000)), "year"


RULES: dict[str, Rule] = {
    "moment": moment,
    "dayjs": dayjs,
    "date-fns": date_fns,
    "timeago.js": timeago,
    "luxon": luxon,
    "carbon": carbon,
    "babel": babel,
    "wordpress": wordpress,
}
"""Library → its way of counting."""
