"""سودارس, the sister of maghress for Sudanese newspapers."""

from newscrawl.sites.families import maghress
from newscrawl.spider import NewsSpider


class Sudaress(NewsSpider):
    """A guess: its addresses (2013-2025) are those of maghress, so the selectors come from there. No page of
    this site was available.
    """

    name = "sudaress"
    site = maghress(
        "سودارس",
        "sudaress.com",
        country="SD",
        timezone="Africa/Khartoum",
        evidence="guess",
        year=2025,
        addresses="2013-2025",
    )
