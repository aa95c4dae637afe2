"""The record of a run: a document in MongoDB, a line in the log, and an exit status."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import logging
import os
import platform
import secrets
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import pymongo
import scrapy.logformatter
from itemadapter import ItemAdapter
from pymongo.errors import PyMongoError
from scrapy import signals
from scrapy.exceptions import CloseSpider

from newscrawl import __version__, drift, robotstxt, timings
from newscrawl.archive.keeper import Keeper
from newscrawl.ledger import Ledger
from newscrawl.mongod.opening import reason as reason_of
from newscrawl.mongod.uri import redact
from newscrawl.schedule.ends import leave_behind, recently_guessed, silent
from newscrawl.schedule.lease import Document, Lease
from newscrawl.schedule.pauses import FIRST_PAUSE
from newscrawl.schedule.watch import steady
from newscrawl.shown import one_line
from newscrawl.spider import NewsSpider
from newscrawl.spider.arguments import Arguments
from newscrawl.store.connection import Store
from newscrawl.store.patience import StoreDownError
from newscrawl.timings import ANSWER
from newscrawl.vocabulary import (
    LOST,
    AddressOutcome,
    FetchFailure,
    Interruption,
    RobotsState,
    RunOutcome,
)

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from newscrawl.sites import Site

log = logging.getLogger(__name__)

_ALIVE: Document = {"outcome": None, "reason": None, "finished_at": None}
NOT_ITS_TURN = "not_its_turn"
"""Closing reason of a scheduled crawl that does not hold its site's lease."""
_REFUSED = (FetchFailure.CLIENT, FetchFailure.ROBOTS)
_STOPPED = ("shutdown", "cancelled", "memusage_exceeded", "lease_lost")
_GOES_ON = ("finished", "shutdown")
"""Closing reasons after which the next run continues, besides Scrapy's own limits."""
_CLOSED = "closespider_"
"""Prefix of the reasons of Scrapy's own limits."""


