"""Finds the dates of a text with patterns over its shape (see ``newscrawl.dates.words``).

This module looks at *form* only: which tokens are the day, month and year of one date, and which neighbours
show that they are not a date (a longer chain of numbers, a range, the number of a law).
``newscrawl.dates.reading`` decides which day a form means, and which of several dates counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from newscrawl.dates.words import TokenText

__all__ = ["DateForm", "find_forms"]

Era = Literal["ce", "hijri", "other"]
_ERAS: dict[str, Era] = {"c": "ce", "m": "ce", "h": "hijri", "s": "other"}


class DateForm(NamedTuple):
    """A date form: tokens ``start`` to ``end``, including its era."""

    start: int
    end: int
    year: int
    month: int
    day: int
    calendar: Literal["gregorian", "hijri"] | None
    """The calendar of the month's name; None for a month in digits."""
    era: Era | None
    clear: bool
    """False when its neighbours show that it is a range, a reference or a limit, not the date of the text."""
    clock: int | None = None
    """Index of the token of a clock time that is printed between month and year."""
    short: bool = False
    """Is the year printed with two digits?"""
    spelled: bool = False
    """Is the day an ordinal in words (``الخامس من ماي``)?"""
    either: bool = False
    """Is the order of day and month unknown (``11/5/2025``)? The first number is then given as the day."""


_JOIN = r"[ ,./\-fjE]{0,9}"  # between day, month and year
_MONTH = (  # آذار/مارس, أيار (مايو), Shawwal(10)
    r"(?:(?P<m>[MLF])(?:\ ?[/(|-]?\ ?(?P<m2>[ML])\ ?[)|]?)?|(?P<hm>H)(?:\ ?\((?P<hm2>N)\))?)"
)
_YEAR = r"(?P<y>Y)(?![-/.]N[-/.]N)"  # not the year of another numeric date
_CLOCK = r"(?:(?P<c>C)[ ,]{0,2}(?:Z[ ,]{0,2})?)?"
_NAMED = (
    re.compile(rf"(?P<d>[NF]|O(?=[ fj])){_JOIN}{_MONTH}{_JOIN}{_CLOCK}{_YEAR}"),
    re.compile(rf"{_MONTH}[ ,.E/-]{{0,4}}(?P<d>N)f?(?:[ ,.]{{0,2}}|[/-]){_CLOCK}{_YEAR}"),
    re.compile(rf"(?P<y>Y)[ ,/-]{{0,3}}{_MONTH}[ ,E/-]{{0,4}}(?P<d>N)(?![:/]|-N)"),
)
_NUMERIC = (
    re.compile(r"(?P<d>N)\ ?(?P<s>[-/.])\ ?(?P<m>N)\ ?(?P=s)\ ?(?P<y>Y)"),
    re.compile(r"(?P<y>Y)(?P<a>\ ?)(?P<s>[-/.])(?P<b>\ ?)(?P<m>N)(?P=a)(?P=s)(?P=b)(?P<d>N)"),
    re.compile(r"(?P<d>N)(?P<s>/)(?P<m>N)/(?P<y>N)"),
    re.compile(r"(?P<d>N)(?P<s>[-.\ ])(?P<m>N)(?P=s)(?P<y>[NY])(?=\ ?h)"),  # «19-08-45 هـ», «١٩ ٨ ١٤٤٥ هـ»
)
_BETWEEN_NUMBERS = frozenset("-/.")
_DOTNET_CLOCK = re.compile(r",?\ (?P<time>C)\ (?P<half>a)")
_ERA_LEFT = re.compile(r"(?<!Y)(?<!Y\ )h\ ?$")
_ERA = re.compile(r"\ ?\(?(?P<era>[cmhs])(?:\ ?(?P<other>s))?")

