"""Scheduled crawls whose MongoDB fails at some moment: lease, record, log and exit status agree."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from newscrawl.schedule import lease
from newscrawl.schedule.ends import left_behind
from newscrawl.store.patience import reason
from tests import conftest
from tests.conftest import Database
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.mongod import Mongod, Proxy, mongod, proxy
from tests.trials import size

NOW = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
NEXT = dt.datetime(2124, 3, 27, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with mongod(tmp_path_factory.mktemp("failing")) as started:
        yield started


@pytest.fixture(scope="module")
def through(server: Mongod) -> Iterator[Proxy]:
    with proxy(server.port) as passing:
        yield passing


@pytest.fixture
def claimed(server: Mongod) -> Iterator[Database]:
    """A database in which job ``one`` is claimed for the loopback newspaper."""
    name = f"crawl_{uuid.uuid4().hex[:12]}"
    with server.client() as client:
        database = Database(server.uri, name, client)
        leases = database.ops["leases"]
        leases.insert_one(lease.enrol("loopback", "every 1d", NOW))
        change = lease.claim(leases.find_one(), job="one", node="node1", now=NOW, next_due=NEXT)
        leases.update_one(*change)
        yield database
        server.fail(mode="off")
        client.drop_database(name)
        client.drop_database(f"{name}_ops")


class Gate(dict[str, Any]):
    """Pages of a newspaper that can hold back its articles, so that a crawl goes on."""

    def __init__(self) -> None:
        super().__init__({"/": listing([3, 2, 1])} | {f"/articles-{n}.html": article(n) for n in (1, 2, 3)})
        self.asked = threading.Event()
        self.opened = threading.Event()
        self.opened.set()

    def get(self, path: str, default: Any = None) -> Any:
        if path.startswith("/articles-"):
            self.asked.set()
            self.opened.wait(240)
        return super().get(path, default)


@pytest.fixture
def gate() -> Iterator[Gate]:
    pages = Gate()
    yield pages
    pages.opened.set()


@pytest.fixture
def newspaper(gate: Gate) -> Iterator[LoopbackNewspaper]:
    with serve(LoopbackNewspaper(gate)) as served:
        yield served
        gate.opened.set()


class ScrapydCrawl:
    """A crawl as Scrapyd starts it; its log is in a file."""

    def __init__(
        self, newspaper: LoopbackNewspaper, database: Database, uri: str, folder: Path, patience: float
    ) -> None:
        self.log_file = folder / "one.log"
        self.process = conftest.start(
            "crawl", "loopback", "-s", "SPIDER_MODULES=tests.loopback",
            "-s", "SCHEDULED=True", "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False",
            "-s", "STORE_AGE=0.05", "-s", "HEARTBEAT=0.2", "-s", f"LOG_FILE={self.log_file}",
            MONGODB_URI=uri, MONGODB_DATABASE=database.name, SCRAPYD_JOB="one",
            NEWSCRAWL_STORE_PATIENCE=str(patience), **newspaper.environment,
        )  # fmt: skip

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8") if self.log_file.exists() else ""

    def until(self, words: str) -> None:
        """Wait for words in the log."""
        waiting = threading.Event()
        while words not in self.log:
            assert self.process.poll() is None, self.log
            waiting.wait(0.05)

    def end(self) -> int:
        return self.process.wait(240)


Start = Callable[..., ScrapydCrawl]


@pytest.fixture
def start(newspaper: LoopbackNewspaper, claimed: Database, server: Mongod, tmp_path: Path) -> Iterator[Start]:
    crawls = []

    def begin(patience: float, uri: str = server.uri) -> ScrapydCrawl:
        crawls.append(ScrapydCrawl(newspaper, claimed, uri, tmp_path, patience))
        return crawls[-1]

    yield begin
    for crawl in crawls:
        crawl.process.kill()
        crawl.process.wait()


def agree(crawl: ScrapydCrawl, status: int, database: Database, outcome: str) -> None:
    """Check that exit status, record, last sentence of the log and lease say the same."""
    said = crawl.log
    assert (status, database.run()["outcome"]) == ({"ok": 0, "store_down": 4}[outcome], outcome), said
    assert f"loopback: {outcome}" in said
    due_at = database.ops["leases"].find_one()["due_at"]
    assert (due_at < NEXT) == (outcome == "store_down"), "a run that did not begin is repeated"
    assert database.run()["summary"] in said
    assert database.run()["site"] == "loopback"
    assert database.ops["leases"].find_one()["job"] is None


def refuse(server: Mongod, database: Database, commands: list[str], collection: str, mode: Any) -> None:
    name = database.name if collection == "articles" else f"{database.name}_ops"
    data = {"failCommands": commands, "namespace": f"{name}.{collection}", "errorCode": 13}
    server.fail(mode=mode, data=data)


ASKED = [
    (["find"], "articles"),  # what is due for another visit, and the origins of the articles
    (["findAndModify"], "leases"),  # the lease is acquired
    (["update"], "runs"),  # the run is recorded
    (["find"], "runs"),  # the readings of former runs
]
IN_FULL = pytest.mark.skipif(size(100) < 100, reason="`make trials` runs it; the model has it too")
AT_LAST = [(["find"], "runs"), (["find"], "articles"), (["findAndModify"], "leases")]


@pytest.mark.trials
@pytest.mark.parametrize(("commands", "collection"), ASKED[: size(len(ASKED))])
def test_queries_of_a_run_are_repeated(
    start: Start, server: Mongod, claimed: Database, commands: list[str], collection: str
) -> None:
    refuse(server, claimed, commands, collection, {"times": 2})
    crawl = start(30)
    agree(crawl, crawl.end(), claimed, "ok")
    assert claimed["articles"].count_documents({}) == 3
    assert "MongoDB refuses the operation: Failing command" in crawl.log


@pytest.mark.trials
@pytest.mark.parametrize(("commands", "collection"), AT_LAST[: size(len(AT_LAST))])
def test_a_lasting_failure_ends_the_run_as_store_down(
    start: Start,
    server: Mongod,
    claimed: Database,
    newspaper: LoopbackNewspaper,
    commands: list[str],
    collection: str,
) -> None:
    refuse(server, claimed, commands, collection, "alwaysOn")
    crawl = start(0.5)
    status = crawl.end()
    server.fail(mode="off")
    if collection == "leases":  # it never had the lease
        assert (status, newspaper.asked) == (4, [])
        assert "loopback: store_down" in crawl.log
        assert claimed.ops["leases"].find_one()["job"] == "one"
    else:
        agree(crawl, status, claimed, "store_down")
    assert "(Unauthorized)" in crawl.log


def test_a_record_that_cannot_be_written_ends_the_crawl_and_is_left_next_to_the_log(
    start: Start, server: Mongod, claimed: Database, newspaper: LoopbackNewspaper
) -> None:
    refuse(server, claimed, ["update"], "runs", "alwaysOn")
    crawl = start(0.5)
    assert crawl.end() == 4
    assert newspaper.asked == [], "a crawl without a record does not crawl"
    assert claimed.ops["leases"].find_one()["job"] is None
    words = left_behind(crawl.log_file)
    assert words
    assert (words["outcome"], words["summary"] in crawl.log) == ("store_down", True)


@pytest.mark.trials
@IN_FULL
def test_a_job_waits_for_a_mongodb_that_is_away_when_it_starts(
    start: Start, claimed: Database, through: Proxy
) -> None:
    through.refusing = True
    crawl = start(
        30, f"mongodb://127.0.0.1:{through.port}/?directConnection=true&serverSelectionTimeoutMS=500"
    )
    crawl.until("trying again")
    through.refusing = False
    agree(crawl, crawl.end(), claimed, "ok")


@pytest.mark.trials
@IN_FULL
def test_a_lease_that_cannot_be_renewed_ends_the_crawl(
    start: Start, server: Mongod, claimed: Database, gate: Gate
) -> None:
    gate.opened.clear()
    crawl = start(1)
    assert gate.asked.wait(240)
    refuse(server, claimed, ["findAndModify"], "leases", "alwaysOn")
    crawl.until("Closing spider (store_down)")
    gate.opened.set()
    agree(crawl, crawl.end(), claimed, "store_down")


def test_a_lease_whose_document_was_removed_is_kept(start: Start, claimed: Database, gate: Gate) -> None:
    gate.opened.clear()
    crawl = start(30)
    assert gate.asked.wait(240)
    leases = claimed.ops["leases"]
    waiting = threading.Event()
    leases.delete_many({})
    while (found := leases.find_one()) is None:
        waiting.wait(0.05)
    assert (found["job"], found["rule"]) == ("one", "every 1d")
    # A scheduler was quicker and wrote a free lease.
    leases.replace_one({}, lease.enrol("loopback", "every 1d", NEXT))
    while leases.find_one()["job"] is None:
        waiting.wait(0.05)
    gate.opened.set()
    agree(crawl, crawl.end(), claimed, "ok")


def test_the_reason_contains_no_text_of_articles(server: Mongod, claimed: Database) -> None:
    with MongoClient[dict[str, Any]](server.uri) as client, pytest.raises(OperationFailure) as caught:
        client[claimed.name].command({"insert": "articles", "documents": [{"title": "خبر"}], "nonsense": 1})
    assert "nonsense" in str(caught.value)
    assert "خبر" not in reason(caught.value)
