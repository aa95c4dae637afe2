"""Renders pages that need a browser, by scrapy-playwright; the browser starts with the first of them."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from twisted.internet import error as twisted_error

from newscrawl.download.egress import Egress
from newscrawl.download.errors import BrowserMissing, CertificateError, PrivateAddress

if TYPE_CHECKING:
    from playwright.async_api import Page
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from scrapy.settings import BaseSettings

    from newscrawl.download.confine import PageVisit

log = logging.getLogger(__name__)

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

REMEDY = (
    "install Debian's package chromium (apt-get install chromium), or name a browser's path in "
    "NEWSCRAWL_BROWSER, or run `playwright install chromium`"
)

SANDBOX_REMEDY = (
    "let this user make namespaces (user.max_user_namespaces), or install Debian's package chromium-sandbox"
)

ARGUMENTS = (
    "--disable-gpu",
    "--disable-dev-shm-usage",  # a container's /dev/shm is small
    "--no-first-run",
    # Chromium sends no requests of its own, only those of the page.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # All connections go through the proxy, including those to loopback.
    "--proxy-bypass-list=<-loopback>",
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # its former name
    "--disable-shared-workers",  # their requests cannot be intercepted
)
"""Chromium's arguments in every crawl, in addition to those of ``PLAYWRIGHT_LAUNCH_OPTIONS``."""

PAGES_PER_CONTEXT = 25
"""Number of pages after which a browser context is replaced, to free the memory that its pages left
behind."""
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


REACHED: tuple[tuple[type[BaseException], type[Exception]], ...] = (
    (twisted_error.DNSLookupError, CannotResolveHostError),
    (twisted_error.ConnectionRefusedError, DownloadConnectionRefusedError),
    (twisted_error.TimeoutError, DownloadTimeoutError),
)
"""Twisted's exception for a failed connection → Scrapy's."""


def find_browser(settings: BaseSettings) -> str | None:
    """The browser's executable: the one that ``BROWSER`` names, otherwise the first Chromium on ``PATH``.

    None leaves the choice to Playwright, which has its own browser or is set up for a remote one. Raises
    :class:`BrowserMissing` with the remedy when there is none.
    """
    named = settings.get("BROWSER") or settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS").get("executable_path")
    if named:
        if not os.access(named, os.X_OK) or Path(named).is_dir():
            raise BrowserMissing(f"there is no browser at {named}: {REMEDY}")
        return str(named)
    if path := next(filter(None, map(shutil.which, BROWSERS)), None):
        return path
    remote = settings.get("PLAYWRIGHT_CDP_URL") or settings.get("PLAYWRIGHT_CONNECT_URL")
    if not (remote or _playwrights_own()):
        raise BrowserMissing(f"no browser was found to render pages: {REMEDY}")
    return None


def _playwrights_own() -> bool:
    """Has ``playwright install`` put a Chromium where Playwright looks for it?"""
    caches = (".cache/ms-playwright", "Library/Caches/ms-playwright")
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(named)] if named else [Path.home() / cache for cache in caches]
    return any(True for folder in folders for _ in folder.glob("chromium*-*/INSTALLATION_COMPLETE"))


def launch_options(settings: BaseSettings, executable: str | None, proxy: str) -> dict[str, Any]:
    """The launch options of Chromium: sandboxed except for root, and with no network but its proxy.

    ``proxy`` is the address of the crawl's own proxy, or of the one that the environment configures. As root,
    Chromium refuses to run with a sandbox.
    """
    options = settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS").copy()
    given = options.get("proxy") or _in_playwrights_words(proxy)
    host = urlsplit(given["server"]).hostname
    rules = f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {host}"
    return options | {
        "executable_path": options.get("executable_path") or executable,
        "chromium_sandbox": os.geteuid() != 0,
        "args": [*options.get("args", ()), *ARGUMENTS, rules],
        "proxy": given,
    }


