"""The scheduler of one node: claims due sites, submits their jobs to Scrapyd, and follows the jobs to their
end.

Schedulers on several machines communicate only through ``<database>_ops``: ``leases`` (when each site is due,
and who may crawl it), ``nodes`` (which nodes are alive), ``backfills`` (finished pieces) and ``runs``. Due
times are on MongoDB's clock; durations are measured by the :class:`~newscrawl.schedule.watch.Watch` of each
node. A scheduler keeps no state of its own: it can be killed and restarted at any moment.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pymongo.database import Database

from newscrawl.schedule import intervals, lease
from newscrawl.schedule.backfills import Backfills
from newscrawl.schedule.due import DueTimes
from newscrawl.schedule.ends import silent
from newscrawl.schedule.file import Piece, Schedule, ScheduledSite, load_schedule
from newscrawl.schedule.follow import Follower, JobService, of_schedules
from newscrawl.schedule.lease import Document
from newscrawl.schedule.mistakes import ScheduleError
from newscrawl.schedule.node import Jobs, Node, ScrapydError
from newscrawl.schedule.times import MINUTE, SECOND, Adaptive, in_force, preferred
from newscrawl.schedule.watch import JUMP, Watch
from newscrawl.sites import Site
from newscrawl.timings import ALIVE, SILENCE

log = logging.getLogger(__name__)

GRACE = 5 * SECOND
"""How long a due site waits for its preferred node."""
CROWDED = MINUTE
"""How long all slots may be in use before a warning."""
APART = 30 * SECOND
"""How far two clocks may differ without a warning."""
LOOKING = 5 * SECOND
"""Time between searches for runs without a heartbeat."""


class ScheduleFile:
    """The schedule in a file, reloaded when the file changes; a file with mistakes is ignored."""

    def __init__(self, path: Path, sites: Mapping[str, Site]) -> None:
        self._path, self._sites = path, sites
        self._stamp = self._look()
        self.current: Schedule = load_schedule(path, sites)
        """The schedule in force. The constructor raises ``ScheduleError`` for a file with mistakes."""

    def refresh(self) -> None:
        """Reload the file if it has changed."""
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self.current = load_schedule(self._path, self._sites)
        except ScheduleError as error:
            log.error("%s has mistakes, so the previous schedule stays in force:\n%s", self._path, error)
        except Exception:
            log.exception("%s cannot be read, so the previous schedule stays in force", self._path)
        else:
            log.info("%s has changed, the new schedule is in force: %s", self._path, self.current)

    def _look(self) -> tuple[int, int, int] | None:
        try:
            stat = self._path.stat()
        except (OSError, ValueError):
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino


class Clocks:
    """Logs once when MongoDB's clock is adjusted, and when it differs from this node's."""

    def __init__(self, wall: Callable[[], dt.datetime]) -> None:
        self._wall = wall
        self.apart = False
        """Did they differ at the last comparison?"""

    def compare(self, now: dt.datetime, jump: dt.timedelta) -> None:
        """Compare the clocks: ``now`` is MongoDB's time, ``jump`` its adjustment since the last tick."""
        if abs(jump) > JUMP:
            way = "back" if jump < 0 * SECOND else "forward"
            log.warning("MongoDB's clock was set %s by %s", way, abs(jump))
        ahead = now - self._wall()
        if (abs(ahead) > APART) == self.apart:
            return
        self.apart = not self.apart
        if self.apart:
            log.warning(
                "MongoDB's clock is %s %s this node's: synchronize both by NTP; due times follow MongoDB's",
                dt.timedelta(seconds=round(abs(ahead).total_seconds())),
                "ahead of" if ahead > 0 * SECOND else "behind",
            )
        else:
            log.info("MongoDB's clock and this node's agree again")


