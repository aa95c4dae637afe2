"""Looks up which addresses need no download, and which are due for another try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from newscrawl.frontier import KnownAddress, Pending
from newscrawl.store.schema import Document, owned_by
from newscrawl.vocabulary import Interruption

if TYPE_CHECKING:
    from newscrawl.store.connection import Store

EARLY = dt.timedelta(days=1)
"""How long an address may keep failing after its first visit before the crawl gives up on it."""
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (15, 60, 180, 480))
"""How long to pause after the first failed visit to such an address, after the second, and so on."""
_PENDING = tuple(f.name for f in fields(Pending) if f.name != "key")
_KNOWN = {"keys": 1, "day": 1, "published.latest": 1, "checked_at": 1}


class Addresses:
    """Queries on stored, rejected and pending addresses, by their keys."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def known(self, keys: Collection[str], owner: str, now: dt.datetime) -> dict[str, KnownAddress]:
        """The keys of an owner that need no download: stored, or tried before and not due for another try."""
        return await self._store.asked(lambda: self._known(list(keys), owner, now))

    async def _known(self, wanted: list[str], owner: str, now: dt.datetime) -> dict[str, KnownAddress]:
        known: dict[str, KnownAddress] = {}
        rejected = self._store.ops["rejected"].find(
            {
                "keys": {"$in": wanted},
                "$or": [{"retry_at": None}, {"retry_at": {"$gt": now}}],
                **owned_by(owner),
            },
            {"keys": 1},
        )
        async for doc in rejected:
            known |= dict.fromkeys(doc["keys"], KnownAddress(None))
        known |= dict.fromkeys(await self._store.tombstones.among(wanted), KnownAddress(None))
        waits = {"_id": {"$in": wanted}, "retry_at": {"$gt": now}, **owned_by(owner)}
        async for doc in self._store.ops["pending"].find(waits, {"_id": 1}):
            known[doc["_id"]] = KnownAddress(None, is_pending=True)
        # An article that a majority has not acknowledged may be rolled back, so it is not known yet.
        acknowledged = self._store.articles.with_options(read_concern=ReadConcern("majority"))
        articles = acknowledged.find({"keys": {"$in": wanted}, **owned_by(owner)}, _KNOWN)
        async for doc in articles:
            last_day = doc["day"] or (doc.get("published") or {}).get("latest")
            known |= dict.fromkeys(doc["keys"], KnownAddress(doc["_id"], last_day, doc["checked_at"]))
        return {key: known[key] for key in wanted if key in known}

    async def pending(self, site: str, now: dt.datetime) -> list[Pending]:
        """Downloads of a site that failed for a temporary reason and are due again."""
        query = {"site": site, "$or": [{"retry_at": None}, {"retry_at": {"$lte": now}}]}
        docs = await self._store.asked(
            lambda: self._store.ops["pending"].find(query).sort("failed_at", 1).to_list()
        )
        return [Pending(doc["_id"], **{name: doc.get(name, "") for name in _PENDING}) for doc in docs]

    async def add_pending(self, pending: Pending, now: dt.datetime) -> int:
        """Put a failed download on the pending list; return how many times it has failed so far.

        An entry of another site stays unchanged.
        """
        failed = {name: getattr(pending, name) for name in _PENDING}
        changes = {"$set": failed, "$setOnInsert": {"failed_at": now}, "$inc": {"times": 1}}
        own = {"_id": pending.key, **owned_by(pending.owner)}

        async def add() -> Document | None:
            update = self._store.ops["pending"].find_one_and_update
            with suppress(DuplicateKeyError):  # belongs to another site, or another crawl has just added it
                return await update(own, changes, upsert=True, return_document=True)
            return await update(own, changes, return_document=True)

        doc = await self._store.asked(add)
        return int(doc["times"]) if doc else 1

    async def postpone(self, pending: Pending, now: dt.datetime) -> bool:
        """Put an address whose page may not exist yet on the pending list, with growing pauses.

        False if it first failed a day ago or earlier: by then the page should exist.
        """
        doc = await self._store.asked(lambda: self._store.ops["pending"].find_one({"_id": pending.key}))
        if doc and now - doc["failed_at"] >= EARLY:
            return False
        pause = PAUSES[min(doc["times"] if doc else 0, len(PAUSES) - 1)]
        await self.add_pending(replace(pending, retry_at=now + pause), now)
        return True

    async def leave_pending(self, urls: Mapping[str, str], site: str, owner: str, now: dt.datetime) -> None:
        """Put the addresses that a stopped crawl was about to download or store on the pending list.

        ``urls`` maps key to URL.
        """
        writes = [
            UpdateOne(
                {"_id": key},
                {
                    "$setOnInsert": {name: getattr(left, name) for name in _PENDING}
                    | {"failed_at": now, "times": 0}
                },
                upsert=True,
            )
            for key, url in urls.items()
            for left in [Pending(key, url, site, owner, Interruption.STOPPED)]
        ]
        if writes:
            await self._store.patiently(lambda: self._store.ops["pending"].bulk_write(writes, ordered=False))
