"""One crawl of one site: it walks what is declared, asks the store what is known, downloads the rest."""

from newscrawl.spider.news_spider import NewsSpider

__all__ = ["NewsSpider"]
