"""``scrapy status``: is all well? One line a site, red first."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand

PATIENCE = 30
"""Seconds that MongoDB has to answer, all together."""


class Command(ProjectCommand):
    """Exit status 1 when something is red, 4 when MongoDB cannot be used."""

    reads_dates = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[--json] [--prometheus FILE]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Is all well? One line a site, red first"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print it for programs")
        parser.add_argument(
            "--prometheus", metavar="FILE", help="write it for node_exporter's textfile collector"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print it; ``--prometheus`` alone prints nothing."""
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
        found = status(seen, causes(seen, {key: alarm.cause for key, alarm in ringing.items()}))
        if opts.prometheus:
            try:
                write(Path(opts.prometheus), prometheus(found))
            except OSError as error:
                raise UsageError(f"{opts.prometheus} cannot be written: {error.strerror}") from None
        if opts.json:
            print(json.dumps(document(found), ensure_ascii=False, indent=1))
        elif not opts.prometheus:
            print(text(found))
        self.exitcode = int(found.is_red)
