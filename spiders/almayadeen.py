"""الميادين, a Lebanese news channel."""

from newscrawl.sites import Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider


class Almayadeen(NewsSpider):
    """Two independent teams agreed on the markup in 2024. Date, author and keywords are in a JSON element of
    the page (``tawsiyat-metadata``).
    """

    name = "almayadeen"
    site = Site(
        name="الميادين",
        domain="almayadeen.net",
        country="LB",
        timezone="Asia/Beirut",
        article=r"^/news/[a-z-]+/(?!(?:rss|\d+)/?$)[^/?]+/?$",
        discover=[Sitemap(), Listing("https://www.almayadeen.net/", follow_sections=True)],
        markup=[
            Markup(
                title="script#tawsiyat-metadata::json(title)",
                lede="p.lg_para.summary",
                date="script#tawsiyat-metadata::json(published_time)",
                modified="script#tawsiyat-metadata::json(last_updated)",
                section="script#tawsiyat-metadata::json(classes[?mapping=='category'].value)",
                tags="script#tawsiyat-metadata::json(keywords)",
                body=["div.p-content", "p.lg_para:not(.summary)"],
                evidence="public scrapers, 2024",
            )
        ],
        evidence="public scraper",
        year=2024,
        addresses="2024",
    )
