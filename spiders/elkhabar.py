"""الخبر, an Algerian newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.spider import NewsSpider


class Elkhabar(NewsSpider):
    """The selectors come from public scrapers of 2019-2021, sections and the newer form of addresses from
    scrapers of 2026, when an aggregator also read the feed. The current markup is not known; in 2025 the
    headline was an unnamed ``h1``.
    """

    name = "elkhabar"
    site = Site(
        name="الخبر",
        domain="elkhabar.com",
        country="DZ",
        timezone="Africa/Algiers",
        article=r"^/press/article/\d+(?:/|$)|^/[a-z-]+/[^/?]+-\d{5,}/?$",
        discover=[
            Feed("https://www.elkhabar.com/feed"),
            Listing("https://www.elkhabar.com/", links="h3.panel-title:not(:has(i)) a"),
            Listing("https://www.elkhabar.com/nation/"),
            Listing("https://www.elkhabar.com/economie"),
        ],
        markup=[
            Markup(
                title=["h2#article_title", "h2.title"],
                date="div.subinfo",
                authors="span.time-blog b",
                body="#article_body_content",
                section="span.category-blog",
                tags="#article_tags_title a",
                images="#article_img img",
                evidence="public scrapers, 2019-2021",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2019-2026",
    )
