"""Shows a parent process which record its child reads, and ends the child when a page takes too long."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACE = struct.Struct("!qq")


class RecordWatch:
    """Notes each record before it is read, and limits the CPU time for it."""

    def __init__(self, descriptor: int | None = None, seconds: float = 0.0) -> None:
        self._descriptor = descriptor
        self._seconds = seconds

    def begin(self, offset: int, pages: int) -> None:
        """Note that the record at this offset is about to be read, after this many pages."""
        if self._descriptor is not None:
            os.pwrite(self._descriptor, _PLACE.pack(offset, pages), 0)
            signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def end(self) -> None:
        """Note that the record has been read."""
        if self._descriptor is not None:
            signal.setitimer(signal.ITIMER_PROF, 0)


NOT_WATCHED = RecordWatch()
"""Notes and limits nothing: for a process that no parent watches."""


@contextmanager
def watching(path: str | None, seconds: float) -> Iterator[RecordWatch]:
    """Keep the file at this path up to date; without a path nothing is watched."""
    if path is None:
        yield NOT_WATCHED
        return
    descriptor = os.open(path, os.O_WRONLY)
    watched = RecordWatch(descriptor, seconds)
    try:
        watched.end()
        yield watched
    finally:
        os.close(descriptor)


def place_of(path: str) -> tuple[int, int] | None:
    """The offset of the last record that a process began to read, and the number of pages before it."""
    packed = Path(path).read_bytes()
    if len(packed) != _PLACE.size:
        return None
    offset, pages = _PLACE.unpack(packed)
    return offset, pages
