"""The archive of one run: a file that is begun with its first page and finished with its last one.

What goes wrong with the disk ends archiving for a while and is told once; it never costs an article.
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
from newscrawl.archive.part import Part
from newscrawl.items import Raw
from newscrawl.meta import meta

if TYPE_CHECKING:
    from scrapy.http import Request, Response

    from newscrawl.archive.names import Name
    from newscrawl.archive.places import Folder

__all__ = ["LARGEST", "Do", "RunFile"]

T = TypeVar("T")

LARGEST = 1_000_000_000
"""Bytes from which on a run goes on in another file."""
AT_ONCE = 1_000_000
"""Bytes that wait in memory, at most, before they are written."""
PAUSE = 60.0
"""Seconds without archiving after a failure; then it is tried again."""


class Do(Protocol):
    """Does work on the disk where it keeps nobody waiting, one piece after another, in order."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """What the work returns or raises."""


@dataclass(slots=True)
class Kept:
    """What a run has archived."""

    pages: int = 0
    """Pages in the archive, those without a body of their own among them."""
    same: int = 0
    """Of these, pages whose body was kept by an earlier run."""
    lost: int = 0
    """Pages that could not be archived."""
    bytes: int = 0
    """Bytes in the archive."""


class RunFile:
    """Takes the pages of a run. Never raises ``OSError``, unless ``do`` does for a reason of its own.

    Records are made at once, so that the place of a page is known; they are written many at a time, as each
    way to the disk and back costs more than a record.
    """

    def __init__(
        self,
        folder: Folder,
        name: Name,
        node: str,
        do: Do,
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
        """Bytes of the disk that are left to others, at least."""
        self._pause = pause
        self._largest = largest
        self._clock = clock
        self._part: Part | None = None
        self._turn = asyncio.Lock()
        """Held by whoever begins a file or writes to it."""
        self._again = 0.0
        """When archiving may be tried again."""
        self.ends: dict[str, int] = {}
        """The files of this run, and where in each the last record ends that is safely written."""
        self.failure: str | None = None
        """What went wrong first, in a sentence."""
        self.kept = Kept()

    async def add(self, request: Request, sent: Response, read: Response) -> Raw | None:
        """Take a page; where it will be found, or None when it is not archived.

        ``sent`` is the answer as it came, ``read`` as the crawl reads it. The page is safe only once
        :meth:`flush` has come back and :meth:`has` says so. Waits for the disk only for a page that was
        archived before, for the first one, and where too much waits.
        """
        if self._part is None and self._clock() < self._again:
            self.kept.lost += 1
            return None
        answer = as_sent(sent, read)
        known = meta(request).get("known_raw")
        earlier = await self._do(partial(_earlier, self._folder, known)) if known else None
        same_as = _same(known, earlier, answer) if known else None
        if answer.status == NOT_MODIFIED and same_as is None:
            return None  # an empty answer about a page that the archive does not have
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
        """Is a page in the archive for good, as far as this run knows?"""
        return raw.offset < self.ends[raw.archive] if raw.archive in self.ends else True

    async def flush(self) -> None:
        """Have all that was taken in the archive for good, or lost and told."""
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

    async def _begin(self) -> Part | None:
        """The file that pages are added to, a new one if there is none."""
        async with self._turn:
            if self._part is None and self._clock() >= self._again:
                try:
                    begin = partial(Part, self._folder, self._name, self._node, free=self._free)
                    self._part = await self._do(begin)
                    self.ends[str(self._part.name)] = 0
                except OSError as error:
                    self._fail(error)
            return self._part

    async def _make_room(self, part: Part) -> None:
        """Write what waits, if it is too much to wait in memory."""
        if part.file.waiting > AT_ONCE:
            async with self._turn:
                if part is self._part and part.file.waiting > AT_ONCE:
                    await self._write(part, sync=False, finish=False)

    async def _write(self, part: Part, *, sync: bool, finish: bool) -> None:
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

    def _leave(self, part: Part) -> None:
        """Have the next page begin another file; no name is used again, as pages that are lost bear it."""
        self._part = None
        self._name = replace(part.name, part=part.name.part + 1)

    def _fail(self, error: OSError) -> None:
        """Note what went wrong first, and try again later."""
        self._again = self._clock() + self._pause
        self.failure = self.failure or f"{self._folder}: {error.strerror or error}"


def _earlier(folder: Folder, known: Raw) -> Original | None:
    """The page as it was archived last time; None when it is in the store alone, or was removed."""
    with suppress(OSError, ValueError, StopIteration), folder.open(known.archive) as file:
        if found := recorded_at(file, known):
            record, page = found
            return Original(known, record.id, record.url, record.header("WARC-Date") or "", page.entry)
    return None


def _same(known: Raw, earlier: Original | None, answer: Response) -> Original | Raw | None:
    """The earlier page whose body this one has; of an answer 304 at least its place."""
    if answer.status == NOT_MODIFIED:
        return earlier or known
    # One that is not at hand is kept once more: who knows whether it is still there?
    return earlier if earlier and digest_of(answer) == known.digest else None
