"""Checks every request, redirects included, at the gate for addresses; keeps articles on their site."""

from __future__ import annotations

import codecs
import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares import redirect
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

from newscrawl.download.backoff import http_date
from newscrawl.download.errors import NotAdmitted, Offsite, RedirectLoop
from newscrawl.gate import RefusedAddressError, admit
from newscrawl.meta import is_for_article, meta

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""The statuses that Scrapy follows. A ``Location`` with any other status is ignored."""


class GateMiddleware:
    """Replaces Scrapy's ``OffsiteMiddleware``, which silently drops requests to other hosts.

    A request that the gate (:mod:`newscrawl.gate`) refuses fails with :class:`NotAdmitted`, an article
    that leads to another site with :class:`Offsite`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of this crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise :class:`NotAdmitted` or :class:`Offsite`."""
        admitted = _admit(self._crawler, request, request.url)
        url = request.url.partition("#")[0]
        if admitted.partition("#")[0] not in (url, f"{url}/"):
            raise NotAdmitted(f"{request.url!a} is not normalised; request {admitted} instead")
        site = getattr(self._crawler.spider, "site", None)
        if site and is_for_article(request) and not site.owns(request.url):
            raise Offsite(f"{request.url} is on another site")


class RedirectMiddleware(redirect.RedirectMiddleware):
    """Scrapy's middleware, changed to follow a ``Location`` as the gate reads it.

    Within a chain of redirects on one host, cookies are sent back, as some sites require; no other request
    carries cookies. A chain without an end fails with :class:`RedirectLoop`.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """The response, or the request that follows its redirect; raises :class:`NotAdmitted`."""
        location = response.headers.get("Location")
        if location is not None and response.status in _REDIRECTS:
            response.headers["Location"] = _admit(self.crawler, request, _text(location))
        try:
            followed = super().process_response(request, response)
        except IgnoreRequest:
            raise RedirectLoop(f"{request.url} redirects endlessly") from None
        if isinstance(followed, Request) and _host(followed) == _host(request):
            is_secure = urlparse_cached(followed).scheme == "https"
            given = response.headers.getlist("Set-Cookie")
            cookies = _cookies(followed.headers.get("Cookie") or b"", given, is_secure=is_secure)
            followed.headers.pop("Cookie", None)
            if cookies:
                followed.headers["Cookie"] = cookies
        return followed


def _cookies(kept: bytes, given: list[bytes], *, is_secure: bool) -> bytes:
    """The header ``Cookie`` after a response: each name with its last value, without expired ones."""
    jar = {name: value for name, _, value in (part.partition(b"=") for part in kept.split(b"; ") if part)}
    for header in given:
        pair, *attributes = (part.strip() for part in header.split(b";"))
        name, _, value = pair.partition(b"=")
        options = dict(part.lower().partition(b"=")[::2] for part in attributes)
        expires = http_date(options.get(b"expires", b"").decode("latin-1"))
        age = options.get(b"max-age", b"").strip()
        over = age.startswith(b"-") or age.strip(b"0") == b"" if age else expires and expires < _now()
        jar.pop(name, None)
        if name and not over and (is_secure or b"secure" not in options):
            jar[name] = value
    return b"; ".join(name + b"=" + value for name, value in jar.items())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _host(request: Request) -> str | None:
    return urlparse_cached(request).hostname


def _admit(crawler: Crawler, request: Request, url: str) -> str:
    """The address to which a request leads, as it is requested. Raises :class:`NotAdmitted`."""
    site = getattr(crawler.spider, "site", None)
    # There is no site when a command requests a given address, and the addresses to which it leads.
    given = meta(request).get("redirect_urls", [request.url])[0]
    ports = site.ports if site else frozenset([urlsplit(given).port or 443])
    try:
        return admit(url, request.url, ports)
    except RefusedAddressError as refused:
        raise NotAdmitted(str(refused)) from None


def _text(header: bytes) -> str:
    """A header as text: UTF-8, which servers send unescaped, is decoded, and other bytes are escaped."""
    return codecs.decode(header, "utf-8", "percentencode")  # the error handler is w3lib's
