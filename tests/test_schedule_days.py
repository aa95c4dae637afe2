"""Random days of a schedule on three nodes: whatever breaks, the guarantees of the schedule hold.

Nodes crash, crawls are killed or hang, Scrapyd and MongoDB go away, even in the middle of a scheduler's tick,
MongoDB's clock is set by a day and back, documents are removed and the file is edited.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from newscrawl.schedule.times import pieces
from tests.conftest import Database
from tests.schedule_model import Machine, Run, World
from tests.trials import size

DAY, HOUR, MINUTE = 86400, 3600, 60
STEP = 15
CALM = 4 * MINUTE
"""Seconds after which every silence has been noticed."""
SLACK = 25 * MINUTE
"""Seconds to notice that a node or a run is gone, and to repeat a run that did not begin."""
INTERVALS = {"s00": 4 * HOUR, "s01": 6 * HOUR, "s02": 8 * HOUR, "s03": 12 * HOUR, "s04": DAY, "s05": DAY}
CRON = "s04"
FILLED = "s05"
SINCE, UNTIL = dt.date(2024, 1, 1), dt.date(2024, 1, 28)
Fault = Callable[[], Callable[[], None] | None]


class ScheduleWorld(World):
    """A world in which things break, and the expectations."""

    def begin(self, chance: random.Random) -> None:
        self.chance = chance
        self.happened: Counter[str] = Counter()
        self.heals: list[tuple[float, Callable[[], None]]] = []
        self.trouble = dict.fromkeys(INTERVALS, 0.0)
        """Seconds without a run that are nobody's fault, by site."""
        self.begun = dict.fromkeys(INTERVALS, 0.0)
        self.longest_gap = dict.fromkeys(INTERVALS, 0.0)
        self.counted = self.armed = 0
        self.until = UNTIL
        self.disabled: str | None = None
        self.set_meanwhile = False
        """Was the clock set while the site was disabled? If so, the site's missed times are unknown."""
        self.unreachable: set[str] = set()
        self.calm_at = 0.0
        self.ticks = 0
        self.edit()
        for name in "abc":
            self.machine(name, slots=chance.choice([2, 4]))
        self.outcome = self.end_of

    # --- The file

    def edit(self) -> None:
        lines = []
        for site, seconds in INTERVALS.items():
            rule = 'cron = "30 6 * * *"' if site == CRON else f'every = "{seconds // HOUR}h"'
            lines += [f"[sites.{site}]", rule, 'longest = "30m"']
            lines += ["enabled = false"] if site == self.disabled else []
        lines += ["[[backfills]]", f"site = '{FILLED}'", f"since = {SINCE}", f"until = {self.until}"]
        self.write("\n".join([*lines, "by = '7d'"]))

    # --- Time

    def live(self, days: float, faults_a_day: float) -> None:
        """Let days pass, with faults at random moments."""
        end = self.seconds + days * DAY
        fault_at = self.seconds + self.chance.expovariate(faults_a_day / DAY) if faults_a_day else end
        while self.seconds < end:
            for _, heal in [found for found in self.heals if found[0] <= self.seconds]:
                heal()
            self.heals = [found for found in self.heals if found[0] > self.seconds]
            if fault_at <= self.seconds:
                # Most faults come while something is being done.
                if self.chance.random() < 0.6:
                    self.armed += 1
                else:
                    self.break_something()
                fault_at = self.seconds + self.chance.expovariate(faults_a_day / DAY)
            self.skip_to(min([fault_at, end, *(moment for moment, _ in self.heals)]))
            self.go_on(STEP, self.look, step=STEP)
            self.fuse = None

    def skip_to(self, moment: float) -> None:
        """Skip the time in which nothing is due and nothing happens."""
        busy = any(machine.is_alive and (machine.running or machine.pending) for machine in self.machines)
        if busy or self.seconds < self.calm_at:
            return
        leases = list(self.database.ops["leases"].find({"_id": {"$in": list(INTERVALS)}}))
        if len(leases) < len(INTERVALS) - bool(self.disabled) or any(doc["job"] for doc in leases):
            return
        due = min((doc["due_at"] for doc in leases if doc["_id"] != self.disabled), default=self.now)
        # A range that grew has left a job that is no longer needed.
        wanted = [f"{FILLED} {first} {last}" for first, last in pieces(SINCE, self.until, 7)]
        open_ = list(self.database.ops["backfills"].find({"_id": {"$in": wanted}, "outcome": None}))
        tries = [doc["not_before"] for doc in open_ if doc["not_before"]]
        if len(tries) < len(open_):
            return
        target = min(moment, self.seconds + (min([due, *tries]) - self.now).total_seconds()) - 2 * STEP
        if (skipped := target - self.seconds) > 0:
            self.go_off(skipped)
            for machine in self.machines:
                machine.watch._looked = (machine.watch._looked or 0) + skipped
                if machine.watch._now:
                    machine.watch._now += dt.timedelta(seconds=skipped)
            self.account(skipped)

    def look(self) -> None:
        """Check what must hold at every moment."""
        self.ticks += len(self.machines)
        for run in self.runs[self.counted :]:
            self.begun[run.site], self.trouble[run.site] = self.seconds, 0.0
        self.counted = len(self.runs)
        if self.armed and self.crawls() and self.chance.random() < 0.3:
            self.armed -= 1
            self.break_something()
        self.account(STEP)
        done = Counter((run.args["since"], run.args["until"]) for run in self.runs if self.has_filled(run))
        assert set(done.values()) <= {1}, "a job was done twice"

    def account(self, seconds: float) -> None:
        able = [m for m in self.machines if m.is_alive and m.is_ticking and not m.refuses]
        nobody = self.is_away or not able or any(m.breaks for m in self.machines)
        for site, interval in INTERVALS.items():
            if nobody or site == self.disabled:
                self.trouble[site] += seconds
            if site == self.disabled and self.set_meanwhile:  # its interval counts from when it is enabled
                self.begun[site], self.trouble[site] = self.seconds, 0.0
            gap = self.seconds - self.begun[site] - self.trouble[site]
            self.longest_gap[site] = max(self.longest_gap[site], gap)
            assert gap <= interval + SLACK, f"{site} was silent for {gap:.0f} s: {dict(self.happened)}"

    @staticmethod
    def has_filled(run: Run) -> bool:
        return bool(run.args and run.ended and run.outcome == "ok")

    def end_of(self, run: Run) -> str:
        if run.site in self.unreachable:
            return "unreachable"
        return "ok" if run.args else self.chance.choice(["ok", "nothing_new", "partial", "no_links"])

    # --- What breaks

    def break_something(self) -> None:
        faults = [
            self.a_node_crashes, self.a_scheduler_is_restarted, self.scrapyd_is_away,
            self.scrapyd_is_restarted, self.a_crawl_is_killed, self.a_crawl_hangs, self.all_crawls_hang,
            self.mongodb_is_away, self.mongodb_fails_amid_a_look, self.a_scheduler_dies_amid_a_look,
            self.the_clock_is_set, self.a_lease_is_removed, self.all_leases_are_removed,
            self.nodes_are_removed, self.a_site_is_away, self.the_file_is_edited, self.the_file_is_broken,
            self.jobs_do_not_begin,
        ]  # fmt: skip
        fault = self.chance.choice(faults)
        self.happened[fault.__name__] += 1
        self.calm_at = self.seconds + CALM
        fault()

    def later(self, heal: Callable[[], None], least: float, most: float) -> None:
        moment = self.seconds + self.chance.uniform(least, most)

        def be_well() -> None:
            self.calm_at = self.seconds + CALM
            heal()

        self.heals.append((moment, be_well))

    def some(self) -> Machine:
        return self.chance.choice(self.machines)

    def crawls(self) -> list[Run]:
        return [run for run in self.runs[-30:] if run.ended is None]

    def a_node_crashes(self) -> None:
        machine = self.some()
        if machine.is_alive:
            machine.die()
            self.later(machine.boot, MINUTE, 3 * HOUR)

    def a_scheduler_is_restarted(self) -> None:
        machine = self.some()
        if machine.is_alive:
            machine.boot()

    def scrapyd_is_away(self) -> None:
        machine = self.some()
        machine.refuses = True
        self.later(lambda: setattr(machine, "refuses", False), 10, HOUR)

    def scrapyd_is_restarted(self) -> None:
        machine = self.some()
        for run in machine.running.values():
            if run:
                run.ended = self.now
                run.outcome = "killed"
        machine.running.clear()

    def a_crawl_is_killed(self) -> None:
        if crawls := self.crawls():
            run = self.chance.choice(crawls)
            run.outcome = "killed"
            next(machine for machine in self.machines if run.job in machine.running).end(run.job)

    def a_crawl_hangs(self) -> None:
        if crawls := self.crawls():
            run = self.chance.choice(crawls)
            run.hangs = True
            if self.chance.random() < 0.5:
                self.later(lambda: setattr(run, "hangs", False), 10, 10 * MINUTE)

    def all_crawls_hang(self) -> None:
        for run in self.crawls():
            run.hangs = True

    def mongodb_is_away(self) -> None:
        self.is_away = True
        self.later(lambda: setattr(self, "is_away", False), 10, HOUR)

    def mongodb_fails_amid_a_look(self) -> None:
        self.fuse = self.chance.randrange(40)

    def a_scheduler_dies_amid_a_look(self) -> None:
        self.fuse = self.chance.randrange(40)
        self.later(self.some().boot, STEP, STEP)

    def the_clock_is_set(self) -> None:
        day = dt.timedelta(days=self.chance.choice([-1, 1]))

        def turn(by: dt.timedelta) -> None:
            self.skew += by
            self.set_meanwhile = bool(self.disabled)

        turn(day)
        if self.chance.random() < 0.7:
            self.later(lambda: turn(-day), 2, 2 * HOUR)

    def a_lease_is_removed(self) -> None:
        self.database.ops["leases"].delete_one({"_id": self.chance.choice(list(INTERVALS))})

    def all_leases_are_removed(self) -> None:
        self.database.ops["leases"].delete_many({})

    def nodes_are_removed(self) -> None:
        self.database.ops["nodes"].delete_many({})

    def a_site_is_away(self) -> None:
        site = self.chance.choice(list(INTERVALS))
        self.unreachable.add(site)
        self.later(lambda: self.unreachable.discard(site), 10 * MINUTE, 12 * HOUR)

    def the_file_is_edited(self) -> None:
        if self.chance.random() < 0.5:
            self.until += dt.timedelta(days=self.chance.randrange(1, 4))
        elif self.disabled:
            self.disabled = None
        else:
            self.disabled = self.chance.choice([site for site in INTERVALS if site != FILLED])
            self.set_meanwhile = False
        self.edit()

    def the_file_is_broken(self) -> None:
        if self.chance.random() < 0.5:
            self.write("[sites.s00]\nevery = 'often'")
        else:
            self.file.unlink(missing_ok=True)
        self.later(self.edit, MINUTE, HOUR)

    def jobs_do_not_begin(self) -> None:
        machine = self.some()
        machine.breaks = True
        self.later(lambda: setattr(machine, "breaks", False), 10, 20 * MINUTE)


