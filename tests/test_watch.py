"""The findings of the monitors for single histories, and the alarms of each cause."""

import datetime as dt
from dataclasses import replace

import pytest

from newscrawl.vocabulary import RunOutcome
from newscrawl.watch.causes import REMEDIES, SETTLED, OpenAlarm, causes, step
from newscrawl.watch.known import CoverageDay, DueSite, EndedRun, Installation, SeenNode, WatchedSite
from newscrawl.watch.monitors import read_worse, reduced, silent
from newscrawl.watch.rhythm import rhythm, season
from newscrawl.watch.status import status

NOW = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def days(numbers: list[int]) -> list[CoverageDay]:
    first = NOW.date() - len(numbers) * DAY
    return [CoverageDay(first + place * DAY, number, complete=True) for place, number in enumerate(numbers)]


def ran(hours_ago: float, outcome: RunOutcome = RunOutcome.OK, *, new: int = 3, **more: object) -> EndedRun:
    at = NOW - hours_ago * HOUR
    return EndedRun(at, at + HOUR / 10, outcome, "node1", new, fine=new, read=new, **more)  # type: ignore[arg-type]


def site(name: str = "sahifa", *runs: EndedRun, numbers: list[int] | None = None) -> WatchedSite:
    return WatchedSite(name, "EG", "Africa/Cairo", runs, days(numbers or [40] * 60))


FINE = [ran(hour) for hour in range(1, 50)]
DOWN = [ran(hour, RunOutcome.UNREACHABLE, new=0) for hour in range(1, 13)]


def test_a_site_that_is_as_usual_gives_no_finding() -> None:
    well = site("sahifa", *FINE)
    assert silent(well, NOW) is None
    assert reduced(well, NOW) is None
    assert causes(Installation(NOW, [well])) == {}


def test_first_failures_and_our_own_outages_do_not_count_as_silence() -> None:
    assert silent(site("sahifa", *DOWN[:5], *FINE[5:]), NOW) is None
    asleep = [replace(run, began=run.began - 30 * DAY, ended=run.ended - 30 * DAY) for run in FINE]
    assert silent(site("sahifa", *asleep), NOW) is None, "nobody looked"


def test_a_silence_states_how_long_and_whether_the_site_answers() -> None:
    found = silent(site("sahifa", *DOWN, *FINE[12:]), NOW)
    assert found
    assert found.sentence == "unreachable for 11 h (12 runs)"
    nothing = [ran(hour, RunOutcome.NOTHING_NEW, new=0) for hour in range(1, 40)]
    found = silent(site("sahifa", *nothing, ran(40)), NOW)
    assert found
    assert found.kind == "quiet"


def test_the_remedy_fits_the_finding() -> None:
    nothing = [ran(hour, RunOutcome.NOTHING_NEW, new=0) for hour in range(1, 40)]
    quiet = causes(Installation(NOW, [site("sahifa", *nothing, ran(40))]))["silent sahifa"]
    assert "scrapy verify {site}" in REMEDIES[quiet.remedy]
    assert "new articles" in REMEDIES[quiet.remedy]
    for outcome, closer in ((RunOutcome.NO_LINKS, True), (RunOutcome.UNREACHABLE, False)):
        runs = [ran(hour, outcome, new=0) for hour in range(1, 13)]
        found = causes(Installation(NOW, [site("sahifa", *runs, *FINE[12:])]))["silent sahifa"]
        assert ("new articles" in REMEDIES[found.remedy]) is closer
    # Other nodes run its sites only if one of them is known to be up.
    for late, promised in ((-1, True), (5, False)):
        nodes = [SeenNode("a", NOW - HOUR), SeenNode("b", NOW - late * HOUR / 60)]
        away = causes(Installation(NOW, nodes=nodes))["node a"]
        assert ("other nodes" in REMEDIES[away.remedy]) is promised


@pytest.mark.parametrize("numbers", [[40] * 6, [40] * 10])
def test_nothing_is_expected_of_a_young_newspaper(numbers: list[int]) -> None:
    nothing = [ran(hour, RunOutcome.NOTHING_NEW, new=0) for hour in range(1, 40)]
    assert silent(site("sahifa", *nothing, ran(40), numbers=numbers), NOW) is None


def test_a_newspaper_that_has_been_dead_for_weeks_is_still_silent() -> None:
    nothing = [ran(hour, RunOutcome.NOTHING_NEW, new=0) for hour in range(1, 60)]
    assert silent(site("sahifa", *nothing, numbers=[40] * 30 + [0] * 40), NOW)


@pytest.mark.parametrize(("numbers", "said"), [([40], "1 day"), ([40] * 6, "6 days")])
def test_the_days_of_a_young_newspaper_are_counted(numbers: list[int], said: str) -> None:
    [row] = status(Installation(NOW, [site("sahifa", *FINE[:4], numbers=numbers)]), {}).rows
    assert (row.why, row.sentence) == ("young", f"too new to know its usual pace: {said}")


