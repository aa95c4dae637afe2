"""One scheduler, beside one Scrapyd: what is due is claimed, submitted, and followed to its end.

Schedulers on several machines know of each other only through ``<database>_ops``: ``leases`` (due times and
who may crawl), ``nodes`` (who is there), ``backfills`` (pieces done) and ``runs``. Due times are those of
MongoDB's clock; how long something takes is counted by the :class:`~newscrawl.schedule.watch.Watch` of each
node. A scheduler keeps nothing that matters: it can be killed and started again at any moment.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from newscrawl.runs import GUESSED, did_not_begin, left_behind, silent
from newscrawl.schedule import lease
from newscrawl.schedule.backfills import Backfills
from newscrawl.schedule.file import Entry, Piece, Schedule, ScheduleError, load
from newscrawl.schedule.lease import LEASE, Change, Document
from newscrawl.schedule.node import Jobs, Node, ScrapydError
from newscrawl.schedule.times import MINUTE, Every, pause, preferred
from newscrawl.schedule.watch import JUMP, Watch
from newscrawl.sites import Site

log = logging.getLogger(__name__)

SECOND = dt.timedelta(seconds=1)
ALIVE = 30 * SECOND
"""A node that has given no sign of life for so long is dead; its sites go to others."""
ABANDONED = 15 * MINUTE
"""A claim that its node has not followed for so long is nobody's, whatever is said of the node."""
GRACE = 5 * SECOND
"""So long a due site waits for the node that it prefers."""
SUBMITTING = 10 * SECOND
"""So long a job may be claimed and not yet known to its Scrapyd."""
QUEUED = 5 * MINUTE
"""A job that its Scrapyd has not started after so long is taken back."""
STARTING = 2 * MINUTE
"""So long a job may run before it takes its site's lease."""
ENDING = 15 * SECOND
"""So long a job may run without its site's lease before it is cancelled, and then before it is killed."""
OVERTIME = 2 * MINUTE
"""So long after its longest time a run that has not ended by itself is cancelled, and then killed."""
LATE = 2 * MINUTE
"""So much later than its rule can give a site may be due: it was kept back for a moment."""
CROWDED = MINUTE
"""So long all places may be taken before it is said."""
APART = 30 * SECOND
"""Clocks that differ by more than this do not agree."""
_OURS = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
"""The ids of jobs that a scheduler gave."""


