"""Takes pages out of archive files: their records are overwritten by ones of equal length.

All other records stay where they are, so that ``articles.raw`` and indexes of other tools go on being right.
"""

from __future__ import annotations

import os
import re
import tempfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from newscrawl.archive.pages import KEY, REMOVED
from newscrawl.archive.reading import heads
from newscrawl.archive.writing import GZIP_HEAD, sha1, stored

if TYPE_CHECKING:
    from newscrawl.archive.places import Store

__all__ = ["blank", "erase", "erase_in_store"]

_KEY = re.compile(rb"(?im)^" + KEY.encode() + rb": *([0-9a-f]{32})\r?$")
_ID = re.compile(rb"(?im)^WARC-Record-ID: *(\S+)\r?$")
_DATE = re.compile(rb"(?im)^WARC-Date: *(\S+)\r?$")
_LENGTH = b"\r\nContent-Length: %d\r\n\r\n"
_END = b"\r\n\r\n"
_LINE = f"{REMOVED}: yes\r\n".encode()
_AROUND = len(GZIP_HEAD) + 8
"""Bytes of a gzip member beside its blocks: its head, checksum and length."""
_OF_BLOCK = 5
"""Bytes of a block of deflate beside what is stored in it."""


def erase(path: Path, keys: Collection[str]) -> int:
    """Overwrite the records of these keys in a file; how many there were. Doing it twice changes nothing.

    Raises ``OSError``.
    """
    with path.open("r+b") as file:
        count = 0
        for offset, content in list(_blanks(file, path, keys)):
            file.seek(offset)
            file.write(content)
            count += 1
        if count:
            file.flush()
            os.fsync(file.fileno())
    return count


def erase_in_store(store: Store, name: str, keys: Collection[str]) -> int:
    """The same in a file of a store, which is put there anew when there was anything to overwrite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.warc.gz"
        with store.open(name) as given, path.open("xb") as taken:
            while data := given.read(1 << 20):
                taken.write(data)
        count = erase(path, keys)
        if count:
            store.put(path, name)
    return count


def _blanks(file: BinaryIO, name: object, keys: Collection[str]) -> Iterator[tuple[int, bytes]]:
    """What to write where."""
    for offset, length, head in heads(file, name):
        found = _KEY.search(head)
        if found and found[1].decode() in keys:
            yield offset, blank(length, head)


def blank(length: int, head: bytes) -> bytes:
    """A gzip member of so many bytes with a record that says no more than that one was removed.

    It keeps the record's id and date, which tell nothing of the page.
    """
    kept = [found[0].rstrip() for pattern in (_ID, _DATE) if (found := pattern.search(head))]
    lines = [b"WARC/1.1", b"WARC-Type: metadata", *kept, b"Content-Type: application/warc-fields"]
    start = b"\r\n".join(lines) + b"\r\nWARC-Block-Digest: "
    around = len(start) + len(sha1(b"")) + len(_LENGTH % 0) - 1 + len(_END)
    for more in range(3):  # empty blocks, where a longer number would be one byte too many
        for digits in range(1, 11):
            room = length - _AROUND - _OF_BLOCK * more - around - digits
            size = room
            while size > 0 and _blocks(around + digits + size) * _OF_BLOCK + size > room:
                size -= 1
            fits = _blocks(around + digits + size) * _OF_BLOCK + size == room
            if fits and len(str(size)) == digits and size >= len(_LINE):
                block = _LINE.ljust(size)
                said = sha1(block).encode() + _LENGTH % size
                return _member(start + said + block + _END, more)
    raise ValueError(f"a record of {length} bytes is too short to be overwritten")


def _blocks(length: int) -> int:
    return max(1, -(-length // 65_535))


def _member(plain: bytes, more: int) -> bytes:
    empty = b"\0\0\0\xff\xff" * more
    ends = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
    return b"".join([GZIP_HEAD, empty, *stored(plain), ends])
