"""A newspaper at the address in ``LOOPBACK``, and a resolver that maps ``example.com`` to this machine."""

import os
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, succeed

from newscrawl.sites import Feed, Listing, Markup, Site, Sitemap
from newscrawl.spider import NewsSpider

_ROOT = os.environ.get("LOOPBACK", "http://127.0.0.1:9")
_HOST = urlsplit(_ROOT).hostname or ""


class Named(NewsSpider):
    name = "named"
    site = Site(
        name="صحيفة التجربة",
        domain=_HOST,
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/articles-\d+\.html$",
        discover=[Listing(f"{_ROOT}/"), Feed(f"{_ROOT}/feed"), Sitemap(f"{_ROOT}/sitemap.xml")],
        markup=[Markup(title="h1.heading", date="span.date", body="div.articlecontent p")],
    )


class NamedRendered(NewsSpider):
    name = "named_rendered"
    site = replace(Named.site, render=True, discover=[Listing(f"{_ROOT}/")])


class Resolver(CachingThreadedResolver):
    """Resolves every name under ``example.com`` to 127.0.0.1, as the owner of a domain may do."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        if name.endswith("example.com"):
            return succeed("127.0.0.1")
        return super().getHostByName(name, timeout)
