"""From an older schema to the present one, step by step.

A step only adds: it may run twice, at once on two nodes, and while a node of an older version writes.
Hence a reader must take a field that a step adds as absent too, and `newscrawl.store.schema.ADDED` names
each, so that no validator requires it.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.urls import owner

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
    }
)
"""Indexes of ``articles`` in older versions that a longer one has replaced."""


async def migrate(db: AsyncDatabase[Document], version: int) -> None:
    """Take the documents of ``articles`` from ``version`` to the present schema."""
    for target, step in sorted(MIGRATIONS.items()):
        if target > version:
            changed = await step(db)
            if changed:
                log.info("%d articles brought to schema version %d", changed, target)


async def _add_signature(db: AsyncDatabase[Document]) -> int:
    """Say that there is no signature yet. `scrapy dedupe` makes it: that reads every text."""
    added = await _add(db, "bands", [])
    return max(added, await _add(db, "signature", None))


async def _add_owner_and_warnings(db: AsyncDatabase[Document]) -> int:
    """Say whose each article is, and that nothing was noticed of its text."""
    added = await _add(db, "warnings", [])
    return max(added, await _add_owner(db))


async def _add_owner(db: AsyncDatabase[Document]) -> int:
    """Say whose each article is: all of one spider are of one owner, whose most of them are.

    Some may stand on a second domain of the site.
    """
    missing: Document = {"owner": {"$exists": False}}
    host = {"$arrayElemAt": [{"$split": ["$url", "/"]}, 2]}
    by_host: Document = {"_id": {"site": "$site", "host": host}, "articles": {"$sum": 1}}
    owners: defaultdict[str, Counter[str]] = defaultdict(Counter)
    async for found in await db["articles"].aggregate([{"$match": missing}, {"$group": by_host}]):
        owners[found["_id"]["site"]][owner(f"https://{found['_id']['host']}/")] += found["articles"]
    added = 0
    for site, counts in owners.items():
        most = {"$set": {"owner": counts.most_common(1)[0][0]}}
        added += (await db["articles"].update_many({"site": site, **missing}, most)).modified_count
    return added


async def _add(db: AsyncDatabase[Document], field: str, value: object) -> int:
    done = await db["articles"].update_many({field: {"$exists": False}}, {"$set": {field: value}})
    return done.modified_count


MIGRATIONS: Mapping[int, Callable[[AsyncDatabase[Document]], Awaitable[int]]] = {
    2: _add_signature,
    3: _add_owner_and_warnings,
}
"""The step to each version."""
