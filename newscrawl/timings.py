"""Lengths of time that depend on each other: change ``LEASE``, and the others follow.

A scheduled crawl holds its site's lease and shows life every ``HEARTBEAT``. Whoever sees no sign of life for
a whole ``LEASE`` may give the site to another crawl; the holder stops ``MARGIN`` before that. :func:`check`
says what has to hold between them, for the values here at import and for those of a run at its start.
``docs/operate.md`` states them in seconds; ``tests/test_timings.py`` names what is no longer true.
"""

from __future__ import annotations

import datetime as dt

LEASE = dt.timedelta(seconds=60)
"""How long a lease lasts without a sign of life."""
HEARTBEAT = LEASE / 4
"""Between two signs of life of a run."""
ANSWER = LEASE / 4
"""How long MongoDB may take to answer one sign of life; the next one is tried after it."""
MARGIN = LEASE / 3
"""A holder that cannot renew its lease stops starting requests this long before it expires."""
SILENCE = LEASE
"""A run that has given no sign of life for so long was killed."""
ENDING = HEARTBEAT
"""So long a job may run without its site's lease before it is cancelled, and then before it is killed."""
STARTING = max(dt.timedelta(minutes=2), 2 * LEASE)
"""So long a job may run before it takes its site's lease."""
LEARNING = max(dt.timedelta(minutes=10), STARTING)
"""The same for a newspaper without a declaration: it may have to be asked twenty pages first, politely."""

CRON = dt.timedelta(minutes=1)
"""How often cron starts ``scrapy schedule --once``."""
OUT_OF_SIGHT = 1.5 * CRON
"""After two looks further apart than this nothing is known of the time between."""
CRON_ALIVE = 2.5 * CRON
"""How long a node counts as alive after ``--once``."""
ALIVE = LEASE / 2
"""How long a node counts as alive after a tick of the service."""
DEAD = ALIVE
"""So long a claim of a node that gives no sign of life is left to it."""
ABANDONED = max(dt.timedelta(minutes=15), 4 * LEASE)
"""A claim that its node has not followed for so long is nobody's, whatever is said of the node."""


def check(heartbeat: dt.timedelta = HEARTBEAT) -> None:
    """Raise ``ValueError`` when a run with this heartbeat could lose a lease that it renews in time.

    >>> check(dt.timedelta(seconds=45))
    Traceback (most recent call last):
    ValueError: HEARTBEAT=45 should lie between 0 and 25: a lease of 60 s is renewed 20 s before its end
    """
    longest = LEASE - MARGIN - ANSWER
    if not dt.timedelta() < heartbeat < longest:
        raise ValueError(
            f"HEARTBEAT={heartbeat.total_seconds():g} should lie between 0 and "
            f"{longest.total_seconds():g}: a lease of {LEASE.total_seconds():g} s is renewed "
            f"{MARGIN.total_seconds():g} s before its end"
        )
    assert heartbeat + ANSWER < SILENCE, "a living run would count as killed"
    assert CRON < OUT_OF_SIGHT < CRON_ALIVE, (
        "a node that cron starts would be taken for dead between two starts"
    )


check()
