"""RSS and Atom feeds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import Any

from scrapy import Request
from scrapy.http import Response

from newscrawl.discovery import pages
from newscrawl.discovery.entry import Entry, admitted, entry, header
from newscrawl.discovery.unpack import utf8
from newscrawl.discovery.walk import Page
from newscrawl.meta import meta
from newscrawl.sites import Feed, Site

LONGEST = 20_000_000
"""Bytes of a feed that are read."""
ENTRIES = 1_000
"""Entries of a feed that is not well-formed, at most."""
_ENTRY = re.compile(rb"<(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_AROUND = (b"channel", b"rss", b"rdf:RDF", b"feed")
"""What begins before the entries of a feed and ends after them, the innermost first."""
_END = re.compile(rb"</(?:channel|rss|feed|rdf:RDF)\s*>")
_LINKS = ("feedburner_origlink", "link", "id")


def read(response: Response, feed: Feed, site: Site) -> Page | None:
    """The articles of a feed and the page after it; None when it is no feed."""
    skipped: Counter[str] = Counter()
    found = parsed(response.body, header(response, "Content-Type"), skipped)
    if not found.get("version"):
        return None
    entries = list(articles(found, response.url, site, skipped))
    number = meta(response).get("page", 0) if response.request else 0
    after: list[Request] = []
    if feed.numbered:
        after = [pages.page(feed, number + 1, site.home)] if entries else []
    else:
        older = (link.get("href") for link in found.feed.get("links", []) if link.get("rel") == "next")
        urls = (admitted(url, response.url, site, skipped) for url in older if url)
        next_one = next((url for url in urls if url and site.lists_at(url, response.url)), None)
        after = [pages.after(feed, next_one, number)] if next_one else []
    return Page(entries, after, skipped=skipped)


def parsed(body: bytes, content_type: str | None = None, skipped: Counter[str] | None = None) -> Any:
    """A feed as feedparser reads it; it has no ``version`` when it is none.

    Its own readings of dates (``published_parsed``) are not used: it invents days where none are said.
    Of a feed that is not well-formed each entry is read by itself, so that what is wrong with one is no
    concern of the others. What is left out is counted in ``skipped``.
    """
    skipped = Counter() if skipped is None else skipped
    read: list[bytes] = []
    left = LONGEST
    for piece in utf8(body, content_type):
        if len(piece) > left:
            skipped["cut"] += 1
            read.append(piece[: max(0, piece.rfind(b"<", 0, left))])
            break
        read.append(piece)
        left -= len(piece)
    data = b"".join(read)
    failed: Counter[str] = Counter()
    whole = _parse(data, failed)
    if not whole.get("bozo") or not _ENTRY.search(data):
        skipped += failed
        return whole
    head, *parts = _split(data)
    end = b"".join(b"</%s>" % name for name in _AROUND if b"<" + name in head and b"</" + name not in head)
    found = _parse(head + end, skipped)
    found.version = found.get("version") or whole.get("version")
    found.entries = []
    for part in parts[:ENTRIES]:
        found.entries += _parse(head + part + end, skipped).get("entries", [])
    if len(parts) > ENTRIES:
        skipped["too_many"] += len(parts) - ENTRIES
    return found


def _parse(data: bytes, skipped: Counter[str]) -> Any:
    import feedparser  # only here: most processes never read a feed, and it is among the slowest to import

    # A stream, because feedparser takes bytes that look like a path or an address for one.
    try:
        return feedparser.parse(
            BytesIO(data),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # it lets through what its own handlers raise on odd values, of any class
        skipped["unreadable"] += 1
        return feedparser.FeedParserDict(bozo=True, feed=feedparser.FeedParserDict(), entries=[])


def _split(data: bytes) -> list[bytes]:
    """What stands before the first entry, and each entry up to the next."""
    starts = [hit.start() for hit in _ENTRY.finditer(data)]
    parts = [data[start:end] for start, end in pairwise([0, *starts, len(data)])]
    return [*parts[:-1], _END.sub(b"", parts[-1])]


def articles(found: Any, base: str, site: Site, skipped: Counter[str]) -> Iterator[Entry]:
    """The articles of a feed, in its order; addresses that are refused are counted in ``skipped``."""
    for item in found.entries:
        # A feed that goes through a service keeps the newspaper's own address beside the service's.
        links = [link for name in _LINKS if (link := item.get(name)) and link.strip()]
        if not links:
            skipped["no_address"] += 1
        refused: Counter[str] = Counter()
        urls = [admitted(link, base, site, refused if link is links[0] else Counter()) for link in links]
        if url := next((url for url in urls if url and site.is_article(url)), None):
            yield entry(
                url,
                site,
                date=item.get("published"),
                # ``get`` would answer with the publication where there is no change.
                modified=item.get("updated") if "updated" in item else None,
                title=item.get("title"),
                origin=base,
                skipped=skipped,
            )
        else:
            skipped += refused
