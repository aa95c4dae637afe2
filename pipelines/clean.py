"""The text is repaired; nothing that a reader would miss is lost."""

from dataclasses import replace

from newscrawl.items import RawArticle
from newscrawl.page import build_article, clean_article
from pipelines import SpiderPipeline


class CleanPipeline(SpiderPipeline):
    """``RawArticle`` → ``Article`` of clean text, without its date."""

    async def process_item(self, item: object) -> object:
        """Clean what was read, and build the article of it; anything else passes."""
        if not isinstance(item, RawArticle):
            return item
        spider = self.spider
        article = build_article(clean_article(item), spider.site)
        article.site = spider.name
        article.made_by = article.made_by and replace(article.made_by, spider=spider.name)
        if spider.site.aggregator:
            article.via = spider.name
        else:
            article.source, article.source_name = spider.name, spider.site.name
        return article
