"""``scrapy crawl``: Scrapy's own command, with checked arguments and a meaningful exit status."""

from __future__ import annotations

import argparse
import os
import sys

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from newscrawl.collecting import leave_alone
from newscrawl.command import check_months, check_settings, no_spider
from newscrawl.shown import clean_terminal, one_line
from newscrawl.vocabulary import RunOutcome


class Command(CrawlCommand):
    """Exit status: 0 fine, 1 a fault of ours, 2 wrong use, 3 the site, 4 MongoDB cannot be used."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the settings; from now on, print only cleaned text."""
        super().process_options(args, opts)
        clean_terminal()
        assert self.settings
        check_settings(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one spider."""
        from newscrawl.download import addon
        from newscrawl.download.loading import load_handler
        from newscrawl.spider import NewsSpider
        from newscrawl.spider.any import AnySpider
        from newscrawl.workers.reader import PageReader

        if len(args) != 1:
            hint = next((f"; write -a {word}" for word in args if "=" in word), "; `scrapy list` shows all")
            raise UsageError(f"give the name of one spider: scrapy crawl hespress{hint}")
        assert self.crawler_process
        assert self.settings
        addon.check(self.settings)
        check_months(self.settings)
        if job := opts.spargs.get("_job"):  # some versions of Scrapyd do not set SCRAPYD_JOB
            self.settings.set("SCRAPYD_JOB", job, priority="cmdline")
        load_handler()
        # numpy's own threads, which a crawl does not need, would keep a core busy for its first 0.1 s.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        if args[0] == AnySpider.name:
            self._any(opts.spargs)
            return
        try:
            crawler = self._create_crawler(args[0])
        except KeyError:
            raise no_spider(args[0], self.crawler_process.spider_loader.list()) from None
        if issubclass(crawler.spidercls, NewsSpider):
            self._check(crawler, opts.spargs)
            PageReader.begin_ahead(crawler.settings, crawler.spidercls.site)
        leave_alone()
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.exitcode = _exit_status(crawler)

    def _check(self, crawler: Crawler, given: dict[str, str]) -> None:
        """Raise ``UsageError`` if the arguments do not fit the site, or its browser is missing."""
        from newscrawl.download.errors import BrowserMissing
        from newscrawl.download.render import find_browser
        from newscrawl.spider.arguments import Arguments

        site = crawler.spidercls.site  # type: ignore[attr-defined]
        try:
            Arguments.parse(given, site.country).check(site)
        except ValueError as error:
            raise UsageError(str(error)) from None
        if site.render and not (self.settings and self.settings.get("REPLAY")):
            try:
                find_browser(crawler.settings)
            except BrowserMissing as error:
                raise UsageError(f"{crawler.spidercls.name}: {error}") from None

    def _any(self, given: dict[str, str]) -> None:
        """Crawl a newspaper that no spider declares; learn it first if it is unknown."""
        from newscrawl.any_newspaper import AnyNewspaper, Refusal
        from newscrawl.mongod.opening import StoreError

        assert self.crawler_process
        try:
            newspaper = AnyNewspaper(self.crawler_process, given, self._check)
            newspaper.crawl()
        except StoreError as error:
            print(one_line(str(error)), file=sys.stderr)
            self.exitcode = RunOutcome.STORE_DOWN.exit_status
        except Refusal as refusal:
            print(one_line(str(refusal)), file=sys.stderr)
            self.exitcode = refusal.outcome.exit_status
        else:
            assert newspaper.crawler
            self.exitcode = _exit_status(newspaper.crawler)


def _exit_status(crawler: Crawler) -> int:
    outcome = crawler.stats.get_value("newscrawl/outcome") if crawler.stats else None
    return RunOutcome(outcome or RunOutcome.FAULT).exit_status
