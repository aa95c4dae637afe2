"""Who may crawl a site: one document a site in ``<database>_ops.leases``, and nothing outside it.

A document holds the site's next due time and the one scheduled job that may run now. A job goes through
these states; every step is one conditional update, so that of all who try it one succeeds:

- **free**: ``job`` is null, ``due_at`` is the next due time;
- **claimed**: a scheduler has set ``job`` and ``node`` and moved ``due_at`` on; the job waits in a Scrapyd;
- **held**: the crawl itself has set ``holder`` and ``until``, and moves ``until`` on as long as it lives.

Only the claimed job can hold the lease, and only one process of it. Another job is claimed only after the
holder let go, or after a scheduler has seen the same ``until`` for the length of a lease, by a clock that
nobody sets. Before that the holder stops downloading by such a clock of its own, when it could not move
``until`` on. Hence no two scheduled crawls of a site ever overlap, whatever becomes of the time of day.

A document that somebody removed is written anew by the holder, or by a scheduler that leaves the holder the
time to do so.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import secrets
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo.errors import DuplicateKeyError

from newscrawl.schedule.watch import steady
from newscrawl.timings import ANSWER, LEASE, MARGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymongo.asynchronous.collection import AsyncCollection

Document = dict[str, Any]
Change = tuple[Document, Document]
"""A condition and an update, for one ``update_one``."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_HOLD = ("job", "node", "served", "claimed_at", "backfill", "longest", "holder", "taken_at", "until")
"""What a claim and a holder write."""
_FREE: Document = dict.fromkeys(_HOLD)


def enrol(site: str, rule: str, due_at: dt.datetime) -> Document:
    """The document of a site that is scheduled for the first time."""
    return {"_id": site, "rule": rule, "due_at": due_at, "failures": 0, **_FREE}


def lacks(found: Document) -> set[str]:
    """What a document lacks of what :func:`enrol` writes, or has of another kind."""
    moments = ("due_at", "claimed_at") if found.get("job") else ("due_at",)
    wrong = {name for name in enrol("", "", _EPOCH) if name not in found}
    wrong |= {name for name in moments if not isinstance(found.get(name), dt.datetime)}
    return wrong if isinstance(found.get("failures"), int) else {*wrong, "failures"}


def mend(found: Document, due_at: dt.datetime, now: dt.datetime) -> Document:
    """The update that gives a document what it lacks."""
    default = enrol(found["_id"], "", due_at)
    if found.get("job"):
        default["claimed_at"] = now
    return {"$set": {name: default[name] for name in lacks(found)}}


def claim(
    found: Document,
    *,
    job: str,
    node: str,
    now: dt.datetime,
    next_due: dt.datetime | None,
    longest: dt.timedelta | None = None,
    backfill: str | None = None,
    adapted: Document | None = None,
) -> Change:
    """Claim a free site for a job; ``next_due`` passes over all due times that were missed.

    A job of a backfill serves no due time: ``next_due`` is None and ``due_at`` stays. ``adapted`` is the
    interval that was found for a site whose rule adapts, in seconds, and when: ``interval``, ``interval_at``.
    """
    return {"_id": found["_id"], "job": None, "due_at": found["due_at"]}, {
        "$set": {
            "job": job,
            "node": node,
            "claimed_at": now,
            "backfill": backfill,
            "longest": longest.total_seconds() if longest else None,
            "served": found["due_at"] if next_due else None,
            "due_at": next_due or found["due_at"],
            **(adapted or {}),
        }
    }


def take(site: str, job: str, holder: str, now: dt.datetime) -> Change:
    """The crawl of the claimed job begins, in one process; asked twice by that one, it has it."""
    return {"_id": site, "job": job, "holder": {"$in": [None, holder]}}, {
        "$set": {"holder": holder, "taken_at": now, "until": now + LEASE, "failures": 0}
    }


def renew(site: str, job: str, holder: str, now: dt.datetime) -> Change:
    """A sign of life of the crawl."""
    return {"_id": site, "job": job, "holder": holder}, {"$set": {"until": now + LEASE}}


def release(site: str, job: str, holder: str, again_at: dt.datetime | None = None) -> Change:
    """The crawl has ended; ``again_at``: it came to nothing, the site is due then, if not before."""
    again = {"$min": {"due_at": again_at}} if again_at else {}
    return {"_id": site, "job": job, "holder": holder}, {"$set": _FREE, **again}


def free(found: Document, *, made_up: bool = False, again_at: dt.datetime | None = None) -> Change:
    """Take a job off a site, on condition that nothing has happened to it since it was looked at.

    ``made_up``: the due time that it served is due again; ``again_at``: it is due then, if not before, as the
    job failed to begin.
    """
    condition = {name: found[name] for name in ("_id", "job", "holder", "until")}
    due_at, failures = found["due_at"], 0
    if made_up:
        due_at = found["served"] or due_at
    elif again_at:
        due_at, failures = min(due_at, again_at), found["failures"] + 1
    return condition, {"$set": _FREE | {"due_at": due_at, "failures": failures}}


class Lease:
    """The lease of one scheduled crawl, held by the crawl itself."""

    def __init__(
        self,
        leases: AsyncCollection[Document],
        site: str,
        job: str,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._leases = leases
        self._clock = clock or steady
        self._site, self._job = site, job
        self._holder = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._ends = 0.0
        self._document: Document = {}

    async def take(self) -> bool:
        """Is it this job's turn, and is this its only process? Raises ``PyMongoError``."""
        return await self._change(take)

    async def renew(self) -> bool:
        """Hold it for longer; False when another job has it. Raises ``PyMongoError``."""
        return await self._change(renew)

    async def release(self, again_after: dt.timedelta | None = None) -> None:
        """Let go of it; a regular run that came to nothing is due again after a while, if not before."""
        again_at = None
        if again_after and not self._document.get("backfill"):
            again_at = await self._now() + again_after
        await self._leases.update_one(*release(self._site, self._job, self._holder, again_at))

    @property
    def is_safe(self) -> bool:
        """Can nobody else have it by now, as far as this process's own clock can tell?"""
        return self._clock() < self._ends

    async def _change(self, change: Any) -> bool:
        asked = self._clock()
        # A connection that hangs must not keep the crawl from noticing that its time is over.
        with pymongo.timeout(ANSWER.total_seconds()):
            condition, update = change(self._site, self._job, self._holder, await self._now())
            done = await self._leases.find_one_and_update(condition, update, return_document=True)
            if done is None and asked < self._ends + MARGIN.total_seconds():
                done = await self._restore({**self._document, **update["$set"]})
        if done is None:
            return False
        self._document = done
        self._ends = asked + (LEASE - MARGIN).total_seconds()
        return True

    async def _now(self) -> dt.datetime:
        hello = await self._leases.database.client.admin.command("hello")
        now: dt.datetime = hello["localTime"]
        return now.replace(tzinfo=dt.UTC)

    async def _restore(self, document: Document) -> Document | None:
        """Write the document anew after somebody removed it; nobody can have freed it by its time."""
        try:
            await self._leases.insert_one(document)
        except DuplicateKeyError:  # a scheduler was quicker: it is free, or claimed for another job
            hold = {name: document[name] for name in _HOLD}
            done = await self._leases.update_one({"_id": self._site, "job": None}, {"$set": hold})
            return document if done.matched_count else None
        return document
