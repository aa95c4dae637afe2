"""المدينة, a Saudi newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider
from newscrawl.urls import UrlRules


class Almadina(NewsSpider):
    """The selectors come from a public scraper of 2024, which got status 503 unless requests were five
    seconds apart. Listings are found from the home page.
    """

    name = "almadina"
    site = Site(
        name="المدينة",
        domain="al-madina.com",
        country="SA",
        timezone="Asia/Riyadh",
        article=r"^/article/\d+(?:/|$)",
        url_rules=UrlRules(ignored_parameters=frozenset({"live", "weekly"})),
        discover=[Listing("https://www.al-madina.com/", follow_sections=True), Sitemap(), Feed()],
        delay=5.0,
        markup=[
            Markup(
                title="h1.article-title",
                date=".article-date",
                body=".article-body",
                evidence="public scraper, 2024",
            )
        ],
        evidence="public scraper",
        year=2024,
        addresses="2019-2026",
    )
