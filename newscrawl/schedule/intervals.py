"""Intervals that adapt: how often a newspaper is crawled, by what its last runs stored."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from pymongo.collection import Collection

log = logging.getLogger(__name__)

_MINUTE, _HOUR, _DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
_TELLING = (RunOutcome.OK, RunOutcome.NOTHING_NEW, RunOutcome.PARTIAL)
STEADY = 2 * _HOUR
"""So long an interval stays as it was found."""
WINDOW = 14 * _DAY
"""Runs that count: those of two whole weeks, in which every moment has the same Fridays behind it."""
FIRST = 30 * _MINUTE
"""The interval of a newspaper of which nothing is known yet."""
_KNOWN_AFTER, _KNOWN_BY = 12 * _HOUR, 3
"""So long and in so many runs a newspaper is watched before they say anything."""
_SILENT, _SHARE = 3 * _DAY, 24
"""After so long without an article the interval is this part of the silence at least."""
_RETURNED = 8 * _DAY
"""A silence before its first article that is left out: more than the gap of a weekly."""
_LOW, _HIGH = 0.65, 1.4
"""By how much the pace must have left an interval, or reached another, before it changes."""
STEPS = (
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 4, 8, 12)),
    *(days * _DAY for days in (1, 2, 4, 7, 14, 30)),
)
"""Intervals that are chosen from, beside the bounds."""


class Visit(NamedTuple):
    """One run, as far as it tells how often its newspaper publishes."""

    at: dt.datetime
    """When it began, UTC."""
    new: int
    """Articles that it stored as new."""
    refused: bool = False
    """Was the newspaper refused, or did it refuse us?"""


class Bounds(NamedTuple):
    """The shortest and the longest interval that are allowed."""

    least: dt.timedelta
    most: dt.timedelta

    def hold(self, interval: dt.timedelta) -> dt.timedelta:
        """The interval, or the bound that it passes."""
        return min(max(interval, self.least), self.most)


def pace(visits: Sequence[Visit], now: dt.datetime) -> dt.timedelta | None:
    """The mean time between two new articles; None while too little is known.

    ``visits`` are the runs of the last :data:`WINDOW`, the oldest first. What the first of them stored is
    left out: it may have gathered the articles of weeks. A mean over whole weeks is the same on every day of
    the week. After three days without an article it is at least a 24th of the silence. Of a newspaper that
    was silent for more than a week, what came since counts alone.

    >>> start = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    >>> visits = [Visit(start + dt.timedelta(hours=6 * n), 3) for n in range(28)]
    >>> pace(visits, visits[-1].at)
    datetime.timedelta(seconds=7200)
    """
    if len(visits) < _KNOWN_BY or now - visits[0].at < _KNOWN_AFTER:
        return None
    began, counted = visits[0].at, visits[1:]
    with_news = [number for number, visit in enumerate(counted) if visit.new > 0]
    if not with_news:
        silence = now - began
        return silence / 4 if silence < WINDOW - _DAY else STEPS[-1]
    if counted[with_news[0]].at - began > _RETURNED:
        began, counted = visits[with_news[0]].at, counted[with_news[0] :]
    found = (now - began) / sum(visit.new for visit in counted)
    silence = now - max(visit.at for visit in counted if visit.new > 0)
    return max(found, silence / _SHARE) if silence > _SILENT else found


def interval(
    visits: Sequence[Visit], now: dt.datetime, bounds: Bounds, before: dt.timedelta | None = None
) -> dt.timedelta:
    """How long to wait from one run to the next, within bounds: the mean time between two new articles,
    rounded down to one of :data:`STEPS`.

    ``before`` is the interval so far. It stays until the pace is 35 % below it, or 40 % above the next step,
    so that it does not go back and forth. A newspaper of which nothing is known yet has :data:`FIRST`, one
    that is refused the longest.

    >>> bounds = Bounds(dt.timedelta(hours=1), dt.timedelta(days=1))
    >>> interval([], dt.datetime(2026, 11, 1, tzinfo=dt.UTC), bounds)
    datetime.timedelta(seconds=3600)
    """
    if visits and visits[-1].refused:
        return bounds.most
    found = pace(visits, now)
    if found is None:
        return bounds.hold(before or FIRST)
    steps = sorted({*bounds, *(step for step in STEPS if bounds.least < step < bounds.most)})
    if before in steps:
        after = dict(pairwise(steps)).get(before, dt.timedelta.max / 2)
        if before * _LOW <= found < after * _HIGH:
            return before
    return max((step for step in steps if step <= found), default=bounds.least)


def visits(runs: Collection[Any], site: str, now: dt.datetime) -> list[Visit]:
    """The runs of a site that tell how often it publishes, the oldest first: not those for days of the past,
    nor those that could not read it.
    """
    wanted = {
        "site": site,
        "started_at": {"$gte": now - WINDOW, "$lte": now},
        "outcome": {"$in": [*_TELLING, RunOutcome.REFUSED]},
        "replay": {"$ne": True},
        **{f"arguments.{name}": None for name in ("since", "until", "url", "refresh")},
    }
    fields = {"started_at": 1, "outcome": 1, "counts.new": 1}
    return [
        Visit(
            run["started_at"].replace(tzinfo=dt.UTC),
            (run.get("counts") or {}).get("new") or 0,
            run["outcome"] == RunOutcome.REFUSED,
        )
        for run in runs.find(wanted, fields).sort("started_at", 1)
    ]


def adapted(
    runs: Collection[Any], lease: Mapping[str, Any], bounds: Bounds, now: dt.datetime
) -> dict[str, Any]:
    """What changes in a site's lease: its ``interval`` in seconds, found again by its runs every few hours,
    and ``interval_at``, when that was. Nothing while too little is known.
    """
    seconds, at = lease.get("interval"), lease.get("interval_at")
    before = dt.timedelta(seconds=seconds) if seconds else None
    if before and at and dt.timedelta() <= now - at < STEADY and bounds.hold(before) == before:
        return {}
    known = visits(runs, lease["_id"], now)
    if pace(known, now) is None and not (known and known[-1].refused):
        return {}
    after = interval(known, now, bounds, before)
    if before and after != before:
        log.info("%s: it is crawled every %s from now on, every %s before", lease["_id"], after, before)
    return {"interval": after.total_seconds(), "interval_at": now}
