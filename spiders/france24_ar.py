"""فرانس 24, the Arabic edition of a French news channel."""

from newscrawl.sites import Feed, Markup, Site
from newscrawl.spider import NewsSpider


class France24Ar(NewsSpider):
    """Based on four public sources, mostly about other editions with the same template."""

    name = "france24_ar"
    site = Site(
        name="فرانس 24",
        domain="france24.com",
        country="FR",
        timezone="Europe/Paris",
        article=r"^/ar/(?:[^/?]+/)*\d{8}-[^/?]+$",
        discover=[Feed("https://www.france24.com/ar/rss")],
        markup=[
            Markup(
                lede="p.t-content__chapo",
                body=".t-content__body",
                remove=".m-interstitial, p.t-copyright",
                evidence="public scrapers of other editions, 2023-2026",
            )
        ],
        evidence="public scraper",
        year=2026,
        addresses="2026",
    )
