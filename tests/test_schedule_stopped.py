"""A real Scrapyd, real crawls and a real mongod are stopped for two minutes: the schedule recovers by itself.

Not part of ``make test``: tests/test_schedule.py tests the same with a simulated clock.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Database
from tests.loopback import LoopbackNewspaper
from tests.mongod import Mongod, mongod
from tests.test_scrapyd import Gate, Machine, deployed, newspaper, project, until
from tests.trials import size

__all__ = ["deployed", "newspaper", "project"]

STOPPED = 120
BACK = 120
SITES = ("loopback", "loopback_all", "loopback_kinds", "loopback_sections")
FAST = 'settings = { DOWNLOAD_DELAY = "0", AUTOTHROTTLE_ENABLED = "False", STORE_AGE = "0.1" }'
SCHEDULE = "\n".join(f'[sites.{site}]\nevery = "1m"\n{FAST}' for site in SITES)

pytestmark = [
    pytest.mark.trials,
    pytest.mark.skipif(size(100) < 100, reason="takes minutes: `make trials` runs it"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Mongod]:
    with mongod(tmp_path / "mongod") as started:
        yield started


class StoppedNode:
    """One node with its schedule as a service, four slots and four sites."""

    def __init__(self, machine: Machine, database: Database, pages: Gate) -> None:
        self.machine, self.database, self.pages = machine, database, pages

    @property
    def runs(self) -> list[dict[str, Any]]:
        return list(self.database.ops["runs"].find().sort("started_at"))

    def holders(self) -> list[dict[str, Any]]:
        return list(self.database.ops["leases"].find({"holder": {"$ne": None}}))

    def all_taken(self) -> list[dict[str, Any]]:
        """The leases, once every site is being crawled."""
        return found if len(found := self.holders()) == len(SITES) else []

    def well_since(self, moment: float) -> Callable[[], bool]:
        """Has every site had a run that began after this moment and ended well?"""

        def ask() -> bool:
            fine = [
                run for run in self.runs if run["outcome"] in ("ok", "nothing_new", "partial", "no_links")
            ]
            return {run["site"] for run in fine if run["started_at"].timestamp() > moment} == set(SITES)

        return ask

    def overlaps(self) -> list[str]:
        """Sites with two runs that were alive at once."""
        found = []
        for site in SITES:
            spans = sorted(
                (run["started_at"], run["finished_at"] or run["heartbeat_at"])
                for run in self.runs
                if run["site"] == site
            )
            found += [site for one, other in pairwise(spans) if other[0] < one[1]]
        return found


@contextmanager
def place(
    server: Mongod, folder: Path, project: Path, eggs: Path, newspaper: LoopbackNewspaper
) -> Iterator[StoppedNode]:
    with server.client() as client:
        database = Database(server.uri, "stopped", client)
        machine = Machine("node1", folder / "node1", project, database, newspaper)
        machine.folder.mkdir()
        subprocess.run(["cp", "-r", eggs, machine.folder / "eggs"], check=True)
        file = machine.write(SCHEDULE)
        machine.start()
        with (folder / "schedule.log").open("wb") as log:
            service = subprocess.Popen(
                [sys.executable, "-m", "scrapy", "schedule", "--node", "node1", "--file", str(file)],
                cwd=project, env=machine.environment, stderr=log,
            )  # fmt: skip
        try:
            yield StoppedNode(machine, database, newspaper.pages)  # type: ignore[arg-type]
            service.send_signal(signal.SIGTERM)
            assert service.wait(10) == 0
        finally:
            service.kill()
            service.wait()
            newspaper.pages.opened.set()  # type: ignore[attr-defined]
            for run in StoppedNode(machine, database, newspaper.pages).runs:  # type: ignore[arg-type]
                with suppress(ProcessLookupError):
                    os.kill(run["pid"], signal.SIGKILL)
            machine.kill()
            print((folder / "schedule.log").read_text("utf-8"))


def test_crawls_in_all_slots(
    server: Mongod, tmp_path: Path, project: Path, deployed: Any, newspaper: LoopbackNewspaper
) -> None:
    with place(server, tmp_path, project, deployed[1], newspaper) as there:
        until(there.all_taken, 120)
        stopped = {run["_id"]: run["pid"] for run in there.runs}
        for pid in stopped.values():
            os.kill(pid, signal.SIGSTOP)
        moment = time.time()
        there.pages.opened.set()
        until(lambda: any(run["_id"] not in stopped for run in there.runs), BACK)
        print(f"\nall {len(stopped)} crawls stopped: the next one began after {time.time() - moment:.0f} s")
        until(there.well_since(moment), BACK)
        print(f"all {len(SITES)} sites crawled after {time.time() - moment:.0f} s")
        ended = {run["_id"]: run["outcome"] for run in there.runs if run["_id"] in stopped}
        assert set(ended.values()) == {"killed"}
        assert there.overlaps() == []


def test_scrapyd(
    server: Mongod, tmp_path: Path, project: Path, deployed: Any, newspaper: LoopbackNewspaper
) -> None:
    newspaper.pages.opened.set()  # type: ignore[attr-defined]
    with place(server, tmp_path, project, deployed[1], newspaper) as there:
        until(there.well_since(0), 120)
        assert there.machine.scrapyd
        there.machine.scrapyd.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED)
        there.machine.scrapyd.send_signal(signal.SIGCONT)
        moment = time.time()
        until(there.well_since(moment), BACK)
        print(f"\nScrapyd stopped: all sites crawled {time.time() - moment:.0f} s after its return")
        assert there.overlaps() == []


def test_mongod(
    server: Mongod, tmp_path: Path, project: Path, deployed: Any, newspaper: LoopbackNewspaper
) -> None:
    with place(server, tmp_path, project, deployed[1], newspaper) as there:
        until(there.all_taken, 120)
        before = {run["_id"] for run in there.runs}
        server.send(signal.SIGSTOP)
        time.sleep(STOPPED)
        server.send(signal.SIGCONT)
        moment = time.time()
        there.pages.opened.set()
        until(lambda: not {found["job"] for found in there.holders()} & before, BACK)
        print(f"\nmongod stopped: the crawls had ended {time.time() - moment:.0f} s after its return")
        until(there.well_since(moment), BACK)
        print(f"all {len(SITES)} sites crawled anew {time.time() - moment:.0f} s after its return")
        ended = {run["_id"]: (run["outcome"], run["reason"]) for run in there.runs if run["_id"] in before}
        print(f"the crawls that went through it: {sorted(ended.values())}")
        assert there.overlaps() == []
