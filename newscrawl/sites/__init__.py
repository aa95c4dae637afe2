"""How a site is declared: where its articles are listed and how its pages are marked up.

A spider file holds one :class:`Site` and nothing else; everything that acts on it is in
``newscrawl.spider``, ``newscrawl.discovery`` and ``newscrawl.page``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from urllib.parse import unquote, urlsplit

from newscrawl.urls import UrlRules, canonical

__all__ = ["Discovery", "Feed", "Listing", "Markup", "Site", "Sitemap"]

Selectors = str | Sequence[str]
"""One CSS selector (``::text`` and ``::attr(name)`` allowed) or several, the newest theme first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """How the article pages of a site are marked up, in one period of its life."""

    version: str = "1"
    """Name of this markup, stored with each article read by it."""
    valid_until: dt.date | None = None
    """Last day on which pages looked like this; None for today's markup. An old recording is read
    with the markup of its day."""
    title: Selectors = ()
    """The headline."""
    lede: Selectors = ()
    """The summary above the body, when it stands outside the body."""
    body: Selectors = ()
    """The paragraphs, or the element that holds them."""
    date: Selectors = ()
    """The visible publication date."""
    modified: Selectors = ()
    """The visible date of the last change."""
    authors: Selectors = ()
    """The names of the authors."""
    section: Selectors = ()
    """The section's name."""
    tags: Selectors = ()
    """The keywords."""
    images: Selectors = ()
    """Addresses of the pictures (``img::attr(data-original)``)."""
    publisher: Selectors = ()
    """On an aggregator: the newspaper's name."""
    remove: Selectors = ()
    """What stands inside the body and is no part of it."""
    cut: Sequence[str] = ()
    """Regular expressions of whole paragraphs that are no part of the article."""
    evidence: str = ""
    """What these selectors rest on, with the year. Example: ``public scrapers, 2019-2021; unverified``."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page with links to articles, newest first, and the pages after it."""

    url: str
    """Address; ``{page}`` counts from 1 where pages are numbered."""
    links: str = "a"
    """CSS selector of the article links; those that match the site's article pattern are taken."""
    next: str | None = "a[rel~=next], link[rel~=next], a.next"
    """CSS selector of the link to the next (older) page; None for a single page."""
    follow_sections: bool = False
    """Take the page's links to sections of the same site as listings too (one step, no further)."""
    name: str | None = None
    """Section name for the argument ``sections``; by default the last part of the path."""


@dataclass(frozen=True, slots=True)
class Feed:
    """An RSS or Atom feed."""

    url: str | None = None
    """Address; None takes the feeds that the site's home page advertises."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap, a news sitemap or an index of them."""

    url: str | None = None
    """Address; None takes the sitemaps that ``robots.txt`` names."""


Discovery = Listing | Feed | Sitemap


@dataclass(frozen=True, kw_only=True)
class Site:
    """Everything the crawler knows of one site."""

    name: str
    """The newspaper's own name. Example: ``الأيام 24``."""
    domain: str
    """Registrable domain without ``www``. Example: ``alayam24.com``."""
    country: str | None = None
    """ISO 3166 code of the publisher. Example: ``MA``; it selects the Hijri calendar."""
    timezone: str
    """IANA zone of the publisher's clock. Example: ``Africa/Casablanca``."""
    article: str
    """Regular expression searched in the path and query of a decoded address: is it an article?"""
    not_article: str | None = None
    """Regular expression of addresses that match ``article`` and are none."""
    discover: Sequence[Discovery]
    """Where articles are found; combinable."""
    markup: Sequence[Markup] = ()
    """Markup versions, the newest first; the generic reading carries what they do not answer."""
    aggregator: bool = False
    """True when the site republishes other newspapers: ``source`` is then the newspaper, ``via`` the site."""
    publisher: str | None = None
    """On an aggregator: regular expression whose group ``source`` finds the newspaper in the path."""
    url_rules: UrlRules = field(default_factory=UrlRules)
    """What is one address on this site, see ``newscrawl.urls``."""
    false_zone: bool = False
    """True when the site's machine-readable dates carry a zone (``Z``) that is really local time."""
    render: bool = False
    """True when the pages need a browser."""
    delay: float | None = None
    """Seconds between two requests, when the site needs more than the default."""
    evidence: Literal["seen live", "saved page", "public scraper", "guess"] = "guess"
    """What the declaration as a whole rests on."""
    year: int | None = None
    """Year of that evidence."""
    refused: str | None = None
    """Why the site is left alone (its robots.txt or a refusal of our user agent); None to crawl it."""

    @cached_property
    def _article(self) -> re.Pattern[str]:
        return re.compile(self.article)

    @cached_property
    def _not_article(self) -> re.Pattern[str] | None:
        return re.compile(self.not_article) if self.not_article else None

    def owns(self, url: str) -> bool:
        """Is the address on this site (its domain, a subdomain, or a host of its rules)?"""
        host = (urlsplit(url).hostname or "").lower()
        return host == self.domain or host.endswith("." + self.domain)

    def is_article(self, url: str) -> bool:
        """Does the address look like an article of this site?"""
        if not self.owns(url):
            return False
        parts = urlsplit(url)
        # A query of nothing but tracking parameters is no part of the address.
        query = parts.query if parts.query and "?" in canonical(url, self.url_rules) else ""
        path = unquote(parts.path) + (f"?{unquote(query)}" if query else "")
        if self._not_article and self._not_article.search(path):
            return False
        return bool(self._article.search(path))

    def markup_on(self, day: dt.date | None) -> Markup | None:
        """The markup valid on a day: the newest one that had not ended by then."""
        valid = [m for m in self.markup if day is None or m.valid_until is None or day <= m.valid_until]
        ended = [m for m in valid if m.valid_until is not None]
        if day is not None and ended:
            return min(ended, key=lambda m: m.valid_until or dt.date.max)
        return valid[0] if valid else None
