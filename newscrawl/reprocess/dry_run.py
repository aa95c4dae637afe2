"""Shows what reading again would change, field by field; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pymongo import ReadPreference
from pymongo.database import Database

from newscrawl.items import Article
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.reading import ARTICLE, Tally, read_range
from newscrawl.store.rereading import UNCHANGED, preview
from newscrawl.store.schema import Document

_AT_ONCE = 100
_LETTERS = 100


def lines(plan: Plan, pieces: Sequence[Range], db: Database[Document], tally: Tally) -> Iterator[str]:
    """A line for each article that would change, and one for each of its fields, with both values."""
    for piece in pieces:
        articles = (read.article for read in read_range(plan, piece, piece.start, tally) if read.article)
        while some := list(islice(articles, _AT_ONCE)):
            for article, (outcome, fields) in zip(some, _previews(some, db), strict=True):
                tally.outcomes[outcome] += 1
                if outcome != UNCHANGED:
                    yield f"{outcome}  {article.url}"
                yield from (
                    f"    {name}: {_short(old)} -> {_short(new)}" for name, (old, new) in fields.items()
                )
    tally.outcomes -= Counter({ARTICLE: tally.outcomes[ARTICLE]})


def _previews(
    articles: Sequence[Article], db: Database[Document]
) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    stored = db["articles"].with_options(read_preference=ReadPreference.PRIMARY)
    keys = [key for article in articles for key in article.keys]
    holders = {key: doc for doc in stored.find({"keys": {"$in": keys}}) for key in doc["keys"]}
    return [
        preview(article, next((holders[key] for key in article.keys if key in holders), None))
        for article in articles
    ]


def _short(value: Any) -> str:
    """A value on one line.

    >>> _short("انطلقت القمة" * 20)[-1]
    '…'
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
