"""``scrapy reprocess``: reads kept pages again with the current code."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import secrets
import sys
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import UsageError

from newscrawl.command import CommandError, ProjectCommand, no_spider
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymongo.database import Database

    from newscrawl.reprocess.plan import Plan
    from newscrawl.reprocess.ranges import Range
    from newscrawl.reprocess.reading import Tally
    from newscrawl.reprocess.record import ReprocessingRecord
    from newscrawl.sites import Site
    from newscrawl.store.schema import Document

    Databases = tuple[Database[Document], Database[Document]]
    """The database of articles, and the database of operations."""

MONGO, PARQUET = "mongo", "parquet"
STALE = ("reader", "dates", "text", "identity")
"""The parts of the code whose versions decide whether an article is stale."""


class Command(ProjectCommand):
    """Exit status: 0 done, 1 stopped, or some pages unreadable, 2 wrong use, 4 MongoDB cannot be used."""

    takes_arguments = True
    reads_dates = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[options] [<WARC file, folder or address> ...]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Read archived pages again, with the installed version"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Reads pages of the archive again, or pages of WARC files of any crawler, such as CC-NEWS. Each "
            "page is read with the declaration of its site; with --lang, pages of undeclared newspapers are "
            "read, too, if they are in that language. Articles that change are updated in MongoDB, without "
            "a revision, because the newspaper did not change them. With --to parquet, articles are written "
            "to files instead, one for each part of the input. When the command was stopped or killed, give "
            "it again: it continues from there. Articles that `scrapy forget` removed do not come back."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--to", choices=(MONGO, PARQUET), default=MONGO, help="where articles go; default: %(default)s"
        )
        parser.add_argument("--out", metavar="FOLDER", help="with --to parquet: the folder to write to")
        parser.add_argument(
            "--site", action="append", default=[], help="only pages of this spider's site; may be repeated"
        )
        parser.add_argument(
            "--lang", help="only articles in this language (ISO 639: ar), also of undeclared newspapers"
        )
        parser.add_argument(
            "--since", type=_day, metavar="DAY", help="first day of download: 2016-09-01, 1437-11-29H"
        )
        parser.add_argument("--until", type=_day, metavar="DAY", help="last day of download, included")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--rejected", action="store_true", help="only pages that were rejected")
        which.add_argument(
            "--stale",
            nargs="?",
            const=",".join(STALE),
            metavar="PARTS",
            help=f"only articles that older versions of these parts made; default: {','.join(STALE)}",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="change nothing; print what would change, field by field"
        )
        parser.add_argument(
            "--dask",
            metavar="ADDRESS",
            help="address of a Dask scheduler that shares out the work, or local to start one here",
        )
        parser.add_argument(
            "--processes",
            type=int,
            default=os.cpu_count() or 1,
            metavar="N",
            help="number of processes that read pages; default: %(default)s",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the pages again, and report the result."""
        from newscrawl.reprocess.ranges import NoSuchInputError

        if opts.processes < 1:
            raise UsageError(f"--processes={opts.processes} should be 1 or more")
        if opts.to == PARQUET and not opts.out:
            raise UsageError("--to parquet needs --out FOLDER: the folder to write to")
        failed: list[str] = []
        try:
            with self._databases(opts) as databases:
                plan = self._plan(opts, databases)
                chains = self._chains(args, opts, plan)
                with _recorded(databases, plan, args, opts) as record:
                    record.failed = failed
                    record.tally = tally = self._run(plan, chains, opts, databases, failed)
        except KeyboardInterrupt:
            raise CommandError(RunOutcome.KILLED, "\nstopped; the same command continues from here") from None
        except NoSuchInputError as error:
            raise UsageError(str(error)) from None
        print(summary(tally))
        if failed:
            raise CommandError(RunOutcome.FAULT, "\n".join(failed))

    def _databases(self, opts: argparse.Namespace) -> AbstractContextManager[Databases | None]:
        """The databases; None without MongoDB, in which case no article counts as forgotten."""
        from newscrawl.mongod.opening import resolve_uri
        from newscrawl.mongod.server import data_folder
        from newscrawl.store.session import session

        assert self.settings
        needed = opts.to == MONGO or opts.dry_run or opts.stale or opts.rejected
        if needed or resolve_uri(self.settings) or data_folder(self.settings).exists():
            return session(self.settings)
        return nullcontext()

    def _plan(self, opts: argparse.Namespace, databases: Databases | None) -> Plan:
        from newscrawl.reprocess import selection
        from newscrawl.reprocess.plan import Plan
        from newscrawl.sites.learned import from_document
        from newscrawl.store import learned, tombstones

        assert self.settings
        sites: dict[str, Site] = dict(self.sites)
        only = frozenset(opts.site)
        plan = Plan(sites, only, opts.lang, opts.since, opts.until, run=_run_id())
        plan = replace(plan, seconds=self.settings.getfloat("WORKER_CPU_SECONDS"))
        if databases:
            db, ops = databases
            sites |= {doc["_id"]: from_document(doc["site"]) for doc in learned.every(ops)}
            keys = selection.rejected(ops, only) if opts.rejected else None
            if opts.stale:
                keys = selection.stale(db, _parts(opts.stale), only)
            plan = replace(plan, forgotten=tombstones.all_forgotten(db), keys=keys)
        if unknown := next((name for name in opts.site if name not in sites), None):
            raise no_spider(unknown, sites, "--site: ")
        return plan

    def _chains(self, args: list[str], opts: argparse.Namespace, plan: Plan) -> list[list[Range]]:
        """The ranges to read; ranges that must be read one after another are in one list."""
        from newscrawl.archive.archive import Archive
        from newscrawl.archive.places import ArchiveStoreError, Folder
        from newscrawl.archive.setting import folder_of, store_of
        from newscrawl.reprocess import selection
        from newscrawl.reprocess.ranges import inputs, ranges

        if args:
            return [[piece] for piece in ranges(inputs(args))]
        assert self.settings
        folder = folder_of(self.settings)
        try:
            archive = Archive(Folder(folder), store_of(self.settings), forgotten=lambda _: ())
            chains = selection.chains(archive, plan.only, opts.until)
        except ArchiveStoreError as error:
            raise UsageError(str(error)) from None
        if not chains:
            raise UsageError(
                f"the archive {folder} has no such page; set NEWSCRAWL_ARCHIVE to the right folder, or name "
                "WARC files"
            )
        return chains

    def _run(
        self,
        plan: Plan,
        chains: list[list[Range]],
        opts: argparse.Namespace,
        databases: Databases | None,
        failed: list[str],
    ) -> Tally:
        from newscrawl.reprocess import dry_run
        from newscrawl.reprocess.reading import Tally

        pieces = [piece for chain in chains for piece in chain]
        if opts.dry_run:
            assert databases
            tally = Tally()
            for line in dry_run.lines(plan, pieces, databases[0], tally):
                print(line)
            return tally
        if opts.to == PARQUET:
            return self._to_parquet(plan, pieces, opts, failed)
        return asyncio.run(self._to_mongo(plan, chains, opts, failed))

    async def _to_mongo(
        self, plan: Plan, chains: list[list[Range]], opts: argparse.Namespace, failed: list[str]
    ) -> Tally:
        from newscrawl.mongod.opening import resolve_uri
        from newscrawl.reprocess import on_dask, to_mongo

        assert self.settings
        patience = self.settings.getfloat("STORE_PATIENCE")
        uri = resolve_uri(self.settings)
        if opts.dask and not uri:
            raise UsageError("--dask needs MONGODB_URI: an address at which its workers reach MongoDB")
        async with (
            self.store() as store,
            to_mongo.writing(store.client, store.database, patience) as writer,
        ):
            places = to_mongo.Places(store.ops, plan)
            if opts.dask:
                job = on_dask.documents(str(uri), store.database, patience)
                tally = await asyncio.to_thread(_on_dask, opts, plan, chains, job, failed)
            else:
                tally = await to_mongo.to_mongo(plan, chains, writer, places, opts.processes, failed)
            if not failed:
                await places.forget()
            return tally

    def _to_parquet(
        self, plan: Plan, pieces: list[Range], opts: argparse.Namespace, failed: list[str]
    ) -> Tally:
        from newscrawl.export.command_line import lacking
        from newscrawl.reprocess import on_dask, to_parquet

        if find_spec("pyarrow") is None:  # the processes that write would fail one by one
            raise UsageError(lacking("pyarrow", "export"))
        folder = Path(opts.out)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            rest = to_parquet.left(plan, pieces, folder)
        except to_parquet.OtherPartsError as error:
            raise UsageError(str(error)) from None
        except OSError as error:
            raise UsageError(f"--out={opts.out!r}: {error.strerror}") from None
        if done := len(pieces) - len(rest):
            print(f"{done} of {len(pieces)} ranges were done before", file=sys.stderr)
        if opts.dask:
            job = on_dask.parts(str(folder.absolute()))
            return _on_dask(opts, plan, [[piece] for piece in rest], job, failed)
        return asyncio.run(to_parquet.to_parquet(plan, rest, folder, opts.processes, failed))


