"""اليوم السابع, an Egyptian newspaper."""

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider
from newscrawl.urls import UrlRules

_CARDS = ".bigOneSec h3 a, .smallOneSec h3 a"


class Youm7(NewsSpider):
    """Based on a page saved in 2020, two scrapers of 2025 and a run of 2026. The ``Z`` of its
    machine-readable dates is really the time of Cairo. ``breadcumb`` is the site's own spelling.
    """

    name = "youm7"
    site = Site(
        name="اليوم السابع",
        domain="youm7.com",
        country="EG",
        timezone="Africa/Cairo",
        article=(
            r"^/(?:story|amp)/\d{4}/\d{1,2}/\d{1,2}/(?:[^?]+/)?\d{5,}/?$"
            r"|^/(?i:news\.asp)\?(?:.*&)?(?i:newsid)=\d+"
        ),
        url_rules=UrlRules(rewrites=((r"^/(?:amp/)?(?:story/)?\d{4}/\d+/\d+/(?:[^/]+/)?(\d+)$", r"/\1"),)),
        false_zone=True,
        discover=[
            Listing("https://www.youm7.com/Section/أخبار-عاجلة/65/{page}", links=_CARDS, name="breaking"),
            Listing("https://www.youm7.com/Section/سياسة/319/{page}", links=_CARDS, name="politics"),
            Listing("https://www.youm7.com/Section/اقتصاد-وبورصة/297/{page}", links=_CARDS, name="economy"),
        ],
        markup=[
            Markup(
                title=".articleHeader h1",
                date="span.newsStoryDate",
                authors="span.writeBy",
                body="#articleBody",
                section=".breadcumb a",
                tags=".tags a",
                images=".img-cont img",
                evidence="page saved in 2020; public scrapers, 2025",
            )
        ],
        evidence="saved page",
        year=2026,
        addresses="2014-2026",
    )
