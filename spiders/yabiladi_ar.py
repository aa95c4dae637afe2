"""يابلادي, the Arabic edition of a newspaper of Moroccans abroad."""

from newscrawl.sites import Feed, Markup, Site
from newscrawl.spider import NewsSpider


class YabiladiAr(NewsSpider):
    """The body comes from a public scraper of 2019; another author read the feed in 2026."""

    name = "yabiladi_ar"
    site = Site(
        name="يابلادي",
        domain="ar.yabiladi.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/articles/details/\d+(?:/|$)",
        discover=[Feed("https://ar.yabiladi.com/rss/rss.xml")],
        markup=[Markup(body="[itemprop=articleBody]", evidence="public scraper, 2019")],
        evidence="public scraper",
        year=2026,
        addresses="2018",
    )
