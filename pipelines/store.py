"""Queues for the writer and returns: waiting for MongoDB here would stall the downloads."""

import logging
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from newscrawl.items import Article, Rejection
from newscrawl.spider import NewsSpider
from newscrawl.store import Store, StoreDownError, StoreError

log = logging.getLogger(__name__)


class StorePipeline:
    """Opens the store before the crawl begins, queues what arrives, and writes the rest at the end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._store = Store.from_crawler(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler, for its store."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Connect; without MongoDB the crawl ends before anything is downloaded."""
        spider = self._crawler.spider
        assert isinstance(spider, NewsSpider)
        try:
            await self._store.open(spider.arguments.limit)
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
        """Write what is queued."""
        if self._store.is_open:
            try:
                await self._store.writer.close()
            except StoreDownError as error:
                log.error("%s; what was not stored is found again by the next crawl", error)
