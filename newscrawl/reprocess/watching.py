"""How a parent process sees what a process reads, and how a page that takes too long ends its process."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACE = struct.Struct("!qq")


class Watched:
    """Notes each record before it is read, and gives it so many seconds of CPU time."""

    def __init__(self, descriptor: int | None = None, seconds: float = 0.0) -> None:
        self._descriptor = descriptor
        self._seconds = seconds

    def begin(self, offset: int, pages: int) -> None:
        """The record at this place is about to be read; so many pages were read before it."""
        if self._descriptor is not None:
            os.pwrite(self._descriptor, _PLACE.pack(offset, pages), 0)
            signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def end(self) -> None:
        """It is read."""
        if self._descriptor is not None:
            signal.setitimer(signal.ITIMER_PROF, 0)


NOT_WATCHED = Watched()
"""For who reads in a process of its own."""


@contextmanager
def watching(path: str | None, seconds: float) -> Iterator[Watched]:
    """Keep the file of this path up to date; nothing is watched without one."""
    if path is None:
        yield NOT_WATCHED
        return
    descriptor = os.open(path, os.O_WRONLY)
    watched = Watched(descriptor, seconds)
    try:
        watched.end()
        yield watched
    finally:
        os.close(descriptor)


def place_of(path: str) -> tuple[int, int] | None:
    """The record that a process was about to read last, and how many pages it had read before."""
    found = Path(path).read_bytes()
    if len(found) != _PLACE.size:
        return None
    offset, pages = _PLACE.unpack(found)
    return offset, pages
