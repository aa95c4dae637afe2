"""The archive file of one run: begun with its first page, finished with its last one.

What goes wrong with the disk ends archiving for a while and is told once; it never costs an article.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newscrawl.archive.exchanges import Original, as_sent, digest_of, records_of
from newscrawl.archive.messages import NOT_MODIFIED
from newscrawl.archive.names import OPEN, Name
from newscrawl.archive.pages import page_at
from newscrawl.archive.reading import records
from newscrawl.archive.writing import Records, WarcFile
from newscrawl.items import Raw
from newscrawl.meta import meta

if TYPE_CHECKING:
    from scrapy.http import Request, Response

    from newscrawl.archive.places import Folder

__all__ = ["LARGEST", "RunFile"]

LARGEST = 1_000_000_000
"""Bytes from which on a run goes on in another file."""
AT_ONCE = 1_000_000
"""Bytes that wait in memory, at most, before they are written."""
PAUSE = 60.0
"""Seconds without archiving after a failure; then it is tried again."""


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
    """Takes the pages of a run. Not safe to use from two threads at once; never raises ``OSError``."""

    def __init__(
        self,
        folder: Folder,
        name: Name,
        node: str,
        *,
        free: int = 0,
        pause: float = PAUSE,
        largest: int = LARGEST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._name = name
        self._node = node
        self._free = free
        """Bytes of the disk that are left to others, at least."""
        self._pause = pause
        self._largest = largest
        self._clock = clock
        self._records = Records()
        self._file: WarcFile | None = None
        self._waiting = 0
        """Pages that are not safe yet."""
        self._again = 0.0
        """When archiving may be tried again."""
        self.ends: dict[str, int] = {}
        """The files of this run, and where in each the last record ends that is safely written."""
        self.failure: str | None = None
        """What went wrong first, in a sentence."""
        self.kept = Kept()

    def add(self, request: Request, sent: Response, read: Response) -> Raw | None:
        """Take a page; where it will be found, or None when it is not archived.

        ``sent`` is the answer as it came, ``read`` as the crawl reads it. The page is safe only once
        :meth:`flush` has come back and :meth:`has` says so.
        """
        if self._file is None and self._clock() < self._again:
            self.kept.lost += 1
            return None
        answer = as_sent(sent, read)
        known = meta(request).get("known_raw")
        earlier = self._earlier(known) if known else None
        same_as = _same(known, earlier, answer) if known else None
        if answer.status == NOT_MODIFIED and same_as is None:
            return None  # an empty answer about a page that the archive does not have
        self._waiting += 1
        try:
            file = self._file or self._begin()
            made = records_of(self._records, request, answer, same_as=same_as, earlier=earlier)
            offset = file.add(*made)[1]
            self.kept.same += same_as is not None
            if file.waiting > AT_ONCE:
                self._write(file, sync=False)
        except OSError as error:
            self._fail(error)
            return None
        if known and same_as is not None:
            return known
        return Raw(archive=str(self._name), offset=offset, digest=made[1].digest or "", node=self._node)

    def has(self, raw: Raw) -> bool:
        """Is a page in the archive for good, as far as this run knows?"""
        return raw.offset < self.ends[raw.archive] if raw.archive in self.ends else True

    def flush(self) -> None:
        """Have all that was taken in the archive for good, or lost and told."""
        file = self._file
        if file is None:
            return
        try:
            if self._waiting:
                self._write(file, sync=True)
                self.kept.pages += self._waiting
                self.kept.bytes += file.end - self.ends[str(self._name)]
                self.ends[str(self._name)] = file.end
                self._waiting = 0
            if file.end >= self._largest:
                self._finish(file)
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Finish the file."""
        self.flush()
        if self._file is not None:
            try:
                self._finish(self._file)
            except OSError as error:
                self._fail(error)

    def _earlier(self, known: Raw) -> Original | None:
        """The page as it was archived last time; None when it is in the store alone, or was removed."""
        with suppress(OSError, ValueError, StopIteration), self._folder.open(known.archive) as file:
            page = page_at(file, known)
            file.seek(known.offset)
            record = next(records(file, known.archive))
            if page is not None:
                return Original(known, record.id, record.url, record.header("WARC-Date") or "", page.entry)
        return None

    def _begin(self) -> WarcFile:
        """A new file, which nobody else finishes as long as this process lives."""
        self._folder.make(self._name.site)
        self._leave_room(0)
        while True:
            path = self._folder.path / f"{self._name}{OPEN}"
            with suppress(FileExistsError):
                if not self._folder.path_of(str(self._name)).exists():
                    self._file = file = WarcFile(path)
                    break
            self._name = replace(self._name, part=self._name.part + 1)
        self.ends[str(self._name)] = 0
        fcntl.flock(file.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        said = {"site": self._name.site, "run": self._name.run, "node": self._node}
        file.add(self._records.info(str(self._name).rpartition("/")[2], said))
        return file

    def _write(self, file: WarcFile, *, sync: bool) -> None:
        self._leave_room(file.waiting)
        file.write(sync=sync)

    def _leave_room(self, needed: int) -> None:
        """Raise ``OSError`` when others would have too little of the disk."""
        disk = os.statvfs(self._folder.path)
        if self._free and disk.f_bavail * disk.f_frsize - needed < self._free:
            raise OSError(errno.ENOSPC, f"less than {self._free // 1_000_000} MB of its disk are free")

    def _finish(self, file: WarcFile) -> None:
        """Give a file its name, and have the next page begin another one."""
        self._file = None
        name, self._name = self._name, replace(self._name, part=self._name.part + 1)
        try:
            file.path.rename(self._folder.path_of(str(name)))
        finally:
            file.close()

    def _fail(self, error: OSError) -> None:
        """Note what went wrong, keep what is safe, and try again later."""
        self.kept.lost += self._waiting
        self._waiting = 0
        self._again = self._clock() + self._pause
        self.failure = self.failure or f"{self._folder}: {error.strerror or error}"
        if self._file is not None:
            file, safe = self._file, self.ends[str(self._name)]
            with suppress(OSError):
                os.ftruncate(file.fd, safe)
            with suppress(OSError):
                if safe:
                    self._finish(file)
                else:
                    self._drop(file)

    def _drop(self, file: WarcFile) -> None:
        """Remove a file in which nothing is; its name is not used again, as pages that are lost bear it."""
        self._file = None
        self._name = replace(self._name, part=self._name.part + 1)
        try:
            file.path.unlink()
        finally:
            file.close()


def _same(known: Raw, earlier: Original | None, answer: Response) -> Original | Raw | None:
    """The earlier page whose body this one has; of an answer 304 at least its place."""
    if answer.status == NOT_MODIFIED:
        return earlier or known
    # One that is not at hand is kept once more: who knows whether it is still there?
    return earlier if earlier and digest_of(answer) == known.digest else None