class JobService(Protocol):
    """What a scheduler needs of a Scrapyd."""

    slots: int

    def jobs(self) -> Jobs:
        """Its jobs."""

    def submit(
        self, site: str, job: str, args: Mapping[str, str], settings: Mapping[str, str], *, first: bool = True
    ) -> None:
        """Start a job."""

    def cancel(self, job: str, *, kill: bool = False) -> None:
        """End a job in order, or at once."""

    def log_of(self, site: str, job: str) -> Path:
        """The log file of a job."""


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
        except Exception:
            log.exception("%s cannot be read, the schedule stays as it was", self._path)
        else:
            log.info("%s has changed and is taken up: %s", self._path, self.current)

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except (OSError, ValueError):
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
        wall: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        watch: Watch | None = None,
    ) -> None:
        self._file = file
        self._ops = ops
        self._leases = ops["leases"]
        self._scrapyd = scrapyd
        self._node = node
        self._alive = alive
        self._clock = clock or (lambda: _localtime(ops))
        self._wall = wall
        self._watch = watch or Watch(*(() if clock is None else (lambda: clock().timestamp(),)))
        self._recalled = False
        self._backfills = Backfills(ops["backfills"])
        self._stays = stays
        self._started_at: dt.datetime | None = None
        self._enrolled: Schedule | None = None
        self._sound: dict[str, dt.datetime] = {}
        """Due times of sites that were found right."""
        self._checked_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._orphans: set[str] = set()
        """Jobs of ours that run here without a lease."""
        self._known: dict[str, Document] = {}
        """The leases as they were at the last look."""
        self._is_up = True
        self._crowded: list[str] = []
        """Due sites for which there is no place."""
        self._apart = False

    def tick(self) -> list[str]:
        """Settle what has ended, start what is due; returns the jobs that were started.

        Raises ``PyMongoError`` when MongoDB is away.
        """
        self._file.refresh()
        now = self._look_at_clocks()
        if self._stays:
            self._started_at = self._started_at or now
        settled = self._ops["runs"].update_many(*silent()).modified_count
        if settled:
            log.warning("%d runs had gone silent and are shown as killed", settled)
        jobs = self._jobs(now)
        leases = self._enrol(jobs, now)
        self._free_of_dead_nodes(leases, now)
        if jobs is None:
            self._show_life(now)
            return []
        self._follow(jobs, leases, now)
        self._end_hanging(jobs, leases)
        self._settle_pieces(leases, now)
        started = self._start_due(jobs, now)
        claimed = [doc["job"] for doc in leases.values() if doc["job"]]
        self._watch.keep(leases, jobs.pending, jobs.running, claimed, started, ["places"])
        self._show_life(now)
        return started

    @property
    def is_well(self) -> bool:
        """Did this machine's Scrapyd answer, has it refused no job, and had it a place for what is due?"""
        barred = any(self._watch.has(f"refused {site}") for site in self._file.current.entries)
        return self._is_up and not barred and not self._crowded

    def lose_sight(self) -> None:
        """A look at MongoDB failed: what happened meanwhile is not known."""
        self._watch.lose_sight()

    def _look_at_clocks(self) -> dt.datetime:
        """MongoDB's clock; says once when it was set, or is not that of this node."""
        if not self._recalled:
            node = self._ops["nodes"].find_one({"_id": self._node.name}) or {}
            self._watch.recall(node.get("watch"))
            self._apart = bool(node.get("apart"))
            self._recalled = True
        now = self._clock()
        jump = self._watch.begin(now)
        if abs(jump) > JUMP:
            log.warning(
                "MongoDB's clock was set %s by %s", "back" if jump < 0 * SECOND else "forward", abs(jump)
            )
        apart = now - self._wall()
        if (abs(apart) > APART) != self._apart:
            self._apart = not self._apart
            if self._apart:
                side = "ahead of" if apart > 0 * SECOND else "behind"
                log.warning(
                    "MongoDB's clock is %s %s this node's: set both by NTP; due times are MongoDB's",
                    dt.timedelta(seconds=round(abs(apart).total_seconds())),
                    side,
                )
            else:
                log.info("MongoDB's clock is this node's again")
        return now

    # --- Who is there

    def _jobs(self, now: dt.datetime) -> Jobs | None:
        """The jobs of this machine's Scrapyd; None while it cannot be asked."""
        try:
            jobs = self._scrapyd.jobs()
        except ScrapydError as error:
            if self._is_up:
                others = sorted(self._nodes(now).keys() - {self._node.name})
                then = f"sites due here go to {', '.join(others)}" if others else "no site is started"
                log.error("%s; %s", error, then)
            self._is_up = False
            return None
        if not self._is_up:
            log.info("Scrapyd answers again")
        self._is_up = True
        return jobs

    def _show_life(self, now: dt.datetime) -> None:
        """Say that this node is there, and what it has seen; while its Scrapyd is not, only the latter."""
        fields: Document = {"watch": self._watch.stored(), "apart": self._apart, "waiting": self._crowded}
        if self._is_up:
            fields |= {
                "alive_until": now + self._alive,
                "started_at": self._started_at,
                "can": sorted(self._node.can),
                "slots": self._scrapyd.slots,
            }
        self._ops["nodes"].update_one({"_id": self._node.name}, {"$set": fields}, upsert=True)

    def _nodes(self, now: dt.datetime) -> dict[str, Document]:
        """The nodes that are alive, by name."""
        alive = {"alive_until": {"$gt": now}}
        wanted = {"can": 1, "started_at": 1, "alive_until": 1}
        found = {doc["_id"]: doc for doc in self._ops["nodes"].find(alive, wanted)}
        if self._is_up:  # this one is, also before it could say so
            here = {"can": sorted(self._node.can), "started_at": self._started_at}
            found[self._node.name] = found.get(self._node.name, {}) | here
        return found

    # --- What has become of claimed jobs

    def _free_of_dead_nodes(self, leases: dict[str, Document], now: dt.datetime) -> None:
        """Jobs that ended with their node: a lease that ran out, a claim that nobody will honour."""
        nodes: dict[str, Document] | None = None
        for found in leases.values():
            if not found["job"]:
                continue
            hold = self._watch.age(f"hold {found['job']}", (found["holder"], found["until"]))
            ran_out = hold >= LEASE or (self._watch.is_sure(LEASE) and (found["until"] or now) <= now)
            if found["holder"] and not ran_out:
                continue
            if nodes is None:
                nodes = self._nodes(now)
            node = nodes.get(found["node"])
            started_at = node and node.get("started_at")
            restarted = bool(started_at and started_at > found["claimed_at"])
            if found["holder"]:
                self._free(found, "its run was killed or hangs", made_up=node is None or restarted)
            elif hold > (ALIVE if node is None else ABANDONED):
                self._free(found, f"node {found['node']} is dead", made_up=True)

    def _follow(self, jobs: Jobs, leases: dict[str, Document], now: dt.datetime) -> None:
        """Jobs of this node."""
        for found in leases.values():
            job = found["job"]
            if found["node"] != self._node.name or not job:
                continue
            began = found["claimed_at"]
            if found["holder"]:
                if job in jobs.finished and self._free(found, "its run was killed"):
                    self._hear_last_words(found["_id"], job)
                continue
            waits = self._watch.age(f"waits {job}", (job in jobs.pending, job in jobs.running))
            if job in jobs.finished:
                again_at = now + pause(found["failures"])
                if self._free(found, "it ended before it began, see its log", again_at=again_at):
                    ended = did_not_begin(job, found["_id"], self._node.name, began, now)
                    self._ops["runs"].update_one(*ended, upsert=True)
                    self._hear_last_words(found["_id"], job)
            elif not jobs.knows(job) and waits > SUBMITTING:
                self._free(found, "Scrapyd has lost it", made_up=True)
            elif job in jobs.pending and waits > QUEUED:
                self._cancel(job)
                self._free(found, "Scrapyd did not start it", made_up=True)
            elif job in jobs.running and waits > STARTING:
                self._free(found, "it does not begin", made_up=True)

    def _end_hanging(self, jobs: Jobs, leases: dict[str, Document]) -> None:
        """Jobs that Scrapyd runs for too long, or that run without their site's lease."""
        holders = {doc["job"]: doc for doc in leases.values() if doc["node"] == self._node.name}
        for job in sorted(filter(_OURS.fullmatch, jobs.running)):
            found = holders.get(job)
            runs = self._watch.age(f"runs {job}")
            if found is None:
                if self._watch.age(f"unleased {job}") > ENDING:
                    self._end(job, "runs without its site's lease", ENDING)
            elif found["holder"]:
                entry = self._file.current.entries.get(found["_id"])
                longest = found.get("longest") or (entry.longest.total_seconds() if entry else None)
                if longest and runs > longest * SECOND + OVERTIME:
                    self._end(job, "runs for too long", OVERTIME)

    def _end(self, job: str, why: str, patience: dt.timedelta) -> None:
        """Cancel a job; kill it when it is still there after a while; then name it for somebody to look."""
        stages = {
            "cancelled": "is cancelled",
            "killed": "was cancelled in vain and is killed",
            "named": "cannot be ended even by force: look at its process",
        }
        for name, said in stages.items():
            stage = f"{name} {job}"
            if not self._watch.has(stage):
                log.error("job %s %s; it %s", job, why, said)
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
        self, found: Document, why: str, *, made_up: bool = False, again_at: dt.datetime | None = None
    ) -> bool:
        """Take a job off its site; ``found`` then says so too."""
        change = lease.free(found, made_up=made_up, again_at=again_at)
        if not self._apply(change):
            return False
        job, site = found["job"], found["_id"]
        if found["holder"]:
            self._ops["runs"].update_one(*silent(job))
        if found["backfill"] and made_up:
            self._backfills.lose(found["backfill"], job)
        after = "it is made up now" if made_up else "the next run is at its usual time"
        if again_at:
            after = f"the next run is at {change[1]['$set']['due_at']:%Y-%m-%d %H:%M:%S}"
        log.warning("%s: job %s of node %s: %s; %s", site, job, found["node"], why, after)
        found |= change[1]["$set"]
        return True

    def _hear_last_words(self, site: str, job: str) -> None:
        """Take up what a run left beside its log when it could not write to MongoDB any more."""
        if words := left_behind(self._scrapyd.log_of(site, job)):
            guessed = {"_id": job, "reason": {"$in": list(GUESSED)}}
            self._ops["runs"].update_one(guessed, {"$set": words})

    # --- What is due

    def _enrol(self, jobs: Jobs | None, now: dt.datetime) -> dict[str, Document]:
        """Bring the leases up to the schedule, whatever was changed or removed; returns them by site."""
        schedule = self._file.current
        changed = schedule is not self._enrolled
        if changed or now < self._checked_at:
            self._sound.clear()
        self._checked_at = now
        leases = {doc["_id"]: doc for doc in self._leases.find()}
        claimed = {doc.get("job") for doc in leases.values()}
        self._orphans = {job for job in jobs.running if _OURS.fullmatch(job)} - claimed if jobs else set()
        for name, missing in schedule.entries.items():
            if name not in leases:
                leases[name] = self._enrol_site(missing, now)
        for site, found in leases.items():
            entry = schedule.entries.get(site)
            if lease.lacks(found) and (entry or found.get("job")):
                self._mend(found, self._first_due(entry, now) if entry else now, now)
            if entry:
                self._correct_due(found, entry, now, quietly=changed)
        if changed:
            self._backfills.enrol(schedule.pieces)
        self._enrolled = schedule
        self._known = {site: doc for site, doc in leases.items() if not lease.lacks(doc)}
        return self._known

    def _mend(self, found: Document, due_at: dt.datetime, now: dt.datetime) -> None:
        """Complete a document that somebody, or another version, left incomplete."""
        update = lease.mend(found, due_at, now)
        if "due_at" in update["$set"]:
            log.warning("%s: its document in leases was broken and is mended", found["_id"])
        self._leases.update_one({"_id": found["_id"]}, update)
        found |= update["$set"]

    def _enrol_site(self, entry: Entry, now: dt.datetime) -> Document:
        """Write the document of a site that has none."""
        found = lease.enrol(entry.site, str(entry.rule), self._first_due(entry, now))
        if entry.site in self._known:
            log.warning("%s: its document in leases was removed and is written anew", entry.site)
        try:
            self._leases.insert_one(dict(found))
        except DuplicateKeyError:  # another node, or the run itself, was quicker
            return self._leases.find_one({"_id": entry.site}) or found
        return found

    def _first_due(self, entry: Entry, now: dt.datetime) -> dt.datetime:
        """When a site is due that has no document.

        A new one soon, but many not at one moment; one whose document was removed when it would have been,
        but not before a run of it that goes on had the time to write the document itself.
        """
        if known := self._known.get(entry.site):
            due_at: dt.datetime = known["due_at"]
            if known["job"] and not known["holder"]:
                due_at = known["served"] or due_at
            return max(due_at, now + LEASE)
        last = self._ops["runs"].find_one(
            {"site": entry.site, "scheduled": True}, {"started_at": 1}, sort=[("started_at", -1)]
        )
        if last and isinstance(last.get("started_at"), dt.datetime):
            return max(entry.rule.after(last["started_at"]), now + LEASE)
        if self._orphans:  # a run that has no lease: it is not new, everything was removed
            return max(entry.rule.after(now), now + LEASE)
        if isinstance(entry.rule, Every):
            return now + MINUTE * (entry.rank / len(self._file.current.entries))
        return entry.rule.after(now)

    def _correct_due(self, found: Document, entry: Entry, now: dt.datetime, *, quietly: bool) -> None:
        """Give a site a due time that its rule can give; what is overdue stays so."""
        site, rule, due_at = entry.site, str(entry.rule), found["due_at"]
        if found["rule"] != rule:
            corrected = due_at if due_at <= now else entry.rule.after(now)
        elif due_at <= now + LATE or self._sound.get(site) == due_at:
            return
        else:
            corrected = entry.rule.after(now)
            if due_at <= corrected:
                self._sound[site] = due_at
                return
            if not quietly:
                log.warning(
                    "%s was due at %s, later than %r can give: it is due at %s",
                    site, f"{due_at:%Y-%m-%d %H:%M:%S}", rule, f"{corrected:%Y-%m-%d %H:%M:%S}",
                )  # fmt: skip
        change = {"rule": rule, "due_at": corrected}
        if self._apply(({"_id": site, "rule": found["rule"], "due_at": due_at}, {"$set": change})):
            found |= change

    def _start_due(self, jobs: Jobs, now: dt.datetime) -> list[str]:
        """Start what is due, as far as there are places."""
        room = self._scrapyd.slots - len(jobs.pending) - len(jobs.running)
        started: list[str] = []
        waiting: list[str] = []
        for found, piece in self._due(now):
            if len(started) < room:
                if job := self._start(found, piece, now):
                    started.append(job)
            elif piece is None:
                waiting.append(found["_id"])
            else:
                break
        self._say_crowded(jobs, waiting if room <= 0 else [])
        return started

    def _say_crowded(self, jobs: Jobs, waiting: list[str]) -> None:
        """Say once when nothing can be started, since all places of this node are taken."""
        self._crowded = waiting
        if not waiting:
            self._watch.forget(["crowded places", "said places"])
            return
        crowded = self._watch.age("crowded places")
        if self._watch.has("said places") or (self._stays and crowded < CROWDED):
            return
        self._watch.age("said places")
        sites = {doc["job"]: site for site, doc in self._known.items()}
        ages = {job: self._watch.age(f"runs {job}") // SECOND * SECOND for job in sorted(jobs.running)}
        taken = [f"{sites.get(job, 'no site')} (job {job}, for {age})" for job, age in ages.items()]
        log.warning(
            "all %d places of this node are taken, %d sites wait (%s): %s",
            self._scrapyd.slots, len(waiting), ", ".join(waiting), "; ".join(taken) or "jobs that wait",
        )  # fmt: skip

    def _due(self, now: dt.datetime) -> Iterator[tuple[Document, Piece | None]]:
        """What this node may start now: due sites, the most overdue first, then pieces of backfills."""
        entries = self._file.current.entries
        free = {"job": None, "_id": {"$in": list(entries)}}
        nodes = self._nodes(now)
        for found in self._leases.find(free | {"due_at": {"$lte": now}}).sort([("due_at", 1), ("_id", 1)]):
            if self._is_ours(entries[found["_id"]], nodes, late=now - found["due_at"] > GRACE):
                yield found, None
        mine = {"node": self._node.name, "backfill": {"$ne": None}}
        # Backfills are long: half of the slots stay for what is due.
        most = max(1, self._scrapyd.slots // 2)
        if not self._file.current.pieces or self._leases.count_documents(mine) >= most:
            return
        pieces = self._backfills.startable(self._file.current, now)
        for found in self._leases.find({"job": None, "_id": {"$in": list(pieces)}, "due_at": {"$gt": now}}):
            if self._is_ours(entries[found["_id"]], nodes, late=True):
                yield found, pieces[found["_id"]]
                return  # one at a time

    def _is_ours(self, entry: Entry, nodes: Mapping[str, Document], *, late: bool) -> bool:
        """Can this node crawl the site, and is it the node's turn?"""
        refused = f"refused {entry.site}"
        if self._watch.has(refused) and self._watch.age(refused) >= MINUTE:
            self._watch.forget([refused])
        if not entry.needs <= self._node.can or self._watch.has(refused):
            return False
        able = [name for name, doc in nodes.items() if entry.needs <= set(doc.get("can") or ())]
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
            longest=entry.longest,
            backfill=piece.id if piece else None,
        )
        if not self._apply(claimed):
            return None
        if piece:
            self._backfills.start(piece.id, job)
        try:
            args, settings = entry.arguments(piece), entry.job_settings(piece)
            self._scrapyd.submit(entry.site, job, args, settings, first=piece is None)
        except ScrapydError as error:
            log.error("%s could not be started here: %s", entry.site, error)
            self._watch.age(f"refused {entry.site}")
            self._apply(lease.free(found | claimed[1]["$set"], made_up=True))
            if piece:
                self._backfills.lose(piece.id, job)
            return None
        why = f"{piece.since} to {piece.until}" if piece else f"due at {found['due_at']:%H:%M:%S}"
        log.info("%s: job %s, %s", entry.site, job, why)
        return job

    def _settle_pieces(self, leases: Mapping[str, Document], now: dt.datetime) -> None:
        """Pieces of backfills whose job has ended."""
        if self._file.current.pieces:
            runs = self._ops["runs"]
            self._backfills.settle(leases, lambda job: runs.find_one({"_id": job}), now)

    def _apply(self, change: Change) -> bool:
        return self._leases.update_one(*change).matched_count == 1


def _localtime(ops: Database[Any]) -> dt.datetime:
    now: dt.datetime = ops.client.admin.command("hello")["localTime"]
    return now.replace(tzinfo=dt.UTC)
