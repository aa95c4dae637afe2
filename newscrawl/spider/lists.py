"""Reads pages that lead to articles: requests their articles, and walks the lists that they name."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from newscrawl.discovery import Entry, ListPage, Walk, listing, sitemap, source_of
from newscrawl.discovery.entry import header
from newscrawl.meta import meta
from newscrawl.sites import Discovery, Feed, Listing, Sitemap
from newscrawl.spider.arguments import follows_sections
from newscrawl.spider.articles import ArticlePages, say_unread
from newscrawl.spider.crawl import Crawl
from newscrawl.spider.walks import CrawlWalks
from newscrawl.urls import key
from newscrawl.vocabulary import AddressOutcome, AddressSource, FetchFailure, Interruption
from newscrawl.workers import ReadingError, StoppedError
from newscrawl.workers.lists import Links

log = logging.getLogger(__name__)

PRIORITY = 10
"""Priority of the pages of a walk, below that of articles."""
SITEMAPS = 200
"""Maximum number of sitemaps that a ``robots.txt`` may name."""


class Lists:
    """Requests and reads listings, feeds, sitemaps and APIs, and the home page and ``robots.txt``, which name
    lists.
    """

    def __init__(self, crawl: Crawl, walks: CrawlWalks, articles: ArticlePages) -> None:
        self._crawl = crawl
        self._walks = walks
        self._articles = articles
        self._feeds_at_home = False

    # --- Requests

    def begin(self, wanted: Sequence[Discovery]) -> Iterator[Request]:
        """The first requests of the declared lists."""
        self._feeds_at_home = any(isinstance(source, Feed) and source.url is None for source in wanted)
        for declared in wanted:
            yield from self._begin(declared, wanted)

    def _begin(self, declared: Discovery, wanted: Sequence[Discovery]) -> Iterator[Request]:
        home = self._crawl.site.home
        match declared:
            case Feed(url=None):
                walked = (source.url for source in wanted if isinstance(source, Listing))
                if not any(urljoin(home, url) == home for url in walked):
                    yield Request(home, self.parse_home, errback=self._crawl.failed, dont_filter=True)
            case Sitemap(url=None):
                yield Request(
                    f"{home}robots.txt",
                    self.parse_robots,
                    errback=self._crawl.failed,
                    dont_filter=True,
                    cb_kwargs={"declared": declared},
                    meta={"dont_obey_robotstxt": True},
                )
            case _:
                yield from self._walk(declared)

    def _walk(self, source: Discovery) -> Iterator[Request]:
        """The first requests of the walks of a list."""
        for walk in self._walks.begin(source):
            yield from self._next(walk)

    def _next(self, walk: Walk) -> Iterator[Request]:
        """The request of a walk's next page; none at its end."""
        if request := self._walks.next(walk):
            yield request.replace(
                callback=self.parse_page,
                errback=self._crawl.failed,
                priority=PRIORITY,
                dont_filter=True,
                cb_kwargs={"walk": walk},
            )

    def go_on(self, walk: Walk) -> None:
        """Request the next page of a walk, once all articles of its current page are answered."""
        for request in self._next(walk):
            self._crawl.ask(request)

    # --- Responses

    async def parse_page(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """The requests to which a page of a walk leads: its articles, and further lists."""
        self._crawl.stat("discovery/pages")
        try:
            page, links = await self._read(response, walk)
        except StoppedError:
            return
        except ReadingError as error:
            self._walks.fail(walk, error.reason)
            say_unread(response, error)
            page = None
        else:
            if page is None:
                self._walks.reject(walk)
                kind = type(walk.source).__name__.lower()
                content_type = header(response, "Content-Type")
                log.warning(
                    "%s is declared as %s, but its Content-Type is %s; run `scrapy verify %s`",
                    response.url,
                    kind,
                    content_type,
                    self._crawl.site.name,
                )
        if page is None:
            for following in self._next(walk):
                yield following
            return
        if self._crawl.arguments.sections and follows_sections(walk.source):
            page = ListPage([])
        self._count(walk, page)
        led = list(self._lead(links, walk.source)) if links else []
        for request in led:
            yield request
        if left_out := self._walks.note_page(walk, response, page, leads_on=bool(led)):
            self._crawl.ledger.skip(source_of(walk.source), Counter(too_many=left_out))
        requests = deque(await self._take(walk, page.entries))
        waits = self._crawl.ledger.waits(walk)
        del page, links, led
        while requests:  # a sitemap may list thousands, which are not kept until the last is answered
            yield requests.popleft()
        if not waits:
            for following in self._next(walk):
                yield following

    async def _read(self, response: Response, walk: Walk) -> tuple[ListPage | None, Links | None]:
        """The entries of a page, and for a first page its links to feeds and sections."""
        page, links = await self._crawl.reader.page(response, walk), None
        first = not meta(response).get("page")
        if page and first and isinstance(response, TextResponse) and self._leads_on(walk.source):
            links = await self._crawl.reader.links(response)
        return page, links

    def _count(self, walk: Walk, page: ListPage) -> None:
        self._crawl.stat("discovery/links", len(page.entries))
        self._crawl.ledger.skip(source_of(walk.source), page.skipped)
        for reason, count in page.flaws.items():
            self._crawl.stat(f"discovery/flaws/{reason}", count)

    def _leads_on(self, source: Discovery) -> bool:
        """Are feeds or sections wanted from this listing, in addition to its articles?"""
        return isinstance(source, Listing) and (source.follow_sections or self._shows_feeds(source))

    def _shows_feeds(self, source: Listing) -> bool:
        home = self._crawl.site.home
        return self._feeds_at_home and urljoin(home, source.url) == home

    def _lead(self, links: Links, source: Discovery) -> Iterator[Request]:
        """The first requests of the feeds and sections to which a listing links."""
        assert isinstance(source, Listing)
        if self._shows_feeds(source):
            yield from self._advertised(links)
        if source.follow_sections:
            for url in links.sections:
                if self._walks.offers(listing.section_name(url)):
                    yield from self._walk(replace(source, url=url, follow_sections=False, name=None))

    def _advertised(self, links: Links) -> Iterator[Request]:
        for url in links.feeds:
            yield from self._walk(Feed(url))

    async def parse_home(self, response: Response) -> AsyncIterator[Any]:
        """The first requests of the feeds that the home page advertises."""
        if not isinstance(response, TextResponse):
            return
        try:
            links = await self._crawl.reader.links(response)
        except StoppedError:
            return
        except ReadingError as error:
            self._crawl.stat(f"discovery/failed/{error.reason}")
            say_unread(response, error)
            return
        for request in self._advertised(links):
            yield request

    async def parse_robots(self, response: Response, declared: Sitemap) -> AsyncIterator[Any]:
        """The first requests of the sitemaps that ``robots.txt`` names."""
        named = sitemap.named_by_robots(response.body, response.url, self._crawl.site)
        if len(named) > SITEMAPS:
            self._crawl.ledger.skip(AddressSource.SITEMAP, Counter(too_many=len(named) - SITEMAPS))
        for url in named[:SITEMAPS]:
            for request in self._walk(replace(declared, url=url)):
                yield request

    async def _take(self, walk: Walk, entries: Iterable[Entry]) -> list[Request]:
        """The requests of a page's entries that are not known."""
        crawl = self._crawl
        by_key = await asyncio.to_thread(self._by_key, entries)
        fresh = walk.turn(list(by_key))
        kind = source_of(walk.source)
        wanted = {}
        for k, entry in by_key.items():
            if walk.wants(entry):
                wanted[k] = entry
            else:
                reason = "too_old" if walk.is_too_old(entry) else "too_new"
                crawl.ledger.meet(k, kind, AddressOutcome.UNWANTED, reason)
        known = await crawl.store.addresses.known(wanted, crawl.site.owner, crawl.clock.now())
        self._walks.date(walk, fresh, known, by_key)
        requests: list[Request] = []
        for k, entry in wanted.items():
            stored = known.get(k)
            newer = stored and entry.lastmod and stored.checked_at and entry.lastmod > stored.checked_at
            if stored is None or newer:
                young = stored is None and self._is_young(entry)
                again = {"http": None} if stored else None
                if asked := self._articles.request(entry, kind, walk=walk, known=again, young=young, k=k):
                    requests.append(asked)
            else:
                end = AddressOutcome.PENDING if stored.is_pending else AddressOutcome.KNOWN
                crawl.ledger.meet(k, kind, end)
        crawl.stat("discovery/known", len(known))
        return requests

    def _is_young(self, entry: Entry) -> bool:
        """Can the address have been published within the last day, judging by its list?

        False in a replay: a page that the recording lacks never arrives later.
        """
        last = entry.days[1]
        today = self._crawl.clock.now().astimezone(self._crawl.site.clock).date()
        return not self._crawl.settings["REPLAY"] and (last is None or last >= today - dt.timedelta(days=1))

    def _by_key(self, entries: Iterable[Entry]) -> dict[str, Entry]:
        return {key(entry.url, self._crawl.site.url_rules): entry for entry in entries}

    # --- Failures

    def failed(
        self, request: Request, kind: FetchFailure, failure: Failure, response: Response | None
    ) -> Iterator[Request]:
        """Settle a page of a list that was not downloaded: unchanged, past the end, or failed."""
        walk: Walk | None = request.cb_kwargs.get("walk")
        status = response.status if response is not None else None
        reason = f"HTTP status {status}" if status else str(failure.value) or kind
        if walk is None:  # the home page or robots.txt; a missing one is not a failure
            if kind != FetchFailure.CLIENT:
                self._crawl.stat(f"discovery/failed/{kind}")
            log.info("%s could not be read (%s): %s", request.url, kind, reason)
            return
        if self._walks.is_unchanged(walk, request, status):
            yield from self._next(walk)
            return
        if self._walks.is_past_the_end(walk, request, status):
            log.info("%s does not exist (%s): the list ends before it", request.url, reason)
            following = list(self._next(walk))
            if following or walk.pages_read:
                yield from following
                return
        self._walks.fail(walk, kind)
        log.warning("%s could not be read (%s): %s", request.url, kind, reason)
        yield from self._next(walk)

    def drop(self, walk: Walk) -> None:
        """Continue a walk without a page whose request was silently dropped."""
        log.warning(
            "a request for a page of %s was dropped without an answer; the next run repeats it", walk.listing
        )
        self._walks.fail(walk, Interruption.DROPPED)
        self.go_on(walk)
