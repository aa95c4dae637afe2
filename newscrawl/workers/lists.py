"""What a worker does with a page that leads to articles; it imports Scrapy, whose responses it reads."""

from __future__ import annotations

from scrapy.http import Response

from newscrawl import discovery
from newscrawl.discovery import Page, Walk
from newscrawl.sites import Site


def read(site: Site, response: Response, walk: Walk) -> Page | None:
    """What a page of a walk offers; None when it is nothing of the kind."""
    return discovery.read(response, walk, site)
