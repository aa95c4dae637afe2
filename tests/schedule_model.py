"""A model of several nodes that share a real MongoDB, with a simulated clock and simulated Scrapyds.

Its crawls hold their leases with the project's own code; a crawl is active while it may download.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo.errors import AutoReconnect, PyMongoError

from newscrawl.schedule.lease import Lease
from newscrawl.schedule.mistakes import ScheduleError
from newscrawl.schedule.node import Jobs, Node, ScrapydError
from newscrawl.schedule.scheduler import ScheduleFile, Scheduler
from newscrawl.schedule.watch import Watch
from newscrawl.sites import Feed, Site
from tests.conftest import Database

START = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
BEAT = 15
SITE = Site(
    name="صحيفة التجربة", domain="anfas.ma", timezone="Africa/Casablanca", article=r"\d+$", discover=[Feed()]
)


class Fragile:
    """A database whose MongoDB may be away, at once or after some commands."""

    def __init__(self, world: "World", found: Any) -> None:
        self._world, self._found = world, found

    def __getitem__(self, name: str) -> "Fragile":
        return Fragile(self._world, self._found[name])

    def __getattr__(self, name: str) -> Any:
        self._world.ask()
        return getattr(self._found, name)


class Leases:
    """The leases for the asynchronous code of a crawl; no call waits."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.database = self
        self.client = self
        self.admin = self

    async def command(self, _: str) -> dict[str, Any]:
        self._world.ask()
        return {"localTime": self._world.now}

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **kwargs: Any) -> Any:
            return getattr(self._world.ops["leases"], name)(*args, **kwargs)

        return call


def at_once(coroutine: Any) -> Any:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


@dataclass
class Run:
    """One crawl that got the lease."""

    site: str
    node: str
    job: str
    args: Mapping[str, str]
    began: dt.datetime
    takes: int
    lease: Lease = field(repr=False)
    began_at: float = 0.0
    ended: dt.datetime | None = None
    outcome: str = "killed"
    hangs: bool = False

    @property
    def is_active(self) -> bool:
        """May the crawl download now?"""
        return self.ended is None and not self.hangs and self.lease.is_safe


