"""What a declared way to find articles gives on its first page, for commands that ask a site a little."""

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
    """One page that was asked for, and the articles it lists."""

    answer: Answer
    entries: list[Entry] | None
    """None when it could not be fetched, or is nothing of the kind that is declared."""
    index: bool = False
    """Does it lead to files that list them?"""


async def first_requests(
    source: Discovery, site: Site, fetch: Fetch, robots: Answer
) -> list[tuple[Discovery, Request]]:
    """The first request of a declared way, with its address in it; what a site names itself is looked up."""
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
    """The page that is asked for, and after an index the first file it leads to."""
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
