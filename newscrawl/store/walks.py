"""How far each listing was walked: marks of completed walks, checkpoints of interrupted walks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from itertools import accumulate
from typing import TYPE_CHECKING

from pymongo import DeleteOne, ReplaceOne

from newscrawl.frontier import Checkpoint, Mark, Validator

if TYPE_CHECKING:
    from newscrawl.store.connection import Store
    from newscrawl.store.schema import Document

CHECKPOINT_BYTES = 12_000_000
"""Maximum bytes of pages in a checkpoint: its document has room for 16 MB, and holds the mark as well."""


class Walks:
    """The collections ``marks`` and ``checkpoints``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def marks(self, site: str) -> dict[str, Mark]:
        """The marks of the completed walks of a site, by listing."""
        docs = await self._store.asked(lambda: self._store.ops["marks"].find({"site": site}).to_list())
        return {
            doc["listing"]: Mark(
                doc["listing"],
                site,
                tuple(doc["keys"]),
                doc["completed_at"],
                tuple(Validator(**known) for known in doc.get("validators", ())),
            )
            for doc in docs
        }

    async def save_marks(self, marks: Iterable[Mark]) -> None:
        """Save the marks of completed walks."""
        writes = [
            ReplaceOne({"_id": f"{mark.site} {mark.listing}"}, asdict(mark), upsert=True) for mark in marks
        ]
        if writes:
            await self._store.patiently(lambda: self._store.ops["marks"].bulk_write(writes))

    async def checkpoints(self, site: str, days: str) -> dict[str, Checkpoint]:
        """Where earlier runs of a site stopped in their search for the same days, by listing."""
        query = {"site": site, "days": days}
        docs = await self._store.asked(lambda: self._store.ops["checkpoints"].find(query).to_list())
        return {
            doc["listing"]: Checkpoint(
                doc["listing"],
                site,
                days,
                tuple(doc["pages"]),
                dt.date.fromisoformat(doc["since"]) if doc["since"] else None,
                tuple(doc["mark"]),
                doc.get("marked_at"),
            )
            for doc in docs
        }

    async def save_checkpoints(self, checkpoints: Iterable[Checkpoint], now: dt.datetime) -> None:
        """Save the checkpoints of a run; remove those without pages."""
        writes: list[ReplaceOne[Document] | DeleteOne] = []
        for left in checkpoints:
            which = {"_id": f"{left.site} {left.days} {left.listing}"}
            fields = asdict(left) | {
                "pages": _fitting(left.pages),
                "since": left.since.isoformat() if left.since else None,
                "mark": list(left.mark),
                "stored_at": now,
            }
            writes.append(ReplaceOne(which, fields, upsert=True) if left.pages else DeleteOne(which))
        if writes:
            await self._store.patiently(lambda: self._store.ops["checkpoints"].bulk_write(writes))


def _fitting(pages: Iterable[str]) -> list[str]:
    """The first of these pages, as many as fit into one document."""
    sizes = accumulate(len(page.encode()) + 16 for page in pages)  # BSON adds the position in the list
    return [page for page, size in zip(pages, sizes, strict=True) if size <= CHECKPOINT_BYTES]
