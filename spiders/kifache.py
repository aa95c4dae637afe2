"""كيفاش, a Moroccan newspaper."""

from newscrawl.sites import Feed, Markup, Site
from newscrawl.sites.families import ID
from newscrawl.spider import NewsSpider


class Kifache(NewsSpider):
    """The body comes from a public scraper of 2019; another author read the feed in 2026."""

    name = "kifache"
    site = Site(
        name="كيفاش",
        domain="kifache.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=rf"^/{ID}/?$",
        discover=[Feed("https://kifache.com/feed/")],
        markup=[Markup(body=".single-content", evidence="public scraper, 2019")],
        evidence="public scraper",
        year=2026,
        addresses="2014-2019",
    )
