"""Reads WARC files record by record, those of other tools and damaged ones too."""

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
"""How a record begins, packed or not."""
_SEARCHED = 1 << 20
"""Bytes that are searched for one at a time."""
_READ = 1 << 16
"""Bytes of a gzip member that are read at a time."""


class NotWarcError(ValueError):
    """A file is no WARC file; the message says what it is instead."""


@dataclass(slots=True)
class Record:
    """One WARC record that is complete."""

    headers: StatusAndHeaders
    block: bytes
    offset: int
    """Where its gzip member begins in the file; of a file that is not packed, where it begins itself."""
    length: int = 0
    """Bytes of its gzip member; 0 in a file that is not packed."""

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
        """The address that it is about, or nothing."""
        # Some tools write it in angle brackets, as an early draft of the format had it.
        return (self.header("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")

    def header(self, name: str) -> str | None:
        """One of its headers."""
        value: str | None = self.headers.get_header(name)
        return value

    @property
    def at(self) -> dt.datetime:
        """Its date, UTC; raises ``ValueError`` when it has none that can be read."""
        from warcio.timeutils import iso_date_to_datetime

        try:
            at: dt.datetime = iso_date_to_datetime(self.header("WARC-Date") or "", tz_aware=True)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise ValueError("no date that can be read") from None
        return at

    def http(self) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
        """First line, headers and body. (The standard library's parser takes the byte 0x85 of a raw
        Arabic header for the end of a line.)
        """
        # Some tools keep the line feeds alone.
        end = b"\r\n" if self.block.partition(b"\n")[0].endswith(b"\r") else b"\n"
        head, _, body = self.block.partition(end + end)
        first, *lines = head.split(end)
        pairs = [line.partition(b":") for line in lines]
        return first, [(name.strip(), value.strip()) for name, colon, value in pairs if colon], body

    def fields(self) -> dict[str, str]:
        """The named lines of a ``metadata`` or ``warcinfo`` record; of a name that comes twice, the last."""
        return dict(self.lines())

    def lines(self) -> list[tuple[str, str]]:
        """The same, in order."""
        lines = (line.partition(":") for line in self.block.decode("utf-8", "replace").split("\r\n"))
        return [(name, value.strip()) for name, colon, value in lines if colon]


def status_of(line: bytes) -> int | None:
    """The status in the first line of an answer.

    >>> status_of(b"HTTP/1.1 200 OK")
    200
    """
    protocol, _, rest = line.partition(b" ")
    status = rest.split(None, 1)[:1]
    known = protocol.startswith(b"HTTP/") and status and re.fullmatch(rb"[1-9][0-9]{2}", status[0])
    return int(status[0]) if known else None


def records(file: BinaryIO, name: object) -> Iterator[Record]:
    """The records from the file's position on; ``name`` is that of the file, for the log.

    One that is cut off or damaged is left out with a warning (a crawl that was killed ends so), and the next
    one is looked for. Raises :class:`NotWarcError` when nothing can be read.
    """
    from warcio.exceptions import ArchiveLoadFailed  # 0.015 s with what it imports: a crawl reads no file

    start: int | None = file.tell()
    readable = False
    while start is not None:
        offset = start
        file.seek(start)
        try:
            for offset, length, headers, block in _blocks(file):
                if block is None:
                    logger.warning("%s: the record at byte %d is cut off and left out", name, offset)
                    continue
                readable = True
                yield Record(headers, block, offset, length)
            return
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            start = _next_start(file, offset + 1)
            if start is None and not readable:
                raise NotWarcError(f"not a WARC file ({reason})") from None
            logger.warning("%s: what follows the record at byte %d is left out: %s", name, offset, reason)


_Found = tuple[int, int, "StatusAndHeaders", bytes | None]
"""Where a record is, the bytes of its gzip member, its headers, and its block; None where that is cut off."""


def _blocks(file: BinaryIO) -> Iterator[_Found]:
    from warcio.exceptions import ArchiveLoadFailed

    start = file.tell()
    magic = file.read(2)
    file.seek(start)
    if magic != b"\x1f\x8b":
        yield from _unpacked(file)
        return
    for offset, length, content in members(file):
        found = list(_unpacked(BytesIO(content)))
        if len(found) != 1:
            raise ArchiveLoadFailed(
                f"{len(found)} records in one gzip member: recompress the file with warcio"
            )
        yield offset, length, *found[0][2:]


def _unpacked(file: BinaryIO) -> Iterator[_Found]:
    from warcio.archiveiterator import ArchiveIterator

    archive = ArchiveIterator(file, no_record_parse=True)
    for record in archive:
        length = record.rec_headers.get_header("Content-Length") or ""
        block = record.raw_stream.read() if length.isdecimal() and len(length) < 16 else None
        whole = block is not None and len(block) == int(length)
        yield archive.offset, 0, record.rec_headers, block if whole else None


def members(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """The gzip members from the file's position on: offset, length, what is in it.

    What is wrong with one ends with it: raises ``EOFError`` or ``zlib.error`` at the first one that is cut
    off or damaged.
    """
    start = read = file.tell()
    held = b""
    while True:
        member = zlib.decompressobj(31)
        parts: list[bytes] = []
        while not member.eof:
            if not held:
                file.seek(read)  # whoever is given a record may read elsewhere meanwhile
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
    """Offset, length and headers of each record of a packed file; faster than :func:`records`.

    What is damaged is left out with a warning, as there.
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
            logger.warning("%s: what follows the record at byte %d is left out: %s", name, offset, error)


def _next_start(file: BinaryIO, position: int) -> int | None:
    """Where the next record begins: a gzip member, or the first line of one in a file that is not packed."""
    file.seek(position)
    held = b""
    while data := file.read(_SEARCHED):
        if hit := _START.search(held + data):
            return position - len(held) + hit.start()
        held = (held + data)[-8:]
        position = file.tell()
    return None
