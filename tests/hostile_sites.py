"""Two newspapers and an aggregator on loopback addresses, each with its own spider."""

import os
from dataclasses import replace

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider

PORT = os.environ.get("LOOPBACK_PORT", "9")
HOSTS = {"victim": "127.0.0.2", "attacker": "127.0.0.3", "aggregator": "127.0.0.4"}


def _site(name: str) -> Site:
    root = f"http://{HOSTS[name]}:{PORT}"
    return Site(
        name=f"صحيفة {name}",
        domain=HOSTS[name],
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/articles-\d+\.html$",
        discover=[Listing(f"{root}/"), Feed(f"{root}/feed"), Sitemap(f"{root}/sitemap.xml")],
        markup=[
            Markup(
                title="h1.heading",
                date="span.date",
                body="div.articlecontent p",
                publisher="span.publisher",
            )
        ],
    )


class Victim(NewsSpider):
    name = "victim"
    site = _site("victim")


class Attacker(NewsSpider):
    name = "attacker"
    site = _site("attacker")


class Aggregator(NewsSpider):
    name = "aggregator"
    site = replace(_site("aggregator"), aggregator=True, publisher=r"^/(?P<source>articles)-")
