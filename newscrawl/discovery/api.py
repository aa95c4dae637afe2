"""JSON endpoints that list articles: WordPress REST and others."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import jmespath  # type: ignore[import-untyped]
from scrapy import Request
from scrapy.http import Response

from newscrawl.dates import Stamp
from newscrawl.discovery import pages
from newscrawl.discovery.entry import Entry, admitted, entry
from newscrawl.discovery.walk import Page
from newscrawl.sites import Api, Site

_LONGEST = 40
"""Digits of an integer that is read: twice as many as 64 bits need."""


def read(response: Response, api: Api, site: Site) -> Page | None:
    """The articles of an answer and the page after it; None when it is no JSON."""
    try:
        answer = json.loads(response.body, parse_int=_integer)
    except (ValueError, RecursionError):
        return None
    items = _find(api.items, answer)
    if not isinstance(items, list):
        return None
    skipped: Counter[str] = Counter()
    entries = [found for item in items if (found := _entry(item, api, response.url, site, skipped))]
    number = response.meta.get("page", 0) if response.request else 0
    after: list[Request] = []
    if api.next:
        url = _find(api.next, answer)
        older = admitted(url, response.url, site, skipped) if isinstance(url, str) and url else None
        after = [pages.after(api, older, number)] if older and site.lists_at(older, response.url) else []
    elif api.numbered and items:
        after = [pages.page(api, number + 1, site.home)]
    return Page(entries, after, skipped=skipped)


def _entry(item: Any, api: Api, base: str, site: Site, skipped: Counter[str]) -> Entry | None:
    link = _find(api.link, item)
    if not isinstance(link, str) or not link:
        return None
    url = admitted(link, base, site, skipped)
    if url is None or not site.is_article(url):
        return None
    title = _find(api.title, item)
    return entry(
        url,
        site,
        date=_date(api.date, item),
        modified=_date(api.modified, item),
        title=title if isinstance(title, str) else None,
        origin=base,
    )


def _integer(digits: str) -> int | None:
    """An integer of an answer; None for one longer than any number of an article, which Python may refuse."""
    return int(digits) if len(digits) <= _LONGEST else None


def _date(expression: str | None, item: Any) -> Stamp:
    found = _find(expression, item)
    return found if isinstance(found, str | int | float) else None


def _find(expression: str | None, data: Any) -> Any:
    """What an expression finds; None where a value has not the type that it needs."""
    try:
        return jmespath.search(expression, data) if expression else None
    except jmespath.exceptions.JMESPathError:
        return None