class FirstError(logging.Handler):
    """Keeps the first logged error, on one line and without credentials."""

    LONGEST = 500

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.line: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first error, with its exception."""
        if self.line is not None:
            return
        message = record.getMessage()
        if record.exc_info and (error := record.exc_info[1]):
            message = f"{message}: {type(error).__name__}: {error}"
        message = one_line(" ".join(message.split()))
        self.line = redact(message)[: self.LONGEST]


def _failed(stats: Mapping[str, Any]) -> dict[str, int]:
    """How many pages of listings, feeds, sitemaps and APIs could not be fetched, by reason."""
    prefix = "newscrawl/discovery/failed/"
    return {name.removeprefix(prefix): int(n) for name, n in stats.items() if name.startswith(prefix)}


def outcome(reason: str, stats: Mapping[str, Any], counts: Mapping[str, int], *, walks: bool) -> RunOutcome:
    """The outcome of a run, by its closing reason, its statistics, and the acknowledged writes."""

    def stat(name: str) -> int:
        return int(stats.get(f"newscrawl/{name}", 0))

    failed = _failed(stats)
    if reason in (RunOutcome.STORE_DOWN, RunOutcome.REFUSED):
        return RunOutcome.STORE_DOWN if reason == RunOutcome.STORE_DOWN else RunOutcome.REFUSED
    if (
        reason in ("start_error", RunOutcome.FAULT)
        or stats.get("spider_exceptions/count")
        or stat("articles/fault")
    ):
        return RunOutcome.FAULT
    if RunOutcome.FAULT in failed:
        return RunOutcome.FAULT
    if stats.get("log_count/CRITICAL") or stats.get("item_error_count") or stat("not_recorded"):
        return RunOutcome.FAULT
    if stat("unbalanced"):
        return RunOutcome.FAULT
    if stat("discovery/no_section"):
        return RunOutcome.NO_LINKS
    stopped = reason in _STOPPED or reason.startswith(_CLOSED)
    if (
        walks
        and not stopped
        and reason != "limit"
        and not stat("discovery/links")
        and not stat("discovery/unchanged")
    ):
        if not failed:
            return RunOutcome.NO_LINKS
        if all(kind in _REFUSED for kind in failed):
            return RunOutcome.REFUSED
        return RunOutcome.NO_LINKS if stat("discovery/pages") else RunOutcome.UNREACHABLE
    if not walks and not stopped and (stat("articles/refused") or stat("articles/pending")):
        return RunOutcome.REFUSED if stat("articles/refused") else RunOutcome.UNREACHABLE
    if failed or stopped or stat("articles/pending") or stat("discovery/cut"):
        return RunOutcome.PARTIAL
    return RunOutcome.OK if counts.get("new") or counts.get("revised") else RunOutcome.NOTHING_NEW


class RunRecord:
    """A Scrapy extension that keeps the record of a run in ``runs``, and saves the marks of completed walks.

    A scheduled run holds its site's lease as long as it lasts.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._store = Store.from_crawler(crawler)
        self._store.on_connected.append(self._connected)
        self._heart: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._is_open = asyncio.Event()
        self._lease: Lease | None = None
        self._heartbeat = crawler.settings.getfloat("HEARTBEAT", timings.HEARTBEAT.total_seconds())
        timings.check(dt.timedelta(seconds=self._heartbeat))
        self._alive_at = steady()
        self._keeper = Keeper.from_crawler(crawler)
        if self._keeper:
            self._store.before_writing = self._keeper.settle
        self._balance: Document = {}
        self._first_error = FirstError()
        logging.getLogger().addHandler(self._first_error)
        self.started_at = dt.datetime.now(dt.UTC)
        job = crawler.settings["SCRAPYD_JOB"]
        self.run = job or f"{self.started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension, connected to the opening and the closing of the spider."""
        record = cls(crawler)
        crawler.signals.connect(record.opened, signals.spider_opened)
        crawler.signals.connect(record.closed, signals.spider_closed)
        return record

    async def _connected(self) -> None:
        """Take the site's lease, record that the run began, and start its heartbeat.

        This happens before the collections are prepared, which may take long. Raises ``CloseSpider`` when a
        scheduled run cannot get the lease, or when MongoDB stays unavailable.
        """
        spider = self._crawler.spider
        assert spider
        self._crawler.stats.set_value("newscrawl/run", self.run)
        try:
            if self._crawler.settings.getbool("SCHEDULED"):
                await self._take_lease(spider)
            await self._store.patiently(lambda: self._store.ops["runs"].update_many(*silent()))
            await self._store.runs.publish(recently_guessed())
            await self._store.runs.save(self.run, self._beginning(spider) | _ALIVE)
        except PyMongoError as error:
            log.error("no run begins: MongoDB cannot be used, see `scrapy doctor`: %s", reason_of(error))
            raise CloseSpider(RunOutcome.STORE_DOWN) from None
        self._alive_at = steady()
        self._heart = asyncio.create_task(self._beat(), name="run heartbeat")

    async def opened(self, spider: Spider) -> None:
        """Note that the crawl began."""
        self._is_open.set()

    def _beginning(self, spider: Spider) -> Document:
        """The fields of the record that are known at the beginning of the run."""
        return {
            "site": spider.name,
            "began": getattr(spider, "began", self.started_at),
            "whole": _looks_for_all(spider),
            "started_at": self.started_at,
            "host": platform.node(),
            "pid": os.getpid(),
            "newscrawl": __version__,
            "replay": bool(self._crawler.settings["REPLAY"]),
            "scheduled": self._lease is not None,
            "arguments": _arguments(spider),
            "log": self._crawler.settings["LOG_FILE"],
        }

    async def _take_lease(self, spider: Spider) -> None:
        lease = Lease(self._store.ops["leases"], spider.name, self.run)
        if not await self._store.patiently(lease.take):
            raise CloseSpider(NOT_ITS_TURN)
        self._lease = lease

    async def _beat(self) -> None:
        """Send heartbeats until the run must end; then close the spider."""
        writer = self._store.writer
        lost = False
        while not writer.over.is_set() and not lost:
            try:
                await asyncio.wait_for(writer.over.wait(), self._heartbeat)
            except TimeoutError:
                lost = not await self._show_life(dict(writer.counts))
        await self._is_open.wait()
        assert self._crawler.engine
        reason = "lease_lost" if lost else "limit" if writer.full else RunOutcome.STORE_DOWN
        closing = self._crawler.engine.close_spider_async(reason=reason)
        self._closing = asyncio.get_running_loop().create_task(closing)

    async def _show_life(self, counts: dict[str, int]) -> bool:
        """Send one heartbeat; False if another job holds the lease.

        Without a valid lease, nothing is downloaded. After ``STORE_PATIENCE`` seconds without one, the run
        ends.
        """
        self._pause_if_unsafe()
        try:
            if self._lease and not await self._lease.renew():
                return False
            # This corrects a record that was marked as killed, and restores a record that was removed.
            assert self._crawler.spider
            alive = self._beginning(self._crawler.spider) | _ALIVE | {"counts": counts}
            with pymongo.timeout(ANSWER.total_seconds()):
                await self._store.runs.save_once(self.run, alive)
            self._alive_at = steady()
        except PyMongoError as error:
            if steady() - self._alive_at > self._crawler.settings.getfloat("STORE_PATIENCE"):
                self._store.writer.give_up(StoreDownError(reason_of(error)))
        self._pause_if_unsafe()
        return True

    def _pause_if_unsafe(self) -> None:
        assert self._crawler.engine
        if self._lease and self._lease.is_safe == self._crawler.engine.paused:
            state = "is held again: downloads continue" if self._lease.is_safe else "is lost: downloads pause"
            log.warning("the site's lease %s", state)
            (self._crawler.engine.unpause if self._lease.is_safe else self._crawler.engine.pause)()

    async def closed(self, spider: Spider, reason: str) -> None:
        """Finish the run: its archive, its record, its marks, and its summary in the log."""
        archived = {} if reason == NOT_ITS_TURN else await self._archived()
        if self._heart:
            self._heart.cancel()
        stats = self._crawler.stats
        if reason == NOT_ITS_TURN:
            logging.getLogger().removeHandler(self._first_error)
            await self._store.close()
            stats.set_value("newscrawl/outcome", RunOutcome.NOTHING_NEW)
            log.info("%s: job %s ends: another job has the site's lease", spider.name, self.run)
            return
        self._close_ledger(spider, reason)
        end = self._end(spider, reason) | archived
        if self._store.is_open:
            await self._settle(spider, end)
            await self._store.close()
        else:
            self._leave_behind(end)
        logging.getLogger().removeHandler(self._first_error)
        stats.set_value("newscrawl/outcome", end["outcome"])
        fine = end["outcome"].exit_status == 0
        log.log(logging.INFO if fine else logging.ERROR, "%s", end["summary"])

    async def _archived(self) -> Document:
        """Finish the archive of this run while its heartbeat continues; return the fields for its record."""
        if self._keeper is None:
            return {}
        available = self._store.is_open and not self._store.writer.error
        kept = await self._keeper.finish(self._store.tombstones if available else None)
        alarms = [{"alarm": alarm, "said": sentence} for alarm, sentence in self._keeper.alarms.items()]
        return {"archive": kept, "alarms": alarms}

    def _close_ledger(self, spider: Spider, reason: str) -> None:
        """Close the accounts that a stopped run left open; in a finished run, open accounts are a fault."""
        ledger: Ledger[Any] | None = getattr(spider, "ledger", None)
        if ledger is None:
            return
        stopped = reason != "finished" or not self._store.is_open or self._store.writer.over.is_set()
        if stopped:
            for account in list(ledger.open.values()):
                end = AddressOutcome.PENDING if account.due else AddressOutcome.KNOWN
                ledger.end(account.key, end, Interruption.STOPPED)
        if not ledger.balances:
            lost = [account.url for account in ledger.open.values()]
            log.critical(
                "a fault of newscrawl, please report it: %d addresses lack outcomes: %s", len(lost), lost[:1]
            )
            self._crawler.stats.set_value("newscrawl/unbalanced", len(lost))
        self._balance = ledger.balance

    def _leave_behind(self, end: Document) -> None:
        if self._crawler.settings.getbool("SCHEDULED"):
            leave_behind(self._crawler.settings["LOG_FILE"], end)

    def _end(self, spider: Spider, reason: str, because: RunOutcome | None = None) -> Document:
        """The fields about the end of the run; ``because`` is an outcome that became known afterwards."""
        counts: dict[str, int] = {}
        rejected: dict[str, int] = {}
        if self._store.is_open:
            writer = self._store.writer
            counts, rejected = dict(writer.counts), dict(writer.reasons)
            if writer.error:
                away = isinstance(writer.error, StoreDownError)
                reason = RunOutcome.STORE_DOWN if away else RunOutcome.FAULT
            elif writer.full:
                reason = "limit"
        stats = self._crawler.stats.get_stats()
        walks = getattr(spider, "walks", [])
        result = outcome(
            reason,
            stats,
            counts,
            walks=bool(walks) or not getattr(getattr(spider, "arguments", None), "url", None),
        )
        if because and result.exit_status != RunOutcome.FAULT.exit_status:
            result, reason = because, because
        downloaded = int(stats.get("newscrawl/articles/downloaded", 0))
        details = getattr(spider, "why", {}).get(result)
        return {
            "finished_at": dt.datetime.now(dt.UTC),
            "outcome": result,
            "reason": reason,
            "summary": summary(spider.name, result, counts, rejected, downloaded, details),
            "error": self._first_error.line,
            "failed": _failed(stats),
            "counts": counts,
            "rejected": rejected,
            "came": counts.get("new", 0) + counts.get("rejected", 0),
            "downloaded": downloaded,
            "ledger": self._balance,
            "goes_on": bool(stats.get("newscrawl/discovery/cut")),
        }

    async def _settle(self, spider: Spider, end: Document) -> None:
        """Save the marks and the record, and release the lease.

        Each step runs even if another fails; ``end`` then records the failure. Together, the steps wait for
        an unavailable MongoDB as long as a crawl does.
        """
        reading: Document = {}
        try:
            if end["reason"] == "finished":
                await self._leave_marks(spider)
            if end["reason"] in _GOES_ON or end["reason"].startswith(_CLOSED):
                await self._leave_checkpoints(spider)
            reading = await self._reading(spider)
            if known := source(spider, self._crawler.stats.get_value(robotstxt.STATES)):
                await self._store.runs.save_source(spider.name, known)
            if isinstance(spider, NewsSpider):
                reading |= await _seen(self._store, spider)
        except PyMongoError as error:
            log.error("marks were not saved; the next run reads these lists again: %s", reason_of(error))
            end |= self._end(spider, end["reason"], RunOutcome.STORE_DOWN)
        except Exception:
            log.exception("a fault of newscrawl, please report it: this run could not be finished")
            end |= self._end(spider, end["reason"], RunOutcome.FAULT)
        try:
            await self._store.runs.save(self.run, self._beginning(spider) | end | reading)
        except PyMongoError as error:
            log.error("the record of this run could not be written: %s", reason_of(error))
            end |= self._end(spider, end["reason"], RunOutcome.STORE_DOWN)
            self._leave_behind(end)
        try:
            await self._store.runs.judge(self.run, spider.name)
        except PyMongoError as error:
            log.warning("counting the coverage of this run is left to the next run: %s", reason_of(error))
        try:
            if self._lease:
                again_after = FIRST_PAUSE if end["outcome"] == RunOutcome.STORE_DOWN else None
                await self._store.patiently(partial(self._lease.release, again_after))
        except PyMongoError as error:
            log.warning("the lease could not be released, it expires by itself: %s", reason_of(error))

    async def _reading(self, spider: Spider) -> dict[str, Any]:
        """The origins of the fields of this run's new articles, and how they differ from earlier runs."""
        since = getattr(spider, "began", self.started_at)
        articles, shares = drift.shares(await self._store.runs.origins(spider.name, self.run, since))
        declared = getattr(spider, "declared_since", None)
        history = await self._store.runs.readings(spider.name, drift.ENOUGH, drift.HISTORY, declared)
        sentences = drift.drift(spider.name, articles, shares, history)
        for sentence in sentences:
            log.warning("%s", sentence)
        return {"reading": {"articles": articles, "shares": shares}, "drift": sentences}

    async def _leave_checkpoints(self, spider: Spider) -> None:
        left = spider.checkpoints()  # type: ignore[attr-defined]
        await self._store.walks.save_checkpoints(left, spider.clock.now())  # type: ignore[attr-defined]

    async def _leave_marks(self, spider: Spider) -> None:
        now = spider.clock.now()  # type: ignore[attr-defined]
        await self._store.walks.save_marks(spider.marks(now))  # type: ignore[attr-defined]


