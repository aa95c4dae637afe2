"""Searches the stored articles for Arabic words, with their prefixes and attached pronouns."""

from newscrawl.search.searching import THOROUGH, Hit, SearchResult, find, search
from newscrawl.search.words import Snippet

__all__ = ["THOROUGH", "Hit", "SearchResult", "Snippet", "find", "search"]
