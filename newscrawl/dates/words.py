"""Recognises the words of dates: folding, the vocabulary of ``words.tsv``, and the tokens of a text.

The kind of each token is one letter. These letters form the *shape* of a text, in which
``newscrawl.dates.grammar`` looks for dates. Example: ``27 مارس 2024 - 14:30`` has the shape
``N M Y - C``.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from functools import cache
from itertools import product
from typing import NamedTuple

from newscrawl.dates.tables import rows
from newscrawl.text import compose

__all__ = [
    "ASCII_DIGITS",
    "KINDS",
    "MAX_LENGTH",
    "ClockTime",
    "DateToken",
    "TokenText",
    "fold",
    "names",
    "spellings",
    "tokenize",
]

MAX_LENGTH = 600
"""A longer text is not a date line and is not read."""

KINDS = {
    "month": "M",
    "short_month": "M",
    "saturday_or_september": "Q",
    "libyan_month": "L",
    "fatih": "F",
    "hijri_month": "H",
    "epithet": "E",
    "weekday": "W",
    "weekday_letter": "S",
    "ordinal": "O",
    "era_ce": "c",
    "mim": "m",
    "era_hijri": "h",
    "era_other": "s",
    "oclock": "t",
    "hour_word": "o",
    "fraction": "k",
    "day_period": "a",
    "day_part": "P",
    "zone": "Z",
    "zone_ambiguous": "J",
    "zone_word": "q",
    "zone_place": "z",
    "published": "p",
    "byline": "y",
    "updated": "u",
    "not_published": "d",
    "counted": "b",
    "reference": "l",
    "act": "D",
    "currency": "r",
    "until": "i",
    "since": "v",
    "ago": "A",
    "elapsed": "B",
    "accords": "w",
    "and": "&",
    "filler": "f",
    "date_of": "e",
    "outlet": "g",
    "unit": "U",
    "unit_word": "j",
    "count": "n",
    "year_part": "K",
    "relative_day": "R",
    "instant": "I",
    "than": "V",
    "last": "T",
    "last_period": "G",
}
"""Kind of word → its letter in a shape. Other letters: ``N`` is a number of one or two digits, ``Y`` of four,
``#`` of any other length, ``C`` a clock time, ``x`` an unknown word, ``X`` an unknown Latin word. A space and
the marks ``- / . , : ( ) +`` stand for themselves, ``|`` for any other separator, ``!`` for the rest."""


class ClockTime(NamedTuple):
    """A clock time as printed; ``offset`` is None when none is printed."""

    hour: int
    minute: int
    second: int
    offset: dt.timedelta | None


class DateToken(NamedTuple):
    """One word, number, clock time or mark; ``value`` is its meaning in the vocabulary, or its text."""

    letter: str
    value: str
    number: int = 0
    clock: ClockTime | None = None


class TokenText(NamedTuple):
    """The tokens of a text, and its shape: one letter for each token."""

    tokens: list[DateToken]
    shape: str


ASCII_DIGITS: dict[int, str] = {zero + n: str(n) for zero in (0x0660, 0x06F0) for n in range(10)}
"""A table for ``str.translate``: Arabic and Persian digits → 0 to 9."""


class _Letters(dict[int, str | None]):
    """Character → its folded form, after NFKD; new characters are added when they first occur."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        # Mn: tashkeel, hamza above and below, accents. Cf and Cc: bidi marks, joiners, BOM.
        gone = unicodedata.category(character) in ("Mn", "Cf", "Cc") and not character.isspace()
        letter = None if gone and code < 0x10000 else character
        if code < 0x10000:
            self[code] = letter
        return letter


def _letters() -> _Letters:
    table = _Letters()
    for group, letter in (
        ("ٱٲٳٵ", "ا"),
        ("ىیېۍئے", "ي"),
        ("ةھہۃەۀ", "ه"),
        ("کڪ", "ك"),
        ("‐‑‒–—―−﹘﹣", "-"),
        ("⁄∕╱\\؍", "/"),
        ("،٬", ","),
        ("٫۔", "."),
        ("ءٴ'`´’‘‛ʼʿʾ°º", None),
    ):
        table.update(dict.fromkeys(map(ord, group), letter))
    table.update(ASCII_DIGITS)
    return table


