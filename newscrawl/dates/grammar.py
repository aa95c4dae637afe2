"""Where the dates of a text are: patterns over its shape (see ``newscrawl.dates.words``).

Everything here is about *form*: which tokens are the day, the month and the year of one date, and
which neighbours show that they are none (a longer chain of numbers, a range, a law's number). Which
day a form means, and which of several dates counts, is decided in ``newscrawl.dates.reading``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from newscrawl.dates.words import Text

__all__ = ["Found", "find"]

Era = Literal["ce", "hijri", "other"]
_ERAS: dict[str, Era] = {"c": "ce", "m": "ce", "h": "hijri", "s": "other"}


class Found(NamedTuple):
    """One date form: tokens ``start`` to ``end`` (its era included)."""

    start: int
    end: int
    year: int
    month: int
    day: int
    calendar: Literal["gregorian", "hijri"] | None
    """The calendar of the month's name; None for a month in digits."""
    era: Era | None
    clear: bool
    """False when the neighbours say that it is a range, a reference or a limit, not the text's date."""
    clock: int | None = None
    """Token of a clock time printed between month and year."""


_JOIN = r"[ ,./\-fjE]{0,9}"  # what may stand between day, month and year
_MONTH = r"(?:(?P<m>[MLF])(?:\ ?[/(|-]?\ ?(?P<m2>[ML])\ ?\)?)?|(?P<hm>H))"  # آذار/مارس, أيار (مايو)
_CLOCK = r"(?:(?P<c>C)[ ,]{0,2}(?:Z[ ,]{0,2})?)?"
_NAMED = (
    re.compile(rf"(?P<d>[NOF]){_JOIN}{_MONTH}{_JOIN}{_CLOCK}(?P<y>Y)"),
    re.compile(rf"{_MONTH}[ ,.E/-]{{0,4}}(?P<d>N)f?[ ,/-]{{0,3}}{_CLOCK}(?P<y>Y)"),
    re.compile(rf"(?P<y>Y)[ ,/-]{{0,3}}{_MONTH}[ ,/-]{{0,3}}(?P<d>N)(?!{_JOIN}(?:Y|[MH]{_JOIN}Y)|:|/)"),
)
_NUMERIC = (
    re.compile(r"(?P<d>N)\ ?(?P<s>[-/.])\ ?(?P<m>N)\ ?(?P=s)\ ?(?P<y>Y)"),
    re.compile(r"(?P<y>Y)\ ?(?P<s>[-/.])\ ?(?P<m>N)\ ?(?P=s)\ ?(?P<d>N)"),
    re.compile(r"(?P<d>N)(?P<s>/)(?P<m>N)/(?P<y>N)"),
)
_ERA = re.compile(r"[ ,]?\(?(?P<era>[cmhs])(?:\ ?(?P<solar>s))?")

# --- Neighbours that say «this is no date of the text».
_CHAINED_LEFT = re.compile(r"(?:[NY#C]\ ?[-/.]\ ?|[NY#][:/.,+-]|[+!/@#]|X[-/.]?)$")
_CHAINED_RIGHT = re.compile(r"\ ?(?P<s>[-/.])\ ?[NY#]|[-/.]?[NY#]|[/!+]|[.-]X|X|\ ?r|:N")
_RANGE_LEFT = re.compile(r"(?P<n>N)(?P<link>[-/,.+]|\ ?&\ ?|\ ?,\ ?(?:&\ ?)?|\ -\ | )$")
_MONTH_RANGE_LEFT = re.compile(rf"[NO]{_JOIN}[MLF]\ ?(?:[-/,&]\ ?|\ )+(?:W\ ?)?$")
_MONTH_YEAR_LEFT = re.compile(r"[MH]\ ?Y\ $")
_RANGE_RIGHT = re.compile(r"\ ?[cmh]?\ ?[),]?\ ?(?:i|[-/](?:Y|N(?!\ ?[/.]|:)))|\ ?r")
_COUNTED = re.compile(r"b[ :.(fx]{0,2}$")
_COUNTED_NUMBER = re.compile(r"b[ :.(]*$")
_LIMIT = re.compile(r"[ivA][ ,:(fjWaER]*$")
_UNTIED_ORDINAL = re.compile(r"[xXbN]\ $")


