"""How a worker reads a page that leads to articles; imports Scrapy, whose responses it reads."""

from __future__ import annotations

from typing import NamedTuple

from scrapy.http import Response, TextResponse

from newscrawl import discovery
from newscrawl.discovery import ListPage, Walk, listing
from newscrawl.sites import Site


class Links(NamedTuple):
    """The feeds and sections to which a home page links."""

    feeds: list[str]
    """Addresses of the feeds that it advertises."""
    sections: list[str]
    """Addresses of the sections of its own site."""


def read_list_page(site: Site, response: Response, walk: Walk) -> ListPage | None:
    """The content of a page of a walk; None when the response is not of the declared kind."""
    return discovery.read_list_page(response, walk, site)


def read_links(site: Site, response: TextResponse) -> Links:
    """The feeds and sections to which a page links."""
    response = listing.readable(response)
    return Links(listing.advertised_feeds(response), listing.section_links(response, site))
