"""Stores the articles of kept pages in MongoDB: processes read the pages, and one writer on each machine
stores them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl.reprocess import jobs
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.processes import MEGABYTES, Reader, readers, share
from newscrawl.reprocess.progress import RangeProgress
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.reading import ARTICLE, Tally
from newscrawl.store.clock import ServerClock
from newscrawl.store.coverage import Coverage
from newscrawl.store.kept_visits import KeptVisits
from newscrawl.store.links import Linker
from newscrawl.store.rereading import reread
from newscrawl.store.schema import Document
from newscrawl.store.writer import Writer
from newscrawl.workers import ReadingError

AT_ONCE = 100
"""Number of articles that a process reads before they are written; after a kill at most this many are read
again."""
_AGE = 0.05
"""Seconds that an article waits for others to be written with it."""


class Places:
    """Where each range continues: kept in ``newscrawl_ops.passes``, for when the same command is run
    again.
    """

    def __init__(self, ops: AsyncDatabase[Document], plan: Plan) -> None:
        self._passes = ops["passes"]
        self._task = f"reprocess {plan.mark}"

    async def start(self, piece: Range) -> int | None:
        """The offset at which a range continues; None if it is done."""
        state = await self._passes.find_one({"_id": self._id(piece)})
        place: int | None = state["place"] if state else piece.start
        return place

    async def reached(self, piece: Range, place: int | None) -> None:
        """Note that everything before this offset is stored; None means that the range is done."""
        at = {"$set": {"place": place, "task": self._task}, "$currentDate": {"stored_at": True}}
        await self._passes.update_one({"_id": self._id(piece)}, at, upsert=True)

    async def forget(self) -> None:
        """Note that the whole task is done, so that the same command starts from the beginning."""
        await self._passes.delete_many({"task": self._task})

    def _id(self, piece: Range) -> str:
        return f"{self._task} {piece.id} {piece.end}"


@dataclass(frozen=True, slots=True)
class ArticleSink:
    """The parts that store articles and record visits."""

    writer: Writer
    visits: KeptVisits


@asynccontextmanager
async def writing(
    client: AsyncMongoClient[Document], database: str, patience: float
) -> AsyncIterator[ArticleSink]:
    """The store's own writer, with the rules for pages that are read again; at the end it links all
    copies.
    """
    writer = Writer(
        client, database, batch=AT_ONCE, age=_AGE, queue=4 * AT_ONCE, patience=patience, change=reread
    )
    writer.start()
    try:
        yield ArticleSink(writer, KeptVisits(client, database, patience))
    finally:
        await writer.close()
    # What an earlier command left when it was killed.
    coverage, clock = Coverage(client, database), ServerClock(client)
    linker = Linker(client, database, coverage)
    await linker.take_over(await linker.catch_up(clock.now, most=10**9), clock.now)
    await coverage.recount()


async def to_mongo(
    plan: Plan,
    chains: Sequence[Sequence[Range]],
    writing: ArticleSink,
    places: Places,
    processes: int,
    failed: list[str],
    *,
    megabytes: int = MEGABYTES,
    quiet: bool = False,
) -> Tally:
    """Store the articles of these ranges; those of a chain one after another, as their pages belong to one
    site.

    Adds one sentence to ``failed`` for each file that cannot be read.
    """
    pieces = [piece for chain in chains for piece in chain]
    async with readers(plan, processes, megabytes) as some:
        reached = RangeProgress(pieces, some)

        async def work(reader: Reader, chain: Sequence[Range]) -> None:
            for piece in chain:
                await _store(piece, reader, writing, places, reached, failed)

        async with reached.showing(quiet=quiet):
            await share(some, chains, work)
    reached.tally.outcomes.update({word: count for word, count in writing.writer.counts.items() if count})
    return reached.tally


async def _store(
    piece: Range,
    reader: Reader,
    writing: ArticleSink,
    places: Places,
    reached: RangeProgress,
    failed: list[str],
) -> None:
    """Read and store the rest of a range, some articles at a time."""
    place, tally = await places.start(piece), Tally()
    if place is None:
        reached.add(piece, tally)
        return
    reading = asyncio.create_task(reader.do(jobs.some, piece, place, AT_ONCE))
    try:
        while place is not None:
            given = await reading
            place = given.rest
            if place is not None:  # the next articles are read while these are written
                reading = asyncio.create_task(reader.do(jobs.some, piece, place, AT_ONCE))
            for article in given.articles:
                await writing.writer.put(article)
            await writing.writer.flush()
            await writing.visits.note(given.visits)
            await places.reached(piece, place)
            tally.add(given.tally)
    except ReadingError as error:
        failed.append(f"{piece.path}: {error}")
    finally:
        reading.cancel()
    del tally.outcomes[ARTICLE]  # the writer's counts say what became of them
    tally.outcomes.update(reader.lost)
    reader.lost.clear()
    reached.add(piece, tally)
