"""``scrapy forget``: removes an article and keeps it from coming back."""

from __future__ import annotations

import argparse
import asyncio
import sys

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand
from newscrawl.gate import is_address
from newscrawl.sites import site_of
from newscrawl.store.forget import Forgotten, forget
from newscrawl.store.migrations import TOMBSTONES
from newscrawl.urls import key


class Command(ProjectCommand):
    """Exit status: 0 done, 2 wrong use, 4 the store."""

    takes_arguments = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "<url> [<url> ...]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Remove an article and keep it from coming back"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Removes the articles at these addresses with their former states and kept pages, and leaves a "
            "tombstone without words or addresses, so that no crawl stores them again. Copies at other "
            "addresses stay and are named: forget them too if they should go. Recordings made with RECORD "
            "are files of yours and are not touched. The printed line undoes it "
            "in mongosh: crawls may then store the article again."
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Forget each address."""
        if not args:
            raise UsageError("name the address of an article")
        for url in args:
            if not is_address(url):
                raise UsageError(f"{url!r} is no address such as https://www.hespress.com/1.html")
        asyncio.run(self._forget(args))

    async def _forget(self, urls: list[str]) -> None:
        async with self.store() as store:
            for url in urls:
                # Which addresses are the same is for the site to say.
                name = site_of(url, self.sites)
                rules = self.sites[name].url_rules if name else None
                known_as = key(url, rules)
                forgotten = await forget(store.client, store.database, [known_as], name or "")
                print(_sentence(url, forgotten))
                print(f"  to undo: {_undo(store.database, forgotten)}")
                if name is None:
                    print(f"{url} is of no declared site: is it written as meant?", file=sys.stderr)


def _sentence(url: str, forgotten: Forgotten) -> str:
    if not forgotten.articles:
        return f"{url}: not stored; it will not be"
    copies = "".join(f"\n  a copy is still stored: {copy}" for copy in forgotten.copies)
    return f"{url}: forgotten, with {forgotten.revisions} former states{copies}"


def _undo(database: str, forgotten: Forgotten) -> str:
    """What removes the tombstones, in mongosh."""
    under = ", ".join(f'"{article}"' for article in forgotten.under)
    return f'db.getSiblingDB("{database}").{TOMBSTONES}.deleteMany({{article: {{$in: [{under}]}}}})'
