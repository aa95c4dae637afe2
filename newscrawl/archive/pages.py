"""Reads the pages in an archive file, each with everything that is needed to build its article again.

A page is a ``response`` record (a rendered one a ``resource``, an unchanged one a ``revisit``) between a
``request`` and a ``metadata`` record. The metadata record has what the HTTP message lacks, as lines of the
form ``name: value``: the requested address, the redirects on the way, and what the page's list said about it.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from newscrawl.archive.reading import Record, records, status_of
from newscrawl.items import Raw

__all__ = ["KEY", "PAGES", "PLACE", "ArchivedPage", "ListEntry", "page_at", "pages_of", "recorded_at"]

KEY = "Newscrawl-Key"
"""WARC header of each record of a page: ``newscrawl.urls.key`` of the requested address."""
PLACE = "Newscrawl-Refers-To"
"""WARC header of a ``revisit``: offset and archive file of the record that has its body."""
PAGES = frozenset({"response", "resource", "revisit"})
"""The kinds of records that are pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """What a feed, a listing, a sitemap or an API said about an article, as in
    ``newscrawl.discovery.Entry``.
    """

    title: str | None = None
    """Headline. Example: ``المغرب يطلق برنامجا جديدا لتدبير الماء``."""
    date: str | None = None
    """The date of publication as printed in the list."""
    day: dt.date | None = None
    """That day on the publisher's clock."""
    lastmod: dt.datetime | None = None
    """Instant of the last change, aware."""
    origin: str = ""
    """The address of the list. Example: ``https://www.goud.ma/feed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """One page as a crawl saw it."""

    raw: Raw
    """Its place, as in ``articles.raw``."""
    site: str
    """The spider that requested it. Example: ``hespress``."""
    run: str
    """The run that requested it."""
    key: str
    """``newscrawl.urls.key`` of ``asked``."""
    asked: str
    """The requested address."""
    redirects: tuple[str, ...]
    """The addresses between ``asked`` and ``url``, each of which redirected, in order."""
    url: str
    """The address after redirects."""
    status: int
    """HTTP status of the response."""
    headers: dict[str, str]
    """HTTP headers; values of one name are joined by commas. The content coding is left out, because it is
    undone."""
    body: bytes | None
    """The page, with its content coding undone; None for a ``revisit``, see ``same_as``."""
    fetched_at: dt.datetime
    """Moment of the download, UTC."""
    is_rendered: bool
    """Did a browser render it? Its body is then UTF-8, whatever the page declares."""
    entry: ListEntry
    """What its list said about it."""
    same_as: Raw | None = None
    """For a ``revisit``: the page that has the same body; None if that is not known."""


def pages_of(file: BinaryIO, archive: str) -> Iterator[ArchivedPage]:
    """The pages in a file, in order; ``archive`` is its name, as in ``articles.raw.archive``.

    Damaged records are left out with a warning in the log. This function does not look for tombstones;
    ``newscrawl.archive.Archive.pages`` does.
    """
    run = _Run()
    waiting: Record | None = None
    for record in records(file, archive):
        if record.kind == "warcinfo":
            run = _Run.of(record)
        if waiting is not None:
            yield from _page(waiting, record, archive, run)
        waiting = record if record.kind in PAGES and record.header(KEY) else None
    if waiting is not None:
        yield from _page(waiting, None, archive, run)


def page_at(file: BinaryIO, raw: Raw) -> ArchivedPage | None:
    """The page at the place that ``raw`` names; None if it was removed on request.

    Raises ``ValueError`` if another record is there, or none that can be read.
    """
    pair = recorded_at(file, raw)
    return pair and pair[1]


def recorded_at(file: BinaryIO, raw: Raw) -> tuple[Record, ArchivedPage] | None:
    """The record and the page at the place that ``raw`` names; None if it was removed on request."""
    run = _Run.of(next(records(file, raw.archive)))
    file.seek(raw.offset)
    following = records(file, raw.archive)
    record = next(following, None)
    if record is None or record.offset != raw.offset:
        raise ValueError(f"no record begins at byte {raw.offset}")
    if is_removed(record):
        return None
    if record.kind not in PAGES or record.header("WARC-Payload-Digest") != raw.digest:
        raise ValueError(f"another page is at byte {raw.offset}")
    page = next(_page(record, next(following, None), raw.archive, run), None)
    return (record, page) if page else None


REMOVED = "removed-on-request"
"""The line in a record that replaced a removed record."""


def is_removed(record: Record) -> bool:
    """Does the record replace one that was removed on request?"""
    return record.kind == "metadata" and REMOVED in record.fields()


@dataclass(frozen=True, slots=True)
class _Run:
    """The fields of a file's ``warcinfo`` record."""

    site: str = ""
    run: str = ""
    node: str = ""

    @classmethod
    def of(cls, record: Record) -> _Run:
        fields = record.fields() if record.kind == "warcinfo" else {}
        return cls(fields.get("site", ""), fields.get("run", ""), fields.get("node", ""))


