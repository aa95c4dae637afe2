"""Finds the newspaper's home page from the given address, past splash pages and on other hosts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import TextResponse
from w3lib.html import get_meta_refresh

from newscrawl.discovery.listing import LINKS, absolute, readable, selector
from newscrawl.kit.addresses import links
from newscrawl.kit.asking import Fetch
from newscrawl.urls import owner

if TYPE_CHECKING:
    from newscrawl.kit.probe import SiteDraft

DOORS = 2
"""Maximum number of links of a splash page that are tried."""
_SCRIPTED = re.compile(
    r"\blocation(?:\.href)?\s*=\s*['\"]([^'\"\n]{1,300})['\"]"
    r"|\blocation\.(?:replace|assign)\(\s*['\"]([^'\"\n]{1,300})['\"]"
)
_ARABIC = re.compile(r"^/(?:ar|arabic|arab)(?:[/._-]|$)|[?&](?:lang|language|hl|locale)=ar\b", re.IGNORECASE)
_ENTER = re.compile(r"العربية|عربي|دخول الموقع|الدخول إلى الموقع|ادخل|enter|skip", re.IGNORECASE)


def doors(page: TextResponse) -> list[str]:
    """The addresses to which a page without articles leads: by refresh, script, or a link to Arabic pages.

    >>> from scrapy.http import HtmlResponse
    >>> splash = '<meta http-equiv="refresh" content="0; url=/ar/"><a href="/en/">English</a>'
    >>> doors(HtmlResponse("https://sada.example/", body=splash.encode()))
    ['https://sada.example/ar/']
    """
    addresses = (absolute(page, href) for href in _hrefs(page))
    return list(dict.fromkeys(url for url in addresses if url and url != page.url))[:DOORS]


def _hrefs(page: TextResponse) -> Iterator[str]:
    if refreshed := get_meta_refresh(page.text, page.url, page.encoding, ignore_tags=())[1]:
        yield refreshed
    for script in selector(page).xpath("//script[not(@src)]/text()")[:LINKS].getall():
        yield from (hit[1] or hit[2] for hit in _SCRIPTED.finditer(script[:LINKS]))
    for link in selector(page).css("a[href]")[:LINKS]:
        href = link.xpath("@href").get("")
        if _ARABIC.search(_place(absolute(page, href) or "")) or _ENTER.search(
            link.xpath("string()").get("")
        ):
            yield href


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def behind(draft: SiteDraft, page: TextResponse, few: int, fetch: Fetch) -> TextResponse:
    """The page to which a splash page (one with fewer than ``few`` links) leads; otherwise the page
    itself.
    """
    if draft.given or len(links(page, draft.domain)) >= few:
        return page
    for url in doors(page):
        response = (await fetch(Request(url))).response
        if not isinstance(response, TextResponse):
            continue
        shown = readable(response)
        if len(links(shown, _domain(shown.url))) >= few:
            draft.facts.append(f"home      {page.url} leads to {shown.url}")
            return shown
    return page


def settle_host(draft: SiteDraft, home: TextResponse) -> None:
    """Use the host of the home page for the draft, if the given address redirects to another host."""
    if _domain(home.url) != _domain(draft.url) and urlsplit(home.url).hostname:
        draft.domain = _domain(home.url)
        draft.facts.append(f"host      {draft.url} leads to {home.url}")


def _domain(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def other_hosts(draft: SiteDraft, articles: Iterable[str]) -> list[str]:
    """The other host of the same owner that has most of the articles, if there is one."""
    site = draft.site(article="")
    urls = list(articles)
    foreign = Counter(urlsplit(u).netloc for u in urls if not site.owns(u) and owner(u) == site.owner)
    return [host for host, count in foreign.most_common(1) if count * 2 > len(urls)]
