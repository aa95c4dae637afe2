"""``scrapy verify``: asks live sites a few pages and says what of their declarations still holds."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newscrawl.download.errors import BrowserMissing
from newscrawl.download.render import find_browser
from newscrawl.kit.asking import Asking, Fetch, Work, quiet
from newscrawl.kit.verify import Verdict, verify
from newscrawl.runs import EXIT_STATUS
from newscrawl.sites import Site
from newscrawl.spider import NewsSpider


class Command(ScrapyCommand):
    """Exit status: 0 all holds, 2 wrong use, 3 something does not hold any more."""

    requires_project = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[site ...]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Ask live sites for a listing and three articles; say what still holds"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Asks each site (all of them, when none is named) for robots.txt, one listing and three "
            "articles, as politely as a crawl does, stores nothing, and says which part of its declaration "
            "still holds."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Store nothing, and log no more than errors unless asked to."""
        super().process_options(args, opts)
        assert self.settings
        quiet(self.settings, log_level=opts.loglevel)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Ask all sites at once, each at its own pace; print them in turn."""
        assert self.crawler_process
        assert self.settings
        loader = self.crawler_process.spider_loader
        names = args or loader.list()
        if unknown := [name for name in names if name not in loader.list()]:
            raise UsageError(f"there is no spider {unknown[0]!r}; `scrapy list` shows them")
        spiders = {name: loader.load(name) for name in names}
        sites = {name: cls.site for name, cls in spiders.items() if issubclass(cls, NewsSpider)}
        verdicts: dict[str, Verdict] = {}
        for name, site in sites.items():
            if site.render:
                try:
                    find_browser(self.settings)
                except BrowserMissing as error:
                    verdicts[name] = Verdict()
                    verdicts[name].say("browser", str(error), holds=False)
                    continue
            self.crawler_process.crawl(Asking, work=_work(name, site, verdicts))
        self.crawler_process.start()
        for name in sites:
            verdict = verdicts.get(name) or Verdict(False, ["  FAIL could not be asked, see the log"])
            print(f"{name}: {'holds' if verdict.holds else 'does not hold'}", *verdict.lines, sep="\n")
        if len(verdicts) < len(sites) or not all(verdict.holds for verdict in verdicts.values()):
            self.exitcode = EXIT_STATUS["no_links"]


def _work(name: str, site: Site, verdicts: dict[str, Verdict]) -> Work:
    async def work(fetch: Fetch) -> None:
        verdicts[name] = await verify(site, fetch)

    return work
