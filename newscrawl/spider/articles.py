"""Handles the article pages of a crawl: makes their requests and reads their responses."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from newscrawl.discovery import Entry, Walk
from newscrawl.items import Http, Raw, RawArticle, Rejection
from newscrawl.meta import Meta, meta
from newscrawl.page.steps import carry
from newscrawl.spider.crawl import Crawl
from newscrawl.urls import key
from newscrawl.vocabulary import AddressOutcome, AddressSource, RejectionReason
from newscrawl.workers import ReadingError, StoppedError

log = logging.getLogger(__name__)

_FIRST, _USUAL = 30, 20
"""Priorities of requests: pages that failed last time, then the others."""
LOOK_AGAIN = dt.timedelta(days=1)
"""How long to wait before requesting a page again that could not be read or that the site refused."""


def say_unread(response: Response, error: ReadingError) -> None:
    """Log why a page could not be read."""
    level = logging.ERROR if error.reason == RejectionReason.FAULT else logging.WARNING
    log.log(level, "%s could not be read: %s", response.url, error, exc_info=error.__cause__)


class ArticlePages:
    """Makes the requests for new articles and repeated visits, and reads the responses."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl

    # --- Requests

    def request(
        self,
        entry: Entry,
        source: AddressSource,
        *,
        walk: Walk | None = None,
        priority: int = _USUAL,
        known: Mapping[str, Any] | None = None,
        young: bool = False,
        pending: bool = False,
        k: str | None = None,
    ) -> Request | None:
        """The request of an article; None if this run has already requested it.

        ``known`` is what the store knows about it, for a repeated visit; ``pending`` says that an earlier run
        left it on the pending list; ``k`` is its key, if the caller knows it.
        """
        crawl = self._crawl
        k = k or key(entry.url, crawl.site.url_rules)
        if not crawl.ledger.take(k, entry.url, source, walk, due=known is None, young=young):
            return None
        carried = Meta(
            key=k,
            asked=entry.url,
            entry=entry,
            walk=walk,
            again=known is not None,
            pending=pending,
            known_raw=_raw(known),
            playwright=crawl.site.render,
        )
        return Request(
            entry.url,
            self.parse,
            errback=crawl.failed,
            priority=priority,
            headers=self._conditional(known),
            dont_filter=True,  # the ledger knows what was requested
            meta=dict(carried),
        )

    def _conditional(self, known: Mapping[str, Any] | None) -> dict[str, str]:
        """The headers that request a known page only if it has changed."""
        if not (known and known["http"]) or self._crawl.arguments.refresh:
            return {}
        validators = {
            "If-None-Match": known["http"]["etag"],
            "If-Modified-Since": known["http"]["last_modified"],
        }
        return {name: value for name, value in validators.items() if value}

    async def left_over(self, now: dt.datetime) -> AsyncIterator[Request]:
        """The requests of pages that failed last time; those that are stored count as repeated visits."""
        crawl = self._crawl
        due = await crawl.store.addresses.pending(crawl.name, now)
        known = await crawl.store.addresses.known([pending.key for pending in due], crawl.site.owner, now)
        young = not crawl.settings["REPLAY"]
        for pending in due:
            stored = pending.key in known and known[pending.key].article
            again = {"http": None} if stored else None
            # The gate rejects an address that the site no longer owns.
            url = crawl.site.admit(pending.url) if crawl.site.owns(pending.url) else pending.url
            request = self.request(
                Entry(url), AddressSource.PENDING, known=again, young=young, priority=_FIRST, pending=True
            )
            if request:
                yield request

    async def again(self, now: dt.datetime) -> AsyncIterator[Request]:
        """The requests of known articles that are due for another visit."""
        crawl = self._crawl
        ages = sorted(dt.timedelta(hours=float(hours)) for hours in crawl.settings.getlist("REVISIT_HOURS"))
        refresh = crawl.arguments.refresh
        oldest = dt.timedelta(days=refresh) if refresh else ages[-1] * 2
        budget = None if refresh else crawl.settings.getint("REVISIT_BUDGET")
        async for doc in crawl.store.visits.young(crawl.name, now - oldest):
            visits = [doc["first_seen_at"] + age for age in ages]
            if not crawl.site.owns(doc["url"]):  # such as an edition that has become a site of its own
                continue
            due = any(doc["checked_at"] < visit <= now for visit in visits)
            if due or refresh:
                if budget is not None:
                    if budget == 0:
                        break
                    budget -= 1
                entry = Entry(crawl.site.admit(doc["url"]))
                if request := self.request(entry, AddressSource.AGAIN, known=doc):
                    yield request

    # --- Responses

    async def parse(self, response: Response) -> AsyncIterator[RawArticle | Rejection]:
        """The article of a page, as printed, or a rejection if the page is not an article of this site."""
        crawl = self._crawl
        crawl.stat("articles/downloaded")
        carried = meta(response)
        now = carried["fetched_at"]
        if not crawl.site.is_article(response.url) and not crawl.arguments.url:
            if carried["again"]:
                await self.gone(carried["key"], RejectionReason.REDIRECTED, now)
            detail = f"it redirects to {response.url}, which is not an article"
            yield self.rejection(response, RejectionReason.REDIRECTED, detail)
            return
        try:
            raw = await crawl.reader.article(response.body, response.url, _headers(response), now)
        except StoppedError:
            return  # the address stays open in the ledger
        except ReadingError as error:
            crawl.stat(f"articles/{error.reason}")
            say_unread(response, error)
            rejection = self.rejection(response, error.reason, str(error))
            yield replace(rejection, retry_at=now + LOOK_AGAIN)
            return
        for name in raw.cut:
            crawl.stat(f"articles/cut/{name}")
        entry = carried["entry"]
        carry(raw, entry.title, entry.date, entry.origin, crawl.site, now)
        raw.urls = list(dict.fromkeys([*_urls(response), *raw.urls]))
        http = raw.http or Http(status=response.status, fetched_at=now)
        raw.http = replace(http, status=response.status, fetched_at=now)
        raw.kept = carried.get("kept")
        yield raw

    # --- Pages that are not articles

    async def gone(self, k: str, reason: RejectionReason, now: dt.datetime) -> None:
        """Record that a repeated visit found the article removed."""
        crawl = self._crawl
        await crawl.store.visits.gone(k, crawl.site.owner, now)
        self.settle(k, AddressOutcome.GONE, reason)

    def settle(self, k: str, end: AddressOutcome, reason: str) -> None:
        """Record the outcome of an address for which nothing is written; it is no longer pending."""
        self._crawl.store.writer.settle(k)
        self._crawl.ledger.end(k, end, reason)

    def rejection(self, response: Response, reason: RejectionReason, detail: str) -> Rejection:
        """The rejection of a page that was downloaded."""
        site, carried = self._crawl.site, meta(response)
        urls = _urls(response)
        # A page to which many addresses redirect (the home page) does not count, unless it was requested.
        own = urls if site.is_article(response.url) else [u for u in urls if u != response.url]
        keys = [carried["key"], *(key(url, site.url_rules) for url in own)]
        return Rejection(
            url=response.url,
            urls=urls,
            keys=list(dict.fromkeys(keys)),
            site=self._crawl.name,
            owner=site.owner,
            reason=reason,
            detail=detail,
            status=response.status,
            rejected_at=carried.get("fetched_at") or self._crawl.clock.now(),
            page=response.body,
        )


def _urls(response: Response) -> list[str]:
    """Every address on the way to a page, the requested one first."""
    carried = meta(response)
    return list(dict.fromkeys([carried["asked"], *carried.get("redirect_urls", []), response.url]))


def _raw(known: Mapping[str, Any] | None) -> Raw | None:
    """Where the page of a stored article is archived."""
    return Raw(**known["raw"]) if known and known.get("raw") else None


def _headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1"): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
