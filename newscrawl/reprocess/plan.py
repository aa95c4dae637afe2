"""What is asked for: which records, of which sites, and how they are told apart from the rest cheaply."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from newscrawl import __version__, urls
from newscrawl.dates import DATES_VERSION, months_table
from newscrawl.identity import IDENTITY_VERSION
from newscrawl.items import SCHEMA_VERSION
from newscrawl.page.assemble import PAGE_VERSION
from newscrawl.reprocess.guess import may_be_arabic
from newscrawl.reprocess.records import Head
from newscrawl.sites import Site
from newscrawl.text import CLEAN_VERSION, FOLD_VERSION
from newscrawl.vocabulary import RejectionReason

VERSIONS = (
    __version__, SCHEMA_VERSION, PAGE_VERSION, DATES_VERSION, CLEAN_VERSION, FOLD_VERSION, urls.URLS_VERSION,
    IDENTITY_VERSION,
)  # fmt: skip
"""What an article depends on, beside its page and the plan."""
_PAGES = ("text/html", "application/xhtml")
_ARABIC = "ar"


@dataclass(frozen=True)
class Plan:
    """Which records are read, and as what. It is sent to each process that reads."""

    sites: Mapping[str, Site]
    """The declared sites, by the name of their spiders."""
    only: frozenset[str] = frozenset()
    """The sites that are asked for; empty for all of them."""
    lang: str | None = None
    """ISO 639; articles in this language alone, and those of newspapers that nobody declared. None for the
    declared sites alone, in any language."""
    since: dt.date | None = None
    """First day on which a page was downloaded, UTC."""
    until: dt.date | None = None
    """Last such day."""
    keys: frozenset[str] | None = None
    """Keys of the addresses that are asked for; None for all."""
    forgotten: frozenset[str] = frozenset()
    """Keys of what must not come back."""
    run: str = ""
    """What stored articles say of the run that wrote them."""
    seconds: float = 20.0
    """CPU time that reading one page may take."""
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def mark(self) -> str:
        """32 hex digits: equal for plans of one version, and of one declaration of their sites, that make the
        same of the same files.

        >>> Plan({}, lang="ar").mark == Plan({}, lang="ar").mark != Plan({}, lang="fa").mark
        True
        """
        keys = None if self.keys is None else hashlib.sha256(" ".join(sorted(self.keys)).encode()).hexdigest()
        declared = [(name, repr(site)) for name, site in sorted(self._asked.items())]
        said = [*VERSIONS, self.lang, str(self.since), str(self.until), keys, declared, months_table()]
        return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()

    def wants(self, head: Head) -> bool:
        """Is a record worth reading? Decided by address, date, status and type, a few microseconds each."""
        if head.kind != "response" or not head.url.startswith(("http://", "https://")):
            return False
        if head.status not in (200, None) or not self.in_time(head.at):
            return False
        kind = (head.content_type or "").strip().lower()
        if kind and not kind.startswith(_PAGES):
            return False
        return bool(self.lang and not self.only) or bool(self.names(head.url))

    def in_time(self, at: dt.datetime | None) -> bool:
        """Was a page downloaded on the days that are asked for?"""
        if at is None:
            return False
        day = at.date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def names(self, url: str) -> tuple[str, ...]:
        """The sites that an address is on, of those asked for; by its host, which few of them share."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return ()
        place = f"{parts.scheme}://{parts.netloc}/"
        found = self._names.get(place)
        if found is None:
            if len(self._names) > 100_000:
                self._names.clear()
            found = self._names[place] = tuple(name for name, site in self._asked.items() if site.owns(place))
        return found

    @cached_property
    def _asked(self) -> dict[str, Site]:
        return {name: site for name, site in self.sites.items() if not self.only or name in self.only}

    def site(self, url: str, asked_by: str | None = None) -> tuple[str | None, Site | None] | RejectionReason:
        """The site that takes an address for an article, and its name; nothing for an unknown newspaper.

        ``asked_by`` is the spider that asked for it, where that is known. A reason where it is no article of
        its site.
        """
        names = self.names(url) if asked_by is None else (asked_by,) if asked_by in self._asked else ()
        for name in names:
            if self.sites[name].is_article(url):
                return name, self.sites[name]
        return RejectionReason.REDIRECTED if names else (None, None)

    def may_be_in_language(self, body: bytes) -> bool:
        """May the page be in the language asked for, as far as its bytes tell?"""
        return self.lang != _ARABIC or may_be_arabic(body)
