"""Does the same work on many machines: Dask gives each worker one range after another, and gives the ranges
of a lost worker to others.

A worker reads a range in a process of its own, as on one machine. So a page that takes too long costs only
itself, and the memory of a worker is bounded. The worker writes parts, or stores articles in MongoDB through
its own writer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newscrawl.mongod.opening import connect_async
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.progress import RangeProgress
from newscrawl.reprocess.ranges import Range
from newscrawl.reprocess.reading import Tally
from newscrawl.workers.wire import packed, unpacked

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
"""The address that stands for workers on this machine."""
RETRIES = 5
"""How often a range is started again after it failed or its worker was lost."""
MEGABYTES = 350
"""Maximum address space for data of a worker's process, of which it uses less than half."""
_LIMIT = "400MB"

Job = Callable[[bytes, Sequence[Range]], tuple[Tally, list[str]]]
"""What a worker does: it takes the packed plan and some ranges, and returns the tally and one sentence for
each failure."""


@contextmanager
def cluster(address: str, processes: int) -> Iterator[Client]:
    """A connection to the scheduler at this address, or to workers on this machine.

    Raises ``OSError`` if no scheduler answers, and ``ImportError`` without ``distributed``.
    """
    from distributed import Client, LocalCluster

    if address != LOCAL:
        with Client(address, timeout=10, set_as_default=False) as client:
            yield client
        return
    own: dict[str, Any] = {"dashboard_address": None, "host": "127.0.0.1", "threads_per_worker": 1}
    with (
        LocalCluster(n_workers=processes, memory_limit=_LIMIT, **own) as workers,
        Client(workers, set_as_default=False) as client,
    ):
        yield client


def run(client: Client, plan: Plan, chains: Sequence[Sequence[Range]], job: Job, failed: list[str]) -> Tally:
    """Have workers do the job with these chains of ranges, in any order; adds one sentence for each failure
    to ``failed``.
    """
    from distributed import as_completed

    reached = RangeProgress([piece for chain in chains for piece in chain])
    shared: Any = client.scatter(packed_plan(plan), broadcast=True, hash=False)
    futures = {
        client.submit(job, shared, tuple(chain), retries=RETRIES, pure=False): chain for chain in chains
    }
    with reached.shown() as show, client.as_current():
        for future in as_completed(futures):
            chain = futures[future]
            try:
                tally, sentences = future.result()
            except Exception as error:  # whatever its worker raised
                tally, sentences = Tally(), [f"{chain[0].path}: {type(error).__name__}: {error}"]
            failed += sentences
            for place, piece in enumerate(chain):
                reached.add(piece, tally if place == 0 else Tally())
            show()
    return reached.tally


def packed_plan(plan: Plan) -> bytes:
    """A plan as bytes, packed by our own code because its time zones cannot be pickled."""
    return packed((True, plan, ""))


@lru_cache(maxsize=2)
def _plan(data: bytes) -> Plan:
    plan: Plan = unpacked(data)[1]
    return plan


def parts(folder: str) -> Job:
    """The job that writes a part for each range into a folder that all workers share."""
    return partial(_parts, folder)


def _parts(folder: str, data: bytes, chain: Sequence[Range]) -> tuple[Tally, list[str]]:
    from newscrawl.reprocess import to_parquet

    plan, failed = _plan(data), list[str]()
    left = to_parquet.left(plan, chain, Path(folder))
    work = to_parquet.to_parquet(plan, left, Path(folder), 1, failed, megabytes=MEGABYTES, quiet=True)
    return asyncio.run(work), failed


def documents(uri: str, database: str, patience: float) -> Job:
    """The job that stores articles in MongoDB, with a writer for each worker."""
    return partial(_documents, uri, database, patience)


def _documents(
    uri: str, database: str, patience: float, data: bytes, chain: Sequence[Range]
) -> tuple[Tally, list[str]]:
    from newscrawl.reprocess import to_mongo

    plan, failed = _plan(data), list[str]()

    async def work() -> Tally:
        async with connect_async(uri) as client, to_mongo.writing(client, database, patience) as writer:
            places = to_mongo.Places(client[f"{database}_ops"], plan)
            return await to_mongo.to_mongo(
                plan, [chain], writer, places, 1, failed, megabytes=MEGABYTES, quiet=True
            )

    return asyncio.run(work()), failed
