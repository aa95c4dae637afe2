"""طنجة 24, a newspaper of northern Morocco."""

from newscrawl.sites import Feed, Site, WordPress
from newscrawl.sites.families import PUBLISHER, WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.spider import NewsSpider


class Tanja24(NewsSpider):
    """Its theme is known from public scrapers of 2019 and 2023. Feed, API and form of addresses are the
    defaults of WordPress.
    """

    name = "tanja24"
    site = Site(
        name="طنجة 24",
        domain="tanja24.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=WORDPRESS_POST,
        not_article=WORDPRESS_PAGES,
        discover=[Feed("https://tanja24.com/feed"), WordPress()],
        markup=[PUBLISHER],
        evidence="public scraper",
        year=2023,
        addresses="2019",
    )