# Neighbours that show that a form is not a date, or not the date of the text.
_CONTEXT = 40  # maximum number of tokens before a date that are considered
_TELEPHONE_LEFT = re.compile(r"[NY#]\ $")  # «0522 27/03/24»
_NUMBER_LEFT = re.compile(r"[NY#](?P<link>\ ?[-/.:,]\ ?)$")
_NUMBER_RIGHT = re.compile(r"(?P<link>\ ?[-/.:,]\ ?)[NY#]")
_GLUED_LEFT = re.compile(r"(?:[+!/]|X[-/.]?)$")
_GLUED_RIGHT = re.compile(r"[/!+]|[.-]?X")
_RANGE_LEFT = re.compile(
    r"(?P<n>[NO])(?P<link>\ ?[-/]\ ?|[.+]|\ ?,\ ?(?:&\ ?)?|\ ?&\ ?|\ (?:W\ )?)$"  # «السبت 30 والأحد 31 مارس»
)
_RANGE_RIGHT = re.compile(r"\ ?[cmh]?[ ,|)-]{0,3}i|[-/]Y|[-/]N(?!\ ?[-/.:MHLfj])|\ ?r")
_MONTH_RANGE_RIGHT = {
    "gregorian": re.compile(rf"\ -\ N\ [MLF](?!{_JOIN}[YC])"),
    "hijri": re.compile(rf"\ -\ N\ H(?!{_JOIN}[YC])"),
}
_MONTH_RANGE_LEFT = {
    "gregorian": re.compile(rf"[NO]{_JOIN}[MLF][-/,& ]+(?:W\ )?$"),
    "hijri": re.compile(rf"[NO]{_JOIN}H[-/,& ]+(?:W\ )?$"),
}
_MONTH_YEAR_LEFT = re.compile(r"(?<![NO]\ )[MH]\ Y\ $")  # an archive: «مارس 2024 12 أبريل 2024 8»
_COUNTED_LEFT = re.compile(r"(?:[lD]|b(?:\ [fj])?)[ :.(/-]{0,3}$")
_REFERENCE_LEFT = re.compile(r"[lD](?:[ :.]{1,2}[xXlb]){0,2}[ :.(-]{0,3}$")  # «رقم الإيداع 12/03/2024»
_OWN_NUMBER_LEFT = re.compile(r"[blDt][ :.(f-]{0,4}$")  # «العدد 12 - 27 مارس», «الساعة 10 - 27 مارس»
_LIMIT_LEFT = re.compile(r"[ivA][ ,:(fejWaER]*$")
_FROM_LEFT = re.compile(r"(?:^|[^ NOCatk])\ ?(?P<from>f)\ (?:[ejW]\ )*$")  # not «الساعة 10 من يوم 27 مارس»
_LINK = re.compile(r"\ ?[-&]\ ?(?:W\ )?")
_UNTIED_LEFT = re.compile(r"[xXblD]\ $")


def find_forms(text: TokenText) -> list[DateForm]:
    """The dates of a text, in order. Example: ``17 رمضان 1445 الموافق 27 مارس 2024`` has two."""
    shape = text.shape
    claimed = bytearray(len(shape))
    forms: list[DateForm] = []
    if "Y" in shape:
        if not {"M", "H", "L", "F"}.isdisjoint(shape):
            for pattern in _NAMED:
                forms += _claim(pattern, claimed, text, _named)
        for pattern in _NUMERIC[:2] if not _BETWEEN_NUMBERS.isdisjoint(shape) else ():
            forms += _claim(pattern, claimed, text, _numeric)
    if "N/N/N" in shape:
        forms += _claim(_NUMERIC[2], claimed, text, _numeric)
    if "h" in shape:
        forms += _claim(_NUMERIC[3], claimed, text, _numeric)
    forms.sort()
    bounds = [0, *(form.end for form in forms)]
    forms = [_in_context(form, text, start) for form, start in zip(forms, bounds, strict=False)]
    for first, (form, following) in enumerate(pairwise(forms)):
        if form.clear != following.clear and _linked(
            form, following, shape
        ):  # «من 25 مارس 2024 - 27 مارس 2024»
            forms[first : first + 2] = form._replace(clear=False), following._replace(clear=False)
    return forms


