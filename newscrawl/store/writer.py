"""Writes articles and rejections in batches; nothing counts before MongoDB has acknowledged it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from pymongo import WriteConcern
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import BulkWriteError

from newscrawl import urls
from newscrawl.items import Article, Rejection
from newscrawl.ledger import Ledger
from newscrawl.store.acknowledged import AcknowledgedWrites
from newscrawl.store.articles import ArticleBatches
from newscrawl.store.clock import ServerClock
from newscrawl.store.coverage import Coverage
from newscrawl.store.decisions import Change
from newscrawl.store.links import Linker
from newscrawl.store.patience import StoreDownError, patiently
from newscrawl.store.rejections import Rejections, refusal
from newscrawl.store.schema import Document
from newscrawl.store.tombstones import Tombstones

T = TypeVar("T")

QUEUE_BYTES = 64_000_000
"""Maximum bytes of pages and texts that wait to be written; above it, the crawl slows down."""
UNLINKED, LINKED_AT_ONCE = 20_000, 50
"""Number of unlinked articles at which writing pauses; number of articles that are linked at once."""
LOOK_AGAIN = dt.timedelta(days=1)
"""Pause before an article that MongoDB refused is downloaded again; a repair may help by then."""


class Writer:
    """Queues articles and rejections, and writes them in batches by size and age.

    ``put`` only queues items. For each batch, one read fetches the stored articles, and one bulk write stores
    the changes. Copies are linked after the acknowledgement. ``counts`` counts only acknowledged items:
    ``new``, ``seen``, ``revised``, ``rejected``.
    """

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: str,
        *,
        batch: int,
        age: float,
        queue: int,
        patience: float,
        knows: Callable[[], str | None] = lambda: None,
        before: Callable[[Sequence[Article | Rejection]], Awaitable[None]] | None = None,
        limit: int | None = None,
        ledger: Ledger[Any] | None = None,
        change: Change | None = None,
    ) -> None:
        ops = client[f"{database}_ops"]
        # A lost write does no harm: a stored address is then downloaded once more.
        self._pending = ops["pending"].with_options(write_concern=WriteConcern(w=1))
        self._coverage = Coverage(client, database)
        self._linker = Linker(client, database, self._coverage)
        self._clock = ServerClock(client)
        self._rejections = Rejections(client[database], ops)
        self._acknowledged = done = AcknowledgedWrites(limit, ledger)
        given = (self._linker, Tombstones(client[database]), done, self._clock, self._coverage, change)
        self._articles = ArticleBatches(client, database, *given)
        self._batch = min(batch, limit) if limit else batch
        self._age = age
        self._room = queue
        self._patience = patience
        self._knows = knows
        self._before = before
        """Called before a batch is stored."""
        # Two batches at a time, so that MongoDB never waits for this process; one if count or order must be
        # exact.
        self._writing = 1 if limit or change else 2
        self._put = self._written = 0
        """Numbers of items that were queued and written so far."""
        self._in_progress = 0
        self._queue: deque[tuple[float, Article | Rejection]] = deque()
        self._queued_bytes = 0
        self._changed = asyncio.Condition()
        """Notified when an item has been queued, taken or linked, and when the writer has ended."""
        self._closing = self._ended = False
        self._task: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None
        self.counts = done.counts
        self.reasons = done.reasons
        self.over = done.over

    def start(self) -> None:
        """Start writing in the background."""
        self._task = asyncio.create_task(self._run(), name="store writer")

    async def put(self, item: Article | Rejection) -> None:
        """Queue an item; waits only while the queue is full.

        Raises :class:`StoreDownError` when the writer has given up on MongoDB.
        """
        assert self._task, "start() comes first"
        item.owner = item.owner or urls.owner(item.url)
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            if self._failure or self._ended:
                raise self._failure or StoreDownError("the writer has ended")
            self._put += 1
            self._queue.append((asyncio.get_running_loop().time(), item))
            self._queued_bytes += _weight(item)
            if len(self._queue) in (1, self._batch):
                self._changed.notify_all()

    def _has_room(self) -> bool:
        room = len(self._queue) < self._room and self._queued_bytes < QUEUE_BYTES
        return room or self._failure is not None or self._ended

    async def flush(self) -> None:
        """Wait until all items queued so far are written. Only for a writer of one batch at a time.

        Raises :class:`StoreDownError` when the writer has given up on MongoDB.
        """
        async with self._changed:
            put = self._put
            await self._changed.wait_for(lambda: self._written >= put or self._failure or self._ended)
            if self._written < put:
                raise self._failure or StoreDownError("the writer has ended")

    async def close(self) -> None:
        """Write all queued items, and end. Raises the error that ended the writer early, if any."""
        if self._task is None:
            return
        async with self._changed:
            self._closing = True
            self._changed.notify_all()
        await self._task

    @property
    def error(self) -> BaseException | None:
        """The error that ended the writer early, if any."""
        return self._failure

    @property
    def full(self) -> bool:
        """Have ``limit`` new articles been stored?"""
        return self._acknowledged.full

    def give_up(self, error: BaseException) -> None:
        """End the crawl, as MongoDB has been unavailable for too long."""
        self._failure = self._failure or error
        self.over.set()

    def settle(self, key: str) -> None:
        """Remove an address that ended without anything to write from the pending list."""
        self._acknowledged.settled.add(key)

    async def _run(self) -> None:
        try:
            # Never cancelled: cancelling a wait inside pymongo can leave its locks held.
            work = [*(self._write_batches() for _ in range(self._writing)), self._tidy()]
            await asyncio.gather(*map(self._ending_all, work))
            if self._failure:
                raise self._failure
        finally:
            self._ended = True
            self.over.set()
            await self._notify()

    async def _ending_all(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            self.give_up(error)
            await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _write_batches(self) -> None:
        while (batch := await self._next_batch()) and not self._failure:
            self._in_progress += 1
            await self._write(batch)
            self._in_progress -= 1
            self._written += len(batch)
            await self._notify()
        self._writing -= 1
        await self._notify()

    async def _next_batch(self) -> list[Article | Rejection]:
        """The next batch, once it is full or old enough; empty when everything is written."""
        batch: list[Article | Rejection] = []
        async with self._changed:
            while not batch and not self._failure and not (self._closing and not self._queue):
                await self._changed.wait_for(lambda: self._queue or self._closing or self._failure)
                with suppress(TimeoutError, IndexError):
                    async with asyncio.timeout_at(self._queue[0][0] + self._age):
                        await self._changed.wait_for(lambda: len(self._queue) >= self._batch or self._closing)
                await self._changed.wait_for(
                    lambda: len(self._acknowledged.unlinked) < UNLINKED or self._failure
                )
                batch = [self._queue.popleft()[1] for _ in range(min(self._batch, len(self._queue)))]
            self._queued_bytes -= sum(map(_weight, batch))
            self._changed.notify_all()
        return batch

    async def _tidy(self) -> None:
        """Link stored articles, including a killed crawl's, and clear finished pending addresses."""
        done = self._acknowledged

        others: list[str] = []

        async def catch_up() -> None:
            others[:] = await self._linker.catch_up(self._clock.now)

        async def take_over() -> None:
            await self._linker.take_over(others, self._clock.now)

        async def link() -> None:
            await self._linker.link(
                due, await self._clock.now(), new=[id_ for id_, new in due.items() if new]
            )

        async def settle() -> None:
            await self._pending.delete_many({"_id": {"$in": settled}})

        await self._patiently(catch_up)
        while (done.unlinked or done.settled or self._writing) and not self._failure:
            async with self._changed:
                await self._changed.wait_for(self._may_tidy)
            due = dict(done.unlinked.popitem() for _ in range(min(LINKED_AT_ONCE, len(done.unlinked))))
            settled, done.settled = list(done.settled), set()
            if settled:
                await self._patiently(settle)
            if due:
                await self._patiently(link)
                await self._notify()
            await self._patiently(self._coverage.recount_if_due)
        if not self._failure:
            await self._patiently(take_over)
            await self._patiently(self._coverage.recount)

    def _may_tidy(self) -> bool:
        """Is there time to link? Storing comes first, as long as there is enough to store."""
        storing = self._in_progress or len(self._queue) >= self._batch
        busy = storing and len(self._acknowledged.unlinked) < UNLINKED
        waiting = self._acknowledged.unlinked or self._acknowledged.settled
        return bool(waiting and not busy) or not self._writing or self._failure is not None

    async def _patiently(self, operation: Callable[[], Awaitable[T]]) -> T:
        return await patiently(operation, self._patience, knows=self._knows)

    async def _write(self, batch: Sequence[Article | Rejection]) -> None:
        """Store a batch; waits up to ``patience`` seconds while MongoDB is unavailable."""
        articles = [item for item in batch if isinstance(item, Article)]
        rejections = [item for item in batch if isinstance(item, Rejection)]
        if self._before:
            await self._before(batch)
        attempted: dict[str, str] = {}
        failing: BulkWriteError | None = None

        async def write() -> None:
            nonlocal articles, rejections, failing
            while articles:
                articles, refused, failing = await self._articles.write(articles, attempted)
                rejections += refused
                if failing:
                    raise failing
            await self._rejections.write(rejections, await self._clock.now())
            for item in rejections:
                self._acknowledged.rejection(item.keys, item.reason)
            rejections = []

        try:
            await self._patiently(write)
        except StoreDownError:
            if not failing:
                raise
            # MongoDB refuses only these. A repair may help, so they are downloaded again later.
            message = str(failing.details["writeErrors"][0]["errmsg"])
            rejections += [refusal(article, message, LOOK_AGAIN) for article in articles]
            articles = []
            await patiently(write, 0.0)


def _weight(item: Article | Rejection) -> int:
    """The approximate number of bytes that an item takes in memory."""
    return 2000 + len(item.page) + (2 * len(item.body) if isinstance(item, Article) else 0)
