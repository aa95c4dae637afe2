"""النهار أونلاين, an Algerian newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.sites.families import WORDPRESS_PAGES, WORDPRESS_POST
from newscrawl.spider import NewsSpider


class Ennaharonline(NewsSpider):
    """The selectors come from a public scraper of about 2021; an aggregator read the feed in 2026. Addresses
    are slugs without a number: one of at least three words counts as an article.
    """

    name = "ennaharonline"
    site = Site(
        name="النهار أونلاين",
        domain="ennaharonline.com",
        country="DZ",
        timezone="Africa/Algiers",
        article=WORDPRESS_POST,
        not_article=WORDPRESS_PAGES,
        discover=[
            Feed("https://www.ennaharonline.com/feed/"),
            Listing("https://www.ennaharonline.com/", links="h2.card__title a"),
        ],
        markup=[
            Markup(
                title="h1.sgb1__attl",
                date="time::attr(datetime)",
                authors="div.sgb1__aath a",
                body="div.artx",
                section="div.sgb1__acat a",
                evidence="public scraper, 2021",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2019",
    )
