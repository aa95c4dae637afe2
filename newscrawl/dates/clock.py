"""Finds clock times near a date: ``14:30``, ``2:30 م``, ``14h30``, ``الساعة الثالثة مساء``, and their
zone.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from newscrawl.dates.words import DateToken, TokenText

__all__ = ["CLOCK", "HALVES", "PrintedTime", "find_clock"]

_MINUTES = r"\ ?(?:&\ ?)?(?:N|n(?:\ n)?)\ U"  # «و15 دقيقة», «وخمس دقائق»
CLOCK = (
    rf"(?:[am]\ ?[t:]?\ ?)?(?:C|t[ :,f]*N(?:\ ?[.:]\ ?N|{_MINUTES})?(?!\ ?(?:&\ ?)?[NMH]|[,-]N)"
    rf"|N(?:\ :\ ?|:\ )N(?!\ ?[MHN:/-])|N\.N(?=\ ?[amP])|N(?=\ ?[aP])|(?<=[fhY,]\ )N(?=\ m)"
    rf"|(?:t[ :,f]*)?o(?:\ ?k|{_MINUTES})?)"
    r"(?:\ k)?(?:[ ,(]{0,2}(?:f\ )?[amP]|\ l(?!\ ?[NY#]))?"
)
"""The shape of a clock time, without its zone."""

_CLOCK = re.compile(CLOCK)
_HOUR = re.compile(r"(?P<at>,?\ f)?\ (?P<n>N)$")  # «10 أبريل 2024 في 13», «٢٠٢٤ ٠٠»: ICU, an hour alone
_UNKNOWN_PERIOD = re.compile(r"\ (?:f\ (?P<after>x)|(?P<word>x))")
_ZONE = re.compile(
    r"[ ,)-]{0,3}"
    r"(?:(?P<machine>Z)|(?P<ambiguous>J)|(?P<abbreviation>X)$|\(?q[ f]*(?P<named>[zZ])"
    r"|\((?P<bracketed>[zZ])(?=\)|\ ?[+-])|\(?(?P<unknown>q))"
    r"(?:\ ?(?P<sign>[+-])\ ?(?P<hours>[NC]))?"
)
_RANGE = re.compile(r"\ (?:[-i]\ )?(?:[ft]\ )*C")  # «10:00 - 12:00»
_PHRASE = 24  # maximum number of tokens between a clock time and its day period
_NEAR, _FAR = 14, 3  # maximum numbers of tokens and of unknown words between a date and its time


class PrintedTime(NamedTuple):
    """A clock time as printed. ``time`` is None when it is impossible (``25:70``) or ambiguous."""

    time: dt.time | None
    offset: dt.timedelta | None = None
    """The printed offset from UTC."""
    zone: str | None = None
    """IANA zone of the printed place (``بتوقيت مكة المكرمة``)."""
    unknown: bool = False
    """Is the printed zone unknown, or an abbreviation of several zones (``AST``)?"""
    region: bool = False
    """Is the offset that of a wide region (``توقيت شرق أوروبا الرسمي``)? It may be an hour off, because some
    places of the region have other rules or another summer time."""
    machine: bool = False
    """Was the zone written by software (``Z``, ``+01:00``, ``GMT``) rather than by a person?"""


def find_clock(text: TokenText, start: int, end: int) -> PrintedTime | None:
    """The clock time nearest to the date at tokens ``start`` to ``end``, after or before it.

    Example: ``27 مارس 2024 - الساعة 2:30 مساء`` gives 14:30. None when the date has no clock time.
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
    return _hour_alone(text, end) if before is None else _read(text, before)


def _hour_alone(text: TokenText, end: int) -> PrintedTime | None:
    """A two-digit hour that ends a text, right after the date; it begins with 0 unless a word comes before
    it.
    """
    match = _HOUR.fullmatch(text.shape, end)
    if match is None:
        return None
    hour = text.tokens[match.start("n")]
    if len(hour.value) != 2 or hour.number > 23 or not (match["at"] or hour.value.startswith("0")):
        return None
    return PrintedTime(dt.time(hour.number))


def _is_clock(match: re.Match[str]) -> bool:
    """Is it a clock time, rather than an ordinal in words (``للمرة الثانية``) or the first of two clocks?"""
    if _RANGE.match(match.string, match.end()):
        return False
    return "o" not in match[0] or "t" in match[0] or match[0][-1] in "am"


def _near(gap: str) -> bool:
    unknown = gap.count("x") + gap.count("X")
    return len(gap) <= _NEAR and unknown <= _FAR and not set(gap) & set("NY#puBACrbiv")


def _read(text: TokenText, match: re.Match[str]) -> PrintedTime:
    time, offset = _face(text, match)
    zone = _ZONE.match(text.shape, match.end())
    if zone is not None and zone["abbreviation"]:
        tokens = text.tokens[match.start() : match.end()]
        zone = zone if _abbreviates(text.tokens[-1], tokens) else None
    if zone is not None and (zone["unknown"] or zone["ambiguous"] or zone["abbreviation"]):
        return PrintedTime(time, offset, unknown=offset is None)
    if offset is not None:  # «14:30:00 +0100 (CET)»
        return PrintedTime(time, offset, machine=True)
    if zone is not None:
        token = text.tokens[max(zone.start(name) for name in ("machine", "named", "bracketed"))]
        return _in_zone(time, token, _shift(text, zone))
    if text.shape.endswith("Z ", 0, match.start()):  # «GMT 14:30»
        return _in_zone(time, text.tokens[match.start() - 2], dt.timedelta())
    return PrintedTime(time)


