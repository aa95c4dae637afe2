"""Arabic text: what is stored (:func:`clean`), what is searched (:func:`fold`), what lies between.

:func:`clean` repairs what a reader would call broken and keeps what a reader would miss;
:func:`fold` gives one form to every spelling of a word. ``fold(clean(x)) == fold(x)`` for every
``x``, and both are idempotent.

What a character is follows the Unicode Character Database (https://www.unicode.org/ucd/).
"""

from __future__ import annotations

import html
import html.entities
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal, get_args

__all__ = ["CLEAN_VERSION", "FOLD_VERSION", "clean", "compose", "fold", "language", "normalize"]

CLEAN_VERSION = 1
"""Version of :func:`clean`, stored with each article; it rises when any text would change."""
FOLD_VERSION = 1
"""Version of :func:`fold`, stored with each article; it rises when any text would change."""

_TATWEEL = "\u0640"
_ZWNJ = "\u200c"
_ZWJ = "\u200d"

# Ranges for character classes.
_LETTERS = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u0870-\u0887\u0889-\u088e\u08a0-\u08c8"
)
_ALPHABET = "\u0621-\u063a\u0641-\u064a\u0671"
# Tashkeel, Qur'anic signs and the small letters written above others.
_MARKS = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0897-\u089f\u08c9-\u08e1\u08e3-\u08ff"
)
# Letters in their printed shapes. Not among them: the ornate brackets, the honorifics (FD40-FD4F,
# FDCF, FDF4-FDFB), the rial sign and the basmala, which a reader would miss.
_PRESENTATION = "\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdf3\ufe70-\ufe72\ufe74\ufe76-\ufefc"
_ARABIC = "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"

# Nothing that prints: C0 and C1 controls, soft hyphen, bidi controls, zero-width space and joiners
# of words, annotation marks, the object box, noncharacters.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffc\ufffe\uffff"
)
_SPACES = "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"


def _class(*ranges: str) -> re.Pattern[str]:
    return re.compile(f"[{''.join(ranges)}]")


_LETTER = _class(_LETTERS)
_INVISIBLE_CHARACTER = _class(_INVISIBLE)
_ODD_SPACE = _class(_SPACES)
_ODD_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
_SURROGATE_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PRESENTATION_RUN = re.compile(f"[{_PRESENTATION}]+")
_TATWEEL_RUN = re.compile(f"{_TATWEEL}+")
_ENTITY = re.compile("&(#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31})(;|(?![=A-Za-z0-9]))")
_AMPERSANDS = re.compile("&(?:amp;|#(?:0{0,4}38|[xX]0{0,4}26)(?:;|(?![=A-Za-z0-9])))+")

# A joiner means something between emoji, or between letters of a script that joins. Beside a space,
# Latin, punctuation or (a ZWJ) an Arabic letter it is left over from typing.
_JOINING = f"[^\\s\x00-\u02ff{_ARABIC}]"
_LOOSE_ZWJ = re.compile(f"(?<!{_ZWJ})(?:(?<!{_JOINING}){_ZWJ}++|{_ZWJ}++(?!{_JOINING}))")
_LOOSE_ZWNJ = re.compile(f"{_ZWNJ}+(?:(?<!\\w{_ZWNJ})|(?=[\x00-\u02ff]|\\W|$))")
_SELECTORS = re.compile(f"(?<![^\\s{_ARABIC}])[\ufe00-\ufe0f]+")
_ARABIC_ZWNJ = re.compile(f"(?<=[{_ARABIC}]){_ZWNJ}+(?=[{_ARABIC}])")

_HAMZA_ON_YEH = re.compile("[\u0649\u06cc]([\u064b-\u0652\u0670]*)\u0654")

# Letters of other alphabets that have the shape of the Arabic one.
_LOOKALIKES = {"ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۃ": "ة"}
_LOOKALIKE = _class(*_LOOKALIKES)
_WORD = re.compile(f"[{_LETTERS}{_MARKS}{_ZWNJ}]+")
_OTHER_ALPHABET = re.compile(f"[^{_ALPHABET}{_MARKS}{_ZWNJ}{''.join(_LOOKALIKES)}]")

_QUOTE = re.compile('(["“”„‟″])')

