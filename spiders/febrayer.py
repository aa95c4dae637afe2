"""فبراير, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.spider import NewsSpider


class Febrayer(NewsSpider):
    """A public scraper of 2019 gives the body; the page's own declarations and the generic reading give the
    rest.
    """

    name = "febrayer"
    site = Site(
        name="فبراير",
        domain="febrayer.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/\d+\.html$",
        discover=[
            Feed("https://www.febrayer.com/feed"),
            Listing("https://www.febrayer.com/category/politique"),
        ],
        markup=[Markup(body=".single-content", evidence="public scraper, 2019")],
        evidence="public scraper",
        year=2019,
        addresses="2019",
    )
