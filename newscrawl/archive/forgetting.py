"""Takes what was forgotten out of every archive file that this machine reaches."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from newscrawl.archive.erasing import erase, erase_in_store
from newscrawl.archive.names import OPEN
from newscrawl.archive.places import Folder, Store

__all__ = ["Erased", "erase_everywhere"]


@dataclass(slots=True)
class Erased:
    """What was taken out."""

    pages: int = 0
    """Pages; three records are one."""
    files: int = 0
    """Files that they were in."""


_RECORDS = 3
"""Records of one page."""


def erase_everywhere(
    folder: Folder, store: Store | None, keys: Collection[str], sites: Collection[str] = ()
) -> Erased:
    """Overwrite the pages of these keys in the folder and in the store, in files of these sites or in all.

    The folder comes first, and doing it twice changes nothing. Raises ``OSError`` and ``StoreError``.
    """
    erased = Erased()
    for site in sites or (None,):
        for file in list(folder.files(site)):
            for name in (file.name, file.name + OPEN):  # it may be finished meanwhile
                with suppress(FileNotFoundError):
                    _count(erased, erase(folder.path / name, keys))
                    break
        if store is not None:
            for file in list(store.files(site)):
                with suppress(FileNotFoundError):
                    _count(erased, erase_in_store(store, file.name, keys))
    return erased


def _count(erased: Erased, records: int) -> None:
    erased.pages += -(-records // _RECORDS)
    erased.files += records > 0
