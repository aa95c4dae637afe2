"""Crawls a newspaper that no spider declares: learns it first, then crawls it like any other."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from pymongo.database import Database
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from newscrawl.command import declared
from newscrawl.download.errors import BrowserMissing
from newscrawl.download.render import find_browser
from newscrawl.drift import ENOUGH
from newscrawl.kit import learn
from newscrawl.kit.asking import Fetch, KitSpider
from newscrawl.kit.probe import SiteDraft
from newscrawl.sites import Site, site_of
from newscrawl.sites.learned import from_document, to_document
from newscrawl.spider import newspaper
from newscrawl.spider.any import AnySpider, spider_of
from newscrawl.spider.arguments import Arguments
from newscrawl.store import learned
from newscrawl.store.schema import Document
from newscrawl.store.session import session
from newscrawl.vocabulary import RunOutcome

_FIRST = 50
"""A priority above that of settings on the command line, which apply to all crawls of a process."""

log = logging.getLogger(__name__)


class Refusal(Exception):
    """The newspaper is not crawled; the message says why."""

    def __init__(self, outcome: RunOutcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome


class AnyNewspaper:
    """Loads what was learned about a newspaper, or first learns it in a small crawl; then crawls it."""

    def __init__(
        self, process: Any, given: Mapping[str, str], check: Callable[[Crawler, dict[str, str]], None]
    ) -> None:
        self._process = process
        self._check = check
        self._settings = process.settings
        self._sites = declared(self._settings)
        self._where = _where(given, self._sites)
        self._arguments = newspaper.others(given)
        try:
            Arguments.parse(self._arguments)
        except ValueError as error:
            raise UsageError(str(error)) from None
        self.crawler: Crawler | None = None
        self._failed: Exception | None = None

    def crawl(self) -> None:
        """Crawl to the end.

        Raises :class:`Refusal` for a site that is not a newspaper, ``UsageError`` for arguments that do not
        fit the newspaper, and :class:`newscrawl.store.StoreError` when MongoDB cannot be used.
        """
        draft = learn.begin(self._where)
        draft.browser = self._has_browser()
        with session(self._settings) as (_, ops):
            known = learned.at(ops, self._where.place)
            check_slug(ops, self._where, known, self._sites)
            why = lost(ops, known) if known else None
            if known and (self._settings["REPLAY"] or not _is_due(known, fits=why is None)):
                since = known.get("site_since") or known["learned_at"]
                self._begin(known["_id"], from_document(known["site"]), since)
            elif self._settings["REPLAY"]:
                raise UsageError(f"{self._where.address} was never learned; crawl it once without REPLAY")
            else:
                if why:
                    draft.facts.append(f"again     {why}")
                self._learn(ops, draft, known)
            self._process.start()
        if self._failed:
            if self._settings["LOG_FILE"]:  # the printed message does not go into that file
                log.error("%s", self._failed)
            raise self._failed

    def _has_browser(self) -> bool:
        try:
            find_browser(self._settings)
        except BrowserMissing:
            return False
        return True

    def _learn(self, ops: Database[Document], draft: SiteDraft, known: Document | None) -> None:
        """Learn the newspaper; then begin the crawl, unless the newspaper is refused."""
        reasons: list[str | None] = []

        async def work(fetch: Fetch) -> None:
            reasons.append(await learn.learn(draft, fetch))

        def done(_: object) -> None:
            try:
                self._learned(ops, draft, known, reasons)
            except Exception as error:  # raised once the process has ended
                self._failed = error

        # The small crawl logs to the same log, stores nothing, and leaves no record of a run.
        asking = Crawler(_Learning, self._settings.copy())
        extensions = {"newscrawl.download.crawl_delay.CrawlDelay": 0}
        for name, value in (("RECORD", None), ("ITEM_PIPELINES", {}), ("EXTENSIONS", extensions)):
            asking.settings.set(name, value, priority=_FIRST)
        running = self._process.crawl(asking, work=work, named=[self._where.address, self._where.home])
        if isinstance(running, asyncio.Future):
            running.add_done_callback(done)
        else:
            running.addBoth(done)

    def _learned(
        self, ops: Database[Document], draft: SiteDraft, known: Document | None, reasons: list[str | None]
    ) -> None:
        """Store what was learned, and begin the crawl; raises :class:`Refusal`."""
        if not reasons:
            raise Refusal(RunOutcome.FAULT, f"{draft.url} could not be learned; see the log")
        now = dt.datetime.now(dt.UTC)
        before = from_document(known["site"]) if known else None
        if before and before.refused:  # nothing else was learned about it
            before = None
        reason, since = reasons[0], now
        if reason is None:
            site = learn.learned(draft, before, now.year)
        elif before and known:
            log.warning("%s could not be learned again: %s", draft.url, reason)
            site, since = before, known.get("site_since") or known["learned_at"]
            if draft.refused:
                self._failed = Refusal(RunOutcome.REFUSED, f"{draft.url} is not crawled: {reason}")
        elif draft.unreachable:
            raise Refusal(RunOutcome.UNREACHABLE, f"{draft.url} is not crawled: {reason}")
        else:  # stored, so that later runs do not ask it again
            site = replace(draft.site(year=now.year), refused=reason)
        slug = known["_id"] if known else self._slug(ops, draft)
        evidence = [*draft.facts, *draft.missing]
        learned.keep(ops, slug, self._where.place, to_document(site), evidence, now, since)
        for line in draft.facts:
            log.info("learned %s: %s", slug, line)
        self._begin(slug, site, since)

    def _slug(self, ops: Database[Document], draft: SiteDraft) -> str:
        if self._where.slug:
            return self._where.slug
        taken = {AnySpider.name, *self._sites, *(doc["_id"] for doc in learned.every(ops))}
        return learn.slug(draft, taken)

    def _begin(self, slug: str, site: Site, since: dt.datetime) -> None:
        """Begin the crawl; for a refused newspaper, a run that records the refusal and requests nothing."""
        if site.refused:
            again = f"to try it again, run `scrapy sites --relearn {slug}` and crawl it"
            sentence = f"{self._where.address} is not crawled: {site.refused}; {again}"
            self._failed = Refusal(RunOutcome.REFUSED, sentence)
        crawler: Crawler = self._process.create_crawler(spider_of(slug, site, since))
        self._check(crawler, self._arguments)
        self.crawler = crawler
        self._process.crawl(crawler, **self._arguments)


class _Learning(KitSpider):
    """The crawl that learns a newspaper."""

    name = AnySpider.name


def _where(given: Mapping[str, str], sites: Mapping[str, Site]) -> newspaper.Newspaper:
    """The newspaper that the arguments name. Raises ``UsageError`` if a spider declares it."""
    try:
        paper = newspaper.Newspaper.parse(given)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if spider := site_of(paper.address, sites):
        raise UsageError(f"{paper.kind}={paper.address!r} has a spider: run `scrapy crawl {spider}`")
    return paper


def check_slug(
    ops: Database[Document], paper: newspaper.Newspaper, known: Document | None, sites: Collection[str]
) -> None:
    """Raise ``UsageError`` for another newspaper's slug, or if this one was learned under another slug."""
    slug = paper.slug
    if slug is None or (known and known["_id"] == slug):
        return
    if known:
        raise UsageError(f"slug={slug!r}: {paper.address} was learned as {known['_id']!r}; use that slug")
    if slug in sites or ops[learned.LEARNED].find_one({"_id": slug}, {"_id": 1}):
        raise UsageError(f"slug={slug!r} is the name of another newspaper; choose another")


