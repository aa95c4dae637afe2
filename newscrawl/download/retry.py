"""Retries requests that failed for a passing reason, after growing pauses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import NotConfigured
from scrapy.utils.response import response_status_message

from newscrawl.download.backoff import Backoff, host
from newscrawl.download.errors import HostBusy, RobotsUnreachable, classify
from newscrawl.meta import meta

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

BACKOFF = 2.0
"""Seconds before the first retry; doubled before each further one."""


class RetryMiddleware:
    """Retries by kind of error; replaces Scrapy's middleware of the same name.

    These are retried, at most ``RETRY_TIMES`` times: a name that does not resolve, a refused or broken
    connection, a timeout, 408, 429 and 5xx. Before each retry the whole host gets no requests for 2, 4, 8,
    ... seconds, or as long as its Retry-After asks. If that is more than ``RETRY_AFTER_MAX`` seconds, the
    request is given up, and ``request.meta["retry_at"]`` (aware, UTC) says when to try again.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("RETRY_ENABLED"):
            raise NotConfigured
        self._crawler = crawler
        self._backoff = Backoff.from_crawler(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of this crawl."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """A new request in place of a response with a passing error."""
        if not classify(response.status).retried:
            return response
        retry_at: dt.datetime | None = meta(request).get("retry_at")
        if retry_at is not None and retry_at - meta(request)["fetched_at"] > self._backoff.longest:
            return response
        return self._again(request, response_status_message(response.status)) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A new request in place of a passing failure; None leaves the failure to the errback."""
        if isinstance(exception, HostBusy | RobotsUnreachable) or not classify(exception).retried:
            return None
        return self._again(request, exception)

    def _again(self, request: Request, reason: str | Exception) -> Request | None:
        if meta(request).get("dont_retry"):
            return None
        assert self._crawler.spider is not None
        again = get_retry_request(request, spider=self._crawler.spider, reason=reason)
        if again is not None:
            pause = dt.timedelta(seconds=BACKOFF * 2 ** (meta(again)["retry_times"] - 1))
            self._backoff.hold(host(request), dt.datetime.now(dt.UTC) + min(pause, self._backoff.longest))
        return again
