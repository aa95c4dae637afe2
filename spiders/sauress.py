"""سعورس, the sister of maghress for Saudi newspapers."""

from newscrawl.sites import Feed
from newscrawl.sites.families import maghress
from newscrawl.spider import NewsSpider


class Sauress(NewsSpider):
    """A guess: the selectors are those of maghress, which runs on the same engine. No page of this site
    was available.
    """

    name = "sauress"
    site = maghress(
        "سعورس",
        "sauress.com",
        country="SA",
        timezone="Asia/Riyadh",
        discover=[Feed("https://sauress.com/en/rss")],
        evidence="guess",
        year=2019,
        addresses="2010-2026",
    )