def _face(text: TokenText, match: re.Match[str]) -> tuple[dt.time | None, dt.timedelta | None]:
    """The time of day that the tokens of a clock give, and the offset right after it."""
    period, part, hour, minute, second = None, None, None, 0, 0
    offset = None
    numbers: list[int] = []
    in_words = False
    for token in text.tokens[match.start() : match.end()]:
        if token.clock is not None:
            hour, minute, second, offset = token.clock
        elif token.letter == "N":
            numbers.append(token.number)
        elif token.letter == "o":
            hour, in_words = token.number, True
        elif token.letter in "kn":
            minute += token.number
        elif token.letter in "am":
            period = "pm" if token.letter == "m" else token.value.lower()
        elif token.letter in "Pl" and token.value in HALVES:
            part = token.value
    if numbers and hour is None:
        hour = numbers.pop(0)
    if numbers:
        minute = numbers[0]
    hour = hour or 0
    if period is None and hour <= 12:  # «14:30 المساء» names the newspaper
        period = part
    open_half = in_words or _day_period_elsewhere(text, match) or _unknown_period(text, match, hour)
    return _time(hour, minute, second, period, words=open_half), offset


def _shift(text: TokenText, zone: re.Match[str]) -> dt.timedelta:
    """The offset after the name of a zone (``بتوقيت غرينتش +3``); zero if there is none."""
    if zone["hours"] is None:
        return dt.timedelta()
    token = text.tokens[zone.start("hours")]
    hours, minutes = (token.number, 0) if token.clock is None else token.clock[:2]
    shift = dt.timedelta(hours=hours, minutes=minutes)
    if shift > dt.timedelta(hours=14):
        return dt.timedelta()
    return shift if zone["sign"] == "+" else -shift


def _in_zone(time: dt.time | None, token: DateToken, shift: dt.timedelta) -> PrintedTime:
    """A clock time in the zone of a token."""
    if token.value == "local":
        return PrintedTime(time)
    value = token.value.lstrip("~")
    if not value.startswith(("+", "-")):
        return PrintedTime(time, zone=value)
    offset = dt.time.fromisoformat(f"00:00{value}").utcoffset() or dt.timedelta(0)
    return PrintedTime(time, offset + shift, region=value != token.value, machine=token.letter == "Z")


def _abbreviates(word: DateToken, clock: list[DateToken]) -> bool:
    """Is the Latin word at the end of a stamp the abbreviation of a zone (``23:30:00 XYZT``)?"""
    return 3 <= len(word.value) <= 5 and any(token.value.count(":") == 2 for token in clock)


def _unknown_period(text: TokenText, match: re.Match[str], hour: int) -> bool:
    """Does the unknown word after a 12-hour clock look like a part of the day (``8:45 في السهرة``)?"""
    clock = next((token.value for token in text.tokens[match.start() : match.end()] if token.clock), "")
    if not 1 <= hour <= 12 or not clock or clock.startswith("0") or match[0][-1] != "C":
        return False
    behind = _UNKNOWN_PERIOD.match(text.shape, match.end())
    if behind is None:
        return False
    word = behind["word"] and text.tokens[behind.start("word")].value
    if word is None or len(word) <= 1:  # «12:07 ن» is midnight in date-fns
        return True
    return len(word) > 3 and word.endswith("ا") and not word.startswith("ال")


def _day_period_elsewhere(text: TokenText, match: re.Match[str]) -> bool:
    """Is there a day period away from the clock (``مساء الأربعاء … على الساعة 8:30``)?"""
    rest = (
        text.shape[max(0, match.start() - _PHRASE) : match.start()]
        + text.shape[match.end() : match.end() + _PHRASE]
    )
    return "a" in rest and not _CLOCK.search(rest)


def _time(hour: int, minute: int, second: int, period: str | None, *, words: bool) -> dt.time | None:
    """The time on a 24-hour clock; None when the day period contradicts it or is missing but needed.

    Rule: CLDR's Arabic day periods; ``12 ص`` is midnight, ``12 م`` is noon.
    """
    if minute < 0:  # «الثالثة إلا ربعا»
        hour, minute = hour - 1 or 12, minute + 60
    if period is None and words and hour <= 12:
        return None
    if hour == 24 and minute and period is None:  # ICU's k: 24:07 is seven minutes past midnight
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    if period is not None:
        read = HALVES[period].get(hour)
        if read is None:
            return None
        hour = read
    return dt.time(hour, minute, second)


HALVES: dict[str, dict[int, int]] = {
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
    "evening": {12: 0, 0: 0, **{hour: hour + 12 for hour in range(1, 12)}},
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
