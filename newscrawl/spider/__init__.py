"""One crawl of one site: walk the declared lists, ask the store what is known, download the rest."""

from newscrawl.spider.news_spider import NewsSpider

__all__ = ["NewsSpider"]
