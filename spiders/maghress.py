"""مغرس, an aggregator of Moroccan newspapers."""

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider


class Maghress(NewsSpider):
    """Unverified: the selectors are those of a public scraper of 2019, no page of the site was
    available. The articles belong to the newspapers: ``source`` names each, ``via`` is maghress.
    """

    name = "maghress"
    site = Site(
        name="مغرس",
        domain="maghress.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/(?:fr/)?[a-z0-9_-]+/\d+$",
        aggregator=True,
        publisher=r"^/(?:fr/)?(?P<source>[a-z0-9_-]+)/\d+$",
        discover=[
            Listing("https://www.maghress.com/", follow_sections=True),
            Sitemap(),
            Feed(),
        ],
        markup=[
            Markup(
                title="span.articletitle",
                date="span.articlenewspaper",
                publisher="span.articlenewspaper a",
                body="span.articlecontent",
                cut=[r"انقر هنا لقراءة الخبر من مصدره\.?"],
                evidence="public scrapers, 2019-2024; unverified",
            )
        ],
        evidence="public scraper",
        year=2024,
    )
