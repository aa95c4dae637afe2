"""The collections: validators, indexes and views, derived from the item classes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, Union

from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CollectionInvalid, OperationFailure

from newscrawl.items import Article, Rejection

Document = dict[str, Any]

INTERNAL = ("search_text", "title_key")
"""Fields of ``articles`` that only the machinery reads; the views leave them out."""

_DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_HIJRI_DAY = r"^1[345][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|30)$"
_KEY = r"^[0-9a-f]{32}$"
PATTERNS = {
    "_id": _KEY,
    "story": _KEY,
    "day": _DAY,
    "hijri_day": _HIJRI_DAY,
    "hijri_day_uaq": _HIJRI_DAY,
    "hijri_month": r"^1[345][0-9]{2}-(0[1-9]|1[0-2])$",
    "source": r"^\S+$",
    "site": r"^\S+$",
    "url": r"^https?://",
}
"""What a top-level string must look like, beyond its type."""

_BSON: dict[object, list[str]] = {
    str: ["string"],
    int: ["int", "long"],
    float: ["double", "int", "long"],
    bool: ["bool"],
    dt.datetime: ["date"],
    bytes: ["binData"],
    type(None): ["null"],
}


def document(item: Article | Rejection) -> Document:
    """The MongoDB document of an item: every field but those that are not stored."""
    skip = {f.name for f in dataclasses.fields(item) if f.metadata.get("stored") is False}
    return {name: value for name, value in dataclasses.asdict(item).items() if name not in skip}


def json_schema(cls: type) -> Document:
    """A dataclass as MongoDB's ``$jsonSchema``: required fields, BSON types, closed lists."""
    hints = typing.get_type_hints(cls, include_extras=True)
    properties = {}
    for field in dataclasses.fields(cls):
        if field.metadata.get("stored") is not False:
            properties[field.name] = _property(hints[field.name])
    return {"bsonType": "object", "required": list(properties), "properties": properties}


def _property(hint: Any) -> Document:
    """One type annotation in MongoDB's words.

    Raises ``TypeError`` for an annotation that no stored field should have.
    """
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        parts = [_property(part) for part in typing.get_args(hint)]
        merged: Document = {}
        for part in parts:
            for word, value in part.items():
                if word in ("bsonType", "enum"):
                    merged[word] = merged.get(word, []) + value
                else:
                    merged[word] = value
        if "enum" in merged:
            merged["enum"] = [*merged["enum"], *([None] if type(None) in typing.get_args(hint) else [])]
        return merged
    if origin is Literal:
        return {"bsonType": ["string"], "enum": list(typing.get_args(hint))}
    if origin is list:
        return {"bsonType": ["array"], "items": _property(typing.get_args(hint)[0])}
    if origin is dict:
        value = typing.get_args(hint)[1]
        rest = {} if value is Any else {"additionalProperties": _property(value)}
        return {"bsonType": ["object"], **rest}
    if dataclasses.is_dataclass(hint):
        return {**json_schema(typing.cast("type", hint)), "bsonType": ["object"]}
    try:
        return {"bsonType": list(_BSON[hint])}
    except KeyError:
        raise TypeError(f"no BSON type for the annotation {hint!r}") from None


def articles_validator() -> Document:
    """The validator of the collection ``articles``."""
    schema = json_schema(Article)
    for name, pattern in PATTERNS.items():
        schema["properties"][name]["pattern"] = pattern
    return {"$jsonSchema": schema}


INDEXES: Mapping[str, list[IndexModel]] = {
    "articles": [
        IndexModel([("keys", ASCENDING)], unique=True),
        IndexModel([("source", ASCENDING), ("day", DESCENDING), ("published_at", DESCENDING)]),
        IndexModel([("source", ASCENDING), ("section", ASCENDING), ("day", DESCENDING)]),
        IndexModel([("day", DESCENDING)]),
        IndexModel([("hijri_month", DESCENDING), ("hijri_day", DESCENDING)]),
        IndexModel([("updated_at", ASCENDING)]),
        IndexModel([("story", ASCENDING)]),
        IndexModel([("title_key", ASCENDING)]),
        IndexModel([("site", ASCENDING), ("first_seen_at", DESCENDING)]),
        IndexModel([("search_text", TEXT)], default_language="none"),
    ],
    "revisions": [IndexModel([("article", ASCENDING), ("revision", ASCENDING)])],
}

OPS_INDEXES: Mapping[str, list[IndexModel]] = {
    "rejected": [
        IndexModel([("keys", ASCENDING)]),
        IndexModel([("site", ASCENDING), ("reason", ASCENDING)]),
        # By the server's clock: a replay's rejections carry the moment of the recording.
        IndexModel([("stored_at", ASCENDING)], expireAfterSeconds=30 * 86400),
    ],
    "pending": [IndexModel([("site", ASCENDING), ("retry_at", ASCENDING)])],
    "runs": [
        IndexModel([("site", ASCENDING), ("started_at", DESCENDING)]),
        IndexModel([("outcome", ASCENDING), ("heartbeat_at", ASCENDING)]),
        IndexModel([("stored_at", ASCENDING)], expireAfterSeconds=400 * 86400),
    ],
}

VIEWS: Mapping[str, tuple[str, list[Document]]] = {
    "news": (
        "articles",
        [{"$match": {"duplicate_of": None}}, {"$project": dict.fromkeys(INTERNAL, 0)}],
    ),
    "stories": (
        "articles",
        [
            {"$sort": {"story": 1, "first_seen_at": 1}},
            {
                "$group": {
                    "_id": "$story",
                    "copies": {"$sum": 1},
                    "sources": {"$addToSet": "$source"},
                    "sites": {"$addToSet": "$site"},
                    "first_day": {"$min": "$day"},
                    "articles": {"$push": "$_id"},
                }
            },
        ],
    ),
    "coverage": (
        "articles",
        [
            {
                "$group": {
                    "_id": {"source": "$source", "day": "$day"},
                    "articles": {"$sum": 1},
                    "copies": {"$sum": {"$cond": [{"$eq": ["$duplicate_of", None]}, 0, 1]}},
                    "words": {"$sum": "$word_count"},
                }
            },
            {
                "$project": {
                    "source": "$_id.source",
                    "day": "$_id.day",
                    "articles": 1,
                    "copies": 1,
                    "words": 1,
                }
            },
        ],
    ),
}
"""Views read with ``find`` like collections: name → (collection, pipeline)."""

_NAMESPACE_EXISTS = 48


async def prepare(db: AsyncDatabase[Document], ops: AsyncDatabase[Document]) -> None:
    """Create or bring up to date collections, validators, indexes and views.

    Safe when several crawls do it at once, and when it was done before.
    """
    await _create(db, "articles", validator=articles_validator())
    await db.command("collMod", "articles", validator=articles_validator())
    for name, (source, pipeline) in VIEWS.items():
        await _create(db, name, viewOn=source, pipeline=pipeline)
        await db.command("collMod", name, viewOn=source, pipeline=pipeline)
    for database, indexes in ((db, INDEXES), (ops, OPS_INDEXES)):
        for collection, models in indexes.items():
            await database[collection].create_indexes(models)


async def _create(db: AsyncDatabase[Document], name: str, **options: Any) -> None:
    try:
        await db.create_collection(name, **options)
    except CollectionInvalid:
        pass
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
