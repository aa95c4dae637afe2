"""Which pages are read again: the files of our archive, and the addresses for which MongoDB has a reason."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from pymongo.database import Database

from newscrawl import urls
from newscrawl.archive.archive import Archive
from newscrawl.archive.names import OPEN
from newscrawl.archive.places import ArchiveFile, ArchiveStore, Folder
from newscrawl.dates import DATES_VERSION
from newscrawl.identity import IDENTITY_VERSION
from newscrawl.page.assemble import PAGE_VERSION
from newscrawl.reprocess.ranges import Range
from newscrawl.store.schema import Document
from newscrawl.text import CLEAN_VERSION, FOLD_VERSION
from newscrawl.vocabulary import RejectionReason

STALE: Mapping[str, Mapping[str, int]] = {
    "reader": {"reader": PAGE_VERSION, "urls": urls.URLS_VERSION},
    "dates": {"dates": DATES_VERSION},
    "text": {"clean": CLEAN_VERSION, "fold": FOLD_VERSION},
    "identity": {"identity": IDENTITY_VERSION},
}
"""Fields of ``made_by`` by which an article can be outdated, and their current versions."""


def chains(archive: Archive, sites: Collection[str], until: dt.date | None = None) -> list[list[Range]]:
    """The files of our archive, one chain for each site, the oldest file first.

    ``sites`` are the wanted spiders; empty for all. Visits have to be read in order, so that corrections by
    the newspaper can be told from better readings.
    """
    ranges: dict[str, list[Range]] = defaultdict(list)
    wanted: list[str | None] = [*sorted(sites)] or [None]
    for site in wanted:
        for file in archive.files(site, until=until):
            ranges[file.parsed_name.site].append(Range(_path(archive, file), 0, file.size, file.name))
    return list(ranges.values())


def _path(archive: Archive, file: ArchiveFile) -> str:
    if isinstance(archive.folder, Folder):
        for path in (archive.folder.path_of(file.name), archive.folder.path_of(file.name + OPEN)):
            if path.exists():
                return str(path)
    assert isinstance(archive.store, ArchiveStore)
    return f"{str(archive.store).rstrip('/')}/{file.name}"


def stale(db: Database[Document], by: Iterable[str], sites: Collection[str]) -> frozenset[str]:
    """Keys of the articles that were made by older versions of these parts (:data:`STALE`)."""
    older: list[Document] = [
        {f"made_by.{name}": {"$not": {"$gte": version}}}
        for part in by
        for name, version in STALE[part].items()
    ]
    query: Document = {"$or": older} | ({"site": {"$in": list(sites)}} if sites else {})
    return frozenset(key for doc in db["articles"].find(query, {"keys": 1}) for key in doc["keys"])


def rejected(ops: Database[Document], sites: Collection[str]) -> frozenset[str]:
    """Keys of the pages that were rejected and are not stored."""
    query: Document = {"reason": {"$ne": RejectionReason.FORGOTTEN}}
    query |= {"site": {"$in": list(sites)}} if sites else {}
    return frozenset(key for doc in ops["rejected"].find(query, {"keys": 1}) for key in doc["keys"])
