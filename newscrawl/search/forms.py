"""The forms of an Arabic word in texts: with prefixes and with attached pronouns.

There is no dictionary. So forms are generated rather than analysed, and evidence from the collection itself
(:func:`against`) decides whether a form is another word: a form that occurs with an article, or with a prefix
that no other prefix can follow, is a separate word. ``الكتاب`` shows that ``كتاب`` is not ``ك`` + ``تاب``.
All words here are folded (:func:`newscrawl.text.fold`), except where they are compared with a spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from newscrawl.text import fold

_AND, _TO = ("و", "ف"), ("ب", "ل", "ك")
PREFIXES: Sequence[str] = (*_AND, *_TO, *(first + then for first in _AND for then in _TO))
"""Prefixes of a word without the article: and, so, with, for, as."""
ARTICLES: Sequence[str] = tuple(
    before + article for article in ("ال", "بال", "كال", "لل") for before in ("", *_AND)
)
"""These prefixes with the article; ``ل`` and ``ال`` become ``لل``."""
FUTURE: Sequence[str] = ("س", "وس", "فس")
"""Prefixes of the future tense, before a verb that begins with a letter of ``IMPERFECT``."""
IMPERFECT = "يتنا"
PRONOUNS: Sequence[str] = ("ه", "ها", "هم", "هن", "هما", "نا", "ك", "كم", "كن", "كما", "ي")
"""My, your, his, her, our, their."""
_ENDINGS = {"ه": ("ت",), "ي": ("ي", "ا"), "ء": ("ء", "و", "ي"), "ون": ("و",), "ين": ("ي",), "وا": ("و",)}
"""How the ending of a word changes before a pronoun: ``حكومه``, ``حكومتهم``."""
SHORT = 3
"""Number of letters up to which a word is so short that its forms need evidence (:func:`backing`)."""
_OTHER_ENDINGS = ("ات", "ين", "ون", "يه", "يون", "يين")
_MARKS = re.compile("[\u064b-\u0652\u0670\u0640]")
_HAMZA_ON_ALEF = ("أ", "إ", "آ")
_HAMZA = str.maketrans({"ؤ": "ئ", "ئ": "ؤ"})


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a word."""

    word: str
    """The word of the query, folded."""
    prefix: str = ""
    ending: str = ""
    """The attached pronoun."""
    stem: str = ""
    """The word as it is spelled before the pronoun."""

    @property
    def text(self) -> str:
        """The form itself. Example: ``لحكومتهم``."""
        return f"{self.prefix}{self.stem or self.word}{self.ending}"

    @property
    def is_plain(self) -> bool:
        """Is it the word of the query itself?"""
        return not (self.prefix or self.ending)

    @property
    def has_article(self) -> bool:
        """Does it contain the article?"""
        return self.prefix in ARTICLES


@lru_cache(maxsize=256)
def forms(word: str, *, expand: bool = True) -> Mapping[str, Form]:
    """Text → form, for all forms of a folded word; with ``expand`` false only the word itself.

    >>> "ولحكومتهم" in forms("حكومه"), "بالحكومه" in forms("حكومه"), "محكومه" in forms("حكومه")
    (True, True, False)
    """
    made = {word: Form(word)}
    if expand and len(word) > 1 and word.isalpha() and not word.isascii():
        for form in _made(word):
            made.setdefault(form.text, form)
    return made


def _made(word: str) -> Iterator[Form]:
    yield from (Form(word, prefix) for prefix in (*PREFIXES, *ARTICLES))
    if word[0] in IMPERFECT:
        yield from (Form(word, prefix) for prefix in FUTURE)
    if word.startswith("ال") and len(word) > SHORT:  # it may begin with the article: للحكومه of الحكومه
        yield from (Form(word, f"{before}لل", stem=word[2:]) for before in ("", *_AND))
    for stem in _stems(word):
        for pronoun in PRONOUNS:
            if pronoun == "ي" and stem == word and word[-1] in "اويء":
                continue
            yield from (Form(word, prefix, pronoun, stem) for prefix in ("", *PREFIXES))
            if word[0] in IMPERFECT:
                yield from (Form(word, prefix, pronoun, stem) for prefix in FUTURE)


def _stems(word: str) -> Sequence[str]:
    for ending, before in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return (word, *(word.removesuffix(ending) + changed for changed in before))
    return (word,)


def spellings(text: str) -> Sequence[str]:
    """A word of a query, folded, in both spellings of a hamza in its middle (``مسؤول``, ``مسئول``)."""
    return tuple(dict.fromkeys(fold(each) for each in (text, text.translate(_HAMZA))))


def fits(form: Form, spelling: str) -> bool:
    """Can the word of a text be this form, judging by its spelling? Folding hides some differences.

    >>> fits(forms("عاب")["العاب"], "ألعاب"), fits(forms("مدرس")["مدرسه"], "مدرسة")
    (False, False)
    """
    if form.prefix.endswith("ال"):
        bare = _MARKS.sub("", spelling)
        if bare[len(form.prefix) - 2 : len(form.prefix) - 1] in _HAMZA_ON_ALEF:
            return False
    return not (form.ending == "ه" and spelling.endswith("ة"))


def cores(form: Form) -> Sequence[Form]:
    """The parts of a form that may be separate words: ``وبلدهم`` may contain ``بلد``."""
    prefixes = [form.prefix]
    if len(form.prefix) > 1 and form.prefix[0] in _AND:
        prefixes.append(form.prefix[1:])
    endings = [(form.ending, form.stem), ("", "" if form.ending else form.stem)]
    parts = {Form(form.word, prefix, ending, stem) for prefix in prefixes for ending, stem in endings}
    return [each for each in parts if not each.is_plain]


def against(form: Form) -> Sequence[str]:
    """Words that each show, if the collection contains it, that the form is a separate word.

    >>> "الكتاب" in against(forms("تاب")["كتاب"])
    True
    """
    words = [f"{article}{form.text}" for article in ("ال", "وال", "بال", "لل")]
    if form.prefix and not form.has_article and not form.ending:
        # No preposition follows another, and no prefix comes before و.
        last = form.prefix[-1]
        before = (*_AND, *_TO) if last in _AND else _TO
        # `لل` before a word is the article.
        words += [f"{prefix}{form.text}" for prefix in before if prefix + last != "لل"]
        if len(form.word) < SHORT:  # a verb: يوجد of وجد
            words += [f"{person}{form.text}" for person in "يت"]
    return words


def derived(form: Form) -> Sequence[tuple[str, str]]:
    """Pairs of words: if the collection contains only the first, the form is a separate word.

    Many collections contain ``كتابات``, but none contains ``تابات``.
    """
    if not form.prefix or form.has_article or form.ending:
        return []
    return [(f"{form.text}{ending}", f"{form.word}{ending}") for ending in _OTHER_ENDINGS]


def backing(word: str) -> Sequence[str]:
    """Words that each show that the collection contains a short word as a separate word.

    Without any of them, ``وزير`` is not ``و`` + ``زير``.
    """
    pronouns = (f"{stem}{pronoun}" for stem in _stems(word) for pronoun in ("ها", "هم", "نا"))
    return [word, *(f"{article}{word}" for article in ARTICLES), *pronouns]
