"""What the monitors find, looked at once for all who ask within a minute."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from newscrawl.vocabulary import AlarmKind
from newscrawl.watch.alarms import Alarms
from newscrawl.watch.causes import Cause, Ringing, causes
from newscrawl.watch.facts import Facts
from newscrawl.watch.known import Installation
from newscrawl.watch.status import Status, status
from newscrawl.web.page import Context

FRESH = dt.timedelta(seconds=60)
"""So long a look is good: alarms are looked for as often."""


@dataclass(frozen=True, slots=True)
class Look:
    """An installation at one moment."""

    seen: Installation
    causes: Mapping[str, Cause]
    found: Status
    ringing: Mapping[str, Ringing]

    @property
    def titles(self) -> Mapping[str, str]:
        """Site → its own name, where it is known."""
        return {site.name: site.title for site in self.seen.sites if site.title}

    def of_site(self, name: str) -> Cause | None:
        """What is the matter with a site; None when nothing is."""
        return self.causes.get(f"{AlarmKind.SILENT} {name}") or self.causes.get(f"{AlarmKind.REDUCED} {name}")


class Lookout:
    """Looks, and keeps what was seen for a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts = Facts()
        self._last: Look | None = None
        self._at = 0.0
        """When that was, by a clock that nobody sets."""
        self._ahead = dt.timedelta(0)
        """By how much MongoDB's clock, of which all moments are, is ahead of this machine's."""

    def now(self) -> dt.datetime:
        """MongoDB's clock, as far as a look has told it."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def look(self, context: Context) -> Look:
        """The last look, or a new one where that is too old; whoever asks meanwhile waits for it.

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
        found = causes(seen, {key: alarm.cause for key, alarm in ringing.items()})
        return Look(seen, found, status(seen, found), ringing)
