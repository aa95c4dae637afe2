"""Writes batches of articles into the collection ``articles``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import ReadPreference, UpdateOne
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import BulkWriteError

from newscrawl.items import Article, Rejection
from newscrawl.store import revisions
from newscrawl.store.acknowledged import AcknowledgedWrites
from newscrawl.store.clock import ServerClock
from newscrawl.store.coverage import Coverage, place_of
from newscrawl.store.decisions import UNREAD_FIELDS, Change, Write, decide
from newscrawl.store.links import Linker
from newscrawl.store.rejections import refusal
from newscrawl.store.schema import Document
from newscrawl.store.tombstones import Tombstones
from newscrawl.vocabulary import RejectionReason

_DUPLICATE_KEY = 11000
_REFUSALS = frozenset({2, 9, 14, 15, 22, 52, 54, 55, 57, 66, 121, 10334, 17262, 17280, 17419, 17420})
"""Codes of errors in the document itself (MongoDB's ``error_codes.yml``): DocumentValidationFailure, too
large, a wrong type or name, a language unknown to the text index."""


@dataclass(slots=True)
class BulkResult:
    """The result of a bulk write."""

    stored: list[Write] = field(default_factory=list)
    again: list[Article] = field(default_factory=list)
    refused: list[Rejection] = field(default_factory=list)
    failure: BulkWriteError | None = None
    """The error that kept some of ``again`` from being written; None after a lost race."""


class ArticleBatches:
    """Stores batches of articles: each takes one read, a decision on each article, and one bulk write."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: str,
        linker: Linker,
        tombstones: Tombstones,
        acknowledged: AcknowledgedWrites,
        clock: ServerClock,
        coverage: Coverage,
        change: Change | None = None,
    ) -> None:
        # The writer decides by what it reads, and a secondary may lag behind.
        self._articles = client[database]["articles"].with_options(read_preference=ReadPreference.PRIMARY)
        self._revisions = client[database]["revisions"]
        self._linker = linker
        self._tombstones = tombstones
        self._acknowledged = acknowledged
        self._clock = clock
        self._coverage = coverage
        self._change = change

    async def write(
        self, articles: Sequence[Article], attempted: dict[str, str]
    ) -> tuple[list[Article], list[Rejection], BulkWriteError | None]:
        """Decide and write; return the articles to decide again, the refused articles, and the error, if any.

        Articles are decided again after a lost race or a temporary error. ``attempted`` holds the outcomes of
        unacknowledged writes, which may be stored nevertheless.
        """
        now = await self._clock.now()
        stored = await self._stored([key for article in articles for key in article.keys])
        forgotten = await self._tombstones.before()
        wanted = [article for article in articles if forgotten.isdisjoint(article.keys)]
        decided = decide(wanted, stored, attempted, now, self._acknowledged.room, self._change)
        writes = list(decided.writes.values())
        revised = [(stored[write.id], write.article) for write in writes if write.outcome == "revised"]
        await revisions.keep(self._revisions, revised, now)
        changed = [write for write in writes if write.relink]
        await self._linker.intend([write.id for write in changed])
        await self._coverage.touch([place_of(write.article) for write in changed])
        await self._coverage.touch([stored[write.id] for write in changed if write.id in stored])
        attempted |= {write.id: write.outcome for write in writes}
        done = await self._bulk(writes)
        for id_ in decided.writes.keys() - {write.id for write in done.stored}:
            del attempted[id_]  # it was certainly not written
        await self._acknowledge(done.stored, attempted)
        for id_, article in decided.unchanged:
            self._acknowledged.article(id_, article.keys, "unchanged", relink=False)
        for article in articles:
            if not forgotten.isdisjoint(article.keys):  # perhaps under an address that was not known then
                self._acknowledged.rejection(article.keys, RejectionReason.FORGOTTEN)
        if decided.full:
            self._acknowledged.fill()
        return decided.again + done.again, decided.refused + done.refused, done.failure

    async def _acknowledge(self, stored: Sequence[Write], attempted: dict[str, str]) -> None:
        """Count the stored articles, except those that were forgotten in the meantime."""
        came_back = await self._remove_forgotten([write for write in stored if write.outcome == "new"])
        for write in stored:
            del attempted[write.id]
            keys = write.article.keys
            if write.id in came_back:
                self._acknowledged.rejection(keys, RejectionReason.FORGOTTEN)
            else:
                self._acknowledged.article(write.id, keys, write.outcome, relink=write.relink)

    async def _stored(self, keys: Sequence[str]) -> dict[str, Document]:
        cursor = self._articles.find({"keys": {"$in": keys}}, dict.fromkeys(UNREAD_FIELDS, 0))
        return {doc["_id"]: doc async for doc in cursor}

    async def _remove_forgotten(self, writes: Sequence[Write]) -> set[str]:
        """Remove articles that were forgotten while they were being written; return their ``_id``."""
        forgotten = await self._tombstones.among(key for write in writes for key in write.article.keys)
        ids = {write.id for write in writes if not forgotten.isdisjoint(write.article.keys)}
        if ids:
            await self._articles.delete_many({"_id": {"$in": list(ids)}})
            await self._tombstones.leave_more([write.article for write in writes if write.id in ids])
        return ids

    async def _bulk(self, writes: Sequence[Write]) -> BulkResult:
        """Write a batch; MongoDB has acknowledged the writes in ``stored``."""
        done = BulkResult()
        if not writes:
            return done
        problems: dict[int, Document] = {}
        try:
            operations: list[Any] = [write.operation for write in writes]
            result = await self._articles.bulk_write(operations, ordered=False)
            matched = result.matched_count
        except BulkWriteError as error:
            if error.details["writeConcernErrors"]:
                raise
            problems = {problem["index"]: problem for problem in error.details["writeErrors"]}
            matched = error.details["nMatched"]
            if not {problem["code"] for problem in problems.values()} <= {_DUPLICATE_KEY, *_REFUSALS}:
                done.failure = error
        for index, write in enumerate(writes):
            problem = problems.get(index)
            if problem is None:
                done.stored.append(write)
            elif problem["code"] in _REFUSALS:
                done.refused.append(refusal(write.article, problem["errmsg"]))
            else:
                done.again.append(write.article)
        updates = [write for write in done.stored if isinstance(write.operation, UpdateOne)]
        if matched < len(updates):  # another process has changed some in the meantime
            missed = await self._missed(updates)
            done.again += [write.article for write in done.stored if write.id in missed]
            done.stored = [write for write in done.stored if write.id not in missed]
        return done

    async def _missed(self, updates: Sequence[Write]) -> set[str]:
        """The ``_id`` of each article that does not show what its update wrote."""
        ids = [write.id for write in updates]
        shown = {
            (doc["_id"], doc["content_hash"], doc["run"])
            async for doc in self._articles.find({"_id": {"$in": ids}}, {"content_hash": 1, "run": 1})
        }
        return {
            write.id for write in updates if (write.id, write.content_hash, write.article.run) not in shown
        }
