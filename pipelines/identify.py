"""Keys and hashes by which the writer recognises an article; nothing is decided here."""

from newscrawl.items import Article, Rejection
from newscrawl.page import steps
from pipelines import SpiderPipeline


class IdentifyPipeline(SpiderPipeline):
    """Fills ``keys``, what ``newscrawl.identity.identify`` computes, and the moments of this visit."""

    async def process_item(self, item: object) -> object:
        """Identify an article or a rejection."""
        if not isinstance(item, Article | Rejection):
            return item
        return steps.identify(item, self.spider.site, self._crawler.stats.get_value("newscrawl/run", ""))
