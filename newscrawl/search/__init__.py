"""Looking for Arabic words in the stored articles, with or without what is attached to them."""

from newscrawl.search.searching import Hit, SearchResult, find, search
from newscrawl.search.words import Snippet

__all__ = ["Hit", "SearchResult", "Snippet", "find", "search"]
