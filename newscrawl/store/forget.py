"""Removing an article for good, as a newspaper or a person it names may ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pymongo import ReadPreference
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl.items import Rejection
from newscrawl.store.links import Linker
from newscrawl.store.schema import Document, document
from newscrawl.vocabulary import RejectionReason

_FORGOTTEN = RejectionReason.FORGOTTEN


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed."""

    articles: int
    revisions: int
    copies: tuple[str, ...]
    """Addresses of copies of it that are still stored."""


async def forget(
    client: AsyncMongoClient[Document], database: str, keys: Collection[str], site: str
) -> Forgotten:
    """Remove the articles with one of these keys, and all that was kept of them.

    A tombstone in ``rejected`` holds their keys alone, never their words or addresses; it counts as known
    for good. It is written first, and a writer that stores an article looks for it afterwards, so that no
    crawl brings the article back, not even one that is downloading it now. Doing it twice changes nothing.
    """
    # A secondary might not show yet what is to be removed.
    primary = ReadPreference.PRIMARY
    db, ops = (client.get_database(name, read_preference=primary) for name in (database, f"{database}_ops"))
    articles = await db["articles"].find({"keys": {"$in": list(keys)}}, {"keys": 1, "story": 1}).to_list()
    ids = [doc["_id"] for doc in articles]
    everything = list(dict.fromkeys([*keys, *(key for doc in articles for key in doc["keys"])]))
    now = (await client.admin.command("hello"))["localTime"]
    said = Rejection(
        url="", keys=everything, site=site, reason=_FORGOTTEN, detail="removed on request", rejected_at=now
    )
    # It is nobody's, and counts for all.
    tombstone = document(said) | {"owner": None, "page": None}
    await ops["rejected"].replace_one({"_id": f"{_FORGOTTEN}:{everything[0]}"}, tombstone, upsert=True)
    stories = [doc["story"] for doc in articles]
    left = await db["articles"].find(
        {"story": {"$in": stories}, "_id": {"$nin": ids}}, {"url": 1}
    ).to_list()  # fmt: skip
    linker = Linker(client, database)
    await linker.intend([doc["_id"] for doc in left])
    # Again, after the tombstone: what was stored before the first look is known, what is stored later is
    # removed by whoever stores it.
    found = await db["articles"].find({"keys": {"$in": everything}}, {"_id": 1}).to_list()
    await db["articles"].delete_many({"_id": {"$in": [doc["_id"] for doc in found]}})
    states = await db["revisions"].find({"article": {"$in": ids}}, {"_id": 1}).to_list()
    revisions = await db["revisions"].delete_many({"_id": {"$in": [doc["_id"] for doc in states]}})
    await ops["rejected"].delete_many({"keys": {"$in": everything}, "reason": {"$ne": _FORGOTTEN}})
    await ops["pending"].delete_many({"_id": {"$in": everything}})
    await linker.link([doc["_id"] for doc in left], now)
    return Forgotten(len(ids), revisions.deleted_count, tuple(doc["url"] for doc in left))
