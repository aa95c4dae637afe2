"""The base of all spiders: it connects the declaration of a site with the parts that crawl it.

Every command that looks at the sites imports this module, but only a crawl needs the parts, so they are
imported when a spider is created.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from scrapy import Request, Spider, signals

if TYPE_CHECKING:
    import datetime as dt

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from newscrawl.download.clock import Clock
    from newscrawl.frontier import Checkpoint, Mark
    from newscrawl.sites import Site
    from newscrawl.store.connection import Store
    from newscrawl.workers.reader import PageReader


class NewsSpider(Spider):
    """Base of all spiders: a subclass declares ``name`` and ``site`` and nothing else."""

    site: ClassVar[Site]
    declared_since: ClassVar[dt.datetime | None] = None
    """When a learned newspaper got its declaration, UTC; None for a declared one."""
    store: Store
    clock: Clock
    reader: PageReader
    began: dt.datetime
    """When the crawl began, by its own clock, UTC; in a replay, the beginning of the recording."""

    def __init__(self, name: str | None = None, **kwargs: str) -> None:
        from newscrawl.spider.arguments import Arguments
        from newscrawl.spider.parts import CrawlParts

        super().__init__(name)
        self.arguments = Arguments.parse(kwargs, self.site.country)
        self.arguments.check(self.site)
        self.why: dict[str, str] = {}
        """Outcome → a sentence that explains it better than its name, for the summary of the run."""
        self.parts = CrawlParts(self)
        self.walks = self.parts.walks
        self.ledger = self.parts.ledger

    @property
    def named_addresses(self) -> tuple[str, ...]:
        """The addresses that the declaration and the command line name."""
        return (*self.site.declared, *([self.arguments.url] if self.arguments.url else []))

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Raise the delay for a site that declares a longer one."""
        super().update_settings(settings)
        if cls.site.delay is not None:
            usual = settings.getfloat("DOWNLOAD_DELAY")
            settings.set("DOWNLOAD_DELAY", max(usual, cls.site.delay), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Connect the spider to the store, the clock, the workers and Scrapy's signals."""
        from newscrawl.download.clock import Clock
        from newscrawl.store.connection import Store
        from newscrawl.workers.reader import PageReader

        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.store = Store.from_crawler(crawler)
        spider.clock = Clock.from_crawler(crawler)
        spider.reader = PageReader.from_crawler(crawler, cls.site)
        spider.began = spider.clock.now()
        crawler.signals.connect(spider.parts.item_done, signals.item_scraped)
        crawler.signals.connect(spider.parts.item_dropped, signals.item_dropped)
        crawler.signals.connect(spider.parts.item_done, signals.item_error)
        crawler.signals.connect(spider.parts.idle, signals.spider_idle)
        return spider

    def start(self) -> AsyncIterator[Any]:
        """The first requests: the page of ``url``, or failed pages, repeated visits and all walks."""
        return self.parts.begin()

    def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """The errback of every request."""
        return self.parts.failures.settle(failure)

    def ask(self, request: Request) -> None:
        """Send a request from outside a callback."""
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
        """Where the next run continues the walks of this one; a checkpoint without pages if nothing is
        left.
        """
        return self.walks.checkpoints()
