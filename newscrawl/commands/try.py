"""``scrapy try``: how one page is read, from the site or from a file; nothing is stored."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response
from scrapy.utils.datatypes import SequenceExclude
from twisted.python.failure import Failure

from newscrawl.download.errors import classify
from newscrawl.explain import explain
from newscrawl.page import extract
from newscrawl.runs import EXIT_STATUS
from newscrawl.sites import Site
from newscrawl.spider import NewsSpider


class Command(ScrapyCommand):
    """Exit status: 0 an article, 2 wrong use, 3 no article or no page."""

    requires_project = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[--site NAME] [--url URL] <url or file>"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Show how a page is read: each field, its rung and selector, each date and why"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Downloads a page (or reads a saved one), reads it as a crawl would with the declaration of its "
            "site, and shows each field with the rung and the selector that gave it, every date with why it "
            "was chosen or refused, or why the page is no article. Needs no MongoDB."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--site`` and ``--url``."""
        super().add_options(parser)
        parser.add_argument("--site", metavar="NAME", help="the spider whose declaration to read it with")
        parser.add_argument("--url", metavar="URL", help="the address of a saved page")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Store nothing, and log no more than errors unless asked to."""
        super().process_options(args, opts)
        assert self.settings
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        self.settings.set("EXTENSIONS", {"newscrawl.download.crawl_delay.CrawlDelay": 0}, priority="cmdline")
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show one page."""
        if len(args) != 1:
            raise UsageError("name one page: its address, or a file with --url")
        given = args[0]
        if given.startswith(("http://", "https://")):
            if opts.url:
                raise UsageError(f"--url={opts.url} is for a saved page, and {given} is an address")
            self._download(given, opts.site)
        else:
            self._file(Path(given), opts.url, opts.site)

    def _file(self, path: Path, url: str | None, name: str | None) -> None:
        try:
            body = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}; give an address or a file") from None
        url = url or extract(body, "").canonical
        if not url or not url.startswith(("http://", "https://")):
            raise UsageError(f"{path} does not say its own address; name it with --url https://...")
        saved = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        self._show(body, url, self._site(url, name), {}, saved)

    def _download(self, url: str, name: str | None) -> None:
        assert self.crawler_process
        site = self._site(url, name)
        got: list[Response | Failure] = []
        request = Request(
            url,
            callback=got.append,
            errback=got.append,
            dont_filter=True,
            meta={
                "handle_httpstatus_list": SequenceExclude(range(300, 400)),
                "playwright": bool(site and site.render),
            },
        )

        class OnePage(Spider):
            """Asks for one page."""

            name = "try"

            async def start(self) -> AsyncIterator[Any]:
                yield request

        self.crawler_process.crawl(OnePage)
        self.crawler_process.start()
        answer = got[0] if got else None
        if not isinstance(answer, Response):
            kind, said = (classify(answer), answer.value) if answer else ("other", "see the log")
            print(f"{url} could not be read ({kind}): {said}", file=sys.stderr)
            self.exitcode = EXIT_STATUS["unreachable"]
            return
        headers = {
            key.decode("latin-1"): b", ".join(values).decode("latin-1")
            for key, values in answer.headers.items()
        }
        if answer.status != 200:
            print(f"{'status':<10}{answer.status}")
        for passed in answer.meta.get("redirect_urls", ()):
            print(f"{'redirect':<10}{passed}")
        moved = self._site(answer.url, name) if not name else site
        self._show(answer.body, answer.url, moved or site, headers, answer.meta["fetched_at"])

    def _show(
        self, body: bytes, url: str, site: Site | None, headers: dict[str, str], now: dt.datetime
    ) -> None:
        told = explain(body, url, site=site, headers=headers, now=now)
        print(told.text)
        if not told.accepted:
            self.exitcode = EXIT_STATUS["no_links"]

    def _site(self, url: str, name: str | None) -> Site | None:
        """The declaration to read a page with: the one named, or that of the page's own site."""
        assert self.crawler_process
        loader = self.crawler_process.spider_loader
        if name:
            if name not in loader.list():
                raise UsageError(f"--site={name}: there is no such spider; `scrapy list` shows them")
            spiders = [loader.load(name)]
        else:
            spiders = [loader.load(known) for known in loader.list()]
        sites = [spider.site for spider in spiders if issubclass(spider, NewsSpider)]
        if name:
            return sites[0] if sites else None
        own = [site for site in sites if site.owns(url)]
        return next((site for site in own if site.is_article(url)), own[0] if own else None)
