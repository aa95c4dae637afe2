"""``scrapy schedule``: starts due crawls, as planned in ``schedule.toml``, on this machine's Scrapyd."""

from __future__ import annotations

import logging
import platform
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand
from newscrawl.timings import ALIVE, CRON_ALIVE
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    import argparse

    from pymongo import MongoClient
    from pymongo.database import Database
    from scrapy.settings import BaseSettings

    from newscrawl.schedule.file import Schedule
    from newscrawl.schedule.node import Scrapyd
    from newscrawl.schedule.scheduler import Scheduler
    from newscrawl.sites import Site

log = logging.getLogger("newscrawl.schedule")

TICK = 1.0
"""Seconds between checks of what is due."""
LAST_SECONDS = 2
"""Seconds that a running tick may still take when the schedule should end; cutting it short does no harm."""
MONGODB_SECONDS = 10
"""Maximum seconds for one operation of MongoDB."""


class Command(ProjectCommand):
    """Runs on each node, next to its Scrapyd; see docs/operate.md."""

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return (
            "[--once | --check | --next | --init [--list newspapers.toml]] [--file schedule.toml] "
            "[--node NAME] [--can browser]"
        )

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Start the crawls that schedule.toml makes due, on this machine's Scrapyd"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Runs until it is stopped, and starts each due crawl on the Scrapyd of this machine, unless "
            "another machine has already started it. Due times are kept in MongoDB: nothing is lost by a "
            "restart, and a site that missed several due times is crawled once."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        actions = parser.add_mutually_exclusive_group()
        actions.add_argument("--once", action="store_true", help="start what is due now, and exit (for cron)")
        actions.add_argument("--check", action="store_true", help="check the file and list its mistakes")
        actions.add_argument("--next", action="store_true", help="show when each site is due")
        actions.add_argument("--init", action="store_true", help="write a first file with every site")
        parser.add_argument("--list", help="with --init: a file of newspapers without a declaration")
        parser.add_argument("--file", help="default: schedule.toml next to scrapy.cfg")
        parser.add_argument(
            "--node", default=platform.node(), help="name of this machine; default: %(default)s"
        )
        parser.add_argument(
            "--can",
            action="append",
            default=[],
            metavar="CAPABILITY",
            help="a capability of this machine that sites may need, such as browser",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Exit status: 0 fine, 2 a mistake in the file or in the arguments, 4 MongoDB cannot be used.

        With ``--once`` also 3: Scrapyd does not answer, refuses a job, or has no free slot for a due site.
        """
        try:
            from newscrawl.schedule.file import load_schedule, usual_file
            from newscrawl.schedule.mistakes import ScheduleError
        except ImportError as error:
            raise _missing(error) from None
        if opts.list and not opts.init:
            raise UsageError(
                f"--list={opts.list!r} works only with --init: scrapy schedule --init --list {opts.list}"
            )
        path = Path(opts.file) if opts.file else usual_file()
        sites = self.sites
        try:
            if opts.init:
                _write_first(path, sites, Path(opts.list) if opts.list else None)
            elif opts.check:
                _print_check(path, load_schedule(path, sites))
                _scrapyd()
            elif opts.next:
                assert self.settings
                _print_next(load_schedule(path, sites), self.settings)
            else:
                self._schedule(path, sites, opts)
        except ImportError as error:
            raise _missing(error) from None
        except ScheduleError as error:
            raise UsageError(f"{path}:\n{error}") from None

    def _schedule(self, path: Path, sites: dict[str, Site], opts: argparse.Namespace) -> None:
        import datetime as dt

        from newscrawl.schedule.node import Node
        from newscrawl.schedule.scheduler import ScheduleFile, Scheduler

        asked = _listen()
        file = ScheduleFile(path, sites)
        scrapyd = _scrapyd()
        assert self.settings
        client = _connect(self.settings)
        scheduler = Scheduler(
            file,
            _databases(client, self.settings)[1],
            scrapyd,
            Node(opts.node, frozenset(opts.can)),
            alive=CRON_ALIVE if opts.once else ALIVE,
            stays=not opts.once,
        )
        ended = threading.Event()
        if not opts.once:
            _Watch(client, self.settings, ended).start()
            log.info("%s: %s; on node %s", path, file.current, opts.node)
            for remark in file.current.warnings(dt.datetime.now(dt.UTC)):
                log.warning("%s", remark)
        # In a separate thread, so that this one can end even if Scrapyd or MongoDB hangs.
        work = _Work(scheduler, ended, once=opts.once)
        work.start()
        while not asked and not ended.wait(TICK / 2):
            pass
        ended.set()
        work.join(LAST_SECONDS)
        if cut_short := work.is_alive():
            log.warning("the schedule ended before Scrapyd or MongoDB answered; nothing is lost")
        else:
            client.close()
        if not opts.once:
            log.info("the schedule ended; running crawls continue")
        elif work.error:
            raise work.error
        elif cut_short or not scheduler.is_well:
            self.exitcode = RunOutcome.UNREACHABLE.exit_status


def _listen() -> list[int]:
    """Log to stderr; return a list that collects the signals to end the schedule."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s [%(name)s] %(levelname)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("pymongo").setLevel(logging.WARNING)
    # A handler must not take a lock that the interrupted code may hold, so it only appends to a list.
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda given, _: asked.append(given))
    return asked


