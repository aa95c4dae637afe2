"""A newspaper on loopback whose pages need a browser."""

from dataclasses import replace

from newscrawl.sites import Listing
from newscrawl.spider import NewsSpider
from tests.loopback import _ROOT, Loopback


class LoopbackRendered(NewsSpider):
    name = "loopback_rendered"
    site = replace(Loopback.site, render=True, discover=[Listing(f"{_ROOT}/", links="li a")])
