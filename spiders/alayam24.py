"""الأيام 24, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider


class Alayam24(NewsSpider):
    """Unverified: no listing and no saved page of the site was available. The selectors come from two
    public scrapers of 2019-2021; listings are found from the home page.
    """

    name = "alayam24"
    site = Site(
        name="الأيام 24",
        domain="alayam24.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/articles-\d+\.html$",
        discover=[
            Listing("https://www.alayam24.com/", follow_sections=True),
            Sitemap(),
            Feed(),
        ],
        markup=[
            Markup(
                title="h1.heading",
                date="span.date",
                authors="span.writer",
                body="div.articlecontent",
                images="img.lazy::attr(data-original)",
                evidence="public scrapers, 2019-2021; unverified",
            )
        ],
        evidence="public scraper",
        year=2021,
        addresses="2019",
    )
