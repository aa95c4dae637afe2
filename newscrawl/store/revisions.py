"""Former states of corrected articles: the collection ``revisions``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from newscrawl.items import Article
from newscrawl.store.schema import Document
from newscrawl.stored import names

KEPT = names(Article, lambda says: says.is_revised)
"""What a revision keeps of an article."""
CORRECTED = names(Article, lambda says: says.corrected)
"""Fields of which a revision says whether the newspaper changed them."""


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
    state = {name: old.get(name) for name in KEPT}
    return state | {
        "article": old["_id"],
        "changed": [name for name in CORRECTED if old[name] != getattr(article, name)],
        "revision": old["revision"],
        "seen_from": old["first_seen_at"],
        "seen_until": old["last_seen_at"],
        "replaced_at": now,
    }
