"""Decides who may crawl a site, by one document for each site in ``<database>_ops.leases``.

A document holds the site's next due time and the one scheduled job that may run now. A site goes through
these states; every step is one conditional update, so that only one of the processes that try it succeeds:

- **free**: ``job`` is null, ``due_at`` is the next due time;
- **claimed**: a scheduler has set ``job`` and ``node`` and advanced ``due_at``; the job waits in a Scrapyd;
- **held**: the crawl itself has set ``holder`` and ``until``, and advances ``until`` as long as it lives.

Only the claimed job can hold the lease, and only one of its processes. Another job is claimed only after the
holder has released the lease, or after a scheduler has seen the same ``until`` for the length of a lease, by
a monotonic clock. A holder that cannot advance ``until`` stops downloading before that, by its own monotonic
clock. So two scheduled crawls of a site never overlap, however the clocks are adjusted.

If a document is removed, the holder writes it again. If no holder does so for a while, a scheduler does.
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
"""The fields that a claim and a holder write."""
_FREE: Document = dict.fromkeys(_HOLD)


def enrol(site: str, rule: str, due_at: dt.datetime) -> Document:
    """The document for a site that is scheduled for the first time."""
    return {"_id": site, "rule": rule, "due_at": due_at, "failures": 0, **_FREE}


def lacks(doc: Document) -> set[str]:
    """The fields of :func:`enrol` that a document lacks, or that have a wrong type there."""
    moments = ("due_at", "claimed_at") if doc.get("job") else ("due_at",)
    wrong = {name for name in enrol("", "", _EPOCH) if name not in doc}
    wrong |= {name for name in moments if not isinstance(doc.get(name), dt.datetime)}
    return wrong if isinstance(doc.get("failures"), int) else {*wrong, "failures"}


def mend(doc: Document, due_at: dt.datetime, now: dt.datetime) -> Document:
    """The update that adds the fields that a document lacks."""
    default = enrol(doc["_id"], "", due_at)
    if doc.get("job"):
        default["claimed_at"] = now
    return {"$set": {name: default[name] for name in lacks(doc)}}


def claim(
    doc: Document,
    *,
    job: str,
    node: str,
    now: dt.datetime,
    next_due: dt.datetime | None,
    longest: dt.timedelta | None = None,
    backfill: str | None = None,
    adapted: Document | None = None,
) -> Change:
    """The change that claims a free site for a job; ``next_due`` skips all missed due times.

    A job of a backfill serves no due time: ``next_due`` is None and ``due_at`` stays. ``adapted`` holds the
    interval computed for an adaptive rule, in seconds, and when: ``interval``, ``interval_at``.
    """
    return {"_id": doc["_id"], "job": None, "due_at": doc["due_at"]}, {
        "$set": {
            "job": job,
            "node": node,
            "claimed_at": now,
            "backfill": backfill,
            "longest": longest.total_seconds() if longest else None,
            "served": doc["due_at"] if next_due else None,
            "due_at": next_due or doc["due_at"],
            **(adapted or {}),
        }
    }


def take(site: str, job: str, holder: str, now: dt.datetime) -> Change:
    """The change by which one process of the claimed job takes the lease. Idempotent."""
    return {"_id": site, "job": job, "holder": {"$in": [None, holder]}}, {
        "$set": {"holder": holder, "taken_at": now, "until": now + LEASE, "failures": 0}
    }


def renew(site: str, job: str, holder: str, now: dt.datetime) -> Change:
    """The change by which a crawl renews its lease."""
    return {"_id": site, "job": job, "holder": holder}, {"$set": {"until": now + LEASE}}


def release(site: str, job: str, holder: str, again_at: dt.datetime | None = None) -> Change:
    """The change by which a crawl releases its lease; the site is due by ``again_at`` at the latest."""
    again = {"$min": {"due_at": again_at}} if again_at else {}
    return {"_id": site, "job": job, "holder": holder}, {"$set": _FREE, **again}


def free(doc: Document, *, due_again: bool = False, again_at: dt.datetime | None = None) -> Change:
    """The change that frees a site from its job, on condition that its lease is as it was in ``doc``.

    With ``due_again``, the due time that the job served is due again. With ``again_at``, the site is due by
    then at the latest, as its job failed to begin.
    """
    condition = {name: doc[name] for name in ("_id", "job", "holder", "until")}
    due_at, failures = doc["due_at"], 0
    if due_again:
        due_at = doc["served"] or due_at
    elif again_at:
        due_at, failures = min(due_at, again_at), doc["failures"] + 1
    return condition, {"$set": _FREE | {"due_at": due_at, "failures": failures}}


class Lease:
    """The lease of one scheduled crawl, which the crawl itself holds."""

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
        """Take the lease; False if it is not this job's turn, or another process holds it.

        Raises ``PyMongoError``.
        """
        return await self._change(take)

    async def renew(self) -> bool:
        """Renew the lease; False if another job holds it. Raises ``PyMongoError``."""
        return await self._change(renew)

    async def release(self, again_after: dt.timedelta | None = None) -> None:
        """Release the lease; the site of a regular run is due again after ``again_after`` at the latest."""
        again_at = None
        if again_after and not self._document.get("backfill"):
            again_at = await self._now() + again_after
        await self._leases.update_one(*release(self._site, self._job, self._holder, again_at))

    @property
    def is_safe(self) -> bool:
        """Does this process certainly still hold the lease, by its own clock?"""
        return self._clock() < self._ends

    async def _change(self, change: Any) -> bool:
        asked = self._clock()
        # A connection that hangs must not keep the crawl from noticing that its lease expired.
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
        """Write the document again after its removal; its lease has not expired, so nobody freed it."""
        try:
            await self._leases.insert_one(document)
        except DuplicateKeyError:  # a scheduler has written it: it is free, or claimed for another job
            hold = {name: document[name] for name in _HOLD}
            done = await self._leases.update_one({"_id": self._site, "job": None}, {"$set": hold})
            return document if done.matched_count else None
        return document
