"""Middlewares that drop requests, as third-party ones do: some articles and some pages of a walk."""

import re
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request
from scrapy.exceptions import DropItem, IgnoreRequest

_DROPPED = re.compile(r"/articles-1[34]\.html|/drop")


class DropsFromCallbacks:
    """A spider middleware that filters what callbacks give, without a word."""

    async def process_spider_output(self, response: Any, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for found in result:
            if not (isinstance(found, Request) and _DROPPED.search(found.url)):
                yield found


class IgnoresRequests:
    """A downloader middleware that refuses to download."""

    def process_request(self, request: Request) -> None:
        if _DROPPED.search(request.url):
            raise IgnoreRequest("not today")


class DropsArticles:
    """A pipeline that does not want some of the articles."""

    def process_item(self, item: Any) -> Any:
        if _DROPPED.search(item.url):
            raise DropItem("not wanted")
        return item
