"""One scheduler, beside one Scrapyd: what is due is claimed, submitted, and followed to its end.

Schedulers on several machines know of each other only through ``<database>_ops``: ``leases`` (due times and
who may crawl), ``nodes`` (who is there), ``backfills`` (pieces done) and ``runs``. All moments are those of
MongoDB's clock. A scheduler keeps nothing that matters: it can be killed and started again at any moment.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from newscrawl.runs import did_not_begin, silent
from newscrawl.schedule import lease
from newscrawl.schedule.file import Entry, Piece, Schedule, ScheduleError, load
from newscrawl.schedule.lease import Change, Document
from newscrawl.schedule.node import Jobs, Node, ScrapydError
from newscrawl.schedule.times import MINUTE, Every, preferred
from newscrawl.sites import Site

log = logging.getLogger(__name__)

ALIVE = dt.timedelta(seconds=30)
"""A node that has given no sign of life for so long is dead; its sites go to others."""
GRACE = dt.timedelta(seconds=5)
"""So long a due site waits for the node that it prefers."""
SUBMITTING = dt.timedelta(seconds=10)
"""So long a job may be claimed and not yet known to its Scrapyd."""
QUEUED = dt.timedelta(minutes=5)
"""A job that its Scrapyd has not started after so long is taken back."""
OVERTIME = dt.timedelta(minutes=2)
"""So long after its longest time a run that has not ended by itself is cancelled."""
TRIES = 5
"""So often a piece of a backfill is tried."""


class JobService(Protocol):
    """What a scheduler needs of a Scrapyd."""

    slots: int

    def jobs(self) -> Jobs:
        """Its jobs."""

    def submit(
        self, site: str, job: str, args: Mapping[str, str], settings: Mapping[str, str], *, first: bool = True
    ) -> None:
        """Start a job."""

    def cancel(self, job: str) -> None:
        """End a job."""


class ScheduleFile:
    """The schedule in a file, read again whenever the file changes; a broken file changes nothing."""

    def __init__(self, path: Path, sites: Mapping[str, Site]) -> None:
        self._path, self._sites = path, sites
        self._stamp = self._look()
        self.current: Schedule = load(path, sites)
        """Raises ``ScheduleError`` when the first reading fails."""

    def refresh(self) -> None:
        """Take up a changed file."""
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self.current = load(self._path, self._sites)
        except ScheduleError as error:
            log.error("%s is not taken up, the schedule stays as it was:\n%s", self._path, error)
        else:
            log.info("%s has changed and is taken up: %s", self._path, self.current)

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


class Scheduler:
    """Call :meth:`tick` about once a second, or once a minute from cron."""

    def __init__(
        self,
        file: ScheduleFile,
        ops: Database[Document],
        scrapyd: JobService,
        node: Node,
        *,
        alive: dt.timedelta = ALIVE,
        stays: bool = True,
        clock: Callable[[], dt.datetime] | None = None,
    ) -> None:
        self._file = file
        self._ops = ops
        self._leases = ops["leases"]
        self._scrapyd = scrapyd
        self._node = node
        self._alive = alive
        self._clock = clock or (lambda: _localtime(ops))
        self._stays = stays
        self._started_at: dt.datetime | None = None
        self._enrolled: Schedule | None = None
        self._cancelled: dict[str, dt.datetime] = {}
        self._barred: dict[str, dt.datetime] = {}
        """Sites that this Scrapyd refused, until when they are left to others."""
        self._is_up = True

    def tick(self) -> list[str]:
        """Settle what has ended, start what is due; returns the jobs that were started.

        Raises ``PyMongoError`` when MongoDB is away.
        """
        self._file.refresh()
        now = self._clock()
        if self._stays:
            self._started_at = self._started_at or now
        settled = self._ops["runs"].update_many(*silent()).modified_count
        if settled:
            log.warning("%d runs had gone silent and are shown as killed", settled)
        self._free_of_dead_nodes(now)
        try:
            jobs = self._scrapyd.jobs()
            self._is_up = True
        except ScrapydError as error:
            if self._is_up:
                others = sorted(self._nodes(now).keys() - {self._node.name})
                then = f"sites due here go to {', '.join(others)}" if others else "no site is started"
                log.error("%s; %s", error, then)
            self._is_up = False
            return []
        self._show_life(now)
        self._follow(jobs, now)
        self._enrol(now)
        self._settle_pieces()
        room = self._scrapyd.slots - len(jobs.pending) - len(jobs.running)
        started: list[str] = []
        for found, piece in self._due(now):
            if len(started) >= room:
                break
            if job := self._start(found, piece, now):
                started.append(job)
        return started

    @property
    def is_well(self) -> bool:
        """Did this machine's Scrapyd answer, and has it refused no job?"""
        return self._is_up and not self._barred

    # --- Who is there

    def _show_life(self, now: dt.datetime) -> None:
        self._ops["nodes"].update_one(
            {"_id": self._node.name},
            {
                "$set": {
                    "alive_until": now + self._alive,
                    "started_at": self._started_at,
                    "can": sorted(self._node.can),
                    "slots": self._scrapyd.slots,
                }
            },
            upsert=True,
        )

    def _nodes(self, now: dt.datetime) -> dict[str, Document]:
        """The nodes that are alive, by name."""
        return {doc["_id"]: doc for doc in self._ops["nodes"].find({"alive_until": {"$gt": now}})}

    # --- What has become of claimed jobs

    def _free_of_dead_nodes(self, now: dt.datetime) -> None:
        """Jobs that ended with their node: a lease that ran out, a claim that nobody will honour."""
        nodes: dict[str, Document] | None = None
        for found in self._leases.find({"job": {"$ne": None}}):
            if found["holder"] and found["until"] > now:
                continue
            if nodes is None:
                nodes = self._nodes(now)
            node = nodes.get(found["node"])
            restarted = bool(node and node["started_at"] and node["started_at"] > found["claimed_at"])
            if found["holder"]:
                self._free(found, "its run was killed", made_up=node is None or restarted)
            elif node is None:
                self._free(found, f"node {found['node']} is dead", made_up=True)

    def _follow(self, jobs: Jobs, now: dt.datetime) -> None:
        """Jobs of this node."""
        for found in self._leases.find({"node": self._node.name, "job": {"$ne": None}}):
            job, age = found["job"], now - found["claimed_at"]
            if found["holder"]:
                if job in jobs.finished:
                    self._free(found, "its run was killed", made_up=False)
                else:
                    self._end_overtime(found, now)
            elif job in jobs.finished:
                if self._free(found, "it ended before it began, see its log", made_up=False):
                    self._ops["runs"].update_one(
                        *did_not_begin(job, found["_id"], self._node.name, found["claimed_at"], now),
                        upsert=True,
                    )
            elif not jobs.knows(job) and age > SUBMITTING:
                self._free(found, "Scrapyd has lost it", made_up=True)
            elif job in jobs.pending and age > QUEUED:
                self._cancel(job)
                self._free(found, "Scrapyd did not start it", made_up=True)

    def _end_overtime(self, found: Document, now: dt.datetime) -> None:
        """A run that is past its longest time and did not end by itself."""
        entry = self._file.current.entries.get(found["_id"])
        if entry is None:
            return  # no longer in the file
        job = found["job"]
        if now > self._cancelled.get(job, found["taken_at"] + entry.longest) + OVERTIME:
            log.error("%s: job %s runs for too long and is cancelled", found["_id"], job)
            self._cancelled[job] = now
            self._cancel(job)

    def _cancel(self, job: str) -> None:
        try:
            self._scrapyd.cancel(job)
        except ScrapydError as error:
            log.error("job %s could not be cancelled: %s", job, error)

    def _free(self, found: Document, why: str, *, made_up: bool) -> bool:
        if not self._apply(lease.free(found, made_up=made_up)):
            return False
        if found["holder"]:
            self._ops["runs"].update_one(*silent(found["job"]))
        after = "it is made up now" if made_up else "the next run is at its usual time"
        log.warning("%s: job %s of node %s: %s; %s", found["_id"], found["job"], found["node"], why, after)
        return True

    # --- What is due

    def _enrol(self, now: dt.datetime) -> None:
        """Bring the due times up to a new or changed schedule; what is overdue stays so."""
        schedule = self._file.current
        if schedule is self._enrolled:
            return
        stored = {doc["_id"]: doc for doc in self._leases.find()}
        count = max(1, len(schedule.entries))
        for site, entry in schedule.entries.items():
            if site not in stored:
                # A new site is not left waiting for a day; many new sites do not begin at one moment.
                soon = now + MINUTE * (entry.rank / count)
                first = soon if isinstance(entry.rule, Every) else entry.rule.after(now)
                with suppress(DuplicateKeyError):  # another node was quicker
                    self._leases.insert_one(lease.enrol(site, str(entry.rule), first))
            elif stored[site]["rule"] != str(entry.rule):
                due_at = stored[site]["due_at"]
                self._leases.update_one(
                    {"_id": site, "rule": stored[site]["rule"], "due_at": due_at},
                    {
                        "$set": {
                            "rule": str(entry.rule),
                            "due_at": due_at if due_at <= now else entry.rule.after(now),
                        }
                    },
                )
        for piece in schedule.pieces:
            self._ops["backfills"].update_one(
                {"_id": piece.id},
                {"$setOnInsert": {"site": piece.site, "job": None, "outcome": None, "tries": 0}},
                upsert=True,
            )
        self._enrolled = schedule

    def _due(self, now: dt.datetime) -> Iterator[tuple[Document, Piece | None]]:
        """What this node may start now: due sites, the most overdue first, then pieces of backfills."""
        entries = self._file.current.entries
        free = {"job": None, "_id": {"$in": list(entries)}}
        nodes = self._nodes(now)
        for found in self._leases.find(free | {"due_at": {"$lte": now}}).sort([("due_at", 1), ("_id", 1)]):
            if self._is_ours(entries[found["_id"]], nodes, now, late=now - found["due_at"] > GRACE):
                yield found, None
        pieces = self._file.current.pieces
        mine = {"node": self._node.name, "backfill": {"$ne": None}}
        # Backfills are long: half of the slots stay for what is due.
        if not pieces or self._leases.count_documents(mine) >= max(1, self._scrapyd.slots // 2):
            return
        done = {
            doc["_id"]
            for doc in self._ops["backfills"].find(
                {"_id": {"$in": [piece.id for piece in pieces]}, "outcome": {"$ne": None}}, {"_id": 1}
            )
        }
        open_ = [piece for piece in reversed(pieces) if piece.site in entries and piece.id not in done]
        first = {piece.site: piece for piece in open_ if entries[piece.site].is_over(piece, now)}
        sites = list(first)
        for found in self._leases.find({"job": None, "_id": {"$in": sites}, "due_at": {"$gt": now}}):
            if self._is_ours(entries[found["_id"]], nodes, now, late=True):
                yield found, first[found["_id"]]
                return  # one at a time

    def _is_ours(self, entry: Entry, nodes: Mapping[str, Document], now: dt.datetime, *, late: bool) -> bool:
        """Can this node crawl the site, and is it the node's turn?"""
        if not entry.needs <= self._node.can or self._barred.get(entry.site, now) > now:
            return False
        able = [name for name, doc in nodes.items() if entry.needs <= set(doc["can"])]
        return late or preferred(entry.rank, able) == self._node.name

    def _start(self, found: Document, piece: Piece | None, now: dt.datetime) -> str | None:
        """Claim a site and submit its job; None when another node was quicker or Scrapyd refuses."""
        entry = self._file.current.entries[found["_id"]]
        job = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        claimed = lease.claim(
            found,
            job=job,
            node=self._node.name,
            now=now,
            next_due=None if piece else entry.rule.after(now),
            backfill=piece.id if piece else None,
        )
        if not self._apply(claimed):
            return None
        try:
            args, settings = entry.arguments(piece), entry.job_settings(piece)
            self._scrapyd.submit(entry.site, job, args, settings, first=piece is None)
        except ScrapydError as error:
            log.error("%s could not be started here: %s", entry.site, error)
            self._barred[entry.site] = now + MINUTE
            self._apply(lease.free(found | claimed[1]["$set"], made_up=True))
            return None
        if piece:
            self._ops["backfills"].update_one({"_id": piece.id}, {"$set": {"job": job}, "$inc": {"tries": 1}})
        why = f"{piece.since} to {piece.until}" if piece else f"due at {found['due_at']:%H:%M:%S}"
        log.info("%s: job %s, %s", entry.site, job, why)
        return job

    def _settle_pieces(self) -> None:
        """Pieces of backfills whose job has ended."""
        if not self._file.current.pieces:
            return
        backfills = self._ops["backfills"]
        for piece in backfills.find({"job": {"$ne": None}, "outcome": None}):
            if self._leases.count_documents({"_id": piece["site"], "job": piece["job"]}):
                continue
            run = self._ops["runs"].find_one({"_id": piece["job"]}) or {}
            result = run.get("outcome")
            ended = result in ("ok", "nothing_new") or piece["tries"] >= TRIES
            if ended and result not in ("ok", "nothing_new"):
                log.error("backfill %s is given up after %d tries: %s", piece["_id"], TRIES, result)
            backfills.update_one(
                {"_id": piece["_id"], "job": piece["job"]},
                {
                    "$set": {
                        "job": None,
                        "run": piece["job"],
                        "outcome": (result or "fault") if ended else None,
                    }
                },
            )

    def _apply(self, change: Change) -> bool:
        return self._leases.update_one(*change).matched_count == 1


def _localtime(ops: Database[Any]) -> dt.datetime:
    now: dt.datetime = ops.client.admin.command("hello")["localTime"]
    return now.replace(tzinfo=dt.UTC)
