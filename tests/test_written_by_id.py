"""Every write of an article names its ``_id``, so that a sharded collection would send it to one shard."""

import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from pymongo import AsyncMongoClient

from newscrawl.store.forget import forget
from newscrawl.store.links import Linker
from newscrawl.store.migrations import migrate
from newscrawl.store.visits import Visits
from newscrawl.urls import key
from tests.conftest import Database, scrapy
from tests.test_store import NOON, TEXT, Run, article, copies, store

LATER = NOON + dt.timedelta(hours=1)


class Asking:
    """A store without retries, instead of a crawl's."""

    def __init__(self, articles: Any) -> None:
        self.articles = articles

    async def asked(self, operation: Callable[[], Awaitable[Any]]) -> Any:
        return await operation()


async def everything_else(database: Database) -> None:
    """All code that changes stored articles, except the writer and the commands."""
    async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
        store_: Any = Asking(client[database.name]["articles"])
        visits, owner = Visits(store_), "alayam24.com"
        await visits.unchanged(key(article(2).url), owner, LATER)
        await visits.gone(key(article(3).url), owner, LATER)
        articles = client[database.name]["articles"]
        one = (await articles.find_one({}))["_id"]
        await articles.update_one({"_id": one}, {"$unset": {"owner": True}})
        await migrate(client[database.name], 1)
        await articles.update_many({"_id": one}, {"$set": {"signature.version": 2, "bands": []}})
        async for _ in Linker(client, database.name).relink():
            pass
        await forget(client, database.name, [key(article(1).url)], "alayam24")


def test_writes_of_articles_and_revisions(run: Run, database: Database) -> None:
    store(run, database, *copies())
    database.client[database.name].command("profile", 2)
    store(run, database, article(1, body=f"{TEXT} بعد أن صححته الجريدة", checked_at=LATER), article(9))
    store(run, database, article(2, checked_at=LATER, last_seen_at=LATER))
    run(everything_else(database))
    done = scrapy("redate", "--all", MONGODB_URI=database.uri, MONGODB_DATABASE=database.name)
    assert done.returncode == 0, done.stderr
    database.client[database.name].command("profile", 0)
    written: Counter[tuple[str, str]] = Counter()
    for did in database["system.profile"].find({"op": {"$in": ["update", "remove"]}}):
        collection = did["ns"].partition(".")[2]
        written[collection, did["op"]] += 1
        assert "_id" in did["command"]["q"], did["command"]
        assert did["planSummary"] in ("IDHACK", "IXSCAN { _id: 1 }"), did
    assert {("articles", "update"), ("articles", "remove"), ("revisions", "remove")} <= written.keys()
