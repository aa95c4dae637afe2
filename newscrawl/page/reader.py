"""Reading a page without a crawl: all steps in one."""

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

    ``url`` is the address after redirects, ``site`` the declaration of its site (without one the
    generic reading carries all), ``headers`` the answer's headers, ``now`` the aware moment of
    download: without it ``منذ ساعتين`` gives no day. Days and times are on the publisher's clock as
    far as the page or the site tells it; instants are UTC.

    >>> page = "<h1>المغرب يطلق برنامجا جديدا</h1><time datetime='2024-03-27T10:00+01:00'></time>"
    >>> article = read(page.encode(), "https://www.example.ma/1")
    >>> article.title, article.day, article.source
    ('المغرب يطلق برنامجا جديدا', '2024-03-27', 'example')

    Never raises for any bytes; whether it is an article at all, ``check`` tells.
    """
    raw = clean_article(extract(body, url, site=site, headers=headers, now=now))
    return date_article(build_article(raw, site), site, now)
