"""Where the dates of a text are: patterns over its shape (see ``newscrawl.dates.words``).

Everything here is about *form*: which tokens are the day, the month and the year of one date, and
which neighbours show that they are none (a longer chain of numbers, a range, a law's number). Which
day a form means, and which of several dates counts, is decided in ``newscrawl.dates.reading``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
    short: bool = False
    """Is the year printed with two digits?"""
    spelled: bool = False
    """Is the day an ordinal in words (``الخامس من ماي``)?"""


_JOIN = r"[ ,./\-fjE]{0,9}"  # what may stand between day, month and year
_MONTH = r"(?:(?P<m>[MLF])(?:\ ?[/(|-]?\ ?(?P<m2>[ML])\ ?\)?)?|(?P<hm>H))"  # آذار/مارس, أيار (مايو)
_CLOCK = r"(?:(?P<c>C)[ ,]{0,2}(?:Z[ ,]{0,2})?)?"
_NAMED = (
    re.compile(rf"(?P<d>[NOF]){_JOIN}{_MONTH}{_JOIN}{_CLOCK}(?P<y>Y)"),
    re.compile(rf"{_MONTH}[ ,.E/-]{{0,4}}(?P<d>N)f?(?:[ ,.]{{0,2}}|[/-]){_CLOCK}(?P<y>Y)"),
    re.compile(rf"(?P<y>Y)[ ,/-]{{0,3}}{_MONTH}[ ,E/-]{{0,4}}(?P<d>N)(?![:/]|-N)"),
)
_NUMERIC = (
    re.compile(r"(?P<d>N)\ ?(?P<s>[-/.])\ ?(?P<m>N)\ ?(?P=s)\ ?(?P<y>Y)"),
    re.compile(r"(?P<y>Y)\ ?(?P<s>[-/.])\ ?(?P<m>N)\ ?(?P=s)\ ?(?P<d>N)"),
    re.compile(r"(?P<d>N)(?P<s>/)(?P<m>N)/(?P<y>N)"),
)
_ERA = re.compile(r"\ ?\(?(?P<era>[cmhs])(?:\ ?(?P<other>s))?")

# Neighbours that say: this is no date, or not the one of the text.
_CONTEXT = 40  # how many tokens before a date are looked at
_NUMBER_LEFT = re.compile(r"[NY#](?P<link>\ ?[-/.:,]\ ?)$")
_NUMBER_RIGHT = re.compile(r"(?P<link>\ ?[-/.:,]\ ?)[NY#]")
_GLUED_LEFT = re.compile(r"(?:[+!/]|X[-/.]?)$")
_GLUED_RIGHT = re.compile(r"[/!+]|[.-]?X")
_RANGE_LEFT = re.compile(r"(?P<n>[NO])(?P<link>\ ?[-/]\ ?|[.+]|\ ?,\ ?(?:&\ ?)?|\ ?&\ ?|\ )$")
_RANGE_RIGHT = re.compile(r"\ ?[cmh]?\ ?[),]?\ ?i|[-/]Y|[-/]N(?!\ ?[-/.:MHLfj])|\ ?r")
_MONTH_RANGE_LEFT = {
    "gregorian": re.compile(rf"[NO]{_JOIN}[MLF][-/,& ]+(?:W\ )?$"),
    "hijri": re.compile(rf"[NO]{_JOIN}H[-/,& ]+(?:W\ )?$"),
}
_MONTH_YEAR_LEFT = re.compile(r"(?<![NO]\ )[MH]\ Y\ $")  # an archive: «مارس 2024 12 أبريل 2024 8»
_COUNTED_LEFT = re.compile(r"b[ :.(-]{0,3}$")
_OWN_NUMBER_LEFT = re.compile(r"[bt][ :.(f-]{0,4}$")  # «العدد 12 - 27 مارس», «الساعة 10 - 27 مارس»
_LIMIT_LEFT = re.compile(r"[ivA][ ,:(fjWaER]*$")
_UNTIED_LEFT = re.compile(r"[xXb]\ $")


def find(text: Text) -> list[Found]:
    """The dates of a text, in their order. Example: ``17 رمضان 1445 الموافق 27 مارس 2024`` has two."""
    shape = text.shape
    claimed = bytearray(len(shape))
    found: list[Found] = []
    if "Y" in shape:
        if "M" in shape or "H" in shape or "L" in shape or "F" in shape:
            for pattern in _NAMED:
                found += _claim(pattern.finditer(shape), claimed, text, _named)
        for pattern in _NUMERIC[:2]:
            found += _claim(pattern.finditer(shape), claimed, text, _numeric)
    if "N/N/N" in shape:
        found += _claim(_NUMERIC[2].finditer(shape), claimed, text, _numeric)
    return sorted(found)


def _claim(
    matches: Iterator[re.Match[str]],
    claimed: bytearray,
    text: Text,
    read: Callable[[re.Match[str], Text], Found | None],
) -> Iterator[Found]:
    """The forms among some matches; no token belongs to two."""
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
    return "other" if match["other"] else _ERAS[match["era"]], match.end()


def _named(match: re.Match[str], text: Text) -> Found | None:
    tokens, shape = text
    calendar: Literal["gregorian", "hijri"] = "gregorian" if match["hm"] is None else "hijri"
    month = tokens[match.start("m" if match["hm"] is None else "hm")]
    number = 9 if month.letter == "F" else month.number
    if match["m2"] is not None and tokens[match.start("m2")].number != number:
        return None
    day = tokens[match.start("d")]
    era, end = _era(text, match.end())
    left = shape[max(0, match.start() - _CONTEXT) : match.start()]
    return Found(
        start=match.start(),
        end=end,
        year=tokens[match.start("y")].number,
        month=number,
        day=1 if day.letter == "F" else day.number,
        calendar=calendar,
        era=era,
        clear=not (
            _follows_a_day(text, left, match.start(), day.number)
            or _MONTH_RANGE_LEFT[calendar].search(left)
            or _MONTH_YEAR_LEFT.search(left)
            or (day.letter in "OF" and _UNTIED_LEFT.search(left))
            or _bounded(text, left, match.end())
        ),
        clock=match.start("c") if "c" in match.re.groupindex and match["c"] is not None else None,
        spelled=day.letter == "O",
    )


def _follows_a_day(text: Text, left: str, start: int, day: int) -> bool:
    """Is there another day right before this one (``25-27 مارس``)?"""
    match = _RANGE_LEFT.search(left)
    if match is None or _OWN_NUMBER_LEFT.search(left[: match.start("n")]):
        return False
    # «كتاب 31 - 27 مارس»: with spaces, days that do not rise are no range.
    before = text.tokens[start - len(left) + match.start("n")].number
    return match["link"] != " - " or before < day


def _bounded(text: Text, left: str, end: int) -> bool:
    """Is it one end of a range, a limit (``قبل 20 مارس``) or a reference (``قرار 20 مارس``)?"""
    return bool(_COUNTED_LEFT.search(left) or _LIMIT_LEFT.search(left) or _RANGE_RIGHT.match(text.shape, end))


def _numeric(match: re.Match[str], text: Text) -> Found | None:
    tokens, shape = text
    left = shape[max(0, match.start() - _CONTEXT) : match.start()]
    before = _NUMBER_LEFT.search(left)
    if before is not None and " " in before["link"] and _OWN_NUMBER_LEFT.search(left[: before.start()]):
        before = None
    for neighbour in (before, _NUMBER_RIGHT.match(shape, match.end())):
        if neighbour is not None:
            link = neighbour["link"]
            if " " not in link or (link.strip() == match["s"] and " " in match[0]):
                return None  # a longer chain of numbers, such as a telephone's
    if _GLUED_LEFT.search(left) or _GLUED_RIGHT.match(shape, match.end()):
        return None
    era, end = _era(text, match.end())
    if era is None and left.rstrip().endswith("h"):
        era = "hijri"
    year = tokens[match.start("y")]
    if len(year.value) == 1:
        return None
    return Found(
        start=match.start(),
        end=end,
        year=year.number,
        month=tokens[match.start("m")].number,
        day=tokens[match.start("d")].number,
        calendar=None,
        era=era,
        clear=not _bounded(text, left, match.end()),
        short=year.letter == "N",
    )