@dataclass
class World:
    """The time, the runs, and the machines."""

    database: Database
    folder: Path
    seconds: float = 0.0
    """The time of a monotonic clock."""
    skew: dt.timedelta = dt.timedelta()
    """How far MongoDB's clock was set forward."""
    is_away: bool = False
    """Is MongoDB away?"""
    fuse: int | None = None
    """Number of commands after which MongoDB goes away."""
    runs: list[Run] = field(default_factory=list)
    machines: list["Machine"] = field(default_factory=list)
    outcome: Callable[[Run], str] = lambda run: "ok"
    """The outcome of a run."""
    stores: Callable[[Run], int] = lambda run: 0
    """Number of new articles that a run stores."""
    _open: list[Run] = field(default_factory=list)
    """The runs that had not ended at the last check, and the number of all runs then."""
    _looked: int = 0

    @property
    def now(self) -> dt.datetime:
        """The time of MongoDB's clock."""
        return START + self.seconds * SECOND + self.skew

    @property
    def ops(self) -> Any:
        return Fragile(self, self.database.ops)

    @property
    def file(self) -> Path:
        return self.folder / "schedule.toml"

    def ask(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise AutoReconnect("cut off")
        if self.is_away:
            raise AutoReconnect("away")

    def machine(self, name: str, *, can: tuple[str, ...] = (), slots: int = 40, every: int = 1) -> "Machine":
        machine = Machine(self, Node(name, frozenset(can)), slots, every)
        self.machines.append(machine)
        return machine

    def write(self, text: str) -> None:
        self.file.write_text(text, "utf-8")

    def go_on(self, seconds: int, disturb: Callable[[], None] | None = None, step: int = 1) -> None:
        """Let seconds pass."""
        for _ in range(seconds // step):
            self.seconds += step
            for machine in self.machines:
                machine.pass_second()
            assert not self.overlaps()
            if disturb:
                disturb()

    def go_off(self, seconds: int) -> None:
        """Let seconds pass in which no machine does anything."""
        self.seconds += seconds

    def overlaps(self) -> list[str]:
        """Sites that two runs are crawling now."""
        self._looked = min(self._looked, len(self.runs))  # a test may forget the runs so far
        self._open = [run for run in (*self._open, *self.runs[self._looked :]) if run.ended is None]
        self._looked = len(self.runs)
        active = Counter(run.site for run in self._open if run.is_active)
        return sorted(site for site, count in active.items() if count > 1)


class Machine:
    """A node: a scheduler, and a simulated Scrapyd whose jobs take a number of seconds."""

    def __init__(self, world: World, node: Node, slots: int, every: int) -> None:
        self.world, self.node, self.slots, self._every = world, node, slots, every
        self.takes = 20
        self.refuses = False
        self.breaks = False
        """Do its jobs end before they begin?"""
        self.ignores_cancel = False
        self.is_alive = True
        self.boots = 0
        self.pending: dict[str, tuple[str, Mapping[str, str]]] = {}
        self.running: dict[str, Run | None] = {}
        self.finished: set[str] = set()
        self.cancelled: list[tuple[str, bool]] = []
        self.boot()

    def boot(self) -> None:
        """Start the scheduler again. A schedule file that cannot be used ends it until the next start."""
        self.is_alive = True
        world = self.world
        self.is_ticking = False
        try:
            file = ScheduleFile(world.file, {f"s{n:02}": SITE for n in range(60)})
        except ScheduleError:
            return
        self.is_ticking = True
        self.watch = Watch(lambda: world.seconds, f"{self.node.name} {self.boots}")
        self.scheduler = Scheduler(
            file,
            world.ops,
            self,
            self.node,
            clock=self._clock,
            wall=lambda: START + world.seconds * SECOND,
            watch=self.watch,
        )

    def _clock(self) -> dt.datetime:
        self.world.ask()
        return self.world.now

    def die(self) -> None:
        """Kill the whole machine, with its crawls."""
        self.is_alive = False
        self.boots += 1
        for run in self.running.values():
            if run:
                run.ended = self.world.now
        self.running.clear()

    def pass_second(self) -> None:
        if not self.is_alive:
            return
        for job, run in list(self.running.items()):
            if run is None:
                self._begin(job)
            elif not run.hangs:
                self._crawl(run)
        for job in list(self.pending):
            if len(self.running) < self.slots:
                self.running[job] = None
                self._begin(job)
        if int(self.world.seconds) % self._every == 0:
            self.tick()

    def tick(self) -> None:
        if not self.is_ticking:
            self.boot()
            return
        try:
            self.scheduler.tick()
        except PyMongoError:
            self.scheduler.lose_sight()

    def _begin(self, job: str) -> None:
        """Let the process of a job take its lease, as soon as MongoDB answers."""
        world = self.world
        site, args = self.pending[job]
        if self.breaks:
            self._leave(job)
            return
        held = Lease(Leases(world), site, job, clock=lambda: world.seconds)  # type: ignore[arg-type]
        try:
            taken = at_once(held.take())
        except PyMongoError:
            return
        if not taken:
            self._leave(job)
            return
        run = Run(site, self.node.name, job, args, world.now, self.takes, held, world.seconds)
        self.pending.pop(job)
        self.running[job] = run
        world.runs.append(run)
        self._record(run, outcome=None, site=site, scheduled=True, started_at=world.now)

    def _crawl(self, run: Run) -> None:
        world = self.world
        age = int(world.seconds - run.began_at)
        try:
            if age >= run.takes:
                run.outcome = world.outcome(run)
                self._record(run, outcome=run.outcome, counts={"new": world.stores(run)})
                at_once(run.lease.release())
                self.end(run.job)
            elif age % BEAT == 0 and not at_once(run.lease.renew()):
                run.outcome = "partial"
                self._record(run, outcome="partial", reason="lease_lost")
                self.end(run.job)
        except PyMongoError:
            return

    def _record(self, run: Run, **fields: Any) -> None:
        fields |= {"heartbeat_at": dt.datetime.now(dt.UTC) + 50 * SECOND}  # by the real clock of MongoDB
        self.world.ops["runs"].update_one({"_id": run.job}, {"$set": fields}, upsert=True)

    def _leave(self, job: str) -> None:
        self.pending.pop(job)
        self.running.pop(job, None)
        self.finished.add(job)

    def end(self, job: str) -> None:
        """End the process of a crawl."""
        run = self.running.pop(job)
        self.pending.pop(job, None)
        if run:
            run.ended = self.world.now
        self.finished.add(job)

    # --- The interface of a Scrapyd

    def jobs(self) -> Jobs:
        if self.refuses:
            raise ScrapydError("Scrapyd does not answer")
        waiting = self.pending.keys() - self.running.keys()
        return Jobs(frozenset(waiting), frozenset(self.running), frozenset(self.finished))

    def submit(
        self, site: str, job: str, args: Mapping[str, str], settings: Mapping[str, str], *, first: bool = True
    ) -> None:
        if self.refuses:
            raise ScrapydError("Scrapyd does not answer")
        assert settings["SCHEDULED"] == "True"
        self.pending[job] = (args.get("slug", site), args)

    def log_of(self, site: str, job: str) -> Path:
        return self.world.folder / f"{job}.log"

    def cancel(self, job: str, *, kill: bool = False) -> None:
        if self.refuses:
            raise ScrapydError("Scrapyd does not answer")
        self.cancelled.append((job, kill))
        run = self.running.get(job)
        if job in self.pending and job not in self.running:
            self._leave(job)
        elif job in self.running and kill:
            self.end(job)
        elif run and not run.hangs and not self.ignores_cancel:
            run.outcome = "partial"
            self._record(run, outcome="partial", reason="shutdown")
            at_once(run.lease.release())
            self.end(job)


def sites(count: int, rule: str = 'every = "1m"') -> str:
    return "\n".join(f"[sites.s{n:02}]\n{rule}" for n in range(count))
