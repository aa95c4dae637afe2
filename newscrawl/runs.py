"""What became of a run: one record in MongoDB, one sentence in the log, one exit status."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import platform
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, Self

import scrapy.logformatter
from pymongo.errors import PyMongoError
from scrapy import signals

from newscrawl import __version__
from newscrawl.store import Mark, Store, StoreDownError

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

log = logging.getLogger(__name__)

Outcome = Literal[
    "ok", "partial", "nothing_new", "no_links", "refused", "unreachable", "store_down", "killed", "fault"
]
EXIT_STATUS: Mapping[Outcome, int] = {
    "ok": 0,
    "partial": 0,
    "nothing_new": 0,
    "fault": 1,
    "killed": 1,
    "no_links": 3,
    "refused": 3,
    "unreachable": 3,
    "store_down": 4,
}
"""Exit status of ``scrapy crawl``; 2 is a wrong use, refused before anything runs."""

SENTENCES: Mapping[Outcome, str] = {
    "no_links": "its listings gave no link to an article; has the site changed? See docs/operate.md",
    "refused": "the site refuses us (its robots.txt, or HTTP 401/403)",
    "unreachable": "the site does not answer",
    "store_down": "MongoDB cannot be used",
    "fault": "newscrawl has a fault; the traceback is above",
    "partial": "not all could be read; what is missing is asked first next time",
}

HEARTBEAT = 20.0
"""Seconds between two signs of life in ``runs``."""
_REFUSED = ("client", "robots")
_STOPPED = ("shutdown", "cancelled", "closespider_timeout", "memusage_exceeded")


def outcome(reason: str, stats: Mapping[str, Any], counts: Mapping[str, int], *, walks: bool) -> Outcome:
    """The outcome of a run, from how it ended, what it met, and what MongoDB acknowledged."""

    def stat(name: str) -> int:
        return int(stats.get(f"newscrawl/{name}", 0))

    failed = {
        name.rpartition("/")[2]: int(value)
        for name, value in stats.items()
        if name.startswith("newscrawl/discovery/failed/")
    }
    if reason in ("store_down", "refused"):
        return "store_down" if reason == "store_down" else "refused"
    if reason in ("start_error", "fault") or stats.get("spider_exceptions/count") or stat("articles/fault"):
        return "fault"
    if stats.get("log_count/CRITICAL") or stats.get("item_error_count"):
        return "fault"
    stopped = reason in _STOPPED
    if walks and not stopped and reason != "limit" and not stat("discovery/links"):
        if not failed:
            return "no_links"
        if all(kind in _REFUSED for kind in failed):
            return "refused"
        return "no_links" if stat("discovery/pages") else "unreachable"
    if failed or stopped or stat("articles/pending"):
        return "partial"
    return "ok" if counts.get("new") or counts.get("revised") else "nothing_new"


class RunRecord:
    """Keeps the record of a run in ``runs`` and, at its end, leaves the marks of completed walks."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._store = Store.from_crawler(crawler)
        self._heart: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self.started_at = dt.datetime.now(dt.UTC)
        self.run = os.environ.get("SCRAPYD_JOB") or f"{self.started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the opening and the closing of the spider."""
        record = cls(crawler)
        crawler.signals.connect(record.opened, signals.spider_opened)
        crawler.signals.connect(record.closed, signals.spider_closed)
        return record

    async def opened(self, spider: Spider) -> None:
        """Write that the run began, and keep its heartbeat."""
        self._crawler.stats.set_value("newscrawl/run", self.run)
        if not self._store.is_open:
            return
        await self._store.save_run(
            self.run,
            {
                "site": spider.name,
                "started_at": self.started_at,
                "finished_at": None,
                "outcome": None,
                "host": platform.node(),
                "pid": os.getpid(),
                "newscrawl": __version__,
                "replay": bool(self._crawler.settings["REPLAY"]),
            },
        )
        self._heart = asyncio.create_task(self._beat(), name="run heartbeat")

    async def _beat(self) -> None:
        """Show signs of life, until the writer says that there is no reason to go on."""
        writer = self._store.writer
        while not writer.over.is_set():
            try:
                await asyncio.wait_for(writer.over.wait(), HEARTBEAT)
            except TimeoutError:
                with suppress(PyMongoError):
                    await self._store.save_run(self.run, {"counts": dict(writer.counts)})
        assert self._crawler.engine
        reason = "limit" if writer.full else "store_down"
        closing = self._crawler.engine.close_spider_async(reason=reason)
        self._closing = asyncio.get_running_loop().create_task(closing)

    async def closed(self, spider: Spider, reason: str) -> None:
        """Settle the run: its outcome, the marks, the last words in the log."""
        if self._heart:
            self._heart.cancel()
        stats = self._crawler.stats
        counts: dict[str, int] = {}
        reasons: dict[str, int] = {}
        if self._store.is_open:
            writer = self._store.writer
            counts, reasons = dict(writer.counts), dict(writer.reasons)
            if writer.error:
                reason = "store_down" if isinstance(writer.error, StoreDownError) else "fault"
            elif writer.full:
                reason = "limit"
        walks = getattr(spider, "walks", [])
        result = outcome(
            reason,
            stats.get_stats(),
            counts,
            walks=bool(walks) or not getattr(getattr(spider, "arguments", None), "url", None),
        )
        downloaded = stats.get_value("newscrawl/articles/downloaded", 0)
        stats.set_value("newscrawl/outcome", result)
        if self._store.is_open:
            try:
                if reason == "finished":
                    await self._leave_marks(spider, walks)
                await self._store.save_run(
                    self.run,
                    {
                        "finished_at": dt.datetime.now(dt.UTC),
                        "outcome": result,
                        "reason": reason,
                        "counts": counts,
                        "rejected": reasons,
                        "downloaded": downloaded,
                        "log": os.environ.get("SCRAPYD_LOG"),
                    },
                )
            except PyMongoError as error:
                log.error("the record of this run could not be written: %s", type(error).__name__)
                if result != "fault":
                    stats.set_value("newscrawl/outcome", "store_down")
            await self._store.close()
        log.log(
            logging.INFO if EXIT_STATUS[result] == 0 else logging.ERROR,
            "%s", summary(spider.name, result, counts, reasons, downloaded),
        )  # fmt: skip

    async def _leave_marks(self, spider: Spider, walks: list[Any]) -> None:
        now = spider.clock.now()  # type: ignore[attr-defined]
        await self._store.save_marks(
            Mark(walk.listing, spider.name, tuple(walk.newest), now) for walk in walks if walk.leaves_mark
        )


