"""Listing pages: their links to articles and sections, and the way to the page after them."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jmespath  # type: ignore[import-untyped]
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.utils.response import get_base_url

from newscrawl.discovery import pages
from newscrawl.discovery.entry import Entry
from newscrawl.discovery.walk import Page
from newscrawl.gate import Refused, admit
from newscrawl.sites import NEXT, Listing, Site

SECTIONS = 40
"""Links of a home page that are taken as its sections, at most."""

_NO_SECTION = re.compile(
    r"^/(?:wp-|tag/|tags/|author/|authors/|search|feed|rss|login|register|contact|about|privacy|terms|"
    r"archive|sitemap|advert|amp/|page/|index\.)|\.(?:pdf|jpe?g|png|gif|svg|webp|mp[34]|zip|xml|js|css)$",
    re.IGNORECASE,
)
_NEXT_WORDS = frozenset(
    "التالي|التالى|التالية|الصفحة التالية|الأقدم|أقدم|مواضيع أقدم|مقالات أقدم"
    "|next|next page|older|older posts|suivant|suivante|page suivante".split("|")
)
_ARROWS = re.compile(r"[\s»«›‹→←>\u2039\u203a]+")
_NUMBER = re.compile(r"([?&](?:page|paged|pg|start_page)=|/page[/:-])(\d+)", re.IGNORECASE)


def read(response: Response, listing: Listing, site: Site) -> Page | None:
    """The articles of a listing page and the page after it; None when it is no page."""
    found = _html(response, listing)
    if found is None:
        return None
    skipped: Counter[str] = Counter()
    entries = article_links(found, site, listing, skipped)
    number = response.meta.get("page", 0) if response.request else 0
    after: list[Request] = []
    if listing.numbered:
        after = [pages.page(listing, number + 1, site.home)] if entries else []
    elif url := next_page(found, listing, site):
        after = [pages.after(listing, url, number)]
    return Page(entries, after, skipped=skipped)


def _html(response: Response, listing: Listing) -> TextResponse | None:
    """The page, or the HTML that stands inside a JSON answer."""
    if listing.html is None:
        return response if isinstance(response, TextResponse) else None
    try:
        found: Any = jmespath.search(listing.html, json.loads(response.body))
    except (ValueError, jmespath.exceptions.JMESPathError):
        return None
    parts = found if isinstance(found, list) else [found]
    text = "\n".join(part for part in parts if isinstance(part, str))
    return HtmlResponse(response.url, body=text.encode("utf-8", "replace"), encoding="utf-8")


def article_links(
    response: TextResponse, site: Site, listing: Listing, skipped: Counter[str] | None = None
) -> list[Entry]:
    """The links of a page that match the site's article pattern, in their order, each once.

    Links that are refused are counted in ``skipped``.
    """
    found: dict[str, Entry] = {}
    for link in response.css(listing.links):
        href = (
            link.root
            if isinstance(link.root, str)
            else link.attrib.get("href") or link.css("a::attr(href)").get()
        )
        url = absolute(response, href, skipped)
        if url and url not in found and site.is_article(url):
            found[url] = Entry(url, origin=response.url)
    return list(found.values())


def section_links(response: TextResponse, site: Site) -> list[str]:
    """The links of a home page that lead to sections of the same site."""
    found: dict[str, None] = {}
    for href in response.css("a::attr(href)").getall():
        url = absolute(response, href)
        if not url or not site.owns(url) or site.is_article(url):
            continue
        parts = urlsplit(url)
        depth = len([part for part in parts.path.split("/") if part])
        if not parts.query and 1 <= depth <= 2 and not _NO_SECTION.search(parts.path):
            found[url] = None
    return list(found)[:SECTIONS]


def section_name(url: str) -> str:
    """The name of a section: the last part of its path.

    >>> section_name("https://www.goud.ma/topics/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/")
    'سياسة'
    """
    return unquote(urlsplit(url).path.strip("/").rsplit("/", 1)[-1])


def advertised_feeds(response: TextResponse) -> list[str]:
    """The feeds that a page names in ``<link rel=alternate>``; those of comments are left out."""
    links = response.xpath(
        "//link[contains(@rel, 'alternate')][contains(@type, 'rss') or contains(@type, 'atom')]/@href"
    ).getall()
    urls = (absolute(response, href) for href in dict.fromkeys(links))
    return [url for url in urls if url and "comments" not in urlsplit(url).path]


def next_page(response: TextResponse, listing: Listing, site: Site) -> str | None:
    """The address of the listing page after this one."""
    if not listing.next:
        return None
    links = [(absolute(response, link.attrib.get("href")), link) for link in response.css(listing.next)]
    if listing.next == NEXT:
        anchors = [(absolute(response, link.attrib.get("href")), link) for link in response.css("a[href]")]
        links += [
            (url, link) for url, link in anchors if url and _says_next(link.xpath("string()").get() or "")
        ]
        links += [
            (url, link)
            for url, link in anchors
            if url and follows(url, response.url, link.xpath("string()").get() or "")
        ]
    for url, _ in links:
        if url and url != response.url and site.owns(url) and not site.is_article(url):
            return url
    return None


def follows(url: str, current: str, text: str = "") -> bool:
    """Is one address that of the page after another, by the number in it?

    Where a number is all that its link says, it may stand in any parameter.

    >>> follows("https://kifache.com/page/2/", "https://kifache.com/")
    True
    >>> follows("https://kifache.com/page/3/", "https://kifache.com/")
    False
    >>> follows("https://alalam.example/?r=sport&p=3", "https://alalam.example/?r=sport&p=2", "٣")
    True
    """
    (place, number), (here, at) = _numbered(url), _numbered(current)
    if place == here:
        return number == at + 1
    return text.strip().isdecimal() and _counts(url, current, int(text))


def _counts(url: str, current: str, number: int) -> bool:
    """Do two addresses differ by nothing but one parameter that has come to a number?"""
    there, here = urlsplit(url), urlsplit(current)
    after, before = (dict(parse_qsl(parts.query, keep_blank_values=True)) for parts in (there, here))
    changed = [name for name in after if after[name] != before.get(name)]
    if there[:3] != here[:3] or len(changed) != 1 or before.keys() - after.keys():
        return False
    return after[changed[0]] == str(number) and before.get(changed[0], "1") == str(number - 1)


def _numbered(url: str) -> tuple[str, int]:
    """An address without its page number, and the number; 1 where there is none."""
    hit = _NUMBER.search(url)
    bare = url[: hit.start()] + url[hit.end() :] if hit else url
    if hit and hit[1].startswith("?") and bare[hit.start() :].startswith("&"):
        bare = f"{bare[: hit.start()]}?{bare[hit.start() + 1 :]}"
    return bare.rstrip("/"), int(hit[2][:9]) if hit else 1


def _says_next(text: str) -> bool:
    return _ARROWS.sub(" ", text).strip().lower() in _NEXT_WORDS


def absolute(response: TextResponse, href: str | None, skipped: Counter[str] | None = None) -> str | None:
    """A link as it is asked for (``newscrawl.gate``); None when it is refused.

    Refused web addresses are counted in ``skipped``; ``mailto:`` and the like are not.
    """
    if not href or not href.strip():
        return None
    try:
        return admit(href, _base(response), _port(response.url))
    except Refused as refused:
        if skipped is not None and refused.reason != "scheme":
            skipped[refused.reason] += 1
        return None


def _base(response: TextResponse) -> str:
    """What a page's links are relative to: its ``<base>`` where that can be read."""
    try:
        return admit(get_base_url(response), response.url, _port(response.url))
    except ValueError:  # of which Refused is one
        return response.url


def _port(url: str) -> frozenset[int]:
    port = urlsplit(url).port
    return frozenset([port] if port else [])
