"""Stores the records of runs, and reads the origins of their articles' fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from newscrawl.store.coverage import Coverage
from newscrawl.store.extracts import extract, publish
from newscrawl.store.judging import CoverageJudge
from newscrawl.store.patience import all_of

if TYPE_CHECKING:
    from newscrawl.store.connection import Store

_SAMPLE = 5000
"""Maximum number of articles of a run whose origins are counted."""


class Runs:
    """The collection ``runs``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def save(self, run: str, fields: Mapping[str, Any]) -> None:
        """Write fields of a run, its heartbeat (by the server's clock), and its extract for readers."""
        await self._store.patiently(lambda: self.save_once(run, fields))
        changes = {"$set": extract("runs", fields), "$currentDate": {"stored_at": True}}
        await self._store.patiently(
            lambda: self._store.db["runs"].update_one({"_id": run}, changes, upsert=True)
        )

    async def judge(self, run: str, site: str) -> None:
        """Count the rows of coverage that others left behind, and judge the days that a run saw."""
        client, database = self._store.client, self._store.database
        await self._store.patiently(Coverage(client, database).recount)
        await self._store.patiently(lambda: CoverageJudge(client, database).after(run, site))

    async def pending_since(self, site: str) -> dt.datetime | None:
        """When the oldest address on a site's pending list first failed; None if the list is empty."""
        oldest = (
            self._store.ops["pending"].find({"site": site}, {"failed_at": 1}).sort("failed_at", 1).limit(1)
        )
        docs = await self._store.patiently(partial(all_of, oldest))
        return docs[0]["failed_at"] if docs else None

    async def publish(self, which: Mapping[str, Any]) -> None:
        """Update the readers' extracts of some runs that others have changed."""
        db, ops = self._store.db, self._store.ops
        await self._store.patiently(lambda: publish(db, ops, "runs", dict(which)))

    async def save_once(self, run: str, fields: Mapping[str, Any]) -> None:
        """Write fields of a run and its heartbeat, without waiting if MongoDB is unavailable."""
        changes = {"$set": dict(fields), "$currentDate": {"heartbeat_at": True, "stored_at": True}}
        await self._store.ops["runs"].update_one({"_id": run}, changes, upsert=True)

    async def save_source(self, site: str, fields: Mapping[str, Any]) -> None:
        """Write the fields of a site to the collection ``sources``."""
        changes = {"$set": dict(fields), "$currentDate": {"updated_at": True}}
        sources = self._store.articles.database["sources"]
        await self._store.patiently(lambda: sources.update_one({"_id": site}, changes, upsert=True))

    async def origins(self, site: str, run: str, since: dt.datetime) -> list[dict[str, str]]:
        """The origins of a run's new articles; only those of the newest articles if there are many."""
        query = {"site": site, "first_seen_at": {"$gte": since - dt.timedelta(seconds=1)}, "run": run}
        newest = self._store.articles.find(query, {"origins": 1}).sort("first_seen_at", -1).limit(_SAMPLE)
        docs = await self._store.patiently(partial(all_of, newest))
        return [doc["origins"] for doc in docs]

    async def readings(
        self, site: str, articles: int, runs: int, since: dt.datetime | None = None
    ) -> list[dict[str, dict[str, float]]]:
        """The shares of origins in a site's last ``runs`` runs that stored at least ``articles`` new
        articles.

        Runs that began before ``since`` are left out.
        """
        query: dict[str, Any] = {"site": site, "reading.articles": {"$gte": articles}}
        query |= {"started_at": {"$gte": since}} if since else {}
        last = self._store.ops["runs"].find(query, {"reading.shares": 1}).sort("started_at", -1).limit(runs)
        docs = await self._store.patiently(partial(all_of, last))
        return [doc["reading"]["shares"] for doc in docs]
