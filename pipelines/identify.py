"""Keys and hashes by which the writer recognises an article; nothing is decided here."""

from typing import Self

from scrapy.crawler import Crawler

from newscrawl.identity import identify
from newscrawl.items import Article, Rejection
from newscrawl.spider import NewsSpider
from newscrawl.urls import key


class IdentifyPipeline:
    """Fills ``keys``, what ``newscrawl.identity.identify`` computes, and the moments of this visit."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler, for its spider's address rules."""
        return cls(crawler)

    async def process_item(self, item: object) -> object:
        """Identify an article or a rejection."""
        spider = self._crawler.spider
        assert isinstance(spider, NewsSpider)
        if isinstance(item, Article | Rejection):
            item.run = self._crawler.stats.get_value("newscrawl/run", "")
            if not item.keys:
                item.keys = list(dict.fromkeys(key(url, spider.site.url_rules) for url in item.urls))
        if isinstance(item, Article):
            item = identify(item)
            assert item.http
            item.first_seen_at = item.last_seen_at = item.checked_at = item.http.fetched_at
        return item
