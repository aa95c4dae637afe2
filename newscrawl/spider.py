"""The one spider: it walks what a site declares, asks the store what is known, downloads the rest."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.request import RequestFingerprinter
from twisted.python.failure import Failure

from newscrawl import discovery
from newscrawl.dates import parse_day, zone
from newscrawl.discovery import Entry, Walk
from newscrawl.download.clock import Clock
from newscrawl.download.errors import Kind, classify, passing
from newscrawl.items import Article, Http, RawArticle, Rejection
from newscrawl.page import extract
from newscrawl.sites import Discovery, Feed, Listing, Site, Sitemap
from newscrawl.store import Mark, Pending, Store
from newscrawl.urls import key

log = logging.getLogger(__name__)

DISCOVER = {"listing": Listing, "feed": Feed, "sitemap": Sitemap}
"""The words of the argument ``discover``."""

_FIRST, _ARTICLE, _LISTING = 30, 20, 10
"""Priorities: what failed last time, then articles, then further listing pages."""
_PENDING_TRIES = 10
"""Failed visits after which an address is given up."""
_RETRY = {"busy": dt.timedelta(hours=1), "server": dt.timedelta(hours=1)}
"""How long to leave a site alone that answered so; other passing failures may be tried next time."""
_NOT_FOUND = (404, 410)


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
    discover: frozenset[str] = frozenset(DISCOVER)
    """Walk only these kinds (comma list of ``listing``, ``feed``, ``sitemap``)."""
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
            if not value:
                continue
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
        wrong = sorted(values.get("discover", frozenset()) - DISCOVER.keys())
        if wrong:
            raise ValueError(f"discover={wrong[0]!r} should be one of: {', '.join(DISCOVER)}")
        arguments = cls(**values)
        if arguments.since and arguments.until and arguments.since > arguments.until:
            raise ValueError(f"since={given['since']!r} should not be after until={given['until']!r}")
        return arguments


class ArticleFingerprinter(RequestFingerprinter):
    """Articles are one request however their address is spelled; other requests as Scrapy sees them."""

    def fingerprint(self, request: Request) -> bytes:
        """The key of an article's address, or Scrapy's own fingerprint.

        A redirect keeps its article's key but is another request, often to another spelling.
        """
        article: str | None = request.meta.get("key")
        if article is None or request.meta.get("redirect_times"):
            return super().fingerprint(request)
        return bytes.fromhex(article)


class NewsSpider(Spider):
    """Base of all spiders: a subclass declares ``name`` and ``site`` and nothing else."""

    site: ClassVar[Site]

    def __init__(self, name: str | None = None, **kwargs: str) -> None:
        super().__init__(name)
        self.arguments = Arguments.read(kwargs, self.site.country)
        self.allowed_domains = [self.site.domain]
        self.walks: list[Walk] = []
        self._marks: dict[str, Mark] = {}
        self._feeds_at_home = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Connect the spider to the store, the clock and the signals that settle an article."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.store = Store.from_crawler(crawler)
        spider.clock = Clock.from_crawler(crawler)
        crawler.signals.connect(spider._item_done, signals.item_scraped)
        crawler.signals.connect(spider._item_done, signals.item_dropped)
        crawler.signals.connect(spider._item_done, signals.item_error)
        crawler.signals.connect(spider._request_dropped, signals.request_dropped)
        return spider

    store: Store
    clock: Clock

    # --- Where a crawl begins

    async def start(self) -> AsyncIterator[Any]:
        """One page, or: what failed last time, what is due again, then every walk."""
        now = self.clock.now()
        arguments = self.arguments
        if self.site.refused:
            raise CloseSpider("refused")
        if arguments.url:
            yield self._article(Entry(arguments.url))
            return
        for pending in await self.store.pending(self.name, now):
            yield self._article(Entry(pending.url), priority=_FIRST)
        async for request in self._again(now):
            yield request
        self._marks = await self.store.marks(self.name)
        kinds = tuple(DISCOVER[kind] for kind in arguments.discover)
        wanted = [declared for declared in self.site.discover if isinstance(declared, kinds)]
        self._feeds_at_home = Feed() in wanted
        for request in self._begin(wanted):
            yield request

    def _begin(self, wanted: Sequence[Discovery]) -> Iterator[Request]:
        """The first request of each kind of discovery."""
        home = f"https://{self._home_host()}/"
        sections = self.arguments.sections
        for declared in wanted:
            match declared:
                case Listing():
                    name = declared.name or discovery.section_name(declared.url)
                    if not sections or name in sections or declared.follow_sections:
                        yield self._walk_listing(declared)
                case Feed(url=None):
                    if not any(isinstance(other, Listing) and other.url == home for other in wanted):
                        yield Request(home, self.parse_home, errback=self.failed, dont_filter=True)
                case Feed():
                    yield self._walk(str(declared.url), self.parse_feed)
                case Sitemap(url=None):
                    yield Request(
                        f"{home}robots.txt",
                        self.parse_robots,
                        errback=self.failed,
                        dont_filter=True,
                        meta={"dont_obey_robotstxt": True},
                    )
                case Sitemap():
                    yield self._walk(str(declared.url), self.parse_sitemap)

    def _home_host(self) -> str:
        """The host that the site's own declaration uses (``www`` or not)."""
        urls = [d.url for d in self.site.discover if d.url]
        return urls[0].split("/")[2] if urls else self.site.domain

    def _walk_listing(self, listing: Listing) -> Request:
        return self._walk(listing.url.replace("{page}", "1"), self.parse_listing, listing)

    def _walk(self, url: str, callback: Callable[..., Any], source: Listing | None = None) -> Request:
        """A new walk, and the request of its first page."""
        mark = self._marks.get(url)
        last = mark.completed_at if mark else self.clock.now()
        # Beyond the mark, this ends a walk whose mark has vanished from the site.
        horizon = last.astimezone(zone(self.site.timezone)).date() - dt.timedelta(
            days=self.settings.getint("HORIZON_DAYS")
        )
        walk = Walk(
            url,
            mark=frozenset(mark.keys if mark else ()),
            since=self.arguments.since or horizon,
            until=self.arguments.until,
            pages_left=None if mark or self.arguments.since else self.settings.getint("HORIZON_PAGES"),
            to_mark=self.arguments.since is None and source is not None,
            gapless=self.arguments.since is None or mark is None,
            source=source,
        )
        self.walks.append(walk)
        return self._page(walk, url, callback)

    def _page(self, walk: Walk, url: str, callback: Callable[..., Any]) -> Request:
        return Request(
            url, callback, errback=self.failed, priority=_LISTING, dont_filter=True, cb_kwargs={"walk": walk}
        )

    async def _again(self, now: dt.datetime) -> AsyncIterator[Request]:
        """Known articles that are due for another visit."""
        ages = sorted(dt.timedelta(hours=hours) for hours in self.settings.getlist("REVISIT_HOURS"))
        refresh = self.arguments.refresh
        oldest = dt.timedelta(days=refresh) if refresh else ages[-1] * 2
        budget = None if refresh else self.settings.getint("REVISIT_BUDGET")
        async for doc in self.store.young(self.name, now - oldest):
            visits = [doc["first_seen_at"] + age for age in ages]
            due = any(doc["checked_at"] < visit <= now for visit in visits)
            if due or refresh:
                if budget is not None:
                    if budget == 0:
                        break
                    budget -= 1
                yield self._article(Entry(doc["url"]), known=doc)

    # --- Listings, feeds, sitemaps

    async def parse_listing(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A listing page: its articles, the sections it names, the page after it."""
        self._stat("discovery/pages")
        if not isinstance(response, TextResponse):
            walk.failed = True
            log.warning("%s is no page: %s", response.url, response.headers.get("Content-Type"))
            return
        listing = walk.source
        assert listing
        entries = discovery.article_links(response, self.site, listing)
        self._stat("discovery/links", len(entries))
        if listing.follow_sections and self._feeds_at_home:
            for feed in discovery.advertised_feeds(response):
                yield self._walk(feed, self.parse_feed)
        if listing.follow_sections:
            for url in discovery.section_links(response, self.site):
                section = Listing(url, links=listing.links, next=listing.next)
                known = any(other.listing == url for other in self.walks)
                sections = self.arguments.sections
                if not known and (not sections or discovery.section_name(url) in sections):
                    yield self._walk_listing(section)
            if self.arguments.sections:
                entries = []
        following = discovery.next_page(response, listing)
        if "{page}" in listing.url and entries:
            number = response.meta.get("page", 1) + 1
            request = self._page(walk, listing.url.replace("{page}", str(number)), self.parse_listing)
            walk.upcoming = [request.replace(meta={"page": number})]
        elif following:
            walk.upcoming = [self._page(walk, following, self.parse_listing)]
        async for request in self._take(walk, entries):
            yield request

    async def parse_home(self, response: Response) -> AsyncIterator[Any]:
        """The home page, for the feeds it advertises."""
        if isinstance(response, TextResponse):
            for url in discovery.advertised_feeds(response):
                yield self._walk(url, self.parse_feed)

    async def parse_robots(self, response: Response) -> AsyncIterator[Any]:
        """``robots.txt``, for the sitemaps it names."""
        for url in discovery.robots_sitemaps(response.body, response.url):
            yield self._walk(url, self.parse_sitemap)

    async def parse_feed(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A feed: its articles."""
        self._stat("discovery/pages")
        entries = discovery.feed_entries(response.body, self.site)
        self._stat("discovery/links", len(entries))
        async for request in self._take(walk, entries):
            yield request

    async def parse_sitemap(self, response: Response, walk: Walk) -> AsyncIterator[Any]:
        """A sitemap: its articles, or the sitemaps it names."""
        self._stat("discovery/pages")
        pages = discovery.sitemap_pages(response.body, walk)
        if pages is not None:
            walk.upcoming = [self._page(walk, url, self.parse_sitemap) for url in pages]
        entries = discovery.sitemap_entries(response.body, self.site) if pages is None else []
        self._stat("discovery/links", len(entries))
        async for request in self._take(walk, entries):
            yield request

    async def _take(self, walk: Walk, entries: Iterable[Entry]) -> AsyncIterator[Request]:
        """Ask for what is not known of a page's entries; when all is settled the walk goes on."""
        by_key = {key(entry.url, self.site.url_rules): entry for entry in entries}
        walk.turn(list(by_key))
        wanted = {k: entry for k, entry in by_key.items() if walk.wants(entry)}
        known = await self.store.known(wanted, self.clock.now())
        walk.days += [dt.date.fromisoformat(found.day) for found in known.values() if found.day]
        walk.days += [entry.day for entry in by_key.values() if entry.day]
        requests = []
        for k, entry in wanted.items():
            found = known.get(k)
            newer = found and entry.lastmod and found.checked_at and entry.lastmod > found.checked_at
            if found is None or newer:
                requests.append(self._article(entry, walk=walk, known=found and {"http": None}))
        self._stat("discovery/known", len(known))
        walk.waiting = len(requests) + 1
        for request in requests:
            yield request
        following = self._settled(walk)
        if following:
            yield following

    def _settled(self, walk: Walk | None) -> Request | None:
        """One article less to wait for; the request of the next page after the last of them."""
        if walk is None:
            return None
        walk.waiting -= 1
        return walk.next() if walk.waiting == 0 else None

    def _go_on(self, request: Request) -> None:
        following = self._settled(request.meta.get("walk"))
        if following:
            assert self.crawler.engine
            self.crawler.engine.crawl(following)

    def _item_done(self, item: object, response: Response | Failure | None) -> None:
        if isinstance(response, Response) and response.request and "key" in response.meta:
            walk: Walk | None = response.meta.get("walk")
            if walk and isinstance(item, Article) and item.day:
                walk.days.append(dt.date.fromisoformat(item.day))
            self._go_on(response.request)

    def _request_dropped(self, request: Request) -> None:
        if "key" in request.meta:  # met before in this crawl, at another place
            self._go_on(request)

    # --- Articles

    def _article(
        self, entry: Entry, *, walk: Walk | None = None, priority: int = _ARTICLE, known: Any = None
    ) -> Request:
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
            meta={
                "key": key(entry.url, self.site.url_rules),
                "asked": entry.url,
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
                await self.store.gone(response.meta["key"], now)
            yield self._rejection(response, "redirected", f"it leads to {response.url}, which is no article")
            return
        headers = {
            name.decode("latin-1"): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        try:
            raw = extract(response.body, response.url, site=self.site, headers=headers, now=now)
        except Exception as error:
            self._stat("articles/fault")
            log.exception("reading %s failed", response.url)
            yield replace(
                self._rejection(response, "fault", f"{type(error).__name__}: {error}"),
                retry_at=now + dt.timedelta(days=1),
            )
            return
        raw.urls = list(dict.fromkeys([*urls, *raw.urls]))
        raw.http = replace(
            raw.http or Http(status=response.status, fetched_at=now), status=response.status, fetched_at=now
        )
        yield raw

    def _urls(self, response: Response) -> list[str]:
        """Every address met on the way to a page, the one asked for first."""
        redirected = response.meta.get("redirect_urls", [])
        return list(dict.fromkeys([response.meta["asked"], *redirected, response.url]))

    def _rejection(self, response: Response, reason: str, detail: str) -> Rejection:
        now: dt.datetime = response.meta.get("fetched_at") or self.clock.now()
        urls = self._urls(response)
        # A page that many addresses lead to (the home page) is not one of them.
        own = urls if self.site.is_article(response.url) else [u for u in urls if u != response.url]
        return Rejection(
            url=response.url,
            urls=urls,
            keys=list(dict.fromkeys(key(url, self.site.url_rules) for url in own)),
            site=self.name,
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
        if "key" not in request.meta:
            self._listing_failed(request, kind, failure, response)
            return
        now = self.clock.now()
        again: bool = request.meta["again"]
        if response is not None:
            self._stat("articles/downloaded")
        if response is not None and response.status == 304:
            await self.store.unchanged(request.meta["key"], now)
        elif response is not None and response.status in _NOT_FOUND:
            if again:
                await self.store.gone(request.meta["key"], now)
                self._stat("articles/gone")
            else:
                yield self._rejection(response, "not_found", f"HTTP status {response.status}")
        elif kind == "not_recorded":
            log.error("%s", failure.value)
            self._stat("articles/fault")
        elif passing(kind):
            async for rejection in self._pend(request, kind, now):
                yield rejection
        elif not again:
            if response is not None:
                rejection = self._rejection(response, "refused", f"HTTP status {response.status}")
            else:
                rejection = self._unanswered(request, kind, str(failure.value))
            yield replace(rejection, retry_at=now + dt.timedelta(days=1))
        self._go_on(request)

    async def _pend(self, request: Request, kind: Kind, now: dt.datetime) -> AsyncIterator[Rejection]:
        self._stat("articles/pending")
        retry_at = request.meta.get("retry_at") or (now + _RETRY[kind] if kind in _RETRY else None)
        pending = Pending(request.meta["key"], request.meta["asked"], self.name, kind, retry_at)
        times = await self.store.add_pending(pending, now)
        if times >= _PENDING_TRIES:
            yield self._unanswered(request, kind, f"failed {times} times, the last time: {kind}")

    def _unanswered(self, request: Request, kind: Kind, detail: str) -> Rejection:
        asked: str = request.meta["asked"]
        return Rejection(
            url=asked,
            urls=[asked],
            keys=[request.meta["key"]],
            site=self.name,
            reason=kind if kind in ("robots", "too_large") else "unreachable" if passing(kind) else "refused",
            detail=detail,
            rejected_at=self.clock.now(),
        )

    def _listing_failed(
        self, request: Request, kind: str, failure: Failure, response: Response | None
    ) -> None:
        walk: Walk | None = request.cb_kwargs.get("walk")
        if walk:
            walk.failed = True
            self._stat(f"discovery/failed/{kind}")
        said = f"HTTP status {response.status}" if response is not None else str(failure.value) or kind
        log.log(
            logging.WARNING if walk else logging.INFO,
            "%s could not be read (%s): %s", request.url, kind, said,
        )  # fmt: skip

    def _stat(self, name: str, count: int = 1) -> None:
        self.crawler.stats.inc_value(f"newscrawl/{name}", count)
