"""Dask's workers give the same rows as one machine, even if workers are killed."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pymongo import AsyncMongoClient

from newscrawl.reprocess import to_parquet
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import Range, ranges
from newscrawl.store.schema import prepare
from tests.conftest import Database
from tests.made_warc import cc_news
from tests.trials import LONG

pytestmark = [*LONG]
PLAN = Plan({}, lang="ar")


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> list[Range]:
    path = tmp_path_factory.mktemp("warc") / "CC-NEWS-20160901131415-00000.warc.gz"
    cc_news(path, 10_000, arabic=0.2)
    return list(ranges([str(path)], path.stat().st_size // 20))


@pytest.fixture(scope="module")
def expected(pieces: list[Range], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("one")
    failed: list[str] = []
    asyncio.run(to_parquet.to_parquet(PLAN, pieces, folder, 1, failed))
    assert failed == []
    return rows(folder)


def rows(folder: Path) -> list[dict[str, Any]]:
    return sorted(pq.read_table(folder).to_pylist(), key=lambda row: str(row["_id"]))


@pytest.fixture
def workers() -> Iterator[Any]:
    on_dask = pytest.importorskip("newscrawl.reprocess.on_dask")
    with on_dask.cluster(on_dask.LOCAL, 2) as client:
        yield client


def resident(pid: int) -> int:
    """The bytes in memory of a process and of its children."""
    import psutil

    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return sum(process.memory_info().rss for process in family)
    except psutil.Error:
        return 0


@pytest.mark.parametrize("kill", [False, True])
def test_two_workers_give_the_same_rows(
    workers: Any, pieces: list[Range], expected: list[dict[str, Any]], tmp_path: Path, kill: bool
) -> None:
    from newscrawl.reprocess import on_dask

    peaks, over, killed = [0], threading.Event(), list[int]()

    def look() -> None:
        while not over.wait(0.2):
            pids = workers.run(os.getpid).values() if not killed else ()
            peaks.append(max(map(resident, pids), default=0))
            if kill and not killed and len(list(tmp_path.glob("*.parquet"))) >= 3:
                killed.append(next(iter(pids)))
                os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=look)
    thread.start()
    failed: list[str] = []
    began = time.monotonic()
    try:
        tally = on_dask.run(
            workers, PLAN, [[piece] for piece in pieces], on_dask.parts(str(tmp_path)), failed
        )
    finally:
        over.set()
        thread.join()
    print(f"\n{tally.pages} pages in {time.monotonic() - began:.0f} s, {max(peaks) / 1e6:.0f} MB a worker")
    assert failed == []
    assert bool(killed) == kill
    assert rows(tmp_path) == expected
    assert max(peaks) < 400e6


@pytest.mark.parametrize("kill", [False, True])
def test_two_workers_store_the_same_articles(
    workers: Any, pieces: list[Range], expected: list[dict[str, Any]], database: Database, kill: bool
) -> None:
    from newscrawl.reprocess import on_dask

    async def prepared() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri) as client:
            await prepare(client[database.name], client[database.ops.name])

    asyncio.run(prepared())
    articles, over, killed = database["articles"], threading.Event(), list[int]()

    def look() -> None:
        while kill and not killed and not over.wait(0.1):
            if articles.estimated_document_count() > len(expected) // 4:
                killed.append(next(iter(workers.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=look)
    thread.start()
    failed: list[str] = []
    began = time.monotonic()
    try:
        job = on_dask.documents(database.uri, database.name, 30.0)
        on_dask.run(workers, PLAN, [[piece] for piece in pieces], job, failed)
    finally:
        over.set()
        thread.join()
    print(f"\n{len(expected)} articles stored in {time.monotonic() - began:.0f} s, {len(killed)} killed")
    assert failed == []
    assert bool(killed) == kill
    assert {doc["url"]: doc["content_hash"] for doc in database.articles()} == {
        row["url"]: row["content_hash"] for row in expected
    }
    assert database["revisions"].count_documents({}) == 0
    assert database.ops["unlinked"].count_documents({}) == 0
