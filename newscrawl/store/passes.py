"""Passes over all stored articles; a pass continues where an interruption ended it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pymongo import ASCENDING, ReadPreference
from pymongo.database import Database

from newscrawl.store.schema import Document

AT_ONCE = 500
"""How many articles are read at once; an interruption repeats at most these."""


def batches(
    db: Database[Document],
    ops: Database[Document],
    task: str,
    wanted: Document,
    fields: Document,
    show: Callable[[int, int], None],
) -> Iterator[list[Document]]:
    """Batches of articles with only these fields, in the order of their ``_id``.

    A batch counts as done when the next one is requested. ``task`` names the work with everything that its
    results depend on: a pass of the same name continues after the last finished batch, within the time that
    ``newscrawl.store.schema.RETENTION`` allows. ``show`` is called with the done and the total number.
    """
    articles = db["articles"].with_options(read_preference=ReadPreference.PRIMARY)
    passes = ops["passes"].with_options(read_preference=ReadPreference.PRIMARY)
    state: dict[str, Any] = passes.find_one({"_id": task}) or {"last": "", "done": 0}
    last, done = state["last"], state["done"]
    total = articles.count_documents(wanted)
    while True:
        show(done, total)
        further = {"$and": [wanted, {"_id": {"$gt": last}}]}
        batch = list(articles.find(further, fields).sort("_id", ASCENDING).limit(AT_ONCE))
        if not batch:
            break
        yield batch
        last, done = batch[-1]["_id"], done + len(batch)
        reached = {"$set": {"last": last, "done": done}, "$currentDate": {"stored_at": True}}
        passes.update_one({"_id": task}, reached, upsert=True)
    passes.delete_one({"_id": task})
