"""المساء, a Moroccan newspaper."""

from newscrawl.sites import Feed, Site, WordPress
from newscrawl.sites.families import JANNAH, WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.spider import NewsSpider


class Almassaa(NewsSpider):
    """Its theme is known from the scraper of one team in 2023. Feed, API and form of addresses are the
    defaults of WordPress.
    """

    name = "almassaa"
    site = Site(
        name="المساء",
        domain="almassaa.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=WORDPRESS_POST,
        not_article=WORDPRESS_PAGES,
        discover=[Feed("https://almassaa.com/feed"), WordPress()],
        markup=[JANNAH],
        evidence="public scraper",
        year=2023,
        addresses="2023",
    )
