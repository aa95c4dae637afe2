"""A forgotten article is gone, and does not come back."""

import asyncio
from typing import Any

from pymongo import AsyncMongoClient

from newscrawl.store.forget import Removal, forget
from newscrawl.store.schema import prepare
from newscrawl.store.tombstones import AT_ONCE, forgotten
from newscrawl.store.writer import Writer
from newscrawl.urls import key
from tests.conftest import Database, scrapy
from tests.test_store import NOON, Run, article, copies, links, store

OTHER = "https://www.alayam24.com/articles-77.html"


def forgetting(run: Run, database: Database, url: str) -> Removal:
    async def once() -> Removal:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            await prepare(client[database.name], client[f"{database.name}_ops"])
            return await forget(client, database.name, [key(url)], "alayam24")

    done: Removal = run(once())
    return done


def test_only_its_keys_are_left(run: Run, database: Database) -> None:
    one = article(1, urls=[article(1).url, OTHER])
    store(run, database, one, article(2))
    store(run, database, article(1, body="نص مصحح من الجريدة"))
    assert forgetting(run, database, OTHER) == Removal(1, 1, (), (one.keys[0],))
    assert [doc["url"] for doc in database.articles()] == [article(2).url]
    assert database["revisions"].count_documents({}) == 0
    tombstones = list(database["forgotten"].find())
    assert {doc["_id"] for doc in tombstones} == {key(article(1).url), key(OTHER)}
    assert {doc["article"] for doc in tombstones} == {one.keys[0]}
    assert "alayam24.com" not in str(tombstones)
    expiring = [
        index for index in database["forgotten"].index_information().values() if "expireAfterSeconds" in index
    ]
    assert not expiring


def test_it_does_not_come_back_at_any_of_its_addresses(run: Run, database: Database) -> None:
    store(run, database, article(1, urls=[article(1).url, OTHER]))
    forgetting(run, database, article(1).url)
    again = store(run, database, article(77), article(1), article(2))
    assert again.counts == {"new": 1, "rejected": 2}
    assert again.reasons == {"forgotten": 2}
    assert [doc["url"] for doc in database.articles()] == [article(2).url]
    database.client.drop_database(database.ops.name)
    assert store(run, database, article(77), article(1)).reasons == {"forgotten": 2}
    assert database.ops["rejected"].count_documents({}) == 0


def test_articles_that_older_versions_forgot_stay_forgotten(run: Run, database: Database) -> None:
    keys = [key(article(1).url), key(OTHER)]
    former = {"_id": f"forgotten:{keys[0]}", "keys": keys, "reason": "forgotten", "site": "alayam24"}
    store(run, database, article(2))
    database.ops["rejected"].insert_one(former | {"rejected_at": NOON})
    assert store(run, database, article(77), article(1)).reasons == {"forgotten": 2}
    assert database.ops["rejected"].count_documents({}) == 0
    assert forgotten(database.client[database.name], [*keys, article(2).keys[0]]) == set(keys)


def test_the_next_command_completes_an_interrupted_removal(run: Run, database: Database) -> None:
    one = article(1, urls=[article(1).url, OTHER])
    store(run, database, one)
    store(run, database, article(1, body="نص مصحح من الجريدة"))
    forgetting(run, database, OTHER)
    database["revisions"].insert_one({"_id": f"{one.keys[0]}:0", "article": one.keys[0]})
    assert forgetting(run, database, OTHER) == Removal(0, 1, (), (one.keys[0],))


def test_any_number_of_keys_can_be_looked_up(run: Run, database: Database) -> None:
    forgetting(run, database, OTHER)
    many = [f"{number:032x}" for number in range(2 * AT_ONCE)]
    assert forgotten(database.client[database.name], [*many, key(OTHER)]) == {key(OTHER)}


def test_it_does_not_come_back_even_if_a_crawl_is_storing_it_meanwhile(run: Run, database: Database) -> None:
    async def at_once() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            await prepare(client[database.name], client[f"{database.name}_ops"])
            for number in range(12):
                writer = Writer(client, database.name, batch=1, age=0.01, queue=9, patience=5)
                writer.start()

                async def storing(writer: Writer = writer, number: int = number) -> None:
                    await writer.put(article(number))
                    await writer.close()

                await asyncio.gather(
                    storing(), forget(client, database.name, [key(article(number).url)], "alayam24")
                )

    run(at_once())
    assert database.articles() == []


def test_its_copies_become_a_new_story(run: Run, database: Database) -> None:
    store(run, database, *copies())
    root = copies()[0]
    done = forgetting(run, database, root.url)
    assert set(done.copies) == {copy.url for copy in copies() if links_to(database, copy.url)}
    left = links(database)
    ids = {doc["_id"] for doc in database.articles()}
    assert all(story in ids and (of is None or of in ids) for of, story, _ in left.values())
    database["articles"].delete_many({})
    database["forgotten"].delete_many({})
    store(run, database, *copies()[1:])
    assert links(database) == left


def links_to(database: Database, url: str) -> bool:
    """Was the article in the forgotten story? The copies of ``copies()`` are the second to the fourth."""
    return url in [copy.url for copy in copies()[1:4]]


def test_the_command(run: Run, database: Database) -> None:
    store(run, database, article(1))
    environment = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}
    found = f'{{article: {{$in: ["{key(article(1).url)}"]}}}}'
    undone = f'  to undo: db.getSiblingDB("{database.name}").forgotten.deleteMany({found})\n'
    done = scrapy("forget", article(1).url + "?utm_source=facebook", **environment)
    assert (done.returncode, done.stdout) == (
        0,
        f"{article(1).url}?utm_source=facebook: forgotten, with 0 former states\n" + undone,
    )
    again = scrapy("forget", article(1).url, **environment)
    assert (again.returncode, again.stdout) == (
        0,
        f"{article(1).url}: was not stored; no crawl will store it from now on\n{undone}",
    )
    assert again.stderr == ""
    assert [doc["_id"] for doc in database["forgotten"].find()] == [key(article(1).url)]
    strange = scrapy("forget", "https://nosuch.example/1", **environment)
    assert "no spider declares the site of https://nosuch.example/1" in strange.stderr
    assert database["forgotten"].count_documents({}) == 2
    assert scrapy("forget", "alayam24", **environment).returncode == 2
    assert (
        scrapy(
            "forget", article(1).url, MONGODB_URI="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"
        ).returncode
        == 4
    )
