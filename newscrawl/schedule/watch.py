"""Measures how long something has stayed in a state, without using the time of day.

The clocks of machines are adjusted, sometimes by a day and back. So a scheduler measures, by a monotonic
clock, how long it has itself seen something unchanged. Its observations are stored with its node in MongoDB,
for a schedule that cron starts every minute, and are valid until the machine restarts.
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
"""An adjustment of a clock by more than this counts as a jump."""


def steady() -> float:
    """Seconds of a monotonic clock; on Linux it also counts while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot() -> str | None:
    """An identifier of this machine's current boot; None where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None


class _Seen(NamedTuple):
    state: str
    since: float


class Watch:
    """The states that a node has seen, and since when."""

    def __init__(self, clock: Callable[[], float] = steady, machine: str | None = None) -> None:
        self._clock = clock
        self._machine = machine or boot()
        self._seen: dict[str, _Seen] = {}
        self._unsure_since: float | None = None
        self._looked: float | None = None
        self._now: dt.datetime | None = None

    def begin(self, now: dt.datetime) -> dt.timedelta:
        """Begin a tick; return how much MongoDB's clock was adjusted since the last tick.

        ``now`` is the time on MongoDB's clock.
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
        """Has the node been watching without a gap for this long, with no jump of MongoDB's clock?"""
        return self._unsure_since is None or self._clock() - self._unsure_since >= length.total_seconds()

    def lose_sight(self) -> None:
        """Restart all measurements, as the last seconds were not observed."""
        self._seen = {}
        self._unsure_since = self._clock()

    def age(self, thing: str, state: object = None) -> dt.timedelta:
        """How long a thing has been in this state; zero if it is new or was in another state before."""
        seen = self._seen.get(thing)
        if seen is None or seen.state != str(state):
            seen = self._seen[thing] = _Seen(str(state), self._clock())
        return dt.timedelta(seconds=self._clock() - seen.since)

    def has(self, thing: str) -> bool:
        """Was it seen before?"""
        return thing in self._seen

    def forget(self, things: Collection[str]) -> None:
        """Stop measuring these things."""
        for thing in things:
            self._seen.pop(thing, None)

    def keep(self, *words: Collection[str]) -> None:
        """Forget all things that name none of these jobs or sites."""
        known = {word for group in words for word in group}
        self.forget([thing for thing in self._seen if known.isdisjoint(thing.split())])

    def stored(self) -> Document:
        """The observations as a MongoDB document."""
        return {
            "machine": self._machine,
            "looked": self._looked,
            "now": self._now,
            "unsure_since": self._unsure_since,
            "seen": [
                {"thing": thing, "state": seen.state, "since": seen.since}
                for thing, seen in self._seen.items()
            ],
        }

    def recall(self, stored: Document | None) -> None:
        """Continue with the observations of an earlier process on this machine; ignore any others."""
        if not stored:
            return
        try:
            if stored["machine"] != self._machine or self._machine is None:
                raise ValueError("the machine was restarted")
            self._seen = {
                seen["thing"]: _Seen(seen["state"], float(seen["since"])) for seen in stored["seen"]
            }
            self._looked, self._now = float(stored["looked"]), stored["now"]
            self._unsure_since = stored["unsure_since"]
        except (KeyError, TypeError, ValueError):
            self.lose_sight()
