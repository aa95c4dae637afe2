"""Relative phrases: ``منذ ساعتين``, ``قبل 3 أيام``, ``أمس على الساعة 20:15``.

A phrase counts only when it is the whole text, or one part of a line of parts (``الرباط - منذ ساعتين``):
``محتجز منذ 3 أيام`` says nothing of when it was published.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import NamedTuple

from newscrawl.dates.clock import CLOCK, Printed, find_clock
from newscrawl.dates.words import Text
from newscrawl.items import Precision

__all__ = ["Moment", "resolve"]


class Moment(NamedTuple):
    """What a relative phrase says, on the clock of ``now``."""

    date: dt.date
    precision: Precision
    earliest: dt.date | None = None
    latest: dt.date | None = None
    at: dt.datetime | None = None
    """The moment counted back to, where the phrase counts minutes or hours."""
    clock: Printed | None = None
    """The clock time printed beside the phrase."""


_COUNTED = r"(?:(?:[N#]|n(?:\ (?:&\ )?n)?)\ ?)?[Uj]"  # «خمس وأربعين دقيقة»
_AMOUNT = rf"(?:f\ )?{_COUNTED}(?:\ k|\ (?:&\ ?)?{_COUNTED})*(?:\ f)?"  # «حوالي ساعتين», «ساعتين تقريبا»
_LABEL = r"(?:[pufetj][ :,]*)*"
_TAIL = r"[ .,|]*(?:\([pu]\))?[ .,|)]*"
_AGO = re.compile(rf"[ (]*{_LABEL}(?P<amount>A\ ?:?\ ?{_AMOUNT}(?:\ B)?|B\ {_AMOUNT}|{_AMOUNT}\ B){_TAIL}")
_DAY = re.compile(
    rf"[ (|]*(?:[pufetj][ :,|-]*|W[ ,]+)*(?P<before>{CLOCK}[ ,|-]*)?(?:a\ )?(?P<day>R)(?:\ ?,?\ W)?"
    rf"(?P<clock>[ ,|/ft()-]*{CLOCK})?{_TAIL}"
)
_NOW = re.compile(rf"[ (]*{_LABEL}(?P<now>I){_TAIL}")
_PART = re.compile(r"\ ?\|\ ?|\ -\ ")
_UNITS = {
    "second": dt.timedelta(seconds=1),
    "minute": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
    "week": dt.timedelta(days=7),
    "month": dt.timedelta(days=30),
    "year": dt.timedelta(days=365),
}
_ORDER = list(_UNITS)
_PRECISIONS: dict[str, Precision] = {
    "second": "minute",
    "minute": "minute",
    "hour": "hour",
    "week": "week",
    "month": "month",
    "year": "year",
}


def resolve(text: Text, now: dt.datetime) -> Moment | None:
    """The day (and time) that a relative text means at the moment ``now``, on its clock; None for others.

    Example: at 14:30 on 27 March 2024 ``منذ ساعتين`` is 12:30 that day, and ``منذ أسبوعين`` is nominally
    13 March, at the earliest the 7th and at the latest the 17th (sites round such numbers up or down).
    """
    shape = text.shape
    if "R" in shape:
        return _day(text, now)
    if "I" in shape:
        match = _NOW.fullmatch(shape)
        if match is None:
            return None
        if text.tokens[match.start("now")].value == "now":
            return Moment(now.date(), "minute", at=now)
        earliest = (now - dt.timedelta(hours=1)).date()
        if earliest != now.date():
            return Moment(now.date(), "hour", earliest, now.date())
        return Moment(now.date(), "day")
    if "A" not in shape and "B" not in shape:
        return None
    start = 0
    for gap in [*_PART.finditer(shape), None]:
        end = len(shape) if gap is None else gap.start()
        match = _AGO.fullmatch(shape, start, end)
        if match is not None:
            rest = shape[:start] + shape[end:]
            if set(rest) & set("YABRIH#") or rest.count("x") > 8:
                return None
            return _ago(text, match, now)
        if gap is not None:
            start = gap.end()
    return None


def _day(text: Text, now: dt.datetime) -> Moment | None:
    match = _DAY.fullmatch(text.shape)
    if match is None:
        return None
    date = now.date() + dt.timedelta(days=text.tokens[match.start("day")].number)
    if any(token.value == "from" for token in text.tokens[: match.start("day")]):  # «من اليوم»
        return None
    clock = None
    if match["clock"] or match["before"]:
        clock = find_clock(text, match.start("day"), match.end("day"))
    return Moment(date, "day", clock=clock)


def _ago(text: Text, match: re.Match[str], now: dt.datetime) -> Moment | None:
    counted: dict[str, int] = {}
    number: int | None = None
    unit = "day"
    for token in text.tokens[match.start("amount") : match.end("amount")]:
        if token.letter in "N#n":
            number = token.number + (number or 0)  # «خمس» + «أربعين»
        elif token.letter in "Uj":
            unit, size = token.value.split()
            if number is None and size == "n":
                return None  # «منذ أيام»: how many?
            counted[unit] = counted.get(unit, 0) + (int(size) if number is None else number)
            number = None
        elif token.letter == "k":  # «ساعة ونصف»
            if unit != "hour":
                return None
            counted["minute"] = counted.get("minute", 0) + token.number
    finest = min(counted, key=_ORDER.index)
    if sum(counted.values()) > 5000:
        return None
    months = counted.pop("year", 0) * 12 + counted.pop("month", 0)
    if months > 1200:
        return None
    moment = _months_before(now, months)
    moment -= dt.timedelta(days=counted.pop("week", 0) * 7 + counted.pop("day", 0))  # on the wall clock
    back = sum((_UNITS[part] * count for part, count in counted.items()), dt.timedelta(0))
    moment = (moment.astimezone(dt.UTC) - back).astimezone(now.tzinfo)
    if finest == "day":
        return Moment(moment.date(), "day")
    # A site that counts whole units says «ساعتين» until the third is over, one that rounds from 1 h 30 on.
    length, precision = _UNITS[finest], _PRECISIONS[finest]
    early, late = moment - length, moment + length / 2 if now - moment >= 2 * length else moment
    if finest in ("week", "month", "year"):
        early += dt.timedelta(days=1)
        return Moment(moment.date(), precision, early.date(), late.date())
    if finest == "hour" and early.date() != late.date():
        return Moment(moment.date(), precision, early.date(), late.date(), at=moment)
    return Moment(moment.date(), precision, at=moment)


def _months_before(moment: dt.datetime, months: int) -> dt.datetime:
    """The same day of the month that many months earlier, or that month's last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
