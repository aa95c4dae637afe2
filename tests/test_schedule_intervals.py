"""Intervals that adapt to the pace of a newspaper, on synthetic histories."""

from __future__ import annotations

import datetime as dt
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.schedule.intervals import FIRST, STEADY, STEPS, WINDOW, Bounds, PastRun, interval, pace
from newscrawl.schedule.times import Adaptive, Every, every
from tests.conftest import Database
from tests.schedule_model import World

START = dt.datetime(2026, 10, 4, 6, tzinfo=dt.UTC)  # a Sunday
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
BOUNDS = Bounds(15 * MINUTE, DAY)
Published = Callable[[dt.datetime], bool]


class Life:
    """A newspaper that is crawled at the intervals that follow from its articles."""

    def __init__(self, articles: list[dt.datetime], bounds: Bounds = BOUNDS) -> None:
        self.articles = sorted(articles)
        self.bounds = bounds
        self.visits: list[PastRun] = []
        self.intervals: list[tuple[dt.datetime, dt.timedelta]] = []
        """The interval after each visit."""

    def live(self, days: float) -> Life:
        now, seen, before, found_at = START, 0, None, START - DAY
        end = START + dt.timedelta(days=days)
        while now < end:
            there = bisect_right(self.articles, now)
            self.visits.append(PastRun(now, there - seen))
            seen = there
            if now - found_at >= STEADY or before is None:
                known = self.visits[bisect_left(self.visits, (now - WINDOW,)) :]
                before = None if pace(known, now) is None else interval(known, now, self.bounds, before)
                found_at = now
            self.intervals.append((now, before or self.bounds.hold(FIRST)))
            now += before or self.bounds.hold(FIRST)
        return self

    def after(self, days: float, until: float = 1000) -> list[dt.timedelta]:
        """The intervals of a part of the history."""
        since, end = START + dt.timedelta(days=days), START + dt.timedelta(days=until)
        return [length for at, length in self.intervals if since <= at < end]

    def changes(self, days: float, until: float = 1000) -> int:
        """How often the interval changes in that part."""
        found = self.after(days, until)
        return sum(one != other for one, other in pairwise(found))


def articles(
    a_day: float, days: range, *, at: Published = lambda moment: True, seed: int = 7
) -> list[dt.datetime]:
    """This many articles a day, at random moments at which the newspaper publishes."""
    chance = random.Random(seed)
    moments = []
    for day in days:
        count = int(a_day) + (chance.random() < a_day % 1)
        moments += [START + day * DAY + chance.random() * DAY for _ in range(count)]
    return [moment for moment in moments if at(moment)]


@pytest.mark.parametrize(
    ("a_day", "expected"),
    [
        (60, {15 * MINUTE, 30 * MINUTE}),
        (20, {HOUR}),
        (6, {2 * HOUR, 4 * HOUR}),
        (2, {8 * HOUR, 12 * HOUR}),
    ],
)
def test_a_newspaper_is_crawled_about_once_for_each_article_within_the_bounds(
    a_day: float, expected: set[dt.timedelta]
) -> None:
    life = Life(articles(a_day, range(42))).live(42)
    assert set(life.after(16)) <= expected
    assert life.changes(16) <= 1


def test_a_busy_agency_is_crawled_at_the_shortest_interval() -> None:
    life = Life(articles(900, range(5)), Bounds(5 * MINUTE, DAY)).live(5)
    assert life.after(0, 0.4) == [FIRST] * len(life.after(0, 0.4))
    assert set(life.after(1)) == {5 * MINUTE}


def test_a_weekly_magazine_has_the_same_interval_every_week() -> None:
    issues = [START + (7 * week + 1) * DAY + n * MINUTE for week in range(12) for n in range(20)]
    life = Life(issues).live(84)
    assert life.changes(15) == 0
    assert 4 * HOUR <= life.after(15)[0] <= 8 * HOUR


@pytest.mark.parametrize("a_day", [40, 12, 5])
def test_a_silent_friday_changes_nothing(a_day: float) -> None:
    life = Life(articles(a_day, range(49), at=lambda moment: moment.weekday() != 4)).live(49)
    assert life.changes(21) <= 1
    nights = Life(
        articles(a_day, range(49), at=lambda moment: 6 <= moment.hour < 23 and moment.weekday() not in (4, 5))
    )
    assert nights.live(49).changes(21) <= 1


