"""Lengths of time that depend on each other: change ``LEASE``, and the others follow.

A scheduled crawl holds its site's lease and sends a heartbeat every ``HEARTBEAT``. A scheduler that sees no
heartbeat for a whole ``LEASE`` may give the site to another crawl; the holder stops ``MARGIN`` before that.
:func:`check` verifies their relations: for the values here at import, for those of a run at its start.
``docs/operate.md`` states them in seconds; ``tests/test_timings.py`` names statements that no longer hold.
"""

from __future__ import annotations

import datetime as dt

LEASE = dt.timedelta(seconds=60)
"""How long a lease lasts without a heartbeat."""
HEARTBEAT = LEASE / 4
"""Time between heartbeats of a run."""
ANSWER = LEASE / 4
"""How long MongoDB may take to answer one heartbeat before the next is tried."""
MARGIN = LEASE / 3
"""A holder that cannot renew its lease stops starting requests this long before it expires."""
SILENCE = LEASE
"""A run without a heartbeat for this long counts as killed."""
ENDING = HEARTBEAT
"""How long a job may run without its site's lease before it is cancelled, and as long again before it is
killed."""
STARTING = max(dt.timedelta(minutes=2), 2 * LEASE)
"""How long a job may run before it takes its site's lease."""
LEARNING = max(dt.timedelta(minutes=10), STARTING)
"""How long the job of a newspaper without a declaration may run before it takes the lease: it may first have
to download twenty pages, politely."""

CRON = dt.timedelta(minutes=1)
"""How often cron starts ``scrapy schedule --once``."""
OUT_OF_SIGHT = 1.5 * CRON
"""If two ticks are further apart than this, what happened between them counts as unknown."""
CRON_ALIVE = 2.5 * CRON
"""How long a node counts as alive after ``--once``."""
ALIVE = LEASE / 2
"""How long a node counts as alive after a tick of the service."""
DEAD = ALIVE
"""How long a node without a heartbeat keeps a claim."""
ABANDONED = max(dt.timedelta(minutes=15), 4 * LEASE)
"""A claim that its node has not followed for this long is freed, even if the node seems alive."""


def check(heartbeat: dt.timedelta = HEARTBEAT) -> None:
    """Raise ``ValueError`` if a run with this heartbeat could lose a lease that it renews in time.

    >>> check(dt.timedelta(seconds=45))
    Traceback (most recent call last):
    ValueError: HEARTBEAT=45 should be between 0 and 25: a lease of 60 s is renewed 20 s before its end
    """
    longest = LEASE - MARGIN - ANSWER
    if not dt.timedelta() < heartbeat < longest:
        raise ValueError(
            f"HEARTBEAT={heartbeat.total_seconds():g} should be between 0 and "
            f"{longest.total_seconds():g}: a lease of {LEASE.total_seconds():g} s is renewed "
            f"{MARGIN.total_seconds():g} s before its end"
        )
    assert heartbeat + ANSWER < SILENCE, "a living run would count as killed"
    assert CRON < OUT_OF_SIGHT < CRON_ALIVE, (
        "a node that cron starts would be taken for dead between two starts"
    )


check()
