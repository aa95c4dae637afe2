"""The walks of a crawl: where each begins, how far it has come, what it leaves for the next run.

A :class:`~newscrawl.discovery.Walk` decides its own course; only this module reports to it what happened to
its pages.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from newscrawl.covered import SeenWalk
from newscrawl.discovery import Entry, ListPage, Walk, pages
from newscrawl.discovery.walk import VALIDATOR_AGE
from newscrawl.frontier import Checkpoint, KnownAddress, Mark, Validator
from newscrawl.items import Article
from newscrawl.meta import meta
from newscrawl.sites import Discovery, Listing, Sitemap
from newscrawl.spider.arguments import follows_sections, no_section, section_of
from newscrawl.spider.crawl import Crawl
from newscrawl.spider.seen import seen_by
from newscrawl.vocabulary import RunOutcome

log = logging.getLogger(__name__)

_PAST_THE_END = (400, 404, 410)
"""HTTP statuses of a page number above the last one; WordPress's API answers 400."""


class CrawlWalks:
    """Every walk of a crawl, with the marks and checkpoints of earlier runs."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl
        self._walks: list[Walk] = []
        self._marks: dict[str, Mark] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._offered: set[str] = set()
        """The sections to which the walked pages link."""

    def __len__(self) -> int:
        return len(self._walks)

    async def load(self) -> None:
        """Load the marks and checkpoints of earlier runs."""
        crawl = self._crawl
        self._marks = await crawl.store.walks.marks(crawl.name)
        self._checkpoints = await crawl.store.walks.checkpoints(crawl.name, crawl.arguments.days)

    # --- Where a walk begins

    def begin(self, source: Discovery) -> list[Walk]:
        """New walks of a declared list: one that continues where an earlier run stopped, and one from the
        newest page on. Empty if the list is already being walked.
        """
        name = pages.name(source, self._crawl.site.home)
        if any(begun_walk.listing == name for begun_walk in self._walks):
            return []
        walk = self._new(name, source)
        begun = []
        if left := self._checkpoints.get(name):
            begun.append(self._resumed(left, walk))
        if not (left and self._crawl.arguments.since):
            begun.append(walk)
            assert walk.today
            assert walk.since
            until = min(walk.until or walk.today, walk.today)
            walk.upcoming.extend(pages.first(source, self._crawl.site.home, walk.since, until))
        self._walks += begun
        return begun

    def _new(self, name: str, source: Discovery) -> Walk:
        arguments, settings = self._crawl.arguments, self._crawl.settings
        mark = self._marks.get(name)
        own = self._crawl.site.clock
        now = self._crawl.clock.now()
        last = mark.completed_at if mark else now
        # This day ends a walk whose mark has vanished from the site.
        horizon = last.astimezone(own).date() - dt.timedelta(days=settings.getint("HORIZON_DAYS"))
        # If sections are requested, a home page is read only for its links to them.
        in_order = not isinstance(source, Sitemap)
        listed = not (arguments.sections and follows_sections(source))
        limited = arguments.since is None and (mark is None or not in_order)
        return Walk(
            name,
            source,
            mark=frozenset(mark.keys if mark else ()),
            marked_at=mark.completed_at if mark and mark.keys else None,
            since=arguments.since or horizon,
            until=arguments.until,
            today=now.astimezone(own).date(),
            pages_left=settings.getint("HORIZON_PAGES" if limited else "WALK_PAGES"),
            goes_on=not limited,
            to_mark=arguments.since is None and in_order and listed,
            gapless=(arguments.since is None or mark is None) and listed,
        )

    def _resumed(self, left: Checkpoint, walk: Walk) -> Walk:
        """A walk that continues where an earlier run stopped."""
        resumed = Walk(
            walk.listing,
            walk.source,
            mark=frozenset(left.mark),
            marked_at=left.marked_at,
            since=left.since,
            until=walk.until,
            today=walk.today,
            pages_left=self._crawl.settings.getint("WALK_PAGES"),
            to_mark=bool(left.mark),
            goes_on=True,
            gapless=False,
            resumed=True,
        )
        home = self._crawl.site.home
        resumed.upcoming.extend(pages.restored(walk.source, word, home) for word in left.pages)
        log.info("%s: continuing with the %d pages left by an earlier run", left.listing, len(left.pages))
        return resumed

    # --- What happens to its pages

    def next(self, walk: Walk) -> Request | None:
        """The request of a walk's next page, without its callback; None at its end."""
        request = walk.next()
        if request is None:
            self._say_end(walk)
            return None
        validator = self._validator(walk, request)
        rendered = self._crawl.site.render and isinstance(walk.source, Listing)
        return request.replace(
            headers=dict(request.headers) | dict(pages.conditional(validator) if validator else ()),
            meta=request.meta | {"playwright": rendered},
        )

    def _say_end(self, walk: Walk) -> None:
        if walk.is_cut:
            self._crawl.stat("discovery/cut")
            log.info("%s has more pages; the next run continues there", walk.listing)
        if walk.gap:
            self._crawl.stat("discovery/gaps")
            log.warning(
                "%s lists none of the articles of the last run any more: others may have been listed and "
                "removed unseen; crawl %s more often", walk.listing, self._crawl.name,
            )  # fmt: skip

    def _validator(self, walk: Walk, request: Request) -> Validator | None:
        """What the last walk knew about a page; None if this walk needs more than the new entries."""
        mark = self._marks.get(walk.listing)
        if mark is None or not walk.gapless or walk.until or self._crawl.arguments.refresh:
            return None
        known = next((v for v in mark.validators if v.url == request.url), None)
        return known if known and self._crawl.clock.now() - known.read_at < VALIDATOR_AGE else None

    def fail(self, walk: Walk, kind: str) -> None:
        """Note that a page of a walk could not be downloaded or read."""
        walk.fail()
        self._crawl.stat(f"discovery/failed/{kind}")

    def reject(self, walk: Walk) -> None:
        """Note that a page of a walk is not of the declared kind."""
        walk.fail()

    def is_unchanged(self, walk: Walk, request: Request, status: int | None) -> bool:
        """Is the page unchanged since the last completed walk (304)? If so, the walk notes it."""
        known = self._validator(walk, request) if status == 304 else None
        if known is None:
            return False
        self._crawl.stat("discovery/unchanged")
        walk.unchanged(known, self._marks[walk.listing].keys)
        return True

    def is_past_the_end(self, walk: Walk, request: Request, status: int | None) -> bool:
        """Does this status mean the end of the list, rather than a failure?"""
        return status in _PAST_THE_END and walk.past_the_end(meta(request).get("page", 0))

    def note_page(self, walk: Walk, response: Response, page: ListPage, *, leads_on: bool) -> int:
        """Note a page that was read; returns how many of the pages after it were dropped as too many.

        ``leads_on`` says that the page leads to other lists, so that a later run must read it again.
        """
        first = not meta(response).get("page")
        if not page.index and not leads_on and (first or isinstance(walk.source, Sitemap)):
            _remember(walk, response)
        walk.ordered = walk.ordered and not page.index
        return walk.lead_on(page.after)

    def date(
        self, walk: Walk, fresh: Collection[str], known: Mapping[str, KnownAddress], by_key: Any
    ) -> None:
        """Note the days of a page's entries; for known articles the stored days."""
        days = (known[k].last_day for k in fresh if k in known)
        walk.days += [dt.date.fromisoformat(day) for day in days if day]
        entries: Mapping[str, Entry] = by_key
        walk.days += [last for k in fresh if (last := walk.days_of(entries[k])[1])]

    def date_by(self, walk: Walk, article: Article) -> None:
        """Note the day of an article of the current page, as read from its own page."""
        last = article.day or (article.published and article.published.latest)
        walk.days += [dt.date.fromisoformat(last)] if last else []

    def stuck(self) -> list[Walk]:
        """Walks that wait for nothing, although they have not reached their end."""
        return [walk for walk in self._walks if not walk.is_over and not self._crawl.ledger.waits(walk)]

    # --- Sections

    def offers(self, section: str) -> bool:
        """Note that a page links to a section; returns whether to walk it."""
        self._offered.add(section)
        sections = self._crawl.arguments.sections
        return not sections or section in sections

    def say_missing_sections(self) -> None:
        """At the end of a crawl, say which of the requested sections the site does not have."""
        leading = [walk for walk in self._walks if follows_sections(walk.source)]
        if not leading or not all(walk.completed for walk in leading):
            return
        crawl = self._crawl
        declared = (section_of(source) for source in crawl.arguments.of_kind(crawl.site))
        names = {name for name in declared if name} | self._offered
        if unknown := crawl.arguments.sections - names:
            sentence = no_section(crawl.site.domain, unknown, sorted(names))
            if unknown == crawl.arguments.sections:
                crawl.why[RunOutcome.NO_LINKS] = sentence
                crawl.stat("discovery/no_section")
            else:
                log.warning("%s", sentence)

    # --- For the next run

    def marks(self, now: dt.datetime) -> list[Mark]:
        """The marks that the completed walks of this crawl leave.

        A walk that was cut short while the rest of an earlier walk is still open leaves none, as only one
        rest can be kept.
        """
        resumed = {walk.listing for walk in self._walks if walk.resumed and walk.rest}
        return [
            Mark(walk.listing, self._crawl.name, tuple(walk.newest), now, tuple(walk.validators.values()))
            for walk in self._walks
            if walk.leaves_mark and not (walk.is_cut and walk.listing in resumed)
        ]

    def walked(self, began: dt.datetime, now: dt.datetime) -> list[SeenWalk]:
        """What each walk of this crawl saw. The crawl began at ``began`` and leaves its marks at ``now``."""
        leaving = {mark.listing for mark in self.marks(now)}
        seen = [(walk, seen_by(walk, began, self._crawl.site.timezone)) for walk in self._walks]
        return [
            replace(record, marked_at=now) if walk.listing in leaving and not walk.resumed else record
            for walk, record in seen
        ]

    def checkpoints(self) -> list[Checkpoint]:
        """Where the next run continues the walks of this one; a checkpoint without pages if nothing is left.

        A walk without a given ``since`` begins again at its newest page, unless it has more pages than one
        run may request.
        """
        checkpoints: dict[str, Checkpoint] = {}
        for walk in self._walks:
            left = walk.rest if walk.is_cut or walk.resumed or self._crawl.arguments.since else []
            noted = checkpoints.get(walk.listing)
            if (noted and noted.pages) or not (left or walk.listing in self._checkpoints):
                continue  # a resumed walk comes first, as long as any of its pages are left
            checkpoints[walk.listing] = Checkpoint(
                walk.listing,
                self._crawl.name,
                self._crawl.arguments.days,
                tuple(pages.saved(walk.source, request) for request in left),
                walk.since,
                tuple(walk.mark) if walk.to_mark else (),
                walk.marked_at if walk.to_mark else None,
            )
        return list(checkpoints.values())


def _remember(walk: Walk, response: Response) -> None:
    """Keep the headers by which the next walk learns whether this page has changed."""
    assert response.request
    etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    if response.request.method == "GET" and (etag or modified):
        walk.validators[response.request.url] = Validator(
            response.request.url,
            etag.decode("latin-1") if etag else None,
            modified.decode("latin-1") if modified else None,
            meta(response)["fetched_at"],
        )
