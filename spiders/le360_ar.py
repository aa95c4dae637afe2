"""Le360, the Arabic edition of a Moroccan newspaper."""

from newscrawl.sites import Feed, Site
from newscrawl.sites.families import LISTS
from newscrawl.spider import NewsSpider


class Le360Ar(NewsSpider):
    """A guess: an aggregator read its feed in 2026, but no page was available, so the generic reading reads
    its pages. Addresses end in an id of 26 letters, alone or after a slug (2025-26), or in a number (2019).
    """

    name = "le360_ar"
    site = Site(
        name="Le360",
        domain="ar.le360.ma",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/(?:[a-z0-9-]+/){1,2}(?:[^/?]*_)?[A-Z2-7]{26}/?$|^/[a-z-]+/\d{5,}/?$",
        not_article=LISTS,
        discover=[Feed("https://ar.le360.ma/arc/outboundfeeds/rss/?outputType=xml")],
        evidence="guess",
        year=2026,
        addresses="2019-2026",
    )
