"""هبة بريس, a Moroccan newspaper."""

from dataclasses import replace

from newscrawl.sites import Feed, Listing, Site
from newscrawl.sites.families import JANNAH, WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.spider import NewsSpider


class Hibapress(NewsSpider):
    """A public scraper saw the theme in 2023. Addresses were ``/details-<number>.html`` in 2017-2021, and may
    be the defaults of WordPress since then.
    """

    name = "hibapress"
    site = Site(
        name="هبة بريس",
        domain="hibapress.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=WORDPRESS_POST,
        not_article=WORDPRESS_PAGES,
        discover=[
            Listing(
                "https://ar.hibapress.com/",
                links=".post-item > .post-thumb, .post-item .post-title a",
                follow_sections=True,
            ),
            Feed(),
        ],
        markup=[
            replace(
                JANNAH,
                date=["span.date.meta-item", ".date"],
                body=["div.entry-content", "#hibapressarticles"],
                images=".featured-area-inner img",
                evidence="public scrapers, 2019 and 2023",
            )
        ],
        evidence="public scraper",
        year=2023,
        addresses="2017-2021",
    )
