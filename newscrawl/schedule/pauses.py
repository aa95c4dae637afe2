"""How long to wait before a failed job is tried again; crawls use it, too, without a scheduler."""

from __future__ import annotations

import datetime as dt

FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=5), dt.timedelta(days=1)
"""The first and the longest wait before a failed job is tried again."""


def pause(failures: int) -> dt.timedelta:
    """How long to wait after this many earlier failures; each wait is four times the previous one.

    >>> [str(pause(failures)) for failures in range(6)]
    ['0:05:00', '0:20:00', '1:20:00', '5:20:00', '21:20:00', '1 day, 0:00:00']
    """
    return min(FIRST_PAUSE * int(4 ** min(failures, 9)), LONGEST_PAUSE)
