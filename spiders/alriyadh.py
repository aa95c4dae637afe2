"""الرياض, a Saudi newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.sites.families import ID
from newscrawl.spider import NewsSpider
from newscrawl.urls import UrlRules


class Alriyadh(NewsSpider):
    """The selectors come from a public scraper of 2024; the second body is that of the previous markup.
    Listings are found from the home page.
    """

    name = "alriyadh"
    site = Site(
        name="الرياض",
        domain="alriyadh.com",
        country="SA",
        timezone="Asia/Riyadh",
        article=rf"^/{ID}$|^/(?:\d{{4}}/\d{{2}}/\d{{2}}/)?article\d+\.html$|^/net/article/\d+$",
        url_rules=UrlRules(rewrites=((r"^/\d{4}/\d{2}/\d{2}/(article\d+\.html)$", r"/\1"),)),
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
        addresses="2011-2026",
    )
