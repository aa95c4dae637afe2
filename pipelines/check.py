"""Checks whether a page is an article; if not, it becomes a rejection."""

from newscrawl.items import Article
from newscrawl.page import steps
from pipelines import SpiderPipeline


class CheckPipeline(SpiderPipeline):
    """``Article`` → ``Article`` or ``Rejection``."""

    async def process_item(self, item: object) -> object:
        """Turn an item that is not an article into a rejection; pass on all others."""
        return (steps.reject(item, self.spider.site) or item) if isinstance(item, Article) else item
