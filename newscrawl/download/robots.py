"""Obeys robots.txt by RFC 9309: an unreachable file forbids everything, a missing file allows everything."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware as ScrapysMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK, Request
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler
from scrapy.utils.response import response_status_message

from newscrawl import robotstxt
from newscrawl.download.errors import HostBusy, RobotsForbidden, RobotsUnreachable, classify
from newscrawl.meta import meta
from newscrawl.vocabulary import RobotsState

if TYPE_CHECKING:
    import datetime as dt

    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

REDIRECTS = 5
"""Maximum number of redirects of a robots.txt that are followed."""


class RobotsTxtMiddleware(ScrapysMiddleware):
    """Scrapy's middleware, which on its own treats an unreachable robots.txt as permission.

    After a network failure, 5xx or 429, no page of the host is requested in this crawl (RFC 9309 section
    2.3.1.4): its requests fail with :class:`RobotsUnreachable`. Any other 4xx allows everything (section
    2.3.1.3). Forbidden requests fail with :class:`RobotsForbidden`.

    Up to ``REDIRECTS`` redirects are followed, also to other hosts (section 2.3.1.2), each through the gate
    for addresses. After more redirects, or if the gate refuses one, the file counts as missing.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._reading: dict[str, asyncio.Task[RobotParser | RobotsUnreachable | None]] = {}
        self._states: dict[str, RobotsState] = {}
        crawler.stats.set_value(robotstxt.STATES, self._states)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host, downloaded once; None when there are none."""
        netloc = urlparse_cached(request).netloc
        if netloc not in self._reading:
            self._reading[netloc] = asyncio.ensure_future(self._read(request))
        rules = await asyncio.shield(self._reading[netloc])
        self._states[netloc] = RobotsState.RULES if rules else RobotsState.NONE
        if isinstance(rules, RobotsUnreachable):
            self._states[netloc] = RobotsState.UNREACHABLE
            meta(request)["retry_at"] = rules.retry_at
            raise RobotsUnreachable(str(rules), rules.kind, rules.retry_at)
        return rules

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let the request pass, or raise :class:`RobotsForbidden`."""
        if rp is None:
            return
        try:
            url = robotstxt.comparable(request.url)
            super().process_request_2(rp, request if url == request.url else request.replace(url=url))
        except IgnoreRequest:
            raise RobotsForbidden(f"robots.txt forbids {request.url}") from None

    async def _read(self, request: Request) -> RobotParser | RobotsUnreachable | None:
        parts = urlparse_cached(request)
        asked = Request(
            f"{parts.scheme}://{parts.netloc}/robots.txt",
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, "redirect_ttl": REDIRECTS},
            callback=NO_CALLBACK,
        )
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await self.crawler.engine.download_async(asked)
        except IgnoreRequest as error:
            logger.warning(
                "%s leads nowhere (%s), as if the site had none: all its pages may be requested",
                asked.url,
                error,
            )
            return None
        except Exception as error:
            self._stats.inc_value(f"robotstxt/exception_count/{type(error)}")
            return _unreachable(asked.url, error, f"{type(error).__name__}: {error}", error)
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if classify(response.status) in ("server", "busy"):
            return _unreachable(
                asked.url, response.status, response_status_message(response.status), response
            )
        if not 200 <= response.status <= 299:
            return None
        parser: RobotParser = build_from_crawler(
            self._parserimpl, self.crawler, robotstxt.read_robots(response.body).encode()
        )
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return parser


def _unreachable(url: str, failure: Exception | int, reason: str, source: object) -> RobotsUnreachable:
    logger.warning("%s cannot be read (%s): no pages of this host are requested", url, reason)
    return RobotsUnreachable(f"{url} cannot be read ({reason})", classify(failure), _retry_at(source))


def _retry_at(source: object) -> dt.datetime | None:
    if isinstance(source, Response):
        at: dt.datetime | None = meta(source).get("retry_at")
        return at
    return source.retry_at if isinstance(source, HostBusy) else None
