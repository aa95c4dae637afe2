"""Decides whether an article fits a query, how well, and where."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from newscrawl.search.evidence import Evidence, Present
from newscrawl.search.forms import Form, fits
from newscrawl.search.query import Phrase
from newscrawl.search.words import Snippet, TextWord, snippet, tokens
from newscrawl.text import fold

IN_TITLE, IN_OPENING, OPENING = 4.0, 2.0, 40
"""The weight of a word in the title, and among the first ``OPENING`` words after it; elsewhere it is 1."""


class Match:
    """Matches articles with a query, and keeps the evidence about the forms of its words."""

    def __init__(self, phrases: Sequence[Phrase], present: Present) -> None:
        self._phrases = phrases
        self._evidence = Evidence(present)
        self.words = [list(wanted.forms) for phrase in phrases for wanted in phrase.words]
        """The forms of each word."""

    def score(self, doc: Mapping[str, Any]) -> float | None:
        """How well an article fits, by its folded words; None if it does not fit."""
        folded = doc["search_text"].split()
        if not all(any(self._places(phrase, folded)) for phrase in self._phrases):
            return None
        title = len(fold(doc["title"]).split())
        total = 0.0
        for phrase in self._phrases:
            places = [place for place, _ in self._places(phrase, folded)]
            first = min(places)
            total += (IN_TITLE if first < title else IN_OPENING if first < title + OPENING else 1.0) + min(
                0.2 * len(places), 1.0
            )
        return total

    def snippet(self, doc: Mapping[str, Any]) -> Snippet | None:
        """The part of an article with the words; None if their spelling shows that they are other words."""
        text = "\n".join(filter(None, (doc["title"], doc["lede"], doc["body"])))
        covered = len(doc["search_text"].split())
        there = list(itertools.islice(tokens(text), covered))
        folded = [token.folded for token in there]
        matched: list[TextWord] = []
        for phrase in self._phrases:
            spelled = [
                place
                for place, forms in self._places(phrase, folded)
                if all(fits(form, there[place + n].spelling) for n, form in enumerate(forms))
            ]
            if not spelled:
                return None
            matched += [there[place + n] for place in spelled for n in range(len(phrase.words))]
        return snippet(text, matched)

    def _places(self, phrase: Phrase, folded: Sequence[str]) -> Iterator[tuple[int, list[Form]]]:
        """The positions of a phrase in a text, with the form of each of its words."""
        first, *rest = phrase.words
        for place, text in enumerate(folded):
            if text not in first.forms:
                continue
            beside = folded[place + 1 : place + 1 + len(rest)]
            forms = [first.forms[text]] + [
                wanted.forms[word] for wanted, word in zip(rest, beside, strict=False) if word in wanted.forms
            ]
            if len(forms) == len(phrase.words) and all(map(self._evidence.allows, forms)):
                yield place, forms
