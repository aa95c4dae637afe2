"""لكم, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Site
from newscrawl.sites.families import ID, WORDPRESS_PAGES
from newscrawl.spider import NewsSpider


class Lakome2(NewsSpider):
    """A guess: only the form of its addresses is known (2026), so the generic reading reads its pages. In
    2026 the site was slow.
    """

    name = "lakome2"
    site = Site(
        name="لكم",
        domain="lakome2.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=rf"^/[a-z0-9-]+/{ID}/?$",
        not_article=WORDPRESS_PAGES,
        discover=[Feed("https://lakome2.com/feed"), Listing("https://lakome2.com/", follow_sections=True)],
        delay=5.0,
        evidence="guess",
        year=2026,
        addresses="2021",
    )
