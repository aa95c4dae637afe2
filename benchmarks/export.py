"""The cost of an export, compared with PyMongoArrow: ``python -m benchmarks.export``.

The articles of a synthetic collection are written to Parquet in turn by ``newscrawl export``, into a file per
month with card and digests, and by ``find_arrow_all`` of PyMongoArrow, with the same columns into one file,
all in memory. Each runs in a process of its own. PyMongoArrow is left out unless ``make bench`` installed it
in ``build/pymongoarrow``, with the version of pyarrow that it is built for.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pymongo import AsyncMongoClient

from benchmarks import grow
from tests.trials import size

ARTICLES = size(200_000) if size(100) == 100 else 300
ROUNDS = 3 if ARTICLES >= 10_000 else 1
SIZES = (ARTICLES // 10, ARTICLES) if ARTICLES >= 10_000 else (ARTICLES,)
BARE = """
import sys, warnings
warnings.filterwarnings("ignore")
import pyarrow as pa
import pyarrow.parquet as pq
from pymongo import MongoClient
from pymongoarrow.api import Schema, find_arrow_all
from newscrawl.export.reading import COLUMNS
from newscrawl.export.schema import schema
uri, out = sys.argv[1:]


def as_stored(type_):
    if pa.types.is_date(type_):  # MongoDB holds days as strings
        return pa.string()
    if pa.types.is_list(type_):
        return pa.list_(as_stored(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([(field.name, as_stored(field.type)) for field in type_])
    return type_


wanted = Schema({field.name: as_stored(field.type) for field in schema(COLUMNS)})
table = find_arrow_all(MongoClient(uri, tz_aware=True)["grow"]["articles"], {}, schema=wanted)
pq.write_table(table, out, compression="zstd", compression_level=3)
"""


APART = Path(__file__).parent.parent / "build" / "pymongoarrow"


def process(*command: str, path: str = "") -> tuple[float, float]:
    """The seconds that a process takes, and its peak memory in megabytes."""
    began = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": path}
    started = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(started.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def ours(uri: str, out: Path) -> tuple[float, float]:
    return process("-m", "newscrawl", "export", str(out), "--from", uri, "--database", grow.DATABASE)


def bare(uri: str, out: Path) -> tuple[float, float]:
    return process("-c", BARE, uri, str(out), path=str(APART))


def rows(out: Path) -> int:
    files = [out] if out.is_file() else sorted(out.rglob("*.parquet"))
    return sum(pq.read_metadata(file).num_rows for file in files)


def measured(articles: int, folder: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and megabytes of each contender in each round."""
    contenders: dict[str, Any] = {"newscrawl export": ours}
    if APART.exists():
        contenders["find_arrow_all"] = bare
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    with grow.mongod(folder, 1.0) as (uri, _):

        async def fill() -> None:
            async with AsyncMongoClient[dict[str, Any]](uri, tz_aware=True) as client:
                await grow.fill(client, grow.Maker(0), articles)

        asyncio.run(fill())
        for turn in range(rounds):
            for name, contender in contenders.items():
                out = folder / f"{name}-{turn}{'' if contender is ours else '.parquet'}"
                found[name].append(contender(uri, out))
                assert rows(out) >= articles, f"{name} left articles out"
    return found


def main() -> None:
    """Print the table and the ratios."""
    print("| | articles | seconds | articles a second | peak MB |\n|---|---|---|---|---|")
    table = {}
    for articles in SIZES:
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            found = measured(articles, Path(folder), ROUNDS)
        for name, turns in found.items():
            seconds = statistics.median(taken for taken, _ in turns)
            peak = statistics.median(megabytes for _, megabytes in turns)
            table[name, articles] = seconds, peak
            print(
                f"| {name} | {articles:,} | {seconds:.1f} | {articles / seconds:,.0f} | {peak:.0f} |",
                flush=True,
            )
    few, many = (table["newscrawl export", articles] for articles in (SIZES[0], SIZES[-1]))
    print(f"\npeak memory with ten times as many articles: {many[1] / few[1]:.2f}")
    if ("find_arrow_all", ARTICLES) in table:
        print(
            f"speed divided by that of find_arrow_all: {table['find_arrow_all', ARTICLES][0] / many[0]:.2f}"
        )


if __name__ == "__main__":
    main()
