"""وكالة الأنباء الجزائرية, the news agency of Algeria."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider


class ApsDz(NewsSpider):
    """The selectors come from a public scraper of about 2021 and fit the Joomla component K2. Sections and
    addresses are those of 2025 (an id of 8 letters and digits); older addresses are those of K2.
    """

    name = "aps_dz"
    site = Site(
        name="وكالة الأنباء الجزائرية",
        domain="aps.dz",
        country="DZ",
        timezone="Africa/Algiers",
        article=r"^/(?:ar/)?(?:[a-z-]+/){1,2}(?:item/)?(?=[a-z]*\d)(?:\d+|[a-z0-9]{8})-[^/?]+$",
        not_article=r"^/(?:en|fr|es|ru|kab|tam)[a-z-]{0,5}/",
        discover=[
            Listing("https://www.aps.dz/algerie/actualite-nationale/"),
            Listing("https://www.aps.dz/economie/"),
            Listing("https://www.aps.dz/societe/"),
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
        addresses="2025",
    )
