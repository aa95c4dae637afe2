"""موزاييك أف أم, a Tunisian radio station."""

from newscrawl.sites import Feed, Site
from newscrawl.spider import NewsSpider


class Mosaiquefm(NewsSpider):
    """A guess: its pages are rendered in the browser (2026); their markup is not known, so the generic
    reading reads them. The feed was read in 2026.
    """

    name = "mosaiquefm"
    site = Site(
        name="موزاييك أف أم",
        domain="mosaiquefm.net",
        country="TN",
        timezone="Africa/Tunis",
        article=r"^/ar/(?!actualites/)[^/?]+/\d{5,}/[^/?]+$",
        discover=[Feed("https://www.mosaiquefm.net/ar/rss")],
        render=True,
        evidence="guess",
        year=2026,
        addresses="2023",
    )