_LETTERS = _letters()
_ASCII = {ord("'"): None, ord("`"): None, ord("\\"): "/"}
_ISOLATED = re.compile("[\ufe70-\ufe7f]")  # NFKD would put a space before these marks
_TATWEEL_DASH = re.compile(r"(?<=\d)ـ+(?=\d)|(?<![^\W\d_])ـ+(?![^\W\d_])")
_INITIALS = re.compile(r"(?<![^\W\d_])([^\W\d_])\.(?=[^\W\d_](?![^\W\d_]))")
_LATIN_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_GLUED_PERIOD = re.compile(r"(?<=:\d\d)( ?[مص])(?=ال(?:احد|اثنين|ثلاثا|اربعا|خميس|جمعه|سبت))")
_GLUED_AGO = re.compile(r"(?:(?<=\d)|(?<=[^\W\d_]{2}))(?=منذ[ \d])")  # «كش 24منذ 15 ساعات»
_LOST_PLUS = re.compile(r"(?<=t\d\d:\d\d:\d\d)(\.\d{1,9})? (?=(?:0\d|1[0-4]):?[0-5]\d$)")
_HIJRI_H = re.compile(r"(?<!\d)(1[345]\d\d[-/]\d\d?[-/]\d\d?) ?h(?![a-z])")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)t(\d\d):?(\d\d)(?::?(\d\d))?(?!\d)")


def fold(text: str) -> str:
    """The text in the spelling of the vocabulary: one form for all variants of a letter.

    Hamza, tashkeel, tatweel, bidi marks, accents, presentation forms and case are removed; dashes, slashes,
    spaces and digits are unified. Idempotent.
    Example: ``الأرْبِعاءُ، 27‏ مـارس`` → ``الاربعا, 27 مارس``.
    """
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        text = text.lower().translate(_ASCII)
    else:
        # The text is composed first, which limits the marks on a letter: the cost of NFKD is quadratic in
        # their number.
        text = unicodedata.normalize("NFKD", compose(_ISOLATED.sub("", text))).translate(_LETTERS).lower()
        if "ـ" in text:
            text = _TATWEEL_DASH.sub("-", text).replace("ـ", "")
    text = " ".join(text.split())
    if "." in text:
        text = _INITIALS.sub(r"\1", text)
    return text


_BRACES = re.compile(r"\{([^{}]*)\}")


def spellings(forms: str) -> list[str]:
    """The forms of a row of ``words.tsv``, each spelled out.

    Example: ``zul{hijja,hijjah}|ذو الحجة`` has three.
    """
    written: list[str] = []
    for form in forms.split("|"):
        parts = _BRACES.split(form)
        choices = [part.split(",") if n % 2 else [part] for n, part in enumerate(parts)]
        written += dict.fromkeys(" ".join("".join(chosen).split()) for chosen in product(*choices))
    return written


@cache
def names(*kinds: str) -> tuple[str, ...]:
    """All spellings of some kinds of words (see ``KINDS``), as in ``words.tsv``.

    Example: ``names("month")`` holds ``غشت`` and ``كانون الثاني``.
    """
    table = rows("words.tsv", ("kind", "forms"))
    return tuple(dict.fromkeys(name for kind, forms in table if kind in kinds for name in spellings(forms)))


class _Word(NamedTuple):
    letter: str
    value: str
    number: int


@cache
def vocabulary() -> dict[str, list[tuple[tuple[str, ...], _Word]]]:
    """First word → the phrases that begin with it, longest first.

    Source: ``words.tsv``, where each row names its own. Raises ``ValueError`` when one form has two meanings.
    """
    meanings: dict[tuple[str, ...], _Word] = {}
    for kind, value, forms, _source in rows("words.tsv", ("kind", "value", "forms", "source")):
        word = _Word(KINDS[kind], value, int(value) if value.lstrip("-").isdecimal() else 0)
        for form in spellings(forms):
            phrase = _phrase_of(form)
            if meanings.setdefault(phrase, word) != word:
                raise ValueError(f"words.tsv: {form!r} is both {meanings[phrase]} and {word}; keep one")
    table: dict[str, list[tuple[tuple[str, ...], _Word]]] = {}
    for phrase in sorted(meanings, key=len, reverse=True):
        table.setdefault(phrase[0], []).append((phrase, meanings[phrase]))
    return table


def _phrase_of(form: str) -> tuple[str, ...]:
    """The words and marks of a form, split as ``tokenize`` splits a text."""
    words = form.split(" ")
    if form.isascii() and form.islower() and all(map(str.isalpha, words)):  # most are transliterations
        return tuple(words)
    return tuple(part for part in _SPLIT.findall(_prepare(form)) if part != " ")


