"""Adds confined pages to scrapy-playwright's handler; imported when the first page needs a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DownloadFailedError
from scrapy.http import Headers
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from newscrawl import gate
from newscrawl.archive.messages import in_utf8
from newscrawl.download.confine import Confinement, PageVisit
from newscrawl.download.settle import settle

if TYPE_CHECKING:
    from playwright.async_api import Page
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

VISIT = "playwright_visit"
"""The key of a request's :class:`~newscrawl.download.confine.PageVisit` in its ``meta``."""
_OF_THE_TRANSFER = ("Content-Encoding", "Content-Length", "Transfer-Encoding")


class Handler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Renders the pages of one crawl; each request brings its visit."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        assert crawler.stats
        self.confinement = Confinement(getattr(crawler.spider, "site", None), crawler.stats)

    async def _get_response_and_download(
        self, request: Request, page: Page, spider: Spider
    ) -> tuple[Any, Any]:
        """The response; downloads that a script starts are left out, because they are not part of the
        page.
        """
        response, download = await super()._get_response_and_download(request, page, spider)
        return response, download if response is None else None

    async def _apply_page_methods(self, page: Page, request: Request, spider: Spider) -> None:
        """Wait until the page is complete, and note the response that became the page."""
        visit: PageVisit = request.meta[VISIT]
        await settle(page, visit)
        if visit.documents:
            last = visit.documents[-1]
            visit.status, visit.headers = last.status, await last.all_headers()

    async def _download_request(self, request: Request, spider: Spider | None = None) -> Response:
        return as_read(await super()._download_request(request, spider), request.meta[VISIT])


def as_read(response: Response, visit: PageVisit) -> Response:
    """A rendered page in UTF-8, with the address and status of its final document.

    A script can set the page's address to any address on its site, so only the fragment of that address is
    used.
    """
    if not (visit.documents and response.url.startswith(("http://", "https://"))):
        raise DownloadFailedError(f"{visit.url} led the browser to {response.url}, which is not a web page")
    url = visit.documents[-1].url
    if response.url.partition("#")[0] == url.partition("#")[0]:
        url = response.url
    headers = Headers(visit.headers)
    for name in _OF_THE_TRANSFER:
        headers.pop(name, None)
    url = gate.admit(url, None, visit.ports)
    return in_utf8(response.replace(url=url, status=visit.status, headers=headers))
