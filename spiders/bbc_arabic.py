"""بي بي سي عربي, the Arabic service of the BBC."""

from newscrawl.sites import Feed, Markup, Site
from newscrawl.spider import NewsSpider
from newscrawl.urls import UrlRules


class BbcArabic(NewsSpider):
    """A guess: class names change with every release (public scrapers of 2024 and 2025 have different
    ones), so the selectors use only elements and attributes, and these are unverified.
    """

    name = "bbc_arabic"
    site = Site(
        name="بي بي سي عربي",
        domain="bbc.com",
        country="GB",
        timezone="Europe/London",
        article=(
            r"^/arabic/articles/[0-9a-z]{10,14}$|^/arabic/[a-z-]+-\d{6,}$"
            r"|^/arabic/[a-z_]+(?:/[a-z_]+)*/20\d\d/\d\d/\d{6}_\w+(?:\.shtml)?$"
        ),
        url_rules=UrlRules(hosts={"bbc.co.uk": "bbc.com"}),
        discover=[Feed("https://feeds.bbci.co.uk/arabic/rss.xml")],
        markup=[
            Markup(
                title="main h1",
                date="main time::attr(datetime)",
                authors='main [role="list"] li:contains("Author, ")',
                body="main p[dir]",
                remove="main section",
                evidence="guess, after public scrapers of 2024-2025; authors after the BBC's own templates",
            )
        ],
        evidence="guess",
        year=2025,
        addresses="2009-2026",
    )
