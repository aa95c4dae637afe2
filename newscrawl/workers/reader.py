"""The interface by which a crawl has its pages read in workers."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeVar

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings

from newscrawl.dates import EXTRA_MONTHS, use_months
from newscrawl.discovery import ListPage, Walk
from newscrawl.download.backoff import ending
from newscrawl.items import RawArticle
from newscrawl.meta import meta
from newscrawl.page import read
from newscrawl.sites import Site
from newscrawl.workers import ReadingError, articles, lists
from newscrawl.workers.ahead import SpareWorker, fork
from newscrawl.workers.pool import Pool

T = TypeVar("T")

_SAMPLE = "<h1>خبر</h1><p>الرباط - و م ع</p><p>قال الوزير إن الأشغال انتهت أمس.</p>".encode()


class PageReader:
    """Reads the pages of one crawl in workers, in the order in which they arrive.

    Without workers (``WORKERS = 0``) it reads in the crawl's own process, without a limit of time. All crawls
    of a process share their workers; the first crawl that reads a page sets their number.
    """

    _pool: ClassVar[Pool | None] = None
    _users: ClassVar[set[PageReader]] = set()
    _ahead: ClassVar[SpareWorker | None] = None

    def __init__(self, crawler: Crawler, site: Site) -> None:
        self._crawler = crawler
        self._site = site
        self._size = crawler.settings.getint("WORKERS")
        self._seconds = crawler.settings.getfloat("WORKER_CPU_SECONDS")
        self._megabytes = crawler.settings.getint("MEMUSAGE_LIMIT_MB")
        self._patience = crawler.settings.getfloat("WORKER_PATIENCE")
        self._waiting: set[asyncio.Future[Any]] = set()
        self._watching: asyncio.TimerHandle | None = None
        self._until: float | None = None

    @classmethod
    def begin_ahead(cls, settings: BaseSettings, site: Site) -> None:
        """Fork a worker before a crawl of this process starts, while the process has no threads."""
        if settings.getint("WORKERS"):
            # Tables and selectors that both processes need are loaded only once, which saves 0.1 s.
            read(_SAMPLE, site.home, site=site)
            cls._ahead = fork(settings.getint("MEMUSAGE_LIMIT_MB"))

    @classmethod
    def from_crawler(cls, crawler: Crawler, site: Site) -> Self:
        """The reader of a crawl; it closes when the spider does."""
        use_months(crawler.settings.get(EXTRA_MONTHS) or "")
        reader = cls(crawler, site)
        crawler.signals.connect(reader.close, signals.spider_closed)
        return reader

    async def article(
        self, body: bytes, url: str, headers: Mapping[str, str], now: dt.datetime
    ) -> RawArticle:
        """The article of a page, as :func:`newscrawl.page.extract` reads it.

        Raises :class:`ReadingError` with the ``reason`` to reject the page, and :class:`StoppedError` when
        the crawl ends before the page is read.
        """
        if self._size:
            raw = await self._submit(articles.read_article, body, url, headers, now)
        else:
            raw = _in_process(articles.read_article, self._site, body, url, headers, now)
        raw.page = body
        return raw

    async def page(self, response: Response, walk: Walk) -> ListPage | None:
        """The content of a page of a walk; None when it is of another kind. Raises as ``article`` does."""
        bounds = Walk(walk.listing, walk.source, since=walk.since, until=walk.until)
        return await self._list(lists.read_list_page, _bare(response), bounds)

    async def links(self, response: TextResponse) -> lists.Links:
        """The feeds and sections to which a home page links. Raises as ``article`` does."""
        return await self._list(lists.read_links, _bare(response))

    async def _list(self, function: Callable[..., T], *arguments: Any) -> T:
        if self._size:
            return await self._submit(function, *arguments)
        # This runs in a thread, because a sitemap with 50,000 entries would block the event loop.
        return await asyncio.to_thread(_in_process, function, self._site, *arguments)

    async def _submit(self, function: Callable[..., T], *arguments: Any) -> T:
        if PageReader._pool is None:
            ahead, PageReader._ahead = PageReader._ahead, None
            PageReader._pool = Pool(self._size, self._megabytes, ahead)
        if self._watching is None:
            self._users.add(self)
            self._watch()
        future = PageReader._pool.submit(self._seconds, function, self._site, *arguments)
        self._waiting.add(future)
        try:
            return await future
        finally:
            self._waiting.discard(future)

    def _watch(self) -> None:
        """Once a second, check whether the crawl is ending and has waited long enough for its pages."""
        loop = asyncio.get_running_loop()
        if self._until is None and ending(self._crawler):
            self._until = loop.time() + self._patience
        if self._until is not None and loop.time() >= self._until:
            self._stop()
        self._watching = loop.call_later(1.0, self._watch)

    def _stop(self) -> None:
        assert PageReader._pool
        for future in list(self._waiting):
            PageReader._pool.stop(future)

    async def close(self) -> None:
        """End the workers with the last crawl that uses them."""
        if self._watching is None:
            return
        self._watching.cancel()
        self._watching = None
        self._users.discard(self)
        if not self._users and PageReader._pool:
            pool, PageReader._pool = PageReader._pool, None
            await pool.close()
            self._crawler.stats.set_value("newscrawl/workers/peak_mb", pool.peak)


def _bare(response: Response) -> Response:
    """A copy of a response without the parts that do not change how it is read."""
    bare = copy.copy(response)
    bare.request = Request(response.url, meta={"page": meta(response).get("page", 0)})
    bare.certificate = None
    return bare


def _in_process(function: Callable[..., T], *arguments: Any) -> T:
    """The result of a function, with its exceptions as those of a worker."""
    try:
        return function(*arguments)
    except Exception as error:
        raise ReadingError(f"{type(error).__name__}: {error}") from error
