"""Which records are wanted, of which sites, and how to recognise them quickly."""

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
from newscrawl.reprocess.records import RecordHead
from newscrawl.sites import Site
from newscrawl.text import CLEAN_VERSION, FOLD_VERSION
from newscrawl.vocabulary import RejectionReason

VERSIONS = (
    __version__, SCHEMA_VERSION, PAGE_VERSION, DATES_VERSION, CLEAN_VERSION, FOLD_VERSION, urls.URLS_VERSION,
    IDENTITY_VERSION,
)  # fmt: skip
"""The versions on which an article depends, apart from its page and the plan."""
_PAGES = ("text/html", "application/xhtml")
_ARABIC = "ar"


@dataclass(frozen=True)
class Plan:
    """Which records are read, and as articles of which sites. It is sent to each process that reads."""

    sites: Mapping[str, Site]
    """Name of the spider → the site that it declares."""
    only: frozenset[str] = frozenset()
    """The wanted sites; empty for all."""
    lang: str | None = None
    """ISO 639 code: only articles in this language, including those of undeclared newspapers. None means
    articles in any language, but only of declared sites."""
    since: dt.date | None = None
    """Only pages that were downloaded on this day or later, UTC."""
    until: dt.date | None = None
    """Only pages that were downloaded on this day or earlier, UTC."""
    keys: frozenset[str] | None = None
    """Keys of the wanted addresses; None for all."""
    forgotten: frozenset[str] = frozenset()
    """Keys of forgotten articles, which must not come back."""
    run: str = ""
    """The value of ``run`` in the stored articles."""
    seconds: float = 20.0
    """Maximum CPU time for one page, in seconds."""
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def mark(self) -> str:
        """32 hex digits: equal for plans that give the same result for the same files, that is, for one
        version and one set of declarations.

        >>> Plan({}, lang="ar").mark == Plan({}, lang="ar").mark != Plan({}, lang="fa").mark
        True
        """
        keys = None if self.keys is None else hashlib.sha256(" ".join(sorted(self.keys)).encode()).hexdigest()
        declared = [(name, repr(site)) for name, site in sorted(self._asked.items())]
        options = [*VERSIONS, self.lang, str(self.since), str(self.until), keys, declared, months_table()]
        return hashlib.blake2b(json.dumps(options).encode(), digest_size=16).hexdigest()

    def wants(self, head: RecordHead) -> bool:
        """Is the record worth reading? Its address, date, status and type decide, in a few microseconds
        each.
        """
        if head.kind != "response" or not head.url.startswith(("http://", "https://")):
            return False
        if head.status not in (200, None) or not self.in_time(head.at):
            return False
        kind = (head.content_type or "").strip().lower()
        if kind and not kind.startswith(_PAGES):
            return False
        return bool(self.lang and not self.only) or bool(self.names(head.url))

    def in_time(self, at: dt.datetime | None) -> bool:
        """Was the page downloaded on one of the wanted days?"""
        if at is None:
            return False
        day = at.date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def names(self, url: str) -> tuple[str, ...]:
        """The wanted sites that own an address, found by its host, which few sites share."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return ()
        place = f"{parts.scheme}://{parts.netloc}/"
        owners = self._names.get(place)
        if owners is None:
            if len(self._names) > 100_000:
                self._names.clear()
            owners = self._names[place] = tuple(
                name for name, site in self._asked.items() if site.owns(place)
            )
        return owners

    @cached_property
    def _asked(self) -> dict[str, Site]:
        return {name: site for name, site in self.sites.items() if not self.only or name in self.only}

    def site(self, url: str, asked_by: str | None = None) -> tuple[str | None, Site | None] | RejectionReason:
        """The site of which an address is an article, and its name; (None, None) for an unknown newspaper.

        ``asked_by`` is the spider that requested it, if known. Returns a reason for rejection if the address
        is not an article of its site.
        """
        names = self.names(url) if asked_by is None else (asked_by,) if asked_by in self._asked else ()
        for name in names:
            if self.sites[name].is_article(url):
                return name, self.sites[name]
        return RejectionReason.REDIRECTED if names else (None, None)

    def may_be_in_language(self, body: bytes) -> bool:
        """Can the page be in the wanted language, judging by its bytes?"""
        return self.lang != _ARABIC or may_be_arabic(body)