def source(spider: Spider, robots: Mapping[str, RobotsState] | None) -> Document:
    """The fields of a site's document in ``sources``; empty if the crawl downloaded nothing from the site.

    ``robots`` holds the state of each host's robots.txt; the worst state counts.
    """
    site: Site | None = getattr(spider, "site", None)
    if site is None or not robots:
        return {}
    fields = ("name", "domain", "country", "timezone", "aggregator", "evidence", "year")
    state = min(robots.values(), key=lambda state: state.rank)
    seen = {"state": state, "seen_at": spider.clock.now()}  # type: ignore[attr-defined]
    return {name: getattr(site, name) for name in fields} | {"robots": seen}


async def _seen(store: Store, spider: NewsSpider) -> Document:
    """What the walks of this run saw: the evidence for the coverage of days."""
    now = spider.clock.now()
    seen = {
        "walks": [dataclasses.asdict(walked) for walked in spider.walks.walked(spider.began, now)],
        "timezone": spider.site.timezone,
        "aggregator": spider.site.aggregator,
        "pending_since": await store.runs.pending_since(spider.name),
        "lost": sum(store.writer.reasons[reason] for reason in LOST),
    }
    return {"ended": now, "seen": seen}


def _looks_for_all(spider: Spider) -> bool:
    """Does the run look for everything new, rather than a section, a kind of list, some days or one page?"""
    arguments = getattr(spider, "arguments", None)
    if not isinstance(arguments, Arguments):
        return False
    return arguments == Arguments(since=arguments.since, limit=arguments.limit, refresh=arguments.refresh)


