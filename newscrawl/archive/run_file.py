"""Writes the archive of one run: begins a file with the first page, and finishes it with the last one.

An error of the disk ends archiving for a while and is reported once; it never costs an article.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from newscrawl.archive.exchanges import Original, as_sent, digest_of, records_of
from newscrawl.archive.messages import NOT_MODIFIED
from newscrawl.archive.pages import recorded_at
from newscrawl.archive.part import ArchivePart
from newscrawl.items import Raw
from newscrawl.meta import meta

if TYPE_CHECKING:
    from scrapy.http import Request, Response

    from newscrawl.archive.names import Name
    from newscrawl.archive.places import Folder

__all__ = ["LARGEST", "DiskWorker", "RunFile"]

T = TypeVar("T")

LARGEST = 1_000_000_000
"""Number of bytes after which a run continues in another file."""
AT_ONCE = 1_000_000
"""Maximum number of bytes that wait in memory before they are written."""
PAUSE = 60.0
"""Seconds without archiving after a failure; then the run tries again."""


class DiskWorker(Protocol):
    """A function that does work on the disk in the background, one piece after another, in order."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """What the work returns or raises."""


@dataclass(slots=True)
class ArchiveCounts:
    """Counts of what a run archived."""

    pages: int = 0
    """Number of pages in the archive, including those without a body of their own."""
    same: int = 0
    """Number of pages whose body was kept by an earlier run."""
    lost: int = 0
    """Number of pages that could not be archived."""
    bytes: int = 0
    """Number of bytes in the archive."""


class RunFile:
    """Takes the pages of a run. Never raises ``OSError``, unless ``do`` itself does.

    Records are made at once, so that the place of a page is known. They are written many at a time, as each
    trip to the disk costs more than a record.
    """

    def __init__(
        self,
        folder: Folder,
        name: Name,
        node: str,
        do: DiskWorker,
        *,
        free: int = 0,
        pause: float = PAUSE,
        largest: int = LARGEST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._name = name
        self._node = node
        self._do = do
        self._free = free
        """Minimum number of bytes on the disk that are left to others."""
        self._pause = pause
        self._largest = largest
        self._clock = clock
        self._part: ArchivePart | None = None
        self._turn = asyncio.Lock()
        """A lock, held while a file is begun or written."""
        self._again = 0.0
        """When to try archiving again."""
        self.ends: dict[str, int] = {}
        """File of this run → the end of its last safe record, in bytes."""
        self.failure: str | None = None
        """The first error, in a sentence."""
        self.kept = ArchiveCounts()

    async def add(self, request: Request, sent: Response, read: Response) -> Raw | None:
        """Take a page; returns its place, or None if it is not archived.

        ``sent`` is the response as it came, ``read`` as the crawl reads it. The page is safe only once
        :meth:`flush` has returned and :meth:`has` confirms it. Waits for the disk only for a page that was
        archived before, for the first page, and when too many bytes wait in memory.
        """
        if self._part is None and self._clock() < self._again:
            self.kept.lost += 1
            return None
        answer = as_sent(sent, read)
        known = meta(request).get("known_raw")
        earlier = await self._do(partial(_earlier, self._folder, known)) if known else None
        same_as = _same(known, earlier, answer) if known else None
        if answer.status == NOT_MODIFIED and same_as is None:
            return None  # status 304 for a page that the archive does not have
        part = self._part or await self._begin()
        if part is None:
            self.kept.lost += 1
            return None
        made = records_of(request, answer, same_as=same_as, earlier=earlier)
        offset = part.file.add(*made)[1]
        part.pages += 1
        self.kept.same += same_as is not None
        raw = Raw(archive=str(part.name), offset=offset, digest=made[1].digest or "", node=self._node)
        await self._make_room(part)
        return known if known and same_as is not None else raw

    def has(self, raw: Raw) -> bool:
        """Is the page safe in the archive, as far as this run knows?"""
        return raw.offset < self.ends[raw.archive] if raw.archive in self.ends else True

    async def flush(self) -> None:
        """Write every page that was taken safely to the archive, or count and report it as lost."""
        async with self._turn:
            part = self._part
            if part is not None and part.pages:
                is_full = part.file.end + part.file.waiting >= self._largest
                await self._write(part, sync=True, finish=is_full)

    async def close(self) -> None:
        """Finish the file."""
        async with self._turn:
            if self._part is not None:
                await self._write(self._part, sync=True, finish=True)

    async def _begin(self) -> ArchivePart | None:
        """The file to which pages are added; creates one if there is none."""
        async with self._turn:
            if self._part is None and self._clock() >= self._again:
                try:
                    begin = partial(ArchivePart, self._folder, self._name, self._node, free=self._free)
                    self._part = await self._do(begin)
                    self.ends[str(self._part.name)] = 0
                except OSError as error:
                    self._fail(error)
            return self._part

    async def _make_room(self, part: ArchivePart) -> None:
        """Write the waiting records, if they take too much memory."""
        if part.file.waiting > AT_ONCE:
            async with self._turn:
                if part is self._part and part.file.waiting > AT_ONCE:
                    await self._write(part, sync=False, finish=False)

    async def _write(self, part: ArchivePart, *, sync: bool, finish: bool) -> None:
        pages, taken, name = part.pages, part.file.take(), str(part.name)
        if finish:
            self._leave(part)
        error = await self._do(partial(part.write, taken, sync=sync, finish=finish))
        if part.safe > self.ends[name]:
            part.pages -= pages
            self.kept.pages += pages
            self.kept.bytes += part.safe - self.ends[name]
            self.ends[name] = part.safe
        if error:
            self.kept.lost += part.pages
            self._leave(part)
            self._fail(error)

    def _leave(self, part: ArchivePart) -> None:
        """Have the next page begin another file. No name is used again, because lost pages refer to it."""
        self._part = None
        self._name = replace(part.name, part=part.name.part + 1)

    def _fail(self, error: OSError) -> None:
        """Note the first error, and try again later."""
        self._again = self._clock() + self._pause
        self.failure = self.failure or f"{self._folder}: {error.strerror or error}"


def _earlier(folder: Folder, known: Raw) -> Original | None:
    """The page as it was archived last time; None if it is only in the store, or was removed."""
    with suppress(OSError, ValueError, StopIteration), folder.open(known.archive) as file:
        if pair := recorded_at(file, known):
            record, page = pair
            return Original(known, record.id, record.url, record.header("WARC-Date") or "", page.entry)
    return None


def _same(known: Raw, earlier: Original | None, answer: Response) -> Original | Raw | None:
    """The earlier page that has the same body; for status 304 at least its place."""
    if answer.status == NOT_MODIFIED:
        return earlier or known
    # If the earlier page is out of reach, this one is kept again, as the earlier one may be gone.
    return earlier if earlier and digest_of(answer) == known.digest else None
