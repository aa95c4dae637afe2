"""Is this an article? If not it travels on as a rejection, never as an article."""

from newscrawl.items import Article
from newscrawl.page import steps
from pipelines import SpiderPipeline


class CheckPipeline(SpiderPipeline):
    """``Article`` → ``Article`` or ``Rejection``."""

    async def process_item(self, item: object) -> object:
        """Reject what is no article; anything else passes."""
        return (steps.reject(item, self.spider.site) or item) if isinstance(item, Article) else item
