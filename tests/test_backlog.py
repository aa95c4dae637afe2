"""Crawls that start at once share the articles that were left unlinked."""

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from newscrawl.store import backlog
from newscrawl.store.backlog import Backlog
from newscrawl.store.links import Linker
from newscrawl.store.schema import prepare
from newscrawl.store.writer import Writer
from tests import pairs
from tests.conftest import Database
from tests.test_links import stored
from tests.trials import size

Run = Callable[[Coroutine[Any, Any, Any]], Any]
NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


async def clock() -> dt.datetime:
    return NOW


def ids(number: int) -> list[str]:
    return [f"{n:032x}" for n in range(number)]


class LinkingCrawl:
    """A crawl that links the noted articles when it starts."""

    linked: Counter[str]

    def __init__(self, client: AsyncMongoClient[dict[str, Any]], name: str, linked: Counter[str]) -> None:
        self.backlog = Backlog(client, name)
        self.linked = linked

    async def link(self, some: Sequence[str]) -> None:
        self.linked.update(some)
        await asyncio.sleep(0.01)
        await self.backlog.settle(some)

    async def catch_up(self, most: int) -> None:
        others = await self.backlog.link(await self.backlog.all(), self.link, clock, most)
        await self.backlog.take_over(others, self.link, clock)


def test_eight_crawls_at_once_link_each_article_once(run: Run, database: Database) -> None:
    number = 600
    linked: Counter[str] = Counter()

    async def start() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            crawls = [LinkingCrawl(client, database.name, linked) for _ in range(8)]
            await crawls[0].backlog.note(ids(number))
            await asyncio.gather(*(crawl.catch_up(number) for crawl in crawls))

    run(start())
    assert len(linked) == number
    assert linked.total() <= 1.2 * number
    assert max(linked.values()) <= 3
    assert database.ops["unlinked"].count_documents({}) == 0


@pytest.mark.trials
def test_eight_writers_that_start_at_once_link_each_article_once(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = max(60, size(3000))
    linked: Counter[str] = Counter()
    link = Linker.link

    async def counted(self: Linker, some: Sequence[str], now: dt.datetime) -> None:
        linked.update(some)
        await link(self, some, now)

    monkeypatch.setattr(Linker, "link", counted)

    async def crawl(client: AsyncMongoClient[dict[str, Any]]) -> None:
        writer = Writer(client, database.name, batch=50, age=0.01, queue=500, patience=5)
        writer.start()
        await writer.close()

    async def start() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            await prepare(client[database.name], client[f"{database.name}_ops"])
            articles = unlinked(number)
            await client[database.name]["articles"].insert_many(articles)
            await Backlog(client, database.name).note([doc["_id"] for doc in articles])
            await asyncio.gather(*(crawl(client) for _ in range(8)))

    run(start())
    print(f"\n{number} articles, linked {linked.total() / number:.2f} times, at most {max(linked.values())}")
    assert len(linked) == number
    assert linked.total() <= 1.2 * number
    assert max(linked.values()) <= 3
    assert database.ops["unlinked"].count_documents({}) == 0
    stories = {int(doc["url"].split("/")[-1][:-5]): doc["story"] for doc in database.articles()}
    assert all(stories[n] == stories[n - 1] for n in range(2, number, 3))
    assert len(set(stories.values())) == number - number // 3


def unlinked(number: int) -> list[dict[str, Any]]:
    """Articles as killed crawls leave them; every third is a copy of the one before, at another site."""
    chance = random.Random(1445)
    words = [f"{start}{end}" for start in pairs.WEEKDAYS for end in "ابتثجحخدذرزس"]
    made: list[dict[str, Any]] = []
    for n in range(number):
        url = f"https://www.jarida{n % 9}.com/{n}.html"
        title, body = (" ".join(chance.choices(words, k=length)) for length in (8, 60))
        if n % 3 == 2:
            title, body = made[-1]["title"], made[-1]["body"]
        made.append(stored(pairs.article(url, title, body, NOW.date())))
    return made


def test_a_crawl_takes_a_share_and_leaves_the_rest(run: Run, database: Database) -> None:
    linked: Counter[str] = Counter()

    async def start() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            crawl = LinkingCrawl(client, database.name, linked)
            await crawl.backlog.note(ids(200))
            await crawl.catch_up(120)

    run(start())
    assert linked.total() == len(linked) == 120
    assert database.ops["unlinked"].count_documents({}) == 80


def test_the_claim_of_a_killed_crawl_ends(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "LOOK", 0.01)
    linked: Counter[str] = Counter()
    looks = 0

    async def later() -> dt.datetime:
        nonlocal looks
        looks += 1
        return NOW + looks * backlog.CLAIMED / 4

    async def start() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            crawl = LinkingCrawl(client, database.name, linked)
            await crawl.backlog.note(ids(3))
            held = {"claimed_by": "killed", "claimed_until": NOW + backlog.CLAIMED}
            database.ops["unlinked"].update_many({}, {"$set": held})
            others = await crawl.backlog.link(await crawl.backlog.all(), crawl.link, clock, 10)
            assert not linked
            await crawl.backlog.take_over(others, crawl.link, later)

    run(start())
    assert sorted(linked.elements()) == ids(3)
    assert looks >= 4
