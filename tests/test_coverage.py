"""The rows of ``coverage``: their counts match the articles, even when processes are killed."""

import asyncio
import datetime as dt
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from newscrawl.items import PublishedDetail
from newscrawl.store.coverage import Coverage
from newscrawl.store.judging import CoverageJudge
from newscrawl.store.writer import Writer
from newscrawl.vocabulary import CoverageReason
from tests.conftest import Database, scrapy
from tests.test_forget import forgetting
from tests.test_store import NOON, TEXT, Run, article, copies, store

FIELDS = ("articles", "copies", "possible")


def rows(database: Database, source: str = "alayam24") -> dict[str | None, tuple[int, ...]]:
    """Day → articles, copies, possible."""
    found = database["coverage"].find({"source": source}).sort("day")
    return {row["day"]: tuple(row[name] for name in FIELDS) for row in found}


def recounted(database: Database) -> dict[tuple[str, str | None], tuple[int, int]]:
    """The same, counted directly from the articles, for days that have any."""
    counted: dict[tuple[str, str | None], tuple[int, int]] = {}
    for doc in database["articles"].find():
        had = counted.get((doc["source"], doc["day"]), (0, 0))
        counted[doc["source"], doc["day"]] = had[0] + 1, had[1] + (doc["duplicate_of"] is not None)
    return counted


def assert_true(database: Database) -> None:
    """Check that the rows match the articles, and that nothing is left to count."""
    said = {
        (row["source"], row["day"]): (row["articles"], row["copies"])
        for row in database["coverage"].find({"articles": {"$gt": 0}})
    }
    assert said == recounted(database)
    assert database.ops["uncounted"].count_documents({}) == 0


def test_every_day_of_a_life_has_a_row(run: Run, database: Database) -> None:
    store(run, database, article(1), article(2), article(3, day="2024-04-06"))
    assert rows(database) == {
        "2024-04-02": (2, 0, 0),
        "2024-04-03": (0, 0, 0),
        "2024-04-04": (0, 0, 0),
        "2024-04-05": (0, 0, 0),
        "2024-04-06": (1, 0, 0),
    }
    store(run, database, article(4, day="2024-03-31"))
    assert list(rows(database))[:2] == ["2024-03-31", "2024-04-01"]
    store(run, database, article(4, day="2024-03-31", run="second"))
    assert rows(database)["2024-03-31"] == (1, 0, 0)
    assert_true(database)


def test_links_and_forgetting_are_counted(run: Run, database: Database) -> None:
    store(run, database, *copies())
    assert_true(database)
    assert sum(row[1] for row in rows(database).values()) < sum(1 for _ in copies())
    assert database["coverage"].count_documents({"copies": {"$gt": 0}})
    for copy in copies():
        forgetting(run, database, copy.url)
        assert_true(database)
    assert database["coverage"].count_documents({}) == 0


def test_a_life_ends_where_its_articles_do(run: Run, database: Database) -> None:
    store(run, database, article(1), article(2, day="1999-12-30"), article(3, day="2024-04-04"))
    assert len(rows(database)) > 8000
    forgetting(run, database, article(2).url)
    assert list(rows(database)) == ["2024-04-02", "2024-04-03", "2024-04-04"]


def test_an_article_without_a_day_is_possible_on_each_day_of_its_interval(
    run: Run, database: Database
) -> None:
    between = PublishedDetail(earliest="2024-04-01", latest="2024-04-03", origin="markup")
    store(
        run,
        database,
        article(1),
        article(2, day=None, published=between),
        article(3, day=None, published=None),
    )
    assert rows(database) == {
        None: (2, 0, 0),
        "2024-04-01": (0, 0, 1),
        "2024-04-02": (1, 0, 1),
        "2024-04-03": (0, 0, 1),
    }
    of_a_year = PublishedDetail(earliest="2023-04-01", latest="2024-03-31", origin="markup")
    store(run, database, article(4, day=None, published=of_a_year))
    assert "2024-03-31" not in rows(database)
    forgetting(run, database, article(2).url)
    assert rows(database) == {None: (2, 0, 0), "2024-04-02": (1, 0, 0)}


def test_a_better_date_is_counted_on_both_days(run: Run, database: Database) -> None:
    store(run, database, article(1, day=None, published=None), article(2))
    assert rows(database)[None] == (1, 0, 0)
    store(run, database, article(1, day="2024-04-02", run="second", checked_at=NOON + dt.timedelta(hours=1)))
    assert rows(database)["2024-04-02"] == (2, 0, 0)
    assert None not in rows(database)


