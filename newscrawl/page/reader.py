"""Reads a page without a crawl, in one call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from newscrawl.items import Article
from newscrawl.page.assemble import build_article, clean_article, date_article
from newscrawl.page.fields import extract
from newscrawl.sites import Site


def read(
    body: bytes,
    url: str,
    *,
    site: Site | None = None,
    headers: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
) -> Article:
    """Read a page into an :class:`Article`, without a crawl.

    ``url`` is the address after redirects. ``site`` is the declaration of its site; without one the generic
    reading gives every field. ``headers`` are the headers of the response. ``now`` is the aware moment of
    download; without it ``منذ ساعتين`` gives no day. Days and times are on the publisher's clock, if the page
    or the site shows it; instants are UTC.

    >>> page = "<h1>المغرب يطلق برنامجا جديدا</h1><time datetime='2024-03-27T10:00+01:00'></time>"
    >>> article = read(page.encode(), "https://www.example.ma/1")
    >>> article.title, article.day, article.source
    ('المغرب يطلق برنامجا جديدا', '2024-03-27', 'example')

    Never raises, whatever the bytes. ``check`` decides whether the page is an article at all.
    """
    raw = clean_article(extract(body, url, site=site, headers=headers, now=now))
    return date_article(build_article(raw, site), site, now)
