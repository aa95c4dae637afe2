"""WARC files (ISO 28500:2017, version 1.1) as newscrawl writes them: recordings and archives.

Each record is a gzip member of its own, so that one can be read without the others and a file that was cut
short gives all before the cut.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import scrapy
from warcio.timeutils import datetime_to_iso_date
from warcio.warcwriter import WARCWriter

import newscrawl

if TYPE_CHECKING:
    from newscrawl.archive.messages import Head

__all__ = ["GZIP_HEAD", "Made", "Records", "WarcFile", "create", "date", "sha1", "stored", "write_all"]

LEVEL = 3
"""How hard zlib tries: 0.27 ms for a page of 60 KB, which 6 makes an eighth smaller in 0.62 ms."""
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_END = b"\r\n\r\n"
"""What follows the block of each record."""
_SMALL = 1 << 12
"""Bytes for which a window of 4 KB is as good as one of 32 KB, and takes a fifth of the time."""
_WITHOUT_PAYLOAD = ("warcinfo", "revisit", "metadata")
"""Kinds of records of which no payload's digest is stated: they have none."""
_BLOCK = 65_535
"""Bytes that one block of deflate can hold as they are."""


@dataclass(frozen=True, slots=True)
class Made:
    """A record that can be appended to a file."""

    id: str
    """Its ``WARC-Record-ID``."""
    digest: str | None
    """Its ``WARC-Payload-Digest``: that of the body as it was sent. Example: ``sha1:XW7QJ4…`` (base 32)."""
    data: bytes
    """The gzip member."""


class Records:
    """Makes records. Not safe to call from two threads at once."""

    def __init__(self) -> None:
        self._plain = BytesIO()
        self._writer = WARCWriter(self._plain, gzip=False, warc_version="1.1")
        self._writer.NO_PAYLOAD_DIGEST_TYPES = _WITHOUT_PAYLOAD

    def info(self, name: str, fields: Mapping[str, str] | None = None) -> Made:
        """The ``warcinfo`` with which the file ``name`` begins, with these fields beside those of ours."""
        software = f"newscrawl/{newscrawl.__version__} Scrapy/{scrapy.__version__}"
        said = {"software": software, "format": "WARC File Format 1.1", **(fields or {})}
        return self._made(self._writer.create_warcinfo_record(name, said), 0, is_packed=False)

    def record(
        self,
        kind: str,
        url: str,
        at: dt.datetime,
        *,
        head: Head | None = None,
        body: bytes = b"",
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
        is_packed: bool = False,
    ) -> Made:
        """A record of an address (``newscrawl.archive.messages.address``) at an aware moment.

        ``head`` is the HTTP head that stands before the body; ``headers`` are those of the record;
        ``is_packed``: the body is packed already, and trying to pack it again would only cost time.
        """
        record = self._writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_content_type=content_type,
            http_headers=head,
            warc_headers_dict={"WARC-Date": date(at), **(headers or {})},
        )
        return self._made(record, len(body), is_packed=is_packed)

    def _made(self, record: object, length: int, *, is_packed: bool) -> Made:
        self._plain.seek(0)
        self._plain.truncate()
        self._writer.write_record(record)
        headers = record.rec_headers  # type: ignore[attr-defined]
        plain = self._plain.getbuffer()
        try:
            data = _member(plain, len(plain) - len(_END) - length if is_packed else len(plain))
        finally:
            plain.release()
        return Made(headers.get_header("WARC-Record-ID"), headers.get_header("WARC-Payload-Digest"), data)


def sha1(data: bytes) -> str:
    """A digest as WARC files state it.

    >>> sha1("خبر".encode())
    'sha1:Q22URHRT42Q6OGWDGI5F4TGTGJLLOCXU'
    """
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def date(at: dt.datetime) -> str:
    """An aware moment as ``WARC-Date`` has it.

    >>> date(dt.datetime(2026, 11, 28, 20, 17, 51, 7000, dt.UTC))
    '2026-11-28T20:17:51.007000Z'
    """
    said: str = datetime_to_iso_date(at.astimezone(dt.UTC).replace(tzinfo=None), use_micros=True)
    return said


def _member(plain: memoryview, packed_from: int) -> bytes:
    """A gzip member whose bytes from ``packed_from`` on are stored as they are."""
    is_small = packed_from <= _SMALL  # most records are heads alone, and a large window takes long to make
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, *((-12, 5) if is_small else (-zlib.MAX_WBITS, 8)))
    parts: list[bytes | memoryview] = [GZIP_HEAD, packer.compress(plain[:packed_from])]
    if packed_from < len(plain):
        parts += [packer.flush(zlib.Z_FULL_FLUSH), *stored(plain[packed_from:])]
    else:
        parts.append(packer.flush())
    length = len(plain) & 0xFFFFFFFF
    return b"".join([*parts, zlib.crc32(plain).to_bytes(4, "little"), length.to_bytes(4, "little")])


def stored(data: memoryview | bytes) -> Iterator[memoryview | bytes]:
    """Bytes as the last blocks of a deflate stream that hold them as they are."""
    for start in range(0, max(len(data), 1), _BLOCK):
        part = data[start : start + _BLOCK]
        is_last = start + _BLOCK >= len(data)
        yield bytes([is_last]) + len(part).to_bytes(2, "little") + (len(part) ^ 0xFFFF).to_bytes(2, "little")
        yield part


class WarcFile:
    """A new WARC file, for its user alone, to which records are appended.

    What is added waits in memory until it is written; what is written is whole, or is cut off again.
    Raises ``OSError`` when the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = create(path)
        self.end = 0
        """Where the last record ends that is written."""
        self._waiting: list[bytes] = []
        self.waiting = 0
        """Bytes that are not written yet."""

    def add(self, *records: Made) -> list[int]:
        """Take records for the next :meth:`write`; where each of them will begin in the file."""
        offsets = []
        for record in records:
            offsets.append(self.end + self.waiting)
            self._waiting.append(record.data)
            self.waiting += len(record.data)
        return offsets

    def write(self, *, sync: bool = False) -> None:
        """Write what waits; with ``sync`` it outlasts a failure of power, too.

        Raises ``OSError``. The file then ends where it ended before, and what waited is lost.
        """
        data = b"".join(self._waiting)
        self._waiting.clear()
        self.waiting = 0
        try:
            write_all(self.fd, data)
            if sync:
                os.fsync(self.fd)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self.fd, self.end)
                os.lseek(self.fd, self.end, os.SEEK_SET)
            raise
        self.end += len(data)

    def close(self) -> None:
        """Let go of the file; what was not written is lost."""
        os.close(self.fd)


def create(path: Path | str) -> int:
    """A new file for its user alone: it holds whatever a site sent. Raises ``OSError``."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def write_all(fd: int, content: bytes) -> None:
    """Write all of it: an unbuffered write may take a part alone."""
    left = memoryview(content)
    while left:
        left = left[os.write(fd, left) :]
