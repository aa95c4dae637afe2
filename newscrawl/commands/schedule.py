"""``scrapy schedule``: starts what ``schedule.toml`` says is due, on the Scrapyd of this machine."""

from __future__ import annotations

import logging
import os
import platform
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError
from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand
from newscrawl.runs import EXIT_STATUS
from newscrawl.store.server import resolve_uri
from newscrawl.store.session import database_name
from newscrawl.store.uri import redact

if TYPE_CHECKING:
    import argparse

    from newscrawl.schedule.file import Schedule
    from newscrawl.sites import Site

log = logging.getLogger("newscrawl.schedule")

TICK = 1.0
"""Seconds between two looks at what is due."""
CRON_ALIVE = 150
"""Seconds that a node counts as alive after ``--once``: cron comes every minute."""


class Command(ProjectCommand):
    """Runs on each node, beside its own Scrapyd; see docs/operate.md."""

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[--once | --check | --next | --init] [--file schedule.toml] [--node NAME] [--can browser]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Start what schedule.toml says is due, on this machine's Scrapyd"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Runs until it is ended; what is due is started on the Scrapyd of this machine, unless another "
            "machine has it. Due times are kept in MongoDB: nothing is lost by a restart, what was missed is "
            "made up once."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--once", action="store_true", help="start what is due now, and end (for cron)")
        what.add_argument("--check", action="store_true", help="read the file and say what is wrong in it")
        what.add_argument("--next", action="store_true", help="show when each site is due")
        what.add_argument("--init", action="store_true", help="write a first file with every site")
        parser.add_argument("--file", help="default: schedule.toml beside scrapy.cfg")
        parser.add_argument(
            "--node", default=platform.node(), help="name of this machine; default: %(default)s"
        )
        parser.add_argument(
            "--can", action="append", default=[], metavar="CAPABILITY", help="what sites may need: browser"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exit status: 0 fine, 2 a mistake in the file or in the arguments, 4 MongoDB.

        With ``--once`` also 3: Scrapyd does not answer or refuses a job.
        """
        try:
            from newscrawl.schedule.file import ScheduleError, load, usual_file
        except ImportError as error:
            raise _missing(error) from None
        path = Path(opts.file) if opts.file else usual_file()
        sites = self.sites
        try:
            if opts.init:
                _write_first(path, sites)
            elif opts.check:
                _print_check(path, load(path, sites))
            elif opts.next:
                _print_next(load(path, sites))
            else:
                self._schedule(path, sites, opts)
        except ImportError as error:
            raise _missing(error) from None
        except ScheduleError as error:
            raise UsageError(f"{path}:\n{error}") from None

    def _schedule(self, path: Path, sites: dict[str, Site], opts: argparse.Namespace) -> None:
        import datetime as dt

        from newscrawl.schedule.node import Node, Scrapyd
        from newscrawl.schedule.scheduler import ALIVE, ScheduleFile, Scheduler

        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s [%(name)s] %(levelname)s: %(message)s", stream=sys.stderr
        )
        logging.getLogger("pymongo").setLevel(logging.WARNING)
        ended = threading.Event()
        for asked in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asked, lambda *_: ended.set())
        file = ScheduleFile(path, sites)
        with _connect() as client:
            scheduler = Scheduler(
                file,
                client[f"{database_name()}_ops"],
                Scrapyd(),
                Node(opts.node, frozenset(opts.can)),
                alive=dt.timedelta(seconds=CRON_ALIVE) if opts.once else ALIVE,
                stays=not opts.once,
            )
            if opts.once:
                scheduler.tick()
                self.exitcode = 0 if scheduler.is_well else EXIT_STATUS["unreachable"]
                return
            log.info("%s: %s; on node %s", path, file.current, opts.node)
            is_up = True
            while not ended.wait(TICK):
                try:
                    scheduler.tick()
                    is_up = True
                except PyMongoError as error:
                    if is_up:
                        log.error("MongoDB is away, waiting: %s", redact(str(error)).split(", Timeout:")[0])
                    is_up = False
            log.info("ended; running crawls go on")


def _missing(error: ImportError) -> UsageError:
    return UsageError(f"{error.name} is missing: run `make node`, or pip install -r deploy/requirements.txt")


def _connect() -> MongoClient[dict[str, Any]]:
    """The MongoDB of the environment: a schedule outlives any server that it would start itself."""
    uri = resolve_uri(os.environ | {"SCRAPYD_JOB": "schedule"})
    return MongoClient(uri, tz_aware=True, appname="newscrawl", w="majority", serverSelectionTimeoutMS=5000)


def _write_first(path: Path, sites: dict[str, Site]) -> None:
    from newscrawl.schedule.file import first_file, option

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(first_file(sites, option(path)))
    except FileExistsError:
        raise UsageError(f"{path} exists and is not overwritten") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    print(
        f"{path} is written; change it, then: "
        f"scrapy schedule --check{option(path)}, scrapy schedule --next{option(path)}"
    )


def _print_check(path: Path, schedule: Schedule) -> None:
    import datetime as dt

    print(f"{path}: {schedule}; no mistake")
    for remark in schedule.said(dt.datetime.now(dt.UTC)):
        print(f"note: {remark}")


def _print_next(schedule: Schedule) -> None:
    """When each site is due: as MongoDB has it, where it is at hand, else as the file alone says."""
    import datetime as dt

    now = dt.datetime.now(dt.UTC)
    stored: dict[str, dict[str, Any]] = {}
    if os.environ.get("MONGODB_URI"):
        with _connect() as client:
            stored = {doc["_id"]: doc for doc in client[f"{database_name()}_ops"]["leases"].find()}
            now = client.admin.command("hello")["localTime"].replace(tzinfo=dt.UTC)
    due = {
        site: stored[site]["due_at"]
        if site in stored and stored[site]["rule"] == str(entry.rule)
        else entry.rule.after(now)
        for site, entry in schedule.entries.items()
    }
    print(f"{'next (UTC)':<20} {'site':<24} {'when':<32} now")
    for site in sorted(due, key=lambda site: due[site]):
        doc = stored.get(site, {})
        state = f"{'runs' if doc.get('holder') else 'waits'} on {doc['node']}" if doc.get("job") else ""
        if not state and due[site] <= now:
            state = "overdue"
        rule = str(schedule.entries[site].rule)
        print(f"{due[site]:%Y-%m-%d %H:%M:%S}  {site:<24} {rule:<32} {state}".rstrip())
