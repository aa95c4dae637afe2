"""What readers may see of the machinery: runs and rejected pages, in the database of the articles.

Users who may only read have no right to the machinery's own database, and a view cannot reach into another
one. So two collections hold what is of use to them: ``runs`` without hosts, processes and logs, and
``rejections`` without the kept pages.
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
"""What an extract of a run holds."""
REJECTION = ("url", "site", "reason", "detail", "status", "rejected_at", "retry_at", "times", "stored_at")
"""What an extract of a rejected page holds."""
EXTRACTS = {"runs": ("runs", RUN), "rejected": ("rejections", REJECTION)}
"""Collection of the machinery → that of its extracts, and their fields."""


def extract(collection: str, document: Mapping[str, Any]) -> Document:
    """What readers see of a document, as far as it is there."""
    return {name: document[name] for name in EXTRACTS[collection][1] if name in document}


async def publish(
    db: AsyncDatabase[Document], ops: AsyncDatabase[Document], collection: str, which: Document
) -> None:
    """Bring the extracts of some documents up to date, by the server alone."""
    into, names = EXTRACTS[collection]
    pipeline: list[Document] = [{"$match": which}, {"$project": dict.fromkeys(names, 1)}]
    if collection == "runs":  # one that ended before it could begin says only when it was started
        pipeline.append({"$addFields": {"began": {"$ifNull": ["$began", "$started_at"]}}})
    pipeline.append({"$merge": {"into": {"db": db.name, "coll": into}, "whenMatched": "replace"}})
    await (await ops[collection].aggregate(pipeline)).to_list()


async def begin_extracts(db: AsyncDatabase[Document], ops: AsyncDatabase[Document]) -> None:
    """Show readers what an older version noted for the machinery alone."""
    for collection in EXTRACTS:
        await publish(db, ops, collection, {"reason": {"$ne": RejectionReason.FORGOTTEN}})
