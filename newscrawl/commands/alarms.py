"""``scrapy alarms``: shows open alarms, sends a test message, silences alarms, checks once for cron."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from pymongo.database import Database

    from newscrawl.watch.alarms import Alarms
    from newscrawl.watch.driver import Watchman

    Document = dict[str, Any]

PATIENCE = 30
"""Total seconds that MongoDB may take to answer."""


class Command(ProjectCommand):
    """Exit status: 1 a message could not be sent, 2 wrong use, 4 MongoDB cannot be used."""

    reads_dates = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--once | --test | --silence PATTERN --for 8h | --unsilence PATTERN]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Show open alarms; send a test, silence alarms, check once (for cron)"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        actions = parser.add_mutually_exclusive_group()
        actions.add_argument(
            "--once", action="store_true", help="check once, send what is due, and exit (for cron)"
        )
        actions.add_argument("--test", action="store_true", help="send a test message over every channel")
        actions.add_argument(
            "--silence",
            metavar="PATTERN",
            help="send nothing about an alarm ('silent hespress'), a site (hespress) or any (*)",
        )
        actions.add_argument(
            "--unsilence", metavar="PATTERN", help="end a silence now; without options the command lists them"
        )
        parser.add_argument(
            "--for", dest="length", metavar="8h", help="with --silence: for how long, such as 30m, 8h or 2d"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Carry out the option; without one, show the open alarms."""
        from newscrawl.watch import facts
        from newscrawl.watch.alarms import Alarms
        from newscrawl.watch.wanted import watchman

        assert self.settings
        if bool(opts.length) != bool(opts.silence):
            raise UsageError("give --silence and --for together: scrapy alarms --silence PATTERN --for 8h")
        if opts.test:
            self._test()
        elif opts.once:
            with self._databases() as (db, ops):
                self._tell(watchman(db, ops, self.settings))
        else:
            with self._databases() as (db, ops):
                _change(Alarms(ops), opts, facts.now_of(db))

    @contextmanager
    def _databases(self) -> Iterator[tuple[Database[Document], Database[Document]]]:
        from newscrawl.store.session import session

        assert self.settings
        with session(self.settings) as databases:
            yield databases

    def _tell(self, who: Watchman) -> None:
        for sentence in who.look():
            print(sentence)
            self.exitcode = RunOutcome.FAULT.exit_status

    def _test(self) -> None:
        """Send a test message over every channel, without MongoDB."""
        from newscrawl.watch.delivery import DeliveryError, channels, trial

        assert self.settings
        chosen = channels(self.settings)
        if not chosen:
            raise UsageError(
                "nobody would receive the test: set NEWSCRAWL_ALARM_WEBHOOK, NEWSCRAWL_ALARM_EMAIL or "
                "NEWSCRAWL_ALARM_COMMAND"
            )
        for channel in chosen:
            try:
                channel.send(trial(dt.datetime.now(dt.UTC)))
            except DeliveryError as error:
                print(f"{channel.name}: {error}")
                self.exitcode = RunOutcome.FAULT.exit_status
            else:
                print(f"{channel.name}: sent")


def _change(alarms: Alarms, opts: argparse.Namespace, now: dt.datetime) -> None:
    """Begin or end a silence, or show alarms and silences."""
    import pymongo

    with pymongo.timeout(PATIENCE):
        if opts.silence:
            until = now + _length(opts.length)
            alarms.silence(opts.silence, until)
            print(f"{opts.silence!r} is silenced until {until:%Y-%m-%d %H:%M} UTC")
        elif opts.unsilence:
            if not alarms.unsilence(opts.unsilence):
                raise UsageError(f"{opts.unsilence!r} is not silenced; `scrapy alarms` lists all silences")
            print(f"{opts.unsilence!r} is no longer silenced")
        else:
            _show(alarms, now)


def _show(alarms: Alarms, now: dt.datetime) -> None:
    ringing = alarms.ringing()
    for key, alarm in sorted(ringing.items(), key=lambda item: item[1].began):
        print(f"{alarm.began:%Y-%m-%d %H:%M} UTC  {key}: {alarm.cause.sentence}")
    for pattern, until in alarms.silences(now).items():
        print(f"silenced until {until:%Y-%m-%d %H:%M} UTC: {pattern}")
    if not ringing:
        print("no open alarm")


def _length(given: str) -> dt.timedelta:
    try:
        from newscrawl.schedule.times import duration
    except ImportError as error:
        raise UsageError(f"--for needs the package {error.name}: run `make node` to install it") from None
    try:
        return duration(given)
    except ValueError as error:
        raise UsageError(f"--for: {error}") from None
