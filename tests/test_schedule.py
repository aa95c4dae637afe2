"""Several schedulers that share a MongoDB, by a clock of their own and on Scrapyds that only keep time."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from newscrawl.schedule import lease
from newscrawl.schedule.node import Jobs, Node, ScrapydError
from newscrawl.schedule.scheduler import ScheduleFile, Scheduler
from newscrawl.schedule.watch import Watch
from newscrawl.sites import Feed, Site
from tests.conftest import Database, scrapy
from tests.trials import size

START = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
SITE = Site(
    name="صحيفة التجربة", domain="anfas.ma", timezone="Africa/Casablanca", article=r"\d+$", discover=[Feed()]
)


@dataclass
class Run:
    """One crawl that the lease let through."""

    site: str
    node: str
    job: str
    args: Mapping[str, str]
    began: dt.datetime
    ended: dt.datetime | None = None


@dataclass
class World:
    """Time, the runs in it, and the machines."""

    database: Database
    folder: Path
    now: dt.datetime = START
    """By MongoDB's clock."""
    seconds: float = 0.0
    """By a clock that nobody sets."""
    runs: list[Run] = field(default_factory=list)
    machines: list["Machine"] = field(default_factory=list)

    def machine(self, name: str, *, can: tuple[str, ...] = (), slots: int = 40, every: int = 1) -> "Machine":
        machine = Machine(self, Node(name, frozenset(can)), slots, every)
        self.machines.append(machine)
        return machine

    def write(self, text: str) -> None:
        self.file.write_text(text, "utf-8")

    @property
    def file(self) -> Path:
        return self.folder / "schedule.toml"

    def go_on(self, seconds: int, disturb: Callable[[], None] | None = None) -> None:
        """Let seconds pass."""
        for _ in range(seconds):
            self.now += SECOND
            self.seconds += 1
            for machine in self.machines:
                machine.second()
            if disturb:
                disturb()

    def go_off(self, seconds: int) -> None:
        """Let seconds pass in which nobody does anything."""
        self.now += seconds * SECOND
        self.seconds += seconds

    def overlaps(self) -> list[str]:
        """Sites that two runs crawled at once."""
        found = []
        for site in {run.site for run in self.runs}:
            spans = sorted((run.began, run.ended or self.now) for run in self.runs if run.site == site)
            found += [site for (_, end), (begin, _) in pairwise(spans) if begin < end]
        return found


class Machine:
    """A node: a scheduler, and a Scrapyd whose jobs take a number of seconds."""

    def __init__(self, world: World, node: Node, slots: int, every: int) -> None:
        self.world, self.node, self.slots, self._every = world, node, slots, every
        self.takes = 20
        self.refuses = False
        self.is_alive = True
        self.boots = 0
        self._pending: dict[str, tuple[str, Mapping[str, str]]] = {}
        self._running: dict[str, Run] = {}
        self._finished: set[str] = set()
        self.boot()

    def boot(self) -> None:
        """Start the scheduler anew."""
        self.is_alive = True
        file = ScheduleFile(self.world.file, {f"s{n:02}": SITE for n in range(60)})
        ops = self.world.database.ops
        self.scheduler = Scheduler(
            file,
            ops,
            self,
            self.node,
            clock=lambda: self.world.now,
            wall=lambda: self.world.now,
            watch=Watch(lambda: self.world.seconds, f"{self.node.name} {self.boots}"),
        )

    def die(self) -> None:
        """The whole machine, with its crawls."""
        self.is_alive = False
        self.boots += 1
        for run in self._running.values():
            run.ended = self.world.now
        self._running.clear()

    def second(self) -> None:
        if not self.is_alive:
            return
        leases = self.world.database.ops["leases"]
        now = self.world.now
        for job, run in list(self._running.items()):
            if now - run.began >= SECOND * self.takes:
                leases.update_one(*lease.release(run.site, job, self.node.name))
                self.end(job)
            elif (now - run.began).seconds % 15 == 0:
                assert leases.update_one(*lease.renew(run.site, job, self.node.name, now)).matched_count
        for job, (site, args) in list(self._pending.items()):
            if len(self._running) < self.slots:
                del self._pending[job]
                if leases.update_one(*lease.take(site, job, self.node.name, now)).matched_count:
                    self._running[job] = Run(site, self.node.name, job, args, now)
                    self.world.runs.append(self._running[job])
                    self.world.database.ops["runs"].insert_one({"_id": job, "outcome": "ok"})
                else:
                    self._finished.add(job)
        if int(now.timestamp()) % self._every == 0:
            self.scheduler.tick()

    def end(self, job: str) -> None:
        """A crawl's process ends."""
        self._running.pop(job).ended = self.world.now
        self._finished.add(job)

    # --- What a scheduler asks of a Scrapyd

    def jobs(self) -> Jobs:
        if self.refuses:
            raise ScrapydError("Scrapyd does not answer")
        return Jobs(frozenset(self._pending), frozenset(self._running), frozenset(self._finished))

    def submit(
        self, site: str, job: str, args: Mapping[str, str], settings: Mapping[str, str], *, first: bool = True
    ) -> None:
        assert settings["SCHEDULED"] == "True"
        self._pending[job] = (site, args)

    def log_of(self, site: str, job: str) -> Path:
        return self.world.folder / f"{job}.log"

    def cancel(self, job: str, *, kill: bool = False) -> None:
        self._pending.pop(job, None)
        if job in self._running:
            run = self._running[job]
            self.world.database.ops["leases"].update_one(*lease.release(run.site, job, self.node.name))
            self.end(job)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    world = World(database, tmp_path)
    world.write(sites(6))
    return world


