"""The spider arguments: which part of a site a crawl walks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from newscrawl.dates import parse_day
from newscrawl.discovery import KINDS, listing
from newscrawl.sites import Discovery, Listing, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The spider arguments, on every spider; all are strings, as Scrapyd passes them."""

    since: dt.date | None = None
    """The first day to look for (``2024-03-27``, or Hijri ``1445-09-17H``)."""
    until: dt.date | None = None
    """The last day to look for, included."""
    limit: int | None = None
    """Stop after this many newly stored articles."""
    sections: frozenset[str] = frozenset()
    """Walk only these listings (section names, separated by commas); empty for all."""
    discover: frozenset[str] = frozenset(KINDS)
    """Walk only these kinds of lists (``listing``, ``feed``, ``sitemap``, ``api``, separated by commas)."""
    refresh: int | None = None
    """Download known articles again that are at most this many days old."""
    url: str | None = None
    """Download only this page."""

    @classmethod
    def parse(cls, given: dict[str, str], country: str | None = None) -> Self:
        """The arguments from the command line.

        Raises ``ValueError`` with a message that names the argument, its value and what it should be.
        """
        given = {name: str(value).strip() for name, value in given.items() if name != "_job"}
        unknown = sorted(given.keys() - cls.__dataclass_fields__.keys())
        if unknown:
            known = ", ".join(cls.__dataclass_fields__)
            raise ValueError(f"unknown argument {unknown[0]!r}; the arguments are: {known}")
        values: dict[str, Any] = {}
        for name, value in given.items():
            if not value.strip(", "):
                raise ValueError(f"{name}={value!r} is empty: give it a value, or leave it out")
            if name in ("since", "until"):
                try:
                    values[name] = parse_day(value, country=country)
                except ValueError as error:
                    raise ValueError(f"{name}={value!r}: {error}") from None
            elif name in ("limit", "refresh"):
                if not (value.isascii() and value.isdigit() and int(value) > 0):
                    raise ValueError(f"{name}={value!r} should be a whole number above zero")
                values[name] = int(value)
            elif name == "url":
                if not value.startswith(("http://", "https://")):
                    raise ValueError(f"url={value!r} should begin with http:// or https://")
                values[name] = value
            else:
                values[name] = frozenset(part.strip() for part in value.split(",") if part.strip())
        wrong = sorted(values.get("discover", frozenset()) - KINDS.keys())
        if wrong:
            raise ValueError(f"discover={wrong[0]!r} should be one of: {', '.join(KINDS)}")
        arguments = cls(**values)
        if arguments.since and arguments.until and arguments.since > arguments.until:
            raise ValueError(
                f"since={given['since']!r} should not be after until={given['until']!r}; swap them"
            )
        return arguments

    def check(self, site: Site) -> None:
        """Check the arguments against the declaration of a site.

        Raises ``ValueError`` with a message that names the argument, its value and what it should be:
        ``url='https://www.hespress.com/خبر-1.html' is not an address of alayam24.com``.
        """
        if self.url and not site.owns(self.url):
            raise ValueError(
                f"url={self.url!r} is not an address of {site.domain}; `scrapy list` shows the other spiders"
            )
        walked = self.of_kind(site)
        if site.discover and not walked:
            kinds = [word for word, kind in KINDS.items() if any(isinstance(d, kind) for d in site.discover)]
            given = ",".join(sorted(self.discover))
            has = ", ".join(kinds)
            raise ValueError(f"discover={given!r}: {site.domain} declares no such list; it has: {has}")
        if any(follows_sections(declared) for declared in walked):
            return  # only the page itself names its sections
        names = [name for declared in walked if (name := section_of(declared))]
        if unknown := self.sections.difference(names):
            raise ValueError(no_section(site.domain, unknown, names))

    @property
    def days(self) -> str:
        """The days to look for; ``..`` for all. Example: ``2024-01-01..2024-03-31``."""
        return f"{self.since or ''}..{self.until or ''}"

    def of_kind(self, site: Site) -> list[Discovery]:
        """The declared lists of a site that are of the requested kinds."""
        kinds = tuple(KINDS[kind] for kind in self.discover)
        return [declared for declared in site.discover if isinstance(declared, kinds)]


def no_section(domain: str, unknown: Iterable[str], names: Iterable[str]) -> str:
    """The message that a site has none of these sections; it names the sections that the site has.

    >>> no_section("alayam24.com", ["sprot"], ["politics", "sport"])
    "sections='sprot': alayam24.com has no such section; it has: politics, sport"
    """
    known = ", ".join(dict.fromkeys(names)) or "none that can be named"
    return f"sections={','.join(sorted(unknown))!r}: {domain} has no such section; it has: {known}"


def section_of(declared: Discovery) -> str | None:
    """The name of a declared section; None when it has none."""
    if isinstance(declared, Listing) and not declared.name:
        return listing.section_name(declared.url) or None
    return declared.name


def follows_sections(declared: Discovery) -> bool:
    """Is it a list whose links to sections are walked as well?"""
    return isinstance(declared, Listing) and declared.follow_sections
