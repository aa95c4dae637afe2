"""Pauses the requests to a host, because it asks for that (Retry-After) or because it fails."""

from __future__ import annotations

import asyncio
import datetime as dt
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from scrapy.utils.httpobj import urlparse_cached

from newscrawl.download.errors import HostBusy, classify
from newscrawl.meta import meta

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

LONGEST = dt.timedelta(days=1)
"""The longest pause that a site can ask for."""


def http_date(value: str | None) -> dt.datetime | None:
    """The instant of an HTTP date (RFC 9110 section 5.6.7) in UTC, or None.

    >>> http_date("Wed, 27 Mar 2024 14:30:00 GMT")
    datetime.datetime(2024, 3, 27, 14, 30, tzinfo=datetime.timezone.utc)
    """
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    try:
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except OverflowError:
        return None


def retry_after(value: str | None, *, now: dt.datetime, date: str | None = None) -> dt.datetime | None:
    """When a site allows another request: its Retry-After header (RFC 9110 section 10.2.3) as UTC.

    ``now`` is the moment of the response, ``date`` its Date header, so that a date in Retry-After is read on
    the server's clock. None for an empty or unreadable header; never earlier than ``now``, never more than a
    day after it.

    >>> noon = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
    >>> retry_after("90", now=noon)
    datetime.datetime(2024, 3, 27, 12, 1, 30, tzinfo=datetime.timezone.utc)
    >>> retry_after("غدا", now=noon) is None
    True
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        seconds = min(int(text[:12]), int(LONGEST.total_seconds()))
        return now + dt.timedelta(seconds=seconds)
    if (at := http_date(text)) is None:
        return None
    wait = at - (http_date(date) or now)
    return now + min(max(wait, dt.timedelta()), LONGEST)


def host(request: Request) -> str:
    """The host of a request; a pause holds for all of its ports and schemes."""
    return urlparse_cached(request).hostname or ""


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


class Backoff:
    """For each host, the moment before which nothing is sent to it.

    The download handler waits here, as the last step before the network, so that requests that were already
    queued wait as well. For a pause above ``RETRY_AFTER_MAX`` it does not wait, but raises :class:`HostBusy`.
    A replay never waits: the recording includes the requests that the crawl gave up.
    """

    _of: ClassVar[WeakKeyDictionary[Crawler, Backoff]] = WeakKeyDictionary()

    def __init__(self, longest: dt.timedelta, *, enabled: bool = True) -> None:
        self.longest = longest
        self.enabled = enabled
        self._until: dict[str, dt.datetime] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Backoff:
        """The pauses of this crawl."""
        if crawler not in cls._of:
            longest = dt.timedelta(seconds=crawler.settings.getfloat("RETRY_AFTER_MAX", 120.0))
            cls._of[crawler] = cls(longest, enabled=not crawler.settings.get("REPLAY"))
        return cls._of[crawler]

    def hold(self, name: str, until: dt.datetime) -> None:
        """Send nothing to a host before ``until`` (aware); a later moment that was set before stays."""
        if self.enabled:
            self._until[name] = max(until, self._until.get(name, until))

    def heed(self, request: Request, response: Response) -> None:
        """Obey the Retry-After of a response: set ``request.meta["retry_at"]`` (aware, UTC), and pause the
        host.
        """
        if classify(response.status) not in ("busy", "server"):
            return
        value, date = (_text(response.headers.get(name)) for name in (b"Retry-After", b"Date"))
        until = retry_after(value, now=meta(request)["fetched_at"], date=date)
        if until is not None:
            meta(request)["retry_at"] = until
            self.hold(host(request), until)

    async def wait(self, request: Request, crawler: Crawler) -> None:
        """Wait until the request may be sent; raises :class:`HostBusy` when that takes too long or the crawl
        is ending.
        """
        name = host(request)
        until = self._until.get(name)
        while until is not None and (left := until - dt.datetime.now(dt.UTC)) > dt.timedelta():
            if left > self.longest or ending(crawler):
                raise HostBusy(f"{name} asked for a pause until {until:%Y-%m-%d %H:%M:%S} UTC", until)
            await asyncio.sleep(min(left.total_seconds(), 1.0))
            until = self._until.get(name)


def ending(crawler: Crawler) -> bool:
    """Has the crawl been asked to end? Scrapy then still waits for all requests under way."""
    # Scrapy has no public name for "the spider is being closed".
    slot = crawler.engine._slot
    return not crawler.engine.running or slot is None or slot.closing is not None
