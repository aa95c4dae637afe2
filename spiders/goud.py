"""كود, a Moroccan newspaper in Darija and Standard Arabic."""

from newscrawl.sites import NEXT, Feed, Listing, Markup, Site
from newscrawl.spider import NewsSpider

_CARDS = "article.card a.stretched-link, .first-content > a"
_NEXT = f"{NEXT}, a.nav-btn.left"


class Goud(NewsSpider):
    """The current theme comes from a public notebook of 2025; the second selectors are those of the theme of
    2019-2023. Date and author of the current theme are not known.
    """

    name = "goud"
    site = Site(
        name="كود",
        domain="goud.ma",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/[^/?]+-\d{5,}/?$",
        discover=[
            Listing("https://www.goud.ma/topics/الرئيسية/", links=_CARDS, next=_NEXT),
            Listing("https://www.goud.ma/topics/آش-واقع/", links=_CARDS, next=_NEXT),
            Feed("https://www.goud.ma/feed"),
        ],
        markup=[
            Markup(
                title=["h1.entry-title", ".col-md-12 > h1"],
                date=".col-md-12 .date",
                body=["div.post-content", ".col-md-12 div.content"],
                section=".cat-link",
                images=["img.img-fluid.wp-post-image", ".content > img"],
                evidence="public notebook, 2025; public scrapers, 2019-2023",
            )
        ],
        evidence="public scraper",
        year=2025,
        addresses="2016-2019",
    )
