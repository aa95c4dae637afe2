"""The writer and the queries of the store, with a real mongod."""

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from newscrawl.identity import identify
from newscrawl.items import Article, Http, MadeBy, PublishedDetail, Rejection
from newscrawl.store.schema import prepare
from newscrawl.store.writer import StoreDownError, Writer
from newscrawl.urls import key
from tests.conftest import Database, scrapy
from tests.loopback import LoopbackNewspaper, listing, serve
from tests.loopback import article as page
from tests.mongod import mongod, proxy

Run = Callable[[Coroutine[Any, Any, Any]], Any]

NOON = dt.datetime(2024, 4, 5, 12, tzinfo=dt.UTC)
TEXT = (
    "أعلنت الجماعة الحضرية عن انطلاق أشغال تهيئة الحديقة الكبرى وسط المدينة بعد أشهر من التأخير "
    "الذي أثار استياء السكان ومن المنتظر أن تنتهي الأشغال قبل نهاية الصيف المقبل"
)


def article(number: int, **fields: Any) -> Article:
    url = f"https://www.alayam24.com/articles-{number}.html"
    made = Article(
        url=url,
        source="alayam24",
        source_name="الأيام 24",
        site="alayam24",
        title=f"تهيئة الحديقة رقم {number}",
        body=f"{TEXT} رقم {number}",
        lang="ar",
        day="2024-04-02",
        published=PublishedDetail(timezone="Africa/Casablanca", origin="markup"),
        origins={"title": "markup", "body": "markup"},
        http=Http(status=200, fetched_at=NOON),
        made_by=MadeBy(
            newscrawl="1.0.0",
            spider="alayam24",
            markup="1",
            clean=1,
            fold=1,
            reader=1,
            dates=1,
            urls=1,
            identity=3,
            schema=1,
        ),
        run="first",
        first_seen_at=NOON,
        last_seen_at=NOON,
        checked_at=NOON,
    )
    made = replace(made, **fields)
    made.urls = made.urls or [made.url]
    made.keys = [key(url) for url in made.urls]
    return identify(made)


@asynccontextmanager
async def writing(database: Database, **options: Any) -> AsyncIterator[Writer]:
    defaults: dict[str, Any] = {"batch": 50, "age": 0.05, "queue": 100, "patience": 5.0}
    async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True, w="majority") as client:
        await prepare(client[database.name], client[f"{database.name}_ops"])
        writer = Writer(client, database.name, **(defaults | options))
        writer.start()
        yield writer
        await writer.close()


def store(run: Run, database: Database, *items: Article | Rejection, **options: Any) -> Writer:
    """Write items and wait for the acknowledgement of all."""

    async def write() -> Writer:
        async with writing(database, **options) as writer:
            for item in items:
                await writer.put(item)
        return writer

    done: Writer = run(write())
    return done


def test_new_then_seen(run: Run, database: Database) -> None:
    assert store(run, database, article(1), article(2)).counts == {"new": 2}
    later = NOON + dt.timedelta(hours=1)
    again = article(1, last_seen_at=later, checked_at=later, run="second")
    assert store(run, database, again).counts == {"seen": 1}
    doc = database["articles"].find_one({"keys": again.keys[0]})
    assert (doc["first_seen_at"], doc["last_seen_at"], doc["revision"]) == (NOON, later, 1)


def test_the_same_article_twice_in_one_batch_is_one_document(run: Run, database: Database) -> None:
    other = article(1, urls=[article(1).url, "https://www.alayam24.com/articles-1.html?page=2"])
    counts = store(run, database, article(1), other).counts
    assert counts["new"] == 1
    assert len(database.articles()) == 1
    assert len(database.articles()[0]["keys"]) == 2


def test_all_addresses_of_a_redirect_are_stored(run: Run, database: Database) -> None:
    store(run, database, article(1))
    moved = article(
        2, urls=[article(2).url, article(1).url], title="تهيئة الحديقة رقم 1", body=f"{TEXT} رقم 1"
    )
    assert store(run, database, moved).counts == {"seen": 1}
    assert len(database.articles()) == 1


def test_a_correction_keeps_all_former_states_in_order(run: Run, database: Database) -> None:
    for state in range(4):
        store(run, database, article(1, body=f"{TEXT} الحالة {state}", run=f"run {state}"))
    doc = database.articles()[0]
    former = list(database["revisions"].find().sort("revision"))
    assert doc["revision"] == 4
    assert doc["body"].endswith("الحالة 3")
    assert [state["body"][-1] for state in former] == ["0", "1", "2"]


