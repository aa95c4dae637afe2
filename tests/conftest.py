import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.mongod.server import Server
from tests import forked, web_articles, web_made

# The tests start hundreds of processes: each uses the modules that another one has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PROJECT = Path(__file__).parent.parent
RECORDING = PROJECT / "recordings" / "demo.warc.gz"


SLOWEST_FILES = """
    faults links scrapyd crawl render benchmarks kit checkpoints ledger workers schedule_crawl sites
    reprocess_mongo schedule_days page_trials discovery_crawl confine server
""".split()
"""The slowest test files, which start first so that both processes end at about the same time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest test files first."""
    places = {f"test_{name}": place for place, name in enumerate(SLOWEST_FILES)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real mongod that all tests share."""
    with Server(tmp_path_factory.mktemp("mongodb")) as uri:
        yield uri


@dataclass
class Database:
    """A separate database for one test, and crawls into it."""

    uri: str
    name: str
    client: MongoClient[dict[str, Any]] = field(repr=False)

    def __getitem__(self, collection: str) -> Any:
        return self.client[self.name][collection]

    @property
    def ops(self) -> Any:
        return self.client[f"{self.name}_ops"]

    def articles(self) -> list[dict[str, Any]]:
        return list(self["articles"].find().sort("_id"))

    def crawl(
        self, spider: str, *args: str, replay: Path | None = RECORDING
    ) -> subprocess.CompletedProcess[str]:
        given = ["-s", f"REPLAY={replay}"] if replay else []
        return scrapy("crawl", spider, *given, *args, MONGODB_URI=self.uri, MONGODB_DATABASE=self.name)

    def run(self) -> dict[str, Any]:
        """The record of the last run."""
        found: dict[str, Any] = self.ops["runs"].find_one(sort=[("started_at", -1)])
        return found


# Python's option -W accepts only Python's own categories.
STRICT = """
import runpy, sys, warnings
from scrapy.cmdline import execute
from scrapy.exceptions import ScrapyDeprecationWarning
warnings.simplefilter("error", ScrapyDeprecationWarning)
if sys.argv[1] == "-m":
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    sys.argv[0] = "scrapy"
    execute()
"""


def scrapy(*args: str, cwd: Path = PROJECT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the project as a user does, or ``-m MODULE``; Scrapy's deprecations are errors.

    Where possible, the process is a fork that has already imported the project, see ``tests.forked``. Tests
    of how Python itself starts use ``subprocess``.
    """
    if forked.POSSIBLE and cwd == PROJECT and not any(name.startswith("PYTHON") for name in environment):
        return forked.run([*args], inherited() | environment, timeout=600)
    return subprocess.run(
        [sys.executable, "-c", STRICT, *args],
        cwd=cwd,
        env=inherited() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def start(
    *args: str, stderr: int = subprocess.DEVNULL, **environment: str
) -> subprocess.Popen[str] | forked.Process:
    """Start such a command, for a test that watches or kills it."""
    given = inherited() | environment
    if forked.POSSIBLE:
        with Path(os.devnull).open("wb") as nothing:
            stderr = nothing.fileno() if stderr == subprocess.DEVNULL else stderr
            return forked.Process([*args], given, nothing.fileno(), stderr)
    command = [sys.executable, "-c", STRICT, *args]
    return subprocess.Popen(
        command, cwd=PROJECT, env=given, stdout=subprocess.DEVNULL, stderr=stderr, text=True
    )


def inherited() -> dict[str, str]:
    """The environment of the tests without the settings of crawls; scheduled runs write no archive."""
    others = {k: v for k, v in os.environ.items() if not k.startswith(("MONGODB", "NEWSCRAWL", "SCRAPY"))}
    return others | {"NEWSCRAWL_ARCHIVE": "off"}


def assert_balanced(ran: dict[str, Any]) -> None:
    """Check that every address that a run took from a list has an outcome."""
    ledger = ran["ledger"]
    assert sum(ledger["taken"].values()) == sum(ledger["ended"].values()), ran


@pytest.fixture
def database(mongodb: str) -> Iterator[Database]:
    """An empty database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        found = Database(mongodb, name, client)
        yield found
        for ran in found.ops["runs"].find({"ledger": {"$nin": [None, {}]}}):
            assert_balanced(ran)
        client.drop_database(name)
        client.drop_database(f"{name}_ops")


SPIDERS = ("alayam24", "maghress")
"""The sites of the recording."""


@pytest.fixture(scope="session")
def recorded(mongodb: str) -> Iterator[Database]:
    """The database after undisturbed crawls of the recording; tests must not change it."""
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        stored = Database(mongodb, "test_recorded", client)
        for spider in SPIDERS:
            done = stored.crawl(spider)
            assert done.returncode == 0, done.stderr
        yield stored
        client.drop_database(stored.name)
        client.drop_database(stored.ops.name)


@pytest.fixture(scope="session")
def web_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of that installation."""
    return tmp_path_factory.mktemp("web_archive")


@pytest.fixture(scope="session")
def outside() -> Iterator[web_made.Outside]:
    """The server that kept pages try to reach; nothing must ever request it."""
    with web_made.Outside() as listening:
        yield listening


@pytest.fixture(scope="session")
def installation(mongodb: str, web_archive: Path, outside: web_made.Outside) -> Iterator[Database]:
    """Newspapers in every state, for the tests of `scrapy web`; tests must not change them."""
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        made = Database(mongodb, "test_installation", client)
        web_made.operators(client[made.name], out=outside.address)
        web_articles.readers(client[made.name], web_archive, outside.address)
        yield made
        client.drop_database(made.name)
        client.drop_database(made.ops.name)


@pytest.fixture
def copied(recorded: Database, database: Database) -> Database:
    """A copy of ``recorded`` that a test may change."""
    for given, taken in (
        (recorded.client[recorded.name], database.client[database.name]),
        (recorded.ops, database.ops),
    ):
        for collection in given.list_collections(
            filter={"type": "collection", "name": {"$not": {"$regex": "^system"}}}
        ):
            if documents := list(given[collection["name"]].find()):
                taken[collection["name"]].insert_many(documents)
    return database


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine to its end, and return its result."""
    return asyncio.run
