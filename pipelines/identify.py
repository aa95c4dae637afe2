"""Computes the keys and hashes by which the writer recognises an article; decides nothing."""

from newscrawl.items import Article, Rejection
from newscrawl.page import steps
from pipelines import SpiderPipeline


class IdentifyPipeline(SpiderPipeline):
    """Fills ``keys``, the fields of ``newscrawl.identity.identify``, and the times of this visit."""

    async def process_item(self, item: object) -> object:
        """Identify an article or a rejection; pass on other items."""
        if not isinstance(item, Article | Rejection):
            return item
        await self.take_turns()
        return steps.identify(item, self.spider.site, self._crawler.stats.get_value("newscrawl/run", ""))
