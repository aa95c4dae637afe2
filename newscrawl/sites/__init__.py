"""The declarations of sites."""

from newscrawl.sites.declaration import (
    NEXT,
    Api,
    Discovery,
    Feed,
    Listing,
    Markup,
    Paged,
    Selectors,
    Site,
    Sitemap,
    WordPress,
    place,
    site_of,
)

__all__ = [
    "NEXT",
    "Api",
    "Discovery",
    "Feed",
    "Listing",
    "Markup",
    "Paged",
    "Selectors",
    "Site",
    "Sitemap",
    "WordPress",
    "place",
    "site_of",
]
