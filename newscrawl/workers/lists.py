"""What a worker does with a page that leads to articles; it imports Scrapy, whose responses it reads."""

from __future__ import annotations

from typing import NamedTuple

from scrapy.http import Response, TextResponse

from newscrawl import discovery
from newscrawl.discovery import ListPage, Walk, listing
from newscrawl.sites import Site


class Links(NamedTuple):
    """What a home page leads to beside its articles."""

    feeds: list[str]
    """The addresses of the feeds that it names."""
    sections: list[str]
    """The addresses of the sections of its site that it links to."""


def read_list_page(site: Site, response: Response, walk: Walk) -> ListPage | None:
    """What a page of a walk offers; None when it is nothing of the kind."""
    return discovery.read_list_page(response, walk, site)


def read_links(site: Site, response: TextResponse) -> Links:
    """The feeds that a page names, and the sections of its site that it links to."""
    response = listing.readable(response)
    return Links(listing.advertised_feeds(response), listing.section_links(response, site))