def summary(
    site: str, result: Outcome, counts: Mapping[str, int], reasons: Mapping[str, int], downloaded: int
) -> str:
    """The run in one sentence.

    >>> summary("alayam24", "ok", {"new": 28, "rejected": 2}, {"no_body": 1, "not_found": 1}, 30)
    'alayam24: ok. 28 new, 0 revised, 2 rejected (no_body 1, not_found 1); 30 article pages downloaded'
    """
    why = ", ".join(f"{name} {count}" for name, count in sorted(reasons.items()))
    said = f" ({SENTENCES[result]})" if result in SENTENCES else ""
    return (
        f"{site}: {result}{said}. {counts.get('new', 0)} new, {counts.get('revised', 0)} revised, "
        f"{counts.get('rejected', 0)} rejected{f' ({why})' if why else ''}; "
        f"{downloaded} article pages downloaded"
    )


class LogFormatter(scrapy.logformatter.LogFormatter):
    """Scrapy's log lines without the text of the articles in them."""

    def scraped(
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> scrapy.logformatter.LogFormatterResult:
        """One line at DEBUG: the kind of item and its address."""
        return {
            "level": logging.DEBUG,
            "msg": "%(kind)s %(url)s",
            "args": {"kind": type(item).__name__, "url": getattr(item, "url", response)},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> scrapy.logformatter.LogFormatterResult:
        """One line at ERROR: which page could not be processed."""
        return {
            "level": logging.ERROR,
            "msg": "Error processing %(kind)s %(url)s",
            "args": {"kind": type(item).__name__, "url": getattr(item, "url", response)},
        }
