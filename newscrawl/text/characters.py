"""The classes of Arabic characters, from the Unicode Character Database (https://www.unicode.org/ucd/), and
steps that the modules of this package share.
"""

from __future__ import annotations

import re
import unicodedata

from newscrawl import lazy

TATWEEL = "\u0640"
ZWNJ = "\u200c"
ZWJ = "\u200d"

# Ranges for character classes.
LETTERS = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u0870-\u0887\u0889-\u088e\u08a0-\u08c8"
)
ALPHABET = "\u0621-\u063a\u0641-\u064a\u0671"
# Tashkeel, Qur'anic signs and the small letters that are written above others.
MARKS = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0897-\u089f\u08c9-\u08e1\u08e3-\u08ff"
)
# Presentation forms of letters. Ornate brackets, honorifics (FD40-FD4F, FDCF, FDF4-FDFB), the rial sign and
# the basmala are not among them, because a reader would miss them.
PRESENTATION = "\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdf3\ufe70-\ufe72\ufe74\ufe76-\ufefc"
ARABIC = "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"

# Invisible characters: C0 and C1 controls, soft hyphen, bidi controls, zero-width space, word joiners,
# annotation marks, the object replacement character, noncharacters.
INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff"
)
SPACES = "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
LINE_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"


def character_class(*ranges: str) -> re.Pattern[str]:
    """A pattern for one character of any of the ranges.

    >>> character_class("0-9", "٠-٩").findall("سنة ٢٠٢4")
    ['٢', '٠', '٢', '4']
    """
    return lazy.pattern(f"[{''.join(ranges)}]")


def members(*ranges: str) -> frozenset[str]:
    """The characters of some ranges.

    >>> sorted(members("0-3", "٠"))
    ['0', '1', '2', '3', '٠']
    """
    spans = re.findall("(.)(?:-(.))?", "".join(ranges), re.DOTALL)
    return frozenset(chr(code) for first, last in spans for code in range(ord(first), ord(last or first) + 1))


LETTER = character_class(LETTERS)
MARK = character_class(MARKS)
PRESENTATION_RUN = lazy.pattern(f"[{PRESENTATION}]+")
TASHKEEL_RUN = lazy.pattern(f"[{MARKS}]+")
LATIN_RUN = lazy.pattern("[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff]+")

_MOST_MARKS = 30
"""Maximum number of marks on a letter: Stream-Safe Text Format (https://www.unicode.org/reports/tr15/)."""
_MAYBE_MARKS = lazy.pattern(rf"[^\w\s]{{{_MOST_MARKS + 1},}}")

# Characters of mojibake that are rare in correct text: accented Latin, signs of windows-1252 and 1256.
RARE_SIGNS = (
    "\x80-\x84\x86-\x9f\xa2-\xaa\xac-\xb1\xb4-\xba\xbc-\xbf\u0152\u0160\u0161\u0178\u017d\u017e\u0192"
    "\u02c6\u02dc\u201a\u201e\u2020\u2021\u2030\u2039\u203a\u2122"
)
COMMON_SIGNS = (
    "\x85\xa0\xab\xbb\xb2\xb3\u0153\u200c-\u200f\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac"
)
RARE_SIGN = character_class(RARE_SIGNS)


def is_composed(text: str) -> bool:
    """Is the text in the form that :func:`compose` returns?

    >>> is_composed("آ"), is_composed("ا\u0653")
    (True, False)
    """
    return unicodedata.is_normalized("NFC", text)


def compose(text: str) -> str:
    """The text in NFC, the composed form of letters and marks, with at most 30 marks on a letter.

    >>> compose("ا\u0653") == "آ"
    True

    Never raises for a ``str``.
    """
    if is_composed(text):
        return text
    # The time to sort the marks of a letter is quadratic in their number.
    return unicodedata.normalize("NFC", _MAYBE_MARKS.sub(_few_marks, text))


def _few_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def collapse(text: str) -> str:
    """The text with single spaces, none at the ends of lines, and at most one blank line in a row."""
    # Repeated replacement halves each run; it is faster than a regular expression, which stops at each space.
    while "  " in text:
        text = text.replace("  ", " ")
    if "\n" in text:
        text = "\n".join([line.strip(" ") for line in text.split("\n")])
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
    return text


def base_letters(match: re.Match[str]) -> str:
    """The letters of a run of presentation forms (ﻻ is لا)."""
    # NFKC is used for these only, because it would change other characters. It turns an isolated mark into a
    # space or a tatweel with the mark.
    return unicodedata.normalize("NFKC", match[0]).replace(" ", "").replace(TATWEEL, "")
