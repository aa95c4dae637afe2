"""A thousand newspapers for a simulated day on three nodes: none is left out, none is crawled twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from newscrawl.schedule.intervals import Bounds
from newscrawl.schedule.times import Every, duration
from tests.conftest import Database
from tests.schedule_model import START, World
from tests.trials import size

STEP = 30
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
RULES = ["15m", "1h", "1h", "4h", "4h", "4h", "1h", "1h", "auto", "auto"]
"""The intervals of ten newspapers."""
A_DAY = [96, 40, 12, 3, 0]
"""Articles a day of the newspapers whose intervals adapt."""
AUTO = Bounds(15 * MINUTE, 24 * HOUR)
FULL = 1000


@pytest.mark.trials
def test_a_thousand_newspapers_are_crawled_for_a_day_each_once_at_each_due_time(
    database: Database, tmp_path: Path
) -> None:
    count = max(20, size(FULL))
    hours = 24 if count == FULL else 1
    world = World(database, tmp_path)
    rules = {f"n{n:04}": RULES[n % 10] for n in range(count)}
    tables = (
        f"[sites.{name}]\nevery = '{rule}'\nargs = {{ home = 'https://{name}.example/' }}"
        for name, rule in rules.items()
    )
    world.write("\n".join(tables))
    published = {name: A_DAY[n // 10 % len(A_DAY)] for n, name in enumerate(rules)}
    world.stores = lambda run: round(published[run.site] * (_since(world, run.site) / (24 * HOUR)))
    _history(world, {name: published[name] for name, rule in rules.items() if rule == "auto"})
    for name in "abc" if count == FULL else "ab":
        world.machine(name, slots=40).takes = 45
    warm = 5 * HOUR if count == FULL else HOUR
    world.go_on(int((warm + hours * HOUR).total_seconds()), step=STEP)
    since, until = START + warm, START + warm + hours * HOUR
    _each_once(world, rules, since, until)
    _spread(world, count, since, until)


def _since(world: World, site: str) -> dt.timedelta:
    """How long ago the run before the one that is ending began."""
    began = world.last.get(site, world.now - HOUR)  # type: ignore[attr-defined]
    world.last[site] = world.now  # type: ignore[attr-defined]
    return world.now - began


def _history(world: World, published: dict[str, int]) -> None:
    """Two weeks of runs, one every six hours, of the newspapers whose intervals adapt."""
    world.last = {}  # type: ignore[attr-defined]
    for name, a_day in published.items():
        world.database.ops["runs"].insert_many(
            {
                "_id": f"{name} {n}",
                "site": name,
                "started_at": START - n * 6 * HOUR,
                "outcome": "ok",
                "counts": {"new": a_day // 4},
            }
            for n in range(1, 56)
        )


def _each_once(world: World, rules: dict[str, str], since: dt.datetime, until: dt.datetime) -> None:
    begun: dict[str, list[dt.datetime]] = {name: [] for name in rules}
    for run in world.runs:
        begun[run.site].append(run.began)
    leases = {doc["_id"]: doc for doc in world.database.ops["leases"].find()}
    for rank, (name, rule) in enumerate(sorted(rules.items())):
        length = dt.timedelta(seconds=leases[name]["interval"]) if rule == "auto" else duration(rule)
        if rule == "auto":
            assert AUTO.least <= length <= AUTO.most
            gaps = [b - a for a, b in pairwise(begun[name]) if a >= since]
            assert all(AUTO.least - MINUTE <= gap <= length + 2 * MINUTE for gap in gaps), (
                name,
                length,
                gaps,
            )
            continue
        grid, slots = Every(rule, rank / len(rules)), Counter[dt.datetime]()
        for at in begun[name]:
            slots[grid.after(at)] += 1
        due = grid.after(since)
        while due + length <= until:
            assert slots[due + length] == 1, f"{name} ran {slots[due + length]} times from {due}"
            due += length


def _spread(world: World, count: int, since: dt.datetime, until: dt.datetime) -> None:
    minutes = Counter((run.began - since) // MINUTE for run in world.runs if since <= run.began < until)
    total = (until - since) // MINUTE
    mean, most = sum(minutes.values()) / total, max(minutes.values())
    first = Counter((run.began - START) // MINUTE for run in world.runs if run.began < START + HOUR)
    print(
        f"\n{count} newspapers, {total / 60:.0f} hours: {sum(minutes.values())} runs, a minute {mean:.1f} on "
        f"average, {min(minutes[m] for m in range(total))} to {most}; at most {max(first.values())} in the "
        "first hour of all"
    )
    assert most <= 3 * mean + 3