def test_another_reading_is_not_a_correction_by_the_newspaper(run: Run, database: Database) -> None:
    store(run, database, article(1))
    other = article(1, body=TEXT, origins={"title": "markup", "body": "generic"}, run="second")
    assert store(run, database, other).counts == {"seen": 1}
    assert database.articles()[0]["body"] == TEXT
    assert database["revisions"].count_documents({}) == 0


def test_a_coarser_date_never_replaces_a_better_one(run: Run, database: Database) -> None:
    exact = article(1, published_at=NOON)
    store(run, database, exact)
    store(run, database, article(1, day="2024-04-04", run="second"))
    assert database.articles()[0]["day"] == "2024-04-02"
    store(run, database, article(2, day=None, published=None))
    store(run, database, article(2, run="second"))
    assert database["articles"].find_one({"keys": article(2).keys[0]})["day"] == "2024-04-02"


def test_a_rejection_keeps_the_page(run: Run, database: Database) -> None:
    url = "https://www.alayam24.com/articles-9.html"
    rejection = Rejection(
        url=url, urls=[url], keys=[key(url)], site="alayam24", reason="no_body", rejected_at=NOON, page=b"<p>"
    )
    writer = store(run, database, rejection, rejection)
    assert writer.reasons["no_body"] == 2
    doc = database.ops["rejected"].find_one()
    assert (doc["reason"], doc["times"]) == ("no_body", 2)


def test_an_article_that_mongodb_refuses_becomes_a_rejection(run: Run, database: Database) -> None:
    writer = store(run, database, article(1, day="31-31-banana"), article(2))
    assert writer.counts == {"new": 1, "rejected": 1}
    assert database.ops["rejected"].find_one()["reason"] == "store_refused"


def test_limit_is_exact(run: Run, database: Database) -> None:
    writer = store(run, database, *[article(n) for n in range(20)], limit=7)
    assert writer.full
    assert len(database.articles()) == 7


def test_acknowledged_articles_are_no_longer_pending(run: Run, database: Database) -> None:
    for number in (1, 2):
        database.ops["pending"].insert_one({"_id": article(number).keys[0], "site": "alayam24"})
    store(run, database, article(1))
    assert [doc["_id"] for doc in database.ops["pending"].find()] == [article(2).keys[0]]


def copies() -> list[Article]:
    same = {"title": "تهيئة الحديقة", "body": TEXT}
    url = "https://www.maghress.com/alayam24/{}"
    return [
        article(1, **same, published_at=NOON),
        article(2, **same),
        article(3, **same, day="2024-04-03"),
        article(4, **same, url=url.format(7), site="maghress", via="maghress", day=None, published=None),
        article(5, title="تهيئة الحديقة", body="نص آخر لا علاقة له بما سبق نشره عن هذا الموضوع في أي مكان"),
    ]


def links(database: Database) -> dict[str, Any]:
    return {doc["url"]: (doc["duplicate_of"], doc["story"], doc["duplicate"]) for doc in database.articles()}


def test_copies_are_linked_in_any_order_and_with_any_number_of_writers(run: Run, database: Database) -> None:
    store(run, database, *copies())
    one_by_one = links(database)
    root = copies()[0].keys[0]
    kinds = [one_by_one[copy.url][2] for copy in copies()]
    assert [detail and detail["kind"] for detail in kinds] == [
        None,
        "same_day",
        "reprinted",
        "republished",
        None,
    ]
    assert [of for of, _, _ in one_by_one.values() if of] == [root] * 3
    chance = random.Random(1445)
    for _ in range(4):
        database["articles"].delete_many({})

        async def at_once() -> None:
            async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
                writers = [
                    Writer(client, database.name, batch=2, age=0.01, queue=9, patience=5) for _ in range(8)
                ]
                for writer in writers:
                    writer.start()
                for writer in writers:
                    for item in chance.sample(copies(), 5):
                        await writer.put(item)
                await asyncio.gather(*(writer.close() for writer in writers))

        run(at_once())
        assert links(database) == one_by_one


def test_writers_that_meet_the_same_articles_count_each_once(run: Run, database: Database) -> None:
    async def at_once() -> int:
        async with writing(database) as one, writing(database) as other:
            for number in range(40):
                await one.put(article(number, run="one"))
                await other.put(article(39 - number, run="other"))
        return one.counts["new"] + other.counts["new"]

    assert run(at_once()) == 40
    assert len(database.articles()) == 40


