"""The text is repaired; nothing that a reader would miss is lost."""

from newscrawl.items import RawArticle
from newscrawl.page import steps
from pipelines import SpiderPipeline


class CleanPipeline(SpiderPipeline):
    """``RawArticle`` → ``Article`` of clean text, without its date."""

    async def process_item(self, item: object) -> object:
        """Clean what was read, and build the article of it; anything else passes."""
        if not isinstance(item, RawArticle):
            return item
        return steps.build(item, self.spider.site, self.spider.name)
