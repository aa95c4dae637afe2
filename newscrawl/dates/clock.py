"""Clock times beside a date: ``14:30``, ``2:30 م``, ``14h30``, ``الساعة الثالثة مساء``, and their zone."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from newscrawl.dates.words import Text

__all__ = ["CLOCK", "Printed", "find_clock"]

_MINUTES = r"\ ?(?:&\ ?)?(?:N|n(?:\ n)?)\ U"  # «و15 دقيقة», «وخمس دقائق»
CLOCK = (
    rf"(?:[am]\ ?[t:]?\ ?)?(?:C|t[ :,f]*N(?:\ ?[.:]\ ?N|{_MINUTES})?(?!\ ?(?:&\ ?)?[NMH]|[,-]N)"
    rf"|N(?:\ :\ ?|:\ )N(?!\ ?[MHN:/-])|N\.N(?=\ ?[am])|N(?=\ ?a)|(?:t[ :,f]*)?o(?:\ ?k|{_MINUTES})?)"
    r"(?:\ k)?(?:[ ,(]{0,2}[am])?"
)
"""The shape of a clock time, without its zone."""

_CLOCK = re.compile(CLOCK)
_ZONE = re.compile(
    r"[ ,)-]{0,3}"
    r"(?:(?P<machine>Z)|\(?q[ f]*(?P<named>[zZ])|\((?P<bracketed>[zZ])(?=\)|\ ?[+-])|\(?(?P<unknown>q))"
    r"(?:\ ?(?P<sign>[+-])\ ?(?P<hours>[NC]))?"
)
_RANGE = re.compile(r"\ (?:[-i]\ )?(?:[ft]\ )*C")  # «10:00 - 12:00»
_PHRASE = 24  # tokens between a clock time and a day period that may be its own
_NEAR, _FAR = 14, 3  # tokens and unknown words that may stand between a date and its clock time


class Printed(NamedTuple):
    """A clock time as printed. ``time`` is None when the printed one can't be (``25:70``) or is not clear."""

    time: dt.time | None
    offset: dt.timedelta | None = None
    """Offset from UTC printed beside it."""
    zone: str | None = None
    """IANA name of the place whose clock is meant (``بتوقيت مكة المكرمة``)."""
    unknown: bool = False
    """Is a place named whose zone is not known?"""
    machine: bool = False
    """Does the zone look like a machine's (``Z``, ``+01:00``, ``GMT``), not a writer's?"""


def find_clock(text: Text, start: int, end: int) -> Printed | None:
    """The clock time nearest to the date at tokens ``start`` to ``end``, after it or before it.

    Example: ``27 مارس 2024 - الساعة 2:30 مساء`` gives 14:30. None when no clock time belongs to the date.
    """
    shape = text.shape
    after = _CLOCK.search(shape, end)
    while after is not None and not _is_clock(after):
        after = _CLOCK.search(shape, after.end())
    if after is not None and not _near(shape[end : after.start()]):
        after = None
    before = None
    for match in _CLOCK.finditer(shape, 0, start):
        if _is_clock(match) and _near(shape[match.end() : start]):
            before = match
    if after is not None and (before is None or after.start() - end <= start - before.end()):
        return _read(text, after)
    return None if before is None else _read(text, before)


def _is_clock(match: re.Match[str]) -> bool:
    """An hour in words alone (``للمرة الثانية``) is no clock time, nor is the first of two clocks."""
    if _RANGE.match(match.string, match.end()):
        return False
    return "o" not in match[0] or "t" in match[0] or match[0][-1] in "am"


def _near(gap: str) -> bool:
    unknown = gap.count("x") + gap.count("X")
    return len(gap) <= _NEAR and unknown <= _FAR and not set(gap) & set("NY#puBACrbiv")