def test_a_writer_that_waited_long_enough_gives_up(run: Run) -> None:
    async def write() -> None:
        client = AsyncMongoClient[dict[str, Any]]("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50)
        writer = Writer(client, "nowhere", batch=1, age=0.01, queue=1, patience=0.1)
        writer.start()
        try:
            for number in range(5):
                await writer.put(article(number))
        finally:
            assert writer.over.is_set()
            with pytest.raises(StoreDownError):
                await writer.close()
            await client.close()

    with pytest.raises(StoreDownError):
        run(write())


def test_while_mongodb_is_away_the_crawl_waits_and_then_goes_on(run: Run, database: Database) -> None:
    async def away_and_back() -> tuple[int, int, Writer]:
        with proxy(int(database.uri.partition("127.0.0.1:")[2].partition("/")[0])) as through:
            uri = f"mongodb://127.0.0.1:{through.port}/?directConnection=true&serverSelectionTimeoutMS=200"
            async with AsyncMongoClient[dict[str, Any]](uri, tz_aware=True, w="majority") as client:
                await prepare(client[database.name], client[f"{database.name}_ops"])
                writer = Writer(client, database.name, batch=5, age=0.01, queue=10, patience=30)
                writer.start()
                through.refusing = True
                through.cut()
                taken = 0

                async def crawl() -> None:
                    nonlocal taken
                    for number in range(100):
                        await writer.put(article(number))
                        taken += 1

                crawling = asyncio.create_task(crawl())
                before = -1
                while before < taken:
                    before = taken
                    await asyncio.wait({crawling}, timeout=0.5)
                stored = len(database.articles())
                through.refusing = False
                await crawling
                await writer.close()
                return before, stored, writer

    taken, stored, writer = run(away_and_back())
    assert stored == 0
    assert taken <= 10 + 2 * 5  # the queue, and the batches that are being written
    assert writer.counts == {"new": 100}
    assert len(database.articles()) == 100


def test_a_writer_limits_the_bytes_that_wait(run: Run) -> None:
    async def fill() -> int:
        client = AsyncMongoClient[dict[str, Any]]("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50)
        writer = Writer(client, "nowhere", batch=1, age=0.01, queue=500, patience=1.0)
        writer.start()
        taken = 0
        with suppress(StoreDownError):
            for number in range(500):
                await writer.put(article(number, page=bytes(5_000_000)))
                taken += 1
        with pytest.raises(StoreDownError):
            await writer.close()
        await client.close()
        return taken

    assert run(fill()) < 20


def test_a_stopped_crawl_leaves_its_requests_on_the_pending_list(database: Database) -> None:
    newspaper = LoopbackNewspaper(
        {"/": listing(list(range(9)))} | {f"/articles-{n}.html": page(n) for n in range(9)}
    )

    def crawl(*args: str) -> None:
        with serve(newspaper):
            done = scrapy(
                "crawl", "loopback", "-a", "since=2024-03-01", *args,
                "-s", "SPIDER_MODULES=tests.loopback", "-s", "DOWNLOAD_DELAY=0",
                "-s", "AUTOTHROTTLE_ENABLED=False",
                MONGODB_URI=database.uri, MONGODB_DATABASE=database.name, **newspaper.environment,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr

    crawl("-a", "limit=2")
    stored = {doc["url"].rpartition("/")[2] for doc in database.articles()}
    pending = list(database.ops["pending"].find())
    assert len(stored) == 2
    assert {doc["reason"] for doc in pending} == {"stopped"}
    left = {doc["url"].rpartition("/")[2] for doc in pending}
    assert left == {f"articles-{n}.html" for n in range(9)} - stored


def test_an_article_without_a_majority_is_written_again_and_counted_once(run: Run, tmp_path: Path) -> None:
    async def write() -> Writer:
        with mongod(tmp_path) as server:
            async with AsyncMongoClient[dict[str, Any]](server.uri, tz_aware=True, w="majority") as client:
                await prepare(client["news"], client["news_ops"])
                writer = Writer(client, "news", batch=5, age=0.01, queue=100, patience=30)
                concern = {"code": 64, "errmsg": "waiting for replication timed out"}
                server.fail(
                    mode={"times": 2},
                    data={
                        "failCommands": ["insert"],
                        "writeConcernError": concern,
                        "namespace": "news.articles",
                    },
                )
                writer.start()
                for number in range(20):
                    await writer.put(article(number))
                await writer.close()
                assert await client["news"]["articles"].count_documents({}) == 20
        return writer

    assert run(write()).counts == {"new": 20}