def _linked(first: DateForm, second: DateForm, shape: str) -> bool:
    """Are these the two ends of a range, or two days of a list?"""
    return first.calendar == second.calendar and bool(_LINK.fullmatch(shape, first.end, second.start))


def _claim(
    pattern: re.Pattern[str],
    claimed: bytearray,
    text: TokenText,
    read: Callable[[re.Match[str], TokenText, bytearray], DateForm | None],
) -> Iterator[DateForm]:
    """The forms that one pattern matches; no token belongs to two forms."""
    for match in pattern.finditer(text.shape):
        if not any(claimed[match.start() : match.end()]):
            form = read(match, text, claimed)
            if form is not None:
                claimed[match.start() : form.end] = b"\1" * (form.end - match.start())
                yield form


def _named(match: re.Match[str], text: TokenText, _claimed: bytearray) -> DateForm | None:
    tokens, shape = text
    calendar: Literal["gregorian", "hijri"] = "gregorian" if match["hm"] is None else "hijri"
    month_group = "m" if match["hm"] is None else "hm"
    month = tokens[match.start(month_group)]
    number = 9 if month.letter == "F" else month.number
    for again in ("m2", "hm2"):
        if match[again] is not None and tokens[match.start(again)].number != number:
            return None
    day = tokens[match.start("d")]
    if match.re is _NAMED[0] and not _even(shape[match.end("d") : match.start(month_group)], match, shape):
        return None
    era, end = _era(shape, match.end())
    return DateForm(
        start=match.start(),
        end=end,
        year=tokens[match.start("y")].number,
        month=number,
        day=1 if day.letter == "F" else day.number,
        calendar=calendar,
        era=era,
        clear=not (
            _RANGE_RIGHT.match(shape, match.end()) or _MONTH_RANGE_RIGHT[calendar].match(shape, match.end())
        ),
        clock=match.start("c") if "c" in match.re.groupindex and match["c"] is not None else None,
        spelled=day.letter == "O",
    )


def _even(before_month: str, match: re.Match[str], shape: str) -> bool:
    """Is the day separated from the month in the same way as the month from the year?

    ``12، ماي 2024`` and ``12 - ماي 2024`` are the number of an issue and its month.
    """
    if before_month.startswith("f") or shape.endswith("W ", 0, match.start()):
        return True  # «2nd, September 2025», «Wednesday 20, August 2025»
    after_month = shape[max(match.end(name) for name in ("m", "m2", "hm", "hm2")) : match.start("y")]
    parted = before_month.strip(" fjE")
    return parted in ("", "/") or " " not in before_month.strip("fjE") or parted in after_month


def _numeric(match: re.Match[str], text: TokenText, claimed: bytearray) -> DateForm | None:
    tokens, shape = text
    year = tokens[match.start("y")]
    if len(year.value) == 1 or _chained(match, shape, claimed):
        return None
    era, end = _era(shape, match.end())
    day, month = tokens[match.start("d")].number, tokens[match.start("m")].number
    order = "day" if match.start("y") < match.start("d") else _order(match, text, day, month)
    return DateForm(
        start=match.start(),
        end=end,
        year=year.number,
        month=day if order == "month" else month,
        day=month if order == "month" else day,
        calendar=None,
        era=era,
        clear=order != "unknown" and not _RANGE_RIGHT.match(shape, match.end()),
        short=year.letter == "N",
        either=order == "either",
    )