def test_redate_is_counted(run: Run, copied: Database) -> None:
    doc = copied["articles"].find_one(
        {"day": "2024-04-03", "site": "alayam24", "published_raw": {"$ne": None}}
    )
    copied["articles"].update_one({"_id": doc["_id"]}, {"$set": {"day": "2024-04-01"}})
    done = scrapy("redate", "--all", MONGODB_URI=copied.uri, MONGODB_DATABASE=copied.name)
    assert done.returncode == 0, done.stderr
    assert copied["articles"].find_one(doc["_id"])["day"] == "2024-04-03"
    days = {(row["source"], row["day"]): row["articles"] for row in copied["coverage"].find()}
    assert days["alayam24", "2024-04-03"] == recounted(copied)["alayam24", "2024-04-03"][0]
    assert copied.ops["uncounted"].count_documents({}) == 0


def test_the_next_process_counts_what_a_killed_one_noted(run: Run, database: Database) -> None:
    store(run, database, article(1))

    async def killed() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            await Coverage(client, database.name).touch(database["articles"].find({}, {"_id": 0}))

    run(killed())
    database["articles"].insert_one(database["articles"].find_one() | {"_id": "0" * 32, "keys": ["0" * 32]})
    assert rows(database)["2024-04-02"] == (1, 0, 0)
    store(run, database, article(2, day="2024-04-03"))
    assert rows(database)["2024-04-02"] == (1, 0, 0), "it may live on, and count itself"
    long_ago = {"$set": {"noted_at": dt.datetime(2024, 4, 5, tzinfo=dt.UTC)}}
    assert database.ops["uncounted"].update_many({}, long_ago).modified_count
    store(run, database, article(3, day="2024-04-03"))
    assert_true(database)


def test_writers_that_count_at_once_leave_true_rows(run: Run, database: Database) -> None:
    async def at_once() -> None:
        async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
            writers = [
                Writer(client, database.name, batch=3, age=0.01, queue=20, patience=5) for _ in range(4)
            ]
            for writer in writers:
                writer.start()
            for n in range(60):
                await writers[n % 4].put(article(n, body=f"{TEXT} {n} " + "خبر " * n))
                await asyncio.sleep(0)
            await asyncio.gather(*(writer.close() for writer in writers))

    store(run, database, article(99))
    run(at_once())
    assert_true(database)


def test_a_collection_of_an_older_version_is_counted_when_it_is_opened(run: Run, database: Database) -> None:
    db = database.client[database.name]
    store(run, database, article(1), article(2, day="2024-04-04"))
    db.drop_collection("coverage")
    db.command("create", "coverage", viewOn="articles", pipeline=[])
    database.ops["schema"].update_one({}, {"$unset": {"told": 1}})
    database.ops["runs"].insert_one({"_id": "job", "site": "alayam24", "started_at": NOON, "host": "srv"})
    database.ops["rejected"].insert_one({"_id": "0", "site": "alayam24", "reason": "no_body", "page": b"x"})
    for _ in range(2):
        store(run, database)
        assert rows(database) == {"2024-04-02": (1, 0, 0), "2024-04-03": (0, 0, 0), "2024-04-04": (1, 0, 0)}
    (ran,), (rejection,) = database["runs"].find(), database["rejections"].find()
    assert ran == {"_id": "job", "site": "alayam24", "started_at": NOON, "began": NOON}
    assert rejection.keys() == {"_id", "site", "reason"}


def walk(since: dt.datetime | None, until: dt.datetime, *, completed: bool = True) -> dict[str, Any]:
    told = completed and since is not None
    return {
        "listing": "https://www.alayam24.com/",
        "kind": "listing",
        "completed": completed,
        "since": since if told else None,
        "until": until if told else None,
        "marked_at": until if completed else None,
    }


