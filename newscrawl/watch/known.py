"""The state of an installation at one moment, as the monitors see it, without a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from newscrawl.vocabulary import NO_ORIGIN, RunOutcome

RUNS = 60
"""How many of a site's newest runs, and of its newest runs that found something new, are examined."""
DAYS = 70
"""How many rows of its coverage are examined: ten weeks."""

SILENT = frozenset({RunOutcome.UNREACHABLE, RunOutcome.REFUSED, RunOutcome.NO_LINKS})
"""Outcomes of runs that got nothing to read from the site."""
OURS = frozenset({RunOutcome.FAULT, RunOutcome.KILLED})
"""Outcomes that the site did not cause."""


@dataclass(frozen=True, slots=True)
class CoverageDay:
    """One row of a newspaper's coverage."""

    day: dt.date
    """The day, on the newspaper's clock."""
    articles: int
    complete: bool | None = None
    """Was the day seen whole? None while that is unknown."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    """One run that has ended."""

    began: dt.datetime
    ended: dt.datetime
    outcome: RunOutcome
    host: str = ""
    new: int = 0
    rejected: int = 0
    fine: int = 0
    """Number of pages that were articles: new, revised or seen before."""
    read: int = 0
    """Number of new articles whose origins were recorded."""
    empty: Mapping[str, float] = field(default_factory=dict)
    """Field → share of these articles that lack it, 0 to 1."""
    drift: tuple[str, ...] = ()
    """Sentences in its record about fields whose origin has changed."""
    alarms: tuple[tuple[str, str], ...] = ()
    """Alarms that the run raised itself, each with its sentence."""

    @classmethod
    def of(cls, doc: Mapping[str, Any]) -> EndedRun:
        """A run from its record; fields that an older version did not record count as unknown."""
        counts = doc.get("counts") or {}
        reading = doc.get("reading") or {}
        shares: Mapping[str, Mapping[str, float]] = reading.get("shares") or {}
        ended: dt.datetime = doc.get("finished_at") or doc["started_at"]
        return cls(
            began=doc["started_at"],
            ended=ended,
            outcome=RunOutcome(doc["outcome"]),
            host=doc.get("host") or "",
            new=counts.get("new", 0),
            rejected=counts.get("rejected", 0),
            fine=counts.get("new", 0) + counts.get("revised", 0) + counts.get("seen", 0),
            read=reading.get("articles") or 0,
            empty={name: origins.get(NO_ORIGIN, 0.0) for name, origins in shares.items()},
            drift=tuple(doc.get("drift") or ()),
            alarms=tuple((alarm["alarm"], alarm["said"]) for alarm in doc.get("alarms") or ()),
        )


@dataclass(frozen=True, slots=True)
class WatchedSite:
    """What is known about one site."""

    name: str
    """Its name, as in ``runs.site``."""
    country: str | None = None
    timezone: str | None = None
    runs: Sequence[EndedRun] = ()
    """The newest first: the latest runs, and earlier runs that found something new."""
    days: Sequence[CoverageDay] = ()
    """Its days, the oldest first, without gaps; an aggregator has none."""
    title: str | None = None
    """Its own name. Example: ``هسبريس``."""


@dataclass(frozen=True, slots=True)
class DueSite:
    """When the schedule crawls a site next."""

    site: str
    due_at: dt.datetime
    runs: bool = False
    """Is a job of the site running or queued?"""


@dataclass(frozen=True, slots=True)
class SeenNode:
    """A machine that crawls."""

    name: str
    alive_until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Installation:
    """The state of all sites, leases and nodes at one moment (UTC)."""

    now: dt.datetime
    sites: Sequence[WatchedSite] = ()
    leases: Sequence[DueSite] = ()
    nodes: Sequence[SeenNode] = ()