def _order(
    match: re.Match[str], text: TokenText, first: int, second: int
) -> Literal["day", "month", "either", "unknown"]:
    """Whether day or month comes first, by a number above 12 or by .NET's form (``11/5/2025 9:11:02 AM``).

    In .NET's form the month comes first. .NET pads no number; if padding cannot be ruled out, the order is
    unknown.
    """
    if match["s"] not in "/-" or first > 12 or match["y"] == "N":
        return "day"
    if second > 12:
        return "month"
    clock = _DOTNET_CLOCK.match(text.shape, match.end())
    if match["s"] == "/" and clock is not None:
        time, half = text.tokens[clock.start("time")], text.tokens[clock.start("half")]
        if half.value in ("AM", "PM") and time.value.count(":") == 2:
            numbers = [text.tokens[match.start(name)].value for name in ("d", "m")]
            numbers.append(time.value.split(":")[0])
            if not any(number.startswith("0") for number in numbers):
                return "month" if min(map(len, numbers)) == 1 else "unknown"
    return "either"


def _era(shape: str, end: int) -> tuple[Era | None, int]:
    match = _ERA.match(shape, end)
    if match is None:
        return None, end
    return "other" if match["other"] else _ERAS[match["era"]], match.end()


def _chained(match: re.Match[str], shape: str, claimed: bytearray) -> bool:
    """Are these numbers part of something longer: a telephone number, an address, the name of a file?"""
    first = max(0, match.start() - _CONTEXT)
    left = shape[first : match.start()]
    if match["y"] == "N" and _TELEPHONE_LEFT.search(left):
        return True
    if _GLUED_LEFT.search(left) or _GLUED_RIGHT.match(shape, match.end()):
        return True
    before, after = _NUMBER_LEFT.search(left), _NUMBER_RIGHT.match(shape, match.end())
    for number, link in (
        (before and first + before.start(), before and before["link"]),
        (after and after.end() - 1, after and after["link"]),
    ):
        if number is None or link is None:
            continue
        if " " not in link:
            return True
        own = claimed[number] or _OWN_NUMBER_LEFT.search(shape, max(0, number - _CONTEXT), number)
        if link.strip() == match["s"] and " " in match[0] and not own:
            return True
    return False


def _in_context(form: DateForm, text: TokenText, start: int) -> DateForm:
    """The form, marked as unclear if the tokens before it (since ``start``) show that it is not the date."""
    left = text.shape[max(start, form.start - _CONTEXT) : form.start]
    first = text.tokens[form.start].letter
    refused = (
        _COUNTED_LEFT.search(left)
        or _LIMIT_LEFT.search(left)
        or _follows_from(form, text, left)
        or (not (first == "Y" and form.calendar is None) and _follows_a_day(form, text, left))
        or (form.calendar is not None and _MONTH_RANGE_LEFT[form.calendar].search(left))
        or (form.calendar is not None and _MONTH_YEAR_LEFT.search(left))
        or (form.calendar is None and _REFERENCE_LEFT.search(left))
        or (first in "OF" and _UNTIED_LEFT.search(left))
    )
    era = form.era
    if form.calendar is None and era is None and _ERA_LEFT.search(left):
        era = "hijri"  # «هـ1445/09/17»
    return form._replace(clear=form.clear and not refused, era=era)


def _follows_from(form: DateForm, text: TokenText, left: str) -> bool:
    """Is it the first day of a period (``بداية من 18 أبريل 2026``)?"""
    match = _FROM_LEFT.search(left)
    return match is not None and text.tokens[form.start - len(left) + match.start("from")].value == "from"


def _follows_a_day(form: DateForm, text: TokenText, left: str) -> bool:
    """Is there another day right before this one (``25-27 مارس``)?"""
    match = _RANGE_LEFT.search(left)
    if match is None or _OWN_NUMBER_LEFT.search(left[: match.start("n")]):
        return False
    # «كتاب 31 - 27 مارس»: with spaces, descending days are not a range.
    before = text.tokens[form.start - len(left) + match.start("n")].number
    return match["link"] != " - " or text.tokens[form.start].letter == "Y" or before < form.day