_SPLIT = re.compile(r"\d+|[a-z]+|[^\W\d_a-z]+|.")
_TOKEN = re.compile(
    r"""(?P<h>\d{1,2})(?::(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,]\d{1,9})?)?(?![\d:])
                     |\ ?(?:h|سا?)\ ?(?P<hm>\d\d)(?![\d:])|\ ?(?:h|سا)(?!\ ?\d|[^\W\d_]))
      |(?P<number>\d+)
      |(?P<word>[a-z]+|[^\W\d_a-z]+)
      |.""",
    re.VERBOSE,
)
_OFFSET = re.compile(
    r"z(?![a-z])|(?P<gap>\ ?)(?:(?P<named>gmt|utc)\ ?)?(?P<sign>[+-])(?P<h>\d\d?)(?P<m>:?\d\d)?(?!\d|[:/.]\d)"
)
_PREFIXES = ("و", "ب", "ل", "ف", "ك")
_PREFIXED = frozenset("MHLWOFUjnKfdlDbvi")
_MARKS = {mark: mark for mark in "-/.,:|()+ "}
_MARKS.update(dict.fromkeys('•·∙‧●▪◦¦ǀ│┃;؛«»"“”„<>*~!…؟', "|"))
_MARKS.update({"[": "(", "{": "(", "]": ")", "}": ")", "@": ","})
_MARK_TOKENS = {mark: DateToken(letter, mark) for mark, letter in _MARKS.items()}


def _prepare(text: str) -> str:
    text = _GLUED_PERIOD.sub(r"\1 ", _LATIN_HYPHEN.sub(" ", fold(text)))
    return _GLUED_AGO.sub(" | ", text) if "منذ" in text else text


def tokenize(text: str) -> TokenText:
    """The tokens of the first ``MAX_LENGTH`` letters of a text, and their shape.

    Example: ``نشر يوم 28 - 12 - 2010`` → shape ``p j N - N - Y``.
    """
    folded = _prepare(text[:MAX_LENGTH])
    if "t" in folded:
        folded = _COMPACT.sub(lambda m: "{}-{}-{}t{}:{}:{}".format(*m.groups("00")), folded)
        folded = _LOST_PLUS.sub(r"\1+", folded)  # 08:15:09 03:00: addresses encode a space as «+»
    if "h" in folded:
        folded = _HIJRI_H.sub(r"\1 ه", folded)  # 1447-10-02H
    words = vocabulary()
    tokens: list[DateToken] = []
    position, end = 0, len(folded)
    while position < end:
        match = _TOKEN.match(folded, position)
        if match is None:  # a line break that split() does not treat as whitespace
            position += 1
            continue
        position = match.end()
        kind = match.lastgroup
        if kind is None:
            mark = match[0]
            tokens.append(_MARK_TOKENS.get(mark) or DateToken("!", mark))
        elif kind in ("word", "number"):
            phrase = _phrase(words, folded, match)
            printed = match[0]
            if phrase is not None:
                word, position = phrase
                tokens.append(DateToken(word.letter, word.value, word.number))
            elif kind == "number":
                letter = "N" if len(printed) <= 2 else "Y" if len(printed) == 4 else "#"
                tokens.append(DateToken(letter, printed, int(printed)))
            else:
                tokens.append(DateToken("X" if printed.isascii() else "x", printed))
        else:
            iso = match.start() > 0 and folded[match.start() - 1] == "t"
            offset, position = _offset(folded, position, iso=iso, exact=iso or match["s"] is not None)
            clock = ClockTime(
                int(match["h"]), int(match["m"] or match["hm"] or 0), int(match["s"] or 0), offset
            )
            tokens.append(DateToken("C", match[0], clock=clock))
    shape = "".join([token.letter for token in tokens])
    if not _UNSETTLED.isdisjoint(shape) or shape.startswith("t N M"):
        shape = _settle(tokens, shape)
    return _with_years(tokens, shape) if "K" in shape else TokenText(tokens, shape)


