"""Reads JSON endpoints that list articles: WordPress REST and others."""

from __future__ import annotations

from collections import Counter
from typing import Any

import jmespath  # type: ignore[import-untyped]
from scrapy import Request
from scrapy.http import Response

from newscrawl import jsontext
from newscrawl.dates import Stamp
from newscrawl.discovery import pages
from newscrawl.discovery.entry import Entry, admitted, entry, header
from newscrawl.discovery.unpack import text
from newscrawl.discovery.walk import ListPage
from newscrawl.meta import meta
from newscrawl.sites import Api, Site

LONGEST = 20_000_000
"""Maximum number of letters of a response that are read."""
ENTRIES = 5_000
"""Maximum number of entries of a response that are read."""


def read_api(response: Response, api: Api, site: Site) -> ListPage | None:
    """The articles of a response and the page after it; None when it is not JSON."""
    skipped: Counter[str] = Counter()
    try:
        content = text(response.body, header(response, "Content-Type"), LONGEST, skipped)
        answer = jsontext.find(content, skipped)
    except ValueError:
        return None
    items = find(api.items, answer)
    if not isinstance(items, list):
        return None
    if len(items) > ENTRIES:
        skipped["too_many"] += len(items) - ENTRIES
    items = items[:ENTRIES]
    entries = [listed for item in items if (listed := _entry(item, api, response.url, site, skipped))]
    number = meta(response).get("page", 0) if response.request else 0
    after: list[Request] = []
    if api.next:
        url = find(api.next, answer)
        older = admitted(url, response.url, site, skipped) if isinstance(url, str) and url else None
        after = [pages.after(api, older, number)] if older and site.lists_at(older, response.url) else []
    elif api.numbered and items:
        after = [pages.page(api, number + 1, site.home)]
    return ListPage(entries, after, skipped=skipped)


def _entry(item: Any, api: Api, base: str, site: Site, skipped: Counter[str]) -> Entry | None:
    link = find(api.link, item)
    if not isinstance(link, str) or not link.strip():
        skipped["no_address"] += 1
        return None
    url = admitted(link, base, site, skipped)
    if url is None or not site.wants(url):
        return None
    title = find(api.title, item)
    return entry(
        url,
        site,
        date=_date(api.date, item),
        modified=_date(api.modified, item),
        title=title if isinstance(title, str) else None,
        origin=base,
        skipped=skipped,
    )


def _date(expression: str | None, item: Any) -> Stamp:
    value = find(expression, item)
    return value if isinstance(value, str | int | float) else None


def find(expression: str | None, data: Any) -> Any:
    """The result of a JMESPath expression in a JSON value; None if a value does not have the needed type.

    >>> find("[].link", [{"link": "/خبر-1.html"}])
    ['/خبر-1.html']
    """
    try:
        return jmespath.search(expression, data) if expression else None
    except (jmespath.exceptions.JMESPathError, ArithmeticError, TypeError, ValueError, RecursionError):
        return None
