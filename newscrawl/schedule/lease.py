"""Who may crawl a site: one document a site in ``<database>_ops.leases``, and nothing outside it.

A document holds the site's next due time and the one scheduled job that may run now. A job goes through
these states; every step is one conditional update, so that of all who try it one succeeds:

- **free**: ``job`` is null, ``due_at`` is the next due time;
- **claimed**: a scheduler has set ``job`` and ``node`` and moved ``due_at`` on; the job waits in a Scrapyd;
- **held**: the crawl itself has set ``holder`` and ``until``, and moves ``until`` on as long as it lives.

Only the claimed job can hold the lease, and only one process of it. Another job is claimed only after the
holder let go, or after ``until`` has passed by MongoDB's clock. Before that the holder stops downloading by
its own clock, when it could not move ``until`` on. Hence no two scheduled crawls of a site ever overlap.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import platform
import secrets
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymongo.asynchronous.collection import AsyncCollection

LEASE = dt.timedelta(seconds=60)
"""How long a lease lasts without a sign of life."""
MARGIN = dt.timedelta(seconds=20)
"""So long before its end a holder that could not renew its lease begins nothing new: what runs can end."""

Document = dict[str, Any]
Change = tuple[Document, Document]
"""A condition and an update, for one ``update_one``."""

_FREE: Document = dict.fromkeys(
    ("job", "node", "served", "claimed_at", "backfill", "holder", "taken_at", "until")
)


def enrol(site: str, rule: str, due_at: dt.datetime) -> Document:
    """The document of a site that is scheduled for the first time."""
    return {"_id": site, "rule": rule, "due_at": due_at, **_FREE}


def claim(
    found: Document,
    *,
    job: str,
    node: str,
    now: dt.datetime,
    next_due: dt.datetime | None,
    backfill: str | None = None,
) -> Change:
    """Claim a free site for a job; ``next_due`` passes over everything missed, which is made up once.

    A job of a backfill serves no due time: ``next_due`` is None and ``due_at`` stays.
    """
    return {"_id": found["_id"], "job": None, "due_at": found["due_at"]}, {
        "$set": {
            "job": job,
            "node": node,
            "claimed_at": now,
            "backfill": backfill,
            "served": found["due_at"] if next_due else None,
            "due_at": next_due or found["due_at"],
        }
    }


def take(site: str, job: str, holder: str, now: dt.datetime) -> Change:
    """The crawl of the claimed job begins, in one process."""
    return {"_id": site, "job": job, "holder": None}, {
        "$set": {"holder": holder, "taken_at": now, "until": now + LEASE}
    }


def renew(site: str, job: str, holder: str, now: dt.datetime) -> Change:
    """A sign of life of the crawl."""
    return {"_id": site, "job": job, "holder": holder}, {"$set": {"until": now + LEASE}}


def release(site: str, job: str, holder: str) -> Change:
    """The crawl has ended."""
    return {"_id": site, "job": job, "holder": holder}, {"$set": _FREE}


def free(found: Document, *, made_up: bool) -> Change:
    """Take a job off a site, on condition that nothing has happened to it since it was looked at.

    ``made_up``: the due time that it served is due again.
    """
    condition = {name: found[name] for name in ("_id", "job", "holder", "until")}
    due_at = found["served"] if made_up and found["served"] else found["due_at"]
    return condition, {"$set": _FREE | {"due_at": due_at}}


class Lease:
    """The lease of one scheduled crawl, held by the crawl itself."""

    def __init__(self, leases: AsyncCollection[Document], site: str, job: str) -> None:
        self._leases = leases
        self._site, self._job = site, job
        self._holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._ends = 0.0

    async def take(self) -> bool:
        """Is it this job's turn, and is this its only process?"""
        return await self._change(take)

    async def renew(self) -> bool:
        """Hold it for longer; False when another job has it."""
        return await self._change(renew)

    async def release(self) -> None:
        """Let go of it."""
        await self._leases.update_one(*release(self._site, self._job, self._holder))

    @property
    def is_safe(self) -> bool:
        """Can nobody else have it by now, as far as this process's own clock can tell?"""
        return time.monotonic() < self._ends

    async def _change(self, change: Any) -> bool:
        asked = time.monotonic()
        # A connection that hangs must not keep the crawl from noticing that its time is over.
        async with asyncio.timeout(LEASE.total_seconds() / 4):
            hello = await self._leases.database.client.admin.command("hello")
            now = hello["localTime"].replace(tzinfo=dt.UTC)
            condition, update = change(self._site, self._job, self._holder, now)
            done = await self._leases.update_one(condition, update)
        if done.matched_count:
            self._ends = asked + (LEASE - MARGIN).total_seconds()
        return bool(done.matched_count)
