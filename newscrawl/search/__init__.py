"""Looking for Arabic words in the stored articles, with or without what is attached to them."""

from newscrawl.search.searching import Found, Hit, find, search
from newscrawl.search.words import Snippet

__all__ = ["Found", "Hit", "Snippet", "find", "search"]
