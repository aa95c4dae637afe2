"""Checks the installation: begins and ends alarms, and sends waiting messages.

The service of the schedule checks once a minute in a separate thread; cron does it by ``scrapy alarms
--once``. Both may run: the second check within a minute only sends messages that still wait.
"""

from __future__ import annotations

import datetime as dt
import platform
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from newscrawl.dates import last_month
from newscrawl.vocabulary import AlarmKind
from newscrawl.watch import facts
from newscrawl.watch.alarms import Alarms
from newscrawl.watch.causes import Cause, causes
from newscrawl.watch.delivery import Channel, DeliveryError, ping

Document = dict[str, Any]

EVERY = dt.timedelta(seconds=60)
"""Time between checks."""
ALMOST = EVERY * 0.75
"""A check younger than this need not be repeated."""
MONTHS_LEFT = dt.timedelta(days=60)
"""How long before the end of the table of Moroccan months an alarm begins."""
_MOROCCO = ("MA", "EH")


class Watchman:
    """Checks an installation, and sends alarms."""

    def __init__(
        self,
        db: Database[Document],
        ops: Database[Document],
        channels: Iterable[Channel],
        *,
        switch: str = "",
        folders: Iterable[Path] = (),
        least_free: int = 0,
    ) -> None:
        self._db, self._ops = db, ops
        self._alarms = Alarms(ops, channels)
        self._facts = facts.Facts()
        self._switch = switch
        """The dead man's switch: an address to request after each successful check."""
        self._folders, self._least_free = [*folders], least_free
        """Folders of this machine, and the bytes that their disks must have free."""

    def look(self) -> list[str]:
        """Check once; return a sentence for each message that could not be sent. Raises ``PyMongoError``."""
        now = facts.now_of(self._db)
        here = f"{AlarmKind.DISK} {platform.node()} "
        disks = {cause.key: cause for cause in full_disks(self._folders, self._least_free, now)}
        self._alarms.look(disks, now, lambda key: key.startswith(here))
        if self._is_mine(now):
            seen = self._facts.installation(self._db, self._ops)
            before = {key: alarm.cause for key, alarm in self._alarms.ringing().items()}
            problems = causes(seen, before)
            problems |= {
                cause.key: cause for cause in ending(seen.now, [site.country for site in seen.sites])
            }
            self._alarms.look(problems, now, lambda key: not key.startswith(f"{AlarmKind.DISK} "))
        failed = self._alarms.tell(now)
        if self._switch and not failed:
            try:
                ping(self._switch)
            except DeliveryError as error:
                failed.append(str(error))
        return failed

    def _is_mine(self, now: dt.datetime) -> bool:
        """Has no other process checked within the last minute? If so, claims the check."""
        alarms = self._ops["alarms"]
        old = {"_id": "look", "$or": [{"at": {"$lte": now - ALMOST}}, {"at": {"$gt": now + EVERY}}]}
        try:
            done = alarms.update_one(old, {"$set": {"at": now, "by": platform.node()}}, upsert=True)
        except DuplicateKeyError:
            return False
        return bool(done.modified_count or done.upserted_id)


def full_disks(folders: Iterable[Path], least: int, now: dt.datetime) -> Iterator[Cause]:
    """A cause for each disk of these folders that has less than ``least`` bytes free."""
    seen = set()
    for folder in folders:
        place = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if place is None or (device := place.stat().st_dev) in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(place).free
        if free < least:
            sentence = f"the disk of {place} on {platform.node()} has only {free / 1e6:.0f} MB left"
            yield Cause(f"{AlarmKind.DISK} {platform.node()} {place}", sentence, now)


def ending(now: dt.datetime, countries: Iterable[str | None]) -> Iterator[Cause]:
    """A cause if the table of Moroccan months ends soon and a newspaper needs it."""
    last = last_month()
    if last - now.date() < MONTHS_LEFT and any(country in _MOROCCO for country in countries):
        sentence = f"the table of Moroccan months ends with that of {last}: upgrade newscrawl"
        yield Cause(AlarmKind.MONTHS, sentence, now)
