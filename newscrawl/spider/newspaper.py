"""The arguments that only ``scrapy crawl any`` has: which newspaper it crawls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import urljoin, urlsplit

from newscrawl.dates import zone
from newscrawl.gate import is_address

KINDS = ("home", "feed", "sitemap")
"""The arguments that give the address of a newspaper; ``any`` takes exactly one of them."""
ABOUT = ("slug", "title", "country", "timezone")
"""The arguments that describe it; Scrapyd takes no argument called ``name``."""
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Newspaper:
    """A newspaper without a declaration: its address, and what the user says about it."""

    kind: Literal["home", "feed", "sitemap"]
    """What the address leads to."""
    address: str
    """The given address. Example: ``https://sada.example/khabar.xml``."""
    slug: str | None = None
    """Its name in the collection, ``sada``; None to derive it from the domain."""
    title: str | None = None
    """Its own name. Example: ``صدى``."""
    country: str | None = None
    """ISO 3166 code. Example: ``MA``."""
    timezone: str | None = None
    """IANA zone of its clock. Example: ``Africa/Casablanca``."""

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> Self:
        """The newspaper that the arguments of a crawl name; other arguments are ignored.

        Raises ``ValueError`` with a message that names the argument, its value and what it should be.

        >>> Newspaper.parse({"home": "https://sada.example/", "country": "MA", "limit": "10"}).country
        'MA'
        """
        named = [kind for kind in KINDS if kind in given]
        if len(named) != 1:
            raise ValueError("any takes one of home=, feed= and sitemap=: -a home=https://www.example.ma/")
        kind, address = named[0], str(given[named[0]]).strip()
        if not address.startswith(("http://", "https://")) or not is_address(address):
            raise ValueError(f"{kind}={address!r} should be an address such as https://www.example.ma/")
        about = {name: str(given[name]).strip() for name in ABOUT if name in given}
        _check(about)
        return cls(kind, address, **about)  # type: ignore[arg-type]

    @property
    def home(self) -> str:
        """The address of its home page.

        >>> Newspaper("feed", "https://sada.example/khabar.xml").home
        'https://sada.example/'
        """
        return self.address if self.kind == "home" else urljoin(self.address, "/")

    @property
    def place(self) -> str:
        """Its host without ``www.``, with its port if there is one, by which it differs from other
        newspapers.

        >>> Newspaper("home", "https://WWW.Sada.example/ar/").place
        'sada.example'
        """
        return urlsplit(self.home).netloc.lower().removeprefix("www.")


def is_named(given: Mapping[str, str]) -> bool:
    """Do the arguments of a crawl name a newspaper without a declaration?"""
    return any(kind in given for kind in KINDS)


def others(given: Mapping[str, str]) -> dict[str, str]:
    """The arguments that any spider takes.

    >>> others({"home": "https://sada.example/", "slug": "sada", "limit": "10"})
    {'limit': '10'}
    """
    return {name: value for name, value in given.items() if name not in (*KINDS, *ABOUT)}


def _check(about: Mapping[str, str]) -> None:
    """Raise ``ValueError`` for an invalid slug, title, country or time zone."""
    if empty := next((name for name, value in about.items() if not value), None):
        raise ValueError(f"{empty}='' is empty: give it a value, or leave it out")
    slug, title, country = (about.get(key) for key in ("slug", "title", "country"))
    if slug is not None and (not _SLUG.fullmatch(slug) or slug == "any"):
        raise ValueError(f"slug={slug!r} should be a word of a-z, 0-9 and _ such as 'sada', and not 'any'")
    if title is not None and not title.isprintable():
        raise ValueError(f"title={title!r} should be one line without control characters")
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        raise ValueError(f"country={country!r} should be an ISO 3166 code such as 'MA'")
    if "timezone" in about:
        zone(about["timezone"])
