"""Queues for the writer and returns: waiting for MongoDB here would stall the downloads."""

import logging
from typing import Self

from pymongo.errors import PyMongoError
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from newscrawl.items import Article, Rejection
from newscrawl.store import Store, StoreDownError, StoreError
from pipelines import SpiderPipeline

log = logging.getLogger(__name__)


class StorePipeline(SpiderPipeline):
    """Opens the store before the crawl begins, queues what arrives, and writes the rest at the end.

    What a stopped crawl was about to download or to store it leaves on the pending list.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._store = Store.from_crawler(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler, for its store, and follow its requests."""
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline._scheduled, signals.request_scheduled)
        crawler.signals.connect(pipeline._dropped, signals.request_dropped)
        return pipeline

    async def open_spider(self) -> None:
        """Connect; without MongoDB the crawl ends before anything is downloaded."""
        try:
            await self._store.open(self.spider.arguments.limit)
        except StoreError as error:
            log.error("%s", error)
            raise CloseSpider("store_down") from None

    async def process_item(self, item: object) -> object:
        """Queue; waits only while the queue is full."""
        if isinstance(item, Article | Rejection):
            try:
                await self._store.writer.put(item)
            except StoreDownError:
                raise DropItem("MongoDB is away", log_level="DEBUG") from None
        return item

    async def close_spider(self) -> None:
        """Write what is queued, and put on the pending list what was not settled."""
        if not self._store.is_open:
            return
        try:
            await self._store.writer.close()
        except StoreDownError as error:
            log.error("%s; what was not stored is found again by the next crawl", error)
        name, owner, now = self.spider.name, self.spider.site.owner, self.spider.clock.now()
        try:
            await self._store.leave_pending(self._store.writer.in_flight, name, owner, now)
        except PyMongoError as error:
            log.error("the pending list could not be written: %s", type(error).__name__)

    def _scheduled(self, request: Request) -> None:
        if not self._store.is_open or "key" not in request.meta or request.meta["again"]:
            return
        in_flight = self._store.writer.in_flight
        if request.meta["key"] not in in_flight:
            in_flight[request.meta["key"]] = request.meta["asked"]
            request.meta["in_flight"] = True

    def _dropped(self, request: Request) -> None:
        if request.meta.get("in_flight"):
            self._store.writer.in_flight.pop(request.meta["key"], None)
