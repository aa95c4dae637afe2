"""``scrapy report``: writes the overview of ``scrapy web`` to one file."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand

PATIENCE = 30
"""Total seconds that MongoDB may take to answer."""


class Command(ProjectCommand):
    """Exit status: 0 whatever the overview shows, 2 wrong use, 4 MongoDB cannot be used."""

    reads_dates = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "--out FILE [--lang ar] [--demo]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Write the overview as one HTML file, for an e-mail or a ticket"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--out", metavar="FILE", help="the file to write; an existing file is replaced")
        parser.add_argument(
            "--lang", choices=("en", "ar"), default="en", help="language of the report; default: en"
        )
        parser.add_argument("--demo", action="store_true", help="report on the database of `make demo`")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the file whole or not at all."""
        if not opts.out:
            raise UsageError("name the file to write: scrapy report --out overview.html")
        import pymongo

        from newscrawl.store.session import session
        from newscrawl.watch.status import write
        from newscrawl.web.looking import Lookout
        from newscrawl.web.page import Context, WebRequest
        from newscrawl.web.report import report
        from newscrawl.web.secret import keep

        assert self.settings
        keep(self.settings)
        with session(self.settings, demo=opts.demo) as (db, ops), pymongo.timeout(PATIENCE):
            context = Context(db, ops, self.settings, Lookout(), opts.demo)
            text = report(context, WebRequest(opts.lang, dt.datetime.now(dt.UTC), demo=opts.demo))
        try:
            write(Path(opts.out), text)
        except OSError as error:
            raise UsageError(f"{opts.out} cannot be written: {error.strerror}; name another file") from None
