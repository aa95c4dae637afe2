import dataclasses
import datetime as dt
from typing import Any, Literal

import pytest
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import WriteError

from newscrawl.items import Article
from newscrawl.store import dictionary
from newscrawl.store.schema import INDEXES, VIEWS, document, json_schema, prepare
from tests.conftest import PROJECT, Database

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
        choice: Literal["free", "paid"] | None
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


def test_mongodb_takes_an_article_and_refuses_what_is_none(database: Database, run: Any) -> None:
    run(prepared(database))
    database["articles"].insert_one(stored(day="2024-04-05", hijri_month="1445-09"))
    for wrong in (
        {"day": "31-31-banana"},
        {"hijri_month": "1445-13"},
        {"published_at": "2024-04-05"},
        {"authors": None},
        {"access": "maybe"},
        {"url": "javascript:alert(1)"},
    ):
        with pytest.raises(WriteError):
            database["articles"].insert_one(stored(**wrong) | {"_id": KEY[::-1], "keys": [KEY[::-1]]})


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
    assert database["coverage"].find_one()["articles"] == 2


def test_the_data_dictionary_says_what_the_classes_say() -> None:
    assert (PROJECT / "docs" / "data.md").read_text("utf-8") == dictionary.page()


def test_every_field_has_a_docstring() -> None:
    said = dictionary.docstrings(Article)
    assert [field.name for field in dataclasses.fields(Article) if not said.get(field.name)] == []
