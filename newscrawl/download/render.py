"""Pages that need a browser: scrapy-playwright, started when the first of them is asked for."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

from newscrawl.download.errors import BrowserMissing, CertificateError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from scrapy.settings import BaseSettings

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

REMEDY = (
    "install Debian's package chromium, or name a browser in PLAYWRIGHT_LAUNCH_OPTIONS "
    '(\'{"executable_path": "/usr/bin/chromium"}\')'
)

# Network errors as Chromium names them: https://source.chromium.org/chromium/chromium/src/+/main:net/base/net_error_list.h
NET_ERRORS: tuple[tuple[str, type[Exception]], ...] = (
    ("BrowserType.launch", BrowserMissing),
    ("net::ERR_NAME_NOT_RESOLVED", CannotResolveHostError),
    ("net::ERR_CONNECTION_REFUSED", DownloadConnectionRefusedError),
    ("net::ERR_CERT_", CertificateError),
    ("net::ERR_CONNECTION_TIMED_OUT", DownloadTimeoutError),
    ("net::ERR_TIMED_OUT", DownloadTimeoutError),
    ("net::ERR_", DownloadFailedError),
    ("Timeout ", DownloadTimeoutError),
)


def find_browser(settings: BaseSettings) -> str | None:
    """The browser's executable: the one that ``PLAYWRIGHT_LAUNCH_OPTIONS`` names, else the first
    Chromium on ``PATH``; None leaves the choice to Playwright (its own, or a remote one).

    Raises :class:`BrowserMissing` when the named one is not there.
    """
    named = (settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS") or {}).get("executable_path")
    if named:
        if not Path(named).exists():
            raise BrowserMissing(f"there is no browser at {named}: {REMEDY}")
        return str(named)
    if settings.get("PLAYWRIGHT_CDP_URL") or settings.get("PLAYWRIGHT_CONNECT_URL"):
        return None
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Browser:
    """One browser for a crawl. Nothing is started before a page asks for it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._starting: asyncio.Task[Any] | None = None

    async def download(self, request: Request) -> Response:
        """The page as it stands after its scripts have run.

        Raises the same exceptions as a plain download, and :class:`BrowserMissing`.
        """
        from playwright.async_api import Error

        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        handler = await asyncio.shield(self._starting)
        try:
            response: Response = await handler.download_request(request)
        except Error as error:
            raise _translated(error.message) from error
        return response

    async def close(self) -> None:
        """End the browser and its driver, if they were started."""
        if self._starting is not None:
            handler = await self._starting
            await handler.close()
            self._starting = None

    async def _start(self) -> Any:
        from scrapy_playwright.handler import (
            ScrapyPlaywrightDownloadHandler,
        )

        executable = find_browser(self._crawler.settings)
        handler = ScrapyPlaywrightDownloadHandler.from_crawler(self._crawler)
        if executable:
            handler.config.launch_options["executable_path"] = executable
        if handler.config.navigation_timeout_ms is None:
            handler.config.navigation_timeout_ms = self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT") * 1000
        # The handler launches on engine_started, which is long past.
        await handler._launch()
        return handler


def _translated(message: str) -> Exception:
    first = message.splitlines()[0]
    cls = next((cls for words, cls in NET_ERRORS if words in message), DownloadFailedError)
    return cls(f"no browser could be started ({first}): {REMEDY}" if cls is BrowserMissing else first)
