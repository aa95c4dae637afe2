"""Adaptive intervals: how often a newspaper is crawled, judging by what its last runs stored."""

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
"""How long an interval is kept before it is computed again."""
WINDOW = 14 * _DAY
"""The period whose runs count: two whole weeks, so that it always has the same number of Fridays."""
FIRST = 30 * _MINUTE
"""The interval of a newspaper about which nothing is known yet."""
_KNOWN_AFTER, _KNOWN_BY = 12 * _HOUR, 3
"""Minimum time since a newspaper's first run, and minimum number of runs, before its pace is computed."""
_SILENT, _SHARE = 3 * _DAY, 24
"""After a silence of this length (without an article), the interval is at least 1/24 of the silence."""
_RETURNED = 8 * _DAY
"""A silence longer than this between two articles is left out: it exceeds a weekly's usual gap."""
_LOW, _HIGH = 0.65, 1.4
"""The interval changes only when the pace falls below, or rises above, a step times these factors."""
STEPS = (
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 4, 8, 12)),
    *(days * _DAY for days in (1, 2, 4, 7, 14, 30)),
)
"""The intervals to choose from, besides the bounds."""


class PastRun(NamedTuple):
    """One run, as evidence of how often its newspaper publishes."""

    at: dt.datetime
    """When it began, UTC."""
    new: int
    """Number of new articles that it stored."""
    refused: bool = False
    """Did the newspaper refuse the crawl?"""


class Bounds(NamedTuple):
    """The shortest and the longest allowed interval."""

    least: dt.timedelta
    most: dt.timedelta

    def hold(self, interval: dt.timedelta) -> dt.timedelta:
        """The interval, limited to the bounds."""
        return min(max(interval, self.least), self.most)


def pace(visits: Sequence[PastRun], now: dt.datetime) -> dt.timedelta | None:
    """The mean time between two new articles; None while too little is known.

    ``visits`` holds the runs of the last :data:`WINDOW`, the oldest first. Articles of the first run are left
    out, as they may be those of several weeks. A mean over whole weeks does not depend on the day of the
    week. After three days without an article, the pace is at least 1/24 of the silence. After a silence of
    more than eight days, only the articles since then count.

    >>> start = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    >>> visits = [PastRun(start + dt.timedelta(hours=6 * n), 3) for n in range(28)]
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
    mean = (now - began) / sum(visit.new for visit in counted)
    silence = now - max(visit.at for visit in counted if visit.new > 0)
    return max(mean, silence / _SHARE) if silence > _SILENT else mean


def interval(
    visits: Sequence[PastRun], now: dt.datetime, bounds: Bounds, before: dt.timedelta | None = None
) -> dt.timedelta:
    """The interval between two runs, within bounds: the pace, rounded down to one of :data:`STEPS`.

    ``before`` is the current interval. It stays until the pace is 35 % below it, or 40 % above the next step,
    so that it does not go back and forth. A newspaper about which nothing is known yet gets :data:`FIRST`; a
    newspaper that refuses the crawl gets the longest interval.

    >>> bounds = Bounds(dt.timedelta(hours=1), dt.timedelta(days=1))
    >>> interval([], dt.datetime(2026, 11, 1, tzinfo=dt.UTC), bounds)
    datetime.timedelta(seconds=3600)
    """
    if visits and visits[-1].refused:
        return bounds.most
    mean = pace(visits, now)
    if mean is None:
        return bounds.hold(before or FIRST)
    steps = sorted({*bounds, *(step for step in STEPS if bounds.least < step < bounds.most)})
    if before in steps:
        after = dict(pairwise(steps)).get(before, dt.timedelta.max / 2)
        if before * _LOW <= mean < after * _HIGH:
            return before
    return max((step for step in steps if step <= mean), default=bounds.least)


def visits(runs: Collection[Any], site: str, now: dt.datetime) -> list[PastRun]:
    """The runs that show how often a site publishes, the oldest first: no backfills, no failed runs."""
    wanted = {
        "site": site,
        "started_at": {"$gte": now - WINDOW, "$lte": now},
        "outcome": {"$in": [*_TELLING, RunOutcome.REFUSED]},
        "replay": {"$ne": True},
        **{f"arguments.{name}": None for name in ("since", "until", "url", "refresh")},
    }
    fields = {"started_at": 1, "outcome": 1, "counts.new": 1}
    return [
        PastRun(
            run["started_at"].replace(tzinfo=dt.UTC),
            (run.get("counts") or {}).get("new") or 0,
            run["outcome"] == RunOutcome.REFUSED,
        )
        for run in runs.find(wanted, fields).sort("started_at", 1)
    ]


def adapted(
    runs: Collection[Any], lease: Mapping[str, Any], bounds: Bounds, now: dt.datetime
) -> dict[str, Any]:
    """The changes to a site's lease: ``interval`` in seconds, and ``interval_at``, when it was computed.

    The interval is computed again every two hours. Empty while too little is known.
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
        log.info("%s is now crawled every %s, no longer every %s", lease["_id"], after, before)
    return {"interval": after.total_seconds(), "interval_at": now}