_MOST_MARKS = 30
"""Marks on one letter at most, as in Unicode's Stream-Safe Text Format (https://www.unicode.org/reports/tr15/)."""
_MAYBE_MARKS = re.compile(rf"[^\w\s]{{{_MOST_MARKS + 1},}}")

# What mojibake shows and correct text seldom does: accented Latin, and signs of windows-1252 and 1256.
_RARE_SIGNS = (
    "\x80-\x84\x86-\x9f\xa2-\xaa\xac-\xb1\xb4-\xba\xbc-\xbf\u0152\u0160\u0161\u0178\u017d\u017e\u0192"
    "\u02c6\u02dc\u201a\u201e\u2020\u2021\u2030\u2039\u203a\u2122"
)
_COMMON_SIGNS = (
    "\x85\xa0\xab\xbb\xb2\xb3\u0153\u200c-\u200f\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac"
)
_RARE_SIGN = _class(_RARE_SIGNS)

# Every character that some step of clean() may change; a text without any is clean already.
_SUSPECT = _class(
    "&", _INVISIBLE, _SPACES, _LINE_BREAKS, _PRESENTATION, _TATWEEL, _ZWJ, _ZWNJ, "\ud800-\udfff",
    "\u0654\ufe00-\ufe0f\u2033", *_LOOKALIKES,
    "\xc0-\xd6\xd8-\xdeâïð", _RARE_SIGNS,  # mojibake
)  # fmt: skip

_BMP = "".join(map(chr, range(0x10000)))
_SIMPLE = set(_class(_INVISIBLE, _SPACES, _LINE_BREAKS, _TATWEEL).findall(_BMP)) - set(
    _RARE_SIGN.findall(_BMP)
)


def clean(text: str) -> str:
    """The storage text: near-lossless, the same words as a reader sees on the page.

    Repairs presentation letters, tatweel (but not in هـ and لـ"), bidi and zero-width controls, odd
    spaces, entities (also escaped twice), decomposed letters, Persian letters inside Arabic words,
    mojibake, and the double prime that WordPress makes of a closing quote. Keeps tashkeel, hamzas,
    ة and ى, Qur'anic quotations, ﷺ, digits as printed, Arabic punctuation, URLs, emoji, Tifinagh
    and French. Paragraphs stay parted by one blank line, lines by one line break.

    >>> clean("الحـــكومة&nbsp;المغربية سنة 1445هـ")
    'الحكومة المغربية سنة 1445هـ'

    Idempotent; never raises for a ``str``.
    """
    while True:
        suspects = set(_SUSPECT.findall(text))
        cleaned = _repair_characters(text, suspects) if suspects else text
        composed = cleaned == (cleaned := compose(cleaned))
        cleaned = _collapse(cleaned)
        if "\u2033" in suspects:
            lines = cleaned.split("\n")
            cleaned = "\n".join(_close_quotes(line) if "\u2033" in line else line for line in lines)
        cleaned = cleaned.strip(" \n")
        # Spaces, invisible marks and tatweel leave nothing behind that another round would change.
        if cleaned == text or (composed and suspects <= _SIMPLE):
            return cleaned
        text = cleaned