def _page(record: Record, after: Record | None, archive: str, run: _Run) -> Iterator[ArchivedPage]:
    """The page of a record and of the metadata after it; none if it cannot be read."""
    about = after and after.kind == "metadata" and after.header("WARC-Concurrent-To") == record.id
    lines = after.lines() if after and about else []
    fields = dict(lines)
    is_rendered = record.kind == "resource"
    try:
        if is_rendered:
            status, body = int(fields.get("http-status", "200")), record.block
            pairs = [line.partition(":")[::2] for name, line in lines if name == "http-header"]
        else:
            first, raw_pairs, body = record.http()
            status = status_of(first) or 200
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw_pairs]
        headers = _joined(pairs)
        body = _plain(body, headers)
        fetched_at = record.at
    except ValueError:
        return
    yield ArchivedPage(
        raw=Raw(
            archive=archive,
            offset=record.offset,
            digest=record.header("WARC-Payload-Digest") or "",
            node=run.node,
        ),
        site=run.site,
        run=run.run,
        key=record.header(KEY) or "",
        asked=fields.get("asked", record.url),
        redirects=tuple(value for name, value in lines if name == "redirect"),
        url=fields.get("url", record.url),
        status=status,
        headers=headers,
        body=None if record.kind == "revisit" else body,
        fetched_at=fetched_at,
        is_rendered=is_rendered,
        entry=_entry(fields),
        same_as=_place(record),
    )


def _entry(fields: dict[str, str]) -> ListEntry:
    day, lastmod = fields.get("entry-day"), fields.get("entry-lastmod")
    return ListEntry(
        title=fields.get("entry-title"),
        date=fields.get("entry-date"),
        day=dt.date.fromisoformat(day) if day else None,
        lastmod=dt.datetime.fromisoformat(lastmod) if lastmod else None,
        origin=fields.get("entry-origin", ""),
    )


def entry_lines(entry: ListEntry) -> Iterator[tuple[str, str]]:
    """A list entry as names and values for the metadata record."""
    yield "entry-title", entry.title or ""
    yield "entry-date", entry.date or ""
    yield "entry-day", entry.day.isoformat() if entry.day else ""
    yield "entry-lastmod", entry.lastmod.isoformat() if entry.lastmod else ""
    yield "entry-origin", entry.origin


def _place(record: Record) -> Raw | None:
    """Where the body of a ``revisit`` is."""
    offset, _, rest = (record.header(PLACE) or "").partition(" ")
    node, _, archive = rest.partition(" ")
    if not (offset.isdigit() and archive):
        return None
    digest = record.header("WARC-Payload-Digest") or ""
    return Raw(archive=archive, offset=int(offset), digest=digest, node=node)


def place(raw: Raw) -> str:
    """A place in the form of the header :data:`PLACE`."""
    return f"{raw.offset} {raw.node} {raw.archive}"


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by name, in the spelling of most servers."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        name, value = name.title(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _plain(body: bytes, headers: dict[str, str]) -> bytes:
    """The body without its content coding, which is also removed from ``headers``. Raises ``ValueError``."""
    if headers.get("Content-Encoding", "").lower() not in ("gzip", "x-gzip"):
        return body
    del headers["Content-Encoding"]
    try:
        return zlib.decompress(body, 31) if body else body
    except zlib.error as error:
        raise ValueError(f"its body cannot be decompressed: {error}") from None
