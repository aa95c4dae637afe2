"""The one spider: it walks what a site declares, asks the store what is known, downloads the rest."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from newscrawl.dates import parse_day, zone
from newscrawl.discovery import KINDS, Entry, Page, Walk, listing, pages, sitemap, source_of
from newscrawl.discovery.walk import VALIDATOR_AGE
from newscrawl.download.clock import Clock
from newscrawl.download.errors import classify
from newscrawl.frontier import Checkpoint, Mark, Pending, Validator
from newscrawl.items import Article, DateCandidate, Http, RawArticle, Rejection
from newscrawl.ledger import Account, Ledger
from newscrawl.page.chosen_date import choose
from newscrawl.sites import Discovery, Feed, Listing, Site, Sitemap
from newscrawl.store import Store
from newscrawl.urls import key
from newscrawl.vocabulary import (
    AddressOutcome,
    AddressSource,
    FetchFailure,
    Interruption,
    Origin,
    RejectionReason,
    RunOutcome,
)
from newscrawl.workers import ReadingError, StoppedError
from newscrawl.workers.lists import Links
from newscrawl.workers.reader import Reader

log = logging.getLogger(__name__)

_FIRST, _ARTICLE, _LISTING = 30, 20, 10
"""Priorities: what failed last time, then articles, then further listing pages."""
SITEMAPS = 200
"""Sitemaps that a ``robots.txt`` may name, at most."""
_PENDING_TRIES = 10
"""Failed visits after which an address is given up."""
_RETRY = {FetchFailure.BUSY: dt.timedelta(hours=1), FetchFailure.SERVER: dt.timedelta(hours=1)}
"""How long to leave a site alone that answered so; other passing failures may be tried next time."""
_NOT_FOUND = (404, 410)
_PAST_THE_END = (400, 404, 410)
"""What sites answer for a page number above the last one; WordPress's API says 400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The spider arguments, on every spider; all are strings, as Scrapyd passes them."""

    since: dt.date | None = None
    """Look for articles from this day on (``2024-03-27``, or Hijri ``1445-09-17H``)."""
    until: dt.date | None = None
    """Look for articles up to this day."""
    limit: int | None = None
    """Stop after so many newly stored articles."""
    sections: frozenset[str] = frozenset()
    """Walk only these listings (comma list of section names); empty for all."""
    discover: frozenset[str] = frozenset(KINDS)
    """Walk only these kinds (comma list of ``listing``, ``feed``, ``sitemap``, ``api``)."""
    refresh: int | None = None
    """Download known articles of at most this age in days again."""
    url: str | None = None
    """Download this one page and nothing else."""

    @classmethod
    def read(cls, given: dict[str, str], country: str | None = None) -> Self:
        """The arguments as given on the command line.

        Raises ``ValueError`` with a sentence that names the argument, its value and what it should be.
        """
        given = {name: str(value).strip() for name, value in given.items() if name != "_job"}
        unknown = sorted(given.keys() - cls.__dataclass_fields__.keys())
        if unknown:
            known = ", ".join(cls.__dataclass_fields__)
            raise ValueError(f"unknown argument {unknown[0]!r}; the arguments are: {known}")
        values: dict[str, Any] = {}
        for name, value in given.items():
            if not value.strip(", "):
                raise ValueError(f"{name}={value!r} says nothing: give it a value, or leave it out")
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
            raise ValueError(f"since={given['since']!r} should not be after until={given['until']!r}")
        return arguments

    def check(self, site: Site) -> None:
        """Can these arguments mean anything at a site, as far as its declaration tells?

        Raises ``ValueError`` with a sentence that names the argument, its value and what it should be:
        ``url='https://www.hespress.com/خبر-1.html' is no address of alayam24.com``.
        """
        if self.url and not site.owns(self.url):
            raise ValueError(f"url={self.url!r} is no address of {site.domain}")
        walked = self.of_kind(site)
        if site.discover and not walked:
            kinds = [word for word, kind in KINDS.items() if any(isinstance(d, kind) for d in site.discover)]
            given = ",".join(sorted(self.discover))
            raise ValueError(f"discover={given!r}: {site.domain} declares none; it has: {', '.join(kinds)}")
        if any(_follows_sections(declared) for declared in walked):
            return  # the page knows them
        names = [name for declared in walked if (name := _section(declared))]
        if unknown := self.sections.difference(names):
            raise ValueError(no_section(site.domain, unknown, names))

    @property
    def days(self) -> str:
        """The days looked for, ``..`` for none. Example: ``2024-01-01..2024-03-31``."""
        return f"{self.since or ''}..{self.until or ''}"

    def of_kind(self, site: Site) -> list[Discovery]:
        """What a site declares of the kinds looked for."""
        kinds = tuple(KINDS[kind] for kind in self.discover)
        return [declared for declared in site.discover if isinstance(declared, kinds)]


