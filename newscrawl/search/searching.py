"""Looking for words in the stored articles."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import DESCENDING
from pymongo.collection import Collection as Articles
from pymongo.database import Database

from newscrawl.choice import Choice, Query, every
from newscrawl.search.evidence import Evidence, Present, in_collection
from newscrawl.search.forms import Form, fits
from newscrawl.search.query import Phrase, parse
from newscrawl.search.words import Snippet, Token, snippet, tokens
from newscrawl.text import fold

Document = dict[str, Any]

LIMIT = 20
"""Articles that are returned, unless another number is asked for."""
READ = 10
"""Times as many are read and weighed: the text index does not know where a word stands."""
IN_TITLE, IN_OPENING, OPENING = 4.0, 2.0, 40
"""What a word counts in the title and among the first so many words after it; elsewhere it counts 1."""
MANY = 1000
"""Articles from which a word is not rare."""
_HEAD = dict.fromkeys(
    (
        "source", "source_name", "day", "hijri_day", "published_at", "title", "lede", "body", "url",
        "duplicate_of",
    ), 1,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found."""

    id: str
    """Its ``_id`` in ``articles``."""
    source: str
    source_name: str
    day: str | None
    hijri_day: str | None
    published_at: dt.datetime | None
    title: str
    url: str
    is_copy: bool
    score: float
    """How well it fits; comparable within one search."""
    snippet: Snippet
    """Where the words stand."""


def search(
    db: Database[Document],
    query: str,
    *,
    source: str | None = None,
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    country: str | None = None,
    expand: bool = True,
    copies: bool = True,
    limit: int | None = LIMIT,
) -> list[Hit]:
    """The articles that hold all words and phrases (in quotation marks) of a query, the best first.

    ``db`` is the database of the articles, read as whoever may read. Spelling makes no difference (أ إ آ ا,
    ة ه, ى ي, tashkeel, digits). With ``expand`` a word is also found with prefixes and attached pronouns
    (``والحكومة``, ``لحكومتهم``), unless the collection's own words show another word in it: ``كتاب`` is not
    ``ك`` before ``تاب``. What is searched is what the text index covers: title, lede and the first words, or
    all of the text where crawls run with ``NEWSCRAWL_SEARCH=body``.

    ``source`` and ``country`` are slugs and codes, several with commas between. ``since`` and ``until`` are
    days or months: ``2024-03-27``, ``2024-03``, or Hijri in the calendar of each article's country:
    ``1445-09-17H``, ``1445-09H``. Articles without a day count where their interval meets the span.
    ``copies`` false leaves out copies; ``limit`` None returns all. Of words that very many
    articles hold the newest are weighed::

        for hit in search(client["newscrawl"], 'أسعار "وزير الصحة"', since="1445-09-01H"):
            print(hit.day, hit.source_name, hit.snippet.marked("[", "]"))

    Raises ``ValueError`` with a sentence for a query or a day that says nothing.
    """
    phrases = parse(query, expand=expand)
    choice = Choice.read(
        source=source or (), country=country or (), since=since, until=until, intervals=True, roots=not copies
    )
    match = _Match(phrases, in_collection(db["articles"]))
    candidates = _candidates(db["articles"], match, choice.query(), limit)
    scored = [(score, doc) for doc in candidates if (score := match.score(doc)) is not None]
    scored.sort(key=lambda pair: (-pair[0], _newest_first(pair[1]["day"]), pair[1]["_id"]))
    hits = (hit for score, doc in scored if (hit := match.hit(doc, score)))
    return list(itertools.islice(hits, limit))


def _newest_first(day: str | None) -> int:
    return -dt.date.fromisoformat(day).toordinal() if day else 0


