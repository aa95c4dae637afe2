"""The keys of ``Request.meta`` that this project reads, including Scrapy's own.

:func:`meta` gives them their types, so mypy reports a misspelt key. ``newscrawl.download.chromium`` has one
more, for the browser.
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

    # --- For the request of an article
    key: str
    """``newscrawl.urls.key`` of the requested address; present if the request is for an article."""
    asked: str
    """The requested address; the address of the request itself changes with redirects."""
    entry: Any
    """The ``newscrawl.discovery.Entry`` that named it."""
    walk: Any
    """The ``newscrawl.discovery.Walk`` that found it, or None."""
    again: bool
    """Is the request a repeated visit to a stored article?"""
    pending: bool
    """Is the request from the pending list of an earlier run?"""
    known_raw: Raw | None
    """Where the page of the last visit is archived, for a repeated visit."""
    kept: Raw | None
    """Where this page was archived; None if it was not."""

    # --- For a page of a walk
    page: int
    """Its number; the newest is 0."""

    # --- For any download
    fetched_at: dt.datetime
    """Moment of download, UTC; in a replay, that of the recording."""
    retry_at: dt.datetime | None
    """When the site allows the next request, UTC, if it asked for a longer pause than a crawl waits."""
    wire_bytes: int
    """Length of the body as received, before decompression."""

    # --- Keys of Scrapy and its plug-ins
    playwright: bool
    redirect_urls: list[str]
    redirect_times: int
    redirect_ttl: int
    retry_times: int
    dont_retry: bool
    dont_obey_robotstxt: bool
    download_fail_on_dataloss: bool


def meta(of: Request | Response) -> Meta:
    """The ``meta`` of a request, or of a response's request, with its types; not a copy.

    >>> from scrapy import Request
    >>> meta(Request("https://www.hespress.com/feed", meta={"page": 2}))["page"]
    2
    """
    return cast(Meta, of.meta)


def is_for_article(request: Request) -> bool:
    """Is the request for an article, rather than for a list of articles?"""
    return "key" in meta(request)