class Scheduler:
    """Starts due sites on one node; call :meth:`tick` once a second, or once a minute from cron."""

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
        self._clocks = Clocks(wall)
        self._watch = watch or Watch(*(() if clock is None else (lambda: clock().timestamp(),)))
        self._recalled = False
        self._backfills = Backfills(ops["backfills"])
        self._stays = stays
        self._started_at: dt.datetime | None = None
        self._due_times = DueTimes(ops)
        self._follower = Follower(ops, scrapyd, node.name, self._watch, self._backfills)
        self._enrolled: Schedule | None = None
        self._nodes: dict[str, Document] = {}
        """The nodes that are alive, by name."""
        self._is_up = True
        self._crowded: list[str] = []
        """Due sites for which no slot is free."""

    def tick(self) -> list[str]:
        """Settle ended jobs and start due sites; return the jobs that were started.

        Raises ``PyMongoError`` when MongoDB is unavailable.
        """
        self._file.refresh()
        now = self._look_at_clocks()
        if self._stays:
            self._started_at = self._started_at or now
        self._settle_silent()
        self._nodes = self._alive_nodes(now)
        jobs = self._jobs()
        schedule = self._file.current
        leases = self._due_times.enrol(schedule, set(of_schedules(jobs)) if jobs else set(), now)
        self._follower.free_of_dead_nodes(leases, self._nodes, now)
        started: list[str] = []
        if jobs is not None:
            self._follower.follow(jobs, leases, self._file.current.entries, now)
            self._follower.end_hanging(jobs, leases, schedule.entries)
            self._follow_pieces(leases, now)
            started = self._start_due(jobs, leases, now)
            claimed = [doc["job"] for doc in leases.values() if doc["job"]]
            self._watch.keep(leases, jobs.pending, jobs.running, claimed, ["places"])
        self._show_life(now)
        return started

    def _settle_silent(self) -> None:
        """Mark runs without a heartbeat as killed, every few seconds."""
        look = "look places"
        if self._watch.has(look) and self._watch.age(look) < LOOKING:
            return
        self._watch.forget([look])
        self._watch.age(look)
        if settled := self._ops["runs"].update_many(*silent()).modified_count:
            log.warning(
                "%d runs have sent no heartbeat for %g s and are marked as killed",
                settled, SILENCE.total_seconds(),
            )  # fmt: skip

    @property
    def is_well(self) -> bool:
        """Does this machine's Scrapyd answer and accept all jobs, with a slot for each due site?"""
        barred = any(self._watch.has(f"refused {site}") for site in self._file.current.entries)
        return self._is_up and not barred and not self._crowded

    def lose_sight(self) -> None:
        """Restart all measurements of time: a tick failed, and what happened in the meantime is unknown."""
        self._watch.lose_sight()

    def _look_at_clocks(self) -> dt.datetime:
        """MongoDB's time, compared with this node's clock and its earlier observations."""
        if not self._recalled:
            node = self._ops["nodes"].find_one({"_id": self._node.name}) or {}
            self._watch.recall(node.get("watch"))
            self._clocks.apart = bool(node.get("apart"))
            self._recalled = True
        now = self._clock()
        self._clocks.compare(now, self._watch.begin(now))
        return now

    # --- Nodes

    def _jobs(self) -> Jobs | None:
        """The jobs of this machine's Scrapyd; None while it does not answer."""
        try:
            jobs = self._scrapyd.jobs()
        except ScrapydError as error:
            if self._is_up:
                others = sorted(self._nodes.keys() - {self._node.name})
                then = (
                    f"due sites are started on {', '.join(others)}"
                    if others
                    else "no site is started until it answers"
                )
                log.error("%s; %s", error, then)
            self._is_up = False
            return None
        if not self._is_up:
            log.info("Scrapyd answers again")
        self._is_up = True
        return jobs

    def _show_life(self, now: dt.datetime) -> None:
        """Store this node's observations and, while its Scrapyd answers, its heartbeat."""
        fields: Document = {
            "watch": self._watch.stored(),
            "apart": self._clocks.apart,
            "waiting": self._crowded,
        }
        if self._is_up:
            fields |= {
                "alive_until": now + self._alive,
                "started_at": self._started_at,
                "can": sorted(self._node.can),
                "slots": self._scrapyd.slots,
            }
        self._ops["nodes"].update_one({"_id": self._node.name}, {"$set": fields}, upsert=True)

    def _alive_nodes(self, now: dt.datetime) -> dict[str, Document]:
        wanted = {"can": 1, "started_at": 1}
        alive = {doc["_id"]: doc for doc in self._ops["nodes"].find({"alive_until": {"$gt": now}}, wanted)}
        if self._is_up:  # this node is alive even before its first heartbeat
            here = {"can": sorted(self._node.can), "started_at": self._started_at}
            alive[self._node.name] = alive.get(self._node.name, {}) | here
        return alive

    # --- What is due

    def _start_due(self, jobs: Jobs, leases: Mapping[str, Document], now: dt.datetime) -> list[str]:
        """Start due sites while slots are free."""
        room = self._scrapyd.slots - len(jobs.pending) - len(jobs.running)
        started: list[str] = []
        waiting: list[str] = []
        for doc, piece in self._due(leases, now):
            if len(started) < room:
                if job := self._start(doc, piece, now):
                    started.append(job)
            elif piece is None:
                waiting.append(doc["_id"])
            else:
                break
        self._say_crowded(jobs, leases, waiting if room <= 0 else [])
        return started

    def _say_crowded(self, jobs: Jobs, leases: Mapping[str, Document], waiting: list[str]) -> None:
        """Warn once if due sites wait because all slots of this node are in use."""
        self._crowded = waiting
        if not waiting:
            self._watch.forget(["crowded places", "said places"])
            return
        crowded = self._watch.age("crowded places")
        if self._watch.has("said places") or (self._stays and crowded < CROWDED):
            return
        self._watch.age("said places")
        sites = {doc["job"]: site for site, doc in leases.items()}
        ages = {job: self._watch.age(f"runs {job}") // SECOND * SECOND for job in sorted(jobs.running)}
        taken = [f"{sites.get(job, 'no site')} (job {job}, for {age})" for job, age in ages.items()]
        log.warning(
            "no slot of this node is free (of %d); sites that wait: %d (%s); running: %s",
            self._scrapyd.slots, len(waiting), ", ".join(waiting), "; ".join(taken) or "only queued jobs",
        )  # fmt: skip

    def _due(
        self, leases: Mapping[str, Document], now: dt.datetime
    ) -> Iterator[tuple[Document, Piece | None]]:
        """The sites that this node may start now: due sites, the most overdue first, then a backfill."""
        entries = self._file.current.entries
        free = [doc for site, doc in leases.items() if site in entries and not doc["job"]]
        for doc in sorted(free, key=lambda doc: (doc["due_at"], doc["_id"])):
            late = now - doc["due_at"]
            if late >= 0 * SECOND and self._is_ours(entries[doc["_id"]], late=late > GRACE):
                yield doc, None
        filling = [doc for doc in leases.values() if doc["node"] == self._node.name and doc["backfill"]]
        # Backfills take long, so half of the slots stay free for due sites.
        if not self._file.current.pieces or len(filling) >= max(1, self._scrapyd.slots // 2):
            return
        pieces = self._backfills.startable(self._file.current, now)
        for doc in free:
            piece = pieces.get(doc["_id"])
            if (
                piece
                and not doc["job"]
                and doc["due_at"] > now
                and self._is_ours(entries[doc["_id"]], late=True)
            ):
                yield doc, piece
                return  # one at a time

    def _is_ours(self, entry: ScheduledSite, *, late: bool) -> bool:
        """Can this node crawl the site, and is it the node's turn?"""
        refused = f"refused {entry.site}"
        if self._watch.has(refused) and self._watch.age(refused) >= MINUTE:
            self._watch.forget([refused])
        if not entry.needs <= self._node.can or self._watch.has(refused):
            return False
        able = [name for name, doc in self._nodes.items() if entry.needs <= set(doc.get("can") or ())]
        return late or preferred(entry.rank, able) == self._node.name

    def _start(self, doc: Document, piece: Piece | None, now: dt.datetime) -> str | None:
        """Claim a site and submit its job; None if another node has claimed it or Scrapyd refuses."""
        entry = self._file.current.entries[doc["_id"]]
        job = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        adapted: Document = {}
        if isinstance(entry.rule, Adaptive) and not piece:
            adapted = intervals.adapted(self._ops["runs"], doc, entry.rule.bounds, now)
        rule = in_force(entry.rule, (doc | adapted).get("interval"))
        claimed = lease.claim(
            doc,
            job=job,
            node=self._node.name,
            now=now,
            next_due=None if piece else rule.after(now),
            longest=entry.longest,
            backfill=piece.id if piece else None,
            adapted=adapted,
        )
        if not self._leases.update_one(*claimed).matched_count:
            return None
        doc |= claimed[1]["$set"]
        if piece:
            self._backfills.start(piece.id, job)
        try:
            args, settings = entry.arguments(piece), entry.job_settings(piece)
            self._scrapyd.submit(entry.spider, job, args, settings, first=piece is None)
        except ScrapydError as error:
            log.error("%s could not be started here: %s", entry.site, error)
            self._watch.age(f"refused {entry.site}")
            freed = lease.free(doc, due_again=True)
            self._leases.update_one(*freed)
            doc |= freed[1]["$set"]
            if piece:
                self._backfills.lose(piece.id, job)
            return None
        why = f"{piece.since} to {piece.until}" if piece else f"due at {doc['served']:%H:%M:%S}"
        log.info("%s: job %s, %s", entry.site, job, why)
        return job

    def _follow_pieces(self, leases: Mapping[str, Document], now: dt.datetime) -> None:
        """Store the pieces of a new schedule, and record the outcome of pieces whose job has ended."""
        schedule = self._file.current
        if schedule is not self._enrolled:
            self._backfills.enrol(schedule.pieces)
            self._enrolled = schedule
        if schedule.pieces:
            runs = self._ops["runs"]
            self._backfills.settle(leases, lambda job: runs.find_one({"_id": job}), now)


def _localtime(ops: Database[Any]) -> dt.datetime:
    now: dt.datetime = ops.client.admin.command("hello")["localTime"]
    return now.replace(tzinfo=dt.UTC)
