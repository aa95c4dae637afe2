"""كشـ24, a newspaper of Marrakesh."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.sites.families import WORDPRESS_PAGES
from newscrawl.spider import NewsSpider


class Kech24(NewsSpider):
    """The selectors come from a public scraper of 2020-21; the address of the feed is known only from copied
    lists.
    """

    name = "kech24"
    site = Site(
        name="كشـ24",
        domain="kech24.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/[^/?]+\.html$",
        not_article=rf"^/index\.|{WORDPRESS_PAGES}",
        discover=[Listing("https://kech24.com/", follow_sections=True), Feed("https://kech24.com/feed")],
        markup=[
            Markup(
                title='h2[itemprop="name headline"]',
                date='time[itemprop="dateCreated datePublished"]',
                authors="span[itemprop=author]",
                body="div[itemprop=text]",
                images="img[itemprop=image]",
                evidence="public scraper, 2020-21",
            )
        ],
        evidence="public scraper",
        year=2021,
        addresses="2017-2023",
    )
