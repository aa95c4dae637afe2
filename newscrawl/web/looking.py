"""The findings of the monitors, computed once for all requests within a minute."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from newscrawl.vocabulary import AlarmKind
from newscrawl.watch.alarms import Alarms
from newscrawl.watch.causes import Cause, OpenAlarm, causes
from newscrawl.watch.facts import Facts
from newscrawl.watch.known import Installation
from newscrawl.watch.status import Status, status
from newscrawl.web.page import Context

FRESH = dt.timedelta(seconds=60)
"""How long a result is reused; alarms are checked at the same interval."""


@dataclass(frozen=True, slots=True)
class Look:
    """The state of an installation at one moment."""

    seen: Installation
    causes: Mapping[str, Cause]
    status: Status
    ringing: Mapping[str, OpenAlarm]

    @property
    def titles(self) -> Mapping[str, str]:
        """Site → its own name, if known."""
        return {site.name: site.title for site in self.seen.sites if site.title}

    def of_site(self, name: str) -> Cause | None:
        """The problem of a site; None if it has none."""
        return self.causes.get(f"{AlarmKind.SILENT} {name}") or self.causes.get(f"{AlarmKind.REDUCED} {name}")


class Lookout:
    """Runs the monitors, and keeps their findings for a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts = Facts()
        self._last: Look | None = None
        self._at = 0.0
        """When that was, by a monotonic clock."""
        self._ahead = dt.timedelta(0)
        """How far MongoDB's clock, by which all moments are stored, is ahead of this machine's."""

    def now(self) -> dt.datetime:
        """The time by MongoDB's clock, as of the last result."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def look(self, context: Context) -> Look:
        """The last result, or a new result if that is too old; other requests wait for it.

        Raises ``PyMongoError``.
        """
        with self._lock:
            now = time.monotonic()
            if self._last is None or now - self._at >= FRESH.total_seconds():
                self._last, self._at = self._look(context), now
            return self._last

    def _look(self, context: Context) -> Look:
        seen = self._facts.installation(context.db, context.ops)
        self._ahead = seen.now - dt.datetime.now(dt.UTC)
        ringing = Alarms(context.ops).ringing()
        current = causes(seen, {key: alarm.cause for key, alarm in ringing.items()})
        return Look(seen, current, status(seen, current), ringing)
