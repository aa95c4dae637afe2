"""``scrapy dedupe``: recomputes signatures and links between copies after a version change."""

from __future__ import annotations

import argparse
import asyncio

from newscrawl.command import CommandError, ProjectCommand
from newscrawl.progress import Progress
from newscrawl.vocabulary import RunOutcome


class Command(ProjectCommand):
    """Covers only articles that another version signed; after a stop, the next call continues."""

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Link copies of articles again, after an upgrade"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Computes the keys and signatures of articles that an older version stored again, and links "
            "copies. Crawls may run meanwhile. When stopped, it continues from there the next time; when "
            "nothing is left to do, it changes nothing."
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Sign and link articles that another version signed."""
        try:
            asyncio.run(self._relink())
        except KeyboardInterrupt:
            raise CommandError(RunOutcome.KILLED, "\nstopped; `scrapy dedupe` continues from here") from None

    async def _relink(self) -> None:
        from newscrawl.store.links import Linker

        async with self.store() as store:
            done = 0
            shown = Progress("articles signed again", bar=True)
            try:
                async for done, total in Linker(store.client, store.database).relink():
                    shown.show(done, total)
            finally:
                shown.end()
            print(f"{done} articles signed again")
