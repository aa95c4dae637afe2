"""Reads the archive's settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.archive.places import OWN, ArchiveStore, Folder, open_store

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = ["OFF", "ArchiveSettings", "folder_of"]

OFF = "off"
_COMMAND_LINE = 40
"""Scrapy's priority of settings that are given by ``-s``."""


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """How a crawl archives what it downloads."""

    folder: Folder
    store: str
    """The address for ``fsspec`` to which finished files are handed over; empty for none."""
    days: int
    """Days for which files are kept; 0 means no limit."""
    bytes: int
    """Maximum number of bytes of one site's files, for folder and store separately; 0 means no limit."""
    free: int
    """Number of bytes on the disk that are left to others."""

    @classmethod
    def of(cls, settings: BaseSettings) -> ArchiveSettings | None:
        """The settings of a crawl; None if it archives nothing.

        Scheduled runs archive unless ``ARCHIVE`` is ``off``; other runs only if it names a folder. A replay
        archives only with ``-s ARCHIVE``, because its pages were downloaded before.
        """
        given = str(settings.get("ARCHIVE") or "")
        asked = (settings.getpriority("ARCHIVE") or 0) >= _COMMAND_LINE
        if given.lower() == OFF or (settings.get("REPLAY") and not (given and asked)):
            return None
        if not given and not settings.getbool("SCHEDULED"):
            return None
        return cls.all_of(settings)

    @classmethod
    def all_of(cls, settings: BaseSettings) -> ArchiveSettings:
        """The settings for commands that look after the archive, even if no crawl archives anything."""
        return cls(
            folder=Folder(folder_of(settings)),
            store=str(settings.get("ARCHIVE_STORE") or ""),
            days=settings.getint("ARCHIVE_DAYS"),
            bytes=settings.getint("ARCHIVE_MB") * 1_000_000,
            free=settings.getint("ARCHIVE_FREE_MB") * 1_000_000,
        )


def folder_of(settings: Any) -> Path:
    """The folder of the archive: the one that ``ARCHIVE`` names, otherwise ``archive`` in the folder for our
    own data.
    """
    given = str(settings.get("ARCHIVE") or "")
    if given and given.lower() != OFF:
        return Path(given).expanduser().absolute()
    if data := settings.get("NEWSCRAWL_DATA"):
        return Path(data).expanduser().absolute() / "archive"
    config = closest_scrapy_cfg()
    return (Path(config).parent if config else Path()).absolute() / OWN / "archive"


def store_of(settings: Any) -> ArchiveStore | None:
    """The store to which finished files are handed over, if any. Raises ``StoreError``."""
    address = str(settings.get("ARCHIVE_STORE") or "")
    return open_store(address) if address else None
