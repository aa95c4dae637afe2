"""Le360, the Arabic edition of a Moroccan newspaper."""

from newscrawl.sites import Feed, Site
from newscrawl.spider import NewsSpider


class Le360Ar(NewsSpider):
    """A guess: an aggregator read its feed in 2026, no page was available. The form of addresses is
    that of other sites on Arc; the pages are left to the generic reading.
    """

    name = "le360_ar"
    site = Site(
        name="Le360",
        domain="ar.le360.ma",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/[a-z-]+(?:/[a-z-]+)?/[^/]+_[A-Z0-9]{16,26}/?$|^/[a-z-]+/\d{5,}/?$",
        discover=[Feed("https://ar.le360.ma/arc/outboundfeeds/rss/?outputType=xml")],
        evidence="guess",
        year=2026,
    )
