"""What goes between a crawl and its workers."""

from __future__ import annotations

import copyreg
import io
import pickle
import struct
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from newscrawl.dates import zone

HEADER = struct.Struct("!Q")
"""Before each message, its length in bytes."""
Work = tuple[Callable[..., Any], int, object, tuple[Any, ...], float]
"""What a worker is sent: the function, the number of the site, the site itself if it is the first time,
the other arguments, and the seconds of CPU time that it may take."""
Answer = tuple[bool, Any, str]
"""What it answers: did the function return? What it returned, or the exception in a line; the traceback."""


class _Pickler(pickle.Pickler):
    # A zone that was read from the tzdata package goes by its name: it cannot be pickled itself.
    dispatch_table = copyreg.dispatch_table | {ZoneInfo: lambda own: (zone, (own.key,))}


def packed(value: Work | Answer) -> bytes:
    """A message, without its header.

    >>> unpacked(packed((True, zone("Africa/Casablanca"), "")))
    (True, zoneinfo.ZoneInfo(key='Africa/Casablanca'), '')
    """
    message = io.BytesIO()
    _Pickler(message, pickle.HIGHEST_PROTOCOL).dump(value)
    return message.getvalue()


def unpacked(message: bytes) -> Any:
    """What a message says; imports the modules of what is in it."""
    return pickle.loads(message)  # noqa: S301 - each side has the other's process by its parent or child
