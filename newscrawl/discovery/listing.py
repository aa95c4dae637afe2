"""Reads listing pages: their links to articles and sections, and the link to the next page."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from parsel import Selector, SelectorList
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.utils.response import get_base_url
from w3lib.encoding import resolve_encoding

from newscrawl import jsontext
from newscrawl.discovery import api, pager, pages
from newscrawl.discovery.entry import Entry, header
from newscrawl.discovery.walk import ListPage
from newscrawl.gate import RefusedAddressError, admit
from newscrawl.meta import meta
from newscrawl.page.decode import decode
from newscrawl.sites import NEXT, Listing, Site

LINKS = 5_000
"""Maximum number of links of a page that are examined."""
FEEDS = 20
"""Maximum number of feeds that a page may advertise."""
LABEL = 200
"""Maximum number of letters of a link's text that are read."""
SECTIONS = 40
"""Maximum number of links of a home page that count as its sections."""

_NO_SECTION = re.compile(
    r"^/(?:wp-|tag/|tags/|author/|authors/|search(?!/label/)|feed|rss|login|register|contact|about|privacy|"
    r"terms|archive|sitemap|advert|amp/|page/|index\.[^/]*$)|\.(?:pdf|jpe?g|png|gif|svg|webp|mp[34]|zip|xml|js|css)$",
    re.IGNORECASE,
)


def read_listing(response: Response, listing: Listing, site: Site) -> ListPage | None:
    """The articles of a listing page and the page after it; None when the response is not a page."""
    skipped: Counter[str] = Counter()
    page = _html(response, listing, skipped)
    if page is None:
        return None
    entries = article_links(page, site, listing, skipped)
    number = meta(response).get("page", 0) if response.request else 0
    after: list[Request] = []
    if listing.numbered:
        after = [pages.page(listing, number + 1, site.home)] if entries else []
    elif url := next_page(page, listing, site):
        after = [pages.after(listing, url, number)]
    return ListPage(entries, after, skipped=skipped)


def _html(response: Response, listing: Listing, skipped: Counter[str]) -> TextResponse | None:
    """The page, or the HTML inside a JSON answer."""
    if listing.html is None:
        return readable(response) if isinstance(response, TextResponse) else None
    text, encoding = decode(response.body, header(response, "Content-Type"))
    try:
        answer = jsontext.find(text, skipped)
    except ValueError:
        return None
    html = api.find(listing.html, answer)
    parts = html if isinstance(html, list) else [html]
    return _page(response.url, "\n".join(part for part in parts if isinstance(part, str)), encoding)


def _page(url: str, text: str, encoding: str) -> TextResponse:
    """A page that keeps its encoding, in which the queries of its links are sent."""
    body = text.encode(encoding, "xmlcharrefreplace")
    return HtmlResponse(url, body=body, encoding=encoding)


def selector(response: TextResponse) -> Selector:
    """The elements of a page; ``response.selector`` fails if the page's ``<base>`` cannot be parsed."""
    try:
        return response.selector
    except ValueError:
        return Selector(text=response.text, type="html")


def readable(response: TextResponse) -> TextResponse:
    """A page decoded as articles are (``newscrawl.page.decode``).

    It keeps its encoding, in which the queries of its links are sent.
    """
    text, encoding = decode(response.body, header(response, "Content-Type"))
    if resolve_encoding(encoding) == resolve_encoding(response.encoding) and b"\0" not in response.body:
        return response
    return _page(response.url, text, encoding)


def article_links(
    response: TextResponse, site: Site, listing: Listing, skipped: Counter[str] | None = None
) -> list[Entry]:
    """The links of a page that match the site's article pattern, in page order, without repeats.

    Links that are refused are counted in ``skipped``.
    """
    entries: dict[str, Entry] = {}
    for link in _bounded(selector(response).css(listing.links), skipped):
        url = absolute(response, _href(link), skipped)
        if url and url not in entries and site.wants(url):
            entries[url] = Entry(url, origin=response.url)
    return list(entries.values())