def test_a_dead_newspaper_gets_the_longest_interval_step_by_step() -> None:
    life = Life(articles(30, range(30))).live(60)
    busy = life.after(20, 29)[-1]
    dying = life.after(30)
    assert dying == sorted(dying)
    assert dying[0] == busy
    assert set(life.after(45)) == {DAY}
    assert len(life.after(33)) < 120


def test_a_newspaper_that_comes_back_gets_its_interval_within_a_day() -> None:
    life = Life([*articles(30, range(20)), *articles(30, range(60, 90), seed=8)]).live(90)
    assert life.after(59, 60) == [DAY]
    assert min(life.after(60, 62)) <= 2 * HOUR
    assert set(life.after(64)) <= {30 * MINUTE, HOUR}


def test_no_interval_is_guessed_for_a_new_newspaper() -> None:
    backlog = [PastRun(START, 300)]
    assert interval(backlog, START, BOUNDS) == FIRST
    assert pace([*backlog, PastRun(START + HOUR, 0)], START + 2 * HOUR) is None
    assert interval(backlog, START, Bounds(HOUR, DAY)) == HOUR
    assert interval(backlog, START, Bounds(MINUTE, 10 * MINUTE)) == 10 * MINUTE
    quiet = [*backlog, *(PastRun(START + n * HOUR, 0) for n in range(1, 25))]
    assert interval(quiet, START + DAY, BOUNDS) == 4 * HOUR


def test_a_refused_newspaper_has_the_longest_interval() -> None:
    busy = [PastRun(START + n * HOUR, 9) for n in range(30)]
    refused = PastRun(START + 30 * HOUR, 0, refused=True)
    assert interval([*busy, refused], START + 30 * HOUR, BOUNDS, HOUR) == DAY


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 60), st.booleans()), max_size=40),
    st.sampled_from(STEPS), st.sampled_from(STEPS), st.none() | st.sampled_from(STEPS),
)  # fmt: skip
@settings(max_examples=80, derandomize=True, deadline=None)
def test_any_interval_is_within_the_bounds_and_the_same_when_computed_again(
    found: list[tuple[int, int, bool]], one: dt.timedelta, other: dt.timedelta, before: dt.timedelta | None
) -> None:
    bounds = Bounds(min(one, other), max(one, other))
    visits = [PastRun(START + minutes * MINUTE, new, refused) for minutes, new, refused in sorted(found)]
    now = START + 20_000 * MINUTE
    chosen = interval(visits, now, bounds, before)
    assert bounds.least <= chosen <= bounds.most
    assert interval(visits, now, bounds, chosen) == chosen


def test_an_adaptive_rule_shows_its_bounds() -> None:
    assert every("auto").bounds == BOUNDS  # type: ignore[union-attr]
    assert Adaptive("5m..12h").bounds == Bounds(5 * MINUTE, 12 * HOUR)
    assert isinstance(every("15m"), Every)
    for text, said in (
        ("1d..1h", "shorter bound first"),
        ("1s..1h", "too short"),
        ("auto..", "length of time"),
    ):
        with pytest.raises(ValueError, match=said):
            every(text)


def test_the_schedule_follows_the_articles_that_runs_store(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path)
    world.write("\n".join(f"[sites.s{n:02}]\nevery = '10m..1d'" for n in range(3)))
    for site, new in (("s00", 9), ("s01", 0)):
        database.ops["runs"].insert_many(
            {
                "_id": f"{site} {n}",
                "site": site,
                "started_at": world.now - n * HOUR,
                "outcome": "ok",
                "counts": {"new": new},
            }
            for n in range(1, 300)
        )
    # The articles of a backfill say nothing about today.
    filled = {"started_at": world.now - HOUR, "outcome": "ok", "counts": {"new": 9000}}
    database.ops["runs"].insert_one({"site": "s01", "arguments": {"since": "2024-01-01"}, **filled})
    world.machine("a")
    world.go_on(600, step=20)
    database.ops["leases"].update_many({}, {"$set": {"due_at": world.now}})
    world.go_on(120, step=10)
    leases = {doc["_id"]: doc for doc in database.ops["leases"].find()}
    assert {site: doc.get("interval") for site, doc in leases.items()} == {
        "s00": 600,
        "s01": 86400,
        "s02": None,
    }
    waits = {site: doc["due_at"] - world.now for site, doc in leases.items()}
    assert waits["s00"] <= 10 * MINUTE < waits["s01"] <= DAY
    assert waits["s02"] <= 30 * MINUTE
