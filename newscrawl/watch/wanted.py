"""What the settings say of alarms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pymongo.database import Database

from newscrawl.watch.delivery import channels
from newscrawl.watch.driver import Watchman

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def watchman(db: Database[dict[str, Any]], ops: Database[dict[str, Any]], settings: BaseSettings) -> Watchman:
    """Who looks at an installation, as the settings want it."""
    named = [str(settings.get(name) or "") for name in ("ARCHIVE", "NEWSCRAWL_DATA")]
    folders = [Path(name) for name in named if name and name != "off"] or [Path.cwd()]
    return Watchman(
        db,
        ops,
        channels(settings),
        switch=str(settings.get("ALARM_PING") or ""),
        folders=folders,
        least_free=settings.getint("ARCHIVE_FREE_MB") * 1_000_000,
    )
