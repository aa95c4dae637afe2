"""Normalizes text for training models, with options between storage and search."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, get_args

from newscrawl.text.characters import TASHKEEL_RUN, character_class
from newscrawl.text.cleaning import clean

Tashkeel = Literal["keep", "drop"]
Letters = Literal["keep", "fold"]
Digits = Literal["keep", "ascii", "arabic"]
Punctuation = Literal["keep", "ascii", "drop"]
_ALEF = character_class("أإآٱٲٳٵ")
_YA = character_class("ىی")
_TA = character_class("ةۃ")
_DIGIT = re.compile(r"\d")
_ASCII_PUNCTUATION = {
    "،": ",", "؛": ";", "؟": "?", "٪": "%", "٫": ".", "٬": ",", "۔": ".", "٭": "*", "«": '"', "»": '"',
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "‘": "'", "’": "'", "‚": "'", "′": "'", "‹": "'",
    "›": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "…": "...",
}  # fmt: skip
_PUNCTUATION = character_class(*_ASCII_PUNCTUATION)
_PUNCTUATION_RUN = re.compile(r"[^\w\s]+|_+")


def normalize(
    text: str,
    *,
    tashkeel: Tashkeel = "keep",
    alef: Letters = "keep",
    ya: Letters = "keep",
    ta: Letters = "keep",
    digits: Digits = "keep",
    punctuation: Punctuation = "keep",
) -> str:
    """The text after :func:`clean`, with optional steps of :func:`fold`; for training models.

    ``tashkeel``: ``keep`` or ``drop`` (also Qur'anic marks). ``alef`` (أإآٱ → ا), ``ya`` (ى ی → ي)
    and ``ta`` (ة → ه): ``keep`` or ``fold``. ``digits``: ``keep``, ``ascii`` (2024) or ``arabic``
    (٢٠٢٤). ``punctuation``: ``keep``, ``ascii`` (، → ,) or ``drop`` (replaced by a space; symbols and emoji
    stay). Only :func:`fold` changes case, ؤ, ئ and honorifics.

    >>> normalize("إلى المدرسةِ، ٢٠٢٤", tashkeel="drop", alef="fold", digits="ascii")
    'الى المدرسة، 2024'

    Raises ``ValueError`` for any other value.
    """
    _check("tashkeel", tashkeel, Tashkeel)
    _check("alef", alef, Letters)
    _check("ya", ya, Letters)
    _check("ta", ta, Letters)
    _check("digits", digits, Digits)
    _check("punctuation", punctuation, Punctuation)
    text = clean(text)
    if tashkeel == "drop":
        text = TASHKEEL_RUN.sub("", text)
    if alef == "fold":
        text = _ALEF.sub("ا", text)
    if ya == "fold":
        text = _YA.sub("ي", text)
    if ta == "fold":
        text = _TA.sub("ه", text)
    if digits != "keep":
        zero = ord("0" if digits == "ascii" else "٠")
        text = _DIGIT.sub(lambda digit: chr(zero + unicodedata.decimal(digit[0])), text)
    if punctuation == "ascii":
        text = _PUNCTUATION.sub(lambda mark: _ASCII_PUNCTUATION[mark[0]], text)
    elif punctuation == "drop":
        text = _PUNCTUATION_RUN.sub(_drop_punctuation, text)
    return clean(text)


def _check(name: str, value: str, known: object) -> None:
    if value not in get_args(known):
        choices = ", ".join(map(repr, get_args(known)))
        raise ValueError(f"{name}={value!r} is not a choice; use one of {choices}")


def _drop_punctuation(match: re.Match[str]) -> str:
    return "".join(" " if unicodedata.category(character)[0] == "P" else character for character in match[0])
