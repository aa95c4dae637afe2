"""The record of a command that reads kept pages into MongoDB: what it was asked for, and what came of it.

It stands in ``<database>_ops.reprocessings``, apart from the records of crawls, by which sites are judged.
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
"""Sentences about what could not be read that a record keeps, at most."""


class Record:
    """What is known so far; whoever does the work fills it in."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.failed: list[str] = []


@contextmanager
def recorded(ops: Database[Document], run: str, asked: Mapping[str, Any]) -> Iterator[Record]:
    """A record under ``run``, which is what ``run`` of the articles says that are written.

    ``asked`` are the arguments of the command. Until the end ``outcome`` is null, also of one that was
    killed by force.
    """
    begun = {"$set": {"host": platform.node(), "asked": dict(asked), "outcome": None}}
    records = ops[COLLECTION]
    records.update_one(
        {"_id": run}, begun | {"$currentDate": {"started_at": True, "stored_at": True}}, upsert=True
    )
    record, outcome = Record(), RunOutcome.FAULT
    try:
        yield record
        outcome = RunOutcome.FAULT if record.failed else RunOutcome.OK
    except KeyboardInterrupt:
        outcome = RunOutcome.KILLED
        raise
    finally:
        tally = record.tally
        found = {"records": tally.records, "damaged": tally.broken, "pages": tally.pages}
        end = found | {"outcomes": dict(tally.outcomes), "failed": record.failed[:_SENTENCES]}
        records.update_one(
            {"_id": run},
            {"$set": end | {"outcome": outcome}, "$currentDate": {"finished_at": True, "stored_at": True}},
        )