@contextmanager
def _recorded(
    databases: Databases | None, plan: Plan, args: list[str], opts: argparse.Namespace
) -> Iterator[ReprocessingRecord]:
    """The record that the command leaves; it is not stored if the command writes nothing to MongoDB."""
    from newscrawl.reprocess.record import ReprocessingRecord, recorded

    if databases is None or opts.dry_run or opts.to != MONGO:
        yield ReprocessingRecord()
        return
    given = {name: getattr(opts, name) for name in ("site", "lang", "rejected", "stale", "dask")}
    days = {name: str(day) for name in ("since", "until") if (day := getattr(opts, name))}
    asked = {name: value for name, value in {"files": args, **given, **days}.items() if value}
    with recorded(databases[1], plan.run, asked) as record:
        yield record


def _on_dask(
    opts: argparse.Namespace, plan: Plan, chains: list[list[Range]], job: Any, failed: list[str]
) -> Tally:
    from newscrawl.export.command_line import lacking
    from newscrawl.reprocess import on_dask

    try:
        with on_dask.cluster(opts.dask, opts.processes) as client:
            tally: Tally = on_dask.run(client, plan, chains, job, failed)
            return tally
    except ImportError as error:
        raise UsageError(lacking(error.name, "dask")) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"--dask={opts.dask!r}: {error}") from None


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if unknown := next((part for part in parts if part not in STALE), None):
        raise UsageError(f"--stale={unknown!r} should be one or more of: {', '.join(STALE)}")
    return parts


def _run_id() -> str:
    """The id of this run, in its record and in the articles that it stores."""
    return f"reprocess-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def _day(text: str) -> dt.date:
    from newscrawl.dates import parse_day

    try:
        return parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def summary(tally: Tally) -> str:
    """The outcome of the records, in a few lines.

    >>> from newscrawl.reprocess.reading import Tally
    >>> print(summary(Tally(records=3, pages=2, broken=1)))
    3 records, 1 of them damaged; 2 pages parsed
    """
    lines = [f"{tally.records:,} records, {tally.broken:,} of them damaged; {tally.pages:,} pages parsed"]
    lines += [
        f"{count:>12,} {word}" for word, count in sorted(tally.outcomes.items(), key=lambda item: -item[1])
    ]
    return "\n".join(lines)
