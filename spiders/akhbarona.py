"""أخبارنا المغربية, a Moroccan newspaper."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider


class Akhbarona(NewsSpider):
    """Two public scrapers confirm the current theme. The last selectors of body and listing are those of
    the previous theme (2019-2024). ``artical`` is the site's own spelling.
    """

    name = "akhbarona"
    site = Site(
        name="أخبارنا المغربية",
        domain="akhbarona.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/[a-z-]+/\d{5,8}\.html$",
        not_article=r"/index\.\d+\.html$",
        discover=[
            Listing("https://www.akhbarona.com/last/index.{page}.html", name="last"),
            Listing("https://www.akhbarona.com/politic/index.{page}.html", name="politic"),
            Listing("https://www.akhbarona.com/national/index.{page}.html", name="national"),
            Listing("https://www.akhbarona.com/economy/index.{page}.html", name="economy"),
            Listing("https://www.akhbarona.com/sport/index.{page}.html", name="sport"),
        ],
        markup=[
            Markup(
                title="h1.artical-content-heads",
                date="span.story_date",
                authors="h4.mb-3.lc-clr1",
                section="span.ms-2",
                body=["div.bodystr", "#article_body", "#article_holder"],
                evidence="public scrapers, 2019-2026",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2020, 2025-2026",
    )