class _Work(threading.Thread):
    """Ticks once, or until ``ended`` is set; sets ``ended`` itself when nothing is left to do."""

    def __init__(self, scheduler: Scheduler, ended: threading.Event, *, once: bool) -> None:
        super().__init__(name="schedule", daemon=True)
        self._scheduler = scheduler
        self._ended = ended
        self._once = once
        self._trouble: str | None = None
        self.error: Exception | None = None
        """The error that ended ``--once``."""

    def run(self) -> None:
        """Run the ticks; an error is logged once, and ends only its own tick."""
        try:
            if self._once:
                self._scheduler.tick()
                return
            while not self._ended.wait(TICK):
                self._tick()
        except Exception as error:
            self.error = error
        finally:
            self._ended.set()

    def _tick(self) -> None:
        from pymongo.errors import PyMongoError

        from newscrawl.mongod.opening import reason

        try:
            self._scheduler.tick()
        except PyMongoError as error:
            self._scheduler.lose_sight()
            self._tell("MongoDB", f"MongoDB cannot be used, the schedule waits for it: {reason(error)}")
        except Exception as error:
            self._scheduler.lose_sight()
            name = type(error).__name__
            self._tell(name, f"a fault of newscrawl, please report it; the schedule continues: {name}", error)
        else:
            if self._trouble:
                log.info("the schedule works again")
            self._trouble = None

    def _tell(self, trouble: str, sentence: str, error: Exception | None = None) -> None:
        """Log a problem once, even if its wording changes while it lasts."""
        if trouble != self._trouble:
            log.error("%s", sentence, exc_info=error)
        self._trouble = trouble


class _Watch(threading.Thread):
    """Checks alarms in a separate thread, as sending messages may take long."""

    def __init__(
        self, client: MongoClient[dict[str, Any]], settings: BaseSettings, ended: threading.Event
    ) -> None:
        from newscrawl.watch.wanted import watchman

        super().__init__(name="alarms", daemon=True)
        self._watchman = watchman(*_databases(client, settings), settings)
        self._ended = ended
        self._trouble = ""

    def run(self) -> None:
        """Check once a minute; log a fault once. The schedule itself logs outages of MongoDB."""
        from pymongo.errors import PyMongoError

        from newscrawl.watch.driver import EVERY

        while not self._ended.wait(EVERY.total_seconds()):
            try:
                self._watchman.look()
                self._trouble = ""
            except PyMongoError:
                continue
            except Exception as error:
                if type(error).__name__ != self._trouble:
                    log.exception("a fault of newscrawl, please report it; alarms may be late")
                self._trouble = type(error).__name__


def _scrapyd() -> Scrapyd:
    """The Scrapyd of this machine; prints a note to stderr if it requires no password.

    Raises ``UsageError`` for an empty user name or password.
    """
    from newscrawl.schedule.node import IS_OPEN, Scrapyd, ScrapydError

    try:
        scrapyd = Scrapyd()
    except ScrapydError as error:
        raise UsageError(str(error)) from None
    if scrapyd.is_open:
        print(f"note: neither SCRAPYD_USERNAME nor SCRAPYD_PASSWORD is set: {IS_OPEN}", file=sys.stderr)
    return scrapyd


