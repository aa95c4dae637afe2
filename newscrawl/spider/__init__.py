"""One crawl of one site: walks the declared lists, asks the store what is known, downloads the rest."""

from newscrawl.spider.news_spider import NewsSpider

__all__ = ["NewsSpider"]
