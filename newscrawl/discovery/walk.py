"""Decides how far one walk of a listing, feed, sitemap or API goes, and what it leaves for the next walk."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrapy import Request

from newscrawl.discovery.entry import Entry
from newscrawl.sites import Discovery, Listing, Sitemap

if TYPE_CHECKING:
    from newscrawl.frontier import Validator

MARK_KEYS = 500
"""Number of entries in a mark: more than any listing page has."""
BARREN = 3
"""Number of pages in a row that may show nothing new: a ticker on every page may have shown their articles
already, or they list none. The walk ends after this many, also on a site that repeats its last page for
ever."""
VALIDATOR_AGE = dt.timedelta(days=1)
"""How long a page is requested conditionally before it is read in full again: some servers use one ETag for
several pages, and addresses that were only temporarily rejected should be seen again."""

UPCOMING = 50_000
"""Maximum number of pages that a walk keeps for later: as many as a sitemap index may name."""
TO_COME = dt.timedelta(days=2)
"""How far in the future a day may be before it counts as a mistake."""


FLAWS = frozenset({"date", "cut"})
"""Reasons in ``skipped`` for which no entry is left out."""


@dataclass(slots=True)
class ListPage:
    """The content of one page of a walk."""

    entries: list[Entry]
    """Its articles, the newest first if the order is known."""
    after: list[Request] = field(default_factory=list)
    """The pages after it, in the order in which to request them."""
    index: bool = False
    """Is it a list of further files? Their order cannot end the walk."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason → number of entries that were not read. The reasons are those for which an address is refused
    (``newscrawl.vocabulary.AddressRefusal``), ``no_address`` (an entry without one), ``too_many`` (entries
    above the limit) and ``unreadable`` (the parser of the format fails on the entry)."""
    flaws: Counter[str] = field(default_factory=Counter)
    """Flaw → number of entries or files that were read in spite of it: ``date`` (a date of an entry names no
    day), ``cut`` (the file ends too early, or is longer than the limit)."""

    def __post_init__(self) -> None:
        for reason in FLAWS & self.skipped.keys():
            self.flaws[reason] += self.skipped.pop(reason)


@dataclass(slots=True, eq=False)
class Walk:
    """One walk, newest first, until it reaches its end.

    The end is the mark of the last completed walk or the day ``since``; for a first walk it is the horizon in
    days and pages.
    """

    listing: str
    """The name of the walk: the address of its first page."""
    source: Discovery
    """The list that is walked, as declared."""
    mark: frozenset[str] = frozenset()
    """Keys of the newest entries at the last completed walk; empty on a first walk."""
    marked_at: dt.datetime | None = None
    """When that mark was left, UTC."""
    since: dt.date | None = None
    """The first day to look for, included."""
    until: dt.date | None = None
    """The last day to look for, included."""
    pages_left: int | None = None
    """Number of pages that are still allowed in this run; None for no limit."""
    goes_on: bool = False
    """Does the next run continue where this one reaches that limit? If not, the limit is its horizon."""
    resumed: bool = False
    """Does it continue a walk of an earlier run?"""
    today: dt.date | None = None
    """The publisher's day on which it began."""
    to_mark: bool = True
    """Does it end at the mark? Not if a day is given, or if entries are in no order."""
    gapless: bool = True
    """Does it reach back to where the last walk began? Not if a later day is given."""
    ordered: bool = True
    """Do its pages come newest first?"""
    newest: list[str] = field(default_factory=list)
    """Keys for the next mark, the newest first."""
    met: set[str] = field(default_factory=set)
    """Keys on all pages so far."""
    upcoming: deque[Request] = field(default_factory=deque)
    """Pages not yet requested, in order."""
    asked: set[tuple[str, bytes]] = field(default_factory=set)
    """Address and body of pages already requested, so that pages that link in a circle end the walk."""
    barren: int = 0
    """Number of pages in a row with nothing new."""
    days: list[dt.date] = field(default_factory=list)
    """Known days of the current page's articles."""
    validators: dict[str, Validator] = field(default_factory=dict)
    """Address → the validator by which the next walk learns whether that page has changed."""
    pages_read: int = 0
    """Number of pages that were read or had not changed."""
    reached: bool = False
    """Has it met the mark?"""
    completed: bool = False
    """Has it reached its end without a failure?"""
    failed: bool = False
    """Did a page of it fail?"""
    missed: list[Request] = field(default_factory=list)
    """The pages that failed."""
    is_over: bool = False
    """Is there no further page to request?"""
    current: Request | None = None
    """The page whose articles are being requested."""
    is_cut: bool = False
    """Did it reach the page limit of the run before its end?"""
    gap: bool = False
    """Did its pages end before the mark? Then articles may have been listed and removed unseen."""
    too_old: bool = False
    """Did it reach days before ``since``?"""
    newest_day: dt.date | None = None
    """The newest day of its first page."""
    oldest_day: dt.date | None = None
    """It has seen everything that the list shows for the days after this one, and perhaps a part of this
    one."""
    has_unchanged: bool = False
    """Was one of its pages unchanged since the last completed walk?"""

    @property
    def exact(self) -> bool:
        """Does every matched link belong to the list? A bare ``a`` also matches tickers and sidebars."""
        return not isinstance(self.source, Listing) or self.source.links != "a"

    def days_of(self, entry: Entry) -> tuple[dt.date | None, dt.date | None]:
        """The days of an entry, as :attr:`Entry.days`; None for days in the future, which are mistakes."""
        first, last = entry.days
        if self.today and first and first > self.today + TO_COME:
            return None, None
        return first, last

    def wants(self, entry: Entry) -> bool:
        """Can the entry belong to the days to look for, judging by its own dates?"""
        first = self.days_of(entry)[0]
        is_too_new = self.until is not None and first is not None and first > self.until
        return not is_too_new and not self.is_too_old(entry)

    def is_too_old(self, entry: Entry) -> bool:
        """Was the entry both published and last changed before ``since``?"""
        last = self.days_of(entry)[1]
        if self.since is None or last is None:
            return False
        return max(last, entry.lastmod.date() if entry.lastmod else last) < self.since

    def turn(self, keys: Sequence[str]) -> set[str]:
        """Note the keys of a page, in page order, before its articles are requested.

        Returns the keys that no earlier page had. Only these show how far the walk has come: a ticker shows
        today's headlines on every page of the archive.
        """
        fresh = {key for key in keys if key not in self.met}
        if self.to_mark and self.mark and keys:
            self.reached = keys[-1] in self.mark if self.exact else bool(fresh) and fresh <= self.mark
        self.barren = 0 if fresh else self.barren + 1
        if self.barren > BARREN and not isinstance(self.source, Sitemap):
            self.upcoming.clear()
        self.met |= fresh
        room = MARK_KEYS - len(self.newest)
        self.newest += [key for key in dict.fromkeys(keys) if key in fresh][: max(0, room)]
        self.days = []
        self.pages_read += 1
        if self.pages_left is not None:
            self.pages_left -= 1
        return fresh

    def lead_on(self, after: Sequence[Request]) -> int:
        """Note the pages after the current one; returns how many were dropped as too many."""
        room = max(0, UPCOMING - len(self.upcoming))
        self.upcoming.extendleft(reversed(after[:room]))
        return max(0, len(after) - room)

    def next(self) -> Request | None:
        """The next page to request, once the current one is settled; None at the end."""
        too_old = bool(self.ordered and self.since and self.days and max(self.days) < self.since)
        self.too_old = self.too_old or too_old
        self._note_days()
        spent = self.pages_left is not None and self.pages_left <= 0
        if not (self.reached or too_old or spent):
            while self.upcoming:
                request = self.upcoming.popleft()
                page = (request.url, request.body)
                if page not in self.asked:
                    self.asked.add(page)
                    self.current = request
                    return request
            self.gap = self.to_mark and bool(self.mark) and self.met.isdisjoint(self.mark)
        self.is_cut = spent and self.goes_on and bool(self.upcoming) and not (self.reached or too_old)
        self.completed = not self.failed
        self.is_over = True
        self.current = None
        return None

    def _note_days(self) -> None:
        """Note how far back the current page goes.

        Any page of a listing may also show old articles, so the newest day of a listing page counts.
        """
        if not self.days:
            return
        self.newest_day = self.newest_day or max(self.days)
        reached = max(self.days) if isinstance(self.source, Listing) else min(self.days)
        self.oldest_day = min(self.oldest_day or reached, reached)

    def fail(self) -> None:
        """Note that the current page could not be fetched or read."""
        self.failed = True
        if self.pages_left is not None:
            self.pages_left -= 1
        if self.current and self.current not in self.missed:
            self.missed.append(self.current)

    @property
    def rest(self) -> list[Request]:
        """The pages for the next run: those that failed, and the rest of a walk that was stopped or cut.

        After a failure the next walk starts from the beginning. A resumed walk requests only its failed pages
        again, as long as any of its pages can be read.
        """
        if self.is_over and not self.is_cut:
            return self.missed if self.resumed and self.pages_read else []
        current = [self.current] if self.current and self.current not in self.missed else []
        return [*self.missed, *current, *self.upcoming]

    def unchanged(self, known: Validator, keys: Sequence[str]) -> None:
        """Note a page that has not changed since the last completed walk (304).

        ``keys`` are those of the last mark. Everything after this page in the list was also there then.
        """
        self.validators[known.url] = known
        self.has_unchanged = True
        self.pages_read += 1
        self.days = []
        self.newest += [key for key in keys if key not in self.newest][: MARK_KEYS - len(self.newest)]
        self.reached = not isinstance(self.source, Sitemap)

    def past_the_end(self, page: int) -> bool:
        """Does the missing page mean the end of the list, rather than a failure?

        A month without articles may have no file, and a page number may be above the last one.
        """
        if isinstance(self.source, Sitemap):
            return self.source.dated
        return self.source.numbered and page > 0

    @property
    def leaves_mark(self) -> bool:
        """Can the next walk stop where this one began? Only if this one left nothing out."""
        return self.completed and self.gapless and self.until is None and bool(self.newest)