def sites(count: int, rule: str = 'every = "1m"') -> str:
    return "\n".join(f"[sites.s{n:02}]\n{rule}" for n in range(count))


class TestOneMachine:
    def test_every_site_runs_once_in_each_interval(self, world: World) -> None:
        world.machine("a")
        world.go_on(65)
        world.runs.clear()
        world.go_on(180)
        assert Counter(run.site for run in world.runs) == {f"s{n:02}": 3 for n in range(6)}

    def test_what_was_missed_is_made_up_once(self, world: World) -> None:
        machine = world.machine("a")
        world.write(sites(3, 'every = "1h"'))
        machine.boot()
        world.go_on(65)
        machine.die()
        world.go_on(1)
        world.runs.clear()
        world.go_off(7 * 3600)
        machine.boot()
        world.go_on(70)
        assert Counter(run.site for run in world.runs) == {"s00": 1, "s01": 1, "s02": 1}

    def test_a_restart_of_the_scheduler_loses_and_repeats_nothing(self, world: World) -> None:
        machine = world.machine("a")
        chance = random.Random(1445)
        world.go_on(65)
        world.runs.clear()
        world.go_on(180, lambda: machine.boot() if chance.random() < 0.3 else None)
        assert Counter(run.site for run in world.runs) == {f"s{n:02}": 3 for n in range(6)}

    def test_a_run_longer_than_its_interval_is_not_doubled(self, world: World) -> None:
        world.machine("a").takes = 100
        world.go_on(350)
        assert world.overlaps() == []
        assert {run.site for run in world.runs} == {f"s{n:02}" for n in range(6)}

    def test_a_changed_file_is_taken_up_and_a_broken_one_is_not(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        world.machine("a")
        world.go_on(65)
        world.write(sites(2) + "\n[sites.s50]\nevery = '1m'")
        world.runs.clear()
        world.go_on(120)
        assert {run.site for run in world.runs} == {"s00", "s01", "s50"}
        world.write("[sites.s01]\nevery = 'often'")
        world.runs.clear()
        world.go_on(120)
        assert {run.site for run in world.runs} == {"s00", "s01", "s50"}
        assert "line 2: every: 'often'" in caplog.text

    def test_a_shorter_interval_is_in_force_at_once(self, world: World) -> None:
        world.write(sites(1, 'every = "1d"'))
        world.machine("a")
        world.go_on(30)
        world.write(sites(1, 'every = "1m"'))
        world.runs.clear()
        world.go_on(125)
        assert len(world.runs) == 2

    def test_no_more_jobs_at_once_than_scrapyd_runs(self, world: World) -> None:
        machine = world.machine("a", slots=2)
        running = []
        world.go_on(120, lambda: running.append(len(machine.jobs().running | machine.jobs().pending)))
        assert max(running) == 2

    def test_a_run_that_does_not_end_is_cancelled(self, world: World) -> None:
        world.write(sites(1, 'every = "1d"\nlongest = "5m"'))
        world.machine("a").takes = 10**6
        world.go_on(10 * 60)
        (run,) = world.runs
        assert run.ended
        assert dt.timedelta(minutes=7) < run.ended - run.began < dt.timedelta(minutes=8)

    def test_a_site_that_needs_a_browser_waits_for_a_node_that_has_one(self, world: World) -> None:
        world.write(sites(2) + '\nneeds = ["browser"]')
        world.machine("a")
        world.go_on(120)
        assert {run.site for run in world.runs} == {"s00"}
        world.machine("b", can=("browser",))
        world.go_on(120)
        assert {run.node for run in world.runs if run.site == "s01"} == {"b"}

    def test_a_backfill_is_done_once_piece_by_piece_beside_the_regular_runs(self, world: World) -> None:
        text = sites(2) + ("\n[[backfills]]\nsite = 's01'\nsince = 2024-01-01\nuntil = 2024-01-20\nby = '7d'")
        world.write(text)
        world.machine("a")
        world.go_on(330)
        filled = [run.args for run in world.runs if run.args]
        assert [(args["since"], args["until"]) for args in filled] == [
            ("2024-01-15", "2024-01-20"),
            ("2024-01-08", "2024-01-14"),
            ("2024-01-01", "2024-01-07"),
        ]
        assert world.overlaps() == []
        assert len([run for run in world.runs if run.site == "s01" and not run.args]) >= 5


class TestSeveralMachines:
    def test_the_load_is_dealt_out_evenly(self, world: World) -> None:
        for name in "abc":
            world.machine(name)
        world.go_on(65)
        world.runs.clear()
        world.go_on(120)
        assert Counter(run.node for run in world.runs) == {"a": 4, "b": 4, "c": 4}
        assert world.overlaps() == []

    def test_the_sites_of_a_node_whose_scrapyd_does_not_answer_go_to_others(self, world: World) -> None:
        a, _ = world.machine("a"), world.machine("b")
        world.go_on(65)
        a.refuses = True
        world.go_on(40)
        world.runs.clear()
        world.go_on(60)
        assert Counter(run.node for run in world.runs) == {"b": 6}

    def test_a_node_once_a_minute_from_cron_takes_its_part(self, world: World) -> None:
        for name in "ab":
            world.machine(name, every=60)
        world.go_on(600)
        assert world.overlaps() == []
        assert min(Counter(run.site for run in world.runs).values()) >= 8

    def test_cron_learns_that_nothing_could_be_started(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "schedule.toml"
        file.write_text("[sites.alayam24]\nevery = '1h'\n", "utf-8")
        once = ("schedule", "--once", "--node", "a", "--file", str(file))
        where = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name, "SCRAPYD_HTTP_PORT": "1"}
        alone = scrapy(*once, **where)
        assert alone.returncode == 3
        assert "Scrapyd at http://127.0.0.1:1 does not answer (ConnectionError); no site" in alone.stderr
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        database.ops["nodes"].insert_one({"_id": "b", "alive_until": until, "can": []})
        assert "; sites due here go to b\n" in scrapy(*once, **where).stderr

    @pytest.mark.trials
    def test_one_of_two_nodes_is_killed_and_its_sites_run_on_the_other_within_two_intervals(
        self, world: World
    ) -> None:
        waits = []
        chance = random.Random(1445)
        for _ in range(size(100)):
            world.database.client.drop_database(world.database.ops.name)
            world.machines.clear()
            world.runs.clear()
            victim, _ = world.machine("a"), world.machine("b")
            world.go_on(120 + chance.randrange(60))
            theirs = {run.site for run in world.runs if run.node == "a"}
            killed_at = world.now
            victim.die()
            world.runs.clear()
            world.go_on(120)
            first = {run.site: run.began for run in reversed(world.runs)}
            assert theirs <= first.keys()
            waits += [(first[site] - killed_at).total_seconds() for site in theirs]
            assert world.overlaps() == []
        print(f"\nlongest wait of {len(waits)} sites of a killed node: {max(waits):.0f} s at every = 1m")

    @pytest.mark.trials
    def test_sixty_sites_a_minute(self, world: World) -> None:
        minutes, count = size(10), 60
        world.write(sites(count))
        for name in "ab":
            world.machine(name)
        world.go_on(65)
        began = world.now
        world.runs.clear()
        world.go_on(60 * minutes)
        assert Counter(run.site for run in world.runs) == {f"s{n:02}": minutes for n in range(count)}
        assert world.overlaps() == []
        a_second = Counter(int((run.began - began).total_seconds()) for run in world.runs)
        nodes = Counter(run.node for run in world.runs)
        print(
            f"\n{len(world.runs)} runs of {count} sites in {minutes} min: none twice, none missed; at most "
            f"{max(a_second.values())} begun in one second, {len(a_second)} of {60 * minutes} seconds used; "
            f"by node {dict(nodes)}"
        )
        assert max(a_second.values()) <= 2
        assert max(nodes.values()) - min(nodes.values()) <= count * minutes / 10
