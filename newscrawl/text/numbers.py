"""Reads the values of numbers in folded Arabic text: ``٨``, ``8`` and ``ثمانية`` are the same number.

Cardinals follow the rules of written Arabic (ones before tens, ``و`` between the parts, the scale last), in
both genders and all cases, as folded by :func:`newscrawl.text.fold`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_UNITS = (
    "صفر", "واحد واحده", "اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي", "ثلاث ثلاثه", "اربع اربعه",
    "خمس خمسه", "ست سته", "سبع سبعه", "ثمان ثماني ثمانيه ثمانيا", "تسع تسعه", "عشر عشره",
)  # fmt: skip
_ONES = {word: value for value, words in enumerate(_UNITS) for word in words.split()}
_ONE_OF = ("احد", "احدي")
"""``one`` in ``أحد عشر`` and ``إحدى وعشرين``; alone it means ``one of``, and ``الأحد`` is Sunday."""
_TENS = {
    stem + ending: 10 * value
    for value, stem in enumerate("عشر ثلاث اربع خمس ست سبع ثمان تسع".split(), 2)
    for ending in ("ون", "ين")
}
_HUNDRED = ("مايه", "ميه", "مءه")
_HUNDREDS = dict.fromkeys(_HUNDRED, 100) | dict.fromkeys(
    "مايتان مايتين ميتان ميتين مايتا مايتي ميتا ميتي".split(), 200
)
_HUNDREDS |= {
    stem + hundred: 100 * value
    for value, stems in enumerate(
        ("ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان ثماني", "تسع"), 3
    )
    for stem in stems.split()
    for hundred in _HUNDRED
}  # fmt: skip
_SCALES = {
    word: (count, scale)
    for scale, one, two in (
        (10**3, "الف الفا الاف", "الفان الفين الفي"),
        (10**6, "مليون مليونا ملايين", "مليونان مليونين مليوني"),
        (10**9, "مليار مليارا مليارات ملايير بليون بليونا", "ملياران مليارين ملياري"),
        (10**12, "تريليون تريليونا تريليونات ترليون", "تريليونان تريليونين تريليوني"),
    )
    for count, words in ((1, one), (2, two))
    for word in words.split()
}
_ORDINALS = {
    stem + ending: value
    for value, stem in enumerate("ثالث رابع خامس سادس سابع ثامن تاسع عاشر".split(), 3)
    for ending in ("", "ه")
} | {"حادي": 1, "حاديه": 1, "ثاني": 2, "ثانيه": 2}
_MONDAY = "الاثنين"
_PARTS = {"نصف": 0.5, "ربع": 0.25}
"""Fractions of the scale before them: ``مليون ونصف``."""
_PERCENT = re.compile(r"ب(?:ال)?(?:مايه|ميه|مءه)|percent")
_DIGITS = re.compile(r"(?:و|ف)?(?:ال|ب|بال|ل|لل|ك)?(\d+)[هم]?")
_PREFIXES = ("ال", "بال", "لل", "ب", "ل", "ك")
_ARTICLE = ("ال", "بال", "لل")

Token = str | float
"""A word, or the value of a number."""


def with_values(words: Sequence[str]) -> list[Token]:
    """Folded words with each number, of one word or more, replaced by its value; without words for percent.

    Ordinals from ``third`` on count as numbers. Groups of three digits form one number, because ``fold``
    splits ``1,059,593`` at its commas. ``2 5`` may be a decimal or a score, so it stays two numbers.

    >>> with_values("بلغت 80 في المايه".split())
    ['بلغت', 80.0]
    >>> with_values("مليار وتسعه وخمسين مليون ريال".split())
    [1059000000.0, 'ريال']
    """
    return list(_tokens(words))


def same_number(first: float, second: float) -> bool:
    """Are the two values the same number, or is one of them the other rounded? ``8,012`` is ``قرابة 8 آلاف``.

    >>> same_number(157_726_135, 157_700_000), same_number(8_807, 8_904)
    (True, False)
    """
    if first == second:
        return True
    if abs(first - second) >= 0.1 * max(first, second):
        return False
    rounded, exact = sorted((first, second), key=_digits)
    if rounded < 1000 or rounded % 100:
        return False
    unit = 10 ** (len(str(int(rounded))) - _digits(rounded))
    return bool(abs(exact - rounded) < unit)


def _digits(value: float) -> int:
    """The number of significant digits; zeros at the end may come from rounding."""
    return len(str(int(value)).rstrip("0"))


def _tokens(words: Sequence[str]) -> Iterator[Token]:
    place = 0
    while place < len(words):
        word = words[place]
        if word == "في" and place + 1 < len(words) and words[place + 1] in ("المايه", "الميه", "المءه"):
            place += 2
        elif _PERCENT.fullmatch(word):
            place += 1
        elif word == _MONDAY and not _ten_follows(words, place):
            place += 1
            yield word
        elif read := _number(words, place):
            value, place = read
            yield float(value)
        else:
            place += 1
            yield word


def _bare(word: str) -> tuple[str, bool, bool]:
    """A word without ``و`` and prefixes, whether it had that ``و``, and whether it had the article."""
    joined = len(word) > 3 and word[0] == "و" and word not in _ONES
    rest = word[1:] if joined else word
    if rest not in _KNOWN:
        for prefix in _PREFIXES:
            if rest.startswith(prefix) and rest[len(prefix) :] in _KNOWN:
                return rest[len(prefix) :], joined, prefix in _ARTICLE
    return rest, joined, False


_CARDINALS = _ONES | _TENS | _HUNDREDS
_KNOWN = _CARDINALS.keys() | set(_ONE_OF) | _SCALES.keys() | _ORDINALS.keys() | _PARTS.keys()


def _number(words: Sequence[str], place: int) -> tuple[float, int] | None:
    """The value of the number that begins at an index, and its end; None if none begins there."""
    total = 0.0
    begun = place
    while part := _part(words, place, first=place == begun):
        value, place, scaled = part
        total += value
        if not scaled or not (place < len(words) and _bare(words[place])[1]):
            break
    return (total, place) if place > begun else None


def _part(words: Sequence[str], place: int, *, first: bool) -> tuple[float, int, bool] | None:
    """A number below a thousand with its scale, or a scale alone; its end, and whether it has a scale."""
    if place >= len(words):
        return None
    begun = place
    value: float | None
    value, place = _below_thousand(words, place)
    if place < len(words):
        bare, joined, _ = _bare(words[place])
        if bare in _SCALES and (value is not None or first) and not (joined and value is not None):
            count, scale = _SCALES[bare]
            value, place = (count if value is None else value) * scale, place + 1
            if place < len(words):
                part, joined, _ = _bare(words[place])
                if joined and part in _PARTS:
                    value, place = value + _PARTS[part] * scale, place + 1
                    if place < len(words) and _bare(words[place])[0] in _SCALES:
                        place += 1
            return value, place, True
    return (value, place, False) if value is not None and place > begun else None


def _below_thousand(words: Sequence[str], place: int) -> tuple[float | None, int]:
    if digits := _DIGITS.fullmatch(words[place]):
        return _in_digits(words, place, digits[1])
    value, last = 0, 1000
    begun = place
    while place < len(words):
        bare, joined, article = _bare(words[place])
        if bare in _CARDINALS and (place == begun or joined or (bare in ("عشر", "عشره") and value < 10)):
            number = _CARDINALS[bare]
        elif place == begun and bare in _ONE_OF and _ten_follows(words, place):
            number = 1
        elif place > begun and bare in _HUNDRED and 2 < value < 10:
            value, last, place = value * 100, 100, place + 1
            continue
        elif bare in _ORDINALS and article and (place == begun):
            if _ORDINALS[bare] < 3 and not _ten_follows(words, place):
                break
            number = _ORDINALS[bare]
        else:
            break
        if place > begun and not _follows(number, last):
            break
        value, last, place = value + number, number, place + 1
    return (value, place) if place > begun else (None, place)


def _ten_follows(words: Sequence[str], place: int) -> bool:
    after = _bare(words[place + 1])[0] if place + 1 < len(words) else ""
    return after in _TENS or after in ("عشر", "عشره")


def _follows(number: int, last: int) -> bool:
    """Can ``number`` follow ``last`` in a numeral: ones or tens after hundreds, ten or tens after ones?"""
    if number >= 100:
        return False
    return last >= 100 or (last < 10 <= number)


def _in_digits(words: Sequence[str], place: int, digits: str) -> tuple[float, int]:
    place += 1
    if len(digits) <= 3 and not digits.startswith("0"):
        while place < len(words) and len(words[place]) == 3 and words[place].isdecimal():
            digits, place = digits + words[place], place + 1
    value = float(digits)
    part = words[place] if place + 1 < len(words) else ""
    if part.isdecimal() and len(part) <= 2 and _bare(words[place + 1])[0] in _SCALES:  # 8,7 million
        return float(f"{digits}.{part}"), place + 1
    return value, place
