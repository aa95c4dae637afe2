"""Cleans text for storage: repairs what is broken, and keeps everything that a reader would miss."""

from __future__ import annotations

import html
import html.entities
import re

from newscrawl import lazy
from newscrawl.text.characters import (
    ALPHABET,
    ARABIC,
    INVISIBLE,
    LETTER,
    LETTERS,
    LINE_BREAKS,
    MARK,
    MARKS,
    PRESENTATION,
    PRESENTATION_RUN,
    RARE_SIGNS,
    SPACES,
    TATWEEL,
    ZWJ,
    ZWNJ,
    base_letters,
    character_class,
    collapse,
    compose,
    is_composed,
    members,
)
from newscrawl.text.languages import language
from newscrawl.text.mojibake import repair_mojibake

CLEAN_VERSION = 1
"""Version of :func:`clean`, stored with each article. Raise it with every change that alters a result."""

_INVISIBLE_CHARACTER = character_class(INVISIBLE)
_ODD_SPACE = character_class(SPACES)
_ODD_LINE_BREAK = lazy.pattern("\r\n?|[\x0b\x0c\x85\u2028]")
_SURROGATE_PAIR = lazy.pattern("([\ud800-\udbff])([\udc00-\udfff])")
_SURROGATE = lazy.pattern("[\ud800-\udfff]")
_TATWEEL_RUN = lazy.pattern(f"{TATWEEL}+")
_ENTITY = lazy.pattern("&(#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31})(;|(?![=A-Za-z0-9]))")
_AMPERSANDS = lazy.pattern("&(?:amp;|#(?:0{0,4}38|[xX]0{0,4}26)(?:;|(?![=A-Za-z0-9])))+")

# A joiner matters between emoji and between letters of a joining script. Next to a space, a Latin letter or
# punctuation it is a leftover from typing; so is a ZWJ next to an Arabic letter.
_JOINING = f"[^\\s\x00-\u02ff{ARABIC}]"
_LOOSE_ZWJ = lazy.pattern(f"(?<!{ZWJ})(?:(?<!{_JOINING}){ZWJ}++|{ZWJ}++(?!{_JOINING}))")
_LOOSE_ZWNJ = lazy.pattern(f"{ZWNJ}+(?:(?<!\\w{ZWNJ})|(?=[\x00-\u02ff]|\\W|$))")
_SELECTORS = lazy.pattern(f"(?<![^\\s{ARABIC}])[\ufe00-\ufe0f]+")
_ARABIC_ZWNJ = lazy.pattern(f"(?<=[{ARABIC}]){ZWNJ}+(?=[{ARABIC}])")

_HAMZA_ON_YEH = lazy.pattern("[\u0649\u06cc]([\u064b-\u0652\u0670]*)\u0654")

# Letters of other alphabets that look like Arabic letters.
_LOOKALIKES = {"ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۃ": "ة"}
_LOOKALIKE = character_class(*_LOOKALIKES)
_WORD = lazy.pattern(f"[{LETTERS}{MARKS}{ZWNJ}]+")
_OTHER_ALPHABET = lazy.pattern(f"[^{ALPHABET}{MARKS}{ZWNJ}{''.join(_LOOKALIKES)}]")

_QUOTE = re.compile('(["“”„‟″])')

# Every character that a step of clean() may change; a text without any of them is already clean.
_SUSPECT = character_class(
    "&", INVISIBLE, SPACES, LINE_BREAKS, PRESENTATION, TATWEEL, ZWJ, ZWNJ, "\ud800-\udfff",
    "\u0654\ufe00-\ufe0f\u2033", *_LOOKALIKES,
    "\xc0-\xd6\xd8-\xdeâïð", RARE_SIGNS,  # mojibake
)  # fmt: skip

_SIMPLE = members(INVISIBLE, SPACES, LINE_BREAKS, TATWEEL) - members(RARE_SIGNS)


def clean(text: str) -> str:
    """The text for storage: nearly lossless, with the words that a reader sees on the page.

    Repairs presentation forms, tatweel (but not in هـ and لـ"), bidi and zero-width controls, odd spaces,
    entities (also escaped twice), decomposed letters, Persian letters inside Arabic words, mojibake, and the
    double prime that WordPress prints for a closing quote. Keeps tashkeel, hamzas, ة and ى, Qur'anic
    quotations, ﷺ, digits as printed, Arabic punctuation, URLs, emoji, Tifinagh and French. One blank line
    separates paragraphs, and one line break separates lines.

    >>> clean("الحـــكومة&nbsp;المغربية سنة 1445هـ")
    'الحكومة المغربية سنة 1445هـ'

    Idempotent; never raises for a ``str``.
    """
    while True:
        suspects = set(_SUSPECT.findall(text))
        cleaned = _repair_characters(text, suspects) if suspects else text
        composed = cleaned == (cleaned := compose(cleaned))
        cleaned = collapse(cleaned)
        if "\u2033" in suspects:
            lines = cleaned.split("\n")
            cleaned = "\n".join(_close_quotes(line) if "\u2033" in line else line for line in lines)
        cleaned = cleaned.strip(" \n")
        # After removing spaces, invisible marks and tatweel, another round would change nothing.
        if cleaned == text or (composed and suspects <= _SIMPLE):
            return cleaned
        text = cleaned