def test_an_aggregator_is_judged_by_its_runs_alone() -> None:
    before = [ran(hour) for hour in range(60, 120)]
    nothing = [ran(hour, RunOutcome.NOTHING_NEW, new=0) for hour in range(1, 60)]
    gone = WatchedSite("jamii", "EG", "Africa/Cairo", [*nothing, *before])
    found = silent(gone, NOW)
    assert found
    assert found.kind == "quiet"
    assert silent(replace(gone, runs=[*nothing[20:], *before]), NOW) is None, "less than two days"
    assert silent(replace(gone, runs=[*nothing, *before[:20]]), NOW) is None, "too little is known"
    slow = [ran(60 + 30 * n) for n in range(60)]
    assert silent(replace(gone, runs=[*nothing, *slow]), NOW) is None, "it is often as quiet"


def test_the_facts_of_an_alarm_outlive_the_runs_that_showed_them() -> None:
    before = [ran(hour, new=10, empty={"authors": 0.05}) for hour in range(20, 40)]
    after = [ran(hour, new=10, empty={"authors": 0.9}) for hour in range(1, 60)]
    found = read_worse(site("sahifa", *after[:2], *before))
    assert found
    assert "authors is missing in 90% of the articles, usually in 5%" in found.sentence
    assert read_worse(site("sahifa", *after)) is None, "nothing else is known"
    assert read_worse(site("sahifa", *after), found.usual)
    assert read_worse(site("sahifa", *before), found.usual) is None


def test_one_cause_raises_one_alarm() -> None:
    sites = [site(f"sahifa{n}", *DOWN, *FINE[12:]) for n in range(10)]
    found = causes(Installation(NOW, sites))
    assert list(found) == ["network"]
    assert len(found["network"].sites) == 10
    mixed = [*sites[:3], *(site(f"khabar{n}", *FINE) for n in range(7))]
    assert sorted(causes(Installation(NOW, mixed))) == [f"silent sahifa{n}" for n in range(3)]
    killed = [site(f"sahifa{n}", *(ran(h, RunOutcome.KILLED, new=0) for h in (1, 2, 3))) for n in range(3)]
    assert list(causes(Installation(NOW, killed))) == ["fault"]


def test_nodes_and_schedules() -> None:
    here, away, gone = (SeenNode(f"n{n}", NOW - ago) for n, ago in enumerate((HOUR / 60, HOUR, 30 * DAY)))
    assert list(causes(Installation(NOW, nodes=[here, away, gone]))) == ["node n1"]
    late = [DueSite(f"sahifa{n}", NOW - 2 * HOUR) for n in range(9)]
    assert list(causes(Installation(NOW, nodes=[away, gone], leases=late))) == ["schedule"]
    found = causes(Installation(NOW, nodes=[here], leases=late))
    assert list(found) == ["overdue"]
    assert "sahifa4 and 4 more" in found["overdue"].sentence
    restarted = [SeenNode("n1", NOW - HOUR / 10)]
    assert causes(Installation(NOW, nodes=restarted)) == {}


def test_an_archive_that_stopped_raises_an_alarm_for_its_node() -> None:
    full = ran(1, alarms=(("archive_stopped", "No space left on device"),))
    found = causes(Installation(NOW, [site("sahifa", full, *FINE[1:])]))
    assert found["archive node1"].sentence == "archive of node1: No space left on device"


def test_an_alarm_begins_once_and_is_over_once() -> None:
    found = causes(Installation(NOW, nodes=[SeenNode("n1", NOW - HOUR), SeenNode("n2", NOW)]))
    ringing, begun, over = step({}, found, NOW)
    assert [cause.key for cause in begun] == ["node n1"]
    ringing, begun, over = step(ringing, found, NOW + HOUR)
    assert (begun, over) == ([], [])
    ringing, begun, over = step(ringing, {}, NOW + 2 * HOUR)
    assert (begun, over) == ([], [])
    again, begun, over = step(ringing, found, NOW + 2.5 * HOUR)
    assert (begun, over) == ([], []), "it comes and goes"
    assert isinstance(again["node n1"], OpenAlarm)
    ringing, begun, over = step(ringing, {}, NOW + 2 * HOUR + SETTLED)
    assert (ringing, begun, [cause.key for cause in over]) == ({}, [], ["node n1"])


def test_fridays_feasts_and_ramadan_do_not_count_as_silence() -> None:
    friday = [0 if (dt.date(2025, 9, 1) + n * DAY).weekday() == 4 else 30 for n in range(80)]
    known = [CoverageDay(dt.date(2025, 9, 1) + n * DAY, number, True) for n, number in enumerate(friday)]
    beat = rhythm(known, dt.date(2025, 11, 20), "EG")
    assert beat
    assert beat.expected(dt.date(2025, 11, 21)) == 0
    assert beat.expected(dt.date(2025, 11, 22)) == 30
    assert beat.expected(dt.date(2026, 3, 1)) == 18, "Ramadan"
    assert beat.expected(dt.date(2026, 3, 21)) == 0, "the feast"
    assert season(dt.date(2026, 5, 28), "MA") == "feast"
    assert beat.nothing(NOW, NOW + 20 * HOUR, "Africa/Cairo") == 0
