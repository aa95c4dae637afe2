"""Finds the articles that may fit a query, the newest first, with a limit on how many are read.

No index holds the words of articles together with their newspaper and day. So the newest articles of the
choice are read first, whatever they contain, to show how frequent the words are. If even the rarest word is
in many of them, the next articles are read in the same way. Otherwise the text index finds the articles with
that word, one span of days after another: its keys contain the day, so nothing outside the span is read.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection as Articles

from newscrawl.choice import Choice, Query, every

Document = dict[str, Any]
Fits = Callable[[Document], bool]

FIRST, SAMPLE = 1 / 3, 160
"""How many articles are read first, to show how frequent the words are: a share of the limit, and a
maximum."""
FREQUENT = 1 / 20
"""A word in more than this share of the articles has too many keys in the text index."""
WIDER = 8
"""How many times as long as the previous span a span of days may be."""
_FIELDS = dict.fromkeys(
    ("source", "country", "section", "lang", "day", "published_at", "published.earliest", "published.latest",
     "title", "tags", "duplicate_of", "search_text"), 1,
)  # fmt: skip
_DATED: Query = {"$gte": ""}
_ONE = dt.timedelta(days=1)


@dataclass(slots=True)
class Candidates:
    """The result of a search for candidates."""

    documents: list[Document] = field(default_factory=list)
    """Parts of the documents of the newest articles that fit."""
    looked: int = 0
    """How many articles were read."""
    older: str | None = None
    """The newest day of which not all articles were read, ``YYYY-MM-DD``; None when all were read."""


def candidates(
    articles: Articles[Document],
    words: Sequence[Sequence[str]],
    choice: Choice,
    fits: Fits,
    *,
    most: int,
    enough: int,
) -> Candidates:
    """The newest articles that fit, at most ``enough``; up to ``most`` are read to find them.

    ``words`` holds the forms of each word that an article must contain; ``fits`` decides whether an article
    does. Without words, all articles of the choice are candidates.
    """
    reader = _CandidateReader(articles, choice, fits, most, enough)
    reader.read_for(words)
    return reader.result()


class _CandidateReader:
    def __init__(
        self, articles: Articles[Document], choice: Choice, fits: Fits, most: int, enough: int
    ) -> None:
        self._articles, self._choice, self._fits = articles, choice, fits
        self._is_chosen = choice.predicate()
        self._most, self._enough = most, enough
        self._first, self._last = _bounds(choice)
        self._ids: set[str] = set()
        self._newest_day = ""
        self._held = 0
        """Number of articles from the text index."""
        self.candidates = Candidates()

    def result(self) -> Candidates:
        """The candidates, at most ``enough``."""
        result = self.candidates
        result.documents.sort(key=_day_of, reverse=True)
        if len(result.documents) > self._enough:
            result.older = _day_of(result.documents[self._enough - 1]) or result.older
            del result.documents[self._enough :]
        if result.older and result.older >= self._newest_day:  # the next search must begin before it
            result.older = str(dt.date.fromisoformat(self._newest_day) - _ONE)
        return result

    @property
    def _left(self) -> int:
        return self._most - self.candidates.looked

    def _take(self, documents: Iterable[Document]) -> list[Document]:
        """Count articles as read, and keep those that fit."""
        new = [doc for doc in documents if doc["_id"] not in self._ids]
        self._ids.update(doc["_id"] for doc in new)
        self.candidates.looked += len(new)
        self._newest_day = max(self._newest_day, *map(_day_of, new), "")
        self.candidates.documents += [doc for doc in new if self._is_chosen(doc) and self._fits(doc)]
        return new

    def read_for(self, words: Sequence[Sequence[str]]) -> None:
        """Read the newest articles, then more by the method that suits the frequency of the words."""
        wanted = min(math.ceil(self._most * FIRST), SAMPLE)
        with self._newest().batch_size(wanted).limit(self._most) as cursor:
            newest = self._take(itertools.islice(cursor, wanted))
            if len(newest) < wanted:
                self._read_possible()
                return
            if not words:
                self._read_on(cursor, newest, wanted)
                return
            held = [set(doc["search_text"].split()) for doc in newest]
            shares = [sum(not each.isdisjoint(forms) for each in held) / wanted for forms in words]
            rarest = min(range(len(words)), key=lambda n: (shares[n], -len(min(words[n], key=len))))
            a_day, of_choice = self._density(newest)
            if newest[-1]["day"] and shares[rarest] < min(FREQUENT, of_choice):
                hits = (shares[rarest] + 2 / wanted) * a_day
                self._read_by_text(" ".join(words[rarest]), hits, newest[-1]["day"])
            else:
                self._read_on(cursor, newest, wanted)

    # --- The newest articles of the choice

    def _newest(self) -> Any:
        """A cursor over the articles of the choice, by those conditions that an index covers."""
        days = {"day": _between(self._first, self._last)} if self._first or self._last else {}
        wanted = list(self._choice.sources)
        if self._choice.countries and not wanted:
            wanted = list(_newspapers(self._articles, self._choice.countries))
        sources = {"source": {"$in": wanted}} if wanted else {}
        sections = {"section": {"$in": list(self._choice.sections)}} if self._choice.sections else {}
        tags = {"tags": {"$in": list(self._choice.tags)}} if self._choice.tags else {}
        roots = {"duplicate_of": None} if self._choice.roots else {}
        query = every(days, sources, sections if sources else {}, tags, roots)
        return self._articles.find(query, _FIELDS).sort("day", DESCENDING)

    def _read_on(self, cursor: Any, newest: list[Document], step: int) -> None:
        """Read the next articles until enough fit."""
        last = newest
        while self._left > 0 and len(self.candidates.documents) < self._enough:
            wanted = min(step, self._left)
            some = self._take(itertools.islice(cursor, wanted))
            last = some or last
            if len(some) < wanted:
                self._read_possible()
                return
        self.candidates.older = _day_of(last[-1]) or None

    def _read_possible(self) -> None:
        """Read articles without an exact day that may be from the requested days."""
        if not (self._first or self._last) or self._left <= 0:
            return
        latest = {"$gte": self._first or "0001-01-01"}
        possible = {"day": None, "published.latest": latest}
        if self._last:
            possible["published.earliest"] = {"$lte": self._last}
        self._take(self._articles.find(possible, _FIELDS).limit(self._left))

    # --- The articles with a word

    def _density(self, newest: list[Document]) -> tuple[float, float]:
        """The number of articles per day around the newest, and the share of them within the choice."""
        first, last = newest[-1]["day"], newest[0]["day"]
        if not first or not last:
            return len(newest), 1.0
        everything = self._articles.count_documents({"day": _between(first, last)})
        return everything / _days(first, last), len(newest) / max(1, everything)

    def _read_by_text(self, forms: str, hits: float, before: str) -> None:
        """Read the articles with a word, from the day ``before`` back to the first.

        ``hits`` is the expected number of such articles per day.
        """
        oldest = self._articles.find_one({"day": _DATED}, {"_id": 0, "day": 1}, sort=[("day", ASCENDING)])
        first = max(self._first, oldest["day"] if oldest else "")
        end, length = dt.date.fromisoformat(before), 1
        while str(end) >= first and len(self.candidates.documents) < self._enough and self._left > 0:
            days = max(1, min(math.ceil(self._left / 2 / hits), length * WIDER))
            days = min(days, _days(first, str(end)))
            begin = end - (days - 1) * _ONE
            most = self._left
            some = self._holding(forms, _between(str(begin), str(end)))
            if len(some) == most:  # the span may have more articles than the limit allows
                self.candidates.older = str(end)
                return
            hits, length, end = (len(some) + 2) / days, days, begin - _ONE
        if str(end) >= first:
            self.candidates.older = str(end)
        elif self._first or self._last:
            self._read_possible()
        else:
            self._read_undated(forms)

    def _read_undated(self, forms: str) -> None:
        """Read articles without a day, last of all.

        The text index cannot look for a null day: to find undated articles with the word, the server reads
        all articles with the word, twice. That is done only for a rare word; otherwise the first articles
        without a day are read.
        """
        if len(self.candidates.documents) >= self._enough or self._left <= 0:
            return
        if 2 * self._held < self._left:
            self._holding(forms, None)
        else:
            self._take(self._articles.find({"day": None}, _FIELDS).limit(self._left))

    def _holding(self, forms: str, days: Query | None) -> list[Document]:
        query = {"$text": {"$search": forms}, "day": days}
        some = list(self._articles.find(query, _FIELDS).limit(self._left))
        self._held += len(some)
        self._take(some)
        return some


def _newspapers(articles: Articles[Document], countries: Collection[str]) -> Iterator[str]:
    """The newspapers of these countries.

    As no index covers countries, one article of each newspaper is read.
    """
    first = {"_id": "$source", "country": {"$first": "$country"}}
    for newspaper in articles.aggregate([{"$sort": {"source": 1, "day": -1}}, {"$group": first}]):
        if newspaper["country"] in countries:
            yield newspaper["_id"]


def _bounds(choice: Choice) -> tuple[str, str]:
    """The first and the last day over all countries; empty if there is no such bound."""
    spans = choice.spans()
    firsts, lasts = [first for _, first, _ in spans], [last for _, _, last in spans]
    first = "" if None in firsts or not firsts else str(min(filter(None, firsts)))
    return first, "" if None in lasts or not lasts else str(max(filter(None, lasts)))


def _between(first: str, last: str) -> Mapping[str, str]:
    return {"$gte": first, **({"$lte": last} if last else {})}


def _days(first: str, last: str) -> int:
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days + 1


def _day_of(doc: Document) -> str:
    return doc["day"] or ""
