"""``scrapy crawl``: Scrapy's own, with arguments checked first and an honest exit status."""

from __future__ import annotations

import argparse
import importlib

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError

from newscrawl.collecting import leave_alone
from newscrawl.command import check_months, check_settings
from newscrawl.download import addon
from newscrawl.download.errors import BrowserMissing
from newscrawl.download.render import find_browser
from newscrawl.shown import clean_terminal
from newscrawl.spider import Arguments, NewsSpider
from newscrawl.vocabulary import RunOutcome


class Command(CrawlCommand):
    """Exit status: 0 fine, 1 a fault of ours, 2 wrong use, 3 the site, 4 the store."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print cleaned text alone from here on."""
        super().process_options(args, opts)
        clean_terminal()
        assert self.settings
        check_settings(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one spider."""
        if len(args) != 1:
            hint = next((f"; write -a {word}" for word in args if "=" in word), "; `scrapy list` shows them")
            raise UsageError(f"name one spider{hint}")
        assert self.crawler_process
        assert self.settings
        addon.check(self.settings)
        check_months(self.settings)
        if job := opts.spargs.get("_job"):  # where Scrapyd does not name it in the environment, too
            self.settings.set("SCRAPYD_JOB", job, priority="cmdline")
        try:
            crawler = self._create_crawler(args[0])
        except KeyError:
            raise UsageError(f"there is no spider {args[0]!r}; `scrapy list` shows them") from None
        if issubclass(crawler.spidercls, NewsSpider):
            try:
                site = crawler.spidercls.site
                Arguments.read(opts.spargs, site.country).check(site)
            except ValueError as error:
                raise UsageError(str(error)) from None
            if crawler.spidercls.site.render and not self.settings.get("REPLAY"):
                try:
                    find_browser(crawler.settings)
                except BrowserMissing as error:
                    raise UsageError(f"{args[0]}: {error}") from None
        # Not left to the crawl: Scrapy looks through the stack when it imports this, 0.04 s more from there.
        importlib.import_module("newscrawl.download.handler")
        leave_alone()
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        outcome = crawler.stats.get_value("newscrawl/outcome") if crawler.stats else None
        self.exitcode = RunOutcome(outcome or RunOutcome.FAULT).exit_status
