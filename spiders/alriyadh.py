"""الرياض, a Saudi newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider


class Alriyadh(NewsSpider):
    """The selectors are those of a public scraper of 2024; the second body is of the markup before.
    Listings are found from the home page.
    """

    name = "alriyadh"
    site = Site(
        name="الرياض",
        domain="alriyadh.com",
        country="SA",
        timezone="Asia/Riyadh",
        article=r"^/\d+$",
        discover=[Listing("https://www.alriyadh.com/", follow_sections=True), Sitemap(), Feed()],
        markup=[
            Markup(
                title=".article-title h2",
                date=".article-time time",
                authors="p.author",
                body=[".article-text", "#article-view"],
                evidence="public scraper, 2024",
            )
        ],
        evidence="public scraper",
        year=2024,
    )
