"""``scrapy sites``: every site with its country, discovery, evidence, last success and coverage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

import pymongo
from pymongo.errors import PyMongoError
from scrapy.settings import BaseSettings

from newscrawl.command import ProjectCommand
from newscrawl.kit import overview
from newscrawl.mongod.opening import ServerError, StoreError, text_of
from newscrawl.mongod.server import data_folder
from newscrawl.sites import sources
from newscrawl.store.session import session

PATIENCE = 5
"""Seconds that MongoDB has to answer; the table is shown without it as well."""
RUNS = 20
"""Runs of a site that are looked at."""


class Command(ProjectCommand):
    """Works without MongoDB, exit status 0: the declarations are most of the table.

    What the runs in MongoDB would tell is then left out, and a line on stderr says so. ``--write`` brings
    the files that repeat the declarations up to date.
    """

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[--write]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "List all sites: country, discovery, evidence, last success, fields found"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--write``."""
        super().add_options(parser)
        parser.add_argument(
            "--write",
            action="store_true",
            help="bring docs/sites.md and newscrawl/sites/sources.tsv to the declarations",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the table."""
        if opts.write:
            self._write()
        else:
            assert self.settings
            print(overview.text(self.sites, _lately(self.settings, self.sites)))

    def _write(self) -> None:
        page, text = self.root / "docs" / "sites.md", overview.markdown(self.sites)
        if page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")
            print(f"written   {page.relative_to(self.root)}")
        declared = [
            (sources.Source(slug, site.name, site.country, site.timezone), site.domain)
            for slug, site in self.sites.items()
        ]
        if sources.write(self.root / sources.TABLE, declared):
            print(f"written   {sources.TABLE}")


def _lately(settings: BaseSettings, names: Iterable[str]) -> dict[str, overview.Lately]:
    """What the runs in MongoDB say; nothing where there is none, or none that answers."""
    try:
        if not text_of(settings, "MONGODB_URI") and not data_folder(settings).exists():
            return {}
        with pymongo.timeout(PATIENCE), session(settings) as (_, ops):
            runs = ops["runs"]
            return {
                name: overview.lately(runs.find({"site": name}).sort("started_at", -1).limit(RUNS))
                for name in names
            }
    except (StoreError, ServerError, PyMongoError) as error:
        print(f"without what MongoDB knows: {error}", file=sys.stderr)
        return {}
