"""``scrapy reprocess``: pages that were kept are read again with today's code."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from pymongo.database import Database
from scrapy.exceptions import UsageError

from newscrawl.command import CommandError, ProjectCommand
from newscrawl.dates import parse_day
from newscrawl.mongod.opening import resolve_uri
from newscrawl.mongod.server import data_folder
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import NoSuchInputError, Range, inputs, ranges
from newscrawl.reprocess.reading import Tally
from newscrawl.sites import Site
from newscrawl.sites.learned import from_document
from newscrawl.store import learned, tombstones
from newscrawl.store.schema import Document
from newscrawl.store.session import session
from newscrawl.vocabulary import RunOutcome

MONGO, PARQUET = "mongo", "parquet"
Databases = tuple[Database[Document], Database[Document]]
"""That of the articles, and that of the machinery."""


class Command(ProjectCommand):
    """Exit status: 0 done, 1 some of it could not be read or it was stopped, 2 wrong use, 4 the store."""

    takes_arguments = True
    reads_dates = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "<WARC file, folder or address> [...]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Read kept pages again with today's code"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Reads pages again from WARC files of any crawler, those of CC-NEWS among them: each page by the "
            "declaration of its site, and with --lang also those of newspapers that nobody declared, as far "
            "as they are in that language. --to parquet writes a file for each range of input; a range that "
            "was done is not done again. Nothing that `scrapy forget` removed comes back."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--to", choices=(PARQUET,), default=PARQUET, help="default: %(default)s")
        parser.add_argument("--out", metavar="FOLDER", help="where --to parquet writes")
        parser.add_argument("--site", action="append", default=[], help="this spider's site; may be repeated")
        parser.add_argument("--lang", help="ISO 639, as ar: also newspapers that nobody declared")
        parser.add_argument(
            "--since", type=_day, help="pages downloaded since this day (2016-09-01, or Hijri)"
        )
        parser.add_argument("--until", type=_day, help="pages downloaded until this day")
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="that read; default: %(default)s"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read again, and say what came of it."""
        if not args:
            raise UsageError("name a WARC file, a folder of them or an address")
        if opts.processes < 1:
            raise UsageError(f"--processes={opts.processes} should be 1 or more")
        try:
            pieces = list(ranges(inputs(args)))
        except NoSuchInputError as error:
            raise UsageError(str(error)) from None
        failed: list[str] = []
        try:
            with self._databases() as databases:
                tally = self._to_parquet(self._plan(opts, databases), pieces, opts, failed)
        except KeyboardInterrupt:
            raise CommandError(RunOutcome.KILLED, "\nstopped; the same command goes on from here") from None
        print(told(tally))
        if failed:
            raise CommandError(RunOutcome.FAULT, "\n".join(failed))

    def _databases(self) -> AbstractContextManager[Databases | None]:
        """The databases, where there are any: without them nothing was forgotten, and nothing learned."""
        assert self.settings
        if resolve_uri(self.settings) or data_folder(self.settings).exists():
            return session(self.settings)
        return nullcontext()

    def _plan(self, opts: argparse.Namespace, databases: Databases | None) -> Plan:
        assert self.settings
        sites: dict[str, Site] = dict(self.sites)
        forgotten: frozenset[str] = frozenset()
        if databases:
            forgotten = tombstones.every(databases[0])
            sites |= {doc["_id"]: from_document(doc["site"]) for doc in learned.every(databases[1])}
        if unknown := next((name for name in opts.site if name not in sites), None):
            raise UsageError(f"--site={unknown!r} is no spider; `scrapy list` shows them")
        plan = Plan(sites, frozenset(opts.site), opts.lang, opts.since, opts.until, forgotten=forgotten)
        return replace(plan, seconds=self.settings.getfloat("WORKER_CPU_SECONDS"))

    def _to_parquet(
        self, plan: Plan, pieces: list[Range], opts: argparse.Namespace, failed: list[str]
    ) -> Tally:
        if not opts.out:
            raise UsageError("--to parquet needs --out FOLDER")
        try:
            from newscrawl.reprocess import to_parquet
        except ImportError as error:
            raise UsageError(f'{error.name} is missing: pip install ".[export]"') from None
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
        return asyncio.run(to_parquet.to_parquet(plan, rest, folder, opts.processes, failed))


def _day(text: str) -> dt.date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def told(tally: Tally) -> str:
    """What became of the records, in a few lines.

    >>> print(told(Tally(records=3, pages=2, broken=1)))
    3 records, 1 of them damaged; 2 pages parsed
    """
    lines = [f"{tally.records:,} records, {tally.broken:,} of them damaged; {tally.pages:,} pages parsed"]
    lines += [
        f"{count:>12,} {word}" for word, count in sorted(tally.outcomes.items(), key=lambda one: -one[1])
    ]
    return "\n".join(lines)
