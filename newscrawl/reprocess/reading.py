"""Articles of kept pages, by today's code: the steps of a crawl, without one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from newscrawl.items import Article, Http, Rejection
from newscrawl.page import extract
from newscrawl.page.steps import finish
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.records import Record, Records
from newscrawl.reprocess.watching import NOT_WATCHED, Watched
from newscrawl.vocabulary import RejectionReason

NO_ARTICLE_ADDRESS, OTHER_LANGUAGE, NOT_ASKED = "no article address", "other language", "not asked for"
"""What becomes of pages that are not parsed, or not kept, beside the reasons of a rejection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page that was kept, with what is needed to make its article again."""

    url: str
    """The address that answered."""
    body: bytes
    headers: Mapping[str, str]
    at: dt.datetime
    """Moment of the download, UTC."""
    offset: int
    """Where it is in its file, in bytes."""
    name: str | None = None
    """The spider that asked for it, where that is known."""
    met: tuple[str, ...] = ()
    """The addresses on the way to it, that asked for first."""


@dataclass(slots=True)
class Read:
    """What came of a page: an article, or a word for what became of it instead."""

    offset: int
    article: Article | None
    outcome: str
    parsed: bool = False
    """Was the page parsed to find out?"""


@dataclass(slots=True)
class Tally:
    """What became of the records of a range."""

    records: int = 0
    """Records that were met, damaged ones among them."""
    pages: int = 0
    """Pages that were parsed."""
    broken: int = 0
    """Records that are damaged."""
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what another range gave, too."""
        self.records += other.records
        self.pages += other.pages
        self.broken += other.broken
        self.outcomes.update(other.outcomes)


def read_file(
    plan: Plan,
    file: BinaryIO,
    start: int,
    end: int | None,
    tally: Tally,
    skipped: frozenset[int] = frozenset(),
    watched: Watched = NOT_WATCHED,
) -> Iterator[Read]:
    """What the pages of a WARC file say that begin between two places.

    ``skipped`` are places of records that no process survives. ``tally`` counts, whether an article comes of
    a record or not. Raises :class:`newscrawl.reprocess.records.NotWarcError`, ``OSError``.
    """
    records = Records(file, start, end)
    for record in records.read(plan.wants):
        tally.records, tally.broken = records.seen + records.broken, records.broken
        if record.head.offset not in skipped:
            watched.begin(record.head.offset, tally.pages)
            read = _counted(plan, _kept(record), tally)
            watched.end()
            yield read
    tally.records, tally.broken = records.seen + records.broken, records.broken


def _kept(record: Record) -> Kept:
    head = record.head
    assert head.at
    return Kept(
        url=head.url, body=record.body, headers=record.http, at=head.at.astimezone(dt.UTC), offset=head.offset
    )


def _counted(plan: Plan, kept: Kept, tally: Tally) -> Read:
    read = read_page(plan, kept)
    tally.pages += read.parsed
    tally.outcomes[read.outcome] += 1
    return read


def read_page(plan: Plan, kept: Kept) -> Read:
    """The article of a kept page, or why there is none.

    What is cheap to know comes first: the address, then the language as the bytes tell it. Never raises: what
    goes wrong is the outcome ``fault``.
    """
    found = plan.site(kept.url)
    if isinstance(found, RejectionReason):
        return Read(kept.offset, None, NO_ARTICLE_ADDRESS)
    name, site = found
    if site is None and (plan.lang is None or plan.only):
        return Read(kept.offset, None, NOT_ASKED)
    if not plan.may_be_in_language(kept.body):
        return Read(kept.offset, None, OTHER_LANGUAGE)
    try:
        raw = extract(kept.body, kept.url, site=site, headers=kept.headers, now=kept.at)
        raw.urls = list(dict.fromkeys([*kept.met, *raw.urls]))
        raw.http = replace(raw.http or Http(status=200, fetched_at=kept.at), fetched_at=kept.at)
        item = finish(raw, site, name, plan.run)
    except Exception:  # one page of millions must not end the work
        return Read(kept.offset, None, RejectionReason.FAULT, parsed=True)
    if isinstance(item, Rejection):
        return Read(kept.offset, None, item.reason, parsed=True)
    item.page = b""
    if plan.lang is not None and item.lang != plan.lang:
        return Read(kept.offset, None, OTHER_LANGUAGE, parsed=True)
    if not plan.forgotten.isdisjoint(item.keys):
        return Read(kept.offset, None, RejectionReason.FORGOTTEN, parsed=True)
    return Read(kept.offset, item, "article", parsed=True)
