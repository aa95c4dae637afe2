"""Settles failed downloads: decides what becomes of their addresses."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from newscrawl.discovery import Walk
from newscrawl.download.errors import classify
from newscrawl.frontier import Pending
from newscrawl.items import Rejection
from newscrawl.ledger import Account
from newscrawl.meta import is_for_article, meta
from newscrawl.spider.articles import LOOK_AGAIN, ArticlePages
from newscrawl.spider.crawl import Crawl
from newscrawl.spider.lists import Lists
from newscrawl.vocabulary import AddressOutcome, FetchFailure, Interruption, RejectionReason, RunOutcome

log = logging.getLogger(__name__)

_TRIES = 10
"""Number of failed visits after which an address is given up."""
_RETRY = {FetchFailure.BUSY: dt.timedelta(hours=1), FetchFailure.SERVER: dt.timedelta(hours=1)}
"""How long to wait after these failures; pages with other passing failures are tried in the next run."""
_NOT_FOUND = (404, 410)


class Failures:
    """Decides what a failed download means for its address."""

    def __init__(self, crawl: Crawl, lists: Lists, articles: ArticlePages) -> None:
        self._crawl = crawl
        self._lists = lists
        self._articles = articles

    async def settle(self, failure: Failure) -> AsyncIterator[Any]:
        """Settle a failed download: an article is pending if the failure may pass, otherwise rejected; a list
        is counted.
        """
        request: Request = failure.request  # type: ignore[attr-defined]
        response = failure.value.response if isinstance(failure.value, HttpError) else None
        kind = classify(failure if response is None else response.status)
        if kind == FetchFailure.NOT_RECORDED:
            self._not_recorded(request, str(failure.value))
        if not is_for_article(request):
            for following in self._lists.failed(request, kind, failure, response):
                yield following
            return
        if response is not None:
            self._crawl.stat("articles/downloaded")
            rejection = await self._answered(request, kind, response)
        else:
            rejection = await self._unanswered(request, kind, str(failure.value))
        if rejection:
            yield rejection
        self._crawl.ledger.answer(meta(request)["key"])

    async def _answered(self, request: Request, kind: FetchFailure, response: Response) -> Rejection | None:
        """Settle a response with an error status, or one that says that nothing has changed (304)."""
        crawl, now = self._crawl, self._crawl.clock.now()
        k, again = meta(request)["key"], meta(request)["again"]
        if response.status == 304 and again:
            await crawl.store.visits.unchanged(k, crawl.site.owner, now)
            self._articles.settle(k, AddressOutcome.SEEN, "unchanged")
            return None
        detail = f"HTTP status {response.status}"
        if response.status in _NOT_FOUND:
            if not again:
                return self._articles.rejection(response, RejectionReason.NOT_FOUND, detail)
            await self._articles.gone(k, RejectionReason.NOT_FOUND, now)
            crawl.stat("articles/gone")
            return None
        if kind.passes:
            return await self._pend(request, kind, now)
        if self._is_known(request, kind):
            return None
        rejection = self._articles.rejection(response, RejectionReason.REFUSED, detail)
        return replace(rejection, retry_at=now + LOOK_AGAIN)

    async def _unanswered(self, request: Request, kind: FetchFailure, detail: str) -> Rejection | None:
        """Settle a request without a response, or without one that may be read."""
        k, now = meta(request)["key"], self._crawl.clock.now()
        if kind == FetchFailure.NOT_RECORDED:
            # A recording says nothing about pages that it lacks; those left over by an earlier crawl stay
            # pending.
            pending = meta(request).get("pending")
            self._crawl.ledger.end(k, AddressOutcome.PENDING if pending else AddressOutcome.UNWANTED, kind)
            return None
        if kind in (FetchFailure.OFFSITE, FetchFailure.ADDRESS):
            if meta(request)["again"]:
                await self._articles.gone(k, RejectionReason.REDIRECTED, now)
            return self._rejection(request, RejectionReason.REDIRECTED, f"it leads elsewhere: {detail}")
        if kind.passes:
            return await self._pend(request, kind, now)
        if self._is_known(request, kind):
            return None
        return replace(self._rejection(request, _for_good(kind), detail), retry_at=now + LOOK_AGAIN)

    def _is_known(self, request: Request, kind: FetchFailure) -> bool:
        """Is it a repeated visit? The stored article then stays as it is; otherwise the refusal is
        counted.
        """
        if meta(request)["again"]:
            self._articles.settle(meta(request)["key"], AddressOutcome.KNOWN, kind)
            return True
        if kind in (FetchFailure.CLIENT, FetchFailure.ROBOTS):
            self._crawl.stat("articles/refused")
        return False

    def _not_recorded(self, request: Request, detail: str) -> None:
        """Note a page that the replayed recording lacks: a fault, unless an earlier crawl left it pending."""
        if meta(request).get("pending"):
            log.info("%s stays on the pending list: %s", request.url, detail)
            self._crawl.stat("articles/pending")
            return
        log.error("%s", detail)
        self._crawl.why.setdefault(RunOutcome.FAULT, detail)
        self._crawl.stat("not_recorded")

    async def _pend(self, request: Request, kind: FetchFailure, now: dt.datetime) -> Rejection | None:
        """Put an address on the pending list, or reject it after too many tries."""
        crawl, carried = self._crawl, meta(request)
        crawl.stat("articles/pending")
        retry_at = carried.get("retry_at") or (now + _RETRY[kind] if kind in _RETRY else None)
        k, asked = carried["key"], carried["asked"]
        pending = Pending(k, asked, crawl.name, crawl.site.owner, kind, retry_at)
        times = await crawl.store.addresses.add_pending(pending, now)
        if times >= _TRIES:
            detail = f"failed {times} times, the last time: {kind}"
            return self._rejection(request, _for_good(kind), detail)
        crawl.ledger.end(k, AddressOutcome.PENDING, kind)
        return None

    def _rejection(self, request: Request, reason: RejectionReason, detail: str) -> Rejection:
        """The rejection of an address without a page."""
        carried = meta(request)
        return Rejection(
            url=carried["asked"],
            urls=[carried["asked"]],
            keys=[carried["key"]],
            site=self._crawl.name,
            owner=self._crawl.site.owner,
            reason=reason,
            detail=detail,
            rejected_at=self._crawl.clock.now(),
        )

    async def drop(self, account: Account[Walk]) -> None:
        """Put an article on the pending list, because its request was silently dropped."""
        crawl = self._crawl
        log.warning("the request for %s was dropped without an answer; the next run repeats it", account.url)
        crawl.stat("articles/pending")
        if account.due:
            pending = Pending(account.key, account.url, crawl.name, crawl.site.owner, Interruption.DROPPED)
            await crawl.store.addresses.add_pending(pending, crawl.clock.now())
        end = AddressOutcome.PENDING if account.due else AddressOutcome.KNOWN
        crawl.ledger.end(account.key, end, Interruption.DROPPED)


def _for_good(kind: FetchFailure) -> RejectionReason:
    """The reason to reject an address whose download failed for good."""
    if kind in (FetchFailure.ROBOTS, FetchFailure.TOO_LARGE):
        return RejectionReason(kind)
    return RejectionReason.UNREACHABLE if kind.passes else RejectionReason.REFUSED
