"""Components that drop some articles and some pages of a walk, as third-party components do."""

import re
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request
from scrapy.exceptions import DropItem, IgnoreRequest

_DROPPED = re.compile(r"/articles-1[34]\.html|/drop")


class DropsFromCallbacks:
    """A spider middleware that silently filters the requests of callbacks."""

    async def process_spider_output(self, response: Any, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for found in result:
            if not (isinstance(found, Request) and _DROPPED.search(found.url)):
                yield found


class IgnoresRequests:
    """A downloader middleware that ignores some requests."""

    def process_request(self, request: Request) -> None:
        if _DROPPED.search(request.url):
            raise IgnoreRequest("not today")


class DropsArticles:
    """A pipeline that drops some of the articles."""

    def process_item(self, item: Any) -> Any:
        if _DROPPED.search(item.url):
            raise DropItem("not wanted")
        return item