def _href(link: Selector) -> str | None:
    """The address of a link: a text, an element with ``href``, or one that contains a link."""
    if isinstance(link.root, str):
        return link.root
    # Not ``attrib``: it fails on an element that has an attribute with an odd name.
    href: str | None = link.root.get("href")
    return link.xpath("(.//a/@href)[1]").get() if href is None else href


def _bounded(links: SelectorList[Selector], skipped: Counter[str] | None) -> SelectorList[Selector]:
    """The first links of a page; further links are counted in ``skipped``."""
    if skipped is not None and len(links) > LINKS:
        skipped["too_many"] += len(links) - LINKS
    return links[:LINKS]


def section_links(response: TextResponse, site: Site) -> list[str]:
    """The links of a home page that lead to sections of the same site."""
    sections: dict[str, None] = {}
    for href in selector(response).css("a::attr(href)")[:LINKS].getall():
        url = absolute(response, href)
        if not url or not site.owns(url) or site.is_article(url):
            continue
        parts = urlsplit(url)
        depth = len([part for part in parts.path.split("/") if part])
        if not parts.query and 1 <= depth <= 2 and not _NO_SECTION.search(parts.path):
            sections[url] = None
    return list(sections)[:SECTIONS]


def section_name(url: str) -> str:
    """The name of a section: the last part of its path.

    >>> section_name("https://www.goud.ma/topics/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/")
    'سياسة'
    """
    return unquote(urlsplit(url).path.strip("/").rsplit("/", 1)[-1])


def advertised_feeds(response: TextResponse) -> list[str]:
    """The feeds that a page names in ``<link rel=alternate>``, without feeds of comments.

    A JSON feed counts only if there is no other feed, because it lists the same articles.
    """
    named = "//link[contains(@rel, 'alternate')]"
    links = (
        selector(response).xpath(f"{named}[contains(@type, 'rss') or contains(@type, 'atom')]/@href").getall()
        or selector(response).xpath(f"{named}[contains(@type, 'feed+json')]/@href").getall()
    )
    urls = (absolute(response, href) for href in dict.fromkeys(links[:LINKS]))
    return [url for url in urls if url and "comments" not in urlsplit(url).path][:FEEDS]


def next_page(response: TextResponse, listing: Listing, site: Site) -> str | None:
    """The address of the listing page after this one."""
    if not listing.next:
        return None
    links = selector(response).css(listing.next)[:LINKS]
    urls = (absolute(response, _href(link)) for link in links)
    for url in itertools.chain(urls, _by_pager(response) if listing.next == NEXT else ()):
        if url and url != response.url and site.owns(url) and not site.is_article(url):
            return url
    return None


def _by_pager(response: TextResponse) -> Iterator[str]:
    """The addresses that a page's pager names as the next page."""
    anchors = [
        (url, _label(link))
        for link in selector(response).css("a[href]")[:LINKS]
        if (url := absolute(response, link.root.get("href")))
    ]
    at = 1 + (meta(response).get("page", 0) if response.request else 0)
    yield from pager.following(anchors, response.url, at)


def _label(link: Selector) -> str:
    """The beginning of a link's text, because a long text is neither ``next`` nor a number."""
    return link.xpath(f"substring(string(), 1, {LABEL})").get() or ""


def absolute(response: TextResponse, href: str | None, skipped: Counter[str] | None = None) -> str | None:
    """A link in the form in which it is requested (``newscrawl.gate``); None when it is refused.

    Refused web addresses are counted in ``skipped``; ``mailto:`` and the like are not.
    """
    if not href or not href.strip():
        return None
    try:
        return admit(href, _base(response), _port(response.url), response.encoding)
    except RefusedAddressError as refused:
        if skipped is not None and refused.reason != "scheme":
            skipped[refused.reason] += 1
        return None


def _base(response: TextResponse) -> str:
    """The address to which a page's links are relative: its ``<base>``, if that can be parsed."""
    try:
        return admit(get_base_url(response), response.url, _port(response.url))
    except ValueError:  # RefusedAddressError is a ValueError
        return response.url


def _port(url: str) -> frozenset[int]:
    port = urlsplit(url).port
    return frozenset([port] if port else [])
