"""Reads relative phrases: ``منذ ساعتين``, ``قبل 3 أيام``, ``أمس على الساعة 20:15``, ``الثلاثاء الماضي``.

A phrase counts only if it is the whole text, or a whole part of a line (``الرباط - منذ ساعتين``):
``محتجز منذ 3 أيام`` does not give the time of publication.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple, cast

from newscrawl import lazy
from newscrawl.dates.clock import CLOCK, PrintedTime, find_clock
from newscrawl.dates.counting import Unit, age
from newscrawl.dates.words import DateToken, TokenText
from newscrawl.vocabulary import Precision

__all__ = ["Moment", "resolve"]


class Moment(NamedTuple):
    """The meaning of a relative phrase, on the clock of ``now``."""

    date: dt.date
    precision: Precision
    earliest: dt.date
    latest: dt.date
    at: dt.datetime | None = None
    """The instant, if the phrase counts minutes or hours."""
    clock: PrintedTime | None = None
    """The clock time printed with the phrase."""


_COUNT = r"(?:[N#](?:\.[N#])?|n(?:\ (?:&\ )?n)?)"  # «خمس وأربعين», «0.73»
_COUNTED = rf"(?:{_COUNT}\ ?)?[Uj]"
_JOINED = rf"(?:\ k|(?:\ ?,\ ?|\ )(?:&\ ?)?{_COUNTED})"
_AMOUNT = rf"(?:f\ )*(?:(?P<than>V)\ )?{_COUNTED}{_JOINED}*(?:\ f)?"  # «حوالي ساعتين», «أقل من دقيقة»
_LABEL = r"(?:[pufetj][ :,]*)*"
_TAIL = r"[ .,|]*(?:\([pu]\))?[ .,|)]*"
_BEFORE = lazy.pattern(rf"[ (]*{_LABEL}(?P<amount>A\ ?:?\ ?{_AMOUNT}(?:\ B)?){_TAIL}")
_AFTER = lazy.pattern(
    rf"[ (]*{_LABEL}(?P<amount>B\ {_COUNTED}{_JOINED}*|{_AMOUNT}\ B){_TAIL}"  # «3 ساعات مضت»
)
_BESIDE = rf"(?P<clock>[ ,|/ft()-]*{CLOCK})"
_DAY = lazy.pattern(
    rf"[ (|]*(?:[pufetj][ :,|-]*|W[ ,]+)*(?P<before>{CLOCK}[ ,|-]*)?(?:a\ )?(?P<day>R)(?:\ ?,?\ W)?"
    rf"{_BESIDE}?{_TAIL}"
)
_WEEKDAY = lazy.pattern(
    rf"[ (|]*(?:[pufej][ :,|-]*)*(?P<first>T\ )?(?P<day>W)(?P<last>\ T)?{_BESIDE}?{_TAIL}"
)
_PERIOD = lazy.pattern(rf"[ (]*{_LABEL}(?P<period>G){_TAIL}")
_NOW = lazy.pattern(rf"[ (]*(?:[pufej][ :,]*)*(?P<now>I){_TAIL}")
_PART = re.compile(r"\ ?\|\ ?|\ -\ ")
_PRECISIONS: dict[Unit, Precision] = {
    "second": Precision.MINUTE,
    "minute": Precision.MINUTE,
    "hour": Precision.HOUR,
    "day": Precision.DAY,
    "week": Precision.WEEK,
    "month": Precision.MONTH,
    "year": Precision.YEAR,
}
_LONG: tuple[Unit, ...] = ("day", "week", "month", "year")
_MOST = 5000
_MOST_MONTHS = 1200
_JUST_NOW = dt.timedelta(minutes=1)


def resolve(text: TokenText, now: dt.datetime) -> Moment | None:
    """The meaning of a relative text at the moment ``now``, on its clock; None for any other text.

    Example: at 14:30 on 27 March 2024 ``منذ ساعتين`` is 12:30 that day, and ``منذ أسبوعين`` is nominally
    13 March, at the earliest the 6th and at the latest the 17th (see ``newscrawl.dates.counting``).
    """
    shape = text.shape
    if "R" in shape:
        return _day(text, now)
    if "I" in shape:
        return _now(text, now)
    if "G" in shape:
        return _period(text, now)
    if "A" in shape or "B" in shape:
        return _counted(text, now)
    return _weekday(text, now) if "W" in shape else None


def _exactly(day: dt.date, precision: Precision, at: dt.datetime | None = None) -> Moment:
    return Moment(day, precision, day, day, at)


def _now(text: TokenText, now: dt.datetime) -> Moment | None:
    match = _NOW.fullmatch(text.shape)
    if match is None:
        return None
    today, value = now.date(), text.tokens[match.start("now")].value
    if value == "now":
        return Moment(today, Precision.MINUTE, (now - _JUST_NOW).date(), today, at=now)
    if value == "hours":
        return Moment(today, Precision.HOUR, (now - dt.timedelta(days=1)).date(), today)
    earliest = (now - dt.timedelta(hours=1)).date()
    return Moment(today, Precision.HOUR if earliest != today else Precision.DAY, earliest, today)


def _day(text: TokenText, now: dt.datetime) -> Moment | None:
    match = _DAY.fullmatch(text.shape)
    if match is None:
        return None
    date = now.date() + dt.timedelta(days=text.tokens[match.start("day")].number)
    if any(token.value == "from" for token in text.tokens[: match.start("day")]):  # «من اليوم»
        return None
    clock = None
    if match["clock"] or match["before"]:
        clock = find_clock(text, match.start("day"), match.end("day"))
    return _exactly(date, Precision.DAY)._replace(clock=clock)


def _weekday(text: TokenText, now: dt.datetime) -> Moment | None:
    """The last weekday of that name: ``الثلاثاء الماضي``, or ``الثلاثاء عند الساعة 09:15`` as libraries print
    it.

    None for today's weekday, which can mean today or a week ago.
    """
    match = _WEEKDAY.fullmatch(text.shape)
    if match is None:
        return None
    led = match["first"] and match["clock"]
    if not (match["last"] or led or set("tf") & set(match["clock"] or "")):
        return None
    back = (now.weekday() - text.tokens[match.start("day")].number) % 7
    if back == 0:
        return None
    clock = find_clock(text, match.start("day"), match.end("last" if match["last"] else "day"))
    if match["clock"] and (clock is None or clock.time is None):
        return None
    return _exactly(now.date() - dt.timedelta(days=back), Precision.DAY)._replace(clock=clock)


def _period(text: TokenText, now: dt.datetime) -> Moment | None:
    """``الشهر الماضي``: the last calendar month, or software's words for one month ago."""
    match = _PERIOD.fullmatch(text.shape)
    if match is None:
        return None
    unit = cast("Unit", text.tokens[match.start("period")].value)
    ago, today = age(now, {unit: 1}), now.date()
    if unit == "week":  # weeks begin on Monday, Sunday or Saturday
        first, last = today - dt.timedelta(days=13), today - dt.timedelta(days=1)
    elif unit == "month":
        last = today.replace(day=1) - dt.timedelta(days=1)
        first = last.replace(day=1)
    else:
        first, last = dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)
    return Moment(ago.nominal.date(), _PRECISIONS[unit], min(first, ago.earliest), max(last, ago.latest))


