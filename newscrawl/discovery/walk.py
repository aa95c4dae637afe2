"""One walk of one listing, feed, sitemap or API: how far it goes and what it leaves for the next."""

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
"""Entries that a mark remembers: more than any listing page holds."""
BARREN = 3
"""Pages in a row that may show nothing new: what they list may stand in a ticker beside all of them, or
be no articles. A site that repeats its last page for ever is left after so many."""
VALIDATOR_AGE = dt.timedelta(days=1)
"""How long a page may be asked for conditionally before it is read in full again: some servers repeat
an ETag for another page, and what was refused for a while should be met again."""

UPCOMING = 50_000
"""Pages that a walk keeps in mind, at most: as many as a sitemap index may name."""
TO_COME = dt.timedelta(days=2)
"""How far ahead of ours a site's calendar may be."""


FLAWS = frozenset({"date", "cut"})
"""What readers of lists count that leaves no entry out."""


@dataclass(slots=True)
class ListPage:
    """What one page of a walk offers."""

    entries: list[Entry]
    """Its articles, the newest first where it tells."""
    after: list[Request] = field(default_factory=list)
    """The pages after it, in the order in which they should be asked for."""
    index: bool = False
    """Is it a list of further files, in no order that could end the walk?"""
    skipped: Counter[str] = field(default_factory=Counter)
    """What of it was not read, by reason: those for which an address is refused
    (``newscrawl.gate.Reason``), ``no_address`` (an entry without one), ``too_many`` (entries after the most
    that are read) and ``unreadable`` (an entry that the parser of its format fails on)."""
    flaws: Counter[str] = field(default_factory=Counter)
    """What is wrong with what was read: ``date`` (one of an entry's dates names no day), ``cut`` (the file
    ends too early, or goes on for longer than is read)."""

    def __post_init__(self) -> None:
        for reason in FLAWS & self.skipped.keys():
            self.flaws[reason] += self.skipped.pop(reason)


