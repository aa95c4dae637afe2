"""Downloads the first page of a declared list of articles, for commands that need only a few pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import TextResponse

from newscrawl import discovery
from newscrawl.discovery import Entry, Walk, pages
from newscrawl.discovery.listing import advertised_feeds, readable
from newscrawl.discovery.sitemap import named_by_robots
from newscrawl.kit.asking import Answer, Fetch
from newscrawl.sites import Discovery, Feed, Listing, Site, Sitemap


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """The answer to a request for a list, and the articles in it."""

    answer: Answer
    entries: list[Entry] | None
    """The articles in the list; None if the page could not be fetched, or is not of the declared kind."""
    index: bool = False
    """Is it an index of files that list articles?"""


async def first_requests(
    source: Discovery, site: Site, fetch: Fetch, robots: Answer
) -> list[tuple[Discovery, Request]]:
    """The first requests of a declared list, each with the list's declaration; the address of a list that the
    site itself names is looked up.
    """
    match source:
        case Sitemap(url=None):
            urls = named_by_robots(robots.response.body, site.home, site) if robots.response else []
            return [(replace(source, url=url), Request(url)) for url in urls]
        case Feed(url=None):
            home = await fetch(Request(site.home))
            page = home.response
            urls = advertised_feeds(readable(page)) if isinstance(page, TextResponse) else []
            return [(replace(source, url=url), Request(url)) for url in urls]
        case Sitemap():
            today = robots.at.date() if robots.at else None
            return [(source, r) for r in pages.first(source, site.home, today, today)] if today else []
        case _:
            return [(source, pages.page(source, 0, site.home))]


async def listed(source: Discovery, request: Request, site: Site, fetch: Fetch) -> list[ListAnswer]:
    """The requested page; if it is an index, also the first file that it names."""
    rendered = site.render and isinstance(source, Listing)
    answer = await fetch(request.replace(meta=request.meta | {"playwright": rendered}))
    if answer.response is None:
        return [ListAnswer(answer, None)]
    walk = Walk(request.url, replace(source, url=urljoin(site.home, source.url or "")))
    page = discovery.read_list_page(answer.response.replace(request=request), walk, site)
    if page is None:
        return [ListAnswer(answer, None)]
    if page.index and page.after:
        inside = await listed(source, page.after[0], site, fetch)
        return [ListAnswer(answer, list(page.entries), index=True), *inside]
    return [ListAnswer(answer, list(page.entries))]
