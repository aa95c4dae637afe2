"""What is asked for: words, phrases, and the forms of each word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newscrawl.search.forms import Form, forms, spellings
from newscrawl.text import fold

_PART = re.compile(r'"([^"]*)"|«([^»]*)»|(\S+)')
MOST_WORDS = 12
"""Words of a query: the text index is asked for some hundred forms of each."""


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word of a query."""

    word: str
    """As it was given."""
    forms: Mapping[str, Form]
    """What it may be in a text, folded."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand side by side; mostly one."""

    words: Sequence[QueryWord]


def parse(query: str, *, expand: bool = True) -> list[Phrase]:
    """The phrases of a query, all of which an article must hold: words, or several in quotation marks.

    >>> [[wanted.word for wanted in phrase.words] for phrase in parse('أسعار "وزير الصحة"')]
    [['اسعار'], ['وزير', 'الصحه']]

    Raises ``ValueError`` with a sentence for a query without a word, or with too many.
    """
    phrases = []
    for part in _PART.finditer(query):
        words = (part[1] or part[2] or part[3] or "").split()
        wanted = [_wanted(word, given, expand) for given in words for word in fold(given).split()]
        if wanted:
            phrases.append(Phrase(wanted))
    number = sum(len(phrase.words) for phrase in phrases)
    if not number:
        raise ValueError(f"query={query!r} holds no word to look for: give it one, such as حكومة")
    if number > MOST_WORDS:
        raise ValueError(f"query={query!r} has {number} words: give it {MOST_WORDS} at most")
    return phrases


def _wanted(word: str, given: str, expand: bool) -> QueryWord:
    by_text: dict[str, Form] = {}
    for spelling in spellings(given) if fold(given) == word else (word,):
        by_text = {**forms(spelling, expand=expand), **by_text}
    return QueryWord(word, by_text)
