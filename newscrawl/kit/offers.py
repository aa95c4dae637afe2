"""Finds the feeds, the WordPress API and the sitemaps of a site."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse

from newscrawl.discovery import feed, listing, sitemap
from newscrawl.kit.asking import Fetch
from newscrawl.kit.listed import listed
from newscrawl.sites import Feed, Site, Sitemap, WordPress

if TYPE_CHECKING:
    from newscrawl.kit.probe import SiteDraft

SURE = 50
"""Number of addresses of a sitemap that count as articles without a check."""
_FEED_LINK = re.compile(
    r"/(?:rss|feeds?|atom)(?:[/-]?(?:all|news|index|default))?(?:\.(?:xml|php|aspx?))?/?$|\.rss$"
    r"|[?&](?:format|type|feed)=(?:feed|rss2?|atom)\b",
    re.IGNORECASE,
)
"""Matches the end of a link to a feed."""
_FEEDS = ("/feed", "/rss.xml", "/rss")
_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml")
"""Usual addresses, if no page names others."""


async def offered(draft: SiteDraft, home: TextResponse, fetch: Fetch) -> list[str]:
    """The articles in feeds, the API and sitemaps; adds these lists to the draft."""
    every = draft.site(article="")
    sure = await _given(draft, every, fetch)
    sure += await _feeds(draft, home, every, fetch)
    sure += await _wordpress(draft, home, fetch)
    sure += await _sitemaps(draft, home, every, fetch)
    return list(dict.fromkeys(sure))


async def _given(draft: SiteDraft, every: Site, fetch: Fetch) -> list[str]:
    """The articles of the feed or the sitemap that the user named."""
    sure: list[str] = []
    for source in draft.given:
        assert source.url
        pages = await listed(source, Request(source.url), every, fetch)
        entries = [entry for page in pages for entry in page.entries or []]
        urls = [entry.url for entry in entries]
        draft.listed |= {entry.url for entry in entries if isinstance(source, Feed) and entry.days[1]}
        kind = type(source).__name__.lower()
        draft.facts.append(f"{kind:<10}{source.url}: {len(urls)} addresses (given)")
        if urls:
            draft.discover.append(source)
            sure += urls[:SURE]
    return sure


async def _feeds(draft: SiteDraft, home: TextResponse, every: Site, fetch: Fetch) -> list[str]:
    """The articles of the first feed that has any: advertised, linked, or at a usual address."""
    advertised = [url for url in listing.advertised_feeds(home) if "comments" not in url][:2]
    named = advertised or linked_feeds(home, every)[:2]
    for url in named or [urljoin(home.url, path) for path in _FEEDS]:
        answer = await fetch(Request(url))
        parsed = (
            feed.parse_feed(answer.response.body, answer.headers.get("Content-Type"))
            if answer.response
            else None
        )
        entries = list(feed.articles(parsed, url, every, Counter())) if parsed else []
        urls = [entry.url for entry in entries]
        if urls:
            draft.listed |= {entry.url for entry in entries if entry.days[1]}
            draft.discover.append(Feed(url))
            draft.facts.append(f"feed      {url}: {len(urls)} articles")
            return urls
        if named:
            draft.facts.append(f"feed      {url}: none ({answer.reason or 'no article in it'})")
    return []


def linked_feeds(home: TextResponse, site: Site) -> list[str]:
    """The feeds that a page links to for its readers."""
    hrefs = listing.selector(home).css("a::attr(href)")[: listing.LINKS].getall()
    urls = [url for href in hrefs if (url := listing.absolute(home, href))]
    return [url for url in dict.fromkeys(urls) if _FEED_LINK.search(url) and site.lists_at(url)]


async def _wordpress(draft: SiteDraft, home: TextResponse, fetch: Fetch) -> list[str]:
    """The posts in the WordPress API, if the site runs WordPress and the API is open."""
    wordpress = home.css('link[rel="https://api.w.org/"]::attr(href)').get()
    oembed = home.css('link[type="application/json+oembed"]::attr(href)').get("")
    if wordpress or oembed or b"/wp-content/" in home.body:
        draft.theme = "wordpress"
    if not (wordpress or "/wp-json/" in oembed):
        return []
    api = WordPress()
    answer = await fetch(Request(urljoin(home.url, api.url.replace("{page}", "1"))))
    urls = _posts(answer.response)
    if urls:
        draft.discover.append(api)
        draft.facts.append(f"api       WordPress: {len(urls)} posts a page")
    else:
        draft.facts.append(f"api       WordPress, closed ({answer.reason or 'no list of posts'})")
    return urls


def _posts(response: Response | None) -> list[str]:
    try:
        posts = json.loads(response.body) if response else []
    except ValueError:
        return []
    return [post["link"] for post in posts if isinstance(post, dict) and isinstance(post.get("link"), str)]


async def _sitemaps(draft: SiteDraft, home: TextResponse, every: Site, fetch: Fetch) -> list[str]:
    """The addresses in the sitemaps that ``robots.txt`` names, or in one at a usual address."""
    robots = await fetch(Request(urljoin(home.url, "/robots.txt"), meta={"dont_obey_robotstxt": True}))
    named = sitemap.named_by_robots(robots.response.body, home.url, every) if robots.response else []
    sure: list[str] = []
    for url in named[:2] or [urljoin(home.url, path) for path in _SITEMAPS]:
        files = await listed(Sitemap(url), Request(url), every, fetch)
        urls = [entry.url for file in files for entry in file.entries or []]
        if named or urls:
            draft.facts.append(f"sitemap   {url}: {len(urls)} addresses")
        if urls:
            sure += urls[:SURE]
            draft.sitemaps.append(Sitemap(url))
            if not named:
                break
    draft.names_sitemaps = bool(named)
    return sure


def settle_sitemaps(draft: SiteDraft, *, older: bool) -> None:
    """Add the sitemaps if nothing else leads to ``older`` articles; feeds and lists are newer and smaller.

    Sitemaps that ``robots.txt`` names are declared without an address, so that each crawl looks them up
    there, if another list gives the newspaper's host.
    """
    others = [source for source in draft.discover if not isinstance(source, Sitemap)]
    if not draft.sitemaps or (others and older):
        return
    placed = any(source.url and urlsplit(source.url).netloc for source in others)
    wanted = [Sitemap()] if draft.names_sitemaps and placed else draft.sitemaps
    draft.discover += [source for source in wanted if source not in draft.discover]
