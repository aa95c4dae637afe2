"""Cleans the text of an article without losing anything that a reader would miss."""

from newscrawl.items import RawArticle
from newscrawl.page import steps
from pipelines import SpiderPipeline


class CleanPipeline(SpiderPipeline):
    """``RawArticle`` → ``Article`` of clean text, without its date."""

    async def process_item(self, item: object) -> object:
        """Clean the fields and build the article from them; pass on other items."""
        if not isinstance(item, RawArticle):
            return item
        return steps.build(item, self.spider.site, self.spider.name)
