"""Removes an article for good, at the request of a newspaper or of a person named in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pymongo import ReadPreference
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl.items import Raw
from newscrawl.store.coverage import PLACE, Coverage
from newscrawl.store.links import Linker
from newscrawl.store.schema import Document
from newscrawl.store.tombstones import Tombstones


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed: the number of articles and former states, and where else they are kept."""

    articles: int
    revisions: int
    copies: tuple[str, ...]
    """Addresses of copies that are still stored."""
    under: tuple[str, ...]
    """Field ``article`` of the tombstones that keep it from coming back."""
    keys: frozenset[str] = field(default=frozenset(), compare=False)
    """All keys under which the article may be archived."""
    sites: frozenset[str] = field(default=frozenset(), compare=False)
    """The spiders that fetched it."""
    raws: tuple[Raw, ...] = field(default=(), compare=False)
    """Where its pages are archived, as far as the documents say."""


async def forget(
    client: AsyncMongoClient[Document], database: str, keys: Collection[str], site: str
) -> Removal:
    """Remove the articles with one of these keys, and everything that is kept about them.

    Tombstones hold only keys, no text or addresses, and make these keys known for good. They are written
    first, and a writer checks them after it has stored an article. So no crawl brings the article back, not
    even a crawl that is downloading it now. Idempotent.
    """
    # A secondary might not show the articles yet.
    primary = ReadPreference.PRIMARY
    db, ops = (client.get_database(name, read_preference=primary) for name in (database, f"{database}_ops"))
    wanted = dict.fromkeys((*PLACE, "keys", "story", "raw"), 1)
    articles = await db["articles"].find({"keys": {"$in": list(keys)}}, wanted).to_list()
    everything = list(dict.fromkeys([*keys, *(key for doc in articles for key in doc["keys"])]))
    now = (await client.admin.command("hello"))["localTime"]
    tombstones = Tombstones(db)
    for doc in articles:
        await tombstones.leave(doc["keys"], doc["_id"], site)
    for key in everything:
        await tombstones.leave([key], key, site)
    ids = await tombstones.articles(everything)  # includes articles whose removal was interrupted
    stories = [doc["story"] for doc in articles]
    left = await db["articles"].find(
        {"story": {"$in": stories}, "_id": {"$nin": ids}}, {"url": 1}
    ).to_list()  # fmt: skip
    coverage = Coverage(client, database)
    await coverage.touch(articles)
    linker = Linker(client, database, coverage)
    await linker.intend([doc["_id"] for doc in left])
    # Query again after writing the tombstones, to find articles that were stored since the first query. The
    # writer itself removes articles that are stored later.
    present = await db["articles"].find({"keys": {"$in": everything}}, {"_id": 1}).to_list()
    await db["articles"].delete_many({"_id": {"$in": [doc["_id"] for doc in present]}})
    if present:  # mirrors that ask for the articles forgotten since a moment must learn of these, too
        await tombstones.kept_away(everything)
    revisions, others = await _remove_what_was_kept(db, ops, ids, everything)
    await linker.link([doc["_id"] for doc in left], now)
    await coverage.recount()
    copies = tuple(doc["url"] for doc in left)
    return Removal(
        len(articles),
        revisions,
        copies,
        tuple(ids),
        keys=frozenset(await tombstones.keys(ids)).union(*others),
        sites=frozenset(doc["site"] for doc in articles),
        raws=tuple(Raw(**doc["raw"]) for doc in articles if doc.get("raw")),
    )


async def _remove_what_was_kept(
    db: AsyncDatabase[Document], ops: AsyncDatabase[Document], ids: Sequence[str], keys: Sequence[str]
) -> tuple[int, list[list[str]]]:
    """Remove former states and kept pages; return the number of states, and the keys of each page.

    A page that was rejected at another address is archived under that address.
    """
    states = await db["revisions"].find({"article": {"$in": list(ids)}}, {"_id": 1}).to_list()
    revisions = await db["revisions"].delete_many({"_id": {"$in": [doc["_id"] for doc in states]}})
    rejected = await ops["rejected"].find({"keys": {"$in": list(keys)}}, {"keys": 1}).to_list()
    for collection in (db["rejections"], ops["rejected"]):
        await collection.delete_many({"_id": {"$in": [doc["_id"] for doc in rejected]}})
    await ops["pending"].delete_many({"_id": {"$in": list(keys)}})
    return revisions.deleted_count, [doc["keys"] for doc in rejected]
