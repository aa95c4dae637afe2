"""Sixty newspapers without a declaration, on two real Scrapyds, one of which is killed midway."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise

from tests.conftest import Database
from tests.loopback import serve
from tests.test_kit import plain
from tests.test_scrapyd import LIVE, Machine, Machines, deployed, machines, newspaper, project, until
from tests.trials import long

__all__ = ["deployed", "machines", "newspaper", "project"]
COUNT, ARTICLES = 60, 10
DONE = ("ok", "nothing_new", "partial")


def scheduler(machine: Machine, text: str) -> subprocess.Popen[bytes]:
    """The service that starts the due crawls on this machine."""
    file = machine.write(text)
    command = [sys.executable, "-m", "scrapy", "schedule", "--node", machine.name, "--file", str(file)]
    with (machine.folder / "schedule.log").open("ab") as log:
        return subprocess.Popen(command, cwd=machine.project, env=machine.environment, stderr=log)


@long
def test_two_machines_one_of_which_is_killed_crawl_sixty_newspapers(
    machines: Machines, database: Database
) -> None:
    with ExitStack() as stack:
        served = {
            f"sahifa{n:02}": stack.enter_context(serve(plain(list(range(20 * n, 20 * n + ARTICLES)))))
            for n in range(COUNT)
        }
        text = "\n".join(
            f'[sites.{slug}]\nevery = "1d"\n{LIVE}\nargs = {{ home = "http://127.0.0.1:{paper.port}/" }}'
            for slug, paper in served.items()
        )
        both = {name: machines(name) for name in ("node1", "node2")}
        services = {name: scheduler(machine, text) for name, machine in both.items()}
        began = time.monotonic()

        def done() -> set[str]:
            return set(database.ops["runs"].distinct("site", {"outcome": {"$in": DONE}}))

        try:
            until(lambda: len(done()) >= COUNT // 3, 900)
            # In the middle of its work: it holds leases now.
            until(
                lambda: database.ops["leases"].count_documents({"node": "node1", "holder": {"$ne": None}}),
                300,
            )
            services["node1"].kill()
            both["node1"].kill()
            until(lambda: len(done()) == COUNT, 900)
        finally:
            for service in services.values():
                service.terminate()
                service.wait()
    _never_two_at_once(database)
    stored = Counter(doc["site"] for doc in database["articles"].find({}, {"site": 1}))
    assert stored == dict.fromkeys(served, ARTICLES)
    outcomes = Counter((run["host_node"], run["outcome"]) for run in _runs(database))
    print(f"\n{COUNT} newspapers in {time.monotonic() - began:.0f} s; runs by outcome: {dict(outcomes)}")


def _runs(database: Database) -> list[dict[str, object]]:
    runs = list(database.ops["runs"].find().sort("started_at", 1))
    nodes = {doc["log"]: "node1" if "/node1/" in (doc["log"] or "") else "node2" for doc in runs}
    return [run | {"host_node": nodes[run["log"]]} for run in runs]


def _never_two_at_once(database: Database) -> None:
    by_site: dict[str, list[tuple[dt.datetime, dt.datetime]]] = {}
    for run in database.ops["runs"].find({"reason": {"$ne": "did_not_begin"}}).sort("started_at", 1):
        by_site.setdefault(run["site"], []).append((run["started_at"], run["finished_at"]))
    for site, spans in by_site.items():
        assert all(before[1] <= after[0] for before, after in pairwise(spans)), (site, spans)
