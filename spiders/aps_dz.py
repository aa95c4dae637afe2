"""وكالة الأنباء الجزائرية, the news agency of Algeria."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider


class ApsDz(NewsSpider):
    """The selectors are those of a public scraper of about 2021, of the component K2 of Joomla; the
    form of article addresses is K2's own.
    """

    name = "aps_dz"
    site = Site(
        name="وكالة الأنباء الجزائرية",
        domain="aps.dz",
        country="DZ",
        timezone="Africa/Algiers",
        article=r"^/(?:ar/)?[a-z-]+/(?:item/)?\d+-[^/]+$",
        discover=[
            Listing("https://www.aps.dz/ar/algerie", links="#itemListLeading h3 a"),
            Listing("https://www.aps.dz/ar/economie", links="#itemListLeading h3 a"),
        ],
        markup=[
            Markup(
                title=".itemTitle",
                date=["span.itemDateCreated", "span.catItemDateCreated"],
                body="div.itemBody",
                evidence="public scraper, 2021",
            )
        ],
        evidence="public scraper",
        year=2021,
    )
