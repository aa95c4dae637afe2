"""scrapy-playwright's handler with its pages confined; imported when the first page asks for a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from scrapy.exceptions import DownloadFailedError
from scrapy.http import Headers, TextResponse
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from newscrawl import gate
from newscrawl.download.confine import Confinement, Visit
from newscrawl.download.settle import settle

if TYPE_CHECKING:
    from playwright.async_api import Page
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

VISIT = "playwright_visit"
"""Key in a request's ``meta`` of its :class:`~newscrawl.download.confine.Visit`."""
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
        """The response alone, where there is one: what a script begins to download is no part of the page."""
        response, download = await super()._get_response_and_download(request, page, spider)
        return response, download if response is None else None

    async def _apply_page_methods(self, page: Page, request: Request, spider: Spider) -> None:
        """Wait until the page is there, and note the answer that became it."""
        visit: Visit = request.meta[VISIT]
        await settle(page, visit)
        if visit.documents:
            last = visit.documents[-1]
            visit.status, visit.headers = last.status, await last.all_headers()

    async def _download_request(self, request: Request, spider: Spider | None = None) -> Response:
        return as_read(await super()._download_request(request, spider), request.meta[VISIT])


def as_read(response: Response, visit: Visit) -> Response:
    """A rendered page with address and status of the document that it became, in UTF-8, and saying so.

    A script can show any address of its site for a page, so only a fragment is taken from it. A browser's
    text can hold what the charset that the page declares cannot, and a recording keeps no more than bytes and
    headers.
    """
    if not (visit.documents and response.url.startswith(("http://", "https://"))):
        raise DownloadFailedError(f"{visit.url} ended at {response.url}")
    url = visit.documents[-1].url
    if response.url.partition("#")[0] == url.partition("#")[0]:
        url = response.url
    headers = Headers(visit.headers)
    for name in _OF_THE_TRANSFER:
        headers.pop(name, None)
    known: dict[str, Any] = {
        "url": gate.admit(url, None, visit.ports),
        "status": visit.status,
        "headers": headers,
    }
    if not isinstance(response, TextResponse):
        return cast("Response", response.replace(**known))
    kind = (headers.get("Content-Type") or b"text/html").partition(b";")[0].strip()
    headers["Content-Type"] = kind + b"; charset=utf-8"
    body = response.text.encode("utf-8", "replace")
    return cast("Response", response.replace(**known, body=body, encoding="utf-8"))
