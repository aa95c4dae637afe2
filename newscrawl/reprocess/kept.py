"""Kept pages: from our archive, with what their lists said about them, or from a WARC file of any crawler."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from newscrawl.archive.messages import NOT_MODIFIED
from newscrawl.archive.pages import ArchivedPage, ListEntry, page_at, pages_of
from newscrawl.items import Raw
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import NoSuchInputError, Range, open_input
from newscrawl.reprocess.records import DecodedRecord

_NOTHING = ListEntry()
_GONE = (404, 410)
"""The statuses with which a server answers for a removed page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPage:
    """A kept page, with everything that is needed to build its article again."""

    url: str
    """The address after redirects."""
    body: bytes
    headers: Mapping[str, str]
    at: dt.datetime
    """Moment of the download, UTC."""
    offset: int
    """Its offset in the file, in bytes."""
    status: int = 200
    name: str | None = None
    """The spider that requested it; None in a file of another crawler."""
    met: tuple[str, ...] = ()
    """The addresses on the way to it, the requested one first."""
    entry: ListEntry = _NOTHING
    """What its list said about it."""
    raw: Raw | None = None
    """Its place in our archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit recorded in our archive that brought no page to read."""

    key: str
    """``newscrawl.urls.key`` of the requested address."""
    name: str
    """The spider that requested it."""
    at: dt.datetime
    """Moment of the download, UTC."""
    offset: int
    """Its offset in the file, in bytes."""
    is_gone: bool
    """True if the page was gone, False if it had not changed."""


def of_record(record: DecodedRecord) -> InputPage:
    """The page of a WARC record."""
    head = record.head
    assert head.at
    at = head.at.astimezone(dt.UTC)
    return InputPage(url=head.url, body=record.body, headers=record.http, at=at, offset=head.offset)


def of_archive(plan: Plan, file: BinaryIO, piece: Range, start: int) -> Iterator[InputPage | Visit]:
    """The wanted pages of an archive file, from offset ``start`` on.

    An unchanged page has the body of the earlier page to which it refers. Forgotten pages are left out.
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
            yield InputPage(
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


def _is_wanted(plan: Plan, page: ArchivedPage) -> bool:
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
            with open_input(root + raw.archive) as earlier_file:
                page = page_at(earlier_file, raw)
        if page and page.key not in plan.forgotten:
            return page.body
    return None
