"""Decides which forms of a word really are that word, by the other words of the collection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from pymongo.collection import Collection as Articles

from newscrawl.search.forms import SHORT, Form, against, backing, cores, derived

Present = Callable[[Collection[str]], set[str]]
"""A function that returns those of the given words that the collection contains."""


class Evidence:
    """Evidence from the collection about the forms of words; sends each query only once."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._own: dict[Form, bool] = {}
        self._backed: dict[str, bool] = {}

    def allows(self, form: Form) -> bool:
        """Can the form be the word, as far as the collection shows?"""
        if form.is_plain:
            return True
        if len(form.word) <= SHORT and not form.has_article and not self._is_backed(form.word):
            return False
        return not any(self._is_own(core) for core in cores(form))

    def _is_own(self, form: Form) -> bool:
        """Is the form a separate word?"""
        if form not in self._own:
            self._own[form] = self._shows_own(form)
        return self._own[form]

    def _shows_own(self, form: Form) -> bool:
        if self._present(against(form)):
            return True
        pairs = derived(form)
        present = self._present([long for long, _ in pairs]) if pairs else set()
        return any(long in present and not self._present([short]) for long, short in pairs)

    def _is_backed(self, word: str) -> bool:
        if word not in self._backed:
            self._backed[word] = bool(self._present(backing(word)))
        return self._backed[word]


def in_collection(articles: Articles[dict[str, Any]]) -> Present:
    """A look-up in the text index, with one short query for a few words at a time."""

    def present(words: Iterable[str]) -> set[str]:
        words = list(words)
        document = articles.find_one({"$text": {"$search": " ".join(words)}}, {"_id": 0, "search_text": 1})
        if not document:
            return set()
        there = set(words).intersection(document["search_text"].split())
        rest = [word for word in words if word not in there]
        return there | (present(rest) if rest and there else set())

    return present
