"""Pages that need a browser: scrapy-playwright, started when the first of them is asked for."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)

from newscrawl.download.errors import BrowserMissing, CertificateError
from newscrawl.urls import same_site

if TYPE_CHECKING:
    from playwright.async_api import Page
    from playwright.async_api import Request as PageRequest
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from scrapy.settings import BaseSettings

log = logging.getLogger(__name__)

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

REMEDY = (
    "install Debian's package chromium (apt-get install chromium), or name a browser's path in "
    "NEWSCRAWL_BROWSER, or run `playwright install chromium`"
)

UNWANTED = frozenset({"image", "font", "media", "texttrack", "eventsource", "websocket", "manifest", "ping"})
"""Kinds of requests that bring no text: https://playwright.dev/python/docs/api/class-request#request-resource-type"""

PAGES_PER_CONTEXT = 25
"""Pages after which a browser context, and all that its pages left in memory, is given up for a new one."""
SETTLE = 5.0
"""Seconds that a loaded page may go on asking its own site before it is taken as it stands."""
CLOSING = 10.0
"""Seconds that a context or the browser may take to close."""

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
    """The browser's executable: the one that ``BROWSER`` names, else the first Chromium on ``PATH``;
    None leaves the choice to Playwright, which has one of its own or was given a remote one.

    Raises :class:`BrowserMissing` when there is none, with a sentence that says what to do.
    """
    named = settings.get("BROWSER") or settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS").get("executable_path")
    if named:
        if not os.access(named, os.X_OK) or Path(named).is_dir():
            raise BrowserMissing(f"there is no browser at {named}: {REMEDY}")
        return str(named)
    if found := next(filter(None, map(shutil.which, BROWSERS)), None):
        return found
    remote = settings.get("PLAYWRIGHT_CDP_URL") or settings.get("PLAYWRIGHT_CONNECT_URL")
    if not (remote or _playwrights_own()):
        raise BrowserMissing(f"there is no browser to render its pages: {REMEDY}")
    return None


def _playwrights_own() -> bool:
    """Has ``playwright install`` put a Chromium where Playwright looks for it?"""
    caches = (".cache/ms-playwright", "Library/Caches/ms-playwright")
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(named)] if named else [Path.home() / cache for cache in caches]
    return any(True for folder in folders for _ in folder.glob("chromium*-*/INSTALLATION_COMPLETE"))


def unwanted(request: PageRequest) -> bool:
    """Is a request of a rendered page left out? Pictures, fonts, films and all that other sites give.

    The page itself is always wanted, a frame inside it only from the page's own site.
    """
    if request.resource_type in UNWANTED:
        return True
    frame = request.frame
    if request.is_navigation_request() and frame.parent_frame is None:
        return False
    host = urlsplit(frame.page.url).hostname or ""
    return not same_site(request.url, host.removeprefix("www."))


async def settle(page: Page) -> None:
    """Wait until a page's scripts ask for nothing more, for ``SETTLE`` seconds at most."""
    from playwright.async_api import TimeoutError as Overtime

    with suppress(Overtime):
        await page.wait_for_load_state("networkidle", timeout=SETTLE * 1000)


class Browser:
    """One browser for a crawl. Nothing is started before a page asks for it.

    A page is closed as soon as it is read; contexts are given up after ``PAGES_PER_CONTEXT`` pages, or
    when a page does not answer within ``DOWNLOAD_TIMEOUT``. A browser that has died is started anew.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._longest = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._starting: asyncio.Task[Any] | None = None
        self._context = 0
        """Number of the context that new pages go to."""
        self._pages = 0
        """Pages that it was asked for."""
        self._open: Counter[int] = Counter()
        """Pages under way in each context."""

    async def download(self, request: Request) -> Response:
        """The page as it stands after its scripts have run.

        Raises the same exceptions as a plain download, and :class:`BrowserMissing`.
        """
        from playwright.async_api import Error

        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        try:
            handler = await asyncio.shield(self._starting)
        except BaseException:
            self._starting = None
            raise
        context = self._enter()
        overdue = False
        try:
            async with asyncio.timeout(self._longest):
                return await self._render(handler, request, context)
        except TimeoutError:
            overdue = True
            raise DownloadTimeoutError(f"{request.url} was not rendered in {self._longest:g} s") from None
        except Error as error:
            if "Connection closed" in error.message:  # Playwright's driver is gone, not only the browser
                self._starting = None
            raise _translated(error.message) from error
        except AttributeError as error:
            if hasattr(handler, "browser"):
                raise
            raise DownloadFailedError("the browser died") from error
        finally:
            await self._leave(handler, context, overdue=overdue)

    async def close(self) -> None:
        """End the browser and its driver, if they were started."""
        if self._starting is None:
            return
        starting, self._starting = self._starting, None
        try:
            handler = await starting
            async with asyncio.timeout(CLOSING):
                await handler.close()
        except TimeoutError:
            log.warning("the browser did not close in %g s; it ends with this process", CLOSING)
        except Exception as error:
            log.debug("closing the browser failed: %s", error)

    async def _render(self, handler: Any, request: Request, context: int) -> Response:
        """One page in one context; what only the browser needs to know leaves the request again."""
        from scrapy_playwright.page import PageMethod

        own = {
            "playwright_context": str(context),
            "playwright_context_kwargs": {
                "user_agent": self._crawler.settings["USER_AGENT"],
                "locale": "ar",
                "service_workers": "block",
                "accept_downloads": False,
            },
            "playwright_page_methods": [PageMethod(settle)],
        }
        request.meta.update(own)
        try:
            response: Response = await handler.download_request(request)
        finally:
            for name in own:
                request.meta.pop(name, None)
        return response

    def _enter(self) -> int:
        if self._pages >= PAGES_PER_CONTEXT:
            self._context, self._pages = self._context + 1, 0
        self._pages += 1
        self._open[self._context] += 1
        return self._context

    async def _leave(self, handler: Any, context: int, *, overdue: bool) -> None:
        """Close a context that no page needs any more, or whose page hangs."""
        self._open[context] -= 1
        if overdue and context == self._context:
            self._context, self._pages = self._context + 1, 0
        worn = context == self._context and self._pages >= PAGES_PER_CONTEXT
        if not overdue and (self._open[context] or not (worn or context != self._context)):
            return
        del self._open[context]
        wrapper = handler.context_wrappers.get(str(context))
        if wrapper is None:
            return
        try:
            async with asyncio.timeout(CLOSING):
                await wrapper.context.close()
        except TimeoutError:
            log.warning("a page hangs in the browser, which is started anew")
            with suppress(Exception):
                await handler.browser.close()
        except Exception as error:
            log.debug("closing a browser context failed: %s", error)

    async def _start(self) -> Any:
        from scrapy_playwright.handler import (
            ScrapyPlaywrightDownloadHandler,
        )

        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # a failed page is told by its errback
        executable = find_browser(self._crawler.settings)
        handler = ScrapyPlaywrightDownloadHandler.from_crawler(self._crawler)
        if executable:
            handler.config.launch_options["executable_path"] = executable
        if handler.config.navigation_timeout_ms is None:
            handler.config.navigation_timeout_ms = self._longest * 1000
        # The handler launches on engine_started, which is long past.
        await handler._launch()
        return handler


def _translated(message: str) -> Exception:
    first = message.splitlines()[0]
    cls = next((cls for words, cls in NET_ERRORS if words in message), DownloadFailedError)
    return cls(f"no browser could be started ({first}): {REMEDY}" if cls is BrowserMissing else first)