def _counted(text: TokenText, now: dt.datetime) -> Moment | None:
    shape = text.shape
    start = 0
    for gap in [*_PART.finditer(shape), None]:
        end = len(shape) if gap is None else gap.start()
        match = _BEFORE.fullmatch(shape, start, end) or _AFTER.fullmatch(shape, start, end)
        if match is not None:
            rest = shape[:start] + shape[end:]
            if set(rest) & set("YABRIH#") or rest.count("x") > 8:
                return None
            than = text.tokens[match.start("than")].value if match["than"] else ""
            return _ago(text.tokens[match.start("amount") : match.end("amount")], than, now)
        if gap is not None:
            start = gap.end()
    return None


def _ago(tokens: list[DateToken], than: str, now: dt.datetime) -> Moment | None:
    counted = _counts(tokens)
    if not counted or sum(counted.values()) > _MOST:
        return None
    if counted.get("year", 0) * 12 + counted.get("month", 0) > _MOST_MONTHS:
        return None
    span = age(now, counted)
    finest = next(unit for unit in _PRECISIONS if unit in counted)
    precision = _PRECISIONS[finest]
    if than == "less":  # «أقل من دقيقة»
        at = now if precision == Precision.MINUTE else None
        return Moment(now.date(), precision, span.nominal.date(), now.date(), at)
    at = None if finest in _LONG else span.nominal
    latest = min(span.latest, span.nominal.date()) if than == "more" else span.latest
    return Moment(span.nominal.date(), precision, span.earliest, latest, at)


def _counts(tokens: list[DateToken]) -> dict[Unit, float]:
    """The count of each unit; empty when the phrase has no count (``منذ أيام``)."""
    counted: dict[Unit, float] = {}
    number: float | None = None
    point = False
    for token in tokens:
        if token.letter == "." and number is not None:
            point = True
        elif token.letter in "N#n":
            if point:
                number, point = float(f"{number}.{token.value}"), False
            else:
                number = token.number + (number or 0)  # «خمس» + «أربعين»
        elif token.letter in "Uj":
            name, size = token.value.split()
            if number is None and size == "n":
                return {}
            unit = cast("Unit", name)
            counted[unit] = counted.get(unit, 0) + (int(size) if number is None else number)
            number = None
        elif token.letter == "k":  # «ساعة ونصف»
            if "hour" not in counted:
                return {}
            counted["hour"] += token.number / 60
    return counted
