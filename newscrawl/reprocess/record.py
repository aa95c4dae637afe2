"""The record of a command that reads kept pages into MongoDB: its arguments and its results.

It is in ``<database>_ops.reprocessings``, apart from the records of crawls, by which sites are judged.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.database import Database

from newscrawl.reprocess.reading import Tally
from newscrawl.store.schema import Document
from newscrawl.vocabulary import RunOutcome

COLLECTION = "reprocessings"
_SENTENCES = 20
"""Maximum number of sentences in a record about files that could not be read."""


class ReprocessingRecord:
    """The results so far; the command fills them in as it works."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.failed: list[str] = []


@contextmanager
def recorded(ops: Database[Document], run: str, asked: Mapping[str, Any]) -> Iterator[ReprocessingRecord]:
    """A record with the id ``run``, which the written articles have in their field ``run``.

    ``asked`` are the arguments of the command. ``outcome`` is null until the end, and stays null if the
    command is killed.
    """
    begun = {"$set": {"host": platform.node(), "asked": dict(asked), "outcome": None}}
    records = ops[COLLECTION]
    records.update_one(
        {"_id": run}, begun | {"$currentDate": {"started_at": True, "stored_at": True}}, upsert=True
    )
    record, outcome = ReprocessingRecord(), RunOutcome.FAULT
    try:
        yield record
        outcome = RunOutcome.FAULT if record.failed else RunOutcome.OK
    except KeyboardInterrupt:
        outcome = RunOutcome.KILLED
        raise
    finally:
        tally = record.tally
        counts = {"records": tally.records, "damaged": tally.broken, "pages": tally.pages}
        end = counts | {"outcomes": dict(tally.outcomes), "failed": record.failed[:_SENTENCES]}
        records.update_one(
            {"_id": run},
            {"$set": end | {"outcome": outcome}, "$currentDate": {"finished_at": True, "stored_at": True}},
        )
