"""The parts of a crawl put together, and what each of them does when Scrapy says something."""

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
    """What a crawl asks for first, and how it goes on."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self.walks = CrawlWalks(crawl)
        self._articles = ArticlePages(crawl)
        self._lists = Lists(crawl, self.walks, self._articles)
        self.failures = Failures(crawl, self._lists, self._articles)
        self.ledger: Ledger[Walk] = Ledger(self._lists.go_on)
        self._recovering: asyncio.Future[None] | None = None

    async def begin(self) -> AsyncIterator[Request]:
        """One page, or: what failed last time, what is due again, then every walk."""
        crawl = self._crawl
        now = crawl.clock.now()
        if crawl.site.refused:
            crawl.why[RunOutcome.REFUSED] = f"it is left alone: {crawl.site.refused}"
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
        """Is it of the sections looked for? A home page is, for the sections that it links to."""
        sections = self._crawl.arguments.sections
        return not sections or follows_sections(declared) or section_of(declared) in sections

    # --- What Scrapy says

    def item_done(self, item: object, response: Response | Failure | None) -> None:
        """An item has passed the pipelines."""
        if isinstance(response, Response) and response.request and is_for_article(response.request):
            walk: Walk | None = meta(response).get("walk")
            if walk and isinstance(item, Article):
                self.walks.date_by(walk, item)
            self.ledger.answer(meta(response)["key"])

    def item_dropped(self, item: object, response: Response | Failure | None) -> None:
        """A pipeline does not want it; what MongoDB is not there to take stays open."""
        self.item_done(item, response)
        request: Request | None = getattr(response, "request", None)
        k = meta(request).get("key") if request else None
        if k in self.ledger.open and not self._crawl.store.writer.over.is_set():
            self._articles.settle(k, AddressOutcome.UNWANTED, Interruption.DROPPED)

    def idle(self) -> None:
        """Nothing is under way: what is still open was dropped by something that did not say so."""
        stuck, dropped = self.walks.stuck(), self.ledger.unanswered()
        if self._recovering and not self._recovering.done():
            raise DontCloseSpider
        if stuck or dropped:
            self._recovering = asyncio.ensure_future(self._recover(stuck, dropped))
            raise DontCloseSpider
        self.walks.say_missing_sections()

    async def _recover(self, stuck: Iterable[Walk], dropped: Iterable[Account[Walk]]) -> None:
        """Go on without pages that were dropped on their way."""
        for account in dropped:
            await self.failures.drop(account)
        for walk in stuck:
            self._lists.drop(walk)