class TestJudging:
    """The judgement of rows: what runs have seen of a day."""

    def ran(self, run: Run, database: Database, began: dt.datetime, **fields: Any) -> None:
        """Record a run and judge its days."""
        site = fields.pop("site", "alayam24")
        seen = {"timezone": "Africa/Casablanca", "aggregator": False, "pending_since": None, "lost": 0}
        seen |= {name: fields.pop(name) for name in ("walks", *seen) if name in fields}
        record = {"site": site, "began": began, "ended": began, "outcome": "ok", "whole": True, "seen": seen}
        name = f"{site} {began}"
        database["runs"].replace_one({"_id": name}, record | {"counts": {}} | fields, upsert=True)

        async def judge() -> None:
            async with AsyncMongoClient[dict[str, Any]](database.uri, tz_aware=True) as client:
                await CoverageJudge(client, database.name).after(name, site)

        run(judge())

    def said(self, database: Database, source: str = "alayam24") -> dict[str, tuple[Any, str, int]]:
        found = database["coverage"].find({"source": source, "day": {"$ne": None}}).sort("day")
        return {row["day"]: (row["complete"], row["why"], row["runs"]) for row in found}

    def test_an_outage_and_articles_that_are_read_later(self, run: Run, database: Database) -> None:
        store(run, database, article(1), article(2, day="2024-04-04"))
        first, day = NOON - dt.timedelta(days=3), dt.timedelta(days=1)
        self.ran(run, database, first, walks=[walk(first - 5 * day, first)])
        assert self.said(database)["2024-04-02"] == (None, CoverageReason.NOT_OVER, 1)
        self.ran(run, database, NOON, walks=[walk(None, NOON, completed=False)], outcome="unreachable")
        silent = (False, CoverageReason.SITE_SILENT, 0)
        assert self.said(database) == {
            "2024-04-02": (False, CoverageReason.SITE_SILENT, 1),
            "2024-04-03": silent,
            "2024-04-04": silent,
            "2024-04-05": (None, CoverageReason.NOT_OVER, 1),
        }
        self.ran(run, database, NOON + day, walks=[walk(first, NOON + day)])
        seen = {day: (complete, why) for day, (complete, why, _) in self.said(database).items()}
        assert list(seen.values()) == [(True, "seen")] * 4 + [(None, "not_over")]
        before = list(database["coverage"].find())
        self.ran(run, database, NOON + day, walks=[walk(first, NOON + day)])
        assert list(database["coverage"].find()) == before

    def test_a_complete_day_stays_complete_when_the_records_expire(
        self, run: Run, database: Database
    ) -> None:
        store(run, database, article(1), article(2, day="2024-04-04"))
        day = dt.timedelta(days=1)
        self.ran(run, database, NOON, walks=[walk(NOON - 5 * day, NOON)])
        assert self.said(database)["2024-04-03"][0] is True
        database["runs"].delete_many({})
        self.ran(run, database, NOON + day, walks=[walk(NOON - 9 * day, NOON + day)])
        assert self.said(database)["2024-04-03"][0] is True

    def test_an_aggregator_vouches_for_no_newspaper(self, run: Run, database: Database) -> None:
        of_aggregator = {"source": "almassaa", "site": "maghress", "via": "maghress"}
        made = [article(n, day=f"2024-04-0{n}", **of_aggregator) for n in (1, 3)]
        store(run, database, *made, article(9, day="2024-04-02", site="maghress", via="maghress"), article(8))
        seen = {"site": "maghress", "aggregator": True}
        self.ran(run, database, NOON, walks=[walk(NOON - dt.timedelta(days=9), NOON)], **seen)
        assert set(self.said(database, "almassaa").values()) == {(None, CoverageReason.AGGREGATOR, 0)}
        assert list(self.said(database, "almassaa")) == ["2024-04-01", "2024-04-02", "2024-04-03"]
        assert set(self.said(database).values()) == {(None, CoverageReason.NOT_JUDGED, 0)}
        half = [walk(None, NOON, completed=False)]
        database["coverage"].update_many({}, {"$set": {"why": "not_judged"}})
        database["runs"].delete_many({})
        self.ran(run, database, NOON - dt.timedelta(days=5), walks=[walk(NOON, NOON)], **seen)
        self.ran(run, database, NOON, walks=half, outcome="partial", **seen)
        assert self.said(database, "almassaa")["2024-04-03"] == (False, CoverageReason.CUT_SHORT, 0)

    @pytest.mark.parametrize(
        ("zone", "last"), [("Africa/Casablanca", "2024-04-05"), ("Asia/Riyadh", "2024-04-06")]
    )
    def test_a_run_belongs_to_the_publishers_day(
        self, run: Run, database: Database, zone: str, last: str
    ) -> None:
        store(run, database, article(1, day="2024-04-05"))
        late = dt.datetime(2024, 4, 5, 22, tzinfo=dt.UTC)
        self.ran(run, database, late, walks=[walk(NOON, late)], timezone=zone)
        assert list(self.said(database))[-1] == last
        assert self.said(database)[last][2] == 1


def test_the_rows_of_a_crawl_a_repeated_crawl_and_a_killed_one(recorded: Database, copied: Database) -> None:
    before = list(recorded["coverage"].find().sort("_id"))
    assert {row["complete"] for row in before} == {True, None}
    assert_true(recorded)
    for row in before:
        if row["complete"]:
            assert row["why"] == CoverageReason.SEEN
    copied.crawl("alayam24", "-a", "url=https://www.alayam24.com/articles-1.html")
    counted = [{k: v for k, v in row.items() if k != "runs"} for row in copied["coverage"].find().sort("_id")]
    assert counted == [{k: v for k, v in row.items() if k != "runs"} for row in before]
