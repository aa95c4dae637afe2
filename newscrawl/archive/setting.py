"""What the settings say of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.archive.places import OWN, Folder, Store, open_store

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = ["OFF", "Wanted", "folder_of"]

OFF = "off"
_COMMAND_LINE = 40
"""Scrapy's priority of what ``-s`` gives."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a crawl is to archive what it downloads."""

    folder: Folder
    store: str
    """Where finished files are handed to, an address for ``fsspec``; or nothing."""
    days: int
    """Days for which files are kept; 0 is no limit."""
    bytes: int
    """Bytes that the files of one site may take, in the folder and in the store each; 0 is no limit."""
    free: int
    """Bytes of the disk that are left to others."""

    @classmethod
    def of(cls, settings: BaseSettings) -> Wanted | None:
        """None for a crawl that archives nothing.

        Scheduled runs archive unless ``ARCHIVE`` is ``off``; others where it names a folder. A replay was
        downloaded before, so that it needs to be asked for by ``-s ARCHIVE``.
        """
        given = str(settings.get("ARCHIVE") or "")
        asked = (settings.getpriority("ARCHIVE") or 0) >= _COMMAND_LINE
        if given.lower() == OFF or (settings.get("REPLAY") and not (given and asked)):
            return None
        if not given and not settings.getbool("SCHEDULED"):
            return None
        return cls.all_of(settings)

    @classmethod
    def all_of(cls, settings: BaseSettings) -> Wanted:
        """The same for whatever looks after the archive, also where no crawl archives anything."""
        return cls(
            folder=Folder(folder_of(settings)),
            store=str(settings.get("ARCHIVE_STORE") or ""),
            days=settings.getint("ARCHIVE_DAYS"),
            bytes=settings.getint("ARCHIVE_MB") * 1_000_000,
            free=settings.getint("ARCHIVE_FREE_MB") * 1_000_000,
        )


def folder_of(settings: Any) -> Path:
    """The folder of the archive: what ``ARCHIVE`` names, else ``archive`` beside the data of the embedded
    server, else in the current folder.
    """
    given = str(settings.get("ARCHIVE") or "")
    if given and given.lower() != OFF:
        return Path(given).expanduser().absolute()
    if data := settings.get("NEWSCRAWL_DATA"):
        return Path(data).expanduser().absolute() / "archive"
    config = closest_scrapy_cfg()
    return (Path(config).parent if config else Path()).absolute() / OWN / "archive"


def store_of(settings: Any) -> Store | None:
    """The store that finished files are handed to, if any. Raises ``StoreError``."""
    address = str(settings.get("ARCHIVE_STORE") or "")
    return open_store(address) if address else None
