"""What was forgotten, and never comes back: the collection ``forgotten`` beside the articles.

One document for each key of an article, so that a look-up is one by ``_id``, however many are asked for:
``_id`` is the key, ``article`` the ``_id`` that the article had (the key itself when none was stored),
``forgotten_at`` the server's clock then, and ``updated_at`` when it last kept an article away that had been
stored meanwhile. They hold no words and no addresses, and never expire.
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
"""Keys that are asked for in one query."""


def forgotten(db: Database[Document], keys: Iterable[str]) -> set[str]:
    """Those of these keys that were forgotten; ``db`` is the database of the articles.

    Whatever reads kept pages leaves out what this names. Any number of keys may be asked for at once::

        forgotten(db, [key("https://www.hespress.com/خبر-1.html")])
    """
    tombstones = db.get_collection(TOMBSTONES, read_preference=ReadPreference.PRIMARY)
    return {doc["_id"] for query in _queries(keys) for doc in tombstones.find(query, {"_id": 1})}


def every(db: Database[Document]) -> frozenset[str]:
    """All keys that were forgotten, for who reads many pages away from the database."""
    tombstones = db.get_collection(TOMBSTONES, read_preference=ReadPreference.PRIMARY)
    return frozenset(doc["_id"] for doc in tombstones.find({}, {"_id": 1}))


def _queries(keys: Iterable[str]) -> Iterator[Document]:
    """What asks for keys, ``AT_ONCE`` of them at a time."""
    rest = iter(dict.fromkeys(keys))
    while some := list(itertools.islice(rest, AT_ONCE)):
        yield {"_id": {"$in": some}}


class Tombstones:
    """The same for a crawl, which also leaves and undoes them."""

    def __init__(self, db: AsyncDatabase[Document]) -> None:
        # A writer decides by what it reads: a secondary would show it the past.
        self._tombstones = db.get_collection(TOMBSTONES, read_preference=ReadPreference.PRIMARY)
        self._before: set[str] | None = None

    async def among(self, keys: Iterable[str]) -> set[str]:
        """Those of these keys that were forgotten."""
        found = (self._tombstones.find(query, {"_id": 1}) for query in _queries(keys))
        return {doc["_id"] for query in found for doc in await query.to_list()}

    async def now(self) -> dt.datetime:
        """The clock by which ``forgotten_at`` is said."""
        at: dt.datetime = (await self._tombstones.database.client.admin.command("hello"))["localTime"]
        return at

    async def since(self, moment: dt.datetime | None) -> set[str]:
        """The keys of what was forgotten since then, or ever."""
        query = {"forgotten_at": {"$gte": moment}} if moment else {}
        return {doc["_id"] async for doc in self._tombstones.find(query, {"_id": 1})}

    async def of(self, articles: Collection[str]) -> list[str]:
        """All keys under which these articles (``_id``) were forgotten."""
        found = self._tombstones.find({"article": {"$in": list(articles)}}, {"_id": 1})
        return [doc["_id"] async for doc in found]

    async def articles(self, keys: Iterable[str]) -> list[str]:
        """The ``_id`` of the articles that were forgotten under these keys."""
        found = (self._tombstones.find(query, {"article": 1}) for query in _queries(keys))
        return sorted({doc["article"] for query in found for doc in await query.to_list()})

    async def before(self) -> set[str]:
        """The keys of what was forgotten before this crawl."""
        if self._before is None:
            self._before = {doc["_id"] async for doc in self._tombstones.find({}, {"_id": 1})}
        return self._before

    async def leave(self, keys: Collection[str], article: str, site: str) -> None:
        """Have these keys forgotten for good; doing it twice changes nothing."""
        first: Document = {"article": article, "site": site, "forgotten_at": "$$NOW", "updated_at": "$$NOW"}
        absent = {name: {"$ifNull": [f"${name}", value]} for name, value in first.items()}
        writes = [UpdateOne({"_id": key}, [{"$set": absent}], upsert=True) for key in keys]
        await self._tombstones.bulk_write(writes, ordered=False)

    async def leave_more(self, removed: Iterable[Article]) -> None:
        """Note that articles were removed again, which a mirror may have seen meanwhile.

        A key that led to them and was not forgotten yet is forgotten with the others.
        """
        for article in removed:
            under = await self.articles(article.keys)
            await self.leave(article.keys, under[0] if under else article.keys[0], article.site)
            await self.kept_away(article.keys)

    async def kept_away(self, keys: Collection[str]) -> None:
        """Note that articles with these keys were removed just now."""
        moved = {"$currentDate": {"updated_at": True}}
        await self._tombstones.update_many({"_id": {"$in": list(keys)}}, moved)
