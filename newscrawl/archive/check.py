"""Checks an archive: the digests of its records, and the places that articles name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newscrawl.archive.pages import is_removed
from newscrawl.archive.reading import NotWarcError, Record, records
from newscrawl.archive.writing import sha1

if TYPE_CHECKING:
    from newscrawl.archive.places import ArchiveFile, Place

__all__ = ["FileCheck", "check_file", "wrong_digests"]


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The result of checking a file."""

    records: int
    pages: Mapping[int, str | None]
    """Offset of each page → the digest that it states; None for a record that was removed on request."""
    wrong: tuple[str, ...]
    """One sentence for each error."""


def check_file(place: Place, file: ArchiveFile) -> FileCheck:
    """Read a whole file, and compare each record with its digests. Raises ``FileNotFoundError``."""
    pages: dict[int, str | None] = {}
    wrong: list[str] = []
    count, end = 0, 0
    with place.open(file.name) as opened:
        try:
            for record in records(opened, file.name):
                if record.offset != end:
                    wrong.append(f"bytes {end} to {record.offset} belong to no record")
                end = record.offset + record.length
                count += 1
                wrong += wrong_digests(record)
                if is_removed(record):
                    pages[record.offset] = None
                elif digest := record.header("WARC-Payload-Digest"):
                    pages[record.offset] = digest
        except NotWarcError as error:
            wrong.append(str(error))
        opened.seek(0, 2)
        if end != opened.tell() and not file.is_open and not wrong:
            wrong.append(f"the bytes after {end} belong to no record")
    return FileCheck(count, pages, tuple(wrong))


def wrong_digests(record: Record) -> Iterator[str]:
    """One sentence for each digest of a record that does not match its content."""
    contents = {"WARC-Block-Digest": record.block}
    if record.kind != "revisit":  # its payload is that of another record
        is_http = (record.header("Content-Type") or "").startswith("application/http")
        contents["WARC-Payload-Digest"] = record.http()[2] if is_http else record.block
    for name, data in contents.items():
        stated = record.header(name)
        if stated and stated != sha1(data):
            yield f"the record at byte {record.offset} does not match its {name}"
