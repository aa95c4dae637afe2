"""The progress of reading again: bytes, pages per second, and what became of the pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

from newscrawl.progress import Progress
from newscrawl.reprocess.processes import Reader
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.reading import Tally

_LOOK = 1.0
"""Seconds between two updates."""


class RangeProgress:
    """What is finished of some ranges, and how far their readers are with the others."""

    def __init__(self, pieces: Iterable[Range], readers: Sequence[Reader] = ()) -> None:
        self._bytes = sum(piece.end - piece.start for piece in pieces)
        self._done = 0
        self._readers = readers
        self._began = time.monotonic()
        self.tally = Tally()

    def add(self, piece: Range, tally: Tally) -> None:
        """Add the tally of a finished range."""
        self._done += piece.end - piece.start
        self.tally.add(tally)

    def show(self, shown: Progress) -> None:
        """Show the progress."""
        reading = [reader.progress for reader in self._readers]
        done = self._done + sum(read for read, _ in reading)
        pages = self.tally.pages + sum(read for _, read in reading)
        speed = pages / max(0.001, time.monotonic() - self._began)
        outcomes = ", ".join(f"{count:,} {word}" for word, count in self.tally.outcomes.most_common(4))
        note = f"{pages:,} pages, {speed:.0f} a second{f' ({outcomes})' if outcomes else ''}"
        shown.show(done, self._bytes, note)

    @asynccontextmanager
    async def showing(self, *, quiet: bool = False) -> AsyncIterator[None]:
        """Show the progress each second, unless ``quiet``."""
        if quiet:
            yield
            return
        with self.shown() as show:

            async def look() -> None:
                while True:
                    show()
                    await asyncio.sleep(_LOOK)

            task = asyncio.create_task(look())
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @contextmanager
    def shown(self) -> Iterator[Callable[[], None]]:
        """A function that shows the progress when it is called."""
        shown = Progress("bytes read", bar=True)
        try:
            yield lambda: self.show(shown)
        finally:
            shown.end()
