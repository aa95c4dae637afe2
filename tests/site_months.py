"""Synthetic months of synthetic newspapers, each with the alarms that the monitors should raise.

The module uses nothing of ``newscrawl.watch``. An installation (:class:`World`) has ten newspapers, each with
eight weeks of history and thirty watched days. It stores what a real one stores: a record for each run, and
the rows of coverage, which change as runs end. ``World.truth`` says which alarms must be raised, from when on
they make sense, and by when they must be there; any other alarm is false.

An alarm makes sense as soon as a person who knows the newspaper's true rate would be sure: after a day
without an article in which twelve should have come, six hours without an answer, or ten articles that are
read differently.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from newscrawl.dates import to_hijri
from newscrawl.items import READ_FIELDS

HISTORY, WATCHED = 56, 30
"""Days of history, and watched days."""
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HORIZON = 7
"""Days that a list covers: an older article is lost if no run saw it."""

CALM = ("plain", "quiet_friday", "weekly", "wire", "flaky", "burst", "backup_nights", "young")
BAD = (
    "dead_silent", "dead_unreachable", "strike", "comes_back", "redesign_no_links", "redesign_fields",
    "redesign_rejected", "decline",
)  # fmt: skip
SEASONS = {
    "autumn": dt.date(2025, 10, 6),
    "winter": dt.date(2026, 1, 5),
    "ramadan": dt.date(2026, 2, 12),
    "fitr": dt.date(2026, 3, 4),
    "spring": dt.date(2026, 4, 13),
    "adha": dt.date(2026, 5, 12),
    "summer": dt.date(2026, 7, 27),
}
"""First watched days."""
EVENTS = ("none", "node_away", "network_away", "maintenance")
"""What happens to the whole installation, not to a single newspaper."""
ZONES = {
    "MA": "Africa/Casablanca", "EG": "Africa/Cairo", "SA": "Asia/Riyadh", "QA": "Asia/Qatar",
    "LB": "Asia/Beirut", "AE": "Asia/Dubai", "TN": "Africa/Tunis",
}  # fmt: skip
NORMAL_HOURS = np.array([1, 1, 0, 0, 0, 1, 2, 4, 6, 8, 9, 9, 8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 3, 2], float)
RAMADAN_HOURS = np.array([6, 5, 4, 3, 1, 0, 0, 0, 1, 2, 4, 6, 7, 8, 7, 6, 4, 1, 1, 3, 7, 9, 9, 8], float)


@dataclass(frozen=True)
class Truth:
    """An alarm that must be raised."""

    kind: str
    """``silent`` (no articles), ``reduced`` (fewer articles, or more fields missing), ``node`` or
    ``network``.
    """
    site: str | None
    since: dt.datetime
    """The first moment at which the alarm makes sense."""
    until: dt.datetime
    """The end of the trouble, by which the alarm must have been raised."""


@dataclass
class Made:
    """A newspaper: its habits, and what happens to it."""

    name: str
    scenario: str
    country: str
    every: dt.timedelta
    week: list[float]
    """Articles a day, Monday first."""
    spread: float
    """How much days differ, in addition to chance: the shape of a gamma distribution."""
    ramadan: float
    feast: tuple[int, float]
    """Days of a feast, and the share of articles that it publishes then."""
    summer: float
    node: str
    event_at: dt.datetime
    event_ends: dt.datetime | None
    born: dt.datetime
    runs: list[dict[str, Any]] = field(default_factory=list)
    """As in ``runs``, the oldest first; ``rows`` is not part of the record."""

    @property
    def zone(self) -> str:
        return ZONES[self.country]


class World:
    """An installation with ten newspapers, or another number of them, for a month."""

    def __init__(self, seed: int, sites: int = 10) -> None:
        self.seed = seed
        self._random = random.Random(seed)
        self._numbers = np.random.default_rng(seed)
        self.season = list(SEASONS)[seed % len(SEASONS)]
        self.event = EVENTS[(seed // 2) % len(EVENTS)]
        start = dt.datetime.combine(SEASONS[self.season], dt.time(), dt.UTC)
        self.start, self.end = start, start + WATCHED * DAY
        self.began = start - HISTORY * DAY
        self.event_at = start + self._random.randint(8, 22) * DAY + self._random.randint(0, 23) * HOUR
        hours = {"node_away": 48, "network_away": 7, "maintenance": 3, "none": 0}[self.event]
        self.event_ends = self.event_at + hours * HOUR
        self.truth: list[Truth] = []
        self.sites = [self._site(number) for number in range(sites)]
        for site in self.sites:
            self._live(site)
        self._say_event()

    # --- The newspapers

    def _site(self, number: int) -> Made:
        draw = self._random
        kinds = (*CALM, *BAD)
        # Half of the newspapers are well. A real installation has more of these, which makes the task easier.
        scenario = draw.choice(CALM if number % 2 else BAD)
        if number == 0:
            scenario = kinds[self.seed % len(kinds)]
        country = draw.choice(list(ZONES))
        rate = {"wire": draw.uniform(150, 400), "weekly": 0.0}.get(
            scenario, draw.choice([6, 12, 25, 40, 70, 110])
        )
        weekend = (6,) if country in ("MA", "TN", "LB") else (4, 5)
        week = [
            rate * (draw.uniform(0.3, 0.8) if day in weekend else draw.uniform(0.9, 1.1)) for day in range(7)
        ]
        if scenario == "quiet_friday":
            week[4] = 0.0
        if scenario == "weekly":
            week[draw.randrange(7)] = draw.uniform(10, 20)
        event_at = self.start + draw.randint(2, 12) * DAY + draw.randint(0, 23) * HOUR
        ends = {"strike": draw.randint(4, 6), "comes_back": draw.randint(4, 9)}.get(scenario)
        return Made(
            name=f"sahifa{self.seed}_{number}_{scenario}",
            scenario=scenario,
            country=country,
            every=HOUR * draw.choice([0.5, 1, 1, 2]),
            week=week,
            spread=draw.uniform(6, 25),
            ramadan=draw.uniform(0.6, 0.95),
            feast=(draw.randint(0, 4), draw.choice([0.0, 0.0, 0.2])),
            summer=draw.uniform(0.6, 0.9),
            node=f"node{number % 2 + 1}",
            event_at=event_at,
            event_ends=event_at + ends * DAY if ends else None,
            born=self.start - draw.randint(0, 10) * DAY if scenario == "young" else self.began,
        )

    def _rate(self, site: Made, day: dt.date) -> float:
        """The number of articles that a newspaper would publish on a normal day."""
        rate = site.week[day.weekday()]
        hijri = to_hijri(day, site.country)
        assert hijri
        month, number = int(hijri.day[5:7]), int(hijri.day[8:])
        closed, share = site.feast
        if month == 9:
            rate *= site.ramadan
        if (month == 10 and number <= closed) or (month == 12 and 10 <= number < 10 + closed):
            rate *= share
        if day.month == 8:
            rate *= site.summer
        return rate

    def _share(self, site: Made, moment: dt.datetime) -> float:
        """The share of that number which it publishes after what happened to it."""
        if moment < site.event_at or (site.event_ends and moment >= site.event_ends):
            return 1.0
        if site.scenario in ("dead_silent", "strike"):
            return 0.0
        if site.scenario == "decline":  # it falls to a fifth in eighteen days
            return max(0.2, 1 - 0.8 * ((moment - site.event_at) / (18 * DAY)))
        return 1.0

    # --- Its articles, and what the runs see of them

    def _articles(self, site: Made) -> list[dt.datetime]:
        """The moments at which articles are published, in order."""
        moments: list[dt.datetime] = []
        day = site.born.date()
        while day < self.end.date():
            mean = self._rate(site, day)
            if site.scenario == "burst" and day == (self.start + 9 * DAY).date():
                mean *= 4
            hijri = to_hijri(day, site.country)
            hours = RAMADAN_HOURS if hijri and hijri.day[5:7] == "09" else NORMAL_HOURS
            mean *= self._numbers.gamma(site.spread, 1 / site.spread)
            for hour, number in enumerate(self._numbers.poisson(mean * hours / hours.sum()).tolist()):
                for _ in range(number):
                    at = dt.datetime.combine(day, dt.time(hour, self._random.randrange(60)), dt.UTC)
                    if self._random.random() < self._share(site, at):
                        moments.append(at)
            day += DAY
        return sorted(moments)

    def _outcome(self, site: Made, at: dt.datetime) -> str | None:
        """The outcome of a run that begins now; None: it is fine; "": it does not begin."""
        happens = self.event_at <= at < self.event_ends
        if happens and self.event == "maintenance":
            return ""
        if happens and self.event == "node_away" and site.node == "node2" and at < self.event_at + HOUR / 20:
            return "killed"  # the lease runs out, and the other node goes on
        if happens and self.event == "network_away":
            return "unreachable"
        ill = at >= site.event_at and not (site.event_ends and at >= site.event_ends)
        if ill and site.scenario in ("dead_unreachable", "comes_back"):
            return "unreachable"
        if ill and site.scenario == "redesign_no_links":
            return "no_links"
        if site.scenario == "flaky" and self._random.random() < 0.3:
            return self._random.choice(["unreachable", "partial", "unreachable"])
        if site.scenario == "backup_nights" and 1 <= at.hour < 4:
            return "unreachable"
        return "unreachable" if self._random.random() < 0.01 else None

    def _live(self, site: Made) -> None:
        articles = self._articles(site)
        place, waiting = 0, []
        due = site.born + HOUR * self._random.random()
        last_fine = site.born
        read: list[dt.datetime] = []
        while due < self.end:
            at = due + dt.timedelta(seconds=self._random.randrange(60))
            due += site.every
            outcome = self._outcome(site, at)
            while place < len(articles) and articles[place] <= at:
                waiting.append(articles[place])
                place += 1
            if outcome == "":
                continue
            if outcome in (None, "partial"):
                read = [one for one in waiting if one > at - HORIZON * DAY]
                waiting = []
            run = self._run(site, at, outcome, read if outcome in (None, "partial") else [], last_fine)
            if outcome is None:
                last_fine = at
            site.runs.append(run)
        self._say(site, [at for at in articles if at >= site.event_at])

    def _run(
        self, site: Made, at: dt.datetime, outcome: str | None, read: list[dt.datetime], last: dt.datetime
    ) -> dict[str, Any]:
        """The record of a run, with what it changes in ``coverage``."""
        ill = at >= site.event_at
        lost = 0.85 if ill and site.scenario == "redesign_rejected" else 0.02
        kept = [one for one in read if self._random.random() >= lost]
        rejected = len(read) - len(kept)
        takes = dt.timedelta(seconds=20 + 3 * len(read))
        failing = outcome in ("unreachable", "no_links", "killed")
        rows = Counter(str(one.date()) for one in kept) if kept else {}
        whole = (
            [] if failing else [str((last + n * DAY).date()) for n in range((at.date() - last.date()).days)]
        )
        return {
            "_id": f"{site.name}-{at:%Y%m%dT%H%M%S}",
            "site": site.name,
            "began": at,
            "whole": True,
            "started_at": at,
            "finished_at": at + takes,
            "heartbeat_at": at + takes,
            "host": site.node,
            "scheduled": True,
            "outcome": outcome or ("ok" if kept else "nothing_new"),
            "reason": "silent" if outcome == "killed" else "finished",
            "counts": {"new": len(kept), "seen": 0, "revised": 0, "rejected": rejected},
            "rejected": {"no_body": rejected} if rejected else {},
            "downloaded": len(read),
            "failed": {"timeout": 1} if outcome == "unreachable" else {},
            "reading": {"articles": len(kept), "shares": self._shares(site, len(kept), ill)},
            "drift": [],
            "rows": {"articles": rows, "whole": whole, "failing": failing},
        }

    def _shares(self, site: Made, articles: int, ill: bool) -> dict[str, dict[str, float]]:
        """The origins by which the articles of a run are read."""
        shares: dict[str, dict[str, float]] = {}
        for name in READ_FIELDS if articles else ():
            empty = {"lede": 0.5, "authors": 0.3, "tags": 0.4, "section": 0.1}.get(name, 0.01)
            if ill and site.scenario == "redesign_fields" and name in ("dates", "authors", "section"):
                empty = 0.95
            found = int(self._numbers.binomial(articles, 1 - empty)) / articles
            shares[name] = {"markup": found, "empty": 1 - found}
        return shares

    # --- The truth

    def _say(self, site: Made, after: list[dt.datetime]) -> None:
        """Add an alarm that must be raised; ``after`` are the articles since it happened."""
        at, over = site.event_at, min(site.event_ends or self.end, self.end)
        if site.scenario in ("dead_silent", "strike"):
            self._must("silent", site, max(at + DAY, self._missed(site, at, 12)), over)
        elif site.scenario in ("dead_unreachable", "comes_back", "redesign_no_links"):
            self._must("silent", site, at + 6 * HOUR, over)
        elif site.scenario in ("redesign_fields", "redesign_rejected"):
            self._must("reduced", site, after[9] if len(after) > 9 else self.end, over)
        elif site.scenario == "decline":  # half of it is gone
            self._must("reduced", site, at + 0.5 / 0.8 * 18 * DAY, over)

    def _missed(self, site: Made, since: dt.datetime, articles: float) -> dt.datetime:
        """The moment at which this many articles should have come."""
        at = since
        while articles > 0 and at < self.end:
            hours = NORMAL_HOURS / NORMAL_HOURS.sum()
            articles -= self._rate(site, at.date()) * hours[at.hour]
            at += HOUR
        return at

    def _must(self, kind: str, site: Made, since: dt.datetime, until: dt.datetime) -> None:
        """Add an alarm, which is optional if it makes sense only after the month or the trouble is over."""
        self.truth.append(Truth(kind, site.name, since, until))

    def _say_event(self) -> None:
        if self.event == "node_away":
            self.truth.append(Truth("node", None, self.event_at + HOUR / 12, self.event_ends))
        if self.event == "network_away":
            self.truth.append(Truth("network", None, self.event_at + HOUR / 2, self.event_ends))

    def nodes(self, now: dt.datetime) -> list[dict[str, Any]]:
        """The collection ``nodes`` at a moment."""
        away = {
            "node_away": ["node2"],
            "maintenance": ["node1", "node2"],
        }.get(self.event, [])
        documents: list[dict[str, Any]] = []
        for name in ("node1", "node2"):
            is_away = name in away and self.event_at <= now < self.event_ends
            seen = self.event_at if is_away else now
            documents.append(
                {"_id": name, "alive_until": seen + dt.timedelta(seconds=30), "can": [], "slots": 4}
            )
        return documents

    def leases(self, now: dt.datetime) -> list[dict[str, Any]]:
        """The collection ``leases`` at a moment: each site's next due time."""
        stopped = self.event == "maintenance" and self.event_at <= now < self.event_ends
        found = []
        for site in self.sites:
            if site.born <= now:
                since = self.event_at if stopped else now
                due = site.born + ((since - site.born) // site.every + 1) * site.every
                found.append({"_id": site.name, "due_at": due, "rule": f"every {site.every}", "job": None})
        return found

    @property
    def silenced(self) -> tuple[dt.datetime, dt.datetime] | None:
        """When the operator has silenced all alarms, for planned maintenance."""
        return (self.event_at, self.event_ends) if self.event == "maintenance" else None


class Replay:
    """Replays the month of a world: the contents of MongoDB at each moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.runs: dict[str, list[dict[str, Any]]] = {site.name: [] for site in world.sites}
        """The runs that have ended, oldest first."""
        self.rows: dict[str, dict[str, dict[str, Any]]] = {site.name: {} for site in world.sites}
        """Rows of ``coverage`` by site and day."""
        self._places = dict.fromkeys(self.runs, 0)

    def moments(self, step: dt.timedelta) -> Iterator[dt.datetime]:
        """Go through the watched days."""
        now = self.world.start
        while now <= self.world.end:
            self._go(now)
            yield now
            now += step

    def _go(self, now: dt.datetime) -> None:
        for site in self.world.sites:
            place = self._places[site.name]
            while place < len(site.runs) and site.runs[place]["finished_at"] <= now:
                self._take(site.name, site.runs[place])
                place += 1
            self._places[site.name] = place

    def _take(self, site: str, run: dict[str, Any]) -> None:
        rows = self.rows[site]
        changes = run["rows"]
        self.runs[site].append({name: value for name, value in run.items() if name != "rows"})
        for day in (*changes["articles"], *changes["whole"], str(run["began"].date())):
            new = {
                "source": site,
                "day": day,
                "articles": 0,
                "copies": 0,
                "complete": None,
                "why": "not_over",
            }
            rows.setdefault(day, new)
        for day, articles in changes["articles"].items():
            rows[day]["articles"] += articles
        for day in changes["whole"]:
            rows[day] |= {"complete": True, "why": "seen"}
        yesterday = rows.get(str(run["began"].date() - DAY))
        if changes["failing"] and yesterday and not yesterday["complete"]:
            yesterday |= {"complete": False, "why": "site_silent"}