def _arguments(spider: Spider) -> dict[str, str]:
    """The given spider arguments."""
    arguments = getattr(spider, "arguments", None)
    if arguments is None:
        return {}
    given = {
        field.name: getattr(arguments, field.name)
        for field in dataclasses.fields(arguments)
        if getattr(arguments, field.name) != field.default
    }
    return {
        name: ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)
        for name, value in given.items()
    }


def summary(
    site: str,
    result: RunOutcome,
    counts: Mapping[str, int],
    reasons: Mapping[str, int],
    downloaded: int,
    because: str | None = None,
) -> str:
    """The run in one sentence; ``because`` explains the outcome in place of its general meaning.

    >>> summary("alayam24", RunOutcome.OK, {"new": 28, "seen": 1, "rejected": 2}, {"no_body": 2}, 31)
    'alayam24: ok. 28 new, 0 revised, 1 seen before, 2 rejected (no_body 2); 31 article pages downloaded'
    """
    why = ", ".join(f"{name} {count}" for name, count in sorted(reasons.items()))
    because = one_line(because or result.meaning)
    details = f" ({because})" if because else ""
    return (
        f"{site}: {result}{details}. {counts.get('new', 0)} new, {counts.get('revised', 0)} revised, "
        f"{counts.get('seen', 0)} seen before, "
        f"{counts.get('rejected', 0)} rejected{f' ({why})' if why else ''}; "
        f"{downloaded} article pages downloaded"
    )


class LogFormatter(scrapy.logformatter.LogFormatter):
    """Scrapy's log lines, without the text of the articles."""

    def __init__(self, *, details: bool = True) -> None:
        self._details = details
        """Are lines at level DEBUG logged?"""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """A formatter that makes lines at level DEBUG only if they are logged, to save 1 % of a crawl."""
        return cls(details=crawler.settings["LOG_LEVEL"] == "DEBUG")

    def crawled(self, request: Request, response: Response, spider: Spider) -> Any:
        """Scrapy's line at level DEBUG."""
        return super().crawled(request, response, spider) if self._details else None

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> Any:
        """One line at level DEBUG: the kind of item and its address."""
        if not self._details:
            return None
        return {
            "level": logging.DEBUG,
            "msg": "%(kind)s %(url)s",
            "args": {"kind": type(item).__name__, "url": ItemAdapter(item).get("url", response)},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> scrapy.logformatter.LogFormatterResult:
        """One line at level ERROR: the page that could not be processed."""
        return {
            "level": logging.ERROR,
            "msg": "Error processing %(kind)s %(url)s",
            "args": {"kind": type(item).__name__, "url": ItemAdapter(item).get("url", response)},
        }
