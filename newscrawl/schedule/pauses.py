"""How long to wait before a failed job is tried again; crawls without a scheduler use it, too."""

from __future__ import annotations

import datetime as dt

FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=5), dt.timedelta(days=1)
"""The first and the longest pause before a failed job is tried again."""


def pause(failures: int) -> dt.timedelta:
    """How long to wait after this many earlier failures; each pause is four times as long as the one before.

    >>> [str(pause(failures)) for failures in range(6)]
    ['0:05:00', '0:20:00', '1:20:00', '5:20:00', '21:20:00', '1 day, 0:00:00']
    """
    return min(FIRST_PAUSE * int(4 ** min(failures, 9)), LONGEST_PAUSE)
