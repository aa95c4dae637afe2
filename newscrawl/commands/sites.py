"""``scrapy sites``: lists every site with its country, discovery, evidence, last success and coverage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from newscrawl.command import ProjectCommand

if TYPE_CHECKING:
    from newscrawl.kit import overview
    from newscrawl.store.schema import Document

PATIENCE = 5
"""Seconds that MongoDB may take to answer; without it, the table is shown all the same."""
RUNS = 20
"""How many runs of a site are examined."""


class Command(ProjectCommand):
    """Works without MongoDB, too (exit status 0), as most of the table comes from the declarations.

    The results of runs are then left out, and a line on stderr says so. ``--write`` updates the files that
    repeat the declarations.
    """

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--write | --forget SLUG | --relearn SLUG]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "List all sites: country, discovery, evidence, last success, fields found"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--write",
            action="store_true",
            help="update docs/sites.md and newscrawl/sites/sources.tsv from the declarations",
        )
        parser.add_argument(
            "--forget", metavar="SLUG", help="forget how a learned newspaper is crawled; its articles stay"
        )
        parser.add_argument(
            "--relearn", metavar="SLUG", help="have the next `scrapy crawl any` learn a newspaper again"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the table."""
        from newscrawl.kit import overview
        from newscrawl.sites.learned import from_document
        from newscrawl.store import learned
        from newscrawl.store.session import session

        assert self.settings
        if opts.write:
            self._write()
        elif slug := opts.forget or opts.relearn:
            change = learned.forget if opts.forget else learned.ask_again
            with session(self.settings) as (_, ops):
                if not change(ops, slug):
                    raise UsageError(
                        f"no newspaper named {slug!r} was learned; `scrapy sites` lists those that were"
                    )
            print(f"{slug} is forgotten" if opts.forget else f"its next crawl learns {slug} again")
        else:
            known, docs = _known(self.settings, self.sites)
            sites = {doc["_id"]: from_document(doc["site"]) for doc in docs} | self.sites
            moments = {doc["_id"]: doc["learned_at"] for doc in docs if doc["_id"] not in self.sites}
            print(overview.text(sites, known, moments))

    def _write(self) -> None:
        from newscrawl.kit import overview
        from newscrawl.sites import sources

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


def _known(
    settings: BaseSettings, names: Iterable[str]
) -> tuple[dict[str, overview.LatestRuns], list[Document]]:
    """The latest runs of each site, and the learned newspapers; both empty if MongoDB does not answer."""
    import pymongo
    from pymongo.errors import PyMongoError

    from newscrawl.kit import overview
    from newscrawl.mongod.opening import ServerError, StoreError, text_of
    from newscrawl.mongod.server import data_folder
    from newscrawl.store import learned
    from newscrawl.store.session import session

    try:
        if not text_of(settings, "MONGODB_URI") and not data_folder(settings).exists():
            return {}, []
        with pymongo.timeout(PATIENCE), session(settings) as (_, ops):
            runs, docs = ops["runs"], learned.every(ops)
            every = [*names, *(doc["_id"] for doc in docs)]
            lately = {
                name: overview.lately(runs.find({"site": name}).sort("started_at", -1).limit(RUNS))
                for name in every
            }
            return lately, docs
    except (StoreError, ServerError, PyMongoError) as error:
        print(f"note: learned newspapers and the results of runs are not shown: {error}", file=sys.stderr)
        return {}, []
