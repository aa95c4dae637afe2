"""The synthetic newspaper as a site of newscrawl, for this build and for an older one to compare with."""

import os

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider

_ROOT = os.environ.get("MADE_NEWSPAPER", "http://127.0.0.1:9")


class Measured(NewsSpider):
    name = "measured"
    site = Site(
        name="صحيفة القياس",
        domain="127.0.0.1",
        country="EG",
        timezone="Africa/Cairo",
        article=r"^/(?:politics|economy|sport)/articles-\d+\.html$",
        discover=[Listing(f"{_ROOT}/"), Feed(f"{_ROOT}/feed"), Sitemap(f"{_ROOT}/sitemap.xml")],
        markup=[
            Markup(
                title="h1.headline",
                lede="p.lede",
                date="span.date",
                authors="span.author",
                body="div.article-text p",
            )
        ],
    )
