"""Finding articles: what a listing, a feed or a sitemap offers, and how far a walk of it goes.

Pure functions over a downloaded page; ``newscrawl.spider`` asks and follows.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from calendar import timegm
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import feedparser
from lxml.etree import XMLSyntaxError
from scrapy import Request
from scrapy.http import TextResponse
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap as SitemapReader
from scrapy.utils.sitemap import sitemap_urls_from_robots

from newscrawl.dates import parse, zone
from newscrawl.sites import Listing, Site

MARK_KEYS = 500
"""Entries that a mark remembers: more than any listing page holds."""
UNDATED_SITEMAP = 1000
"""Entries up to which a sitemap without dates is taken as a list of recent articles."""
SECTIONS = 40
"""Links of a home page that are taken as its sections, at most."""

UNPACKED = 200_000_000
"""Bytes of an unpacked sitemap or feed at most; the sitemap protocol allows 50 MB."""

_NO_SECTION = re.compile(
    r"^/(?:wp-|tag/|tags/|author/|authors/|search|feed|rss|login|register|contact|about|privacy|terms|"
    r"archive|sitemap|advert|amp/|page/)|\.(?:pdf|jpe?g|png|gif|svg|webp|mp[34]|zip|xml|js|css)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a listing, feed or sitemap names it."""

    url: str
    day: dt.date | None = None
    """Day of publication, when the entry carries one."""
    lastmod: dt.datetime | None = None
    """Instant of the last change, UTC, when the entry carries one."""
    title: str | None = None


@dataclass(slots=True, eq=False)
class Walk:
    """One walk of one listing (or feed, or sitemap), newest first, until its end is reached.

    The end is the mark that the last completed walk left, or the day ``since``, or on a first walk
    the horizon in days and pages.
    """

    listing: str
    """Address of the first page: the name of the walk."""
    mark: frozenset[str] = frozenset()
    """Keys of the newest entries at the last completed walk; empty on a first walk."""
    since: dt.date | None = None
    """No day before this is looked for."""
    until: dt.date | None = None
    """No day after this is looked for."""
    pages_left: int | None = None
    """Pages of a first walk that are still allowed; None for no such limit."""
    to_mark: bool = True
    """Does it end at the mark? Only a listing, which is in order, and only when no day is named."""
    gapless: bool = True
    """Does it go back to where the last one began? Not when a later day is named."""
    source: Listing | None = None
    """The declaration, when it is a listing page with pages after it."""
    newest: list[str] = field(default_factory=list)
    """Keys met, the newest first, for the mark to leave."""
    seen: set[str] = field(default_factory=set)
    """Keys of the page before: a site that repeats its last page for ever is left."""
    upcoming: list[Request] = field(default_factory=list)
    """Pages not yet asked for, in order."""
    waiting: int = 0
    """Articles of the current page that are not settled."""
    days: list[dt.date] = field(default_factory=list)
    """Days of the current page's articles, as far as known."""
    reached: bool = False
    """Has the mark been met?"""
    completed: bool = False
    """Has the walk come to its end undisturbed?"""
    failed: bool = False
    """Did a page of it fail?"""

    def wants(self, entry: Entry) -> bool:
        """Is the entry within the days looked for, as far as its own date tells?"""
        if entry.day is None:
            return True
        if self.until and entry.day > self.until:
            return False
        newest = max(entry.day, entry.lastmod.date()) if entry.lastmod else entry.day
        return not (self.since and newest < self.since)

    def turn(self, keys: Sequence[str]) -> None:
        """Take note of a page: its keys in their order, before its articles are asked for."""
        if keys and keys[-1] in self.mark and self.to_mark:
            self.reached = True
        if not keys or set(keys) <= self.seen:
            self.upcoming.clear()
        self.seen = set(keys)
        room = MARK_KEYS - len(self.newest)
        self.newest += [key for key in keys if key not in self.newest][: max(0, room)]
        self.days = []
        if self.pages_left is not None:
            self.pages_left -= 1

    def next(self) -> Request | None:
        """The next page to ask for, once the current one is settled; None at the end."""
        too_old = bool(self.since and self.days and max(self.days) < self.since)
        spent = self.pages_left is not None and self.pages_left <= 0
        if self.reached or too_old or spent or not self.upcoming:
            self.completed = not self.failed
            return None
        return self.upcoming.pop(0)

    @property
    def leaves_mark(self) -> bool:
        """May the next walk stop where this one began? Only if nothing in between was left out."""
        return self.completed and self.gapless and self.until is None and bool(self.newest)


def article_links(response: TextResponse, site: Site, listing: Listing) -> list[Entry]:
    """The links of a page that match the site's article pattern, in their order, each once."""
    found: dict[str, Entry] = {}
    for link in response.css(listing.links):
        url = _absolute(response, link.attrib.get("href"))
        if url and url not in found and site.is_article(url):
            found[url] = Entry(url)
    return list(found.values())


