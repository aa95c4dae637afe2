"""البلاد, an Algerian newspaper."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider


class Elbilad(NewsSpider):
    """Listing and body are those of a public scraper of about 2021; the form of article addresses is a
    guess, the generic reading carries the other fields.
    """

    name = "elbilad"
    site = Site(
        name="البلاد",
        domain="elbilad.net",
        country="DZ",
        timezone="Africa/Algiers",
        article=r"^/[a-z-]+/[^/]+-\d{4,}/?$",
        discover=[
            Listing("https://www.elbilad.net/national", links="#categoryArticles h3 a"),
            Listing("https://www.elbilad.net/economie", links="#categoryArticles h3 a"),
        ],
        markup=[Markup(body="article.module-detail p", evidence="public scraper, 2021")],
        evidence="public scraper",
        year=2021,
    )
