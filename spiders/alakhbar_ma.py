"""الأخبار, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Site
from newscrawl.sites.families import JANNAH, WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.spider import NewsSpider


class AlakhbarMa(NewsSpider):
    """Its theme is known from one team's scraper of 2023; its feed and the form of its addresses
    are what WordPress gives by default.
    """

    name = "alakhbar_ma"
    site = Site(
        name="الأخبار",
        domain="alakhbar.press.ma",
        country="MA",
        timezone="Africa/Casablanca",
        article=WORDPRESS_POST,
        not_article=WORDPRESS_PAGES,
        discover=[
            Feed("https://www.alakhbar.press.ma/feed"),
            Listing("https://www.alakhbar.press.ma/", follow_sections=True),
        ],
        markup=[JANNAH],
        evidence="public scraper",
        year=2023,
    )