def needs_no_repair(text: str) -> bool:
    """Does :func:`clean` change only spaces and line breaks of a text, if anything?

    >>> needs_no_repair("المغرب  اليوم"), needs_no_repair("المغـرب")
    (True, False)
    """
    return not _SUSPECT.search(text) and is_composed(text)


def _repair_characters(text: str, suspects: set[str]) -> str:
    joined = "".join(suspects)
    if _SURROGATE.search(joined):
        text = _SURROGATE.sub("\ufffd", _SURROGATE_PAIR.sub(_join_surrogates, text))
    if "&" in suspects and (unescaped := _unescape(text)) != text:
        return unescaped
    # This comes before any deletion: a soft hyphen or a no-break space may be half a letter.
    if (repaired := repair_mojibake(text, suspects)) != text:
        return repaired
    for character in _INVISIBLE_CHARACTER.findall(joined):
        text = text.replace(character, "")
    for character in _ODD_SPACE.findall(joined):
        text = text.replace(character, " ")
    if _ODD_LINE_BREAK.search(joined):
        text = _ODD_LINE_BREAK.sub("\n", text)
    if "\u2029" in suspects:
        text = text.replace("\u2029", "\n\n")
    if PRESENTATION_RUN.search(joined):
        text = PRESENTATION_RUN.sub(base_letters, text)
    if "\u0654" in suspects:
        text = _HAMZA_ON_YEH.sub(r"ئ\1", compose(text))
    if ZWJ in suspects:
        text = _LOOSE_ZWJ.sub("", text)
    if _SELECTOR_CHARACTER.search(joined):
        text = _SELECTORS.sub("", text)
    if ZWNJ in suspects:
        text = _LOOSE_ZWNJ.sub("", text)
    if TATWEEL in suspects:
        text = _TATWEEL_RUN.sub(_tatweel, collapse(text))
    if (ZWNJ in suspects or _LOOKALIKE.search(joined)) and language(text) == "ar":
        text = _WORD.sub(_arabic_word, _ARABIC_ZWNJ.sub("", text))
    return text


_SELECTOR_CHARACTER = character_class("\ufe00-\ufe0f")


def _join_surrogates(match: re.Match[str]) -> str:
    return chr(0x10000 + ((ord(match[1]) - 0xD800) << 10) + ord(match[2]) - 0xDC00)


def _unescape(text: str) -> str:
    # Chains of ampersands come first, so that a text that was escaped many times takes one pass.
    while (unescaped := _ENTITY.sub(_character, _AMPERSANDS.sub("&", text))) != text:
        text = unescaped
    return text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name[0] == "#":
        return html.unescape(f"&{name};")
    # Unlike in HTML, a prefix is not enough: &section in an address is not a section sign.
    return html.entities.html5.get(name + match[2], match[0])


def _tatweel(match: re.Match[str]) -> str:
    """The replacement of a tatweel: itself if a reader would miss it, a dash if it was typed as one (الرباط ـ
    وكالات), otherwise empty.

    A reader would miss it in هـ (1445هـ), and between a particle and anything but an Arabic letter (الـ20,
    لـ"الأيام").
    """
    text, start, end = match.string, match.start(), match.end()
    before, after = text[max(0, start - _LONGEST_JOINED - 1) : start], text[end : end + 2]
    inside_word = LETTER.match(after) or MARK.match(after)
    if not inside_word and _JOINED.search(before):
        return TATWEEL
    between_digits = before[-1:].isdigit() and after[:1].isdigit()
    stands_alone = before[-1:] in ("", " ", "\n") and after[:1] == " " and not after[1:].isspace()
    if between_digits or (stands_alone and len(match[0]) < 3 and after[1:] not in ("", TATWEEL)):
        return "-"
    return ""


# Words with a tatweel at their end: the abbreviation of هجرية, and the particles that are joined to the next
# word (the article, ب, ل, ك and ف, also after و or ف).
_JOINED = lazy.pattern(f"(?<![{LETTERS}{MARKS}{TATWEEL}])(?:ه|[وف]?(?:[بك]?ال|لل|[بلك])|ف)\\Z")
_LONGEST_JOINED = 4


def _arabic_word(match: re.Match[str]) -> str:
    word = match[0]
    if _LOOKALIKE.search(word) and not _OTHER_ALPHABET.search(word):
        for foreign, arabic in _LOOKALIKES.items():
            word = word.replace(foreign, arabic)
    return word


_CLOSING = {"“": "”", "„": "”", "”": "“"}
"""Opening quotation mark → the mark that closes it."""


def _close_quotes(line: str) -> str:
    """The line with each double prime that closes a quotation replaced by the mark that fits the opening one.

    After a number outside a quotation it means inches and stays.
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
