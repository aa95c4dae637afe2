"""Repairs text that was decoded with the wrong encoding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from newscrawl import lazy
from newscrawl.text.characters import (
    COMMON_SIGNS,
    LATIN_RUN,
    LETTER,
    LETTERS,
    MARKS,
    RARE_SIGN,
    RARE_SIGNS,
    TATWEEL,
    members,
)

# The bytes 80-FF in each wrong decoding: Latin-1 and windows-1252, which are mixed in
# practice, and windows-1256. Source: Python's codecs (https://www.unicode.org/Public/MAPPINGS/).
_LATIN = {chr(byte): byte for byte in range(0x80, 0x100)} | {
    bytes([byte]).decode("cp1252", "replace"): byte for byte in range(0x80, 0xA0)
}
del _LATIN["\ufffd"]
_WINDOWS_1256 = {bytes([byte]).decode("cp1256"): byte for byte in range(0x80, 0x100)}


def _utf8_run(table: Mapping[str, int]) -> re.Pattern[str]:
    """A pattern for runs of UTF-8 bytes decoded with ``table``, of characters that newspapers print."""

    def shown(*spans: tuple[int, int]) -> str:
        return "".join(re.escape(c) for c, byte in table.items() if any(a <= byte <= b for a, b in spans))

    tail = f"[{shown((0x80, 0xBF))}]"
    # Accented letters, « », no-break space, their forms after two wrong decodings, and Arabic.
    two = shown((0xC2, 0xC3), (0xC5, 0xC6), (0xCB, 0xCB), (0xD8, 0xDB))
    # Quotes, dashes, Tifinagh, presentation letters.
    three = shown((0xE2, 0xE2), (0xEF, 0xEF))
    return lazy.pattern(f"(?:[{two}]{tail}|[{three}]{tail}{{2}}|{shown((0xF0, 0xF0))}{tail}{{3}})+")


_UTF8_AS_LATIN = _utf8_run(_LATIN)
_UTF8_AS_ARABIC = _utf8_run(_WINDOWS_1256)
# Quick tests that come first: what a text must contain to count as wrongly decoded.
_LATIN_LEADS = frozenset("ÂÃÅÆËØÙÚÛâïð")
_MAYBE_AS_LATIN = lazy.pattern(f"[ÂÃÅÆËØÙÚÛâïð][{RARE_SIGNS}{COMMON_SIGNS}\xa1]")
_LEADS = "آأإئثطظعغâï"
_MAYBE_AS_ARABIC = lazy.pattern(
    f"[{RARE_SIGNS}](?:(?<=[{_LEADS}].)[{_LEADS}]|(?<=[پٹچژڈگکڑںھ،؛؟{RARE_SIGNS}{COMMON_SIGNS}][{_LEADS}].))"
    f"|[{RARE_SIGNS}{COMMON_SIGNS}](?:(?<=[âï].)|(?<=ًں.)|(?=[{_LEADS}][{RARE_SIGNS}]))"
)

_WRITTEN = members(LETTERS, MARKS, TATWEEL)
_ARABIC_AS_LATIN = {
    character: arabic
    for character, byte in _LATIN.items()
    if (arabic := bytes([byte]).decode("cp1256")) in _WRITTEN
}
_ANY_LATIN = "A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f"
_ARABIC_WORD_AS_LATIN = lazy.pattern(f"(?<![{_ANY_LATIN}])[{''.join(_ARABIC_AS_LATIN)}]+(?![{_ANY_LATIN}])")
_ACCENTED_CAPITALS = frozenset(map(chr, range(0xC0, 0xDF))) - {"×"}
_MARK_AS_LATIN = re.compile("[¡º¿\x80-\x9f]")
_CAPITAL_INSIDE = re.compile("[ß-ÿ][À-Þ]")
# Two thirds of the letters of any Arabic text.
_COMMONEST = frozenset("األيمنورتبهعة")


def repair_mojibake(text: str, characters: set[str]) -> str:
    """The text with wrongly decoded parts repaired; correct text is unchanged.

    Three kinds are repaired: UTF-8 read as Latin-1 or windows-1252 (Ø§Ù„), UTF-8 read as windows-1256 (ط§ظ„),
    and windows-1256 read as windows-1252 (ÇáãÛÑÈ). They are recognised by sequences that no correct text
    contains: letters and symbols in the pattern of UTF-8, or words of accented letters only.
    """
    if characters & _LATIN_LEADS and _MAYBE_AS_LATIN.search(text):
        repaired = _repair_utf8(text, _UTF8_AS_LATIN, _LATIN, _is_bad_latin)
        if repaired != text:  # text that was wrongly decoded twice would look like the next kind
            return repaired
    if RARE_SIGN.search("".join(characters)) and _MAYBE_AS_ARABIC.search(text):
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
    letters = LETTER.findall("".join(_ARABIC_AS_LATIN[character] for word in words for character in word))
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
        # This may be correct inside a text with wrongly decoded parts: حفظ، is a word and its comma.
        before = text[match.start() - 1 : match.start()]
        if table is _WINDOWS_1256 and len(right) == 1 and LETTER.match(before):
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
    # A single sequence counts only if a capital letter would be impossible there: dÃ©cidÃ©, 25Â°.
    if run[0] == "Ã":
        return (before.islower() or after.islower()) and not run[1].isspace()
    return run[0] == "Â" and not LATIN_RUN.match(before)


def _is_bad_arabic(match: re.Match[str], decoded: str) -> bool:
    before = match.string[match.start() - 1 : match.start()]
    has_symbol = any(not (character.isalpha() or character in "،؛؟«»") for character in match[0])
    return len(decoded) > 1 and has_symbol and not LETTER.match(before)
