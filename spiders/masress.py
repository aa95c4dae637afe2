"""مصرس, the sister of maghress for Egyptian newspapers."""

from newscrawl.sites import Feed
from newscrawl.sites.families import maghress
from newscrawl.spider import NewsSpider


class Masress(NewsSpider):
    """A guess: the selectors are those of maghress, which runs on the same engine. No page of this site
    was available.
    """

    name = "masress"
    site = maghress(
        "مصرس",
        "masress.com",
        country="EG",
        timezone="Africa/Cairo",
        discover=[Feed("https://www.masress.com/en/rss")],
        evidence="guess",
        year=2019,
        addresses="2024-2025",
    )
