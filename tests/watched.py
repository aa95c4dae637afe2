"""Watches a synthetic month as the alarms do, and compares the raised alarms with the expected ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from newscrawl.watch.causes import OpenAlarm, causes, step
from newscrawl.watch.known import (
    DAYS,
    RUNS,
    CoverageDay,
    DueSite,
    EndedRun,
    Installation,
    SeenNode,
    WatchedSite,
)
from tests.site_months import Made, Replay, Truth, World

GRACE = dt.timedelta(hours=3)
"""How long an alarm may go on after its trouble is over: until the next run ends and the next check comes."""


@dataclass
class Score:
    """The results of some months."""

    months: int = 0
    due: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    delays: dict[str, list[float]] = field(default_factory=dict)
    scenarios: Counter[str] = field(default_factory=Counter)

    def add(self, other: Score) -> None:
        self.months += other.months
        self.due += other.due
        self.missed += other.missed
        self.false += other.false
        self.scenarios += other.scenarios
        for name, hours in other.delays.items():
            self.delays.setdefault(name, []).extend(hours)

    def __str__(self) -> str:
        delays = [
            f"  {name}: {len(hours)}, median {sorted(hours)[len(hours) // 2]:.0f} h, most {max(hours):.0f} h"
            for name, hours in sorted(self.delays.items())
        ]
        counts = ", ".join(f"{name} {count}" for name, count in sorted(self.scenarios.items()))
        head = f"{self.months} site-months: {len(self.false)} false alarms, "
        head += f"{len(self.missed)} of {self.due} missed"
        return "\n".join([head, f"  {counts}", "delays after the earliest sensible moment:", *delays])


class WatchTrial:
    """One world, checked at regular intervals."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._replay = Replay(world)
        self._ran: dict[str, list[EndedRun]] = {site.name: [] for site in world.sites}

    def rings(self, every: dt.timedelta) -> Iterator[tuple[dt.datetime, list[str], set[str]]]:
        """The alarms that begin, and those that are active, at each moment."""
        ringing: dict[str, OpenAlarm] = {}
        for now in self._replay.moments(every):
            before = {key: alarm.cause for key, alarm in ringing.items()}
            ringing, begun, _ = step(ringing, causes(self._installation(now), before), now)
            silenced = self.world.silenced
            if not (silenced and silenced[0] <= now < silenced[1] + dt.timedelta(hours=1)):
                yield now, [cause.key for cause in begun], set(ringing)

    def _installation(self, now: dt.datetime) -> Installation:
        sites = [self._known(site) for site in self.world.sites if site.born <= now]
        leases = [DueSite(doc["_id"], doc["due_at"]) for doc in self.world.leases(now)]
        nodes = [SeenNode(doc["_id"], doc["alive_until"]) for doc in self.world.nodes(now)]
        return Installation(now, sites, leases, nodes)

    def _known(self, site: Made) -> WatchedSite:
        docs, ran = self._replay.runs[site.name], self._ran[site.name]
        ran += [EndedRun.of(doc) for doc in docs[len(ran) :]]
        newest = ran[-RUNS:]
        newest = [run for run in ran[-2000:-RUNS] if run.read or run.rejected][-RUNS:] + newest
        return WatchedSite(site.name, site.country, "UTC", newest[::-1], days(self._replay.rows[site.name]))

    def score(self, every: dt.timedelta) -> Score:
        """Score the alarms: one is heard if it is raised when it must be, and false if it begins at another
        moment.
        """
        world = self.world
        found = Score(months=len(world.sites))
        found.scenarios.update(site.scenario for site in world.sites)
        found.scenarios[f"({world.event})"] += 1
        found.scenarios[f"[{world.season}]"] += len(world.sites)
        open_truths = [truth for truth in world.truth if truth.since < min(truth.until, world.end)]
        heard: set[Truth] = set()
        for at, begun, ringing in self.rings(every):
            found.false += [
                f"{at:%Y-%m-%d %H:%M} {key} ({world.season}, {world.event})"
                for key in begun
                if not any(means(one, key) and fits(one, at) for one in world.truth)
            ]
            for truth in world.truth:
                if truth in heard or not fits(truth, at) or not any(means(truth, key) for key in ringing):
                    continue
                heard.add(truth)
                name = f"{truth.kind} {truth.site.split('_', 2)[2]}" if truth.site else truth.kind
                found.delays.setdefault(name, []).append((at - truth.since) / dt.timedelta(hours=1))
        found.due = len(open_truths)
        found.missed = [f"{truth}" for truth in open_truths if truth not in heard]
        return found


def means(truth: Truth, key: str) -> bool:
    return key == (f"{truth.kind} {truth.site}" if truth.site else truth.kind) or (
        truth.kind == "node" and key.startswith("node ")
    )


def fits(truth: Truth, at: dt.datetime) -> bool:
    return truth.since - GRACE <= at <= truth.until + GRACE


def days(rows: dict[str, dict[str, Any]]) -> list[CoverageDay]:
    newest = sorted(rows.values(), key=lambda row: str(row["day"]))[-DAYS:]
    return [
        CoverageDay(dt.date.fromisoformat(row["day"]), row["articles"], row["complete"]) for row in newest
    ]
