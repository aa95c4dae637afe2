"""Computes the period for which a walk saw everything that its list showed."""

from __future__ import annotations

import datetime as dt

from newscrawl.covered import SeenWalk, bounds
from newscrawl.discovery import Walk
from newscrawl.discovery.kinds import source_of

_DAY = dt.timedelta(days=1)


def seen_by(walk: Walk, began: dt.datetime, timezone: str | None) -> SeenWalk:
    """The period that a walk saw whole.

    ``began`` is when its crawl began, ``timezone`` is the publisher's.
    """
    since, until = _since(walk, timezone) if walk.completed else None, began
    if walk.until:
        until = min(until, bounds(walk.until, timezone)[1])
    if walk.resumed and walk.newest_day:  # the walk that it continues saw the days after that
        until = min(until, bounds(walk.newest_day + _DAY, timezone)[1])
    is_window = since is not None and since < until
    return SeenWalk(
        walk.listing,
        source_of(walk.source),
        walk.completed,
        since if is_window else None,
        until if is_window else None,
    )


def _since(walk: Walk, timezone: str | None) -> dt.datetime | None:
    """The moment from which a completed walk saw everything; None when that is unknown."""
    shown = bounds(walk.oldest_day, timezone)[1] if walk.oldest_day else None
    looked = bounds(walk.since, timezone)[0] if walk.since else None
    if walk.is_cut:
        return shown
    if walk.to_mark and walk.mark and (walk.reached if walk.resumed else not walk.gap):
        return walk.marked_at
    if walk.has_unchanged and walk.marked_at and (shown is None or shown <= walk.marked_at):
        return walk.marked_at
    if looked and (walk.too_old or walk.resumed):
        return looked
    return max(shown, looked) if shown and looked else shown
