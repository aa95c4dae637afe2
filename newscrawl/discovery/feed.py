"""RSS and Atom feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import feedparser
from scrapy import Request
from scrapy.http import Response

from newscrawl.discovery import pages
from newscrawl.discovery.entry import Entry, admitted, entry
from newscrawl.discovery.unpack import unpacked
from newscrawl.discovery.walk import Page
from newscrawl.sites import Feed, Site


def read(response: Response, feed: Feed, site: Site) -> Page | None:
    """The articles of a feed and the page after it; None when it is no feed."""
    found = parsed(response.body)
    if not found.get("version"):
        return None
    skipped: Counter[str] = Counter()
    entries = list(articles(found, response.url, site, skipped))
    number = response.meta.get("page", 0) if response.request else 0
    after: list[Request] = []
    if feed.numbered:
        after = [pages.page(feed, number + 1, site.home)] if entries else []
    else:
        older = (link.get("href") for link in found.feed.get("links", []) if link.get("rel") == "next")
        urls = (admitted(url, response.url, site, skipped) for url in older if url)
        after = [pages.after(feed, url, number) for url in urls if url and site.lists_at(url, response.url)][
            :1
        ]
    return Page(entries, after, skipped=skipped)


def parsed(body: bytes) -> Any:
    """A feed as feedparser reads it; it has no ``version`` when it is none.

    Its own readings of dates (``published_parsed``) are not used: it invents days where none are said.
    """
    # A stream, because feedparser takes bytes that look like a path or an address for one.
    return feedparser.parse(BytesIO(unpacked(body)), sanitize_html=False, resolve_relative_uris=False)


def articles(found: Any, base: str, site: Site, skipped: Counter[str]) -> Iterator[Entry]:
    """The articles of a feed, in its order; addresses that are refused are counted in ``skipped``."""
    for item in found.entries:
        # A feed that goes through a service keeps the newspaper's own address beside the service's.
        links = (item.get("feedburner_origlink"), item.get("link"), item.get("id"))
        urls = (admitted(link, base, site, skipped) for link in links if link)
        if url := next((url for url in urls if url and site.is_article(url)), None):
            yield entry(
                url,
                site,
                date=item.get("published"),
                # ``get`` would answer with the publication where there is no change.
                modified=item.get("updated") if "updated" in item else None,
                title=item.get("title"),
                origin=base,
            )