def no_section(domain: str, unknown: Iterable[str], names: Iterable[str]) -> str:
    """Says that a site has none of these sections, and which it has.

    >>> no_section("alayam24.com", ["sprot"], ["politics", "sport"])
    "sections='sprot': alayam24.com has no such section; it has: politics, sport"
    """
    known = ", ".join(dict.fromkeys(names)) or "none that can be named"
    return f"sections={','.join(sorted(unknown))!r}: {domain} has no such section; it has: {known}"


def _section(declared: Discovery) -> str | None:
    """The name of a declared section; None when it has none."""
    if isinstance(declared, Listing) and not declared.name:
        return listing.section_name(declared.url) or None
    return declared.name


def _follows_sections(declared: Discovery) -> bool:
    return isinstance(declared, Listing) and declared.follow_sections


def _names_a_day(dates: Sequence[DateCandidate], site: Site, now: dt.datetime) -> bool:
    """Does a page itself say the one day on which its article was published?"""
    published = choose(
        dates,
        timezone=site.timezone,
        country=site.country,
        now=now,
        false_zone=site.false_zone,
        month_first=site.month_first,
    ).published
    return published is not None and published.earliest is None


def _rejected_for(kind: FetchFailure) -> RejectionReason:
    """Why an address is rejected whose download failed for good."""
    if kind in (FetchFailure.ROBOTS, FetchFailure.TOO_LARGE):
        return RejectionReason(kind)
    return RejectionReason.UNREACHABLE if kind.passes else RejectionReason.REFUSED


