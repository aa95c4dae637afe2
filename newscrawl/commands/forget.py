"""``scrapy forget``: removes an article, and keeps it from coming back."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from newscrawl.command import CommandError, ProjectCommand
from newscrawl.shown import one_line
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from newscrawl.archive.places import ArchiveStore, Folder
    from newscrawl.store.forget import Removal


class Command(ProjectCommand):
    """Exit status: 0 done, 1 part of the archive is unreachable, 2 wrong use, 4 MongoDB cannot be used."""

    takes_arguments = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "<url> [<url> ...]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Remove an article and keep it from coming back"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Removes the articles at these addresses with their former states and kept pages, and leaves "
            "tombstones without text or addresses, so that no crawl stores them again. Copies at other "
            "addresses stay and are listed: forget them, too, if they should go. The pages are removed from "
            "the archives that this machine reaches; other machines remove theirs at the end of their next "
            "crawl. Recordings that you made with RECORD stay as they are. To undo it, run the printed line "
            "in mongosh: crawls may then store the article again; archived pages do not come back."
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Forget the article at each address."""
        from newscrawl.gate import is_address

        if not args:
            raise UsageError("give the address of an article: scrapy forget https://www.hespress.com/1.html")
        for url in args:
            if not is_address(url):
                raise UsageError(
                    f"{url!r} should be the address of an article, such as https://www.hespress.com/1.html"
                )
        asyncio.run(self._forget(args))

    async def _forget(self, urls: list[str]) -> None:
        from newscrawl.sites import site_of
        from newscrawl.store.forget import forget
        from newscrawl.urls import key

        async with self.store() as store:
            for url in urls:
                # The site's declaration says which spellings of an address are equal.
                name = site_of(url, self.sites)
                rules = self.sites[name].url_rules if name else None
                known_as = key(url, rules)
                forgotten = await forget(store.client, store.database, [known_as], name or "")
                print(_sentence(url, forgotten))
                print(self._erase(forgotten, name), end="")
                print(f"  to undo: {_undo(store.database, forgotten)}")
                if name is None:
                    print(f"note: no spider declares the site of {url}; check its spelling", file=sys.stderr)

    def _erase(self, forgotten: Removal, name: str | None) -> str:
        """Remove the pages from the archive; return lines about what was removed, and what others must do."""
        from newscrawl.archive.forgetting import erase_everywhere
        from newscrawl.archive.places import ArchiveStoreError, Folder
        from newscrawl.archive.setting import folder_of, store_of

        assert self.settings
        folder = Folder(folder_of(self.settings))
        try:
            store = store_of(self.settings)
            sites = forgotten.sites | ({name} if name else set())
            erased = erase_everywhere(folder, store, forgotten.keys, sites)
            elsewhere = [raw for raw in forgotten.raws if not _is_in(raw.archive, folder, store)]
        except (ArchiveStoreError, OSError) as error:
            reason = one_line(str(error))
            raise CommandError(
                RunOutcome.FAULT,
                f"the article is removed, but some of its pages are still in the archive: {reason}; "
                "run the same command again",
            ) from None
        lines = []
        if erased.pages:
            lines.append(f"  {erased.pages} pages removed from {erased.files} archive files\n")
        lines += [
            f"  its page in {raw.archive} is on another machine: {raw.node} removes it at the end of its "
            "next crawl; if it was moved to a store, run this again with NEWSCRAWL_ARCHIVE_STORE set\n"
            for raw in elsewhere
        ]
        return "".join(lines)


def _is_in(archive: str, folder: Folder, store: ArchiveStore | None) -> bool:
    return folder.has(archive) or (store is not None and store.has(archive))


def _sentence(url: str, forgotten: Removal) -> str:
    if not forgotten.articles:
        return f"{url}: was not stored; no crawl will store it from now on"
    copies = "".join(f"\n  a copy is still stored: {copy}" for copy in forgotten.copies)
    return f"{url}: forgotten, with {forgotten.revisions} former states{copies}"


def _undo(database: str, forgotten: Removal) -> str:
    """The line for mongosh that removes the tombstones again."""
    from newscrawl.store.migrations import TOMBSTONES

    under = ", ".join(f'"{article}"' for article in forgotten.under)
    return f'db.getSiblingDB("{database}").{TOMBSTONES}.deleteMany({{article: {{$in: [{under}]}}}})'
