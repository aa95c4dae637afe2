"""الأخبار, a Moroccan newspaper."""

from newscrawl.sites import Feed, Site, WordPress
from newscrawl.sites.families import JANNAH, WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.spider import NewsSpider


class AlakhbarMa(NewsSpider):
    """Its theme is known from one team's scraper of 2023; its feed, its API and the form of its
    addresses are what WordPress gives by default.
    """

    name = "alakhbar_ma"
    site = Site(
        name="الأخبار",
        domain="alakhbar.press.ma",
        country="MA",
        timezone="Africa/Casablanca",
        article=WORDPRESS_POST,
        not_article=WORDPRESS_PAGES,
        discover=[Feed("https://www.alakhbar.press.ma/feed"), WordPress()],
        markup=[JANNAH],
        evidence="public scraper",
        year=2023,
    )