class NewsSpider(Spider):
    """Base of all spiders: a subclass declares ``name`` and ``site`` and nothing else."""

    site: ClassVar[Site]

    def __init__(self, name: str | None = None, **kwargs: str) -> None:
        super().__init__(name)
        self.arguments = Arguments.read(kwargs, self.site.country)
        self.arguments.check(self.site)
        self.walks: list[Walk] = []
        self.ledger = Ledger(self._walk_on)
        self._recovering: asyncio.Future[None] | None = None
        self.why: dict[str, str] = {}
        """What is known of an outcome better than its name tells, for the last words of the run."""
        self._marks: dict[str, Mark] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._feeds_at_home = False
        self._offered: set[str] = set()
        """The sections that the pages walked for them link to."""

    @property
    def named_addresses(self) -> tuple[str, ...]:
        """The addresses that the declaration and the command line name."""
        return (*self.site.declared, *([self.arguments.url] if self.arguments.url else []))

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Ask a site that needs it more slowly than the others."""
        super().update_settings(settings)
        if cls.site.delay is not None:
            usual = settings.getfloat("DOWNLOAD_DELAY")
            settings.set("DOWNLOAD_DELAY", max(usual, cls.site.delay), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Connect the spider to the store, the clock and the signals that settle an article."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.store = Store.from_crawler(crawler)
        spider.clock = Clock.from_crawler(crawler)
        spider.reader = Reader.from_crawler(crawler, cls.site)
        spider.began = spider.clock.now()
        crawler.signals.connect(spider._item_done, signals.item_scraped)
        crawler.signals.connect(spider._item_dropped, signals.item_dropped)
        crawler.signals.connect(spider._item_done, signals.item_error)
        crawler.signals.connect(spider._idle, signals.spider_idle)
        return spider

    store: Store
    ledger: Ledger[Walk]
    clock: Clock
    reader: Reader
    began: dt.datetime
    """The crawl's first moment by its own clock; in a replay the recording's."""

    # --- Where a crawl begins

    async def start(self) -> AsyncIterator[Any]:
        """One page, or: what failed last time, what is due again, then every walk."""
        now = self.clock.now()
        arguments = self.arguments
        if self.site.refused:
            self.why[RunOutcome.REFUSED] = f"it is left alone: {self.site.refused}"
            raise CloseSpider(RunOutcome.REFUSED)
        if not self.settings["CONTACT"] and not self.settings["REPLAY"]:
            log.warning("set NEWSCRAWL_CONTACT, so that %s can reach you", self.site.domain)
        if arguments.url:
            if request := self._article(Entry(self.site.admit(arguments.url)), AddressSource.URL):
                yield request
            return
        async for request in self._left_over(now):
            yield request
        async for request in self._again(now):
            yield request
        self._marks = await self.store.walks.marks(self.name)
        self._checkpoints = await self.store.walks.checkpoints(self.name, arguments.days)
        wanted = [declared for declared in arguments.of_kind(self.site) if self._selected(declared)]
        self._feeds_at_home = any(isinstance(found, Feed) and found.url is None for found in wanted)
        for declared in wanted:
            for request in self._begin(declared, wanted):
                yield request

    def _selected(self, declared: Discovery) -> bool:
        """Is it of the sections looked for? A home page is, for the sections that it links to."""
        sections = self.arguments.sections
        return not sections or _follows_sections(declared) or _section(declared) in sections

    def _begin(self, declared: Discovery, wanted: Sequence[Discovery]) -> Iterator[Request]:
        """The first request of one declared way to find articles."""
        home = self.site.home
        match declared:
            case Feed(url=None):
                walked = (other.url for other in wanted if isinstance(other, Listing))
                if not any(urljoin(home, url) == home for url in walked):
                    yield Request(home, self.parse_home, errback=self.failed, dont_filter=True)
            case Sitemap(url=None):
                yield Request(
                    f"{home}robots.txt",
                    self.parse_robots,
                    errback=self.failed,
                    dont_filter=True,
                    cb_kwargs={"declared": declared},
                    meta={"dont_obey_robotstxt": True},
                )
            case _:
                yield from self._walk(declared)

    def _walk(self, source: Discovery) -> Iterator[Request]:
        """A new walk, and the request of its first page."""
        name = pages.name(source, self.site.home)
        if any(other.listing == name for other in self.walks):
            return
        arguments = self.arguments
        mark = self._marks.get(name)
        own = zone(self.site.timezone)
        now = self.clock.now()
        last = mark.completed_at if mark else now
        today = now.astimezone(own).date()
        # Beyond the mark, this ends a walk whose mark has vanished from the site.
        horizon = last.astimezone(own).date() - dt.timedelta(days=self.settings.getint("HORIZON_DAYS"))
        # Where sections are looked for, a home page is read for nothing but its links to them.
        in_order = not isinstance(source, Sitemap)
        listed = not (arguments.sections and _follows_sections(source))
        limited = arguments.since is None and (mark is None or not in_order)
        walk = Walk(
            name,
            source,
            mark=frozenset(mark.keys if mark else ()),
            since=arguments.since or horizon,
            until=arguments.until,
            today=today,
            pages_left=self.settings.getint("HORIZON_PAGES" if limited else "WALK_PAGES"),
            goes_on=not limited,
            to_mark=arguments.since is None and in_order and listed,
            gapless=(arguments.since is None or mark is None) and listed,
        )
        if left := self._checkpoints.get(name):
            yield from self._resume(left, walk)
            if arguments.since:
                return
        self.walks.append(walk)
        until = min(arguments.until or today, today)
        walk.upcoming.extend(pages.first(source, self.site.home, arguments.since or horizon, until))
        if following := self._next(walk):
            yield following

    def _resume(self, left: Checkpoint, walk: Walk) -> Iterator[Request]:
        """A walk that goes on where an earlier run stopped, and the request of its first page."""
        resumed = Walk(
            walk.listing,
            walk.source,
            mark=frozenset(left.mark),
            since=left.since,
            until=walk.until,
            today=walk.today,
            pages_left=self.settings.getint("WALK_PAGES"),
            to_mark=bool(left.mark),
            goes_on=True,
            gapless=False,
            resumed=True,
        )
        resumed.upcoming.extend(pages.restored(walk.source, word, self.site.home) for word in left.pages)
        self.walks.append(resumed)
        log.info("%s: going on with %d pages that are left", left.listing, len(left.pages))
        if following := self._next(resumed):
            yield following

    def checkpoints(self) -> list[Checkpoint]:
        """Where the next run goes on with the walks of this one; without pages where nothing is left.

        A walk that looks for no day of its own is walked again from its newest page, unless its pages are
        more than one run may ask for.
        """
        found: dict[str, Checkpoint] = {}
        for walk in self.walks:
            left = walk.rest if walk.is_cut or walk.resumed or self.arguments.since else []
            noted = found.get(walk.listing)
            if (noted and noted.pages) or not (left or walk.listing in self._checkpoints):
                continue  # what was resumed comes first, for as long as anything of it is left
            found[walk.listing] = Checkpoint(
                walk.listing,
                self.name,
                self.arguments.days,
                tuple(pages.saved(walk.source, request) for request in left),
                walk.since,
                tuple(walk.mark) if walk.to_mark else (),
            )
        return list(found.values())

    def _next(self, walk: Walk) -> Request | None:
        """The request of a walk's next page; None at its end."""
        request = walk.next()
        if request is None:
            if walk.is_cut:
                self._stat("discovery/cut")
                log.info("%s has more pages; the next run goes on there", walk.listing)
            if walk.gap:
                self._stat("discovery/gaps")
                log.warning(
                    "%s has none of the articles that stood there last time: some may have come and gone "
                    "between; crawl %s more often", walk.listing, self.name,
                )  # fmt: skip
            return None
        validator = self._validator(walk, request)
        return request.replace(
            callback=self.parse_page,
            errback=self.failed,
            priority=_LISTING,
            dont_filter=True,
            cb_kwargs={"walk": walk},
            headers=dict(request.headers) | dict(pages.conditional(validator) if validator else ()),
            meta=request.meta | {"playwright": self.site.render and isinstance(walk.source, Listing)},
        )

    def _validator(self, walk: Walk, request: Request) -> Validator | None:
        """What the last walk knew of a page, when this one asks for nothing more than is new."""
        mark = self._marks.get(walk.listing)
        if mark is None or not walk.gapless or walk.until or self.arguments.refresh:
            return None
        known = next((v for v in mark.validators if v.url == request.url), None)
        return known if known and self.clock.now() - known.read_at < VALIDATOR_AGE else None

    async def _left_over(self, now: dt.datetime) -> AsyncIterator[Request]:
        """What failed last time; what is stored all the same is visited again."""
        found = await self.store.addresses.pending(self.name, now)
        known = await self.store.addresses.known([pending.key for pending in found], self.site.owner, now)
        for pending in found:
            stored = pending.key in known and known[pending.key].article
            again = {"http": None} if stored else None
            # One that the site owns no longer is rejected by the gate.
            url = self.site.admit(pending.url) if self.site.owns(pending.url) else pending.url
            young = not self.settings["REPLAY"]
            if request := self._article(
                Entry(url), AddressSource.PENDING, known=again, young=young, priority=_FIRST
            ):
                yield request.replace(meta=request.meta | {"pending": True})

    async def _again(self, now: dt.datetime) -> AsyncIterator[Request]:
        """Known articles that are due for another visit."""
        ages = sorted(dt.timedelta(hours=hours) for hours in self.settings.getlist("REVISIT_HOURS"))
        refresh = self.arguments.refresh
        oldest = dt.timedelta(days=refresh) if refresh else ages[-1] * 2
        budget = None if refresh else self.settings.getint("REVISIT_BUDGET")
        async for doc in self.store.visits.young(self.name, now - oldest):
            visits = [doc["first_seen_at"] + age for age in ages]
            if not self.site.owns(doc["url"]):  # as of an edition that is a site of its own by now
                continue
            due = any(doc["checked_at"] < visit <= now for visit in visits)
            if due or refresh:
                if budget is not None:
                    if budget == 0:
                        break
                    budget -= 1
                if request := self._article(
                    Entry(self.site.admit(doc["url"])), AddressSource.AGAIN, known=doc
                ):
                    yield request

    # --- Pages that lead to articles

    async def parse_page(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A page of a walk: its articles, and what else it leads to."""
        self._stat("discovery/pages")
        first = not response.meta.get("page")
        links = None
        try:
            page = await self.reader.page(response, walk)
            if page and first and isinstance(response, TextResponse) and self._leads_on(walk.source):
                links = await self.reader.links(response)
        except StoppedError:
            return
        except ReadingError as error:
            if following := self._unread(response, walk, error):
                yield following
            return
        if page is None:
            walk.fail()
            kind = type(walk.source).__name__.lower()
            log.warning("%s is no %s: %s", response.url, kind, response.headers.get("Content-Type"))
            if following := self._next(walk):
                yield following
            return
        if self.arguments.sections and _follows_sections(walk.source):
            page = Page([])
        self._stat("discovery/links", len(page.entries))
        self.ledger.skip(source_of(walk.source), page.skipped)
        for reason, count in page.flaws.items():
            self._stat(f"discovery/flaws/{reason}", count)
        leads_on = False
        for request in self._lead(links, walk.source) if links else ():
            leads_on = True
            yield request
        if not page.index and not leads_on and (first or isinstance(walk.source, Sitemap)):
            self._remember(walk, response)
        walk.ordered = walk.ordered and not page.index
        if left_out := walk.lead_on(page.after):
            self.ledger.skip(source_of(walk.source), Counter(too_many=left_out))
        async for request in self._take(walk, page.entries):
            yield request

    def _unread(self, response: Response, walk: Walk, error: ReadingError) -> Request | None:
        """A page of a walk could not be read: the walk has failed, and goes on with the next page."""
        walk.fail()
        self._stat(f"discovery/failed/{error.reason}")
        self._say_unread(response, error)
        return self._next(walk)

    def _say_unread(self, response: Response, error: ReadingError) -> None:
        level = logging.ERROR if error.reason == RejectionReason.FAULT else logging.WARNING
        log.log(level, "%s could not be read: %s", response.url, error, exc_info=error.__cause__)

    def _leads_on(self, source: Discovery) -> bool:
        """Does what is found beside its articles count? A home page's feeds, and links to sections."""
        return isinstance(source, Listing) and (source.follow_sections or self._shows_feeds(source))

    def _shows_feeds(self, source: Listing) -> bool:
        return self._feeds_at_home and urljoin(self.site.home, source.url) == self.site.home

    def _lead(self, links: Links, source: Discovery) -> Iterator[Request]:
        """What a listing leads to beside its articles: a home page's feeds and sections."""
        assert isinstance(source, Listing)
        if self._shows_feeds(source):
            yield from self._advertised(links)
        if source.follow_sections:
            sections = self.arguments.sections
            for url in links.sections:
                self._offered.add(listing.section_name(url))
                if not sections or listing.section_name(url) in sections:
                    yield from self._walk(replace(source, url=url, follow_sections=False, name=None))

    def _advertised(self, links: Links) -> Iterator[Request]:
        for url in links.feeds:
            yield from self._walk(Feed(url))

    def _remember(self, walk: Walk, response: Response) -> None:
        """Keep what tells the next walk whether this page has changed."""
        assert response.request
        etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
        if response.request.method == "GET" and (etag or modified):
            walk.validators[response.request.url] = Validator(
                response.request.url,
                etag.decode("latin-1") if etag else None,
                modified.decode("latin-1") if modified else None,
                response.meta["fetched_at"],
            )

    async def parse_home(self, response: Response) -> AsyncIterator[Any]:
        """The home page, for the feeds it advertises."""
        if not isinstance(response, TextResponse):
            return
        try:
            links = await self.reader.links(response)
        except StoppedError:
            return
        except ReadingError as error:
            self._stat(f"discovery/failed/{error.reason}")
            self._say_unread(response, error)
            return
        for request in self._advertised(links):
            yield request

    async def parse_robots(self, response: Response, declared: Sitemap) -> AsyncIterator[Any]:
        """``robots.txt``, for the sitemaps it names."""
        named = sitemap.named_by_robots(response.body, response.url, self.site)
        if len(named) > SITEMAPS:
            self.ledger.skip(AddressSource.SITEMAP, Counter(too_many=len(named) - SITEMAPS))
        for url in named[:SITEMAPS]:
            for request in self._walk(replace(declared, url=url)):
                yield request

    async def _take(self, walk: Walk, entries: Iterable[Entry]) -> AsyncIterator[Request]:
        """Ask for what is not known of a page's entries; when all are answered the walk goes on."""
        by_key = await asyncio.to_thread(self._by_key, entries)
        fresh = walk.turn(list(by_key))
        kind = source_of(walk.source)
        wanted = {}
        for k, entry in by_key.items():
            if walk.wants(entry):
                wanted[k] = entry
            else:
                self.ledger.meet(
                    k, kind, AddressOutcome.UNWANTED, "too_old" if walk.is_too_old(entry) else "too_new"
                )
        known = await self.store.addresses.known(wanted, self.site.owner, self.clock.now())
        walk.days += [dt.date.fromisoformat(day) for k in fresh & known.keys() if (day := known[k].last_day)]
        walk.days += [last for k in fresh if (last := walk.days_of(by_key[k])[1])]
        requests = []
        for k, entry in wanted.items():
            found = known.get(k)
            newer = found and entry.lastmod and found.checked_at and entry.lastmod > found.checked_at
            if found is None or newer:
                young = found is None and self._is_young(entry)
                again = found and {"http": None}
                requests.append(self._article(entry, kind, walk=walk, known=again, young=young))
            else:
                self.ledger.meet(
                    k, kind, AddressOutcome.PENDING if found.is_pending else AddressOutcome.KNOWN
                )
        self._stat("discovery/known", len(known))
        waits = self.ledger.waits(walk)
        for request in requests:
            if request:
                yield request
        if not waits and (following := self._next(walk)):
            yield following

    def _is_young(self, entry: Entry) -> bool:
        """Can an address have been published within the last day, for all that its list says?

        What a recording lacks now it will lack for ever.
        """
        last = entry.days[1]
        yesterday = self.clock.now().astimezone(zone(self.site.timezone)).date() - dt.timedelta(days=1)
        return not self.settings["REPLAY"] and (last is None or last >= yesterday)

    def _by_key(self, entries: Iterable[Entry]) -> dict[str, Entry]:
        return {key(entry.url, self.site.url_rules): entry for entry in entries}

    def marks(self, now: dt.datetime) -> list[Mark]:
        """The marks that the completed walks of this crawl leave.

        A walk that was cut while the rest of an earlier one is still open leaves none: of two rests one
        would be forgotten.
        """
        resumed = {walk.listing for walk in self.walks if walk.resumed and walk.rest}
        return [
            Mark(walk.listing, self.name, tuple(walk.newest), now, tuple(walk.validators.values()))
            for walk in self.walks
            if walk.leaves_mark and not (walk.is_cut and walk.listing in resumed)
        ]

    def _walk_on(self, walk: Walk) -> None:
        """All articles of a walk's page have been answered: ask for its next page."""
        if following := self._next(walk):
            assert self.crawler.engine
            self.crawler.engine.crawl(following)

    def _item_done(self, item: object, response: Response | Failure | None) -> None:
        if isinstance(response, Response) and response.request and "key" in response.meta:
            walk: Walk | None = response.meta.get("walk")
            if walk and isinstance(item, Article):
                last = item.day or (item.published and item.published.latest)
                walk.days += [dt.date.fromisoformat(last)] if last else []
            self.ledger.answer(response.meta["key"])

    def _item_dropped(self, item: object, response: Response | Failure | None) -> None:
        """A pipeline does not want it; what MongoDB is not there to take stays open."""
        self._item_done(item, response)
        request: Request | None = getattr(response, "request", None)
        k = request.meta.get("key") if request else None
        if k in self.ledger.open and not self.store.writer.over.is_set():
            self.store.writer.settle(k)
            self.ledger.end(k, AddressOutcome.UNWANTED, Interruption.DROPPED)

    def _idle(self) -> None:
        """Nothing is under way: what is still open was dropped by something that did not say so."""
        stuck = [walk for walk in self.walks if not walk.is_over and not self.ledger.waits(walk)]
        dropped = self.ledger.unanswered()
        if self._recovering and not self._recovering.done():
            raise DontCloseSpider
        if stuck or dropped:
            self._recovering = asyncio.ensure_future(self._recover(stuck, dropped))
            raise DontCloseSpider
        self._say_missing_sections()

    async def _recover(self, stuck: Iterable[Walk], dropped: Iterable[Account[Walk]]) -> None:
        """Go on without pages that were dropped on their way: articles are asked for again next time."""
        for account in dropped:
            log.warning("%s was asked for and dropped", account.url)
            self._stat("articles/pending")
            if account.due:
                pending = Pending(account.key, account.url, self.name, self.site.owner, Interruption.DROPPED)
                await self.store.addresses.add_pending(pending, self.clock.now())
            end = AddressOutcome.PENDING if account.due else AddressOutcome.KNOWN
            self.ledger.end(account.key, end, Interruption.DROPPED)
        for walk in stuck:
            log.warning("a page of %s was asked for and dropped", walk.listing)
            self._stat("discovery/failed/dropped")
            walk.fail()
            self._walk_on(walk)

    def _say_missing_sections(self) -> None:
        """At the end, say which of the sections looked for the site does not have."""
        leading = [walk for walk in self.walks if _follows_sections(walk.source)]
        if not leading or not all(walk.completed for walk in leading):
            return
        declared = (_section(found) for found in self.arguments.of_kind(self.site))
        names = {name for name in declared if name} | self._offered
        if unknown := self.arguments.sections - names:
            said = no_section(self.site.domain, unknown, sorted(names))
            if unknown == self.arguments.sections:
                self.why[RunOutcome.NO_LINKS] = said
                self._stat("discovery/no_section")
            else:
                log.warning("%s", said)

    # --- Articles

    def _article(
        self,
        entry: Entry,
        source: AddressSource,
        *,
        walk: Walk | None = None,
        priority: int = _ARTICLE,
        known: Any = None,
        young: bool = False,
    ) -> Request | None:
        """The request of an article; None when this run has asked for it already."""
        k = key(entry.url, self.site.url_rules)
        if not self.ledger.take(k, entry.url, source, walk, due=known is None, young=young):
            return None
        headers = {}
        if known and known["http"] and not self.arguments.refresh:
            validators = {
                "If-None-Match": known["http"]["etag"],
                "If-Modified-Since": known["http"]["last_modified"],
            }
            headers = {name: value for name, value in validators.items() if value}
        return Request(
            entry.url,
            self.parse_article,
            errback=self.failed,
            priority=priority,
            headers=headers,
            dont_filter=True,  # the ledger knows what was asked for
            meta={
                "key": k,
                "asked": entry.url,
                "entry": entry,
                "walk": walk,
                "again": known is not None,
                "playwright": self.site.render,
            },
        )

    async def parse_article(self, response: Response) -> AsyncIterator[RawArticle | Rejection]:
        """An article page, as printed; or a rejection when it is no page of this site's articles."""
        self._stat("articles/downloaded")
        now: dt.datetime = response.meta["fetched_at"]
        urls = self._urls(response)
        if not self.site.is_article(response.url) and not self.arguments.url:
            if response.meta["again"]:
                await self._is_gone(response.meta["key"], RejectionReason.REDIRECTED, now)
            yield self._rejection(
                response, RejectionReason.REDIRECTED, f"it leads to {response.url}, which is no article"
            )
            return
        headers = {
            name.decode("latin-1"): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        try:
            raw = await self.reader.article(response.body, response.url, headers, now)
        except StoppedError:
            return  # it stays on the list of what was in flight
        except ReadingError as error:
            self._stat(f"articles/{error.reason}")
            self._say_unread(response, error)
            rejection = self._rejection(response, error.reason, str(error))
            yield replace(rejection, retry_at=now + dt.timedelta(days=1))
            return
        for name in raw.cut:
            self._stat(f"articles/cut/{name}")
        self._carry(raw, response.meta["entry"], now)
        raw.urls = list(dict.fromkeys([*urls, *raw.urls]))
        raw.http = replace(
            raw.http or Http(status=response.status, fetched_at=now), status=response.status, fetched_at=now
        )
        yield raw

    def _carry(self, raw: RawArticle, entry: Entry, now: dt.datetime) -> None:
        """Fill in from the entry what the page itself does not say: its headline, its date."""
        if not raw.title and entry.title:
            raw.title, raw.origins["title"] = entry.title, Origin.FEED
        own = self.site
        if entry.date and not _names_a_day(raw.dates, own, now):
            raw.dates.append(DateCandidate(text=entry.date, rung=Origin.FEED, where=entry.origin))

    def _urls(self, response: Response) -> list[str]:
        """Every address met on the way to a page, the one asked for first."""
        redirected = response.meta.get("redirect_urls", [])
        return list(dict.fromkeys([response.meta["asked"], *redirected, response.url]))

    def _rejection(self, response: Response, reason: RejectionReason, detail: str) -> Rejection:
        now: dt.datetime = response.meta.get("fetched_at") or self.clock.now()
        urls = self._urls(response)
        # A page that many addresses lead to (the home page) is not one of them, unless it was asked for.
        own = urls if self.site.is_article(response.url) else [u for u in urls if u != response.url]
        keys = [response.meta["key"], *(key(url, self.site.url_rules) for url in own)]
        return Rejection(
            url=response.url,
            urls=urls,
            keys=list(dict.fromkeys(keys)),
            site=self.name,
            owner=self.site.owner,
            reason=reason,
            detail=detail,
            status=response.status,
            rejected_at=now,
            page=response.body,
        )

    # --- Failures

    async def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """A download that failed: pending when it may pass, else rejected; a listing's is counted."""
        request: Request = failure.request  # type: ignore[attr-defined]
        response = failure.value.response if isinstance(failure.value, HttpError) else None
        kind = classify(failure if response is None else response.status)
        if kind == FetchFailure.NOT_RECORDED:
            self._not_recorded(request, str(failure.value))
        if "key" not in request.meta:
            if following := self._page_failed(request, kind, failure, response):
                yield following
            return
        now = self.clock.now()
        again: bool = request.meta["again"]
        if response is not None:
            self._stat("articles/downloaded")
        k: str = request.meta["key"]
        if response is not None and response.status == 304 and again:
            await self.store.visits.unchanged(k, self.site.owner, now)
            self.store.writer.settle(k)
            self.ledger.end(k, AddressOutcome.SEEN, "unchanged")
        elif response is not None and response.status in _NOT_FOUND:
            if again:
                await self._is_gone(k, RejectionReason.NOT_FOUND, now)
                self._stat("articles/gone")
            else:
                yield self._rejection(response, RejectionReason.NOT_FOUND, f"HTTP status {response.status}")
        elif kind == FetchFailure.NOT_RECORDED:
            # A recording tells nothing of what it lacks; what an earlier crawl left over stays pending.
            end = AddressOutcome.PENDING if request.meta.get("pending") else AddressOutcome.UNWANTED
            self.ledger.end(k, end, kind)
        elif kind in (FetchFailure.OFFSITE, FetchFailure.ADDRESS):
            if again:
                await self._is_gone(k, RejectionReason.REDIRECTED, now)
            rejection = self._unanswered(request, kind, f"it leads elsewhere: {failure.value}")
            yield replace(rejection, reason=RejectionReason.REDIRECTED)
        elif kind.passes:
            async for rejection in self._pend(request, kind, now):
                yield rejection
        elif again:
            self.store.writer.settle(k)
            self.ledger.end(k, AddressOutcome.KNOWN, kind)
        else:
            if kind in (FetchFailure.CLIENT, FetchFailure.ROBOTS):
                self._stat("articles/refused")
            if response is not None:
                rejection = self._rejection(
                    response, RejectionReason.REFUSED, f"HTTP status {response.status}"
                )
            else:
                rejection = self._unanswered(request, kind, str(failure.value))
            yield replace(rejection, retry_at=now + dt.timedelta(days=1))
        self.ledger.answer(k)

    async def _is_gone(self, k: str, reason: RejectionReason, now: dt.datetime) -> None:
        await self.store.visits.gone(k, self.site.owner, now)
        self.store.writer.settle(k)
        self.ledger.end(k, AddressOutcome.GONE, reason)

    def _not_recorded(self, request: Request, said: str) -> None:
        """Note what the recording lacks that is replayed: a fault, unless an earlier crawl left it over."""
        if request.meta.get("pending"):
            log.info("%s stays on the pending list: %s", request.url, said)
            self._stat("articles/pending")
            return
        log.error("%s", said)
        self.why.setdefault(RunOutcome.FAULT, said)
        self._stat("not_recorded")

    async def _pend(self, request: Request, kind: FetchFailure, now: dt.datetime) -> AsyncIterator[Rejection]:
        self._stat("articles/pending")
        retry_at = request.meta.get("retry_at") or (now + _RETRY[kind] if kind in _RETRY else None)
        key_, asked = request.meta["key"], request.meta["asked"]
        pending = Pending(key_, asked, self.name, self.site.owner, kind, retry_at)
        times = await self.store.addresses.add_pending(pending, now)
        if times >= _PENDING_TRIES:
            yield self._unanswered(request, kind, f"failed {times} times, the last time: {kind}")
        else:
            self.ledger.end(key_, AddressOutcome.PENDING, kind)

    def _unanswered(self, request: Request, kind: FetchFailure, detail: str) -> Rejection:
        asked: str = request.meta["asked"]
        return Rejection(
            url=asked,
            urls=[asked],
            keys=[request.meta["key"]],
            site=self.name,
            owner=self.site.owner,
            reason=_rejected_for(kind),
            detail=detail,
            rejected_at=self.clock.now(),
        )

    def _page_failed(
        self, request: Request, kind: FetchFailure, failure: Failure, response: Response | None
    ) -> Request | None:
        """A page that leads to articles was not given: unchanged, past the end, or failed."""
        walk: Walk | None = request.cb_kwargs.get("walk")
        status = response.status if response is not None else None
        said = f"HTTP status {status}" if status else str(failure.value) or kind
        if walk is None:  # the home page or robots.txt; that a site has none is no failure
            if kind != FetchFailure.CLIENT:
                self._stat(f"discovery/failed/{kind}")
            log.info("%s could not be read (%s): %s", request.url, kind, said)
            return None
        if status == 304 and (known := self._validator(walk, request)):
            self._stat("discovery/unchanged")
            walk.unchanged(known, self._marks[walk.listing].keys)
            return self._next(walk)
        if status in _PAST_THE_END and walk.past_the_end(request.meta.get("page", 0)):
            log.info("%s: no such page (%s); the listing ends before it", request.url, said)
            if following := self._next(walk):
                return following
            if walk.read:
                return None
        walk.fail()
        self._stat(f"discovery/failed/{kind}")
        log.warning("%s could not be read (%s): %s", request.url, kind, said)
        return self._next(walk)

    def _stat(self, name: str, count: int = 1) -> None:
        self.crawler.stats.inc_value(f"newscrawl/{name}", count)
