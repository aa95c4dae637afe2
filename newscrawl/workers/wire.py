"""The messages between a crawl and its workers."""

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
"""The length of a message in bytes, sent before it."""
Work = tuple[Callable[..., Any], int, object, tuple[Any, ...], float]
"""A job: the function, the number of the site, the site itself the first time, the other arguments, and the
seconds of CPU time that it may take."""
Answer = tuple[bool, Any, str]
"""Whether the function returned; its result, or its exception in one line; the traceback."""


class _Pickler(pickle.Pickler):
    # A zone from the tzdata package cannot be pickled, so its name is sent.
    dispatch_table = copyreg.dispatch_table | {ZoneInfo: lambda own: (zone, (own.key,))}


def packed(value: Work | Answer) -> bytes:
    """A value as the bytes of a message, without the header.

    >>> unpacked(packed((True, zone("Africa/Casablanca"), "")))
    (True, zoneinfo.ZoneInfo(key='Africa/Casablanca'), '')
    """
    message = io.BytesIO()
    _Pickler(message, pickle.HIGHEST_PROTOCOL).dump(value)
    return message.getvalue()


def unpacked(message: bytes) -> Any:
    """The value of a message; imports the modules that it names."""
    return pickle.loads(message)  # noqa: S301 - the other side is this process's own parent or child
