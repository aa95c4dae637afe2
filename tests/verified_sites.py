"""Three newspapers on loopback for ``scrapy verify``; the environment has their addresses."""

import os

from newscrawl.sites import Listing, Markup, Site
from newscrawl.spider import NewsSpider

MARKUP = Markup(title="h1.heading", date="span.date", body="div.articlecontent", evidence="this test")


def _site(name: str, refused: str | None = None) -> Site:
    address = os.environ.get(f"VERIFIED_{name.upper()}", "http://127.0.0.1:1/")
    return Site(
        name=name, domain="127.0.0.1", country="MA", timezone="Africa/Casablanca", year=2024,
        article=r"^/articles-\d+\.html$", discover=[Listing(address)], markup=[MARKUP], refused=refused,
    )  # fmt: skip


class First(NewsSpider):
    name = "first"
    site = _site("first")


class Second(NewsSpider):
    name = "second"
    site = _site("second")


class Closed(NewsSpider):
    name = "closed"
    site = _site("closed", refused="its robots.txt forbids it")
