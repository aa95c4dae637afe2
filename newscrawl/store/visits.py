"""Revisits of stored articles: finds young articles, and records visits without a new state."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

from newscrawl.store.patience import all_of
from newscrawl.store.schema import Document, owned_by

if TYPE_CHECKING:
    from newscrawl.store.connection import Store

_BATCH = 5000
"""Number of articles that one query fetches."""


class Visits:
    """The articles of a site that are due for another visit."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def young(self, site: str, since: dt.datetime) -> AsyncIterator[Document]:
        """The articles of a site that were first seen since a moment and are not gone, newest first."""
        wanted = dict.fromkeys(("url", "keys", "http", "raw", "first_seen_at", "checked_at"), 1)
        query: Document = {"site": site, "first_seen_at": {"$gte": since}, "gone_at": None}
        order = [("first_seen_at", -1), ("_id", -1)]
        while True:
            page = self._store.articles.find(query, wanted).sort(order).limit(_BATCH)
            docs: list[Document] = await self._store.asked(partial(all_of, page))
            for doc in docs:
                yield doc
            if len(docs) < _BATCH:
                return
            last = docs[-1]
            query["$or"] = [
                {"first_seen_at": {"$lt": last["first_seen_at"]}},
                {"first_seen_at": last["first_seen_at"], "_id": {"$lt": last["_id"]}},
            ]

    async def unchanged(self, key: str, owner: str, now: dt.datetime) -> None:
        """Record a visit that found an article unchanged (304)."""
        await self._note(key, owner, {}, {"$max": {"checked_at": now, "last_seen_at": now}})

    async def gone(self, key: str, owner: str, now: dt.datetime) -> None:
        """Record a visit that found an article removed."""
        gone = {"$set": {"gone_at": now}, "$max": {"checked_at": now}, "$currentDate": {"updated_at": True}}
        await self._note(key, owner, {"gone_at": None}, gone)

    async def _note(self, key: str, owner: str, condition: Document, changes: Document) -> None:
        """Update the article of an address by its ``_id``, as every write to ``articles`` does."""
        which = {"keys": key, **condition, **owned_by(owner)}

        async def note() -> None:
            if doc := await self._store.articles.find_one(which, {"_id": 1}):
                await self._store.articles.update_one({"_id": doc["_id"], **which}, changes)

        await self._store.asked(note)
