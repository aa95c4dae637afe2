import asyncio
import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from bson import json_util
from hypothesis import given
from hypothesis import strategies as st
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import WriteError

from newscrawl.data_dictionary import examples, page, queries, tables
from newscrawl.items import SCHEMA_VERSION, Article, PublishedDetail, Rejection, Revision
from newscrawl.patterns import DAY
from newscrawl.store.schema import (
    INDEXES,
    INTERNAL,
    VIEWS,
    articles_validator,
    document,
    json_schema,
    prepare,
)
from newscrawl.stored import declared, default, paths, stored_fields
from newscrawl.vocabulary import Access
from tests.conftest import PROJECT, Database
from tests.test_store import article, store

FIELDS_OF_NEWEST = 12
"""Number of fields, and of parts of fields, that the newest schema version brought."""
NOW = dt.datetime(2024, 4, 5, 12, tzinfo=dt.UTC)
KEY = "0123456789abcdef0123456789abcdef"


async def prepared(database: Database) -> None:
    async with AsyncMongoClient[dict[str, Any]](database.uri) as client:
        await prepare(client[database.name], client[f"{database.name}_ops"])


def stored(**fields: Any) -> dict[str, Any]:
    article = Article(
        url="https://www.alayam24.com/articles-1.html",
        source="alayam24",
        source_name="الأيام 24",
        site="alayam24",
    )
    return document(article) | {"_id": KEY, "story": KEY, "keys": [KEY]} | fields


def test_every_type_of_annotation_has_a_bson_type() -> None:
    @dataclasses.dataclass
    class Sample:
        text: str
        number: int | None
        moment: dt.datetime
        choice: Access | None
        many: list[str]

    properties = json_schema(Sample)["properties"]
    assert properties["text"] == {"bsonType": ["string"]}
    assert properties["number"] == {"bsonType": ["int", "long", "null"]}
    assert properties["moment"] == {"bsonType": ["date"]}
    assert properties["choice"] == {"bsonType": ["string", "null"], "enum": ["free", "paid", None]}
    assert properties["many"] == {"bsonType": ["array"], "items": {"bsonType": ["string"]}}


def test_an_annotation_without_bson_type_is_refused() -> None:
    @dataclasses.dataclass
    class Sample:
        day: dt.date

    with pytest.raises(TypeError, match="no BSON type"):
        json_schema(Sample)


@given(
    st.text("0123456789-٠\n", max_size=11)
    | st.dates().map(str)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
)
def test_a_valid_day_is_one_that_python_accepts_too(text: str) -> None:
    try:
        real = str(dt.date.fromisoformat(text)) == text
    except ValueError:
        real = False
    assert bool(re.search(DAY, text)) == real


WRONG: list[dict[str, Any]] = [
    {"day": "31-31-banana"},
    {"day": "2023-02-29"},
    {"day": "2100-02-29"},
    {"day": "2024-04-31"},
    {"day": "2024-04-05\n"},
    {"day": ""},
    {"hijri_month": "1445-13"},
    {"hijri_month": "1445-9"},
    {"hijri_day": "1445-09-31", "hijri_month": "1445-09"},
    {"published_at": "2024-04-05"},
    {"authors": None},
    {"authors": [{"$ne": 1}]},
    {"title": {"$gt": ""}},
    {"access": "maybe"},
    {"url": "javascript:alert(1)"},
    {"keys": []},
    {"keys": ["$where"]},
    {"origins": {"$where": "markup"}},
    {"origins": {"a.b": "markup"}},
    {"origins": {"title": {"$ne": 1}}},
    {"raw": {"$archive": 1}},
    {"word_count": -1},
    {"duplicate": {"kind": "near", "similarity": 1.5, "containment": 1.0}},
    {"duplicate": {"kind": "alike", "similarity": 1.0, "containment": 1.0}},
    {"published": {"calendar": "julian"}},
]


def test_mongodb_accepts_an_article_and_refuses_anything_else(database: Database, run: Any) -> None:
    run(prepared(database))
    database["articles"].insert_one(stored(day="2024-02-29", hijri_day="1445-08-19", hijri_month="1445-08"))
    for wrong in WRONG:
        with pytest.raises(WriteError):
            database["articles"].insert_one(stored(**wrong) | {"_id": KEY[::-1], "keys": [KEY[::-1]]} | wrong)


def test_mongodb_accepts_the_examples_of_the_data_dictionary(database: Database, run: Any) -> None:
    run(prepared(database))
    collections = {Article: "articles", Rejection: "rejected", Revision: "revisions"}
    for example in examples.EXAMPLES:
        database[collections[type(example)]].insert_one(document(example))


