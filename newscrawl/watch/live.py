"""Progress of a crawl: a line that is redrawn on a terminal, one line a minute in a log.

It replaces Scrapy's own ``LogStats``, which counts items, but not by what became of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals

from newscrawl.progress import Progress
from newscrawl.store.connection import Store

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

EVERY = 1.0
"""Seconds between updates; :class:`Progress` decides whether to print one."""
_SHOWN = ("new", "seen", "revised", "rejected")


def note(counts: Mapping[str, int], pages: int, seconds: float, waiting: int | None) -> str:
    """A line about the pages so far, their rate, and the number of known addresses that still wait.

    >>> note({"new": 12, "seen": 30, "rejected": 1}, 60, 90, 7)
    '12 new, 30 seen, 0 revised, 1 rejected; 40 pages a minute; 7 addresses wait'
    """
    became = ", ".join(f"{counts.get(name, 0):,} {name}" for name in _SHOWN)
    rate = f"; {60 * pages / seconds:,.0f} pages a minute" if seconds >= 1 else ""
    left = f"; {waiting:,} addresses wait" if waiting else ""
    return f"{became}{rate}{left}"


class _Clearing(logging.Handler):
    """Clears the progress line before another handler writes a log line over it."""

    def emit(self, record: logging.LogRecord) -> None:
        print("\r\x1b[K", end="", file=sys.__stderr__, flush=True)


class Live:
    """A Scrapy extension that shows the progress of one site's crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        under_scrapyd = bool(settings["SCRAPYD_JOB"])
        self._draws = sys.stderr.isatty() and not settings["LOG_FILE"] and not under_scrapyd
        self._clearing = _Clearing()
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension, connected to the beginning and the end of the spider."""
        live = cls(crawler)
        crawler.signals.connect(live.opened, signals.spider_opened)
        crawler.signals.connect(live.closed, signals.spider_closed)
        return live

    async def opened(self, spider: Spider) -> None:
        """Start showing progress."""
        if self._draws:
            logging.getLogger().handlers.insert(0, self._clearing)
        shown = Progress(f"{spider.name}: pages", bar=self._draws)
        self._task = asyncio.get_running_loop().create_task(self._show(spider, shown), name="progress")

    async def closed(self, spider: Spider) -> None:
        """Stop showing progress, and end the line."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        logging.getLogger().removeHandler(self._clearing)

    async def _show(self, spider: Spider, shown: Progress) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            while True:
                await asyncio.sleep(EVERY)
                pages = int(self._crawler.stats.get_value("response_received_count", 0))
                sentence = note(self._counts(), pages, loop.time() - began, _waiting(spider))
                shown.show(pages, 0, sentence)
        finally:
            shown.end()

    def _counts(self) -> Mapping[str, int]:
        """Articles that MongoDB has acknowledged so far, by what became of them."""
        store = Store.from_crawler(self._crawler)
        return dict(store.writer.counts) if store.is_open else {}


def _waiting(spider: Any) -> int | None:
    """How many addresses in the ledger are still open."""
    ledger = getattr(spider, "ledger", None)
    return len(ledger.open) if ledger is not None else None
