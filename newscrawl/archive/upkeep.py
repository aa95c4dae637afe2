"""Maintains archive files at the end of a run: finishes, clears, hands over and removes them."""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from newscrawl.archive.erasing import NOTE, erase, go_on
from newscrawl.archive.forgetting import erase_everywhere
from newscrawl.archive.names import OPEN, SUFFIX, plain
from newscrawl.archive.reading import members

if TYPE_CHECKING:
    from newscrawl.archive.places import ArchiveFile, ArchiveStore, Folder, Place

__all__ = ["Upkeep", "expired"]

log = logging.getLogger(__name__)

_STATE = ".forgotten"
"""A file in the folder with the time up to which forgotten pages have been removed from it."""
_ABANDONED = 86_400.0
"""Seconds after which an open file of another machine counts as abandoned."""


class Upkeep:
    """Maintains the files of one machine in a folder. Raises ``OSError``."""

    def __init__(self, folder: Folder, node: str) -> None:
        self._folder = folder
        self._node = plain(node)

    def finish_torn(self) -> list[str]:
        """Finish the files of killed runs: cut each after its last whole record, and give it its final name;
        returns the names.

        A file that is still being written is locked by its run. A file of another machine counts as abandoned
        when nothing was written to it for a day.
        """
        done = []
        for file in self._own(SUFFIX + OPEN):
            path = self._folder.path / f"{file.name}{OPEN}"
            with suppress(FileNotFoundError), _locked(path) as fd:
                if fd is not None:
                    end = _whole(path)
                    os.ftruncate(fd, end)
                    os.fsync(fd)
                    if end:
                        path.rename(self._folder.path_of(file.name))
                    else:
                        path.unlink()
                    log.info("archive: finished the file %s of a killed run", file.name)
                    done.append(file.name)
        return done

    def _own(self, ending: str) -> Iterator[ArchiveFile]:
        """The files that this machine has to maintain: its own, and those that other machines abandoned."""
        for file in self._folder.files(ending=ending):
            path = self._folder.path / (file.name + OPEN * file.is_open)
            with suppress(FileNotFoundError):
                left = time.time() - path.stat().st_mtime > _ABANDONED
                if left or file.parsed_name.node == self._node:
                    yield file

    def cleared(self) -> dt.datetime | None:
        """The time up to which forgotten pages have been removed from the folder, by MongoDB's clock."""
        with suppress(FileNotFoundError, ValueError):
            return dt.datetime.fromisoformat((self._folder.path / _STATE).read_text().strip())
        return None

    def clear(self, keys: Collection[str], now: dt.datetime) -> int:
        """Erase the pages of ``keys``, which hold every key forgotten until ``now``; returns the number of
        pages.
        """
        for note in list(self._folder.path.glob(f"*/*{NOTE}")):
            with suppress(FileNotFoundError):
                go_on(note)
        count = erase_everywhere(self._folder, None, keys).pages if keys else 0
        new = self._folder.path / f"{_STATE}.{os.getpid()}"
        with suppress(OSError):  # without this note, the next run only searches more
            new.write_text(now.isoformat())
            new.replace(self._folder.path / _STATE)
        return count

    def hand_over(self, store: ArchiveStore, until: float) -> Iterator[str]:
        """Copy the finished files of this machine to a store, and return their names; :meth:`let_go` removes
        them.

        Raises ``TimeoutError`` once ``time.monotonic()`` has passed ``until``.
        """
        for file in self._own(SUFFIX):
            path = self._folder.path_of(file.name)
            if time.monotonic() > until:
                raise TimeoutError("moving files to the store took too long; the next run continues")
            with suppress(FileNotFoundError), _locked(path) as fd:
                if fd is not None:
                    store.put(path, file.name)
                    yield file.name

    def put_again(self, store: ArchiveStore, names: Collection[str], keys: Collection[str]) -> None:
        """Erase pages that were forgotten in the meantime from the copied files, in the folder and in the
        store.
        """
        for name in names:
            path = self._folder.path_of(name)
            with suppress(FileNotFoundError):
                if erase(path, keys):
                    store.put(path, name)

    def let_go(self, names: Iterable[str]) -> None:
        """Remove files of which the store has a copy."""
        for name in names:
            self._folder.remove(name)


def remove_expired(place: Place, site: str, *, now: dt.datetime, days: int, limit: int) -> list[ArchiveFile]:
    """Remove the files of a site that are too old or too many; returns the removed files."""
    gone = expired(list(place.files(site)), now=now, days=days, limit=limit)
    for file in gone:
        place.remove(file.name)
    return gone


def expired(files: Iterable[ArchiveFile], *, now: dt.datetime, days: int, limit: int) -> list[ArchiveFile]:
    """The files that are older than ``days``, and the oldest files if all together exceed ``limit`` bytes.

    0 means no limit. A file that is being written and the newest file count towards the limit, but stay.
    """
    ordered = sorted(files, key=lambda file: (file.parsed_name.began, file.parsed_name))
    total = sum(file.size for file in ordered)
    gone = []
    for file in ordered:
        too_old = bool(days) and now - file.parsed_name.began > dt.timedelta(days=days)
        too_many = bool(limit) and total > limit and file is not ordered[-1]
        if not file.is_open and (too_old or too_many):
            gone.append(file)
            total -= file.size
    return gone


def _whole(path: Path) -> int:
    """Where the last whole record of a file ends."""
    end = 0
    with path.open("rb") as file, suppress(Exception):
        for offset, length, _ in members(file):
            end = offset + length
    return end


@contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """A lock on a file, so that no other process writes it or hands it over; None if another one does."""
    fd = os.open(path, os.O_RDWR)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        yield fd
    finally:
        os.close(fd)