def test_a_node_of_the_first_version_may_go_on_storing(database: Database, run: Any) -> None:
    """The validator requires no field that the first version did not have."""
    run(prepared(database))
    first = json_util.loads((PROJECT / "tests" / "data" / "schema_1.json").read_text("utf-8"))
    assert set(articles_validator()["$jsonSchema"]["required"]) <= set(
        first["options"]["validator"]["$jsonSchema"]["required"]
    )
    database["articles"].insert_many(first["articles"])


def test_every_field_that_was_added_later_has_its_version() -> None:
    first = json_util.loads((PROJECT / "tests" / "data" / "schema_1.json").read_text("utf-8"))
    before = set(places(first["options"]["validator"]["$jsonSchema"]))
    since = {path: says.since for path, says in paths(Article)}
    assert before <= since.keys()
    later = {path for path in since if path.rpartition(".")[0] in {"", *before}} - before
    silent = sorted(path for path in later if since[path] == 1)
    assert not silent, f"new fields whose declarations need since={SCHEMA_VERSION}: {silent}"
    assert not {path for path in before if since[path] > 1}
    newest = sorted(path for path, version in since.items() if version == max(since.values()))
    assert max(since.values()) == SCHEMA_VERSION, f"SCHEMA_VERSION should be {max(since.values())}: {newest}"
    assert len(newest) == FIELDS_OF_NEWEST, (
        f"another number of fields since version {SCHEMA_VERSION}. If that version is released, give the new "
        f"fields since={SCHEMA_VERSION + 1} and raise SCHEMA_VERSION, or stored articles never get "
        f"them. Otherwise set FIELDS_OF_NEWEST to {len(newest)}: {newest}"
    )


