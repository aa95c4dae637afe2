"""``scrapy dedupe``: makes the signatures and links of a whole collection anew after a version change."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from typing import Any, ClassVar

from pymongo.errors import PyMongoError
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newscrawl.runs import EXIT_STATUS
from newscrawl.store import Store, StoreError
from newscrawl.store.links import Linker


class Command(ScrapyCommand):
    """Only articles that another version has signed; cut short, it goes on where it was."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

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

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exit status 0, 2 for wrong use, 4 when MongoDB cannot be used."""
        if args:
            raise UsageError(f"scrapy dedupe takes no argument {args[0]!r}", print_help=False)
        try:
            asyncio.run(self._relink())
        except (StoreError, PyMongoError) as error:
            print(error, file=sys.stderr)
            self.exitcode = EXIT_STATUS["store_down"]
        except KeyboardInterrupt:
            print("\nstopped; `scrapy dedupe` goes on from here", file=sys.stderr)
            self.exitcode = EXIT_STATUS["fault"]

    async def _relink(self) -> None:
        assert self.settings
        store = Store(self.settings)
        await store.open()
        try:
            await store.writer.close()  # nothing is written but links
            done = 0
            shown = _Progress()
            async for done, total in Linker(store.client, store.database).relink():
                shown.show(done, total)
            shown.end(done)
        finally:
            await store.close()


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
            print(said, end="", file=sys.stderr, flush=True)

    def end(self, done: int) -> None:
        """Say what was done."""
        if self._on_terminal:
            print(file=sys.stderr)
        print(f"{done} articles made anew")
