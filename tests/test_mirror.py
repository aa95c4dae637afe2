"""A copy of the articles that follows the recipe of docs/data.md stays equal to them."""

import asyncio
import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from newscrawl.store.forget import forget
from newscrawl.store.schema import INTERNAL
from newscrawl.store.writer import Writer
from newscrawl.urls import key
from tests.conftest import Database
from tests.test_data_page import MIRROR, SETUP
from tests.test_store import NOON, TEXT, Run, article, store
from tests.trials import size

OF_VISITS = ("http", "raw", "run", "last_seen_at", "checked_at")
Mirror = dict[str, dict[str, Any]]
Follow = Callable[[Mirror, dt.datetime], dt.datetime]


@pytest.fixture
def follow(database: Database, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """The function that the page shows."""
    monkeypatch.setenv("MONGODB_URI", database.uri)
    monkeypatch.setenv("MONGODB_DATABASE", database.name)
    names: dict[str, Any] = {}
    exec(SETUP + MIRROR.partition("mirror = {}")[0], names)
    found: Follow = names["follow"]
    return found


def shown(documents: Any) -> Mirror:
    """The articles by ``_id``, as a mirror must have them."""
    left_out = {*INTERNAL, *OF_VISITS}
    return {
        doc["_id"]: {name: value for name, value in doc.items() if name not in left_out} for doc in documents
    }


class RandomWrites:
    """Writes to a database what crawls write, in random order."""

    def __init__(self, database: Database, client: AsyncMongoClient[dict[str, Any]], seed: int) -> None:
        self._database, self._client = database, client
        self._chance = random.Random(seed)
        self._numbers: list[int] = []
        self._now = NOON

    async def step(self) -> None:
        """One event: new, corrected, removed, visited or forgotten articles, several at once."""
        self._now += dt.timedelta(minutes=1)
        writer = Writer(self._client, self._database.name, batch=3, age=0.01, queue=50, patience=5)
        writer.start()
        forgetting = []
        for _ in range(self._chance.randrange(1, 5)):
            number = self._chance.choice([*self._numbers[-5:], len(self._numbers), len(self._numbers)])
            if number == len(self._numbers):
                self._numbers.append(number)
            what = self._chance.choice(["store", "store", "correct", "gone", "address", "date", "forget"])
            if what == "forget":
                keys = [key(article(number).url)]
                forgetting.append(forget(self._client, self._database.name, keys, "alayam24"))
            elif what == "gone":
                which = {"keys": key(article(number).url), "gone_at": None}
                gone = {"$set": {"gone_at": self._now}, "$currentDate": {"updated_at": True}}
                await self._client[self._database.name]["articles"].update_one(which, gone)
            else:
                await writer.put(self._article(number, what))
        await asyncio.gather(writer.close(), *forgetting)

    def _article(self, number: int, what: str) -> Any:
        seen: dict[str, Any] = dict.fromkeys(("last_seen_at", "checked_at"), self._now)
        text = f"{TEXT} الجزء {number // 3}"  # three of a text are copies of each other
        url = article(number).url
        if what == "correct":
            seen["body"] = f"{text} ثم أضافت الجريدة خبر الساعة {self._now:%H:%M}"
        if what == "address":
            seen["urls"] = [url, f"{url}?page={self._chance.randrange(9)}"]
        if what == "date":
            seen["published_at"] = NOON
        other = {"source": f"source{number % 3}", "site": f"source{number % 3}"}
        return article(number, **{"body": text, "title": f"خبر الجزء {number // 3}", **other, **seen})


@pytest.mark.trials
def test_a_mirror_follows_crawls_that_do_everything(run: Run, database: Database, follow: Follow) -> None:
    mirror: Mirror = {}

    async def beside() -> dt.datetime:
        since = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True, w="majority") as client:
            newspaper = RandomWrites(database, client, 24)
            for _ in range(max(12, size(300))):
                step = asyncio.create_task(newspaper.step())
                while not step.done():
                    since = await asyncio.to_thread(follow, mirror, since)
                await step
        return since

    store(run, database)
    follow(mirror, run(beside()))
    stored = shown(database["articles"].find())
    assert shown(mirror.values()) == stored
    assert any(doc["duplicate_of"] for doc in stored.values())
    assert any(doc["copies"] for doc in stored.values())
    assert any(doc["revision"] > 1 for doc in stored.values())
    assert database["forgotten"].count_documents({})


def test_an_article_that_comes_back_after_it_was_forgotten_leaves_the_mirror(
    run: Run, database: Database, follow: Follow
) -> None:
    """A crawl that began earlier stores it under another address, and a mirror sees it in between."""
    since = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    other = "https://www.alayam24.com/articles-77.html"
    made = article(1, urls=[other, article(1).url])

    async def beside() -> Mirror:
        mirror: Mirror = {}
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True, w="majority") as client:
            writer = Writer(client, database.name, batch=1, age=0.01, queue=5, patience=5)
            writer.start()
            await writer.put(article(2))  # now it knows what was forgotten
            while writer.counts["new"] < 1:  # noqa: ASYNC110 - the writer itself tells nobody
                await asyncio.sleep(0.01)
            await forget(client, database.name, [key(article(1).url)], "alayam24")
            long_ago = {"$set": {"updated_at": since, "forgotten_at": since}}
            await client[database.name]["forgotten"].update_many({}, long_ago)
            mirror[made.keys[0]] = {}
            await writer.put(made)
            await writer.close()
        follow(mirror, dt.datetime.now(dt.UTC))
        return mirror

    store(run, database)
    mirror = run(beside())
    assert shown(mirror.values()) == shown(database["articles"].find())
    assert len(mirror) == 1
