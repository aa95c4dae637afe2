"""Puts the parts of a crawl together, and reacts to Scrapy's signals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable

from scrapy import Request
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from newscrawl.discovery import Entry, Walk
from newscrawl.items import Article
from newscrawl.ledger import Account, Ledger
from newscrawl.meta import is_for_article, meta
from newscrawl.sites import Discovery
from newscrawl.spider.arguments import follows_sections, section_of
from newscrawl.spider.articles import ArticlePages
from newscrawl.spider.crawl import Crawl
from newscrawl.spider.failures import Failures
from newscrawl.spider.lists import Lists
from newscrawl.spider.walks import CrawlWalks
from newscrawl.vocabulary import AddressOutcome, AddressSource, Interruption, RunOutcome

log = logging.getLogger(__name__)


class CrawlParts:
    """The first requests of a crawl, and how it continues."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self.walks = CrawlWalks(crawl)
        self._articles = ArticlePages(crawl)
        self._lists = Lists(crawl, self.walks, self._articles)
        self.failures = Failures(crawl, self._lists, self._articles)
        self.ledger: Ledger[Walk] = Ledger(self._lists.go_on)
        self._recovering: asyncio.Future[None] | None = None

    async def begin(self) -> AsyncIterator[Request]:
        """The first requests: the page of ``url``, or failed pages, repeated visits and all walks."""
        crawl = self._crawl
        now = crawl.clock.now()
        if crawl.site.refused:
            crawl.why[RunOutcome.REFUSED] = f"its declaration forbids crawling: {crawl.site.refused}"
            raise CloseSpider(RunOutcome.REFUSED)
        if not crawl.settings["CONTACT"] and not crawl.settings["REPLAY"]:
            log.warning("set NEWSCRAWL_CONTACT, so that %s can reach you", crawl.site.domain)
        if url := crawl.arguments.url:
            if request := self._articles.request(Entry(crawl.site.admit(url)), AddressSource.URL):
                yield request
            return
        async for request in self._articles.left_over(now):
            yield request
        async for request in self._articles.again(now):
            yield request
        await self.walks.load()
        wanted = [declared for declared in crawl.arguments.of_kind(crawl.site) if self._selected(declared)]
        for request in self._lists.begin(wanted):
            yield request

    def _selected(self, declared: Discovery) -> bool:
        """Is it one of the requested sections? A home page always counts, for the sections to which it
        links.
        """
        sections = self._crawl.arguments.sections
        return not sections or follows_sections(declared) or section_of(declared) in sections

    # --- Scrapy's signals

    def item_done(self, item: object, response: Response | Failure | None) -> None:
        """Settle an item that has passed the pipelines, or failed in one."""
        if isinstance(response, Response) and response.request and is_for_article(response.request):
            walk: Walk | None = meta(response).get("walk")
            if walk and isinstance(item, Article):
                self.walks.date_by(walk, item)
            self.ledger.answer(meta(response)["key"])

    def item_dropped(self, item: object, response: Response | Failure | None) -> None:
        """Settle an item that a pipeline dropped; if MongoDB is away, its address stays open."""
        self.item_done(item, response)
        request: Request | None = getattr(response, "request", None)
        k = meta(request).get("key") if request else None
        if k in self.ledger.open and not self._crawl.store.writer.over.is_set():
            self._articles.settle(k, AddressOutcome.UNWANTED, Interruption.DROPPED)

    def idle(self) -> None:
        """Recover requests that were silently dropped: they are still open, although nothing is under way."""
        stuck, dropped = self.walks.stuck(), self.ledger.unanswered()
        if self._recovering and not self._recovering.done():
            raise DontCloseSpider
        if stuck or dropped:
            self._recovering = asyncio.ensure_future(self._recover(stuck, dropped))
            raise DontCloseSpider
        self.walks.say_missing_sections()

    async def _recover(self, stuck: Iterable[Walk], dropped: Iterable[Account[Walk]]) -> None:
        """Continue without the pages whose requests were dropped."""
        for account in dropped:
            await self.failures.drop(account)
        for walk in stuck:
            self._lists.drop(walk)