def places(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """The fields that a validator names, as ``newscrawl.stored.paths`` writes them."""
    for name, rules in schema.get("properties", {}).items():
        yield path + name
        yield from places(rules, f"{path}{name}.")
        yield from places(rules.get("items", {}), f"{path}{name}[].")


class TestFirstVersion:
    """A collection that the first version of the code created."""

    @pytest.fixture
    def older(self, database: Database) -> Database:
        first = json_util.loads((PROJECT / "tests" / "data" / "schema_1.json").read_text("utf-8"))
        db = database.client[database.name]
        db.create_collection("articles", **first["options"])
        for index in first["indexes"]:
            if index["name"] != "_id_":
                db.command("createIndexes", "articles", indexes=[index])
        for name, options in first["views"].items():
            db.create_collection(name, **options)
        db["articles"].insert_many(first["articles"])
        return database

    def test_it_opens_migrates_and_validates(self, older: Database, run: Any) -> None:
        before = older.articles()
        run(prepared(older))
        after = older.articles()
        owners = {"alayam24": "alayam24.com", "maghress": "maghress.com"}
        later = {name: default(Article, name) for name, f in declared(Article).items() if f.since > 1}
        assert later.items() >= {"signature": None, "bands": [], "warnings": []}.items()
        uaq = [doc["hijri_day_uaq"] and doc["hijri_day_uaq"][:7] for doc in before]
        copies = [sum(other["duplicate_of"] == doc["_id"] for other in before) for doc in before]
        assert any(copies)
        computed = [
            {"owner": owners[doc["site"]], "hijri_month_uaq": month, "copies": number}
            for doc, month, number in zip(before, uaq, copies, strict=True)
        ]
        assert [doc | later | more for doc, more in zip(before, computed, strict=True)] == after
        assert older["articles"].count_documents({"$nor": [articles_validator()]}) == 0
        assert older.client[older.name].validate_collection("articles")["valid"]
        assert older.ops["schema"].find_one()["version"] == SCHEMA_VERSION
        indexes = older["articles"].index_information()
        assert len(indexes) == len(INDEXES["articles"]) + 1
        assert {doc["_id"] for doc in older["news"].find()} == {
            doc["_id"] for doc in before if not doc["duplicate_of"]
        }

    def test_a_site_of_two_domains_has_one_owner(self, older: Database, run: Any) -> None:
        first, second, newest = older["articles"].find({"site": "alayam24"}).sort("first_seen_at").limit(3)
        ids = [doc["_id"] for doc in (first, second, newest)]
        older["articles"].delete_many({"_id": {"$nin": ids}})
        moved = {"url": "https://al24.me/1", "first_seen_at": dt.datetime.now(dt.UTC)}
        older["articles"].update_one({"_id": newest["_id"]}, {"$set": moved})
        run(prepared(older))
        assert {doc["owner"] for doc in older.articles()} == {"alayam24.com"}

    def test_a_crawl_continues_with_it(self, older: Database, run: Any) -> None:
        old = older.articles()[0]
        corrected = article(
            1,
            urls=old["urls"],
            url=old["url"],
            site=old["site"],
            body=f"{old['body']} وصحح الخبر.",
            origins=old["origins"],
            last_seen_at=old["last_seen_at"] + dt.timedelta(hours=1),
            checked_at=old["last_seen_at"] + dt.timedelta(hours=1),
        )
        corrected.keys = old["keys"]
        assert store(run, older, corrected, article(2)).counts == {"new": 1, "seen": 1}
        assert older["articles"].find_one(old["_id"])["body"].endswith("وصحح الخبر.")

    def test_two_nodes_migrate_at_once(self, older: Database, run: Any) -> None:
        async def at_once() -> None:
            await asyncio.gather(*(prepared(older) for _ in range(4)))

        run(at_once())
        assert older.ops["schema"].find_one()["version"] == SCHEMA_VERSION
        assert older["articles"].count_documents({"bands": []}) == len(older.articles())

    def test_an_older_node_undoes_nothing(self, older: Database, run: Any) -> None:
        older.ops["schema"].insert_one({"_id": "articles", "version": SCHEMA_VERSION + 1})
        before = older["articles"].options()
        run(prepared(older))
        assert older["articles"].options() == before
        assert older.ops["schema"].find_one()["version"] == SCHEMA_VERSION + 1


def test_preparing_twice_and_at_once_changes_nothing(database: Database, run: Any) -> None:
    import asyncio

    async def at_once() -> None:
        await asyncio.gather(prepared(database), prepared(database))

    run(at_once())
    run(prepared(database))
    with MongoClient[dict[str, Any]](database.uri) as client:
        names = set(client[database.name].list_collection_names())
    assert set(VIEWS) | {"articles"} <= names
    assert len(list(database["articles"].list_indexes())) == len(INDEXES["articles"]) + 1


def test_the_view_news_leaves_out_copies_and_internal_fields(database: Database, run: Any) -> None:
    run(prepared(database))
    other = KEY[::-1]
    database["articles"].insert_many(
        [stored(), stored(duplicate_of=KEY) | {"_id": other, "keys": [other], "story": KEY}]
    )
    news = list(database["news"].find())
    assert [doc["_id"] for doc in news] == [KEY]
    assert "title_key" not in news[0]
    assert [copy["_id"] for copy in database["stories"].find_one()["copies"]] == [other]


def examined(explained: Any) -> Iterator[tuple[str, int]]:
    """The stage and the examined documents of a query, from its explanation."""
    if isinstance(explained, dict):
        if "docsExamined" in explained and "stage" in explained:
            yield explained["stage"], explained["docsExamined"]
        for name, value in explained.items():
            if name not in ("queryPlanner", "allPlansExecution"):
                yield from examined(value)
    elif isinstance(explained, list):
        for value in explained:
            yield from examined(value)


def interval(day: dt.date) -> dict[str, Any]:
    """The stored detail of ``منذ يومين``: an interval of three days."""
    first, last = (str(day + dt.timedelta(days=apart)) for apart in (-1, 1))
    article = Article(url="u", source="s", source_name="s", site="s")
    article.published = PublishedDetail(earliest=first, latest=last)
    published: dict[str, Any] = document(article)["published"]
    return published


@pytest.fixture(scope="module")
def filled(mongodb: str) -> Iterator[Database]:
    """2,000 articles of ten newspapers, four of ten of them copies."""
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        database = Database(mongodb, "test_filled", client)
        asyncio.run(prepared(database))
        docs = []
        for n in range(2000):
            id_, root = f"{n:032x}", f"{n - n % 5:032x}" if n % 5 > 2 else f"{n:032x}"
            day = dt.date(2024, 2, 1) + dt.timedelta(days=n * 4 % 91)
            fields = {
                "source": "alayam24" if n % 7 == 0 else f"source{n % 9}",
                "section": ("سياسة", "رياضة", "مجتمع")[n % 4 % 3],
                "day": str(day),
                "published_at": dt.datetime.combine(day, dt.time(n % 24), dt.UTC),
                "hijri_month": f"1445-{7 + n % 4:02}",
                "hijri_day": f"1445-{7 + n % 4:02}-{1 + n % 29:02}",
                "updated_at": NOW + dt.timedelta(days=n % 60 - 40),
                "duplicate_of": None if root == id_ else root,
                "_id": id_,
                "keys": [id_],
                "story": root,
                "search_text": "اسعار الخضر" if n % 8 == 0 else "سوق الخضر",
            }
            if n % 40 == 0:
                fields |= dict.fromkeys(("day", "published_at", "hijri_month", "hijri_day"))
            if n % 80 == 0:
                fields["published"] = interval(day)
            if n % 50 == 0:
                fields["gone_at"] = NOW
            fields["hijri_month_uaq"], fields["hijri_day_uaq"] = fields["hijri_month"], fields["hijri_day"]
            fields["tags"] = ["الأطلس" if n % 30 == 0 else f"وسم {n % 9}"]
            fields["authors"] = ["يونس بنعلا" if n % 30 == 0 else f"كاتب {n % 9}"]
            docs.append(stored() | fields)
        database["articles"].insert_many(docs)
        numbers = range(200)
        database["revisions"].insert_many(
            [{"article": f"{n % 50:032x}", "revision": n, "replaced_at": NOW} for n in numbers]
        )
        database["forgotten"].insert_many([{"_id": f"{n:032x}", "updated_at": NOW} for n in numbers])
        database["runs"].insert_many(
            [{"site": ("alayam24", "maghress")[n % 2], "began": NOW + dt.timedelta(hours=n)} for n in numbers]
        )
        reasons = ("no_body", "listing", "no_title")
        database["coverage"].insert_many(
            [
                {
                    "_id": n,
                    "source": f"source{n % 9}" if n % 7 else "alayam24",
                    "day": f"2024-0{n // 27}-{n % 27 + 1:02}",
                }
                | {"complete": n % 5 > 1, "why": "seen" if n % 5 > 1 else "gap"}
                for n in range(27, 270)
            ]
        )
        database["rejections"].insert_many(
            [{"site": ("alayam24", "maghress")[n % 2], "reason": reasons[n % 3]} for n in numbers]
        )
        yield database
        client.drop_database(database.name)
        client.drop_database(f"{database.name}_ops")


@pytest.mark.parametrize("query", queries.QUERIES, ids=lambda query: query.says)
def test_the_queries_on_the_page_read_hardly_more_than_they_return(
    filled: Database, query: queries.Query
) -> None:
    values = {'fold("أسعار")': "اسعار", 'copy["story"]': f"{20:032x}", 'copy["_id"]': f"{23:032x}"}
    wanted = {
        name: {"$search": values[value["$search"]]} if name == "$text" else values.get(str(value), value)
        for name, value in query.filter.items()
    }
    limit = 1 if query.name else query.limit
    db = filled.client[filled.name]
    command = {"find": query.collection, "filter": wanted, "sort": dict(query.sort), "limit": limit}
    found = db[query.collection].find(wanted).limit(limit)
    returned = (found.sort(list(query.sort)) if query.sort else found).to_list()
    read = list(examined(db.command("explain", command, verbosity="executionStats")))
    assert returned
    assert sum(number for _, number in read) <= 2 * len(returned)
    assert "COLLSCAN" not in {stage for stage, _ in read}
    if "story" in wanted:
        assert [doc["_id"] for doc in returned] == [f"{n:032x}" for n in (20, 23, 24)]
    if "updated_at" in wanted and query.collection == "articles":
        assert {doc["_id"] for doc in returned if doc["duplicate_of"]}, (
            "an article that became a copy has changed, too"
        )
    if query.collection == "news":
        assert len(returned) < filled["articles"].count_documents(wanted)
    assert query.python in page.page()


def test_views_leave_fields_out_and_rename_none(filled: Database) -> None:
    doc = filled["news"].find_one()
    assert doc.keys() == set(stored_fields(Article)) - set(INTERNAL)
    assert doc == {
        name: value for name, value in filled["articles"].find_one(doc["_id"]).items() if name not in INTERNAL
    }
    (story,) = filled["stories"].find({"_id": f"{20:032x}"})
    assert [copy["_id"] for copy in story["copies"]] == [f"{23:032x}", f"{24:032x}"]


def test_the_data_dictionary_says_what_the_classes_say() -> None:
    written = (PROJECT / "docs" / "data.md").read_text("utf-8").splitlines()
    said = page.page().splitlines()
    stale = sorted({*said} ^ {*written}) or written != said
    assert written == said, f"python -m newscrawl.data_dictionary > docs/data.md; it differs in {stale}"


def test_the_dictionary_describes_every_field_completely() -> None:
    for cls in (Article, Rejection, Revision, *tables.parts_of(Article)):
        assert tables.docstrings(cls).keys() >= set(stored_fields(cls))
        for name in stored_fields(cls):
            assert tables.example(cls, name) is not None, (
                f"{cls.__name__}.{name} has no example in newscrawl/data_dictionary/examples.py"
            )
