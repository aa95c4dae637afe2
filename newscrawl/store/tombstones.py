"""Tombstones of forgotten articles, which never come back: the collection ``forgotten``.

There is one document for each key of an article: ``_id`` is the key, ``article`` the ``_id`` of the article
(the key itself if none was stored), ``forgotten_at`` the server's time then, and ``updated_at`` when the
tombstone last caused the removal of an article that was stored after all. Tombstones hold no text and no
addresses, and never expire.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Iterator

from pymongo import ReadPreference, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database

from newscrawl.items import Article
from newscrawl.store.migrations import TOMBSTONES
from newscrawl.store.schema import Document

AT_ONCE = 10_000
"""Maximum number of keys in one query."""


def forgotten(db: Database[Document], keys: Iterable[str]) -> set[str]:
    """The forgotten keys among these; ``db`` is the database of the articles.

    Programs that read kept pages must skip these. Any number of keys may be given::

        forgotten(db, [key("https://www.hespress.com/خبر-1.html")])
    """
    tombstones = db.get_collection(TOMBSTONES, read_preference=ReadPreference.PRIMARY)
    return {doc["_id"] for query in _queries(keys) for doc in tombstones.find(query, {"_id": 1})}


def all_forgotten(db: Database[Document]) -> frozenset[str]:
    """All forgotten keys, for programs that read many pages without the database."""
    tombstones = db.get_collection(TOMBSTONES, read_preference=ReadPreference.PRIMARY)
    return frozenset(doc["_id"] for doc in tombstones.find({}, {"_id": 1}))


def _queries(keys: Iterable[str]) -> Iterator[Document]:
    """The queries for keys, at most ``AT_ONCE`` keys each."""
    rest = iter(dict.fromkeys(keys))
    while some := list(itertools.islice(rest, AT_ONCE)):
        yield {"_id": {"$in": some}}


class Tombstones:
    """The tombstones for a crawl, which also writes them."""

    def __init__(self, db: AsyncDatabase[Document]) -> None:
        # The writer decides by what it reads, and a secondary may lag behind.
        self._tombstones = db.get_collection(TOMBSTONES, read_preference=ReadPreference.PRIMARY)
        self._before: set[str] | None = None

    async def among(self, keys: Iterable[str]) -> set[str]:
        """The forgotten keys among these."""
        cursors = (self._tombstones.find(query, {"_id": 1}) for query in _queries(keys))
        return {doc["_id"] for cursor in cursors for doc in await cursor.to_list()}

    async def now(self) -> dt.datetime:
        """The server's time, UTC, as in ``forgotten_at``."""
        at: dt.datetime = (await self._tombstones.database.client.admin.command("hello"))["localTime"]
        return at

    async def since(self, moment: dt.datetime | None) -> set[str]:
        """The keys forgotten since a moment; for None, all forgotten keys."""
        query = {"forgotten_at": {"$gte": moment}} if moment else {}
        return {doc["_id"] async for doc in self._tombstones.find(query, {"_id": 1})}

    async def keys(self, articles: Collection[str]) -> list[str]:
        """All keys under which these articles (``_id``) were forgotten."""
        cursor = self._tombstones.find({"article": {"$in": list(articles)}}, {"_id": 1})
        return [doc["_id"] async for doc in cursor]

    async def articles(self, keys: Iterable[str]) -> list[str]:
        """The ``_id`` of the articles that were forgotten under these keys."""
        cursors = (self._tombstones.find(query, {"article": 1}) for query in _queries(keys))
        return sorted({doc["article"] for cursor in cursors for doc in await cursor.to_list()})

    async def before(self) -> set[str]:
        """The keys that were forgotten before this crawl, read once."""
        if self._before is None:
            self._before = {doc["_id"] async for doc in self._tombstones.find({}, {"_id": 1})}
        return self._before

    async def leave(self, keys: Collection[str], article: str, site: str) -> None:
        """Mark these keys as forgotten for good. Idempotent."""
        first: Document = {"article": article, "site": site, "forgotten_at": "$$NOW", "updated_at": "$$NOW"}
        absent = {name: {"$ifNull": [f"${name}", value]} for name, value in first.items()}
        writes = [UpdateOne({"_id": key}, [{"$set": absent}], upsert=True) for key in keys]
        await self._tombstones.bulk_write(writes, ordered=False)

    async def leave_more(self, removed: Iterable[Article]) -> None:
        """Record that articles were removed again, as mirrors may have seen them in the meantime.

        Those of their keys that were not forgotten yet are forgotten, too.
        """
        for article in removed:
            under = await self.articles(article.keys)
            await self.leave(article.keys, under[0] if under else article.keys[0], article.site)
            await self.kept_away(article.keys)

    async def kept_away(self, keys: Collection[str]) -> None:
        """Record that articles with these keys were removed just now."""
        moved = {"$currentDate": {"updated_at": True}}
        await self._tombstones.update_many({"_id": {"$in": list(keys)}}, moved)
