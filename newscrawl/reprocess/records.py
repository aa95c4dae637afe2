"""Reads the records of WARC files by ranges of bytes, one at a time, in bounded memory, without damaged
records.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from newscrawl.archive.reading import NotWarcError
from newscrawl.page.document import MAX_BYTES
from newscrawl.reprocess.encodings import decoded

KINDS = WarcRecordType.response | WarcRecordType.revisit | WarcRecordType.metadata
"""Kinds of records that may contain an article."""
MOST = 2 * MAX_BYTES
"""Maximum number of bytes of a record that are read; a longer one is not a page."""
_GZIP = b"\x1f\x8b\x08"
_PACKED = re.compile(rb"\x1f\x8b\x08[\0-\x1f]")
_PLAIN = re.compile(rb"WARC/1\.\d\r?\n(?=[A-Za-z-]+:)")
"""Matches the beginning of an uncompressed record."""
_END = b"\r\n\r\n"
"""What follows the block of a record."""
_SEARCHED = 1 << 20
_HEAD = 1 << 16
"""The headers of a record are within this many bytes."""
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*([^\r\n]*)")
_NAMES = {2: "warcinfo", 4: "response", 32: "metadata", 64: "revisit"}


@dataclass(frozen=True, slots=True)
class RecordHead:
    """What is known about a record before its block is read."""

    kind: str
    """``response``, ``revisit`` or ``metadata``."""
    url: str
    """Its ``WARC-Target-URI``; empty if it has none."""
    at: dt.datetime | None
    """Its date, UTC; None if it cannot be read."""
    status: int | None
    """HTTP status; None if the head of the response cannot be read."""
    content_type: str | None
    """The ``Content-Type`` of the response."""
    offset: int
    """Offset in the file, in bytes; for a compressed record that of its gzip member."""


@dataclass(frozen=True, slots=True)
class DecodedRecord:
    """A record with its block."""

    head: RecordHead
    headers: dict[str, str]
    """The headers of the record, with names in lower case."""
    http: dict[str, str]
    """HTTP headers, with names in lower case."""
    body: bytes
    """The body without chunks and compression, cut after :data:`MAX_BYTES`."""


Wanted = Callable[[RecordHead], bool]
"""A function that says whether a record is wanted, called before its block is read."""


@dataclass(slots=True)
class _Met:
    """The last record that was found. It is returned once the next one is found."""

    offset: int
    wanted: bool
    record: DecodedRecord | None
    whole: bool
    """Was the part of its block that was read complete?"""


class Records:
    """The records of a file that begin between two offsets.

    A file may be cut anywhere: each record belongs to the range in which it begins. Damaged records are left
    out and counted in ``broken``, and reading continues with the next record. If the length of a record is
    wrong, the end of its gzip member counts, so that neither this record nor the following ones are lost.
    """

    def __init__(self, file: BinaryIO, start: int = 0, end: int | None = None) -> None:
        self._file = file
        self._start, self._end = start, end
        self.broken = 0
        """Number of damaged records."""
        self.seen = 0
        """Number of records of the kinds that may contain an article."""

    def matching(self, wanted: Wanted) -> Iterator[DecodedRecord]:
        """The wanted records, in order. Raises :class:`NotWarcError` if the file is not a WARC file."""
        start = next_record(self._file, self._start)
        if start is None and self._start == 0:
            raise NotWarcError("it holds no WARC record, neither plain nor in a gzip member of its own")
        while start is not None and not self._is_over(start):
            start = yield from self._run(start, wanted)

    def _is_over(self, position: int) -> bool:
        return self._end is not None and position >= self._end

    def _run(self, start: int, wanted: Wanted) -> Generator[DecodedRecord, None, int | None]:
        """Read until an error or the end; returns the offset at which to continue, None at the end."""
        self._file.seek(start)
        iterator = ArchiveIterator(self._file, record_types=KINDS, fsspec_args=False, max_header_len=_HEAD)
        met: _Met | None = None
        while True:
            try:
                next_in_file = next(iterator, None)
            except OSError:
                next_in_file, met = None, met or _Met(start, False, None, whole=False)
                met.whole = False
            if next_in_file is None or (met and not met.whole):
                break
            if met and met.record:
                yield met.record
            offset = next_in_file.stream_pos
            if self._is_over(offset):
                return None
            self.seen += 1
            met = self._met(next_in_file, offset, wanted)
        if met is None:
            return None
        # Either the file ends, or there is an error: in the last record, or in what follows it.
        record, end = self._alone(met, wanted)
        if record and met.wanted:
            yield record
        elif end is None:
            self.broken += 1
        return next_record(self._file, met.offset + 1 if end is None else end)

    def _met(self, record: WarcRecord, offset: int, wanted: Wanted) -> _Met:
        head = _head(record, offset)
        if not wanted(head):
            return _Met(offset, False, None, whole=True)
        try:
            block, whole = _block(record)
        except OSError:
            return _Met(offset, True, None, whole=False)
        return _Met(offset, True, _record(record, head, block), whole=whole)

    def _alone(self, met: _Met, wanted: Wanted) -> tuple[DecodedRecord | None, int | None]:
        """The last record on its own, whatever length it states, and its end; None if it is damaged."""
        content, end = _member(self._file, met.offset)
        if end is None:
            return None, None
        if not met.wanted and self.seen:
            return None, end
        return _only(content, met.offset, wanted), end


def _head(record: WarcRecord, offset: int) -> RecordHead:
    http = record.http_headers
    try:
        at = record.record_date
    except (ValueError, OverflowError):
        at = None
    url = (record.headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
    kind = _NAMES.get(int(record.record_type), "")
    status = http.status_code if http is not None else None
    return RecordHead(kind, url, at, status, http.get("Content-Type") if http is not None else None, offset)


def _block(record: WarcRecord) -> tuple[bytes, bool]:
    """The block of a record, at most :data:`MOST` bytes of it, and whether it was complete."""
    # fastwarc allocates as many bytes as are asked for, and a wrong length can be any number.
    wanted, parts = min(record.content_length, MOST), list[bytes]()
    while wanted > 0 and (part := record.reader.read(min(wanted, _SEARCHED))):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts), wanted <= 0


def _record(record: WarcRecord, head: RecordHead, block: bytes) -> DecodedRecord:
    http = _lower(record.http_headers.to_tuples()) if record.http_headers is not None else {}
    return DecodedRecord(head, _lower(record.headers.to_tuples()), http, decoded(block, http))


def _lower(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Headers by name in lower case; headers with the same name are joined."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        name = name.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def next_record(file: BinaryIO, position: int) -> int | None:
    """The offset of the next record, at a position or after it; None if there is none.

    Text inside another record that only looks like the beginning of one, compressed or not, is skipped.
    """
    file.seek(0)
    form = _PACKED if file.read(3) == _GZIP else _PLAIN
    file.seek(position)
    held = b""
    while data := file.read(_SEARCHED):
        held += data
        for hit in form.finditer(held):
            place = position + hit.start()
            if form is _PLAIN or _begins_record(file, place):
                return place
        file.seek(position + len(held))
        kept = held[-16:]
        position += len(held) - len(kept)
        held = kept
        if len(data) < _SEARCHED:
            break
    return None


def _begins_record(file: BinaryIO, place: int) -> bool:
    """Is this a gzip member with a record in it?"""
    file.seek(place)
    with suppress(zlib.error):
        return zlib.decompressobj(31).decompress(file.read(1024), 16).startswith(b"WARC/")
    return False


def _member(file: BinaryIO, offset: int) -> tuple[bytes, int | None]:
    """The content of a record (headers and block) and its end; None if it is damaged or cut off."""
    file.seek(offset)
    start = file.read(_HEAD)
    if not start.startswith(_GZIP):
        return _plain(file, offset, start)
    member, parts, read, size = zlib.decompressobj(31), list[bytes](), offset, 0
    try:
        while start and not member.eof and size < 2 * MOST:
            parts.append(member.decompress(start))
            size += len(parts[-1])
            read += len(start)
            start = file.read(_HEAD)
    except zlib.error:
        return b"", None
    return b"".join(parts), read - len(member.unused_data) if member.eof else None


def _plain(file: BinaryIO, offset: int, start: bytes) -> tuple[bytes, int | None]:
    """The content and end of an uncompressed record, whose end follows from its length alone."""
    head, gap, _ = start.partition(_END)
    length = _LENGTH.search(head)
    if not gap or not length or not length[1].isdigit() or int(length[1]) > MOST:
        return b"", None
    file.seek(offset)
    size = len(head) + len(gap) + int(length[1]) + len(_END)
    content = file.read(size)
    return content, offset + size if len(content) == size and content.endswith(_END) else None


def _only(content: bytes, offset: int, wanted: Wanted) -> DecodedRecord | None:
    """The only record of a gzip member, whose end is known whatever length the record states."""
    head, gap, block = content.partition(_END)
    if not gap or not head.startswith(b"WARC/"):
        return None
    true = f"Content-Length: {len(block.removesuffix(_END))}".encode()
    head = _LENGTH.sub(true, head, count=1) if _LENGTH.search(head) else head + b"\r\n" + true
    try:
        for record in ArchiveIterator(BytesIO(head + gap + block), record_types=KINDS, fsspec_args=False):
            own = _head(record, offset)
            return _record(record, own, _block(record)[0]) if wanted(own) else None
    except OSError:
        return None
    return None
