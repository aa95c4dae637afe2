"""Several schedulers that share a MongoDB, with a simulated clock and simulated Scrapyds."""

import datetime as dt
import random
from collections import Counter
from pathlib import Path

import pytest

from newscrawl.schedule.ends import leave_behind
from tests.conftest import Database, scrapy
from tests.schedule_model import World, sites
from tests.trials import size


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    world = World(database, tmp_path)
    world.write(sites(6))
    return world


class TestOneMachine:
    def test_every_site_runs_once_in_each_interval(self, world: World) -> None:
        world.machine("a")
        world.go_on(65)
        world.runs.clear()
        world.go_on(180)
        assert Counter(run.site for run in world.runs) == {f"s{n:02}": 3 for n in range(6)}

    def test_a_site_that_missed_several_due_times_is_crawled_once(self, world: World) -> None:
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
        assert {run.site for run in world.runs} == {f"s{n:02}" for n in range(6)}

    def test_a_changed_file_is_used_and_a_broken_one_is_not(
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

    def test_a_backfill_is_done_once_job_by_job_between_the_regular_runs(self, world: World) -> None:
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
        assert len([run for run in world.runs if run.site == "s01" and not run.args]) >= 5


class TestSeveralMachines:
    def test_the_load_is_spread_evenly(self, world: World) -> None:
        for name in "abc":
            world.machine(name)
        world.go_on(65)
        world.runs.clear()
        world.go_on(120)
        assert Counter(run.node for run in world.runs) == {"a": 4, "b": 4, "c": 4}

    def test_the_sites_of_a_node_whose_scrapyd_does_not_answer_go_to_others(self, world: World) -> None:
        a, _ = world.machine("a"), world.machine("b")
        world.go_on(65)
        a.refuses = True
        world.go_on(40)
        world.runs.clear()
        world.go_on(60)
        assert Counter(run.node for run in world.runs) == {"b": 6}

    def test_a_node_that_cron_starts_once_a_minute_takes_its_share(self, world: World) -> None:
        for name in "ab":
            world.machine(name, every=60)
        world.go_on(600)
        assert min(Counter(run.site for run in world.runs).values()) >= 8

    def test_cron_learns_that_nothing_could_be_started(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "schedule.toml"
        file.write_text("[sites.alayam24]\nevery = '1h'\n", "utf-8")
        once = ("schedule", "--once", "--node", "a", "--file", str(file))
        where = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name, "SCRAPYD_HTTP_PORT": "1"}
        alone = scrapy(*once, **where)
        assert alone.returncode == 3
        assert (
            "Scrapyd at http://127.0.0.1:1 does not answer (ConnectionError); check that it runs"
            in alone.stderr
        )
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        database.ops["nodes"].insert_one({"_id": "b", "alive_until": until, "can": []})
        assert "; due sites are started on b\n" in scrapy(*once, **where).stderr

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
        a_second = Counter(int((run.began - began).total_seconds()) for run in world.runs)
        nodes = Counter(run.node for run in world.runs)
        print(
            f"\n{len(world.runs)} runs of {count} sites in {minutes} min: none twice, none missed; at most "
            f"{max(a_second.values())} begun in one second, {len(a_second)} of {60 * minutes} seconds used; "
            f"by node {dict(nodes)}"
        )
        assert max(a_second.values()) <= 2
        assert max(nodes.values()) - min(nodes.values()) <= count * minutes / 10


def backfill(since: str, until: str, site: str = "s00") -> str:
    return f"\n[[backfills]]\nsite = '{site}'\nsince = {since}\nuntil = {until}\nby = '7d'\n"


@pytest.fixture
def daily(world: World) -> World:
    """Two sites, due once a day."""
    world.write(sites(2, 'every = "1d"'))
    return world


class TestRemovedDocuments:
    def test_a_range_whose_documents_were_removed_is_done_once_more(self, daily: World) -> None:
        daily.write(sites(1, 'every = "1d"') + backfill("2024-01-01", "2024-01-21"))
        daily.machine("a")
        daily.go_on(75, step=5)
        before = [run for run in daily.runs if run.args]
        assert before
        daily.database.ops["backfills"].delete_many({})
        daily.go_on(240, step=5)
        again = Counter(run.args["since"] for run in daily.runs if run.args and run not in before)
        assert set(again.values()) == {1}
        assert {*again, *(run.args["since"] for run in before if run.ended is None)} <= {
            "2024-01-01", "2024-01-08", "2024-01-15",
        }  # fmt: skip
        assert daily.database.ops["backfills"].count_documents({"outcome": "ok"}) == 3

    @pytest.mark.parametrize("gone", ["one", "all", "everything", "broken"])
    def test_leases_are_written_again_while_runs_go_on(
        self, daily: World, gone: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for name in "ab":
            daily.machine(name).takes = 120
        daily.go_on(60, step=5)
        assert [run.is_active for run in daily.runs] == [True, True]
        leases = daily.database.ops["leases"]
        due = {doc["_id"]: doc["due_at"] for doc in leases.find()}
        if gone == "broken":
            leases.update_many({}, {"$set": {"due_at": "soon"}, "$unset": {"served": 1, "failures": 1}})
        elif gone == "everything":
            daily.database.client.drop_database(daily.database.ops.name)
        else:
            leases.delete_many({"_id": "s00"} if gone == "one" else {})
        daily.go_on(180, step=5)
        assert len(daily.runs) == 2, "they went on, and nothing is due"
        if gone != "broken":
            assert {doc["_id"]: doc["due_at"] for doc in leases.find()} == due
            assert "s00: its document in leases was removed" in caplog.text
        daily.go_on(90000, step=1800)
        assert Counter(run.site for run in daily.runs).total() >= 4

    def test_a_site_whose_claim_was_removed_is_crawled(self, daily: World) -> None:
        daily.machine("a").slots = 0
        daily.go_on(60, step=5)
        daily.machines[0].slots = 2
        daily.machines[0].scheduler.tick()
        assert daily.database.ops["leases"].count_documents({"job": {"$ne": None}}) == 2
        daily.database.ops["leases"].delete_many({})
        daily.go_on(150, step=5)
        assert Counter(run.site for run in daily.runs) == {"s00": 1, "s01": 1}

    def test_everything_removed_while_the_scheduler_was_down(self, daily: World) -> None:
        machine = daily.machine("a")
        machine.takes = 300
        daily.go_on(60, step=5)
        daily.database.client.drop_database(daily.database.ops.name)
        machine.boot()
        daily.go_on(180, step=5)
        assert len(daily.runs) == 2


class TestClocks:
    @pytest.mark.parametrize("days", [1, -1])
    @pytest.mark.parametrize("length", [5, 3600])
    def test_setting_a_clock_lets_no_runs_overlap_and_leaves_out_no_site(
        self, daily: World, days: int, length: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        for name in "ab":
            daily.machine(name).takes = 100
        daily.go_on(60, step=5)
        assert len(daily.runs) == 2
        daily.skew = dt.timedelta(days=days)
        daily.go_on(length, step=5 if length == 5 else 60)
        daily.skew = dt.timedelta()
        daily.go_on(120, step=5)
        assert caplog.text.count("MongoDB's clock was set") == 4, "once each way on both nodes"
        daily.runs.clear()
        daily.go_on(90000, step=1800)
        assert {run.site for run in daily.runs} == {"s00", "s01"}

    def test_a_difference_of_clocks_is_reported_once(
        self, daily: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        daily.skew = dt.timedelta(minutes=5)
        machine = daily.machine("a")
        daily.go_on(10)
        assert caplog.text.count("MongoDB's clock is 0:05:00 ahead of this node's") == 1
        machine.boot()
        daily.go_on(10)
        assert caplog.text.count("ahead of this node's") == 1


class TestHanging:
    def hang(self, world: World, slots: int = 2) -> None:
        """Let crawls that hang use all slots of a node."""
        world.machine("a", slots=slots)
        world.machines[0].takes = 10**6
        world.go_on(60, step=5)
        for run in world.runs:
            run.hangs = True
        world.machines[0].takes = 20

    def test_crawls_that_hang_in_all_slots_are_killed_within_two_minutes(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        self.hang(world)
        hung = {run.job for run in world.runs}
        assert len(hung) == 2
        world.go_on(120)
        assert set(world.machines[0].cancelled) == {(job, kill) for job in hung for kill in (False, True)}
        assert len(world.runs) > 2, "others are crawled"
        assert "did not stop when cancelled and is killed" in caplog.text

    def test_full_slots_are_reported_once_and_by_the_exit_status(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        machine = world.machine("a", slots=2)
        machine.takes = 300
        world.go_on(250, step=5)
        assert not machine.scheduler.is_well
        assert (
            caplog.text.count("no slot of this node is free (of 2); sites that wait: 4 (s02, s03, s04, s05)")
            == 1
        )
        assert f"s00 (job {world.runs[0].job}, for " in caplog.text
        assert world.database.ops["nodes"].find_one()["waiting"] == ["s02", "s03", "s04", "s05"]
        world.write(sites(2, 'every = "1d"'))
        world.go_on(10, step=5)
        assert machine.scheduler.is_well

    @pytest.mark.parametrize("entry", ["there", "taken out of the file"])
    def test_a_run_past_its_time_limit_that_ignores_signals_is_killed(self, daily: World, entry: str) -> None:
        daily.write(sites(1, 'every = "1d"\nlongest = "5m"'))
        machine = daily.machine("a")
        machine.takes, machine.ignores_cancel = 10**6, True
        daily.go_on(60, step=5)
        if entry != "there":
            daily.write(sites(0))
        daily.go_on(12 * 60, step=5)
        (run,) = daily.runs
        assert run.ended
        assert machine.cancelled == [(run.job, False), (run.job, True)]

    def test_a_job_that_cannot_be_killed_is_named(
        self, daily: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        daily.machine("a").takes = 10**6
        daily.go_on(60, step=5)
        daily.machines[0].cancel = lambda job, **_: None  # type: ignore[method-assign]
        for run in daily.runs:
            run.hangs = True
        daily.go_on(300, step=5)
        assert (
            caplog.text.count(f"{daily.runs[0].job} runs without its site's lease; it cannot even be killed")
            == 1
        )

    def test_a_job_that_runs_and_never_takes_its_lease_is_ended(self, daily: World) -> None:
        machine = daily.machine("a")
        machine._begin = lambda job: None  # type: ignore[method-assign]
        daily.go_on(60, step=5)
        stuck = set(machine.running)
        assert len(stuck) == 2
        del machine._begin
        for job in stuck:  # the processes stay as they are
            machine.running[job] = hung = object.__new__(type("Hung", (), {"hangs": True}))
            hung.ended = None
        daily.go_on(240, step=5)
        assert set(machine.running).isdisjoint(stuck)
        assert {run.site for run in daily.runs} == {"s00", "s01"}


class TestOutages:
    def test_runs_outlast_a_mongodb_that_is_away_for_two_minutes(self, daily: World) -> None:
        for name in "ab":
            daily.machine(name).takes = 300
        daily.go_on(60, step=5)
        daily.is_away = True
        daily.go_on(120, step=5)
        assert not any(run.is_active for run in daily.runs), "a crawl that cannot renew its lease waits"
        daily.is_away = False
        daily.go_on(300, step=5)
        assert [run.outcome for run in daily.runs] == ["ok", "ok"]

    def test_a_job_that_ends_before_it_begins_is_tried_again_after_growing_pauses(self, daily: World) -> None:
        daily.write(sites(1, 'every = "1d"'))
        machine = daily.machine("a")
        machine.breaks = True
        daily.go_on(7200, step=60)
        failed = [run["_id"] for run in daily.database.ops["runs"].find({"reason": "did_not_begin"})]
        assert len(failed) == 4, "at once, after 5, 20 and 80 minutes"
        machine.breaks = False
        daily.go_on(6 * 3600, step=60)
        assert len(daily.runs) == 1
        assert daily.database.ops["leases"].find_one()["failures"] == 0

    def test_the_outcome_that_a_run_left_next_to_its_log_is_recorded(self, daily: World) -> None:
        daily.write(sites(1, 'every = "1d"'))
        machine = daily.machine("a")
        machine.takes = 10**6
        daily.go_on(30, step=5)
        (run,) = daily.runs
        words = {
            "finished_at": daily.now,
            "outcome": "store_down",
            "reason": "store_down",
            "summary": "s00: …",
        }
        words |= dict.fromkeys(("error", "failed", "counts", "rejected", "came"))
        leave_behind(machine.log_of("s00", run.job), words)
        machine.end(run.job)
        daily.go_on(10, step=5)
        record = daily.database.ops["runs"].find_one({"_id": run.job})
        assert (record["outcome"], record["reason"], record["summary"]) == (
            "store_down",
            "store_down",
            "s00: …",
        )
        assert not list(daily.folder.glob("*.end"))
        assert daily.database.ops["leases"].find_one()["due_at"] <= daily.now + dt.timedelta(minutes=5)


class TestBackfills:
    def start(self, world: World, since: str = "2024-01-01", until: str = "2024-01-14") -> None:
        world.write(sites(2, 'every = "30d"') + backfill(since, until))
        world.machine("a").takes = 10

    def filled(self, world: World) -> list[str]:
        return [run.args["since"] for run in world.runs if run.args]

    def test_an_outage_uses_up_no_try_and_delays_the_other_jobs_of_the_site(self, world: World) -> None:
        self.start(world)
        world.outcome = lambda run: "unreachable" if run.args else "ok"
        world.go_on(10 * 3600, step=300)
        assert self.filled(world) == ["2024-01-08"] * 5, "at once, after 5, 20, 80 and 320 minutes"
        world.outcome = lambda run: "ok"
        world.go_on(24 * 3600, step=1800)
        assert Counter(run.args["since"] for run in world.runs if run.args and run.outcome == "ok") == {
            "2024-01-08": 1, "2024-01-01": 1,
        }  # fmt: skip

    def test_a_job_that_fails_by_itself_is_abandoned_after_five_tries_and_delays_no_other(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        self.start(world)
        world.outcome = lambda run: "fault" if run.args.get("since") == "2024-01-08" else "ok"
        world.go_on(600, step=10)
        assert "2024-01-01" in self.filled(world)
        world.go_on(3 * 86400, step=1800)
        assert Counter(self.filled(world)) == {"2024-01-08": 5, "2024-01-01": 1}
        assert "given up after 5 tries" in caplog.text
        assert world.database.ops["backfills"].find_one({"since": "2024-01-08"})["outcome"] == "fault"

    def test_a_range_that_grows_by_a_day_runs_one_job(self, world: World) -> None:
        self.start(world)
        world.go_on(200, step=5)
        assert self.filled(world) == ["2024-01-08", "2024-01-01"]
        self.start(world, until="2024-01-15")
        world.go_on(120, step=5)
        assert self.filled(world) == ["2024-01-08", "2024-01-01", "2024-01-15"]
        world.write(sites(2, 'every = "30d"') + backfill("2024-01-01", "2024-01-15").replace("7d", "30d"))
        world.go_on(120, step=5)
        assert len(self.filled(world)) == 3, "the days are done, even when divided differently"

    def test_future_days_wait_and_so_do_those_of_a_disabled_site(self, world: World) -> None:
        self.start(world, "2024-03-18", "2024-03-29")
        world.go_on(120, step=5)
        assert self.filled(world) == ["2024-03-18"]
        world.go_on(int(2.6 * 86400), step=3600)
        assert self.filled(world) == ["2024-03-18", "2024-03-25"]
        text = sites(1, 'every = "30d"\nenabled = false') + backfill("2024-01-01", "2024-01-14")
        world.write(text)
        world.go_on(60, step=5)
        assert len(self.filled(world)) == 2
