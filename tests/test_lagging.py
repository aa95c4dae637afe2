"""No decision rests on a lagging secondary, even if the address asks to read from it."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests import pairs
from tests.conftest import SPIDERS, Database
from tests.mongod import Mongod, mongod, primary
from tests.test_links import Run, found, write
from tests.trials import long


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    """A database on a set whose only secondary lags, with an address that prefers that secondary."""
    options = ("--replSet", "rs", "--oplogSize", "50")
    with mongod(tmp_path / "0", *options) as first, mongod(tmp_path / "1", *options) as second:
        initiate(first, second)
        uri = f"mongodb://127.0.0.1:{first.port},127.0.0.1:{second.port}/?replicaSet=rs"
        with MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
            yield Database(f"{uri}&readPreference=secondary", "news", client)
        with second.client() as behind:
            assert behind.admin.command("hello")["secondary"]
            assert not behind["news"].list_collection_names(), "it does not lag"


def initiate(first: Mongod, second: Mongod) -> None:
    """Make a set of both members; the second answers reads but applies nothing any more.

    A delayed member (``secondaryDelaySecs``) would not do, as it is hidden from drivers.
    """
    hosts: list[dict[str, Any]] = [
        {"_id": n, "host": f"127.0.0.1:{m.port}"} for n, m in enumerate((first, second))
    ]
    # The second member has no vote, so that the primary alone is the majority.
    hosts[1] |= {"priority": 0, "votes": 0}
    with first.client() as client:
        client.admin.command("replSetInitiate", {"_id": "rs", "members": hosts})
    primary([first])
    with second.client() as client:
        deadline = time.monotonic() + 240
        while not client.admin.command("hello")["secondary"]:
            assert time.monotonic() < deadline, "it does not become a secondary"
            time.sleep(0.1)
        client.admin.command("configureFailPoint", "rsSyncApplyStop", mode="alwaysOn")


@long
def test_all_copies_are_linked(run: Run, elsewhere: Database) -> None:
    articles = [record.article for record in pairs.records()]
    random.Random(1445).shuffle(articles)
    half = len(articles) // 2
    write(run, elsewhere, articles[:half:2], articles[1:half:2])
    write(run, elsewhere, articles[half::2], articles[half + 1 :: 2])
    stored = found(elsewhere)
    assert len(stored) == len(articles)
    stories = pairs.decided(stored)
    assert {doc["_id"]: doc["story"] for doc in stored} == stories
    print(f"\n{len(stored)} articles in {len(set(stories.values()))} stories")


@long
def test_crawls_store_the_same_as_without_a_lag(recorded: Database, elsewhere: Database) -> None:
    for spider in SPIDERS:
        done = elsewhere.crawl(spider)
        assert done.returncode == 0, done.stderr
    links = [
        {doc["_id"]: (doc["duplicate_of"], doc["story"]) for doc in database.articles()}
        for database in (elsewhere, recorded)
    ]
    assert links[0] == links[1]
    again = elsewhere.crawl("alayam24")
    assert again.returncode == 0, again.stderr
    assert elsewhere.run()["counts"].get("new", 0) == 0
