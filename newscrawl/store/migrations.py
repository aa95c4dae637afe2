"""Upgrades documents of an older schema to the current one, step by step.

A step only adds fields: it may run twice, on two nodes at once, and while a node of an older version writes.
So readers must accept that an added field is missing, and validators do not require fields whose declaration
has a `since` later than the first version.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pymongo
from pymongo import ASCENDING, UpdateMany, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.items import SCHEMA_VERSION, Article
from newscrawl.progress import Progress
from newscrawl.stored import declared, default
from newscrawl.urls import owner
from newscrawl.vocabulary import RejectionReason

AT_ONCE = 2000
"""Number of articles that are updated at once."""
COUNTING = 6 * 3600
"""Maximum seconds for counting all articles by their address."""

TOMBSTONES = "forgotten"
"""The collection of tombstones, see ``newscrawl.store.tombstones``."""

log = logging.getLogger(__name__)

Document = dict[str, Any]

SUPERSEDED_INDEXES = frozenset(
    {
        "source_1_day_-1_published_at_-1",
        "source_1_section_1_day_-1",
        "day_-1",
        "hijri_month_-1_hijri_day_-1",
        "updated_at_1",
        "title_key_1",
        "bands_1_day_1",
        "tags_1",
    }
)
"""Indexes that ``articles`` had in older versions, since replaced by longer indexes."""


async def migrate(db: AsyncDatabase[Document], version: int) -> None:
    """Upgrade the documents of ``articles`` from ``version`` to the current schema.

    Adds later fields where they are missing. Later parts of fields (``published.candidates``) are not added,
    as their values are unknown for older documents.
    """
    for target in range(version + 1, SCHEMA_VERSION + 1):
        later = [name for name, says in declared(Article).items() if says.since == target]
        added = [await _add(db["articles"], name) for name in later]
        if any(added):
            log.info("%d articles were upgraded to schema version %d", max(added), target)


async def move_tombstones(db: AsyncDatabase[Document], ops: AsyncDatabase[Document]) -> None:
    """Move the tombstones that an older version kept among the rejected pages.

    The result is the same if it is interrupted, or done by two processes at once.
    """
    former: Document = {"reason": RejectionReason.FORGOTTEN}
    async for doc in ops["rejected"].find(former, {"keys": 1, "site": 1, "rejected_at": 1}):
        first = {"article": doc["keys"][0], "site": doc.get("site") or ""}
        first |= dict.fromkeys(("forgotten_at", "updated_at"), doc.get("rejected_at"))
        writes = [UpdateOne({"_id": key}, {"$setOnInsert": first}, upsert=True) for key in doc["keys"]]
        await db[TOMBSTONES].bulk_write(writes, ordered=False)
        await ops["rejected"].delete_one({"_id": doc["_id"]})


async def _add(articles: AsyncCollection[Document], name: str) -> int:
    if name in COMPUTED:
        return await COMPUTED[name](articles)
    value = default(Article, name)
    return await _fill(articles, name, defaultdict(lambda: value))


async def _fill(articles: AsyncCollection[Document], name: str, of_site: Mapping[str, Any]) -> int:
    """Set a field where it is missing, in batches, so that no operation is long; return how many were set."""
    shown, last, added = Progress(f"adding {name} to the articles"), "", 0
    while True:
        further = articles.find({name: {"$exists": False}, "_id": {"$gt": last}}, {"site": 1})
        batch = await further.sort("_id", ASCENDING).limit(AT_ONCE).to_list()
        if not batch:
            return added
        by_site: defaultdict[str, list[str]] = defaultdict(list)
        for doc in batch:
            by_site[doc.get("site", "")].append(doc["_id"])
        writes = [
            UpdateMany({"_id": {"$in": ids}, name: {"$exists": False}}, {"$set": {name: of_site[site]}})
            for site, ids in by_site.items()
            if site in of_site or isinstance(of_site, defaultdict)
        ]
        if writes:
            added += (await articles.bulk_write(writes, ordered=False)).modified_count
        last = batch[-1]["_id"]
        shown.show(added, 0)


async def _owner(articles: AsyncCollection[Document]) -> int:
    """Set the owner of each article: for all articles of a spider, the domain that most of them have.

    Some may be on a second domain of the site.
    """
    missing: Document = {"owner": {"$exists": False}}
    host = {"$arrayElemAt": [{"$split": ["$url", "/"]}, 2]}
    by_host: Document = {"_id": {"site": "$site", "host": host}, "articles": {"$sum": 1}}
    owners: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with pymongo.timeout(COUNTING):
        async for group in await articles.aggregate([{"$match": missing}, {"$group": by_host}]):
            owners[group["_id"]["site"]][owner(f"https://{group['_id']['host']}/")] += group["articles"]
    most = {site: counts.most_common(1)[0][0] for site, counts in owners.items()}
    return await _fill(articles, "owner", most)


async def _hijri_month_uaq(articles: AsyncCollection[Document]) -> int:
    """Set the Hijri month from the Hijri day."""
    month = {"$cond": ["$hijri_day_uaq", {"$substrBytes": ["$hijri_day_uaq", 0, 7]}, None]}
    last, added = "", 0
    while batch := await _missing(articles, "hijri_month_uaq", last):
        last = batch[-1]
        which = {"_id": {"$in": batch}, "hijri_month_uaq": {"$exists": False}}
        added += (await articles.update_many(which, [{"$set": {"hijri_month_uaq": month}}])).modified_count
    return added


async def _copies(articles: AsyncCollection[Document]) -> int:
    """Set the number of copies: counted for roots, 0 for all other articles."""
    stories: list[Document] = [
        {"$group": {"_id": "$story", "articles": {"$sum": 1}}},
        {"$match": {"articles": {"$gt": 1}}},
    ]
    writes: list[UpdateOne] = []
    with pymongo.timeout(COUNTING):
        async for story in await articles.aggregate(stories, allowDiskUse=True):
            absent = {"_id": story["_id"], "copies": {"$exists": False}}
            writes.append(UpdateOne(absent, {"$set": {"copies": story["articles"] - 1}}))
    for start in range(0, len(writes), AT_ONCE):
        await articles.bulk_write(writes[start : start + AT_ONCE], ordered=False)
    return await _fill(articles, "copies", defaultdict(int))


async def _missing(articles: AsyncCollection[Document], name: str, last: str) -> list[str]:
    """The next articles without a field, by ``_id``."""
    further = articles.find({name: {"$exists": False}, "_id": {"$gt": last}}, {"_id": 1})
    return [doc["_id"] async for doc in further.sort("_id", ASCENDING).limit(AT_ONCE)]


COMPUTED: Mapping[str, Callable[[AsyncCollection[Document]], Awaitable[int]]] = {
    "owner": _owner,
    "hijri_month_uaq": _hijri_month_uaq,
    "copies": _copies,
}
"""Fields that are computed for older documents; others get the default of their declaration."""
