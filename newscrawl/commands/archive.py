"""``scrapy archive``: lists and checks the archive of downloaded pages, shows a page, removes old files."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from newscrawl.command import CommandError, ProjectCommand
from newscrawl.shown import one_line
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from pymongo.database import Database

    from newscrawl.archive.archive import Archive
    from newscrawl.archive.check import FileCheck
    from newscrawl.archive.pages import ArchivedPage
    from newscrawl.archive.places import ArchiveFile
    from newscrawl.store.schema import Document


class Command(ProjectCommand):
    """Exit status: 0 fine, 1 something is wrong with the archive or its store does not answer, 2 wrong use,
    3 no such page, 4 MongoDB cannot be used.
    """

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--site SITE] [--check | --show URL [--save FILE] | --remove DAYS | --upkeep]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "List the archive of pages, check it, show one page, remove old files"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Without an option it lists the archive files of each site, their size and days: those in the "
            "folder of this machine, and those in the store that finished files are moved to "
            "(NEWSCRAWL_ARCHIVE_STORE). Pages that `scrapy forget` removed are never shown."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--site", help="only the files of this site")
        actions = parser.add_mutually_exclusive_group()
        actions.add_argument(
            "--check",
            action="store_true",
            help="read all files; compare them with their digests and with the articles",
        )
        actions.add_argument("--show", metavar="URL", help="print the latest archived page of an address")
        actions.add_argument(
            "--remove", metavar="DAYS", help="remove the files of runs that began more than DAYS days ago"
        )
        actions.add_argument(
            "--upkeep",
            action="store_true",
            help="do what runs do when they end: finish the files of killed runs, erase forgotten pages, "
            "move files to the store, remove old ones",
        )
        parser.add_argument("--save", metavar="FILE", help="with --show: write the page to this file")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Carry out the options."""
        from newscrawl.archive.places import ArchiveStoreError, ArchiveStoreUnavailableError

        if opts.save and not opts.show:
            raise UsageError(f"--save={opts.save!r} works only with --show URL")
        assert self.settings
        try:
            if opts.check:
                self._check(opts.site)
            elif opts.show:
                self._show(opts.show, opts.save)
            elif opts.remove is not None:
                self._remove(opts.site, opts.remove)
            elif opts.upkeep:
                asyncio.run(self._upkeep())
            else:
                self._list(opts.site)
        except ArchiveStoreUnavailableError as error:
            raise CommandError(RunOutcome.FAULT, one_line(str(error))) from None
        except ArchiveStoreError as error:
            raise UsageError(str(error)) from None

    def _archive(self, db: Database[Document] | None = None) -> Archive:
        """The archive; without a database for options that look up no pages."""
        from newscrawl.archive.archive import Archive
        from newscrawl.archive.places import Folder
        from newscrawl.archive.setting import folder_of, store_of
        from newscrawl.store.tombstones import forgotten

        assert self.settings
        folder = Folder(folder_of(self.settings))
        ask = partial(forgotten, db) if db is not None else lambda _: frozenset[str]()
        return Archive(folder, store_of(self.settings), forgotten=ask)

    def _list(self, site: str | None) -> None:
        archive = self._archive()
        print(f"{'site':<24} {'place':<6} {'files':>6} {'MB':>10}  days")
        for place, name in zip(archive.places, ("folder", "store"), strict=False):
            of_site: defaultdict[str, list[ArchiveFile]] = defaultdict(list)
            for file in place.files(site):
                of_site[file.parsed_name.site].append(file)
            for site_name, files in of_site.items():
                days = sorted({f"{file.parsed_name.began:%Y-%m-%d}" for file in files})
                size = sum(file.size for file in files) / 1e6
                unfinished = sum(file.is_open for file in files)
                open_files = f", {unfinished} not finished" if unfinished else ""
                span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} days"
                print(f"{site_name:<24} {name:<6} {len(files):>6} {size:>10.1f}  {span}{open_files}")
            total = [file.size for files in of_site.values() for file in files]
            print(f"{'all':<24} {name:<6} {len(total):>6} {sum(total) / 1e6:>10.1f}  {place}")

    def _check(self, site: str | None) -> None:
        from newscrawl.archive.check import check_file
        from newscrawl.store.session import session

        assert self.settings
        with session(self.settings) as (db, _):
            archive = self._archive(db)
            wrong, checked = [], {}
            for place in archive.places:
                for file in place.files(site):
                    checked[file.name] = result = check_file(place, file)
                    wrong += [f"{file.name}: {problem}" for problem in result.wrong]
            agree, gone, differ = _held_against(db, site, checked)
        for sentence in [*wrong, *differ]:
            print(sentence)
        count = sum(result.records for result in checked.values())
        print(
            f"files: {len(checked)}, records: {count}, errors: {len(wrong)}\n"
            f"articles: {agree} match, {gone} name a file that is gone or on another machine, "
            f"{len(differ)} do not match"
        )
        if wrong or differ:
            raise CommandError(
                RunOutcome.FAULT,
                "the archive is damaged: restore the files named above from a backup; the articles in "
                "MongoDB are not affected",
            )

    def _show(self, url: str, save: str | None) -> None:
        from newscrawl.archive.archive import PageGone
        from newscrawl.gate import is_address
        from newscrawl.page.decode import decode
        from newscrawl.sites import site_of
        from newscrawl.store.session import session
        from newscrawl.urls import key

        if not is_address(url):
            raise UsageError(f"--show={url!r} should be an address such as https://www.hespress.com/1.html")
        assert self.settings
        name = site_of(url, self.sites)
        known_as = key(url, self.sites[name].url_rules if name else None)
        with session(self.settings) as (db, _):
            try:
                page = _find(self._archive(db), db, known_as, name)
            except PageGone as error:
                raise CommandError(RunOutcome.NO_LINKS, f"{url}: {error}") from None
        _print(page)
        if save:
            Path(save).write_bytes(page.body or b"")
        else:
            print("\n" + decode(page.body or b"", page.headers.get("Content-Type", ""))[0])

    def _remove(self, site: str | None, given: str) -> None:
        from newscrawl.archive.upkeep import remove_expired

        if not given.isdigit() or not int(given):
            raise UsageError(f"--remove={given!r} should be a number of days, 1 or more")
        archive, now = self._archive(), dt.datetime.now(dt.UTC)
        gone = []
        for place in archive.places:
            for name in {file.parsed_name.site for file in place.files(site)}:
                gone += remove_expired(place, name, now=now, days=int(given), limit=0)
        print(f"{len(gone)} files removed, {sum(file.size for file in gone) / 1e6:.1f} MB")

    async def _upkeep(self) -> None:
        from newscrawl.archive.keeper import Keeper
        from newscrawl.archive.setting import ArchiveSettings

        assert self.settings
        async with self.store() as store:
            keeper = Keeper(ArchiveSettings.all_of(self.settings))
            await keeper.finish(store.tombstones)
        for alarm, sentence in keeper.alarms.items():
            print(f"{alarm.meaning}: {one_line(sentence)}", file=sys.stderr)
        if keeper.alarms:
            self.exitcode = RunOutcome.FAULT.exit_status
        else:
            print("nothing is left to do")


