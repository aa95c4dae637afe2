"""What requests carry: every key of ``Request.meta`` that this project reads, Scrapy's own among them.

mypy knows the keys and their types through :func:`meta`, so a misspelt key does not pass. The browser has one
more, in ``newscrawl.download.chromium``.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypedDict, cast

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from newscrawl.items import Raw


class Meta(TypedDict, total=False):
    """The keys, all of which may be missing."""

    # --- Of an article's request
    key: str
    """``newscrawl.urls.key`` of the address that was asked for; present where an article is asked for."""
    asked: str
    """That address; the request's own changes with redirects."""
    entry: Any
    """The ``newscrawl.discovery.Entry`` that named it."""
    walk: Any
    """The ``newscrawl.discovery.Walk`` that met it, or None."""
    again: bool
    """Is it a visit again, of an article that is stored?"""
    pending: bool
    """Was it left over by an earlier run?"""
    known_raw: Raw | None
    """Of a visit again: where the page is archived as it was last time."""
    kept: Raw | None
    """Where this page was archived; None where it was not."""

    # --- Of a page of a walk
    page: int
    """Its number; the newest is 0."""

    # --- Of any download
    fetched_at: dt.datetime
    """Moment of the download, UTC; in a replay the recording's."""
    retry_at: dt.datetime | None
    """When the site may be asked again, UTC; where it asked for a pause that a crawl does not wait for."""
    wire_bytes: int
    """Length of the body as it came, before it was unpacked."""

    # --- Scrapy's and its plug-ins'
    playwright: bool
    redirect_urls: list[str]
    redirect_times: int
    redirect_ttl: int
    retry_times: int
    dont_retry: bool
    dont_obey_robotstxt: bool
    download_fail_on_dataloss: bool


def meta(of: Request | Response) -> Meta:
    """What a request carries, or the request of a response; what is written to it is written there.

    >>> from scrapy import Request
    >>> meta(Request("https://www.hespress.com/feed", meta={"page": 2}))["page"]
    2
    """
    return cast(Meta, of.meta)


def is_for_article(request: Request) -> bool:
    """Is an article asked for, not a page that leads to some?"""
    return "key" in meta(request)
