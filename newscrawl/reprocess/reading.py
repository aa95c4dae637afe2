"""Turns kept pages into articles with today's code: the steps of a crawl, without a crawl."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from newscrawl.items import Article, Http, RawArticle, Rejection
from newscrawl.page import extract
from newscrawl.page.steps import carry, finish
from newscrawl.reprocess.kept import InputPage, Visit, of_archive, of_record
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import Range, open_input
from newscrawl.reprocess.records import Records
from newscrawl.reprocess.watching import NOT_WATCHED, RecordWatch
from newscrawl.sites import Site
from newscrawl.store.kept_visits import KeptVisit
from newscrawl.urls import key
from newscrawl.vocabulary import RejectionReason

ARTICLE = "article"
NO_ARTICLE_ADDRESS, OTHER_LANGUAGE, NOT_ASKED = "no article address", "other language", "not asked for"
NOT_MODIFIED, GONE = "not modified", "gone"
"""Outcomes of pages that are not parsed or were not kept, in addition to the reasons for rejection."""


@dataclass(slots=True)
class ReadResult:
    """The result of a page: an article, or an outcome that says why there is none."""

    offset: int
    article: Article | None
    outcome: str
    parsed: bool = False
    """Was the page parsed?"""
    visit: KeptVisit | None = None
    """The visit, if it brought no page to read."""


@dataclass(slots=True)
class Tally:
    """The results of the records of a range."""

    records: int = 0
    """Number of records, including damaged ones."""
    pages: int = 0
    """Number of parsed pages."""
    broken: int = 0
    """Number of damaged records."""
    outcomes: Counter[str] = field(default_factory=Counter)

    def leave(self, read: ReadResult) -> None:
        """Do not count this page of our archive, because it will be read again."""
        self.records -= 1
        self.pages -= read.parsed
        self.outcomes[read.outcome] -= 1

    def add(self, other: Tally) -> None:
        """Add the counts of another range."""
        self.records += other.records
        self.pages += other.pages
        self.broken += other.broken
        self.outcomes.update(other.outcomes)


def read_range(
    plan: Plan,
    piece: Range,
    start: int,
    tally: Tally,
    skipped: frozenset[int] = frozenset(),
    watched: RecordWatch = NOT_WATCHED,
) -> Iterator[ReadResult]:
    """The results of the pages of a range, from offset ``start`` on.

    ``skipped`` are the offsets of records that end their process. ``tally`` counts every record, with an
    article or without. Raises :class:`newscrawl.archive.reading.NotWarcError`,
    :class:`newscrawl.reprocess.ranges.NoSuchInputError`, ``OSError``.
    """
    with open_input(piece.path) as file:
        kept = (
            of_archive(plan, file, piece, start)
            if piece.archive
            else _records(plan, file, piece, start, tally)
        )
        for page in kept:
            if piece.archive:
                tally.records += 1
            if page.offset in skipped:
                continue
            if isinstance(page, Visit):
                yield _visit(plan, page, tally)
                continue
            watched.begin(page.offset, tally.pages)
            read = _counted(plan, page, tally)
            watched.end()
            yield read


def _visit(plan: Plan, page: Visit, tally: Tally) -> ReadResult:
    site = plan.sites.get(page.name)
    if site is None:
        return ReadResult(page.offset, None, NOT_ASKED)
    outcome = GONE if page.is_gone else NOT_MODIFIED
    tally.outcomes[outcome] += 1
    return ReadResult(
        page.offset, None, outcome, visit=KeptVisit(page.key, site.owner, page.at, page.is_gone)
    )


def _records(plan: Plan, file: BinaryIO, piece: Range, start: int, tally: Tally) -> Iterator[InputPage]:
    records = Records(file, start, piece.end)
    met, broken = tally.records, tally.broken

    def count() -> None:
        tally.records, tally.broken = met + records.seen + records.broken, broken + records.broken

    for record in records.matching(plan.wants):
        count()
        yield of_record(record)
    count()


def _counted(plan: Plan, kept: InputPage, tally: Tally) -> ReadResult:
    read = read_page(plan, kept)
    tally.pages += read.parsed
    tally.outcomes[read.outcome] += 1
    return read


def read_page(plan: Plan, kept: InputPage) -> ReadResult:
    """The article of a kept page, or why there is none.

    The cheapest tests come first: the address, then the language, judging by the bytes. Never raises: an
    exception gives the outcome ``fault``.
    """
    declared = plan.site(kept.url, kept.name)
    if isinstance(declared, RejectionReason):
        return ReadResult(kept.offset, None, NO_ARTICLE_ADDRESS)
    name, site = declared
    if site is None and (plan.lang is None or plan.only):
        return ReadResult(kept.offset, None, NOT_ASKED)
    rules = site.url_rules if site else None
    if plan.keys is not None and plan.keys.isdisjoint(key(url, rules) for url in (kept.url, *kept.met)):
        return ReadResult(kept.offset, None, NOT_ASKED)
    if not plan.may_be_in_language(kept.body):
        return ReadResult(kept.offset, None, OTHER_LANGUAGE)
    try:
        item = finish(_raw(kept, site), site, name, plan.run)
    except Exception:  # one page among millions must not end the work
        return ReadResult(kept.offset, None, RejectionReason.FAULT, parsed=True)
    if isinstance(item, Rejection):
        return ReadResult(kept.offset, None, item.reason, parsed=True)
    item.page = b""
    if plan.lang is not None and item.lang != plan.lang:
        return ReadResult(kept.offset, None, OTHER_LANGUAGE, parsed=True)
    if not plan.forgotten.isdisjoint(item.keys):
        return ReadResult(kept.offset, None, RejectionReason.FORGOTTEN, parsed=True)
    return ReadResult(kept.offset, item, ARTICLE, parsed=True)


def _raw(kept: InputPage, site: Site | None) -> RawArticle:
    """The content of a kept page, with what its list said about it."""
    raw = extract(kept.body, kept.url, site=site, headers=kept.headers, now=kept.at)
    if site is not None:
        carry(raw, kept.entry.title, kept.entry.date, kept.entry.origin, site, kept.at)
    raw.urls = list(dict.fromkeys([*kept.met, *raw.urls]))
    http = raw.http or Http(status=kept.status, fetched_at=kept.at)
    raw.http = replace(http, status=kept.status, fetched_at=kept.at)
    raw.kept = kept.raw
    return raw
