"""Every request passes the gate for addresses, redirects included; articles stay on their site."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares import redirect

from newscrawl.download.errors import NotAdmitted, Offsite
from newscrawl.gate import Refused, admit

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response


class GateMiddleware:
    """In place of Scrapy's ``OffsiteMiddleware``, which drops a request to another host without a word.

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
            raise NotAdmitted(f"{request.url!a}: it should have been asked for as {admitted}")
        site = getattr(self._crawler.spider, "site", None)
        if site and "key" in request.meta and not site.owns(request.url):
            raise Offsite(f"{request.url} is on another site")


class RedirectMiddleware(redirect.RedirectMiddleware):
    """Scrapy's, which follows a ``Location`` as the gate reads it, so that both mean the same address."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """What Scrapy makes of the response; :class:`NotAdmitted` for a redirect that the gate refuses."""
        location = response.headers.get("Location")
        if location is not None and 300 <= response.status <= 399:
            response.headers["Location"] = _admit(self.crawler, request, _text(location))
        return super().process_response(request, response)


def _admit(crawler: Crawler, request: Request, url: str) -> str:
    """An address that a request leads to, as it is asked for. Raises :class:`NotAdmitted`."""
    site = getattr(crawler.spider, "site", None)
    # Without a site: a command that asks the address that it was given, and what that leads to.
    given = request.meta.get("redirect_urls", [request.url])[0]
    ports = site.ports if site else frozenset([urlsplit(given).port or 443])
    try:
        return admit(url, request.url, ports)
    except Refused as refused:
        raise NotAdmitted(str(refused)) from None


def _text(header: bytes) -> str:
    """A header as UTF-8, which servers send unescaped; other bytes escaped."""
    return codecs.decode(header, "utf-8", "percentencode")  # the error handler is w3lib's
