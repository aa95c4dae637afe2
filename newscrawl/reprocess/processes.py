"""Reads ranges in processes of this machine. If a process dies, its unfinished work is done again."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.watching import place_of
from newscrawl.vocabulary import RejectionReason
from newscrawl.workers import ReadingError, TooSlowError, WorkerDiedError
from newscrawl.workers.pool import Pool

T = TypeVar("T")

STRIKES = 2
"""A record is left out after this many processes have died while reading it. One death may be chance."""
MEGABYTES = 700
"""Maximum memory of a process, in megabytes; a page needs at most 100."""


class Reader:
    """Runs one process at a time, and remembers the records that have ended processes."""

    def __init__(self, pool: Pool, plan: Plan, watch: Path) -> None:
        self._pool = pool
        self._plan = plan
        self._watch = watch
        self._strikes: Counter[tuple[str, int]] = Counter()
        self._skipped: dict[str, set[int]] = {}
        self.lost: Counter[str] = Counter()
        """Reason → number of records that were left out."""
        self.piece: Range | None = None
        """The range that is being read."""

    async def do(self, job: Callable[..., T], piece: Range, *arguments: object) -> T:
        """The result of ``job(plan, piece, *arguments, skipped, watch)`` in the process.

        If the process dies, the job is done again, without a record that took too long or that ended two
        processes. Raises :class:`newscrawl.workers.ReadingError` for an exception of the job.
        """
        self.piece = piece
        while True:
            self._watch.write_bytes(b"")
            skipped = frozenset(self._skipped.get(piece.path, ()))
            try:
                return await self._pool.submit(
                    self._plan.seconds, job, self._plan, piece, *arguments, skipped, str(self._watch)
                )
            except (TooSlowError, WorkerDiedError) as error:
                self._blame(piece, error)

    def _blame(self, piece: Range, error: ReadingError) -> None:
        place = place_of(str(self._watch))
        offset = place[0] if place else -1
        self._strikes[piece.path, offset] += 1
        strikes = self._strikes[piece.path, offset]
        if place is None and strikes > STRIKES:
            raise error  # the process dies before it reads anything
        if place and (isinstance(error, TooSlowError) or strikes >= STRIKES):
            self._skipped.setdefault(piece.path, set()).add(offset)
            self.lost[RejectionReason(error.reason)] += 1

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes and pages of its range that have been read."""
        place = place_of(str(self._watch)) if self.piece else None
        return (max(0, place[0] - self.piece.start), place[1]) if place and self.piece else (0, 0)


@asynccontextmanager
async def readers(plan: Plan, count: int, megabytes: int = MEGABYTES) -> AsyncIterator[list[Reader]]:
    """``count`` readers. Their processes are started when needed, and end with this context."""
    pool = Pool(count, megabytes)
    with tempfile.TemporaryDirectory(prefix="newscrawl-") as folder:
        try:
            yield [Reader(pool, plan, Path(folder, str(place))) for place in range(count)]
        finally:
            await pool.close()


async def share(
    readers: Iterable[Reader], pieces: Iterable[T], work: Callable[[Reader, T], Awaitable[None]]
) -> None:
    """Let each reader take one piece of work after another until none is left. An exception in one of them
    ends all.
    """
    left: Iterator[T] = iter(pieces)

    async def take_pieces(reader: Reader) -> None:
        for piece in left:
            await work(reader, piece)
            reader.piece = None

    async with asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(take_pieces(reader))
