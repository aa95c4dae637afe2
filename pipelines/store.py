"""Queues items for the writer and returns at once: waiting for MongoDB would stall the downloads."""

import logging

from pymongo.errors import PyMongoError
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from newscrawl.frontier import Pending
from newscrawl.items import Article, Rejection
from newscrawl.mongod.opening import StoreError, reason
from newscrawl.store.connection import Store
from newscrawl.store.patience import StoreDownError
from newscrawl.vocabulary import AddressOutcome, RejectionReason, RunOutcome
from pipelines import SpiderPipeline

log = logging.getLogger(__name__)

_EARLY = frozenset({RejectionReason.NOT_FOUND, RejectionReason.NO_BODY, RejectionReason.NO_TITLE})
"""Reasons that may be temporary for an article that was just published."""
_EARLY_STATUS = frozenset({403, 404})


class StorePipeline(SpiderPipeline):
    """Opens the store before the crawl begins, queues items, and writes the rest at the end.

    When a crawl is stopped, the addresses that it was about to download or store go on the pending list.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._store = Store.from_crawler(crawler)

    async def open_spider(self) -> None:
        """Connect to MongoDB; if it cannot be used, the crawl ends before it downloads anything."""
        try:
            await self._store.open(self.spider.arguments.limit, self.spider.ledger)
        except StoreError as error:
            log.error("%s", error)
            raise CloseSpider(RunOutcome.STORE_DOWN) from None

    async def process_item(self, item: object) -> object:
        """Queue the item; waits only while the queue is full."""
        try:
            if isinstance(item, Rejection) and await self._is_postponed(item):
                raise DropItem(
                    "the page may not be ready yet; the next run requests it again", log_level="DEBUG"
                )
            if isinstance(item, Article | Rejection):
                await self._store.writer.put(item)
        except (StoreDownError, CloseSpider):
            raise DropItem("MongoDB is unavailable", log_level="DEBUG") from None
        return item

    async def _is_postponed(self, item: Rejection) -> bool:
        """During its first day, put the address of a new article on the pending list.

        Newspapers sometimes list an address before its page exists, or publish a page before its text.
        """
        early = item.status in _EARLY_STATUS or (item.reason in _EARLY and item.status != 410)
        spider = self.spider
        accounts = (spider.ledger.open.get(key) for key in item.keys)
        account = next(filter(None, accounts), None)
        if not early or account is None or not (account.young and account.due):
            return False
        pending = Pending(account.key, account.url, spider.name, spider.site.owner, item.reason)
        if not await self._store.addresses.postpone(pending, spider.clock.now()):
            return False
        spider.ledger.end(account.key, AddressOutcome.PENDING, item.reason)
        self._crawler.stats.inc_value("newscrawl/articles/early")
        return True

    async def close_spider(self) -> None:
        """Write the queued items, and put unfinished addresses on the pending list."""
        if not self._store.is_open:
            return
        try:
            await self._store.writer.close()
        except StoreDownError as error:
            log.error("%s; the next crawl downloads again what was not stored", error)
        spider = self.spider
        try:
            await self._store.addresses.leave_pending(
                spider.ledger.due(), spider.name, spider.site.owner, spider.clock.now()
            )
        except PyMongoError as error:
            log.error(
                "the pending list could not be written, so unfinished addresses may be missed: %s",
                reason(error),
            )
