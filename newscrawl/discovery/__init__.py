"""Finding articles: what a listing, a feed, a sitemap or an API offers, and how far a walk of it goes.

Pure functions over a downloaded page; ``newscrawl.spider`` asks and follows.
"""

from newscrawl.discovery.entry import Entry
from newscrawl.discovery.kinds import KINDS, read, source_of
from newscrawl.discovery.walk import Page, Walk

__all__ = ["KINDS", "Entry", "Page", "Walk", "read", "source_of"]