def _in_playwrights_words(proxy: str) -> dict[str, str]:
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    server = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
    account = {"username": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    return {"server": server} | {name: value for name, value in account.items() if value}


def configured_proxy(url: str) -> str | None:
    """The proxy that the environment configures for an address (``https_proxy``, ``no_proxy``), if any."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return proxy if proxy and not proxy_bypass(parts.hostname or "") else None


class Browser:
    """The browser of a crawl, started with the first page that needs it.

    A page is closed as soon as it is read. A context is replaced after ``PAGES_PER_CONTEXT`` pages, or when a
    page does not answer within ``DOWNLOAD_TIMEOUT``. A browser that has died is restarted.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._longest = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._egress: Egress | None = None
        self._starting: asyncio.Task[Any] | None = None
        self._context = 0
        """Number of the context for new pages."""
        self._pages = 0
        """Number of pages for which this context was used."""
        self._open: Counter[int] = Counter()
        """Number of pages under way in each context."""

    async def download(self, request: Request) -> Response:
        """The page after its scripts have run.

        Raises the same exceptions as a plain download, and :class:`BrowserMissing`.
        """
        from playwright.async_api import Error

        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start(request.url))
        try:
            handler = await asyncio.shield(self._starting)
        except BaseException:
            self._starting = None
            raise
        context = self._enter()
        visit = self._visit(request)
        overdue = False
        try:
            async with asyncio.timeout(self._longest):
                return await self._render(handler, request, context, visit)
        except TimeoutError:
            overdue = True
            raise DownloadTimeoutError(f"{request.url} was not rendered in {self._longest:g} s") from None
        except Error as error:
            if "Connection closed" in error.message:  # Playwright's driver is gone, not only the browser
                self._starting = None
            raise visit.error or self._why(request, error.message) from error
        except AttributeError as error:
            if hasattr(handler, "browser"):
                raise
            raise DownloadFailedError("the browser crashed") from error
        finally:
            await self._leave(handler, context, overdue=overdue)

    async def close(self) -> None:
        """Close the browser and its driver, if they were started."""
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
        finally:
            if self._egress is not None:
                await self._egress.close()

    async def _render(self, handler: Any, request: Request, context: int, visit: PageVisit) -> Response:
        """Render one page in one context, and then remove the browser's options from the request."""

        async def confine(page: Page, _: Request) -> None:
            # scrapy-playwright swallows exceptions of its callbacks, and would request the page anyway.
            try:
                await handler.confinement.confine(page, visit)
            except Exception as error:
                visit.error = DownloadFailedError(f"the page could not be confined: {error}")
                await page.close()

        own = {
            "playwright_context": str(context),
            "playwright_context_kwargs": {
                "user_agent": self._crawler.settings["USER_AGENT"],
                "locale": "ar",
                "service_workers": "block",
                "accept_downloads": False,
            },
            "playwright_page_goto_kwargs": {"wait_until": "commit"},
            "playwright_page_init_callback": confine,
            "playwright_visit": visit,
        }
        request.meta.update(own)
        try:
            response: Response = await handler.download_request(request)
        finally:
            for name in own:
                request.meta.pop(name, None)
        return response

    def _why(self, request: Request, message: str) -> Exception:
        """A failure of the browser as the exception of a plain download."""
        if "net::ERR_SOCKS" in message and self._egress is not None:
            parts = urlsplit(request.url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            if (error := self._egress.failures.get((parts.hostname or "", port))) is not None:
                return _of_network(error)
        return _translated(message)

    def _enter(self) -> int:
        if self._pages >= PAGES_PER_CONTEXT:
            self._context, self._pages = self._context + 1, 0
        self._pages += 1
        self._open[self._context] += 1
        return self._context

    async def _leave(self, handler: Any, context: int, *, overdue: bool) -> None:
        """Close a context that no page needs any more, or that has a page that hangs."""
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
            log.warning("a page hangs in the browser; the browser is restarted")
            with suppress(Exception):
                await handler.browser.close()
        except Exception as error:
            log.debug("closing a browser context failed: %s", error)

    def _visit(self, request: Request) -> PageVisit:
        from newscrawl.download.confine import PageVisit

        return PageVisit(request.url, request.method)

    async def _start(self, url: str) -> Any:
        """A handler with its browser, for the site of an address."""
        from newscrawl.download.chromium import Handler

        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # the errback reports failed pages
        executable = find_browser(self._crawler.settings)
        handler = Handler.from_crawler(self._crawler)
        proxy = configured_proxy(url)
        if proxy is None:
            if self._egress is None:
                self._egress = Egress(handler.confinement)
                self._egress.open()
            proxy = self._egress.address
        handler.config.launch_options = launch_options(self._crawler.settings, executable, proxy)
        if handler.config.navigation_timeout_ms is None:
            handler.config.navigation_timeout_ms = self._longest * 1000
        # The handler launches the browser on the signal engine_started, which was sent long ago.
        await handler._launch()
        return handler


def _of_network(error: BaseException) -> Exception:
    """A failed connection of the browser's proxy as the exception of a plain download."""
    if isinstance(error, PrivateAddress):
        return error
    named = next((ours for theirs, ours in REACHED if isinstance(error, theirs)), DownloadFailedError)
    return named(str(error))


def _translated(message: str) -> Exception:
    first = message.splitlines()[0]
    cls = next((cls for words, cls in NET_ERRORS if words in message), DownloadFailedError)
    if cls is BrowserMissing:
        remedy = SANDBOX_REMEDY if "sandbox" in message.lower() else REMEDY
        return cls(f"no browser could be started ({first}): {remedy}")
    return cls(first)