WORLD_DAYS, QUIET_DAYS = 8, 2


@pytest.mark.trials
def test_the_guarantees_hold_whatever_breaks(database: Database, tmp_path: Path) -> None:
    node_days = size(1000)
    happened: Counter[str] = Counter()
    runs = ticks = seed = 0
    lived = 0.0
    longest = dict.fromkeys(INTERVALS, 0.0)
    while lived < node_days:
        days = max(1, min(WORLD_DAYS, (node_days - lived) / 3) - QUIET_DAYS)
        database.client.drop_database(database.ops.name)
        world = ScheduleWorld(database, tmp_path)
        world.begin(random.Random(seed))
        for machine in world.machines:
            machine.takes = 90
        try:
            world.live(days, faults_a_day=12)
            settle(world)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, after {world.seconds / DAY:.2f} days: {error}") from error
        happened += world.happened
        runs, ticks, seed = runs + len(world.runs), ticks + world.ticks, seed + 1
        longest = {site: max(gap, world.longest_gap[site]) for site, gap in longest.items()}
        lived += 3 * world.seconds / DAY
    print(f"\n{lived:.0f} node-days, {seed} seeds, {runs} runs, {ticks} looks of a scheduler; what broke:")
    print(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in sorted(happened.items())))
    print("longest silence beyond outages: " + ", ".join(f"{s} {g / HOUR:.2f} h" for s, g in longest.items()))


def settle(world: ScheduleWorld) -> None:
    """Let all be well for two days, and check that every job is done once."""
    for _, heal in world.heals:
        heal()
    world.heals = []
    world.armed = 0
    world.disabled = None
    world.unreachable.clear()
    world.edit()
    world.live(QUIET_DAYS, 0)
    done = [dt.date.fromisoformat(run.args["since"]) for run in world.runs if world.has_filled(run)]
    missing = {first for first, _ in pieces(SINCE, world.until, 7)} - set(done)
    assert not missing, f"jobs were not done: {missing}"
