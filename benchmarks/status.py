"""The cost of `scrapy status`: ``python -m benchmarks.status``.

The database has a hundred newspapers with ninety days of coverage and of runs, two an hour. The CPU time is
that of the command without mongod, compared with ``scrapy version``; the documents are those that mongod
read.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from newscrawl.mongod.server import Server
from newscrawl.store.schema import INDEXES, OPS_INDEXES
from tests.trials import size

PROJECT = Path(__file__).resolve().parent.parent
SITES = int(os.environ.get("NEWSCRAWL_SITES", size(100)))
DAYS, RUNS_A_DAY = 90, 48
ROUNDS = 3 if SITES >= 10 else 1
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SHARES = {
    name: {"markup": 0.9, "empty": 0.1} for name in ("title", "body", "dates", "authors", "section", "tags")
}


def fill(client: MongoClient[dict[str, Any]], name: str) -> None:
    """Store the runs and coverage of a hundred newspapers over ninety days."""
    db, ops = client[name], client[f"{name}_ops"]
    db["coverage"].create_indexes(INDEXES["coverage"])
    ops["runs"].create_indexes(OPS_INDEXES["runs"])
    now = dt.datetime.now(dt.UTC)
    for number in range(SITES):
        site = f"sahifa{number}"
        runs = []
        for place in range(DAYS * RUNS_A_DAY):
            at = now - place * DAY / RUNS_A_DAY
            new = 4 if place % 3 == 0 else 0
            runs.append({
                "site": site, "started_at": at, "finished_at": at + HOUR / 60, "host": f"node{number % 3}",
                "outcome": "ok" if new else "nothing_new", "counts": {"new": new}, "came": new,
                "drift": [], "reading": {"articles": new, "shares": SHARES if new else {}},
            })  # fmt: skip
        ops["runs"].insert_many(runs)
        days = [str((now - ago * DAY).date()) for ago in range(DAYS)]
        rows = [{"_id": f"{site} {day}", "source": site, "day": day, "articles": 64} for day in days]
        db["coverage"].insert_many([row | {"complete": True} for row in rows])
        db["sources"].insert_one({"_id": site, "country": "EG", "timezone": "Africa/Cairo"})


def cpu(*arguments: str, uri: str, name: str) -> float:
    """The CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"MONGODB_URI": uri, "MONGODB_DATABASE": name}
    command = [sys.executable, "-m", "scrapy", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, check=False)
    assert done.returncode in (0, 1), done
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def read(client: MongoClient[dict[str, Any]]) -> int:
    """The number of documents that mongod has read so far."""
    return int(client.admin.command("serverStatus")["metrics"]["queryExecutor"]["scannedObjects"])


def main() -> None:
    """Print the measured costs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder)) as uri,
        MongoClient[dict[str, Any]](uri, tz_aware=True) as client,
    ):
        name = "newscrawl_bench"
        fill(client, name)
        empty = min(cpu("version", uri=uri, name=name) for _ in range(ROUNDS))
        before = read(client)
        first = cpu("status", uri=uri, name=name)
        examined = read(client) - before
        whole = min([first, *(cpu("status", uri=uri, name=name) for _ in range(ROUNDS - 1))])
    print(f"{SITES} sites, {DAYS} days, {SITES * DAYS * RUNS_A_DAY:,} runs\n")
    print("| | CPU |\n|---|---|")
    print(f"| `scrapy version` | {empty:.2f} s |\n| `scrapy status` | {whole:.2f} s |")
    print(f"| more than an empty command | {whole - empty:.2f} s |")
    print(f"\n{examined / SITES:.0f} documents read for a site")


if __name__ == "__main__":
    main()
