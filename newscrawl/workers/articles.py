"""How a worker reads an article page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from newscrawl.items import RawArticle
from newscrawl.page import extract
from newscrawl.sites import Site


def read_article(
    site: Site, body: bytes, url: str, headers: Mapping[str, str], now: dt.datetime
) -> RawArticle:
    """The article of a page, without ``page``, which the caller already has."""
    raw = extract(body, url, site=site, headers=headers, now=now)
    raw.page = b""
    return raw
