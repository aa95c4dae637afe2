"""Former states of corrected articles: the collection ``revisions``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from newscrawl.items import DATE_FIELDS, Article
from newscrawl.store.schema import Document

READER_FIELDS = (
    "url", "source", "source_name", "via", "country", "title", "lede", "body", "word_count", "lang",
    "authors", "byline", "agencies", "dateline", "section", "tags", "images", "access", "warnings",
    "alternates", "modified_at", "origins", "made_by", "content_hash",
)  # fmt: skip
_READ_FIELDS = ("title", "lede", "body")


async def keep(
    revisions: AsyncCollection[Document], states: Iterable[tuple[Document, Article]], now: dt.datetime
) -> None:
    """Write the states that are about to be replaced; writing them twice changes nothing."""
    writes = [
        UpdateOne(
            {"_id": f"{old['_id']}:{old['content_hash']}"},
            {"$setOnInsert": revision(old, article, now)},
            upsert=True,
        )
        for old, article in states
    ]
    if writes:
        await revisions.bulk_write(writes, ordered=False)


def revision(old: Document, article: Article, now: dt.datetime) -> Document:
    """The state of an article that a later visit replaces."""
    state = {name: old.get(name) for name in (*READER_FIELDS, *DATE_FIELDS)}
    return state | {
        "article": old["_id"],
        "changed": [name for name in _READ_FIELDS if old[name] != getattr(article, name)],
        "revision": old["revision"],
        "seen_from": old["first_seen_at"],
        "seen_until": old["last_seen_at"],
        "replaced_at": now,
    }
