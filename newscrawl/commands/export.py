"""``scrapy export``: writes articles to files."""

from __future__ import annotations

import argparse

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand


class Command(ProjectCommand):
    """Exit status: 0 done, 2 wrong use, 4 MongoDB cannot be used."""

    takes_arguments = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[options] <out>"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Write articles to Parquet, JSON Lines or CSV files, or update a folder of them"

    def long_desc(self) -> str:
        """The help text."""
        from newscrawl.export.command_line import HELP

        return HELP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options that choose the articles, and the form of the export."""
        from newscrawl.export.command_line import add_arguments

        super().add_options(parser)
        parser.add_argument("--demo", action="store_true", help="export the articles of `scrapy demo`")
        add_arguments(parser)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Export the articles."""
        from newscrawl.export.command_line import lacking
        from newscrawl.store.session import session

        if len(args) != 1:
            raise UsageError("give one folder or file to write to: scrapy export articles.parquet")
        try:
            from newscrawl.export.run import run  # needs pyarrow, which not every crawler has installed
        except ModuleNotFoundError as error:
            raise UsageError(lacking(error.name, "export")) from None
        assert self.settings
        with session(self.settings, demo=opts.demo) as (db, _):
            try:
                report = run(args[0], opts, db)
            except (ValueError, OSError) as error:
                raise UsageError(str(error)) from None
        if report:
            print(report)
