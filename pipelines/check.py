"""Is this an article? If not it travels on as a rejection, never as an article."""

import datetime as dt
from typing import Self

from scrapy.crawler import Crawler

from newscrawl.items import Article, Rejection
from newscrawl.page import check
from newscrawl.spider import NewsSpider

LOOK_AGAIN = dt.timedelta(days=7)
"""A page that was no article may become one: its markup was unknown, or its text came later."""


class CheckPipeline:
    """``Article`` → ``Article`` or ``Rejection``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the crawler, for its spider's site."""
        return cls(crawler)

    async def process_item(self, item: object) -> object:
        """Reject what is no article; anything else passes."""
        if not isinstance(item, Article):
            return item
        spider = self._crawler.spider
        assert isinstance(spider, NewsSpider)
        problem = check(item, spider.site)
        if problem is None:
            return item
        reason, detail = problem
        assert item.http
        return Rejection(
            url=item.url,
            urls=item.urls,
            site=item.site,
            reason=reason,
            detail=detail,
            status=item.http.status,
            rejected_at=item.http.fetched_at,
            retry_at=item.http.fetched_at + LOOK_AGAIN,
            page=item.page,
        )
