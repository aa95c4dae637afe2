"""Obeys the delay that robots.txt asks for (Crawl-delay), which Scrapy reads but ignores."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.extensions import throttle

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class CrawlDelay:
    """An extension that keeps requests to a host at least as far apart as its robots.txt asks.

    A delay above ``CRAWL_DELAY_MAX`` seconds is reduced to that, with a warning. Has no effect in a replay.
    """

    def __init__(self, crawler: Crawler) -> None:
        if crawler.settings.get("REPLAY") or not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._longest = crawler.settings.getfloat("CRAWL_DELAY_MAX", 60.0)
        self.floors: dict[str, float] = {}
        """Download slot (host) → seconds."""
        crawler.signals.connect(self.robots_parsed, signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension of this crawl; raises ``NotConfigured`` in a replay."""
        return cls(crawler)

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Slow requests to this host down to its Crawl-delay for our user agent."""
        settings = self._crawler.settings
        agent: str | bytes = (
            settings.get("ROBOTSTXT_USER_AGENT")
            or request.headers.get(b"User-Agent")
            or settings["USER_AGENT"]
        )
        delay = robotparser.crawl_delay(agent)
        if delay is None or not delay > 0:
            return
        downloader = self._crawler.engine.downloader
        key = downloader.get_slot_key(request)
        if delay > self._longest:
            logger.warning(
                "robots.txt of %s asks for %g seconds between requests; the crawl waits only %g: to obey it, "
                "raise NEWSCRAWL_CRAWL_DELAY_MAX",
                key,
                delay,
                self._longest,
            )
            delay = self._longest
        self.floors[key] = delay = max(delay, self.floors.get(key, 0.0))
        # The slot may not exist yet; an idle slot is dropped and later created again from these settings.
        slot = downloader.slots.get(key)
        own = downloader.per_slot_settings.get(key, {})
        start = "AUTOTHROTTLE_START_DELAY" if settings.getbool("AUTOTHROTTLE_ENABLED") else "DOWNLOAD_DELAY"
        usual = slot.delay if slot else own.get("delay", settings.getfloat(start))
        # Jitter shortens a delay as often as it lengthens it.
        downloader.per_slot_settings[key] = {**own, "delay": max(usual, delay), "jitter": 0.0}
        if slot is not None:
            slot.delay, slot.jitter = max(usual, delay), 0.0


class AutoThrottle(throttle.AutoThrottle):
    """Scrapy's AutoThrottle, which never goes below a Crawl-delay."""

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        key, slot = self._get_slot(request, spider)
        crawl_delay = self.crawler.get_extension(CrawlDelay)
        if key is not None and slot is not None and crawl_delay is not None:
            slot.delay = max(slot.delay, crawl_delay.floors.get(key, 0.0))
