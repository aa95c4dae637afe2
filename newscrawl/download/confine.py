"""Limits rendered pages: a page may run its own scripts, and request what its text needs from its own site.

Each request is intercepted and passes the gate for addresses; redirects are checked before the browser
follows them; popups, WebSockets, workers, WebRTC, form posts and downloads are refused. Connections that
escape interception must pass :mod:`newscrawl.download.egress`. Each refused attempt is logged and counted by
its reason (``newscrawl/browser/refused/<reason>``).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin, urlsplit
from weakref import WeakKeyDictionary

from playwright.async_api import Error

from newscrawl import gate
from newscrawl.download.errors import NotAdmitted, Offsite
from newscrawl.download.settle import TIMERS
from newscrawl.urls import owner
from newscrawl.vocabulary import AddressRefusal

if TYPE_CHECKING:
    from playwright.async_api import (
        BrowserContext,
        CDPSession,
        Download,
        Page,
        Route,
        WebSocketRoute,
    )
    from playwright.async_api import Request as PageRequest
    from playwright.async_api import Response as PageResponse
    from scrapy.statscollectors import StatsCollector

    from newscrawl.sites import Site

log = logging.getLogger(__name__)

Attempt = Literal[
    "offsite", "private", "form", "popup", "websocket", "worker", "webrtc", "download", "left_out",
]  # fmt: skip
"""Reasons to refuse an attempt of a page, in addition to those of the gate. ``offsite``: it leads to another
site. ``private``: its host resolves to an address that is not public. ``form``: it posts a form. ``popup``,
``websocket``, ``worker`` (also service and shared workers), ``webrtc`` (also WebTransport), ``download``: no
page needs these to show an article. ``left_out``: a picture, font, video or the like from the page's own
site, which brings no text."""
Reason = AddressRefusal | Attempt

UNWANTED = frozenset({"image", "font", "media", "texttrack", "eventsource", "websocket", "manifest", "ping"})
"""Kinds of requests that bring no text: https://playwright.dev/python/docs/api/class-request#request-resource-type"""
LOCAL = ("about:", "blob:", "data:")
"""Beginnings of addresses that need no network."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TOLD = 200
"""Maximum number of refused attempts that a crawl logs at INFO; further attempts, and ordinary attempts, are
logged at DEBUG."""
NAVIGATION = "navigation"
"""The kind of attempt that replaces the page with another one."""
_TELL = "newscrawlRefused"

# Runs before any script of a page, in every frame of it.
_SCRIPT = """(() => {
  const tell = globalThis.newscrawlRefused
  const refuse = (what, url) => {
    try { tell(what, String(url).slice(0, 2000)) } catch {}
    return new DOMException(`${what} is refused`, 'SecurityError')
  }
  const refused = {worker: ['Worker', 'SharedWorker'], webrtc: ['RTCPeerConnection', 'WebTransport']}
  for (const what in refused)
    for (const name of refused[what])
      globalThis[name] = class { constructor(url) { throw refuse(what, url) } }
  globalThis.webkitRTCPeerConnection = globalThis.RTCPeerConnection
  if (navigator.serviceWorker)
    navigator.serviceWorker.register = url => Promise.reject(refuse('worker', url))
})()"""


@dataclass(slots=True, eq=False)
class PageVisit:
    """One rendered page, from its request to the final document."""

    url: str
    """The requested address."""
    method: str = "GET"
    ports: frozenset[int] = frozenset()
    """Ports that its site may use in addition to the usual ones."""
    documents: list[PageResponse] = field(default_factory=list)
    """The responses that became the page, each replacing the one before; without redirects."""
    under_way: set[PageRequest] = field(default_factory=set)
    """Its requests without a response so far."""
    changed_at: float = 0.0
    """When one of these requests last began or ended, on the event loop's clock, in seconds."""
    status: int = 200
    """HTTP status of the final document."""
    headers: dict[str, str] = field(default_factory=dict)
    """HTTP headers of the final document."""
    error: Exception | None = None
    """Why the page was not requested: its address redirects to a forbidden address."""


