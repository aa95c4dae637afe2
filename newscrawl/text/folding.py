"""Folds text for search: one form for all spellings of a word."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from newscrawl.text.characters import TATWEEL, ZWJ, ZWNJ, character_class, collapse
from newscrawl.text.cleaning import clean, needs_no_repair

FOLD_VERSION = 1
"""Version of :func:`fold`, stored with each article. Raise it with every change that alters a result."""

_COMMON_FOLDS = (
    [(mark, "") for mark in "ًٌٍَُِّْ"]
    + [(alef, "ا") for alef in "أإآ"]
    + [("ى", "ي"), ("ئ", "ي"), ("ة", "ه"), ("ؤ", "و")]
    + [(mark, " ") for mark in "\n.,:;!?\"'()-/«»،؛؟“”"]
)
# Letters that are not on Arabic keyboards, or occur in few texts.
_RARE_LETTERS = {
    "ٲ": "ا", "ٳ": "ا", "ٵ": "ا", "ٱ": "ا", "ی": "ي", "ې": "ي", "ۍ": "ي", "ێ": "ي", "ٸ": "ي",
    "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ۂ": "ه", "ۃ": "ه", "ٶ": "و", "ς": "σ",
    "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ئ": "ي", "ة": "ه", "ؤ": "و",
}  # fmt: skip
_DROPPED = frozenset([TATWEEL, ZWNJ, ZWJ, "\u06e5", "\u06e6", "\u08c9"])
# Nobody searches for ﷺ and the like.
_HONORIFIC = character_class("\ufd40-\ufd4f\ufdcf\ufdf5\ufdfa\ufdfb\ufdfd-\ufdff")
_UNFOLDED = re.compile("[^ءابت-غف-وي a-z0-9]")
_FEW = 64


def fold(text: str) -> str:
    """The text for search: one form for all spellings of the same words. Not for display.

    Cleans the text (:func:`clean`) and removes tashkeel and Qur'anic marks. أإآٱ become ا, ى ی ئ ي, ة ه, ؤ و,
    and ک ك. Digits become ASCII, letters lower case, and honorifics (ﷺ), punctuation, symbols and emoji a
    space.

    >>> fold("إعلانُ الحكومة المغربيّة: ٢٠٢٤")
    'اعلان الحكومه المغربيه 2024'

    Idempotent; never raises for a ``str``.
    """
    while True:
        # Spaces are collapsed only at the end: doing it twice would take a fifth of the time.
        folded, settled = _fold_once(text if needs_no_repair(text) else clean(text))
        # Letters outside the folded alphabet may combine once the marks between them are removed.
        if settled or folded == text:
            return folded
        text = folded


def _fold_once(text: str) -> tuple[str, bool]:
    """The folded text, and whether it is certain that folding it again changes nothing."""
    # A chain of replacements is several times as fast as one regular expression or translate().
    for common, folded in _COMMON_FOLDS:
        text = text.replace(common, folded)
    settled = True
    characters = set(_UNFOLDED.findall(text))
    if len(characters) > _FEW:
        return collapse("".join(map(_fold_character, text))).strip(" "), False
    for character in characters:
        folded = _fold_character(character)
        text = text.replace(character, folded)
        settled = settled and not _UNFOLDED.search(folded)
    return collapse(text).strip(" "), settled


@lru_cache(maxsize=1 << 12)
def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] == "M" or character in _DROPPED:
        return ""
    if category[0] != "L" or _HONORIFIC.match(character):
        return " "
    # Plain letters for presentation forms (ﬁ, Ａ) and for a word in one character (ﷴ).
    plain = unicodedata.normalize("NFKC", character.lower())
    if plain != character:
        return "".join(map(_fold_character, plain))
    return _RARE_LETTERS.get(character, character)
