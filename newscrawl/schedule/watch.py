"""How long something has been as it is, told without the time of day.

The clocks of machines are set, also by a day and back. So a scheduler counts how long it has itself seen a
thing unchanged, by a clock that nobody sets. What it has seen is kept with its node in MongoDB, for the
schedule that cron starts every minute, and is good until the machine is started anew.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl.timings import OUT_OF_SIGHT

Document = dict[str, Any]

JUMP = dt.timedelta(seconds=10)
"""A clock that was set by more than this has jumped."""


def steady() -> float:
    """Seconds of a clock that nobody sets; on Linux it also counts while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot() -> str | None:
    """What tells one run of this machine from the next, as far as the system says it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None


class _Seen(NamedTuple):
    state: str
    since: float


class Watch:
    """What a node has seen, and since when."""

    def __init__(self, clock: Callable[[], float] = steady, machine: str | None = None) -> None:
        self._clock = clock
        self._machine = machine or boot()
        self._seen: dict[str, _Seen] = {}
        self._unsure_since: float | None = None
        self._looked: float | None = None
        self._now: dt.datetime | None = None

    def begin(self, now: dt.datetime) -> dt.timedelta:
        """Begin to look around; returns by how much MongoDB's clock was set since the last time.

        ``now`` is the moment by MongoDB's clock.
        """
        moment = self._clock()
        jump = dt.timedelta()
        if self._looked is not None and self._now is not None:
            gap = moment - self._looked
            jump = now - self._now - dt.timedelta(seconds=gap)
            if abs(jump) > JUMP or not 0 <= gap <= OUT_OF_SIGHT.total_seconds():
                self.lose_sight()
        self._looked, self._now = moment, now
        return jump

    def is_sure(self, length: dt.timedelta) -> bool:
        """Was everything in sight for so long, and MongoDB's clock not set meanwhile?"""
        return self._unsure_since is None or self._clock() - self._unsure_since >= length.total_seconds()

    def lose_sight(self) -> None:
        """Nothing is known of the last seconds: begin to count anew."""
        self._seen = {}
        self._unsure_since = self._clock()

    def age(self, thing: str, state: object = None) -> dt.timedelta:
        """How long a thing has been in this state; zero when it was another one at the last look."""
        found = self._seen.get(thing)
        if found is None or found.state != str(state):
            found = self._seen[thing] = _Seen(str(state), self._clock())
        return dt.timedelta(seconds=self._clock() - found.since)

    def has(self, thing: str) -> bool:
        """Was it seen before?"""
        return thing in self._seen

    def forget(self, things: Collection[str]) -> None:
        """These are of interest no longer."""
        for thing in things:
            self._seen.pop(thing, None)

    def keep(self, *words: Collection[str]) -> None:
        """Forget what names none of these jobs or sites."""
        known = {word for group in words for word in group}
        self.forget([thing for thing in self._seen if known.isdisjoint(thing.split())])

    def stored(self) -> Document:
        """For MongoDB."""
        return {
            "machine": self._machine,
            "looked": self._looked,
            "now": self._now,
            "unsure_since": self._unsure_since,
            "seen": [
                {"thing": thing, "state": one.state, "since": one.since} for thing, one in self._seen.items()
            ],
        }

    def recall(self, stored: Document | None) -> None:
        """Take up what an earlier process on this machine saw; anything else is passed over."""
        if not stored:
            return
        try:
            if stored["machine"] != self._machine or self._machine is None:
                raise ValueError("the machine was started anew")
            self._seen = {one["thing"]: _Seen(one["state"], float(one["since"])) for one in stored["seen"]}
            self._looked, self._now = float(stored["looked"]), stored["now"]
            self._unsure_since = stored["unsure_since"]
        except (KeyError, TypeError, ValueError):
            self.lose_sight()