def _missing(error: ImportError) -> UsageError:
    return UsageError(
        f"the package {error.name} is missing: run `make node`, or pip install -r deploy/requirements.txt"
    )


def _connect(settings: BaseSettings) -> MongoClient[dict[str, Any]]:
    """A client of the MongoDB that the settings name; a schedule cannot use the embedded server."""
    from newscrawl.mongod.opening import connect, resolve_uri

    uri = resolve_uri(settings, needed_by="a schedule")
    assert uri
    return connect(uri, timeoutMS=1000 * MONGODB_SECONDS)


def _databases(
    client: MongoClient[dict[str, Any]], settings: BaseSettings
) -> tuple[Database[dict[str, Any]], Database[dict[str, Any]]]:
    """The databases of articles and of operations, read from the primary to get current data."""
    from pymongo import ReadPreference

    from newscrawl.mongod.opening import database_name

    name, primary = database_name(settings), ReadPreference.PRIMARY
    return (
        client.get_database(name, read_preference=primary),
        client.get_database(f"{name}_ops", read_preference=primary),
    )


def _write_first(path: Path, sites: dict[str, Site], listing: Path | None) -> None:
    from newscrawl.schedule.file import first_file, option
    from newscrawl.schedule.mistakes import ScheduleError
    from newscrawl.schedule.newspapers import load_newspapers

    try:
        listed = load_newspapers(listing, sites) if listing else []
    except ScheduleError as error:
        raise UsageError(f"{listing}:\n{error}") from None
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(first_file(sites, option(path), listed))
    except FileExistsError:
        raise UsageError(
            f"{path} already exists and is not overwritten: delete it, or give another --file"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}; give another --file") from None
    beside = f", with {len(listed)} newspapers of {listing}" if listed else ""
    print(
        f"{path} was written{beside}; edit it, then run: "
        f"scrapy schedule --check{option(path)}, scrapy schedule --next{option(path)}"
    )


def _print_check(path: Path, schedule: Schedule) -> None:
    import datetime as dt

    print(f"{path}: {schedule}; no mistakes")
    for remark in schedule.warnings(dt.datetime.now(dt.UTC)):
        print(f"note: {remark}")


def _print_next(schedule: Schedule, settings: BaseSettings) -> None:
    """Print when each site is due: from MongoDB if ``MONGODB_URI`` is set, otherwise from the file."""
    import datetime as dt

    from newscrawl.mongod.opening import database_name, text_of
    from newscrawl.schedule.lease import lacks
    from newscrawl.schedule.times import described

    now = dt.datetime.now(dt.UTC)
    crowded: list[dict[str, Any]] = []
    stored: dict[str, dict[str, Any]] = {}
    if text_of(settings, "MONGODB_URI"):
        with _connect(settings) as client:
            ops = client[f"{database_name(settings)}_ops"]
            now = client.admin.command("hello")["localTime"].replace(tzinfo=dt.UTC)
            stored = {doc["_id"]: doc for doc in ops["leases"].find() if not lacks(doc)}
            crowded = list(ops["nodes"].find({"waiting.0": {"$exists": True}, "alive_until": {"$gt": now}}))
    due = {
        site: stored[site]["due_at"]
        if site in stored and stored[site]["rule"] == str(entry.rule)
        else entry.rule.after(now)
        for site, entry in schedule.entries.items()
    }
    shown = {
        site: described(entry.rule, stored.get(site, {}).get("interval"))
        for site, entry in schedule.entries.items()
    }
    print(f"{'next (UTC)':<20} {'site':<24} {'when':<32} now")
    for site in sorted(due, key=lambda site: due[site]):
        doc = stored.get(site, {})
        state = f"{'runs' if doc.get('holder') else 'waits'} on {doc['node']}" if doc.get("job") else ""
        if not state and due[site] <= now:
            state = "overdue"
        print(f"{due[site]:%Y-%m-%d %H:%M:%S}  {site:<24} {shown[site]:<32} {state}".rstrip())
    for node in crowded:
        waiting = ", ".join(node["waiting"])
        print(f"node {node['_id']}: all {node['slots']} slots are in use; these sites wait: {waiting}")
