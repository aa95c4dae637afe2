"""Reads WARC files record by record, including files of other tools and damaged files."""

from __future__ import annotations

import datetime as dt
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from warcio.statusandheaders import StatusAndHeaders

__all__ = ["NotWarcError", "Record", "heads", "members", "records", "status_of"]

logger = logging.getLogger(__name__)

_START = re.compile(rb"\x1f\x8b\x08[\0-\x1f]|WARC/1\.\d")
"""Matches the beginning of a record, compressed or not."""
_SEARCHED = 1 << 20
"""Number of bytes that are searched at a time for the beginning of a record."""
_READ = 1 << 16
"""Number of bytes of a gzip member that are read at a time."""


class NotWarcError(ValueError):
    """A file is not a WARC file; the message says what it is instead."""


@dataclass(slots=True)
class Record:
    """One complete WARC record."""

    headers: StatusAndHeaders
    block: bytes
    offset: int
    """Offset of its gzip member in the file; in an uncompressed file, offset of the record itself."""
    length: int = 0
    """Length of its gzip member in bytes; 0 in an uncompressed file."""

    @property
    def kind(self) -> str:
        """Its ``WARC-Type``."""
        return self.header("WARC-Type") or ""

    @property
    def id(self) -> str:
        """Its ``WARC-Record-ID``."""
        return self.header("WARC-Record-ID") or ""

    @property
    def url(self) -> str:
        """Its ``WARC-Target-URI``; empty if it has none."""
        # Some tools write it in angle brackets, as in an early draft of the format.
        return (self.header("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")

    def header(self, name: str) -> str | None:
        """One of its headers."""
        value: str | None = self.headers.get_header(name)
        return value

    @property
    def at(self) -> dt.datetime:
        """Its date, UTC. Raises ``ValueError`` if it has no readable date."""
        from warcio.timeutils import iso_date_to_datetime

        try:
            at: dt.datetime = iso_date_to_datetime(self.header("WARC-Date") or "", tz_aware=True)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise ValueError("no date that can be read") from None
        return at

    def http(self) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
        """First line, headers and body. (The standard library's parser mistakes the byte 0x85 of a raw Arabic
        header for the end of a line.)
        """
        # Some tools keep only the line feeds.
        end = b"\r\n" if self.block.partition(b"\n")[0].endswith(b"\r") else b"\n"
        head, _, body = self.block.partition(end + end)
        first, *lines = head.split(end)
        pairs = [line.partition(b":") for line in lines]
        return first, [(name.strip(), value.strip()) for name, colon, value in pairs if colon], body

    def fields(self) -> dict[str, str]:
        """The fields of a ``metadata`` or ``warcinfo`` record; if a name occurs twice, the last value
        counts.
        """
        return dict(self.lines())

    def lines(self) -> list[tuple[str, str]]:
        """The same fields as names and values, in order."""
        lines = (line.partition(":") for line in self.block.decode("utf-8", "replace").split("\r\n"))
        return [(name, value.strip()) for name, colon, value in lines if colon]


def status_of(line: bytes) -> int | None:
    """The status in the first line of a response.

    >>> status_of(b"HTTP/1.1 200 OK")
    200
    """
    protocol, _, rest = line.partition(b" ")
    status = rest.split(None, 1)[:1]
    known = protocol.startswith(b"HTTP/") and status and re.fullmatch(rb"[1-9][0-9]{2}", status[0])
    return int(status[0]) if known else None


def records(file: BinaryIO, name: object) -> Iterator[Record]:
    """The records from the file's position on; ``name`` is that of the file, for the log.

    A record that is cut off (as by a killed crawl) or damaged is left out with a warning, and reading
    continues with the next one. Raises :class:`NotWarcError` if nothing can be read.
    """
    from warcio.exceptions import ArchiveLoadFailed  # takes 0.015 s, and a crawl reads no file

    start: int | None = file.tell()
    readable = False
    while start is not None:
        offset = start
        file.seek(start)
        try:
            for offset, length, headers, block in _blocks(file):
                if block is None:
                    logger.warning("%s: skipped the record at byte %d, which is cut off", name, offset)
                    continue
                readable = True
                yield Record(headers, block, offset, length)
            return
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            start = _next_start(file, offset + 1)
            if start is None and not readable:
                raise NotWarcError(f"not a WARC file ({reason})") from None
            logger.warning("%s: skipped everything after the record at byte %d: %s", name, offset, reason)


_Found = tuple[int, int, "StatusAndHeaders", bytes | None]
"""Offset of a record, length of its gzip member, its headers and its block; None if it is cut off."""


def _blocks(file: BinaryIO) -> Iterator[_Found]:
    from warcio.exceptions import ArchiveLoadFailed

    start = file.tell()
    magic = file.read(2)
    file.seek(start)
    if magic != b"\x1f\x8b":
        yield from _unpacked(file)
        return
    for offset, length, content in members(file):
        blocks = list(_unpacked(BytesIO(content)))
        if len(blocks) != 1:
            raise ArchiveLoadFailed(
                f"{len(blocks)} records in one gzip member: run `warcio recompress` on the file"
            )
        yield offset, length, *blocks[0][2:]


def _unpacked(file: BinaryIO) -> Iterator[_Found]:
    from warcio.archiveiterator import ArchiveIterator

    archive = ArchiveIterator(file, no_record_parse=True)
    for record in archive:
        length = record.rec_headers.get_header("Content-Length") or ""
        block = record.raw_stream.read() if length.isdecimal() and len(length) < 16 else None
        whole = block is not None and len(block) == int(length)
        yield archive.offset, 0, record.rec_headers, block if whole else None


def members(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """The gzip members from the file's position on: offset, length and content of each.

    Raises ``EOFError`` or ``zlib.error`` at the first member that is cut off or damaged.
    """
    start = read = file.tell()
    held = b""
    while True:
        member = zlib.decompressobj(31)
        parts: list[bytes] = []
        while not member.eof:
            if not held:
                file.seek(read)  # the caller may have read elsewhere in the meantime
                held = file.read(_READ)
                read += len(held)
            if not held:
                break
            parts.append(member.decompress(held))
            held = member.unused_data
        if not parts:
            return
        if not member.eof:
            raise EOFError("the record after it is cut off")
        end = read - len(held)
        yield start, end - start, b"".join(parts)
        start = end


def heads(file: BinaryIO, name: object) -> Iterator[tuple[int, int, bytes]]:
    """Offset, length and headers of each record of a compressed file; faster than :func:`records`.

    Damaged records are left out with a warning, as in :func:`records`.
    """
    start: int | None = file.tell()
    while start is not None:
        offset = start
        file.seek(start)
        try:
            for offset, length, content in members(file):
                yield offset, length, content.partition(b"\r\n\r\n")[0]
            return
        except (EOFError, zlib.error) as error:
            start = _next_start(file, offset + 1)
            logger.warning("%s: skipped everything after the record at byte %d: %s", name, offset, error)


def _next_start(file: BinaryIO, position: int) -> int | None:
    """The offset of the next record: of its gzip member, or of its first line in an uncompressed file."""
    file.seek(position)
    held = b""
    while data := file.read(_SEARCHED):
        if hit := _START.search(held + data):
            return position - len(held) + hit.start()
        held = (held + data)[-8:]
        position = file.tell()
    return None
