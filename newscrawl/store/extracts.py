"""Copies runs and rejected pages for readers into the database of the articles.

Read-only users may not read the database of operations, and a view cannot read another database. So two
collections hold what readers can use: ``runs`` without hosts, processes and logs, and ``rejections`` without
the kept pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.vocabulary import RejectionReason

Document = dict[str, Any]

RUN = (
    "site", "began", "started_at", "finished_at", "ended", "outcome", "reason", "summary", "arguments",
    "replay", "newscrawl", "whole", "counts", "rejected", "failed", "downloaded", "ledger", "goes_on",
    "drift", "seen", "stored_at",
)  # fmt: skip
"""The fields of a run's extract."""
REJECTION = ("url", "site", "reason", "detail", "status", "rejected_at", "retry_at", "times", "stored_at")
"""The fields of a rejected page's extract."""
EXTRACTS = {"runs": ("runs", RUN), "rejected": ("rejections", REJECTION)}
"""Collection in ``<database>_ops`` → the collection of its extracts, and their fields."""


def extract(collection: str, document: Mapping[str, Any]) -> Document:
    """The extract of a document: those of its fields that readers may see."""
    return {name: document[name] for name in EXTRACTS[collection][1] if name in document}


async def publish(
    db: AsyncDatabase[Document], ops: AsyncDatabase[Document], collection: str, which: Document
) -> None:
    """Update the extracts of some documents, inside the server."""
    into, names = EXTRACTS[collection]
    pipeline: list[Document] = [{"$match": which}, {"$project": dict.fromkeys(names, 1)}]
    if collection == "runs":  # a run whose job ended before the crawl began has only `started_at`
        pipeline.append({"$addFields": {"began": {"$ifNull": ["$began", "$started_at"]}}})
    pipeline.append({"$merge": {"into": {"db": db.name, "coll": into}, "whenMatched": "replace"}})
    await (await ops[collection].aggregate(pipeline)).to_list()


async def begin_extracts(db: AsyncDatabase[Document], ops: AsyncDatabase[Document]) -> None:
    """Create the extracts of all documents, as an older version has none."""
    for collection in EXTRACTS:
        await publish(db, ops, collection, {"reason": {"$ne": RejectionReason.FORGOTTEN}})