def compose(text: str) -> str:
    """Letters and their marks in one form (Unicode's NFC), no more than 30 marks on a letter where they are
    in disorder.

    >>> compose("ا\u0653") == "آ"
    True

    Never raises for a ``str``.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    # Putting marks in their order costs the square of their number.
    return unicodedata.normalize("NFC", _MAYBE_MARKS.sub(_few_marks, text))


def _few_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _collapse(text: str) -> str:
    """Single spaces, none at the ends of lines, no more than one blank line."""
    # Replacing over and over halves each run, and beats a regular expression that stops at every space.
    while "  " in text:
        text = text.replace("  ", " ")
    if "\n" in text:
        text = "\n".join([line.strip(" ") for line in text.split("\n")])
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
    return text


def _repair_characters(text: str, suspects: set[str]) -> str:
    found = "".join(suspects)
    if _SURROGATE.search(found):
        text = _SURROGATE.sub("\ufffd", _SURROGATE_PAIR.sub(_join_surrogates, text))
    if "&" in suspects and (unescaped := _unescape(text)) != text:
        return unescaped
    # Before anything is deleted: a soft hyphen or a no-break space may be half a letter.
    if (repaired := _repair_mojibake(text, suspects)) != text:
        return repaired
    for character in _INVISIBLE_CHARACTER.findall(found):
        text = text.replace(character, "")
    for character in _ODD_SPACE.findall(found):
        text = text.replace(character, " ")
    if _ODD_LINE_BREAK.search(found):
        text = _ODD_LINE_BREAK.sub("\n", text)
    if "\u2029" in suspects:
        text = text.replace("\u2029", "\n\n")
    if _PRESENTATION_RUN.search(found):
        text = _PRESENTATION_RUN.sub(_base_letters, text)
    if "\u0654" in suspects:
        text = _HAMZA_ON_YEH.sub(r"ئ\1", compose(text))
    if _ZWJ in suspects:
        text = _LOOSE_ZWJ.sub("", text)
    if _SELECTOR_CHARACTER.search(found):
        text = _SELECTORS.sub("", text)
    if _ZWNJ in suspects:
        text = _LOOSE_ZWNJ.sub("", text)
    if _TATWEEL in suspects:
        text = _TATWEEL_RUN.sub(_tatweel, _collapse(text))
    if (_ZWNJ in suspects or _LOOKALIKE.search(found)) and language(text) == "ar":
        text = _WORD.sub(_arabic_word, _ARABIC_ZWNJ.sub("", text))
    return text


_SELECTOR_CHARACTER = _class("\ufe00-\ufe0f")


def _join_surrogates(match: re.Match[str]) -> str:
    return chr(0x10000 + ((ord(match[1]) - 0xD800) << 10) + ord(match[2]) - 0xDC00)


def _unescape(text: str) -> str:
    # Chains of ampersands first: a page escaped many times over takes one pass.
    while (unescaped := _ENTITY.sub(_character, _AMPERSANDS.sub("&", text))) != text:
        text = unescaped
    return text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name[0] == "#":
        return html.unescape(f"&{name};")
    # No guess by prefix, which HTML makes: &section in an address is no section sign.
    return html.entities.html5.get(name + match[2], match[0])


def _base_letters(match: re.Match[str]) -> str:
    # NFKC of these alone, since it spoils other characters; marks decompose to a space or a
    # tatweel that carries them.
    return unicodedata.normalize("NFKC", match[0]).replace(" ", "").replace(_TATWEEL, "")


def _tatweel(match: re.Match[str]) -> str:
    """Nothing, but for one that a reader would miss and one typed as a dash (الرباط ـ وكالات).

    She would miss that of هـ (1445هـ), and that of a particle which joins what is no Arabic letter
    (الـ20, لـ"الأيام").
    """
    text, start, end = match.string, match.start(), match.end()
    before, after = text[max(0, start - _LONGEST_JOINED - 1) : start], text[end : end + 2]
    inside_word = _LETTER.match(after) or _MARK.match(after)
    if not inside_word and _JOINED.search(before):
        return _TATWEEL
    between_digits = before[-1:].isdigit() and after[:1].isdigit()
    stands_alone = before[-1:] in ("", " ", "\n") and after[:1] == " " and not after[1:].isspace()
    if between_digits or (stands_alone and len(match[0]) < 3 and after[1:] not in ("", _TATWEEL)):
        return "-"
    return ""


_MARK = _class(_MARKS)
# What is written with a tatweel at its end: the abbreviation of هجرية, and the particles that are
# one word with what follows them (the article, ب, ل, ك and ف, after و or ف perhaps).
_JOINED = re.compile(f"(?<![{_LETTERS}{_MARKS}{_TATWEEL}])(?:ه|[وف]?(?:[بك]?ال|لل|[بلك])|ف)\\Z")
_LONGEST_JOINED = 4


def _arabic_word(match: re.Match[str]) -> str:
    word = match[0]
    if _LOOKALIKE.search(word) and not _OTHER_ALPHABET.search(word):
        for foreign, arabic in _LOOKALIKES.items():
            word = word.replace(foreign, arabic)
    return word


_CLOSING = {"“": "”", "„": "”", "”": "“"}
"""The marks that close a quotation, by those that open it."""


def _close_quotes(line: str) -> str:
    """A double prime closes a quotation with the mark that fits the one that opened it; after a number and
    outside of a quotation it is inches.
    """
    parts = _QUOTE.split(line)
    left = len(parts) // 2
    is_open = False
    opening = ""
    for i in range(1, len(parts), 2):
        left -= 1
        if parts[i] == "″":
            if parts[i - 1][-1:].isdigit() and not (is_open and left % 2 == 0):
                continue
            parts[i] = _CLOSING.get(opening, '"') if is_open else '"'
        opening = parts[i]
        is_open = not is_open
    return "".join(parts)


# --- Mojibake --------------------------------------------------------------------------------------

# What the bytes 80-FF look like in each wrong reading: Latin-1 and windows-1252, which mix in
# practice, and windows-1256. Source: Python's codecs (https://www.unicode.org/Public/MAPPINGS/).
_LATIN = {chr(byte): byte for byte in range(0x80, 0x100)} | {
    bytes([byte]).decode("cp1252", "replace"): byte for byte in range(0x80, 0xA0)
}
del _LATIN["\ufffd"]
_WINDOWS_1256 = {bytes([byte]).decode("cp1256"): byte for byte in range(0x80, 0x100)}


def _utf8_run(table: Mapping[str, int]) -> re.Pattern[str]:
    """Runs of UTF-8 as ``table`` shows its bytes, of the characters that newspapers print."""

    def shown(*spans: tuple[int, int]) -> str:
        return "".join(re.escape(c) for c, byte in table.items() if any(a <= byte <= b for a, b in spans))

    tail = f"[{shown((0x80, 0xBF))}]"
    # Accents, « », no-break space, and what these become when spoilt twice; Arabic.
    two = shown((0xC2, 0xC3), (0xC5, 0xC6), (0xCB, 0xCB), (0xD8, 0xDB))
    # Quotes, dashes, Tifinagh, presentation letters.
    three = shown((0xE2, 0xE2), (0xEF, 0xEF))
    return re.compile(f"(?:[{two}]{tail}|[{three}]{tail}{{2}}|{shown((0xF0, 0xF0))}{tail}{{3}})+")


_UTF8_AS_LATIN = _utf8_run(_LATIN)
_UTF8_AS_ARABIC = _utf8_run(_WINDOWS_1256)
# Cheap tests first: what a text must hold to test as bad.
_LATIN_LEADS = frozenset("ÂÃÅÆËØÙÚÛâïð")
_MAYBE_AS_LATIN = re.compile(f"[ÂÃÅÆËØÙÚÛâïð][{_RARE_SIGNS}{_COMMON_SIGNS}\xa1]")
_LEADS = "آأإئثطظعغâï"
_MAYBE_AS_ARABIC = re.compile(
    f"[{_RARE_SIGNS}](?:(?<=[{_LEADS}].)[{_LEADS}]|(?<=[پٹچژڈگکڑںھ،؛؟{_RARE_SIGNS}{_COMMON_SIGNS}][{_LEADS}].))"
    f"|[{_RARE_SIGNS}{_COMMON_SIGNS}](?:(?<=[âï].)|(?<=ًں.)|(?=[{_LEADS}][{_RARE_SIGNS}]))"
)

_ARABIC_AS_LATIN = {
    character: arabic
    for character, byte in _LATIN.items()
    if re.fullmatch(f"[{_LETTERS}{_MARKS}{_TATWEEL}]", arabic := bytes([byte]).decode("cp1256"))
}
_ANY_LATIN = "A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f"
_ARABIC_WORD_AS_LATIN = re.compile(f"(?<![{_ANY_LATIN}])[{''.join(_ARABIC_AS_LATIN)}]+(?![{_ANY_LATIN}])")
_ACCENTED_CAPITALS = frozenset(map(chr, range(0xC0, 0xDF))) - {"×"}
_MARK_AS_LATIN = re.compile("[¡º¿\x80-\x9f]")
_CAPITAL_INSIDE = re.compile("[ß-ÿ][À-Þ]")
# Two letters of three in any Arabic text.
_COMMONEST = frozenset("األيمنورتبهعة")


def _repair_mojibake(text: str, characters: set[str]) -> str:
    """Bytes read in a wrong encoding, put right only where the text tests as bad.

    Three kinds: UTF-8 read as Latin-1 or windows-1252 (Ø§Ù„), UTF-8 read as windows-1256 (ط§ظ„),
    windows-1256 read as windows-1252 (ÇáãÛÑÈ). What tests as bad is what no correct text holds:
    letters and symbols in the pattern of UTF-8, words of accented capitals and small letters alone.
    """
    if characters & _LATIN_LEADS and _MAYBE_AS_LATIN.search(text):
        repaired = _repair_utf8(text, _UTF8_AS_LATIN, _LATIN, _is_bad_latin)
        if repaired != text:  # spoilt twice, the rest would look like the next kind
            return repaired
    if _RARE_SIGN.search("".join(characters)) and _MAYBE_AS_ARABIC.search(text):
        repaired = _repair_utf8(text, _UTF8_AS_ARABIC, _WINDOWS_1256, _is_bad_arabic)
        if repaired != text:
            return repaired
    if characters & _ACCENTED_CAPITALS and _is_bad_arabic_as_latin(_ARABIC_WORD_AS_LATIN.findall(text)):
        text = _ARABIC_WORD_AS_LATIN.sub(lambda m: "".join(map(_ARABIC_AS_LATIN.__getitem__, m[0])), text)
        text = _MARK_AS_LATIN.sub(lambda m: bytes([_LATIN[m[0]]]).decode("cp1256"), text)
    return text


def _is_bad_arabic_as_latin(words: list[str]) -> bool:
    long = [word for word in words if len(word) > 2 and not _ACCENTED_CAPITALS.isdisjoint(word)]
    if not long or (len(words) == 1 and len(long[0]) < 4 and not _CAPITAL_INSIDE.search(long[0])):
        return False
    letters = _LETTER.findall("".join(_ARABIC_AS_LATIN[character] for word in words for character in word))
    return sum(letter in _COMMONEST for letter in letters) * 2 >= len(letters)


def _repair_utf8(
    text: str,
    run: re.Pattern[str],
    table: Mapping[str, int],
    is_bad: Callable[[re.Match[str], str], bool],
) -> str:
    def decoded(match: re.Match[str]) -> str:
        try:
            return bytes(map(table.__getitem__, match[0])).decode("utf-8")
        except UnicodeDecodeError:
            return ""

    if not any(is_bad(match, decoded(match)) for match in run.finditer(text)):
        return text

    def repaired(match: re.Match[str]) -> str:
        right = decoded(match)
        # In a text that is bad in part: حفظ، is a word and its comma.
        before = text[match.start() - 1 : match.start()]
        if table is _WINDOWS_1256 and len(right) == 1 and _LETTER.match(before):
            return match[0]
        return right or match[0]

    return run.sub(repaired, text)


def _is_bad_latin(match: re.Match[str], decoded: str) -> bool:
    run, text = match[0], match.string
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if not decoded:
        return False
    if len(decoded) > 1 or run[0] in "âïð":
        return not run.islower() or not run.isalpha()
    # One sequence alone counts only where the capital cannot stand: dÃ©cidÃ©, 25Â°.
    if run[0] == "Ã":
        return (before.islower() or after.islower()) and not run[1].isspace()
    return run[0] == "Â" and not _LATIN_RUN.match(before)


def _is_bad_arabic(match: re.Match[str], decoded: str) -> bool:
    before = match.string[match.start() - 1 : match.start()]
    has_symbol = any(not (character.isalpha() or character in "،؛؟«»") for character in match[0])
    return len(decoded) > 1 and has_symbol and not _LETTER.match(before)


# --- Search text -----------------------------------------------------------------------------------

_COMMON_FOLDS = (
    [(mark, "") for mark in "ًٌٍَُِّْ"]
    + [(alef, "ا") for alef in "أإآ"]
    + [("ى", "ي"), ("ئ", "ي"), ("ة", "ه"), ("ؤ", "و")]
    + [(mark, " ") for mark in "\n.,:;!?\"'()-/«»،؛؟“”"]
)
# Letters beside those that keyboards of the Arab world have; the rarer ones, met in few texts.
_RARE_LETTERS = {
    "ٲ": "ا", "ٳ": "ا", "ٵ": "ا", "ٱ": "ا", "ی": "ي", "ې": "ي", "ۍ": "ي", "ێ": "ي", "ٸ": "ي",
    "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ۂ": "ه", "ۃ": "ه", "ٶ": "و", "ς": "σ",
    "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ئ": "ي", "ة": "ه", "ؤ": "و",
}  # fmt: skip
_DROPPED = frozenset([_TATWEEL, _ZWNJ, _ZWJ, "\u06e5", "\u06e6", "\u08c9"])
# ﷺ and the like say nothing that anyone searches for.
_HONORIFIC = _class("\ufd40-\ufd4f\ufdcf\ufdf5\ufdfa\ufdfb\ufdfd-\ufdff")
_UNFOLDED = re.compile("[^ءابت-غف-وي a-z0-9]")
_FEW = 64


def fold(text: str) -> str:
    """The search text: one form for every spelling of the same words. Never show it.

    :func:`clean`, then without tashkeel and Qur'anic marks; أإآٱ → ا, ى ی ئ → ي, ة → ه, ؤ → و,
    ک → ك; digits ASCII; honorifics (ﷺ), punctuation, symbols and emoji are a space; lower case.

    >>> fold("إعلانُ الحكومة المغربيّة: ٢٠٢٤")
    'اعلان الحكومه المغربيه 2024'

    Idempotent; never raises for a ``str``.
    """
    while True:
        folded, settled = _fold_once(clean(text))
        # Letters outside the folded alphabet may join others once the marks between them are gone.
        if settled or folded == text:
            return folded
        text = folded


def _fold_once(text: str) -> tuple[str, bool]:
    """The text folded, and whether folding it again would change nothing."""
    # A chain of replacements runs at a multiple of the speed of one regular expression or translate().
    for common, folded in _COMMON_FOLDS:
        text = text.replace(common, folded)
    settled = True
    characters = set(_UNFOLDED.findall(text))
    if len(characters) > _FEW:
        return _collapse("".join(map(_fold_character, text))).strip(" "), False
    for character in characters:
        folded = _fold_character(character)
        text = text.replace(character, folded)
        settled = settled and not _UNFOLDED.search(folded)
    return _collapse(text).strip(" "), settled


@lru_cache(maxsize=1 << 12)
def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] == "M" or character in _DROPPED:
        return ""
    if category[0] != "L" or _HONORIFIC.match(character):
        return " "
    # One letter for its shapes (ﬁ, Ａ) and for a word written as one sign (ﷴ).
    plain = unicodedata.normalize("NFKC", character.lower())
    if plain != character:
        return "".join(map(_fold_character, plain))
    return _RARE_LETTERS.get(character, character)


# --- Between the two -------------------------------------------------------------------------------

Tashkeel = Literal["keep", "drop"]
Letters = Literal["keep", "fold"]
Digits = Literal["keep", "ascii", "arabic"]
Punctuation = Literal["keep", "ascii", "drop"]

_TASHKEEL_RUN = re.compile(f"[{_MARKS}]+")
_ALEF = _class("أإآٱٲٳٵ")
_YA = _class("ىی")
_TA = _class("ةۃ")
_DIGIT = re.compile(r"\d")
_ASCII_PUNCTUATION = {
    "،": ",", "؛": ";", "؟": "?", "٪": "%", "٫": ".", "٬": ",", "۔": ".", "٭": "*", "«": '"', "»": '"',
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "‘": "'", "’": "'", "‚": "'", "′": "'", "‹": "'",
    "›": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "…": "...",
}  # fmt: skip
_PUNCTUATION = _class(*_ASCII_PUNCTUATION)
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
    """:func:`clean` and some of the choices of :func:`fold`, for people who train models.

    ``tashkeel``: ``keep`` or ``drop`` (with the Qur'anic marks). ``alef`` (أإآٱ → ا), ``ya`` (ى ی → ي)
    and ``ta`` (ة → ه): ``keep`` or ``fold``. ``digits``: ``keep``, ``ascii`` (2024) or ``arabic``
    (٢٠٢٤). ``punctuation``: ``keep``, ``ascii`` (، → ,) or ``drop`` (a space in its place; symbols and
    emoji stay). Case, ؤ, ئ and honorifics change in :func:`fold` alone.

    >>> normalize("إلى المدرسةِ، ٢٠٢٤", tashkeel="drop", alef="fold", digits="ascii")
    'الى المدرسة، 2024'

    Raises ``ValueError`` for a value that is none of those.
    """
    _check("tashkeel", tashkeel, Tashkeel)
    _check("alef", alef, Letters)
    _check("ya", ya, Letters)
    _check("ta", ta, Letters)
    _check("digits", digits, Digits)
    _check("punctuation", punctuation, Punctuation)
    text = clean(text)
    if tashkeel == "drop":
        text = _TASHKEEL_RUN.sub("", text)
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
        raise ValueError(f"{name}={value!r} is not one of the choices: take one of {choices}")


def _drop_punctuation(match: re.Match[str]) -> str:
    return "".join(" " if unicodedata.category(character)[0] == "P" else character for character in match[0])


# --- Language --------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[^\s@]*+@\S*", re.IGNORECASE)
_ARABIC_RUN = re.compile(f"[{_LETTERS}{_MARKS}{_ZWNJ}{_PRESENTATION}]+")
_LATIN_RUN = re.compile("[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff]+")
# Not a part of 3likom or lbar7: Arabic as typed on a Latin keyboard.
_LATIN_WORD = re.compile(rf"(?<!\w){_LATIN_RUN.pattern}(?!\w)")
_OTHER_LETTER = _class(
    "\u0250-\u05ff\u0700-\u074f\u0780-\u086f\u0900-\u1dff\u1f00-\u1fff\u2c00-\u2dff\u2e80-\ud7ff",
    "\uf900-\ufb4f\U00010000-\U0001e7ff\U00020000-\U0003ffff",
)
_SCRIPTS = {
    "zgh": _class("\u2d30-\u2d6f"),
    "he": _class("\u05d0-\u05ea"),
    "el": _class("\u0370-\u03ff\u1f00-\u1fff"),
}

# Letters that Arabic uses for foreign names only (أگادير, ڤيديو), and those it never uses.
_NAME_LETTERS = "گپچژڤڭڨݣڥ"
_NAME_LETTER = _class(_NAME_LETTERS)
_FOREIGN_LETTER = re.compile(f"[^{_ALPHABET}{_NAME_LETTERS}{_ZWNJ}]")
_HAMZA_OR_TA = re.compile("[أإةؤ]")
_ENOUGH_WORDS = 400
_ARTICLE = re.compile("(?:[وفبك]?ال|ولل|لل)..")
# Common words of Arabic that its neighbours do not use and the reverse, ی and ک written as ي and ك.
_ARABIC_WORDS = frozenset(
    "في وفي على وعلى إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين أن إن أو ثم قد لقد لم لن هو هي كان "
    "كانت يكون عند خلال حتى لدى منذ أمام نحو حيث كما إذا لكن ليس قال وقال أكد وهو وهي ومن فيه فيها "
    "عليها منه منها لها بها ديال هاد اللي كاين واش غادي لا لماذا كيف".split()
)
_FOREIGN_WORDS = frozenset(
    "از كه اين است را براي هاي شده شود خواهد نيز گفت كرده هستند دارد دارند بايد نمي پس اگر چه در البته "
    "كنند كند امروز وزارت هر همه بود باشد هيچ په اور".split()
)
_OWN_LETTERS = {
    "ur": re.compile(r"[ٹڈڑںےۓہۂۃھ]|\b(?:کا|کی|کو|آج|اور)\b"),
    "ps": re.compile(r"[ټډړږښځڅۍڼې]|\b(?:د|په)\b"),
    "ckb": _class("ێۆڵڕە"),
    "ug": _class("ۈۋېۇەڭھ"),
    "sd": _class("ڄڃٿڻٻڀڪڦڏڍ"),
    "ms": _class("ڠڽݢۏ"),
}
_STOP_WORDS = {
    "fr": (
        "le la les des du une un et est dans pour que qui sur au aux avec ne pas par plus ce cette ces "
        "son sa ses il elle ils nous vous ont été être sont mais ou où leur leurs comme à selon après "
        "entre d l n c j qu tout de en je se contre lors vers depuis sous"
    ),
    "en": (
        "the of and to in is that for on with as was it at by from are be this has have an his her not "
        "but or its which were their they he she will been said after who than when into more i you a "
        "over against about between during before under would says new"
    ),
    "es": (
        "el la los las de del y en que un una es por con para no se su al lo como más pero sus este "
        "esta fue son ha entre sobre también según desde hasta muy ya o"
    ),
    "pt": (
        "o os as de do da dos das e em que um uma é por com para não se ao como mais mas seu sua foi "
        "são entre sobre também no na nos nas"
    ),
    "it": (
        "il lo la i gli le di del della dei e in che un una è per con non si al come più ma sono nel "
        "nella da ha"
    ),
    "de": (
        "der die das den dem und in ist ein eine zu mit von für auf nicht im sich auch als an bei "
        "aus nach wird"
    ),
    "tr": "ve bir bu da de için ile olarak olan çok daha gibi en ne",
}
_STOP_SETS = {code: frozenset(words.split()) for code, words in _STOP_WORDS.items()}
_ACCENTS = {
    "fr": _class("éèêëàâçîïôûùœ"),
    "es": _class("áíóúñ"),
    "pt": _class("ãõçáâêíóú"),
    "it": _class("àèìòù"),
    "de": _class("äöüß"),
    "tr": _class("ğışüöç"),
}


def language(text: str) -> str:
    """The language by script and letters, as an ISO 639 code; ``und`` when it cannot be told.

    Arabic script: ``ar`` (also as spoken), ``fa``, ``ur``, ``ps``, ``ckb`` (Sorani Kurdish), ``ug``,
    ``sd``, ``ms``, by the letters that only they use and the commonest words. ``zgh`` is Amazigh in
    Tifinagh. Latin script, by its commonest words: ``fr``, ``en``, ``es``, ``pt``, ``it``, ``de``, ``tr``.
    ``he`` and ``el`` by script; other scripts are ``und``. Addresses are not read.

    >>> language("المغرب يطلق برنامجا جديدا")
    'ar'
    >>> language("این کتاب را خوانده است")
    'fa'

    Never raises for a ``str``.
    """
    if "@" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    words = _ARABIC_RUN.findall(text)
    arabic = sum(map(len, words))
    latin = sum(map(len, _LATIN_RUN.findall(text)))
    other = "".join(filter(str.isalpha, _OTHER_LETTER.findall(text)))
    if len(other) > max(arabic, latin):
        counts = {code: len(letters.findall(other)) for code, letters in _SCRIPTS.items()}
        best = max(counts, key=counts.__getitem__)
        return best if counts[best] * 2 > len(other) else "und"
    if arabic > latin:
        return _arabic_script(words[:_ENOUGH_WORDS])
    return _latin_script(text) if latin else "und"


def _arabic_script(words: list[str]) -> str:
    weights = [_evidence(word) for word in words]
    arabic = sum(weight for weight in weights if weight > 0)
    foreign = -sum(weight for weight in weights if weight < 0)
    text = " ".join(words)
    if ("ي" in text or "ك" in text) and not ("ی" in text or "ک" in text):
        # An Arabic keyboard: گ and پ alone say no more than that a name is foreign.
        foreign -= 0.5 * weights.count(-0.5)
    if arabic >= foreign:
        return "ar"
    own = {code: len(pattern.findall(text)) for code, pattern in _OWN_LETTERS.items()}
    best = max(own, key=own.__getitem__)
    return best if own[best] * 100 > len(text) else "fa"


@lru_cache(maxsize=1 << 15)
def _evidence(printed: str) -> float:
    """How much a word speaks for Arabic (above zero) or for another language (below)."""
    word = _TASHKEEL_RUN.sub("", _PRESENTATION_RUN.sub(_base_letters, printed))
    typed = word.replace("ی", "ي").replace("ک", "ك")
    if typed in _FOREIGN_WORDS:
        return -1
    if typed in _ARABIC_WORDS:
        return 1 if typed == word else 0.5
    if _FOREIGN_LETTER.search(typed):
        return -1
    if _HAMZA_OR_TA.search(word):
        return 1
    if _NAME_LETTER.search(word):
        return -0.5
    if _ARTICLE.match(word):
        return 1 if typed == word else 0
    if typed != word:
        return -0.6
    return 0.25 if "ي" in word or "ك" in word else 0


def _latin_script(text: str) -> str:
    words = [word.lower() for word in _LATIN_WORD.findall(text)[:_ENOUGH_WORDS]]
    # A letter alone (l', a) says less than a word.
    hits = {
        code: sum(min(len(word), 2) / 2 for word in words if word in stop)
        for code, stop in _STOP_SETS.items()
    }
    for code, accent in _ACCENTS.items():
        hits[code] += 0.5 * sum(bool(accent.search(word)) for word in words)
    first, second = sorted(hits, key=hits.__getitem__, reverse=True)[:2]
    sure = hits[first] > hits[second] and hits[first] >= max(1, len(words) / 8)
    return first if sure else "und"
