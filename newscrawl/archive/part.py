"""One archive file on the disk: begins, writes and finishes it. Each step may take as long as the disk
needs.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from newscrawl.archive.names import OPEN, Name
from newscrawl.archive.writing import WarcFile, make_info

if TYPE_CHECKING:
    from newscrawl.archive.places import Folder

__all__ = ["ArchivePart"]


class ArchivePart:
    """An archive file of a run. No other process finishes it while this process lives.

    Its name is ``name``, or the next free one. ``free`` is the number of bytes on the disk to leave to
    others. Raises ``OSError`` if the file cannot be created.
    """

    def __init__(self, folder: Folder, name: Name, node: str, *, free: int) -> None:
        self._folder = folder
        self._free = free
        self.pages = 0
        """Number of pages that were added but are not safe yet."""
        self.safe = 0
        """End of the last record that would survive a power failure, in bytes."""
        folder.make(name.site)
        self._leave_room(0)
        self.file, self.name = self._begin(name)
        fcntl.flock(self.file.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fields = {"site": name.site, "run": name.run, "node": node}
        self.file.add(make_info(str(self.name).rpartition("/")[2], fields))

    def _begin(self, name: Name) -> tuple[WarcFile, Name]:
        while True:
            with suppress(FileExistsError):
                if not self._folder.path_of(str(name)).exists():
                    return WarcFile(self._folder.path / f"{name}{OPEN}"), name
            name = replace(name, part=name.part + 1)

    def write(self, taken: Sequence[bytes], *, sync: bool, finish: bool) -> OSError | None:
        """Write the records that were taken from ``file``; returns the error after which nothing more can be
        written.

        With ``sync`` all of them are safe afterwards; with ``finish`` the file gets its final name and is
        closed.
        """
        try:
            self._leave_room(sum(map(len, taken)))
            self.file.write(taken, sync=sync)
            if sync:
                self.safe = self.file.end
            if finish:
                self._finish()
        except OSError as error:
            self._give_up()
            return error
        return None

    def _leave_room(self, needed: int) -> None:
        """Raise ``OSError`` if too little of the disk would be left to others."""
        disk = os.statvfs(self._folder.path)
        if self._free and disk.f_bavail * disk.f_frsize - needed < self._free:
            raise OSError(
                errno.ENOSPC,
                f"its disk has less than {self._free // 1_000_000} MB left (NEWSCRAWL_ARCHIVE_FREE_MB)",
            )

    def _finish(self) -> None:
        try:
            self.file.path.rename(self._folder.path_of(str(self.name)))
        finally:
            self.file.close()

    def _give_up(self) -> None:
        """Keep the safe part of the file; if there is none, remove the file."""
        self.file.cut(self.safe)
        with suppress(OSError):
            if self.safe:
                self._finish()
            else:
                self.file.close()
                self.file.path.unlink()
