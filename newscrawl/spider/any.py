"""The spider ``any``, by which a newspaper without a declaration is crawled: ``scrapy crawl any -a
home=…``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Spider

from newscrawl.spider.news_spider import NewsSpider

if TYPE_CHECKING:
    import datetime as dt

    from newscrawl.sites import Site


class AnySpider(Spider):
    """A placeholder in the list of spiders, which logs an error and ends.

    ``scrapy crawl any`` learns a newspaper, and runs the spider that :func:`spider_of` makes for it.
    """

    name = "any"

    async def start(self) -> AsyncIterator[Any]:
        """Log how it should be started."""
        self.logger.error("`any` cannot be started like this: use scrapy crawl any -a home=https://…")
        nothing: tuple[Any, ...] = ()
        for request in nothing:
            yield request


def spider_of(slug: str, site: Site, since: dt.datetime) -> type[NewsSpider]:
    """A spider for a learned newspaper, as a file in ``spiders`` would declare it.

    ``since`` is when it was learned: earlier runs used another declaration.
    """
    return type("LearnedSpider", (NewsSpider,), {"name": slug, "site": site, "declared_since": since})
