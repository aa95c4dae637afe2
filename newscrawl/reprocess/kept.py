"""Pages that were kept, from our archive with what led to them, or from a WARC file of any crawler."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from newscrawl.archive.messages import NOT_MODIFIED
from newscrawl.archive.pages import ListEntry, Page, page_at, pages_of
from newscrawl.items import Raw
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import NoSuchInputError, Range, open_input
from newscrawl.reprocess.records import Record

_NOTHING = ListEntry()
_GONE = (404, 410)
"""What a server answers about a page that was removed."""


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
    status: int = 200
    name: str | None = None
    """The spider that asked for it; None in a file of another crawler."""
    met: tuple[str, ...] = ()
    """The addresses on the way to it, that asked for first."""
    entry: ListEntry = _NOTHING
    """What the list that led to it said."""
    raw: Raw | None = None
    """Its place in our archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit that a page of our archive tells of, in which there is nothing to read."""

    key: str
    """``newscrawl.urls.key`` of the address that was asked for."""
    name: str
    """The spider that asked for it."""
    at: dt.datetime
    """Moment of the download, UTC."""
    offset: int
    """Where it is in its file, in bytes."""
    is_gone: bool
    """Was the page gone? Else it had not changed."""


def of_record(record: Record) -> Kept:
    """The page of a WARC record."""
    head = record.head
    assert head.at
    at = head.at.astimezone(dt.UTC)
    return Kept(url=head.url, body=record.body, headers=record.http, at=at, offset=head.offset)


def of_archive(plan: Plan, file: BinaryIO, piece: Range, start: int) -> Iterator[Kept | Visit]:
    """The pages of an archive file from a place on, as far as they are asked for.

    An unchanged page has the body of the earlier one that it refers to. What was forgotten is left out.
    """
    for page in pages_of(file, piece.archive):
        if page.raw.offset < start or not _is_wanted(plan, page):
            continue
        if page.status in (NOT_MODIFIED, *_GONE):
            yield Visit(
                key=page.key,
                name=page.site,
                at=page.fetched_at,
                offset=page.raw.offset,
                is_gone=page.status in _GONE,
            )
            continue
        body = page.body if page.same_as is None else _body(plan, file, piece, page.same_as)
        if body is not None:
            yield Kept(
                url=page.url,
                body=body,
                headers=page.headers,
                at=page.fetched_at,
                offset=page.raw.offset,
                status=page.status,
                name=page.site,
                met=(page.asked, *page.redirects, page.url),
                entry=page.entry,
                raw=page.same_as or page.raw,  # as in the crawl
            )


def _is_wanted(plan: Plan, page: Page) -> bool:
    tells = 200 <= page.status < 300 or page.status in (NOT_MODIFIED, *_GONE)
    if not tells or page.key in plan.forgotten or not plan.in_time(page.fetched_at):
        return False
    return (not plan.only or page.site in plan.only) and (plan.keys is None or page.key in plan.keys)


def _body(plan: Plan, file: BinaryIO, piece: Range, raw: Raw) -> bytes | None:
    """The body of an earlier page, in this file or in another one of the archive; None when it is gone."""
    with suppress(NoSuchInputError, ValueError, StopIteration):
        if raw.archive == piece.archive:
            page = page_at(file, raw)
        else:
            root = piece.path.partition(piece.archive)[0]
            with open_input(root + raw.archive) as other:
                page = page_at(other, raw)
        if page and page.key not in plan.forgotten:
            return page.body
    return None
