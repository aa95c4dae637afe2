"""Removes forgotten pages from every archive file that this machine can reach."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from newscrawl.archive.erasing import erase, erase_in_store
from newscrawl.archive.names import OPEN
from newscrawl.archive.places import ArchiveStore, Folder

__all__ = ["ErasureCounts", "erase_everywhere"]


@dataclass(slots=True)
class ErasureCounts:
    """Counts of what was removed."""

    pages: int = 0
    """Number of pages; each has three records."""
    files: int = 0
    """Number of files that had them."""


_RECORDS = 3
"""Number of records of one page."""


def erase_everywhere(
    folder: Folder, store: ArchiveStore | None, keys: Collection[str], sites: Collection[str] = ()
) -> ErasureCounts:
    """Overwrite the pages of these keys in the folder and in the store, in the files of these sites or of
    all.

    The folder comes first. A second call changes nothing. Raises ``OSError`` and ``StoreError``.
    """
    erased = ErasureCounts()
    for site in sites or (None,):
        for file in list(folder.files(site)):
            for name in (file.name, file.name + OPEN):  # the file may be finished in the meantime
                with suppress(FileNotFoundError):
                    _count(erased, erase(folder.path / name, keys))
                    break
        if store is not None:
            for file in list(store.files(site)):
                with suppress(FileNotFoundError):
                    _count(erased, erase_in_store(store, file.name, keys))
    return erased


def _count(erased: ErasureCounts, records: int) -> None:
    erased.pages += -(-records // _RECORDS)
    erased.files += records > 0
