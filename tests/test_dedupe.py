"""``scrapy dedupe`` computes the signatures and links of older versions again."""

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from newscrawl.identity import text_of
from newscrawl.signatures import FORMER_SCHEME, former_bands, is_current
from newscrawl.store.links import Linker
from tests import pairs
from tests.conftest import Database, scrapy
from tests.test_links import LIVING, found, is_settled, write

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def linked(run: Run, database: Database) -> list[dict[str, Any]]:
    """A collection of the present version, unchanged."""
    records = [r for r in pairs.records() if r.group.endswith(("3", "7"))]
    write(run, database, [record.article for record in records])
    documents = found(database)
    assert sum(doc["duplicate_of"] is not None for doc in documents) > 20
    return documents


def age(database: Database) -> None:
    """Make the collection look as if an older version had stored it, which knew no bands."""
    for doc in database.articles():
        alone = {"duplicate_of": None, "duplicate": None, "story": doc["_id"]}
        older = {"signature": None, "bands": [], "title_key": "", "content_hash": doc["_id"]}
        database["articles"].update_one({"_id": doc["_id"]}, {"$set": older | alone})


def dedupe(database: Database, *args: str) -> Any:
    return scrapy("dedupe", *args, MONGODB_URI=database.uri, MONGODB_DATABASE=database.name)


def test_it_computes_signatures_and_links_again(database: Database, linked: list[dict[str, Any]]) -> None:
    age(database)
    done = dedupe(database)
    assert (done.returncode, done.stdout) == (0, f"{len(linked)} articles signed again\n"), done.stderr
    assert found(database) == linked
    before = database.articles()
    again = dedupe(database)
    assert (again.returncode, again.stdout) == (0, "0 articles signed again\n")
    assert database.articles() == before


def test_after_an_interruption_it_continues_while_a_crawl_writes(
    run: Run, database: Database, linked: list[dict[str, Any]]
) -> None:
    age(database)
    story = next(r.article for r in pairs.records() if r.group == "story 3" and r.variant == "original")
    late = pairs.article(
        "https://www.late.com/a.html", story.title, story.body, dt.date.fromisoformat(story.day or "")
    )

    async def cut_short() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            linker = Linker(client, database.name)
            looks = 0
            async for _ in linker.relink(batch=10):
                looks += 1
                if looks == 3:
                    break
            await client[database.name]["articles"].database.client.admin.command("ping")

    run(cut_short())
    write(run, database, [late])

    async def finish() -> int:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            return max([done async for done, _ in Linker(client, database.name).relink(batch=10)])

    made = asyncio.run(finish())
    assert 0 < made < len(linked)
    assert is_settled(database.articles())
    documents = {doc["_id"]: doc for doc in found(database)}
    new = documents.pop(late.keys[0])
    assert documents[linked[0]["_id"]].keys() == linked[0].keys()
    assert new["story"] in {doc["story"] for doc in linked}
    unlinked = {"duplicate_of", "duplicate", "story", "copies", *LIVING}
    assert [{k: v for k, v in doc.items() if k not in unlinked} for doc in documents.values()] == [
        {k: v for k, v in doc.items() if k not in unlinked} for doc in linked
    ]
    if new["duplicate_of"]:  # it was stored last, and is not the root
        counted = [doc | {"copies": doc["copies"] + (doc["_id"] == new["story"])} for doc in linked]
        assert list(documents.values()) == counted


def test_a_new_article_finds_articles_with_signatures_of_the_former_scheme(
    run: Run, database: Database
) -> None:
    """Its whole story gets new signatures, so that no story is divided."""
    records = [r for r in pairs.records() if r.group in ("story 3", "story 7")]
    late = next(r.article for r in records if r.group == "story 3" and r.variant == "changed 10 %")
    write(run, database, [r.article for r in records if r.article is not late])
    before = {doc["_id"]: doc["story"] for doc in database.articles()}
    for doc in database.articles():
        signed = doc["signature"] | {"scheme": FORMER_SCHEME, "values": bytes(504)}
        former = {"signature": signed, "bands": former_bands(text_of(doc).words)}
        database["articles"].update_one({"_id": doc["_id"]}, {"$set": former})
    write(run, database, [late])
    documents = database.articles()
    assert is_settled(documents)
    after = {doc["_id"]: doc["story"] for doc in documents}
    assert {id_: after[id_] for id_ in before} == before
    group = {r.article.keys[0]: r.group for r in records}
    assert {group[after[id_]] for id_ in after if group[id_] == "story 3"} == {"story 3"}
    assert after[late.keys[0]] in {before[id_] for id_ in before if group[id_] == "story 3"}
    signed_again = {doc["_id"] for doc in documents if is_current(doc["signature"])}
    assert {id_ for id_ in signed_again if group[id_] == "story 7"} == set()
    assert late.keys[0] in signed_again
    assert len(signed_again) > 1


def test_wrong_use_and_no_mongodb(database: Database) -> None:
    assert dedupe(database, "everything").returncode == 2
    done = scrapy("dedupe", MONGODB_URI="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
