"""Searches for words in the stored articles."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection as Articles
from pymongo.database import Database

from newscrawl.choice import Choice
from newscrawl.search.candidates import candidates
from newscrawl.search.evidence import in_collection
from newscrawl.search.match import Match
from newscrawl.search.query import parse
from newscrawl.search.words import Snippet

Document = dict[str, Any]

LIMIT = 20
"""Default number of articles in a result."""
READ = 10
"""How many articles are scored for each article in the result: those that fit, the newest first."""
EXAMINED = 24
"""How many articles may be read for each article in the result; at least ``MANY`` in all."""
THOROUGH = 250
"""How many may be read in searches that may take a second: :func:`search`, and ``scrapy search``."""
MANY = 100
"""Minimum number of articles that are scored."""
_HEAD = dict.fromkeys(
    (
        "source", "source_name", "country", "day", "hijri_day", "published_at", "title", "lede", "body",
        "url", "duplicate_of", "search_text", "revision",
    ), 1,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that fits a query."""

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
    """The part of the text with the words."""
    revision: int = 1
    """The state of the article, from 1; above 1 it was corrected."""
    country: str | None = None
    """Country of the newspaper, ISO 3166; ``hijri_day`` is in its calendar."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The articles that fit a query, among those that were read."""

    hits: list[Hit]
    """One page of these articles, the best first."""
    fitting: int
    """How many articles fit, on all pages."""
    looked: int
    """How many articles were read."""
    older: str | None
    """The ``until`` with which another search continues back in time; None when all articles were scored.
    Example: ``2024-03-27``."""


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
    """The articles that contain all words and phrases (in quotation marks) of a query, the best first.

    ``db`` is the database of the articles; read access is enough. Spelling makes no difference (أ إ آ ا, ة ه,
    ى ي, tashkeel, digits). With ``expand``, a word is also found with prefixes and attached pronouns
    (``والحكومة``, ``لحكومتهم``), unless other words of the collection show that the form is another word:
    ``كتاب`` is not ``ك`` + ``تاب``. The search covers what the text index covers: title, lede and the first
    words, or the whole text where crawls run with ``NEWSCRAWL_SEARCH=body``.

    ``source`` and ``country`` are slugs and codes, separated by commas. ``since`` and ``until`` are days or
    months: ``2024-03-27``, ``2024-03``, or Hijri in the calendar of each article's country: ``1445-09-17H``,
    ``1445-09H``. Articles without an exact day count if their interval overlaps the span. If ``copies`` is
    false, copies are left out; if ``limit`` is None, all articles are returned. For frequent words, only the
    newest articles are scored (see :func:`find`); up to 250 are read for each article in the result::

        for hit in search(client["newscrawl"], 'أسعار "وزير الصحة"', since="1445-09-01H"):
            print(hit.day, hit.source_name, hit.snippet.marked("[", "]"))

    Raises ``ValueError``, with the remedy, for a query without words or an invalid day.
    """
    choice = Choice.parse(
        source=source or (), country=country or (), since=since, until=until, intervals=True, roots=not copies
    )
    phrases = parse(query, expand=expand)
    if limit is not None:
        return find(db, query, choice, expand=expand, limit=limit, examined=THOROUGH).hits
    match = Match(phrases, in_collection(db["articles"]))
    any_form = {"$text": {"$search": " ".join(match.words[0])}, **choice.query()}
    documents = db["articles"].find(any_form, _HEAD)
    scored = [(score, doc) for doc in documents if (score := match.score(doc)) is not None]
    return [hit for score, doc in sorted(scored, key=_best_first) if (hit := _hit(match, doc, score))]


def find(
    db: Database[Document],
    query: str,
    choice: Choice,
    *,
    expand: bool = True,
    page: int | None = None,
    limit: int = LIMIT,
    newest: bool = False,
    examined: int = EXAMINED,
) -> SearchResult:
    """The best articles that contain all words of a query, and the oldest day that the search reached.

    For each article in the result, up to ``examined`` are read, the newest first, and up to 10 scored. So
    frequent words are found only in the newest articles, and another search can continue from the day
    ``older``. ``newest`` orders by day instead of by score. With ``page``, which counts from 1, the result
    has the articles of that page, without those whose spelling shows that they contain other words.

    Without words, all articles of the choice fit, and a snippet is the beginning of a text. Raises
    ``ValueError``, with the remedy, for a query that contains only punctuation.
    """
    phrases = parse(query, expand=expand) if query.strip() else []
    articles, match = db["articles"], Match(phrases, in_collection(db["articles"]))
    scores: dict[str, float] = {}

    def fits(doc: Document) -> bool:
        if (score := match.score(doc)) is not None:
            scores[doc["_id"]] = score
        return score is not None

    enough = max(limit * READ, MANY)
    most = max(limit * examined, enough)
    weighed = candidates(articles, match.words, choice, fits, most=most, enough=enough)
    scored = [(scores[doc["_id"]], doc) for doc in weighed.documents]
    scored.sort(key=_newest_best if newest else _best_first)
    shown = scored if page is None else scored[(page - 1) * limit : page * limit]
    hits = list(itertools.islice(_hits(articles, match, shown, limit), limit))
    return SearchResult(hits, len(scored), weighed.looked, weighed.older)


def _best_first(pair: tuple[float, Document]) -> tuple[Any, ...]:
    return (-pair[0], *_newest_first(pair[1]), pair[1]["_id"])


def _newest_best(pair: tuple[float, Document]) -> tuple[Any, ...]:
    return (*_newest_first(pair[1]), -pair[0], pair[1]["_id"])


def _newest_first(doc: Document) -> tuple[int, float]:
    day, at = doc["day"], doc.get("published_at")
    return -dt.date.fromisoformat(day).toordinal() if day else 0, -at.timestamp() if at else 0.0


def _hits(
    articles: Articles[Document], match: Match, scored: Sequence[tuple[float, Document]], at_once: int
) -> Iterator[Hit]:
    """The articles with their snippets; texts are read ``at_once`` at a time."""
    for start in range(0, len(scored), at_once):
        some = scored[start : start + at_once]
        cursor = articles.find({"_id": {"$in": [doc["_id"] for _, doc in some]}}, _HEAD)
        whole = {doc["_id"]: doc for doc in cursor}
        for score, doc in some:
            if doc["_id"] in whole and (hit := _hit(match, whole[doc["_id"]], score)):
                yield hit


def _hit(match: Match, doc: Document, score: float) -> Hit | None:
    snippet = match.snippet(doc)
    if snippet is None:
        return None
    hidden = ("lede", "body", "duplicate_of", "search_text")
    fields = {name: doc[name] for name in _HEAD if name not in hidden}
    return Hit(id=doc["_id"], is_copy=doc["duplicate_of"] is not None, score=score, snippet=snippet, **fields)
