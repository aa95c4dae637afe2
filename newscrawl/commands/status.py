"""``scrapy status``: shows the state of all sites, one line each, red sites first."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand

PATIENCE = 30
"""Total seconds that MongoDB may take to answer."""


class Command(ProjectCommand):
    """Exit status: 0 all is well, 1 something is red, 2 wrong use, 4 MongoDB cannot be used."""

    reads_dates = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--json] [--prometheus FILE]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Show whether all is well: one line for each site, red ones first"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print the status as JSON")
        parser.add_argument(
            "--prometheus",
            metavar="FILE",
            help="write metrics to a file for node_exporter's textfile collector",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the status; with ``--prometheus`` alone, only write the file."""
        import pymongo

        from newscrawl.store.session import session
        from newscrawl.watch import facts
        from newscrawl.watch.alarms import Alarms
        from newscrawl.watch.causes import causes
        from newscrawl.watch.status import document, prometheus, status, text, write

        assert self.settings
        with session(self.settings) as (db, ops), pymongo.timeout(PATIENCE):
            seen = facts.installation(db, ops)
            ringing = Alarms(ops).ringing()
        current = status(seen, causes(seen, {key: alarm.cause for key, alarm in ringing.items()}))
        if opts.prometheus:
            try:
                write(Path(opts.prometheus), prometheus(current))
            except OSError as error:
                raise UsageError(
                    f"{opts.prometheus} cannot be written: {error.strerror}; name another file"
                ) from None
        if opts.json:
            print(json.dumps(document(current), ensure_ascii=False, indent=1))
        elif not opts.prometheus:
            print(text(current))
        self.exitcode = int(current.is_red)
