"""اليوم 24, a Moroccan newspaper."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider


class Alyaoum24(NewsSpider):
    """Its robots.txt forbids the feed (2026), so no feed is declared. Sections and further pages are not
    known; they are found from the home page.
    """

    name = "alyaoum24"
    site = Site(
        name="اليوم 24",
        domain="alyaoum24.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/\d+\.html$",
        discover=[Listing("https://alyaoum24.com/", follow_sections=True)],
        markup=[
            Markup(
                title=".infoSingle > h1",
                date=".timePost",
                body=[".post_content", "#post_content"],
                section=".breadcrumb > li:last-child",
                images=".wp-post-image",
                evidence="public scrapers, 2019 and 2023",
            )
        ],
        evidence="public scraper",
        year=2023,
        addresses="2018-2019",
    )
