"""A query: its words and phrases, and the forms of each word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newscrawl.search.forms import Form, forms, spellings
from newscrawl.text import fold

_PART = re.compile(r'"([^"]*)"|«([^»]*)»|(\S+)')
MOST_WORDS = 12
"""Maximum number of words in a query: each has several hundred forms to look up in the text index."""


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word of a query."""

    word: str
    """The word, folded."""
    forms: Mapping[str, Form]
    """Folded text → the form of the word that the text may be."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must be side by side; usually only one word."""

    words: Sequence[QueryWord]


def parse(query: str, *, expand: bool = True) -> list[Phrase]:
    """The phrases of a query: single words, and groups of words in quotation marks.

    >>> [[wanted.word for wanted in phrase.words] for phrase in parse('أسعار "وزير الصحة"')]
    [['اسعار'], ['وزير', 'الصحه']]

    Raises ``ValueError``, with the remedy, for a query without words, or with too many.
    """
    phrases = []
    for part in _PART.finditer(query):
        words = (part[1] or part[2] or part[3] or "").split()
        wanted = [_wanted(word, given, expand) for given in words for word in fold(given).split()]
        if wanted:
            phrases.append(Phrase(wanted))
    number = sum(len(phrase.words) for phrase in phrases)
    if not number:
        raise ValueError(f"query={query!r} contains no word to search for: give one, such as حكومة")
    if number > MOST_WORDS:
        raise ValueError(f"query={query!r} has {number} words: give {MOST_WORDS} at most")
    return phrases


def _wanted(word: str, given: str, expand: bool) -> QueryWord:
    by_text: dict[str, Form] = {}
    for spelling in spellings(given) if fold(given) == word else (word,):
        by_text = {**forms(spelling, expand=expand), **by_text}
    return QueryWord(word, by_text)
