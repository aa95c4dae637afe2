"""Chooses an article's date among all dates that its page and its list offered; never guesses."""

from newscrawl.items import Article
from newscrawl.page import date_article
from pipelines import SpiderPipeline


class DatePipeline(SpiderPipeline):
    """``Article`` → ``Article`` with its date."""

    async def process_item(self, item: object) -> object:
        """Choose the date on the publisher's clock; pass on other items."""
        if not isinstance(item, Article):
            return item
        await self.take_turns()
        assert item.http
        return date_article(item, self.spider.site, item.http.fetched_at)