def _read(text: Text, match: re.Match[str]) -> Printed:
    tokens = text.tokens[match.start() : match.end()]
    zone = _ZONE.match(text.shape, match.end())
    period, hour, minute, second = None, None, 0, 0
    offset = None
    numbers: list[int] = []
    for token in tokens:
        if token.clock is not None:
            hour, minute, second, offset = token.clock
        elif token.letter == "N":
            numbers.append(token.number)
        elif token.letter == "o":
            hour = token.number
        elif token.letter in "kn":
            minute += token.number
        elif token.letter in "am":
            period = "pm" if token.letter == "m" else token.value
    if numbers and hour is None:
        hour = numbers.pop(0)
    if numbers:
        minute = numbers[0]
    words = any(token.letter == "o" for token in tokens)
    time = _time(hour or 0, minute, second, period, words=words or _day_period_elsewhere(text, match))
    if zone is not None and zone["unknown"]:
        return Printed(time, offset, unknown=offset is None)
    if offset is not None:  # «14:30:00 +0100 (CET)»
        return Printed(time, offset, machine=True)
    if zone is not None:
        place = max(zone.start(name) for name in ("machine", "named", "bracketed"))
    elif text.shape.endswith("Z ", 0, match.start()):  # «GMT 14:30»
        place = match.start() - 2
    else:
        return Printed(time)
    token = text.tokens[place]
    if token.value == "local":
        return Printed(time)
    if not token.value.startswith(("+", "-")):
        return Printed(time, zone=token.value)
    offset = dt.time.fromisoformat(f"00:00{token.value}").utcoffset() or dt.timedelta(0)
    if zone is not None and zone["hours"] is not None:  # «بتوقيت غرينتش +3»
        shift = text.tokens[zone.start("hours")]
        hours, minutes = (shift.number, 0) if shift.clock is None else shift.clock[:2]
        more = dt.timedelta(hours=hours, minutes=minutes)
        if more <= dt.timedelta(hours=14):
            offset += more if zone["sign"] == "+" else -more
    return Printed(time, offset, machine=token.letter == "Z")


def _day_period_elsewhere(text: Text, match: re.Match[str]) -> bool:
    """Does ``مساء`` stand apart from the clock (``مساء الأربعاء … على الساعة 8:30``)?"""
    rest = (
        text.shape[max(0, match.start() - _PHRASE) : match.start()]
        + text.shape[match.end() : match.end() + _PHRASE]
    )
    return "a" in rest and not _CLOCK.search(rest)


def _time(hour: int, minute: int, second: int, period: str | None, *, words: bool) -> dt.time | None:
    """The time on a 24-hour clock; None when the words contradict it or leave the half of the day open.

    Rule: CLDR's Arabic day periods; ``12 ص`` is midnight, ``12 م`` is noon.
    """
    if minute < 0:  # «الثالثة إلا ربعا»
        hour, minute = hour - 1 or 12, minute + 60
    if period is None and words and hour <= 12:
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    if period is not None:
        read = _HALVES[period].get(hour)
        if read is None:
            return None
        hour = read
    return dt.time(hour, minute, second)


_HALVES: dict[str, dict[int, int]] = {
    "am": {12: 0, **{hour: hour for hour in range(12)}},
    "pm": {**{hour: hour + 12 for hour in range(12)}, **{hour: hour for hour in range(12, 24)}},
    "afternoon": {
        12: 12,
        **{hour: hour + 12 for hour in range(1, 8)},
        **{hour: hour for hour in range(13, 20)},
    },
    "noon": {
        10: 10,
        11: 11,
        12: 12,
        **{hour: hour + 12 for hour in range(1, 5)},
        **{h: h for h in range(13, 17)},
    },
    "night": {
        12: 0,
        **{h: h for h in range(5)},
        **{h: h + 12 for h in range(6, 12)},
        **{h: h for h in range(18, 24)},
    },
    "dawn": {12: 0, **{hour: hour for hour in range(7)}},
    "midnight": {12: 0, 0: 0},
}
"""Day period → the hour as printed → the hour of the day."""