@dataclass(slots=True, eq=False)
class Walk:
    """One walk, newest first, until its end is reached.

    The end is the mark that the last completed walk left, or the day ``since``, or on a first walk
    the horizon in days and pages.
    """

    listing: str
    """The name of the walk: the address of its first page."""
    source: Discovery
    """What is walked, as declared."""
    mark: frozenset[str] = frozenset()
    """Keys of the newest entries at the last completed walk; empty on a first walk."""
    marked_at: dt.datetime | None = None
    """When that mark was left."""
    since: dt.date | None = None
    """No day before this is looked for."""
    until: dt.date | None = None
    """No day after this is looked for."""
    pages_left: int | None = None
    """Pages that are still allowed in this run; None for no such limit."""
    goes_on: bool = False
    """Does the next run go on where this one meets that limit? If not, the limit is its horizon."""
    resumed: bool = False
    """Does it go on where an earlier run stopped?"""
    today: dt.date | None = None
    """The publisher's day on which it began."""
    to_mark: bool = True
    """Does it end at the mark? Not when a day is named, and not where entries are in no order."""
    gapless: bool = True
    """Does it go back to where the last one began? Not when a later day is named."""
    ordered: bool = True
    """Do its pages come newest first?"""
    newest: list[str] = field(default_factory=list)
    """Keys met, the newest first, for the mark to leave."""
    met: set[str] = field(default_factory=set)
    """Keys met on any page of it."""
    upcoming: deque[Request] = field(default_factory=deque)
    """Pages not yet asked for, in order."""
    asked: set[tuple[str, bytes]] = field(default_factory=set)
    """Pages asked for: a site whose pages name each other in a circle is left."""
    barren: int = 0
    """Pages in a row that had nothing new."""
    days: list[dt.date] = field(default_factory=list)
    """Days of the current page's articles, as far as known."""
    validators: dict[str, Validator] = field(default_factory=dict)
    """What tells the next walk whether a page has changed, by address."""
    pages_read: int = 0
    """Pages that were read, or are as they were."""
    reached: bool = False
    """Has the mark been met?"""
    completed: bool = False
    """Has the walk come to its end undisturbed?"""
    failed: bool = False
    """Did a page of it fail?"""
    missed: list[Request] = field(default_factory=list)
    """The pages that failed."""
    is_over: bool = False
    """Is there nothing more to ask for?"""
    current: Request | None = None
    """The page whose articles are asked for."""
    is_cut: bool = False
    """Did it meet the limit of pages of one run before its end?"""
    gap: bool = False
    """Did its pages end before the mark? Then articles may have come and gone unseen."""
    too_old: bool = False
    """Did it come to days before those looked for?"""
    newest_day: dt.date | None = None
    """The newest day of its first page."""
    oldest_day: dt.date | None = None
    """Of this day it may have seen a part, of the days after it all that its list shows."""
    has_unchanged: bool = False
    """Was a page of it as the last completed walk left it?"""

    @property
    def exact(self) -> bool:
        """Does every link of a page belong to its list? A bare ``a`` also finds tickers and sidebars."""
        return not isinstance(self.source, Listing) or self.source.links != "a"

    def days_of(self, entry: Entry) -> tuple[dt.date | None, dt.date | None]:
        """The days of an entry, as :attr:`Entry.days`; a day that is still to come is a mistake, and none."""
        first, last = entry.days
        if self.today and first and first > self.today + TO_COME:
            return None, None
        return first, last

    def wants(self, entry: Entry) -> bool:
        """Is the entry within the days looked for, as far as it tells itself?"""
        first = self.days_of(entry)[0]
        is_too_new = self.until is not None and first is not None and first > self.until
        return not is_too_new and not self.is_too_old(entry)

    def is_too_old(self, entry: Entry) -> bool:
        """Was the entry published, and changed, before the days looked for?"""
        last = self.days_of(entry)[1]
        if self.since is None or last is None:
            return False
        return max(last, entry.lastmod.date() if entry.lastmod else last) < self.since

    def turn(self, keys: Sequence[str]) -> set[str]:
        """Take note of a page: its keys in their order, before its articles are asked for.

        Returns the keys that no page before had. Only they tell how far the walk has come: a ticker
        shows today's headlines on every page of the archive.
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
        """Take note of the pages after the current one; returns how many were too many to wait."""
        room = max(0, UPCOMING - len(self.upcoming))
        self.upcoming.extendleft(reversed(after[:room]))
        return max(0, len(after) - room)

    def next(self) -> Request | None:
        """The next page to ask for, once the current one is settled; None at the end."""
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

        An old article may stand beside any page of a listing, so there its newest day counts.
        """
        if not self.days:
            return
        self.newest_day = self.newest_day or max(self.days)
        reached = max(self.days) if isinstance(self.source, Listing) else min(self.days)
        self.oldest_day = min(self.oldest_day or reached, reached)

    def fail(self) -> None:
        """The current page could not be fetched or read."""
        self.failed = True
        if self.pages_left is not None:
            self.pages_left -= 1
        if self.current and self.current not in self.missed:
            self.missed.append(self.current)

    @property
    def rest(self) -> list[Request]:
        """The pages with which another run goes on: those that failed, and what is left of a walk that was
        stopped or cut.

        After a failure a walk begins anew next time, unless it was resumed: then it asks for nothing but the
        pages that failed, for as long as any of its pages can be read.
        """
        if self.is_over and not self.is_cut:
            return self.missed if self.resumed and self.pages_read else []
        current = [self.current] if self.current and self.current not in self.missed else []
        return [*self.missed, *current, *self.upcoming]

    def unchanged(self, known: Validator, keys: Sequence[str]) -> None:
        """Take note of a page that is as the last completed walk left it (304).

        ``keys`` are those of the last mark. All that follows in a list was there then, too.
        """
        self.validators[known.url] = known
        self.has_unchanged = True
        self.pages_read += 1
        self.days = []
        self.newest += [key for key in keys if key not in self.newest][: MARK_KEYS - len(self.newest)]
        self.reached = not isinstance(self.source, Sitemap)

    def past_the_end(self, page: int) -> bool:
        """Is it the end of the list, and no failure, when there is no such page?

        A file of a month without articles need not exist; nor does a page number above the last one.
        """
        if isinstance(self.source, Sitemap):
            return self.source.dated
        return self.source.numbered and page > 0

    @property
    def leaves_mark(self) -> bool:
        """May the next walk stop where this one began? Only if nothing in between was left out."""
        return self.completed and self.gapless and self.until is None and bool(self.newest)
