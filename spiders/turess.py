"""تورس, the sister of maghress for Tunisian newspapers."""

from newscrawl.sites.families import maghress
from newscrawl.spider import NewsSpider


class Turess(NewsSpider):
    """A guess: the selectors are those of maghress, which runs on the same engine. No page of this site
    was available.
    """

    name = "turess"
    site = maghress(
        "تورس",
        "turess.com",
        country="TN",
        timezone="Africa/Tunis",
        evidence="guess",
        year=2019,
        addresses="2025",
    )
