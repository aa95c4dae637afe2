"""Removes pages from archive files: overwrites their records with records of equal length.

All other records stay in place, so that ``articles.raw`` and the indexes of other tools remain valid.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from newscrawl.archive.names import OPEN
from newscrawl.archive.pages import KEY, REMOVED
from newscrawl.archive.reading import heads
from newscrawl.archive.writing import GZIP_HEAD, sha1, stored

if TYPE_CHECKING:
    from newscrawl.archive.places import ArchiveStore

__all__ = ["NOTE", "blank", "erase", "erase_in_store", "go_on"]

NOTE = ".erase"
"""Ending of the name of a note: a file that lists what is being overwritten in an archive file."""

_KEY = re.compile(rb"(?im)^" + KEY.encode() + rb": *([0-9a-f]{32})\r?$")
_ID = re.compile(rb"(?im)^WARC-Record-ID: *(\S+)\r?$")
_DATE = re.compile(rb"(?im)^WARC-Date: *(\S+)\r?$")
_LENGTH = b"\r\nContent-Length: %d\r\n\r\n"
_END = b"\r\n\r\n"
_LINE = f"{REMOVED}: yes\r\n".encode()
_AROUND = len(GZIP_HEAD) + 8
"""Number of bytes of a gzip member outside its blocks: its header, checksum and length."""
_OF_BLOCK = 5
"""Number of bytes of a deflate block in addition to its stored content."""


def erase(path: Path, keys: Collection[str]) -> int:
    """Overwrite the records of these keys in a file; returns their number. A second call changes nothing.

    A note next to the file first lists what will be overwritten: if the machine failed halfway, a record that
    is partly overwritten could no longer be found by its key. Raises ``OSError``.
    """
    note = path.with_name(path.name + NOTE)
    with path.open("r+b") as file:
        records = list(_records_of(file, path, keys))
        if records:
            with suppress(OSError):  # a full disk must not prevent forgetting
                _write(note, json.dumps(records))
            _overwrite(file, records)
            note.unlink(missing_ok=True)
    return len(records)


def _write(note: Path, text: str) -> None:
    """Write a note completely, or not at all."""
    new = note.with_name(note.name + "-new")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(note)


def go_on(note: Path) -> None:
    """Finish what a killed process noted and may have done in part. Raises ``OSError``."""
    path = note.with_name(note.name.removesuffix(NOTE))
    paths = [given for given in (path, path.with_name(path.name.removesuffix(OPEN))) if given.exists()]
    for given in paths[:1]:
        with given.open("r+b") as file:
            _overwrite(file, json.loads(note.read_text()))
    note.unlink(missing_ok=True)


def _overwrite(file: BinaryIO, records: Iterable[tuple[int, int, str]]) -> None:
    for offset, length, head in records:
        file.seek(offset)
        file.write(blank(length, head.encode()))
    file.flush()
    os.fsync(file.fileno())


def erase_in_store(store: ArchiveStore, name: str, keys: Collection[str]) -> int:
    """Overwrite records as :func:`erase` does, in a file of a store; uploads it again if anything was
    overwritten.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.warc.gz"
        with store.open(name) as given, path.open("xb") as taken:
            while data := given.read(1 << 20):
                taken.write(data)
        count = erase(path, keys)
        if count:
            store.put(path, name)
    return count


def _records_of(file: BinaryIO, name: object, keys: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Offset and length of each record of these keys, and the headers that it keeps."""
    for offset, length, head in heads(file, name):
        key = _KEY.search(head)
        if key and key[1].decode() in keys:
            kept = (field[0].rstrip() for pattern in (_ID, _DATE) if (field := pattern.search(head)))
            yield offset, length, b"\r\n".join(kept).decode("ascii", "replace")


def blank(length: int, head: bytes) -> bytes:
    """A gzip member of ``length`` bytes, with a record that only says that a record was removed.

    ``head`` are the headers that stay: id and date, which say nothing about the page. Raises ``ValueError``
    if ``length`` is too small for the record.
    """
    lines = [b"WARC/1.1", b"WARC-Type: metadata", head, b"Content-Type: application/warc-fields"]
    start = b"\r\n".join(lines) + b"\r\nWARC-Block-Digest: "
    around = len(start) + len(sha1(b"")) + len(_LENGTH % 0) - 1 + len(_END)
    for more in range(3):  # empty blocks, for when a longer number would be one byte too many
        for digits in range(1, 11):
            room = length - _AROUND - _OF_BLOCK * more - around - digits
            size = room
            while size > 0 and _blocks(around + digits + size) * _OF_BLOCK + size > room:
                size -= 1
            fits = _blocks(around + digits + size) * _OF_BLOCK + size == room
            if fits and len(str(size)) == digits and size >= len(_LINE):
                block = _LINE.ljust(size)
                digest = sha1(block).encode() + _LENGTH % size
                return _member(start + digest + block + _END, more)
    raise ValueError(f"a record of {length} bytes is too short to be overwritten")


def _blocks(length: int) -> int:
    return max(1, -(-length // 65_535))


def _member(plain: bytes, more: int) -> bytes:
    empty = b"\0\0\0\xff\xff" * more
    ends = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
    return b"".join([GZIP_HEAD, empty, *stored(plain), ends])
