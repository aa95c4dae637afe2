"""جزايرس, the sister of maghress for Algerian newspapers."""

from newscrawl.sites import Feed
from newscrawl.sites.families import maghress
from newscrawl.spider import NewsSpider


class Djazairess(NewsSpider):
    """A guess: the selectors are those of maghress, which runs on the same engine. No page of this site
    was available.
    """

    name = "djazairess"
    site = maghress(
        "جزايرس",
        "djazairess.com",
        country="DZ",
        timezone="Africa/Algiers",
        discover=[Feed("https://www.djazairess.com/rss")],
        evidence="guess",
        year=2019,
        addresses="2019",
    )
