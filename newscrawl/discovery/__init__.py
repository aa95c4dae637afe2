"""Finds articles: reads listings, feeds, sitemaps and APIs, and decides how far a walk of one goes.

Pure functions over downloaded pages; ``newscrawl.spider`` makes the requests.
"""

from newscrawl.discovery.entry import Entry
from newscrawl.discovery.kinds import KINDS, read_list_page, source_of
from newscrawl.discovery.walk import ListPage, Walk

__all__ = ["KINDS", "Entry", "ListPage", "Walk", "read_list_page", "source_of"]
