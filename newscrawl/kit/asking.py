"""Downloads a few pages of a site for a command, as politely as a crawl; nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import UsageError
from scrapy.http import HtmlResponse, Response

from newscrawl.download.errors import classify
from newscrawl.files import read_regular
from newscrawl.gate import is_address
from newscrawl.meta import meta
from newscrawl.page import extract
from newscrawl.vocabulary import FetchFailure


@dataclass(slots=True)
class Answer:
    """The response to a request, or the reason why there is none."""

    url: str
    """The requested address."""
    response: Response | None = None
    kind: FetchFailure | None = None
    """The kind of failure, if there is no response."""
    reason: str = ""
    """The failure in words."""
    at: dt.datetime | None = None
    """The moment of download, UTC."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the response."""
        headers = self.response.headers.items() if self.response else ()
        return {name.decode("latin-1"): b", ".join(values).decode("latin-1") for name, values in headers}


Fetch = Callable[[Request], Awaitable[Answer]]
Work = Callable[[Fetch], Awaitable[None]]


class KitSpider(Spider):
    """A spider that runs one function, which downloads through Scrapy: robots.txt, delays and retries apply.

    ``named`` are the addresses from the command line or a declaration; only these may be private.
    """

    name = "kit"

    def __init__(self, work: Work, named: Iterable[str] = ()) -> None:
        super().__init__()
        self.work = work
        self.named_addresses = tuple(named)

    async def start(self) -> AsyncIterator[Any]:
        """Run the function; nothing is scheduled."""
        await self.work(self.fetch)
        nothing: tuple[Any, ...] = ()
        for request in nothing:
            yield request

    async def fetch(self, request: Request) -> Answer:
        """Download one page; a failure is an :class:`Answer` too."""
        assert self.crawler.engine
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            return Answer(request.url, None, classify(error), str(error) or type(error).__name__)
        at = meta(response).get("fetched_at") or dt.datetime.now(dt.UTC)
        if response.status >= 400:
            kind = classify(response.status)
            return Answer(request.url, None, kind, f"HTTP status {response.status}", at)
        return Answer(request.url, response, at=at)


def saved_page(given: str | Path, url: str | None) -> Answer:
    """A saved page as an :class:`Answer` of its site, at the time when the file was written.

    Raises ``UsageError`` if there is no such regular file, or if neither ``url`` nor the page gives its
    address.
    """
    path = Path(given)
    try:
        body = read_regular(path)
    except OSError as error:
        raise UsageError(
            f"{given}: {error.strerror}; give an address such as https://www.hespress.com/1.html, or a file"
        ) from None
    url = url or extract(body, "").canonical
    if not url or not is_address(url):
        raise UsageError(f"{path} does not contain its own address; pass it with --url https://...")
    at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return Answer(url, HtmlResponse(url, body=body), at=at)
