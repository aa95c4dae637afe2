"""The watchman, as the settings configure it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pymongo.database import Database

from newscrawl.watch.delivery import channels
from newscrawl.watch.driver import Watchman

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def watchman(db: Database[dict[str, Any]], ops: Database[dict[str, Any]], settings: BaseSettings) -> Watchman:
    """The watchman of an installation, as the settings configure it."""
    return Watchman(
        db,
        ops,
        channels(settings),
        switch=str(settings.get("ALARM_PING") or ""),
        folders=folders(settings),
        least_free=least_free(settings),
    )


def folders(settings: BaseSettings) -> list[Path]:
    """The folders of this machine whose disks must have space left."""
    named = [str(settings.get(name) or "") for name in ("ARCHIVE", "NEWSCRAWL_DATA")]
    return [Path(name) for name in named if name and name.lower() != "off"] or [Path.cwd()]


def least_free(settings: BaseSettings) -> int:
    """How many bytes the disks of these folders must have free."""
    return settings.getint("ARCHIVE_FREE_MB") * 1_000_000
