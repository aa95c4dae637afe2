"""Alternative spiders for the same newspaper, written with Scrapy and the usual libraries.

Each follows the listings. ``downloads`` does nothing with the articles; ``careless`` reads them with
trafilatura and stores them with the pipeline of Scrapy's documentation; ``careful`` reads them with
trafilatura's fast way, the printed date with dateparser, and stores them with asynchronous upserts.
They share no code with newscrawl, whose own spider ``measured`` is in ``measured.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pymongo
from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response

_ROOT = os.environ.get("MADE_NEWSPAPER", "http://127.0.0.1:9")
_URI = os.environ.get("MONGODB_URI", "mongodb://127.0.0.1:9")
_DATABASE = os.environ.get("MONGODB_DATABASE", "contender")


class Downloads(Spider):
    name = "downloads"
    start_urls = (f"{_ROOT}/",)

    def parse(self, response: Response) -> Iterator[Any]:
        assert isinstance(response, HtmlResponse)
        for link in response.css("li.item a::attr(href)").getall():
            yield Request(response.urljoin(link), self.parse_article)
        if after := response.css("a[rel=next]::attr(href)").get():
            yield Request(response.urljoin(after), self.parse)

    def parse_article(self, response: Response) -> Iterator[Any]:
        self.crawler.stats.inc_value("articles")
        return iter(())


class DocumentedPipeline:
    """As in Scrapy's documentation, "Write items to MongoDB"."""

    def open_spider(self) -> None:
        self.client = pymongo.MongoClient[dict[str, Any]](_URI)
        self.articles = self.client[_DATABASE]["articles"]

    def close_spider(self) -> None:
        self.client.close()

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self.articles.insert_one(dict(item))
        return item


class Careless(Downloads):
    name = "careless"
    custom_settings = {"ITEM_PIPELINES": {f"{__name__}.DocumentedPipeline": 300}}  # noqa: RUF012 - Scrapy's

    def parse_article(self, response: Response) -> Iterator[Any]:
        import trafilatura

        assert isinstance(response, HtmlResponse)
        read = trafilatura.bare_extraction(response.text, url=response.url, include_comments=False)
        if read:
            yield {
                "url": response.url, "title": read.title, "text": read.text, "date": read.date,
                "author": read.author,
            }  # fmt: skip


class UpsertPipeline:
    """One upsert per article, awaited without blocking the reactor."""

    async def open_spider(self) -> None:
        self.client = pymongo.AsyncMongoClient[dict[str, Any]](_URI)
        self.articles = self.client[_DATABASE]["articles"]

    async def close_spider(self) -> None:
        await self.client.close()

    async def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        await self.articles.update_one({"_id": item["url"]}, {"$set": item}, upsert=True)
        return item


class Careful(Downloads):
    name = "careful"
    custom_settings = {"ITEM_PIPELINES": {f"{__name__}.UpsertPipeline": 300}}  # noqa: RUF012 - Scrapy's

    def parse_article(self, response: Response) -> Iterator[Any]:
        import dateparser
        import trafilatura

        assert isinstance(response, HtmlResponse)
        read = trafilatura.bare_extraction(response.text, url=response.url, include_comments=False, fast=True)
        printed = response.css("span.date::text").get() or ""
        settings: Any = {"TIMEZONE": "Africa/Cairo", "RETURN_AS_TIMEZONE_AWARE": True}
        date = dateparser.parse(printed, languages=["ar"], settings=settings)
        if read:
            yield {
                "url": response.url, "title": read.title, "text": read.text, "author": read.author,
                "date": date,
            }  # fmt: skip
