"""برلمان.كوم, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.sites.families import WORDPRESS_PAGES
from newscrawl.spider import NewsSpider


class Barlamane(NewsSpider):
    """Public scrapers of 2019 and 2023 agree on the body; another author read the feed in 2026. Addresses
    have no number: a slug of at least three words counts as an article.
    """

    name = "barlamane"
    site = Site(
        name="برلمان.كوم",
        domain="barlamane.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/[^/?]+(?:-[^/?-]+){2,}/?$",
        not_article=WORDPRESS_PAGES,
        discover=[
            Feed("https://barlamane.com/feed/"),
            Listing("https://www.barlamane.com/", links=".posts > .post > a"),
        ],
        markup=[
            Markup(
                title=[".post-content > .title", ".entry-header > .entry-title"],
                date=[".post-content .date", ".entry-date"],
                body=[".post-content .content", ".entry-content"],
                section=".current-post-parent:not(.menu-item-has-children) > a",
                images=".post-content div.thumb > img",
                evidence="public scrapers, 2019 and 2023; the second selectors are the French edition's",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2019",
    )
