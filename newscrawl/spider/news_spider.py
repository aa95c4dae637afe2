"""The one spider: its parts, and what ties them to Scrapy."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterable
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from newscrawl.discovery import Entry, Walk
from newscrawl.download.clock import Clock
from newscrawl.frontier import Checkpoint, Mark
from newscrawl.items import Article
from newscrawl.ledger import Account, Ledger
from newscrawl.meta import is_for_article, meta
from newscrawl.sites import Discovery, Site
from newscrawl.spider.arguments import Arguments, follows_sections, section_of
from newscrawl.spider.articles import Articles
from newscrawl.spider.failures import Failures
from newscrawl.spider.lists import Lists
from newscrawl.spider.walks import Walks
from newscrawl.store.connection import Store
from newscrawl.vocabulary import AddressOutcome, AddressSource, Interruption, RunOutcome
from newscrawl.workers.reader import Reader

log = logging.getLogger(__name__)


class NewsSpider(Spider):
    """Base of all spiders: a subclass declares ``name`` and ``site`` and nothing else."""

    site: ClassVar[Site]
    declared_since: ClassVar[dt.datetime | None] = None
    """Since when the declaration reads as it does, where that is known: of a newspaper that was learned."""
    store: Store
    clock: Clock
    reader: Reader
    began: dt.datetime
    """The crawl's first moment by its own clock; in a replay the recording's."""

    def __init__(self, name: str | None = None, **kwargs: str) -> None:
        super().__init__(name)
        self.arguments = Arguments.read(kwargs, self.site.country)
        self.arguments.check(self.site)
        self.why: dict[str, str] = {}
        """What is known of an outcome better than its name tells, for the last words of the run."""
        self.walks = Walks(self)
        self._articles = Articles(self)
        self._lists = Lists(self, self.walks, self._articles)
        self._failures = Failures(self, self._lists, self._articles)
        self.ledger: Ledger[Walk] = Ledger(self._lists.go_on)
        self._recovering: asyncio.Future[None] | None = None

    @property
    def named_addresses(self) -> tuple[str, ...]:
        """The addresses that the declaration and the command line name."""
        return (*self.site.declared, *([self.arguments.url] if self.arguments.url else []))

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Ask a site that needs it more slowly than the others."""
        super().update_settings(settings)
        if cls.site.delay is not None:
            usual = settings.getfloat("DOWNLOAD_DELAY")
            settings.set("DOWNLOAD_DELAY", max(usual, cls.site.delay), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Connect the spider to the store, the clock and the signals that settle an article."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.store = Store.from_crawler(crawler)
        spider.clock = Clock.from_crawler(crawler)
        spider.reader = Reader.from_crawler(crawler, cls.site)
        spider.began = spider.clock.now()
        crawler.signals.connect(spider._item_done, signals.item_scraped)
        crawler.signals.connect(spider._item_dropped, signals.item_dropped)
        crawler.signals.connect(spider._item_done, signals.item_error)
        crawler.signals.connect(spider._idle, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """One page, or: what failed last time, what is due again, then every walk."""
        now = self.clock.now()
        arguments = self.arguments
        if self.site.refused:
            self.why[RunOutcome.REFUSED] = f"it is left alone: {self.site.refused}"
            raise CloseSpider(RunOutcome.REFUSED)
        if not self.settings["CONTACT"] and not self.settings["REPLAY"]:
            log.warning("set NEWSCRAWL_CONTACT, so that %s can reach you", self.site.domain)
        if arguments.url:
            if request := self._articles.request(Entry(self.site.admit(arguments.url)), AddressSource.URL):
                yield request
            return
        async for request in self._articles.left_over(now):
            yield request
        async for request in self._articles.again(now):
            yield request
        await self.walks.load()
        for request in self._lists.begin([d for d in arguments.of_kind(self.site) if self._selected(d)]):
            yield request

    def _selected(self, declared: Discovery) -> bool:
        """Is it of the sections looked for? A home page is, for the sections that it links to."""
        sections = self.arguments.sections
        return not sections or follows_sections(declared) or section_of(declared) in sections

    def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """The errback of every request."""
        return self._failures.settle(failure)

    def ask(self, request: Request) -> None:
        """Ask for a page outside of a callback."""
        assert self.crawler.engine
        self.crawler.engine.crawl(request)

    def stat(self, name: str, count: int = 1) -> None:
        """Count something, as ``newscrawl/<name>``."""
        self.crawler.stats.inc_value(f"newscrawl/{name}", count)

    # --- What is left for the next run

    def marks(self, now: dt.datetime) -> list[Mark]:
        """The marks that the completed walks of this crawl leave."""
        return self.walks.marks(now)

    def checkpoints(self) -> list[Checkpoint]:
        """Where the next run goes on with the walks of this one; without pages where nothing is left."""
        return self.walks.checkpoints()

    # --- What Scrapy says

    def _item_done(self, item: object, response: Response | Failure | None) -> None:
        if isinstance(response, Response) and response.request and is_for_article(response.request):
            walk: Walk | None = meta(response).get("walk")
            if walk and isinstance(item, Article):
                self.walks.date_by(walk, item)
            self.ledger.answer(meta(response)["key"])

    def _item_dropped(self, item: object, response: Response | Failure | None) -> None:
        """A pipeline does not want it; what MongoDB is not there to take stays open."""
        self._item_done(item, response)
        request: Request | None = getattr(response, "request", None)
        k = meta(request).get("key") if request else None
        if k in self.ledger.open and not self.store.writer.over.is_set():
            self._articles.settle(k, AddressOutcome.UNWANTED, Interruption.DROPPED)

    def _idle(self) -> None:
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
            await self._failures.drop(account)
        for walk in stuck:
            self._lists.drop(walk)
