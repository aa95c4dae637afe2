"""عكاظ, a Saudi newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.sites.families import LISTS
from newscrawl.spider import NewsSpider


class Okaz(NewsSpider):
    """A public scraper of 2023-24 shows listing and markup; an aggregator read the feed in 2026. The listing
    is requested with POST and returns HTML inside JSON; the body has no paragraphs.
    """

    name = "okaz"
    site = Site(
        name="عكاظ",
        domain="okaz.com.sa",
        country="SA",
        timezone="Asia/Riyadh",
        article=r"^/(?:[^/?]+/[^/?]+|article|ampArticle)/\d{5,}$",
        not_article=rf"^/morearticles/|{LISTS}",
        discover=[
            Feed("https://www.okaz.com.sa/rssFeed/0"),
            Listing(
                "https://www.okaz.com.sa/ajax-more-articles",
                form={"page": "{page}", "section": "57", "sub_section": "247"},
                headers={"X-Requested-With": "XMLHttpRequest"},
                html="html",
                name="authors",
            ),
        ],
        markup=[
            Markup(
                title="h1.autoHeight",
                date="li.media_article_publish_time p",
                body="div.bodyText",
                evidence="public scraper, 2023-24",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2008-2026",
    )