_UNSETTLED = frozenset("QS")
_SEPTEMBER = re.compile(
    r"N[ /-]{1,2}(?P<q>Q)[ ,/-]{1,2}Y|(?P<first>Q)\ N,?\ Y|Y[ /-](?P<mid>Q)[ /-]N(?![/.-]N|\ [MLHF])"
)
_LETTER_DAY = re.compile(r"(?:^|\|\ ?)(?P<before>[St])(?=,?\ N[ /-][MQ])|[YM]\ (?P<after>S)$")


def _settle(tokens: list[DateToken], shape: str) -> str:
    """Decide from the context what ``سبت`` (Saturday or September) and single letters mean; returns the new
    shape.
    """
    days = [match.start(match.lastgroup or 0) for match in _LETTER_DAY.finditer(shape)]
    september = {match.start(match.lastgroup or 0) for match in _SEPTEMBER.finditer(shape)}
    for place, token in enumerate(tokens):
        if token.letter == "Q":
            tokens[place] = DateToken("M", "9", 9) if place in september else DateToken("W", "5", 5)
        elif place in days and token.value != "-":
            tokens[place] = DateToken("W", token.value, token.number)
        elif token.letter == "S":
            tokens[place] = DateToken("x", "")
    return "".join(token.letter for token in tokens)


_YEAR_IN_WORDS = re.compile(r"K(?:\ (?:&\ )?[Kn])+(?!\ [&Kn])")


def _with_years(tokens: list[DateToken], shape: str) -> TokenText:
    """The text with one token for each year in words (``ألفين وأربعة وعشرين`` is 2024)."""
    for match in reversed(list(_YEAR_IN_WORDS.finditer(shape))):
        after = tokens[match.end() + 1 : match.end() + 2]
        if after and after[0].letter == "x" and after[0].value.startswith("و"):  # an unknown number
            continue
        year = sum(token.number for token in tokens[match.start() : match.end()])
        tokens[match.start() : match.end()] = [DateToken("Y", f"{year:04}", year)]
    return TokenText(tokens, "".join(token.letter for token in tokens))


def _phrase(
    words: dict[str, list[tuple[tuple[str, ...], _Word]]], text: str, match: re.Match[str]
) -> tuple[_Word, int] | None:
    """The longest known phrase that begins at a match, and its end."""
    first = match[0]
    for phrase, word in words.get(first, ()):
        end = _end(phrase, text, match.end())
        if end is not None:
            return word, end
    if match["word"] and len(first) > 3 and first.startswith(_PREFIXES):
        for stem in (first[1:], "ال" + first[2:] if first.startswith("لل") else ""):
            for phrase, word in words.get(stem, ()):
                end = _end(phrase, text, match.end()) if word.letter in _PREFIXED else None
                if end is not None:
                    return word, end
    return None


def _end(phrase: tuple[str, ...], text: str, end: int) -> int | None:
    """The end of a phrase whose first word ends at ``end``; None if the text does not continue with it."""
    for part in phrase[1:]:
        start = end + 1 if text.startswith((" ", "-"), end) else end
        if not text.startswith(part, start):
            return None
        end = start + len(part)
    # A phrase ends where a word or number ends: «ت 1» is not in «ت 15».
    return None if len(phrase) > 1 and end < len(text) and _same(text, end) else end


def _same(text: str, at: int) -> bool:
    """Do the characters before and at an index belong to one word or one number?"""
    before, after = text[at - 1], text[at]
    return (before.isalpha() and after.isalpha()) or (before.isdecimal() and after.isdecimal())


def _offset(text: str, position: int, *, iso: bool, exact: bool) -> tuple[dt.timedelta | None, int]:
    """The UTC offset right after a clock time, and its end.

    A minus is a dash (``14:30-05 ماي``) unless the clock has seconds or follows an ISO ``T``.
    """
    match = _OFFSET.match(text, position)
    if match is None:
        return None, position
    if match["sign"] is None:
        return dt.timedelta(0), match.end()
    hours, minutes = int(match["h"]), int((match["m"] or "0").lstrip(":"))
    if match["named"] is None:
        short = match["m"] is None
        if len(match["h"]) < 2 and ":" not in (match["m"] or ""):
            return None, position
        if short and (match["gap"] or (match["sign"] == "-" and not iso)):
            return None, position
        if match["sign"] == "-" and not exact:
            return None, position
    offset = dt.timedelta(hours=hours, minutes=minutes)
    limit = dt.timedelta(hours=14 if match["sign"] == "+" else 12)
    if offset > limit or minutes % 15:
        return None, position
    return (offset if match["sign"] == "+" else -offset), match.end()
