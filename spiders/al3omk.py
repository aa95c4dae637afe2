"""العمق المغربي, a Moroccan newspaper."""

from newscrawl.sites import Feed, Listing, Markup, Site
from newscrawl.spider import NewsSpider


class Al3omk(NewsSpider):
    """The selectors come from the scrapers of one team in 2023. The address of the feed is known only from
    copied lists; sections are found from the home page.
    """

    name = "al3omk"
    site = Site(
        name="العمق المغربي",
        domain="al3omk.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/\d+\.html$",
        discover=[Listing("https://al3omk.com/", follow_sections=True), Feed("https://al3omk.com/feed")],
        markup=[
            Markup(
                title=[".post-single > .post-title", ".title-single"],
                date=[".post-single .post-date", ".timePost"],
                body=[".post-single > .post-body", ".post_content"],
                section=".post-single .post-cat > a",
                images=[".post-single .post-image > img", ".lg-big-image > img"],
                evidence="public scrapers, 2023; the second selectors are the French edition's",
            )
        ],
        evidence="public scraper",
        year=2023,
        addresses="2017, 2026",
    )