def find(text: Text) -> list[Found]:
    """The dates of a text, in their order. Example: ``17 رمضان 1445 الموافق 27 مارس 2024`` has two."""
    shape = text.shape
    claimed = bytearray(len(shape))
    found = []
    if "Y" in shape:
        if "M" in shape or "H" in shape or "L" in shape or "F" in shape:
            for pattern in _NAMED:
                found += _claim(pattern.finditer(shape), claimed, text, _named)
        for pattern in _NUMERIC[:2]:
            found += _claim(pattern.finditer(shape), claimed, text, _numeric)
    if "N/N/N" in shape:
        found += _claim(_NUMERIC[2].finditer(shape), claimed, text, _numeric)
    return sorted(found)


def _claim(matches, claimed, text, read) -> Iterator[Found]:  # type: ignore[no-untyped-def]
    for match in matches:
        if not any(claimed[match.start() : match.end()]):
            one = read(match, text)
            if one is not None:
                claimed[match.start() : one.end] = b"\1" * (one.end - match.start())
                yield one


def _era(text: Text, end: int) -> tuple[Era | None, int]:
    match = _ERA.match(text.shape, end)
    if match is None:
        return None, end
    era: Era = "other" if match["solar"] else _ERAS[match["era"]]
    return era, match.end()


def _named(match: re.Match[str], text: Text) -> Found | None:
    tokens, shape = text
    hijri = match["hm"] is not None
    month = tokens[match.start("hm" if hijri else "m")]
    number = 9 if month.letter == "F" else month.number
    if match["m2"] is not None and tokens[match.start("m2")].number != number:
        return None
    day = tokens[match.start("d")]
    era, end = _era(text, match.end())
    left = shape[: match.start()]
    return Found(
        start=match.start(),
        end=end,
        year=tokens[match.start("y")].number,
        month=number,
        day=1 if day.letter == "F" else day.number,
        calendar="hijri" if hijri else "gregorian",
        era=era,
        clear=not (
            _range(text, match.start(), day.number)
            or _MONTH_RANGE_LEFT.search(left)
            or _MONTH_YEAR_LEFT.search(left)
            or _RANGE_RIGHT.match(shape, match.end())
            or _COUNTED.search(left)
            or _LIMIT.search(left)
            or (day.letter in "OF" and _UNTIED_ORDINAL.search(left))
        ),
        clock=match.start("c") if "c" in match.re.groupindex and match["c"] is not None else None,
    )


def _range(text: Text, start: int, day: int) -> bool:
    """Is there another day right before this one (``25-27 مارس``)?"""
    match = _RANGE_LEFT.search(text.shape, max(0, start - 6), start)
    if match is None or _COUNTED_NUMBER.search(text.shape[: match.start("n")]):
        return False
    # «العدد 31 - 27 مارس»: a number after which the days do not rise is no range when spaced.
    return match["link"] != " - " or text.tokens[match.start("n")].number < day


def _numeric(match: re.Match[str], text: Text) -> Found | None:
    tokens, shape = text
    left = shape[: match.start()]
    right = _CHAINED_RIGHT.match(shape, match.end())
    if _CHAINED_LEFT.search(left) or (
        right and (right["s"] is None or right["s"] == match["s"] or " " not in right[0])
    ):
        return None
    year = tokens[match.start("y")]
    era, end = _era(text, match.end())
    if era is None and re.search(r"h\ ?$", left):
        era = "hijri"
    return Found(
        start=match.start(),
        end=end,
        year=year.number if year.letter == "Y" else -year.number - 1,
        month=tokens[match.start("m")].number,
        day=tokens[match.start("d")].number,
        calendar=None,
        era=era,
        clear=not (_COUNTED.search(left) or _LIMIT.search(left) or _RANGE_RIGHT.match(shape, match.end())),
    )
