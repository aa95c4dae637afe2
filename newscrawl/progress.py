"""Progress of long work: a bar on a terminal, one line a minute in a log."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

MINUTE = 60.0
"""Seconds between lines in a log."""
WIDTH = 30
"""Width of the bar in characters."""


class Progress:
    """Shows how much of some work is done.

    Commands pass ``bar=True``, which draws a bar on a terminal, and elsewhere prints lines to stderr. Crawls
    log the lines.
    """

    def __init__(self, task: str, *, bar: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._task = task
        self._clock = clock
        self._began = self._shown_at = clock()
        self._draws = bar and sys.stderr.isatty()
        self._prints = bar
        self._drawn = 0

    def show(self, done: int, total: int, note: str = "") -> None:
        """Show the progress if it is time; ``note`` adds details: ``1,200 pages, 150 a second``."""
        if self._draws:
            filled = WIDTH * min(done, total) // total if total else 0
            bar = f"[{'#' * filled}{'.' * (WIDTH - filled)}]" if total else f"{self._task}:"
            self._draw(f"{bar} {self._line(done, total, note)}")
        elif self._clock() - self._shown_at >= MINUTE:
            self._shown_at = self._clock()
            self._say(f"{self._task}: {self._line(done, total, note)}")

    def end(self) -> None:
        """End the line of the bar."""
        if self._drawn:
            print(file=sys.stderr)
            self._drawn = 0

    def _line(self, done: int, total: int, note: str) -> str:
        taken = self._clock() - self._began
        left = f", {_duration(taken / done * max(0, total - done))} left" if done and total else ""
        line = f"{done:,} of {total:,}{left}" if total else f"{done:,} in {_duration(taken)}"
        return f"{line}; {note}" if note else line

    def _draw(self, line: str) -> None:
        rest = " " * max(0, self._drawn - len(line))
        print(
            f"\r{line}{rest}", end="", file=sys.__stderr__, flush=True
        )  # a terminal obeys the carriage return
        self._drawn = len(line)

    def _say(self, line: str) -> None:
        if self._prints:
            print(line, file=sys.stderr, flush=True)
        else:
            log.info(line)


def _duration(seconds: float) -> str:
    """A length of time in words.

    >>> _duration(59), _duration(150), _duration(9000)
    ('59 s', '2 min', '2 h 30 min')
    """
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(int(seconds // MINUTE), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
