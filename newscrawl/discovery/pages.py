"""Makes the requests for a walk's pages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin

from scrapy import Request

from newscrawl.meta import meta
from newscrawl.sites import Api, Discovery, Feed, Listing, Sitemap

if TYPE_CHECKING:
    from newscrawl.frontier import Validator


def name(source: Discovery, home: str) -> str:
    """The name of a walk: the address of its first page and the form that it sends; for a dated sitemap, its
    template.

    ``home`` is the site's home page, for addresses without a host.
    """
    if isinstance(source, Sitemap):
        return urljoin(home, source.url or "")
    request = page(source, 0, home)
    return f"{request.url} {request.body.decode()}".strip()


def first(source: Discovery, home: str, since: dt.date, until: dt.date) -> list[Request]:
    """The request of a walk's first page; for a sitemap in dated files, of all files that can contain the
    days.
    """
    if not isinstance(source, Sitemap):
        return [page(source, 0, home)]
    url = urljoin(home, source.url or "")
    return [Request(file) for file in (dated(url, since, until) if source.dated else [url])]


def page(source: Listing | Feed | Api, number: int, home: str) -> Request:
    """The request of a page of a numbered listing; the newest page is number 0.

    >>> page(Api("/api?start={page}", first=0, step=10), 2, "https://www.spa.gov.sa/").url
    'https://www.spa.gov.sa/api?start=20'
    """
    shown = str(source.first + number * source.step)
    url = urljoin(home, (source.url or "").replace("{page}", shown))
    headers = dict(source.headers)
    numbered = {"page": number}
    if source.json is not None:
        body = json.dumps(source.json, ensure_ascii=False).replace('"{page}"', shown).replace("{page}", shown)
        headers["Content-Type"] = "application/json"
        return Request(url, method="POST", body=body, headers=headers, meta=numbered)
    if source.form is not None:
        body = urlencode({name: value.replace("{page}", shown) for name, value in source.form.items()})
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return Request(url, method="POST", body=body, headers=headers, meta=numbered)
    return Request(url, headers=headers, meta=numbered)


def after(source: Listing | Feed | Api, url: str, number: int) -> Request:
    """The request of the page after page ``number``, at the address that the page itself gives."""
    return Request(url, headers=dict(source.headers), meta={"page": number + 1})


def saved(source: Discovery, request: Request) -> str:
    """A page of a walk as text for a later run: its number, and its address if the number is not enough.

    >>> saved(Feed("https://www.goud.ma/feed/?paged={page}"), Request("https://www.goud.ma/feed/?paged=7",
    ...       meta={"page": 6}))
    '6'
    """
    number = meta(request).get("page", 0)
    if isinstance(source, Sitemap):
        return request.url
    return str(number) if source.numbered else f"{number} {request.url}"


def restored(source: Discovery, word: str, home: str) -> Request:
    """The request of a page that :func:`saved` kept."""
    if isinstance(source, Sitemap):
        return Request(word)
    number, _, url = word.partition(" ")
    if url and int(number):
        return after(source, url, int(number) - 1)
    return page(source, int(number), home)


def dated(template: str, since: dt.date, until: dt.date) -> list[str]:
    """The files of the days from ``since`` to ``until``, the newest first.

    >>> dated("https://a.ma/news-{year}-{month}.xml", dt.date(2023, 12, 30), dt.date(2024, 1, 2))
    ['https://a.ma/news-2024-1.xml', 'https://a.ma/news-2023-12.xml']
    """
    days = (until - dt.timedelta(days=back) for back in range((until - since).days + 1))
    return list(dict.fromkeys(template.format(year=d.year, month=d.month, day=d.day) for d in days))


def conditional(validator: Validator) -> Iterator[tuple[str, str]]:
    """The headers that ask for a page only if it has changed."""
    if validator.etag:
        yield "If-None-Match", validator.etag
    if validator.last_modified:
        yield "If-Modified-Since", validator.last_modified
