"""The kinds of lists that a site declares, and how a page of each is read."""

from __future__ import annotations

from scrapy.http import Response

from newscrawl.discovery import api, feed, listing, sitemap
from newscrawl.discovery.walk import ListPage, Walk
from newscrawl.sites import Api, Discovery, Feed, Listing, Site, Sitemap
from newscrawl.vocabulary import AddressSource

KINDS: dict[str, type[Discovery]] = {
    AddressSource.LISTING: Listing,
    AddressSource.FEED: Feed,
    AddressSource.SITEMAP: Sitemap,
    AddressSource.API: Api,
}
"""Word of the argument ``discover`` → kind of list."""


def source_of(declared: Discovery) -> AddressSource:
    """The word for the kind of a declared list.

    >>> source_of(Feed("https://www.goud.ma/feed"))
    'feed'
    """
    return next(AddressSource(source) for source, kind in KINDS.items() if isinstance(declared, kind))


def read_list_page(response: Response, walk: Walk, site: Site) -> ListPage | None:
    """A page of a walk: its articles, and the requests of the pages after it.

    None when the response is not of the declared kind (an error page, a file), which is not the same as a
    page without articles.
    """
    match walk.source:
        case Listing():
            return listing.read_listing(response, walk.source, site)
        case Feed():
            return feed.read_feed(response, walk.source, site)
        case Sitemap():
            return sitemap.read_sitemap(response, walk, site)
        case Api():
            return api.read_api(response, walk.source, site)
