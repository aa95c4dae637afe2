"""Writes the former states of corrected articles into the collection ``revisions``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from newscrawl.items import Article, Revision
from newscrawl.store.schema import Document, document
from newscrawl.stored import names

KEPT = names(Article, lambda says: says.is_revised)
"""The fields of an article that a revision keeps."""
CORRECTED = names(Article, lambda says: says.corrected)
"""The fields that a revision lists in ``changed`` if the newspaper changed them."""


async def keep(
    revisions: AsyncCollection[Document], states: Iterable[tuple[Document, Article]], now: dt.datetime
) -> None:
    """Store the states that are about to be replaced. Idempotent."""
    documents = [revision(old, article, now) for old, article in states]
    writes = [UpdateOne({"_id": doc.pop("_id")}, {"$setOnInsert": doc}, upsert=True) for doc in documents]
    if writes:
        await revisions.bulk_write(writes, ordered=False)


def revision(old: Document, article: Article, now: dt.datetime) -> Document:
    """The revision of an article's state that a later visit replaces."""
    made = Revision(
        _id=f"{old['_id']}:{old['content_hash']}",
        article=old["_id"],
        revision=old["revision"],
        changed=[name for name in CORRECTED if old[name] != getattr(article, name)],
        seen_from=old["first_seen_at"],
        seen_until=old["last_seen_at"],
        replaced_at=now,
    )
    return {name: old.get(name) for name in KEPT} | document(made)
