"""``scrapy dedupe``: makes the signatures and links of a whole collection anew after a version change."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from newscrawl.command import CommandError, ProjectCommand
from newscrawl.store.links import Linker
from newscrawl.vocabulary import RunOutcome


class Command(ProjectCommand):
    """Only articles that another version has signed; cut short, it goes on where it was."""

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Find copies anew after a version change"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Makes the keys and signatures of articles that an older version has stored anew, and links "
            "copies. Crawls may go on meanwhile. Cut short, it goes on where it was; with nothing left to "
            "do it changes nothing."
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Sign and link what another version has signed."""
        try:
            asyncio.run(self._relink())
        except KeyboardInterrupt:
            raise CommandError(RunOutcome.KILLED, "\nstopped; `scrapy dedupe` goes on from here") from None

    async def _relink(self) -> None:
        async with self.store() as store:
            done = 0
            shown = _Progress()
            async for done, total in Linker(store.client, store.database).relink():
                shown.show(done, total)
            shown.end(done)


class _Progress:
    """A bar on a terminal, that rewrites its line."""

    WIDTH = 30

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def show(self, done: int, total: int) -> None:
        """Draw it, when somebody can see it."""
        if self._on_terminal and total:
            filled = self.WIDTH * done // total
            left = (time.monotonic() - self._began) / done * (total - done) if done else 0
            bar = "#" * filled + "." * (self.WIDTH - filled)
            said = f"\r[{bar}] {done:,} of {total:,}, {left:,.0f} s left "
            print(said, end="", file=sys.__stderr__, flush=True)  # a terminal obeys it

    def end(self, done: int) -> None:
        """Say what was done."""
        if self._on_terminal:
            print(file=sys.stderr)
        print(f"{done} articles made anew")