def _held_against(
    db: Database[Document], site: str | None, checked: dict[str, FileCheck]
) -> tuple[int, int, list[str]]:
    """How many articles have their page where they say, how many lack its file, and other mismatches."""
    from newscrawl.items import Raw

    agree, gone, differ = 0, 0, []
    query = {"raw": {"$ne": None}} | ({"site": site} if site else {})
    for doc in db["articles"].find(query, {"raw": 1, "url": 1}):
        raw = Raw(**doc["raw"])
        if raw.archive not in checked:
            gone += 1
        elif checked[raw.archive].pages.get(raw.offset) == raw.digest:
            agree += 1
        else:
            differ.append(f"{doc['url']}: its page is not at byte {raw.offset} of {raw.archive}")
    return agree, gone, differ


def _find(archive: Archive, db: Database[Document], known_as: str, site: str | None) -> ArchivedPage:
    """The page of an article, or the latest of an address without one. Raises :class:`PageGone`."""
    from newscrawl.archive.archive import PageGone
    from newscrawl.items import Raw
    from newscrawl.store.tombstones import forgotten

    if forgotten(db, [known_as]):
        raise PageGone("the page was removed on request")
    doc = db["articles"].find_one({"keys": known_as}, {"raw": 1, "site": 1})
    if doc and doc.get("raw"):
        return archive.page(Raw(**doc["raw"]))
    newest: ArchivedPage | None = None
    for page in _all(archive, doc["site"] if doc else site):
        if page.key == known_as and page.body is not None:
            newest = page
    if newest is None:
        raise PageGone("no page of this address is in the archive")
    return newest


def _all(archive: Archive, site: str | None) -> Iterator[ArchivedPage]:
    for file in archive.files(site):
        yield from archive.pages(file)


def _print(page: ArchivedPage) -> None:
    lines = {
        "requested": page.asked, "redirected by": " ".join(page.redirects), "address": page.url,
        "status": page.status, "fetched at": f"{page.fetched_at:%Y-%m-%d %H:%M:%S} UTC",
        "rendered": "yes" if page.is_rendered else "", "title in list": page.entry.title,
        "date in list": page.entry.date, "list": page.entry.origin,
        "archive": f"{page.raw.archive} at byte {page.raw.offset} on {page.raw.node}", "run": page.run,
        "bytes": len(page.body or b""),
    }  # fmt: skip
    for name, value in lines.items():
        if value:
            print(f"{name:<14} {one_line(str(value))}")
