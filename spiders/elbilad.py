"""البلاد, an Algerian newspaper."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider


class Elbilad(NewsSpider):
    """Listing and selectors come from a public scraper of about 2021, which does not confirm that the second
    selector is the date.
    """

    name = "elbilad"
    site = Site(
        name="البلاد",
        domain="elbilad.net",
        country="DZ",
        timezone="Africa/Algiers",
        article=r"^/[a-z-]+/[^/?]+-\d{4,}/?$",
        discover=[
            Listing("https://www.elbilad.net/national", links="#categoryArticles h3 a"),
            Listing("https://www.elbilad.net/economie", links="#categoryArticles h3 a"),
        ],
        markup=[
            Markup(
                date="ul.list-share li span", body="article.module-detail p", evidence="public scraper, 2021"
            )
        ],
        evidence="public scraper",
        year=2021,
        addresses="2021",
    )