def _candidates(
    articles: Articles[Document], match: _Match, asked: Query, limit: int | None
) -> Iterator[Document]:
    """The articles that may fit, the likeliest first.

    Of words that stand in so many articles that fewer are read from the newest one on, the newest.
    """
    leading, *others = match.by_rarity(articles)
    by_text: Document = {"$and": [{"search_text": {"$regex": pattern}} for pattern in match.patterns]}
    query = every({"$text": {"$search": " ".join(leading)}}, asked, by_text if others else {})
    if limit:
        few = math.isqrt(limit * READ * max(1, articles.estimated_document_count()))
        if _number_with(articles, leading, few) >= max(few, MANY):
            found = articles.find(every(asked, by_text), {**_HEAD, "search_text": 1})
            return iter(found.sort("day", DESCENDING).limit(limit * READ))
    score = {"score": {"$meta": "textScore"}}
    found = articles.find(query, {**_HEAD, "search_text": 1, **(score if limit else {})})
    return iter(found.sort([("score", {"$meta": "textScore"})]).limit(limit * READ) if limit else found)


class _Match:
    """Says whether and how an article fits, and keeps what the collection said of the forms."""

    def __init__(self, phrases: Sequence[Phrase], present: Present) -> None:
        self._phrases = phrases
        self._words = [wanted for phrase in phrases for wanted in phrase.words]
        self._evidence = Evidence(present)

    @property
    def patterns(self) -> list[str]:
        """A regular expression for each phrase, in the folded text."""
        phrases = (
            " ".join(f"(?:{'|'.join(map(re.escape, wanted.forms))})" for wanted in phrase.words)
            for phrase in self._phrases
        )
        return [f"(?:^| ){phrase}(?: |$)" for phrase in phrases]

    def by_rarity(self, articles: Articles[Document]) -> list[list[str]]:
        """The forms of each word, those of the rarest word first."""
        texts = [list(wanted.forms) for wanted in self._words]
        if len(texts) == 1:
            return texts
        return sorted(texts, key=lambda some: _number_with(articles, some))

    def score(self, doc: Mapping[str, Any]) -> float | None:
        """How well an article fits by its folded words; None when it does not."""
        folded = doc["search_text"].split()
        title = len(fold(doc["title"]).split())
        total = 0.0
        for phrase in self._phrases:
            places = [place for place, _ in self._places(phrase, folded)]
            if not places:
                return None
            first = min(places)
            total += (IN_TITLE if first < title else IN_OPENING if first < title + OPENING else 1.0) + min(
                0.2 * len(places), 1.0
            )
        return total

    def hit(self, doc: Mapping[str, Any], score: float) -> Hit | None:
        """The article with a snippet; None when its spelling shows that it is not meant."""
        text = "\n".join(filter(None, (doc["title"], doc["lede"], doc["body"])))
        covered = len(doc["search_text"].split())
        there = list(itertools.islice(tokens(text), covered))
        folded = [token.folded for token in there]
        found: list[Token] = []
        for phrase in self._phrases:
            spelled = [
                place
                for place, forms in self._places(phrase, folded)
                if all(fits(form, there[place + n].spelling) for n, form in enumerate(forms))
            ]
            if not spelled:
                return None
            found += [there[place + n] for place in spelled for n in range(len(phrase.words))]
        fields = {name: doc[name] for name in _HEAD if name not in ("lede", "body", "duplicate_of")}
        is_copy = doc["duplicate_of"] is not None
        return Hit(id=doc["_id"], is_copy=is_copy, score=score, snippet=snippet(text, found), **fields)

    def _places(self, phrase: Phrase, folded: Sequence[str]) -> Iterator[tuple[int, list[Form]]]:
        """Where a phrase stands in a text, with the form of each of its words."""
        first, *rest = phrase.words
        for place, text in enumerate(folded):
            if text not in first.forms:
                continue
            beside = folded[place + 1 : place + 1 + len(rest)]
            forms = [first.forms[text]] + [
                wanted.forms[other]
                for wanted, other in zip(rest, beside, strict=False)
                if other in wanted.forms
            ]
            if len(forms) == len(phrase.words) and all(map(self._allows, forms)):
                yield place, forms

    def _allows(self, form: Form) -> bool:
        return self._evidence.allows(form)


def _number_with(articles: Articles[Document], words: Sequence[str], most: int = MANY) -> int:
    """How many articles hold one of these words; that there are many is enough to know."""
    return articles.count_documents({"$text": {"$search": " ".join(words)}}, limit=max(most, MANY))
