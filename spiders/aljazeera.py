"""الجزيرة نت, a news site of Qatar."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.spider import NewsSpider
from newscrawl.urls import UrlRules

_CARDS = "a.u-clickable-card__link, h3.gc__title a"


class Aljazeera(NewsSpider):
    """Based on public scrapers of 2024 and 2025 and a home page of 2026. Classes like ``css-xxxx`` change
    with every release and are not used.
    """

    name = "aljazeera"
    site = Site(
        name="الجزيرة نت",
        domain="aljazeera.net",
        country="QA",
        timezone="Asia/Qatar",
        article=r"^/(?:[a-z0-9-]+/){1,3}20\d\d/\d{1,2}/\d{1,2}/[^/?]+$",
        url_rules=UrlRules(hosts={"ajnet.me": "aljazeera.net"}, ignored_parameters=frozenset({"update"})),
        discover=[
            Feed(
                "https://www.aljazeera.net/aljazeerarss/a7c186be-1baa-4bd4-9d80-a84db769f779/73d0e1b4-532f-45ef-b135-bfdff8b8cab9"
            ),
            Listing("https://www.aljazeera.net/news/", links=_CARDS, next=None),
            Listing("https://www.aljazeera.net/politics", links=_CARDS, next=None),
        ],
        markup=[
            Markup(
                title=["main h1", "h1"],
                date=".article-dates__published",
                body=".wysiwyg--all-content",
                remove=".article-aside, .related-articles, .social-buttons",
                evidence="public scrapers, 2024-2025",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2004-2026",
    )
