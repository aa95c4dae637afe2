"""Follows claimed jobs: finds those that have ended, were lost, or hang."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from newscrawl.schedule import lease
from newscrawl.schedule.backfills import DONE, Backfills
from newscrawl.schedule.ends import GUESSED, clear_left, did_not_begin, left_behind, silent
from newscrawl.schedule.lease import Document
from newscrawl.schedule.node import Jobs, ScrapydError
from newscrawl.schedule.pauses import pause
from newscrawl.schedule.times import MINUTE, SECOND
from newscrawl.timings import ABANDONED, DEAD, ENDING, LEARNING, LEASE, STARTING
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from pymongo.database import Database

    from newscrawl.schedule.file import ScheduledSite
    from newscrawl.schedule.watch import Watch

log = logging.getLogger(__name__)

SUBMITTING = 10 * SECOND
"""How long a job may be claimed before its Scrapyd lists it."""
QUEUED = 5 * MINUTE
"""A job that its Scrapyd has not started after this long is withdrawn."""
OVERTIME = 2 * MINUTE
"""How long a run may exceed ``longest`` before it is cancelled, and as long again before it is killed."""
_OURS = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
"""The form of the job ids that a scheduler assigns."""


def _starting(entry: ScheduledSite | None) -> dt.timedelta:
    """How long a job of a site may run before it takes the lease."""
    return LEARNING if entry and entry.is_learned else STARTING


class JobService(Protocol):
    """The part of a Scrapyd that a scheduler uses."""

    slots: int

    def jobs(self) -> Jobs:
        """The jobs that this Scrapyd knows."""

    def submit(
        self, site: str, job: str, args: Mapping[str, str], settings: Mapping[str, str], *, first: bool = True
    ) -> None:
        """Start a job."""

    def cancel(self, job: str, *, kill: bool = False) -> None:
        """Stop a job gracefully, or kill it."""

    def log_of(self, site: str, job: str) -> Path:
        """The log file of a job."""


def of_schedules(jobs: Jobs) -> Iterator[str]:
    """The running jobs that a scheduler started."""
    return filter(_OURS.fullmatch, sorted(jobs.running))


class Follower:
    """Follows the jobs of one node, and frees the sites of dead nodes."""

    def __init__(
        self, ops: Database[Any], scrapyd: JobService, node: str, watch: Watch, backfills: Backfills
    ) -> None:
        self._leases = ops["leases"]
        self._runs = ops["runs"]
        self._scrapyd = scrapyd
        self._node = node
        self._watch = watch
        self._backfills = backfills

    def free_of_dead_nodes(
        self, leases: Mapping[str, Document], nodes: Mapping[str, Document], now: dt.datetime
    ) -> None:
        """Free the sites whose job ended with its node: those with an expired lease or an abandoned claim."""
        for doc in leases.values():
            if not doc["job"]:
                continue
            hold = self._watch.age(f"hold {doc['job']}", (doc["holder"], doc["until"]))
            ran_out = hold >= LEASE or (self._watch.is_sure(LEASE) and (doc["until"] or now) <= now)
            if doc["holder"] and not ran_out:
                continue
            node = nodes.get(doc["node"])
            started_at = node and node.get("started_at")
            restarted = bool(started_at and started_at > doc["claimed_at"])
            if doc["holder"]:
                self._free(doc, "its run was killed or hangs", due_again=node is None or restarted)
            elif hold > (DEAD if node is None else ABANDONED):
                self._free(doc, f"node {doc['node']} is dead", due_again=True)

    def follow(
        self,
        jobs: Jobs,
        leases: Mapping[str, Document],
        entries: Mapping[str, ScheduledSite],
        now: dt.datetime,
    ) -> None:
        """Free the sites whose job on this node ended or did not start."""
        for doc in leases.values():
            job = doc["job"]
            if doc["node"] != self._node or not job:
                continue
            began = doc["claimed_at"]
            if doc["holder"]:
                if job in jobs.finished:
                    self._free_of_ended(doc, now)
                continue
            waits = self._watch.age(f"waits {job}", (job in jobs.pending, job in jobs.running))
            if job in jobs.finished:
                again_at = now + pause(doc["failures"])
                if self._free(doc, "it ended before the crawl began, see its log", again_at=again_at):
                    ended = did_not_begin(job, doc["_id"], self._node, began, now)
                    self._runs.update_one(*ended, upsert=True)
                    self._hear_last_words(doc["_id"], job)
            elif not jobs.knows(job) and waits > SUBMITTING:
                self._free(doc, "Scrapyd does not know it any more", due_again=True)
            elif job in jobs.pending and waits > QUEUED:
                self._cancel(job)
                self._free(doc, "Scrapyd did not start it", due_again=True)
            elif job in jobs.running and waits > _starting(entries.get(doc["_id"])):
                self._free(doc, "it runs, but its crawl does not begin", due_again=True)

    def _free_of_ended(self, doc: Document, now: dt.datetime) -> None:
        """Free the site of a run that ended with its lease held: killed, or unable to reach MongoDB."""
        words = left_behind(self._scrapyd.log_of(doc["_id"], doc["job"]))
        if words and words["outcome"] == RunOutcome.STORE_DOWN:
            again_at = None if doc["backfill"] else now + pause(doc["failures"])
            self._free(doc, "it ended while MongoDB was unavailable", again_at=again_at)
        else:
            self._free(doc, "its run was killed")

    def end_hanging(
        self, jobs: Jobs, leases: Mapping[str, Document], entries: Mapping[str, ScheduledSite]
    ) -> None:
        """End jobs that run too long, or without their site's lease."""
        holders = {doc["job"]: doc for doc in leases.values() if doc["node"] == self._node}
        for job in of_schedules(jobs):
            doc = holders.get(job)
            runs = self._watch.age(f"runs {job}")
            if doc is None:
                if self._watch.age(f"unleased {job}") > ENDING:
                    self._end(job, "runs without its site's lease", ENDING)
            elif doc["holder"]:
                entry = entries.get(doc["_id"])
                longest = doc.get("longest") or (entry.longest.total_seconds() if entry else None)
                if longest and runs > longest * SECOND + OVERTIME:
                    self._end(job, "runs for too long", OVERTIME)

    def _end(self, job: str, why: str, patience: dt.timedelta) -> None:
        """Cancel a job; kill it if it still runs after a while; if that fails, tell the operator."""
        stages = {
            "cancelled": "is cancelled",
            "killed": "did not stop when cancelled and is killed",
            "named": "cannot even be killed: look at its process on this machine",
        }
        for name, sentence in stages.items():
            stage = f"{name} {job}"
            if not self._watch.has(stage):
                log.error("job %s %s; it %s", job, why, sentence)
                self._watch.age(stage)
                if name != "named":
                    self._cancel(job, kill=name == "killed")
                return
            if self._watch.age(stage) <= patience:
                return

    def _cancel(self, job: str, *, kill: bool = False) -> None:
        try:
            if kill:
                self._scrapyd.cancel(job, kill=True)
            else:
                self._scrapyd.cancel(job)
        except ScrapydError as error:
            log.error("job %s could not be ended: %s", job, error)

    def _free(
        self, doc: Document, why: str, *, due_again: bool = False, again_at: dt.datetime | None = None
    ) -> bool:
        """Free a site from its job, in MongoDB and in ``doc``; False if its lease has changed since."""
        change = lease.free(doc, due_again=due_again, again_at=again_at)
        if not self._leases.update_one(*change).matched_count:
            return False
        job, site = doc["job"], doc["_id"]
        if doc["holder"]:
            self._runs.update_one(*silent(job))
            if doc["node"] == self._node:
                self._hear_last_words(site, job)
        # The run may have finished but been unable to release its lease.
        finished = {"_id": job, "outcome": {"$in": DONE}}
        if doc["backfill"] and due_again and not self._runs.count_documents(finished):
            self._backfills.lose(doc["backfill"], job)
        after = "it is crawled again now" if due_again else "the next run is at its usual time"
        if again_at:
            after = f"the next run is at {change[1]['$set']['due_at']:%Y-%m-%d %H:%M:%S}"
        log.warning("%s: job %s of node %s: %s; %s", site, job, doc["node"], why, after)
        doc |= change[1]["$set"]
        return True

    def _hear_last_words(self, site: str, job: str) -> None:
        """Store the outcome that a run left next to its log when it could not reach MongoDB."""
        log_file = self._scrapyd.log_of(site, job)
        if words := left_behind(log_file):
            guessed = {"_id": job, "reason": {"$in": list(GUESSED)}}
            self._runs.update_one(guessed, {"$set": words, "$currentDate": {"stored_at": True}})
            clear_left(log_file)
