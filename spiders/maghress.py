"""مغرس, an aggregator of Moroccan newspapers."""

from newscrawl.sites.families import maghress
from newscrawl.spider import NewsSpider


class Maghress(NewsSpider):
    """Unverified: the selectors come from a public scraper of 2019; no page of the site was available. The
    articles belong to the newspapers: ``source`` names the newspaper, ``via`` is maghress.
    """

    name = "maghress"
    site = maghress(
        "مغرس",
        "maghress.com",
        country="MA",
        timezone="Africa/Casablanca",
        evidence="public scraper",
        year=2024,
        addresses="2012-2026",
    )