def section_links(response: TextResponse, site: Site) -> list[str]:
    """The links of a home page that lead to sections of the same site."""
    found: dict[str, None] = {}
    for href in response.css("a::attr(href)").getall():
        url = _absolute(response, href)
        if not url or not site.owns(url) or site.is_article(url):
            continue
        parts = urlsplit(url)
        depth = len([part for part in parts.path.split("/") if part])
        if not parts.query and 1 <= depth <= 2 and not _NO_SECTION.search(parts.path):
            found[url] = None
    return list(found)[:SECTIONS]


def section_name(url: str) -> str:
    """The name of a section: the last part of its path (``/politics/`` → ``politics``)."""
    return urlsplit(url).path.strip("/").rsplit("/", 1)[-1]


def next_page(response: TextResponse, listing: Listing) -> str | None:
    """The address of the listing page after this one."""
    if not listing.next:
        return None
    for link in response.css(listing.next):
        url = _absolute(response, link.attrib.get("href"))
        if url and url != response.url:
            return url
    return None


def advertised_feeds(response: TextResponse) -> list[str]:
    """The feeds that a page names in ``<link rel=alternate>``."""
    links = response.xpath(
        "//link[contains(@rel, 'alternate')][contains(@type, 'rss') or contains(@type, 'atom')]/@href"
    ).getall()
    return [url for url in (_absolute(response, href) for href in dict.fromkeys(links)) if url]


def feed_entries(body: bytes, site: Site) -> list[Entry]:
    """The articles of an RSS or Atom feed, in its order."""
    # A stream, because feedparser takes bytes that look like a path or an address for one.
    feed = feedparser.parse(BytesIO(_plain(body)), sanitize_html=False, resolve_relative_uris=False)
    return [
        Entry(
            item["link"],
            day=_local_day(item.get("published_parsed"), site),
            # ``get`` would answer with the publication where there is no change.
            lastmod=_instant(item["updated_parsed"]) if "updated_parsed" in item else None,
            title=item.get("title"),
        )
        for item in feed.entries
        if item.get("link") and site.is_article(item["link"])
    ]


def sitemap_pages(body: bytes, walk: Walk) -> list[str] | None:
    """The sitemaps that an index names and a walk needs, the newest first; None for no index."""
    reader = _sitemap(body)
    if reader is None or reader.type != "sitemapindex":
        return None
    children = [(_moment(item.get("lastmod")), item["loc"]) for item in reader]
    oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
    wanted = [c for c in children if not (walk.since and c[0] and c[0].date() < walk.since)]
    return [loc for _, loc in sorted(wanted, key=lambda child: child[0] or oldest, reverse=True)]


def sitemap_entries(body: bytes, site: Site) -> list[Entry]:
    """The articles of a sitemap, the newest first; none when it is long and says no dates."""
    entries = [
        Entry(item["loc"], day=moment.date() if moment else None, lastmod=moment)
        for item in _sitemap(body) or ()
        if site.is_article(item["loc"])
        for moment in [_moment(item.get("lastmod") or item.get("publication_date"))]
    ]
    dated = [entry for entry in entries if entry.lastmod]
    undated = [entry for entry in entries if not entry.lastmod]
    oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
    newest_first = sorted(dated, key=lambda entry: entry.lastmod or oldest, reverse=True)
    return newest_first + (undated if len(undated) <= UNDATED_SITEMAP else [])


def robots_sitemaps(body: bytes, base: str) -> list[str]:
    """The sitemaps that a ``robots.txt`` names."""
    urls: Iterable[str] = sitemap_urls_from_robots(body, base)
    return list(dict.fromkeys(urls))


def _plain(body: bytes) -> bytes:
    """A feed or sitemap that is served as a gzip file, unpacked."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return gunzip(body, max_size=UNPACKED)
    except (OSError, EOFError, zlib.error):
        return b""


def _sitemap(body: bytes) -> SitemapReader | None:
    """A reader of the sitemap, or None when it is none (an error page)."""
    try:
        return SitemapReader(_plain(body))
    except (XMLSyntaxError, StopIteration):
        return None


def _absolute(response: TextResponse, href: str | None) -> str | None:
    if not href:
        return None
    try:
        url = response.urljoin(href.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts._replace(fragment="").geturl() if parts.scheme in ("http", "https") else None


def _instant(parsed: Any) -> dt.datetime | None:
    """A time tuple of feedparser (UTC) as an instant."""
    return dt.datetime.fromtimestamp(timegm(parsed), dt.UTC) if parsed else None


def _local_day(parsed: Any, site: Site) -> dt.date | None:
    instant = _instant(parsed)
    return instant.astimezone(zone(site.timezone)).date() if instant else None


def _moment(text: str | None) -> dt.datetime | None:
    """A W3C date of a sitemap as an instant; a day alone is its first moment."""
    read = parse(text) if text else None
    if read is None:
        return None
    return read.at or dt.datetime.combine(read.date, read.time or dt.time(), dt.UTC)