class Confinement:
    """Keeps the rendered pages of one crawl to their own site."""

    def __init__(self, site: Site | None, stats: StatsCollector) -> None:
        self._site = site
        self._stats = stats
        self._logged = 0
        self._contexts: WeakKeyDictionary[BrowserContext, asyncio.Task[None]] = WeakKeyDictionary()
        self._homes: set[str] = set()
        """Home pages of the requested addresses: the browser may connect to their sites."""

    def refusal(self, url: str, page: str) -> Reason | None:
        """Why a page may not request an address; None when it may."""
        if url.startswith(LOCAL):
            return None
        try:
            admitted = gate.admit(url, None, self._ports(page))
        except gate.RefusedAddressError as refused:
            return refused.reason
        if owner(admitted) == owner(page) or (self._site and self._site.lists_at(admitted, page)):
            return None
        return "offsite"

    def _ports(self, page: str) -> frozenset[int]:
        return self._site.ports if self._site else frozenset([urlsplit(page).port or 443])

    def allows(self, host: str, port: int) -> bool:
        """May the browser connect to this host? Called by :class:`newscrawl.download.egress.Egress`."""
        name = f"[{host}]" if ":" in host else host
        reasons = {self.refusal(f"https://{name}:{port}/", home) for home in self._homes}
        if None in reasons:
            return True
        self.refuse(min(filter(None, reasons), default="offsite"), "connection", f"{name}:{port}")
        return False

    def refuse(self, reason: Reason, attempt: str, url: str) -> None:
        """Count and log a refused attempt."""
        self._stats.inc_value(f"newscrawl/browser/refused/{reason}")
        usual = (reason in ("left_out", "offsite") and attempt != NAVIGATION) or self._logged >= TOLD
        self._logged += not usual
        log.log(
            logging.DEBUG if usual else logging.INFO,
            "the browser may not request this (%s): %s %s", reason, attempt, url[:500],
        )  # fmt: skip

    async def confine(self, page: Page, visit: PageVisit) -> None:
        """Confine a new page before it sends any request."""
        self._homes.add(urljoin(visit.url, "/"))
        visit.ports = self._ports(visit.url)
        context = page.context
        if context not in self._contexts:
            self._contexts[context] = asyncio.ensure_future(self._confine_context(context))
        await asyncio.shield(self._contexts[context])  # pages of one context begin at the same time
        await _Guard(self, page, visit).begin()

    async def _confine_context(self, context: BrowserContext) -> None:
        async def tell(_: object, api: str, url: str) -> None:
            self.refuse("webrtc" if api == "webrtc" else "worker", "script", str(url))

        async def websocket(route: WebSocketRoute) -> None:
            self.refuse("websocket", "script", route.url)
            await route.close()

        async def popup(route: Route) -> None:
            # Requested pages have a route of their own, so this one catches all others.
            self.refuse("popup", "popup", route.request.url)
            await _abort(route, "blockedbyclient")

        await context.expose_binding(_TELL, tell)
        await context.add_init_script(_SCRIPT)
        await context.add_init_script(TIMERS)
        await context.route_web_socket("**/*", websocket)
        await context.route("**/*", popup)


class _Guard:
    """Guards one page."""

    def __init__(self, confinement: Confinement, page: Page, visit: PageVisit) -> None:
        self._all = confinement
        self._page = page
        self._visit = visit
        self._main: str | None = None
        """Chromium's name for the page's main frame."""

    async def begin(self) -> None:
        page = self._page
        page.on("popup", self._popup)
        page.on("download", self._download)
        page.on("response", self._response)
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)
        await page.route("**/*", self._request)
        session = await page.context.new_cdp_session(page)
        self._main = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        session.on("Fetch.requestPaused", partial(self._redirect, session))
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Response"}]})

    async def _popup(self, popup: Page) -> None:
        self._all.refuse("popup", "popup", popup.url)
        with suppress(Error):
            await popup.close()

    async def _download(self, download: Download) -> None:
        self._all.refuse("download", "download", download.url)
        with suppress(Error):
            await download.cancel()

    def _began(self, request: PageRequest) -> None:
        self._visit.under_way.add(request)
        self._visit.changed_at = asyncio.get_running_loop().time()

    def _ended(self, request: PageRequest) -> None:
        self._visit.under_way.discard(request)
        self._visit.changed_at = asyncio.get_running_loop().time()

    def _response(self, response: PageResponse) -> None:
        """Note a response that becomes the page."""
        if _is_page(response.request, self._page) and not 300 <= response.status <= 399:
            self._visit.documents.append(response)

    async def _request(self, route: Route) -> None:
        request = route.request
        is_page = _is_page(request, self._page)
        is_first = is_page and not self._visit.documents
        reason = self._all.refusal(request.url, self._visit.url)
        if reason is None and request.is_navigation_request() and request.method != "GET":
            reason = None if is_first and request.method == self._visit.method else "form"
        if reason is None and request.resource_type in UNWANTED:
            reason = "left_out"
        if reason is None:
            await route.fallback()
            return
        self._all.refuse(reason, NAVIGATION if is_page else request.resource_type, request.url)
        # Aborting a navigation leaves the page as it is; blocking it would replace the page with an error.
        await _abort(route, "aborted" if is_page else "blockedbyclient")

    async def _redirect(self, session: CDPSession, event: dict[str, Any]) -> None:
        """Let a response pass, or refuse a redirect to an address that may not be requested."""
        to = _location(event)
        reason = self._all.refusal(to, self._visit.url) if to is not None else None
        paused = {"requestId": event["requestId"]}
        with suppress(Error):
            if reason is None or to is None:
                await session.send("Fetch.continueRequest", paused)
                return
            self._all.refuse(reason, f"redirect of {event['resourceType'].lower()}", to)
            later = event["resourceType"] == "Document" and event["frameId"] == self._main
            if later and not self._visit.documents:
                kind = Offsite if reason == "offsite" else NotAdmitted
                self._visit.error = kind(f"{self._visit.url} leads to {to} ({reason})")
                later = False
            await session.send(
                "Fetch.failRequest", paused | {"errorReason": "Aborted" if later else "BlockedByClient"}
            )


def _is_page(request: PageRequest, page: Page) -> bool:
    """Is it the request of the page's own document?"""
    if not request.is_navigation_request():
        return False
    try:
        return request.frame == page.main_frame
    except Error:  # a navigation before there is a frame for it
        return True


def _location(event: dict[str, Any]) -> str | None:
    """The absolute address to which a paused response redirects; None when it does not redirect."""
    if event.get("responseStatusCode") not in REDIRECTS:
        return None
    headers = event.get("responseHeaders", ())
    location = next((str(h["value"]) for h in headers if h["name"].lower() == "location"), None)
    if location is None:
        return None
    try:
        return urljoin(str(event["request"]["url"]), location)
    except ValueError:
        return location


async def _abort(route: Route, code: str) -> None:
    with suppress(Error):
        await route.abort(code)
