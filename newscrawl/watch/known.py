"""What the monitors know of an installation at one moment, without a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from newscrawl.vocabulary import NO_ORIGIN, RunOutcome

RUNS = 60
"""Newest runs of a site that are looked at; and as many of those that met something new."""
DAYS = 70
"""Rows of its coverage that are looked at: ten weeks."""

SILENT = frozenset({RunOutcome.UNREACHABLE, RunOutcome.REFUSED, RunOutcome.NO_LINKS})
"""Outcomes of a site that gave nothing to read."""
OURS = frozenset({RunOutcome.FAULT, RunOutcome.KILLED})
"""Outcomes that are not the site's doing."""


@dataclass(frozen=True, slots=True)
class Day:
    """One row of a newspaper's coverage."""

    day: dt.date
    """On its own clock."""
    articles: int
    complete: bool | None = None
    """Was it seen whole? None while that cannot be told."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run that has ended."""

    began: dt.datetime
    ended: dt.datetime
    outcome: RunOutcome
    host: str = ""
    new: int = 0
    rejected: int = 0
    fine: int = 0
    """Pages that were articles: new, revised or seen before."""
    read: int = 0
    """New articles of which it is known how they were read."""
    empty: Mapping[str, float] = field(default_factory=dict)
    """Field → share of these articles that lack it, 0 to 1."""
    drift: tuple[str, ...] = ()
    """Sentences of its record on what is read in another way than before."""
    alarms: tuple[tuple[str, str], ...] = ()
    """What the run itself rang, with its sentence."""

    @classmethod
    def of(cls, doc: Mapping[str, Any]) -> Ran:
        """A run from its record; what a record of an older version lacks is unknown."""
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
            empty={name: found.get(NO_ORIGIN, 0.0) for name, found in shares.items()},
            drift=tuple(doc.get("drift") or ()),
            alarms=tuple((one["alarm"], one["said"]) for one in doc.get("alarms") or ()),
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one site."""

    name: str
    """As ``runs.site`` names it."""
    country: str | None = None
    timezone: str | None = None
    runs: Sequence[Ran] = ()
    """The newest first: the last ones, and those before them that met something new."""
    days: Sequence[Day] = ()
    """The oldest first, without holes; none of an aggregator."""
    title: str | None = None
    """Its own name. Example: ``هسبريس``."""


@dataclass(frozen=True, slots=True)
class Lease:
    """When the schedule crawls a site next."""

    site: str
    due_at: dt.datetime
    runs: bool = False
    """Does a job of it run or wait?"""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that crawls."""

    name: str
    alive_until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Installation:
    """All that is known at one moment."""

    now: dt.datetime
    sites: Sequence[Known] = ()
    leases: Sequence[Lease] = ()
    nodes: Sequence[Node] = ()
