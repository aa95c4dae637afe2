"""The article's date is chosen among all candidates, in both calendars, never guessed."""

from dataclasses import replace

from newscrawl.items import RawArticle
from newscrawl.page import date_article
from pipelines import SpiderPipeline


class DatePipeline(SpiderPipeline):
    """``RawArticle`` → ``Article``."""

    async def process_item(self, item: object) -> object:
        """Date an article by the clock of its publisher; anything else passes."""
        if not isinstance(item, RawArticle):
            return item
        spider = self.spider
        assert item.http
        article = date_article(item, spider.site, item.http.fetched_at)
        article.site = spider.name
        article.made_by = article.made_by and replace(article.made_by, spider=spider.name)
        if spider.site.aggregator:
            article.via = spider.name
        else:
            article.source, article.source_name = spider.name, spider.site.name
        return article
