"""What the stages that ask for the site share."""

from typing import Self

from scrapy.crawler import Crawler

from newscrawl.spider import NewsSpider


class SpiderPipeline:
    """A stage that asks the spider of its crawl, for its site."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler, which has a spider once it is open."""
        return cls(crawler)

    @property
    def spider(self) -> NewsSpider:
        """The spider of the crawl."""
        spider = self._crawler.spider
        assert isinstance(spider, NewsSpider)
        return spider
