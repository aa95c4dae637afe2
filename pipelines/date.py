"""The article's date is chosen among all that were offered, in both calendars, never guessed."""

from newscrawl.items import Article
from newscrawl.page import date_article
from pipelines import SpiderPipeline


class DatePipeline(SpiderPipeline):
    """``Article`` → ``Article`` with its date."""

    async def process_item(self, item: object) -> object:
        """Date an article by the clock of its publisher; anything else passes."""
        if not isinstance(item, Article):
            return item
        assert item.http
        return date_article(item, self.spider.site, item.http.fetched_at)
