"""From an older schema to the present one, step by step.

A step only adds: it may run twice, at once on two nodes, and while a node of an older version writes.
Hence a reader must take a field that a step adds as absent too, and no validator requires a field whose
declaration says `since` a later version than the first.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.items import SCHEMA_VERSION, Article
from newscrawl.stored import declared, default
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
        "bands_1_day_1",
    }
)
"""Indexes of ``articles`` in older versions that a longer one has replaced."""


async def migrate(db: AsyncDatabase[Document], version: int) -> None:
    """Take the documents of ``articles`` from ``version`` to the present schema.

    A field that came later is added where it is missing. A later part of one (``published.candidates``) is
    not: what it would say is not known of an older document.
    """
    for target in range(version + 1, SCHEMA_VERSION + 1):
        later = [name for name, says in declared(Article).items() if says.since == target]
        added = [await _add(db["articles"], name) for name in later]
        if any(added):
            log.info("%d articles brought to schema version %d", max(added), target)


async def _add(articles: AsyncCollection[Document], name: str) -> int:
    if name in COMPUTED:
        return await COMPUTED[name](articles)
    value = {"$set": {name: default(Article, name)}}
    return (await articles.update_many({name: {"$exists": False}}, value)).modified_count


async def _owner(articles: AsyncCollection[Document]) -> int:
    """Say whose each article is: all of one spider are of one owner, whose most of them are.

    Some may stand on a second domain of the site.
    """
    missing: Document = {"owner": {"$exists": False}}
    host = {"$arrayElemAt": [{"$split": ["$url", "/"]}, 2]}
    by_host: Document = {"_id": {"site": "$site", "host": host}, "articles": {"$sum": 1}}
    owners: defaultdict[str, Counter[str]] = defaultdict(Counter)
    async for found in await articles.aggregate([{"$match": missing}, {"$group": by_host}]):
        owners[found["_id"]["site"]][owner(f"https://{found['_id']['host']}/")] += found["articles"]
    added = 0
    for site, counts in owners.items():
        most = {"$set": {"owner": counts.most_common(1)[0][0]}}
        added += (await articles.update_many({"site": site, **missing}, most)).modified_count
    return added


COMPUTED: Mapping[str, Callable[[AsyncCollection[Document]], Awaitable[int]]] = {"owner": _owner}
"""Fields that are computed for older documents; the others get the default of their declaration."""