def lost(ops: Database[Document], known: Document) -> str | None:
    """Why the learned declaration no longer seems to fit its newspaper, in one sentence; None while it fits.

    ``known`` is its document in ``learned``. The reason is that its last run found no article, or that its
    last run with enough articles drifted: ``sada: body is now only guessed (generic reading) in 94% of
    articles``.
    """
    of_site = {"site": known["_id"], "replay": {"$ne": True}}
    newest = [("started_at", -1)]
    last = ops["runs"].find_one(of_site, {"outcome": 1}, sort=newest)
    # This includes lists that have moved: their old addresses answer 404, which counts as a refusal.
    if last and last.get("outcome") in (RunOutcome.NO_LINKS, RunOutcome.REFUSED):
        return f"{known['_id']}: its last run found no article ({last['outcome']})"
    # A run with few articles shows neither the beginning nor the end of drift.
    telling = {"started_at": {"$gte": known["learned_at"]}, "reading.articles": {"$gte": ENOUGH}}
    drifted = ops["runs"].find_one(of_site | telling, {"drift": 1}, sort=newest)
    return "; ".join((drifted or {}).get("drift") or ()) or None


def _is_due(known: Document, *, fits: bool) -> bool:
    """Is it time to learn the newspaper again?"""
    at = known["learned_at"].replace(tzinfo=dt.UTC)
    refused = bool(known["site"].get("refused"))
    pause = learn.LEFT_ALONE if refused else learn.RELEARN
    lost = refused or not fits
    return learn.is_due(at, dt.datetime.now(dt.UTC), pause, asked=bool(known.get("again")), lost=lost)
