"""The name by which a newspaper without a declaration is crawled: ``scrapy crawl any -a home=…``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Spider

from newscrawl.spider.news_spider import NewsSpider

if TYPE_CHECKING:
    import datetime as dt

    from newscrawl.sites import Site


class AnySpider(Spider):
    """Stands in the list of spiders; the command crawls with a spider made of what it learned.

    Hence nothing runs it itself: started otherwise it says so and ends.
    """

    name = "any"

    async def start(self) -> AsyncIterator[Any]:
        """Say how it is started."""
        self.logger.error("`any` is started by its command alone: scrapy crawl any -a home=https://…")
        nothing: tuple[Any, ...] = ()
        for request in nothing:
            yield request


def spider_of(slug: str, site: Site, since: dt.datetime) -> type[NewsSpider]:
    """A spider for a newspaper that was learned, as a file in ``spiders`` would declare it.

    ``since`` is when it was learned: runs before that were read by another declaration.
    """
    return type("LearnedSpider", (NewsSpider,), {"name": slug, "site": site, "declared_since": since})
