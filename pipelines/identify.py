"""Keys and hashes by which the writer recognises an article; nothing is decided here."""

from newscrawl.identity import identify
from newscrawl.items import Article, Rejection
from newscrawl.urls import key
from pipelines import SpiderPipeline


class IdentifyPipeline(SpiderPipeline):
    """Fills ``keys``, what ``newscrawl.identity.identify`` computes, and the moments of this visit."""

    async def process_item(self, item: object) -> object:
        """Identify an article or a rejection."""
        if isinstance(item, Article | Rejection):
            item.run = self._crawler.stats.get_value("newscrawl/run", "")
            if not item.keys:
                rules = self.spider.site.url_rules
                item.keys = list(dict.fromkeys(key(url, rules) for url in item.urls))
        if isinstance(item, Article):
            assert item.http
            item.first_seen_at = item.last_seen_at = item.checked_at = item.http.fetched_at
            item = identify(item)
        return item
