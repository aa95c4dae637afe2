"""A site asked a few questions by a command, as politely as a crawl: nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import BaseSettings

from newscrawl.download.errors import Kind, classify


@dataclass(slots=True)
class Answer:
    """What a site answered, or why it did not."""

    url: str
    """The address asked for."""
    response: Response | None = None
    kind: Kind | None = None
    """Why there is no page, when there is none."""
    said: str = ""
    at: dt.datetime | None = None
    """The moment of download, UTC."""

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers."""
        headers = self.response.headers.items() if self.response else ()
        return {name.decode("latin-1"): b", ".join(values).decode("latin-1") for name, values in headers}


Fetch = Callable[[Request], Awaitable[Answer]]
Work = Callable[[Fetch], Awaitable[None]]


class Asking(Spider):
    """Runs one piece of work that downloads through Scrapy: robots.txt, delays and retries apply."""

    name = "kit"

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work

    async def start(self) -> AsyncIterator[Any]:
        """Do the work; nothing is scheduled."""
        await self.work(self.fetch)
        nothing: tuple[Any, ...] = ()
        for request in nothing:
            yield request

    async def fetch(self, request: Request) -> Answer:
        """Download one page; a failure is an answer too."""
        assert self.crawler.engine
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            return Answer(request.url, None, classify(error), str(error) or type(error).__name__)
        at = response.meta.get("fetched_at") or dt.datetime.now(dt.UTC)
        if response.status >= 400:
            kind = classify(response.status)
            return Answer(request.url, None, kind, f"HTTP status {response.status}", at)
        return Answer(request.url, response, at=at)


def quiet(settings: BaseSettings, *, log_level: str | None) -> None:
    """Settings of a command that asks: no item pipelines, no run record, no log but errors."""
    settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    settings.set("EXTENSIONS", {"newscrawl.download.crawl_delay.CrawlDelay": 0}, priority="cmdline")
    if not log_level:
        settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
