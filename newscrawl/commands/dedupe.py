"""``scrapy dedupe``: makes the signatures and links of a whole collection anew after a version change."""

from __future__ import annotations

import argparse
import asyncio

from newscrawl.command import CommandError, ProjectCommand
from newscrawl.progress import Progress
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
        from newscrawl.store.links import Linker

        async with self.store() as store:
            done = 0
            shown = Progress("articles made anew", bar=True)
            try:
                async for done, total in Linker(store.client, store.database).relink():
                    shown.show(done, total)
            finally:
                shown.end()
            print(f"{done} articles made anew")
