"""Former states of corrected articles: the collection ``revisions``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from newscrawl.items import Article, Revision
from newscrawl.store.schema import Document, document
from newscrawl.stored import names

KEPT = names(Article, lambda says: says.is_revised)
"""What a revision keeps of an article."""
CORRECTED = names(Article, lambda says: says.corrected)
"""Fields of which a revision says whether the newspaper changed them."""


async def keep(
    revisions: AsyncCollection[Document], states: Iterable[tuple[Document, Article]], now: dt.datetime
) -> None:
    """Write the states that are about to be replaced; writing them twice changes nothing."""
    documents = [revision(old, article, now) for old, article in states]
    writes = [UpdateOne({"_id": doc.pop("_id")}, {"$setOnInsert": doc}, upsert=True) for doc in documents]
    if writes:
        await revisions.bulk_write(writes, ordered=False)


def revision(old: Document, article: Article, now: dt.datetime) -> Document:
    """The state of an article that a later visit replaces."""
    said = Revision(
        _id=f"{old['_id']}:{old['content_hash']}",
        article=old["_id"],
        revision=old["revision"],
        changed=[name for name in CORRECTED if old[name] != getattr(article, name)],
        seen_from=old["first_seen_at"],
        seen_until=old["last_seen_at"],
        replaced_at=now,
    )
    return {name: old.get(name) for name in KEPT} | document(said)
