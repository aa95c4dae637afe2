"""The pieces of backfills, each a document in ``backfills``: which are done, and when others are retried."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from newscrawl.schedule.pauses import LONGEST_PAUSE, pause
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from pymongo.collection import Collection

    from newscrawl.schedule.file import Piece, Schedule
    from newscrawl.schedule.lease import Document

log = logging.getLogger(__name__)

TRIES = 5
"""Maximum number of tries for a piece; outages of its site or of MongoDB do not count."""
DONE = (RunOutcome.OK, RunOutcome.NOTHING_NEW)
_OUTAGES = (RunOutcome.UNREACHABLE, RunOutcome.STORE_DOWN)
_CUT_OFF = ("lease_lost", "shutdown")
"""Closing reasons of runs that were interrupted."""


def is_outage(run: Mapping[str, Any]) -> bool:
    """Did the run fail because of an outage of the site or the store, rather than because of its piece?

    >>> is_outage({"outcome": "unreachable", "summary": "hespress: unreachable (the site does not answer)"})
    True
    """
    nothing = run.get("failed") and not run.get("downloaded")
    return (
        run.get("outcome") in _OUTAGES
        or run.get("reason") in _CUT_OFF
        or bool(run.get("outcome") == RunOutcome.PARTIAL and nothing)
    )


class Backfills:
    """The documents of pieces: ``job`` while a piece runs, ``outcome`` once it is done or given up."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._pieces = collection

    def enrol(self, pieces: Iterable[Piece]) -> None:
        """Store the pieces of a new or changed schedule."""
        writes = [
            UpdateOne({"_id": piece.id}, {"$setOnInsert": _new(piece.id)}, upsert=True) for piece in pieces
        ]
        if writes:
            self._pieces.bulk_write(writes, ordered=False)

    def startable(self, schedule: Schedule, now: dt.datetime) -> dict[str, Piece]:
        """The piece of each site that may run now: the newest unfinished piece whose days have ended."""
        sites = sorted({piece.site for piece in schedule.pieces} & schedule.entries.keys())
        if not sites:
            return {}
        wanted = dict.fromkeys(("site", "outcome", "not_before", "outage"), 1)
        stored = {doc["_id"]: doc for doc in self._pieces.find({"site": {"$in": sites}}, wanted)}
        waiting = {id_ for id_, doc in stored.items() if not doc.get("outcome") and _waits(doc, now)}
        resting = {doc["site"] for id_, doc in stored.items() if id_ in waiting and doc.get("outage")}
        days = _days(id_ for id_, doc in stored.items() if doc.get("outcome") in DONE)
        startable: dict[str, Piece] = {}
        for piece in schedule.pieces:
            entry = schedule.entries.get(piece.site)
            if entry is None or piece.site in startable or piece.site in resting or piece.id in waiting:
                continue
            if stored.get(piece.id, {}).get("outcome") or _covers(days.get(piece.site, []), piece):
                continue
            if entry.is_over(piece, now):
                startable[piece.site] = piece
        return startable

    def start(self, id_: str, job: str) -> None:
        """Record that a job works on a piece."""
        new = {name: value for name, value in _new(id_).items() if name != "job"}
        self._pieces.update_one({"_id": id_}, {"$set": {"job": job}, "$setOnInsert": new}, upsert=True)

    def lose(self, id_: str, job: str) -> None:
        """Record that the job of a piece was lost, which does not count as a try."""
        self._pieces.update_one({"_id": id_, "job": job}, {"$set": {"job": None}})

    def settle(
        self,
        leases: Mapping[str, Document],
        run_of: Callable[[str], Mapping[str, Any] | None],
        now: dt.datetime,
    ) -> None:
        """Record the outcome of pieces whose job has ended; ``run_of`` gives the record of a job's run."""
        jobs = {doc["job"]: doc["backfill"] for doc in leases.values() if doc["job"] and doc["backfill"]}
        running = {doc["job"]: doc for doc in self._pieces.find({"job": {"$ne": None}, "outcome": None})}
        for job, id_ in jobs.items():
            if job not in running:  # its document was removed in the meantime
                self.start(id_, job)
        for job, doc in running.items():
            if job not in jobs:
                self._settle(doc, run_of(job) or {}, now)

    def _settle(self, doc: Document, run: Mapping[str, Any], now: dt.datetime) -> None:
        outcome = run.get("outcome")
        fields: Document = {"job": None, "run": doc["job"]}
        if outcome in DONE:
            fields["outcome"] = outcome
        else:
            outage = is_outage(run)
            goes_on = bool(run.get("goes_on")) and not outage
            failures = 0 if goes_on else doc.get("failures", 0)
            tries = doc.get("tries", 0) + (not outage and not goes_on)
            fields |= {"failures": failures + (not goes_on), "tries": tries, "outage": outage}
            fields["not_before"] = now if goes_on else now + pause(failures)
            then = f"it is tried again after {fields['not_before']:%Y-%m-%d %H:%M} UTC"
            if tries >= TRIES:
                fields["outcome"] = outcome or RunOutcome.FAULT
                then = f"given up after {tries} tries; to try it again, delete its document in `backfills`"
            log.log(
                logging.ERROR if tries >= TRIES else logging.WARNING,
                "backfill %s: %s (%s); %s",
                doc["_id"], outcome or "no run", run.get("summary") or run.get("reason") or "no record", then,
            )  # fmt: skip
        self._pieces.update_one({"_id": doc["_id"], "job": doc["job"]}, {"$set": fields})


def _new(id_: str) -> Document:
    site, since, until = id_.split()
    return {
        "site": site,
        "since": since,
        "until": until,
        "job": None,
        "outcome": None,
        "tries": 0,
        "failures": 0,
        "not_before": None,
        "outage": False,
    }


def _waits(doc: Document, now: dt.datetime) -> bool:
    """Must the piece wait? A retry that is further ahead than the longest pause was set by a wrong clock."""
    not_before = doc.get("not_before")
    return isinstance(not_before, dt.datetime) and now < not_before <= now + LONGEST_PAUSE


def _days(ids: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
    """The days of these pieces by site, merged into spans that do not touch."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for site, since, until in sorted(id_.split() for id_ in ids):
        first, last = dt.date.fromisoformat(since).toordinal(), dt.date.fromisoformat(until).toordinal()
        of_site = spans.setdefault(site, [])
        if of_site and first <= of_site[-1][1] + 1:
            of_site[-1] = (of_site[-1][0], max(of_site[-1][1], last))
        else:
            of_site.append((first, last))
    return spans


def _covers(spans: Iterable[tuple[int, int]], piece: Piece) -> bool:
    """Do finished pieces of other lengths cover all days of the piece?"""
    return any(first <= piece.since.toordinal() and piece.until.toordinal() <= last for first, last in spans)
