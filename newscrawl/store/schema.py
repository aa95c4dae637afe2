"""The collections: validators, indexes and views, derived from the item classes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Union

from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CollectionInvalid, OperationFailure

from newscrawl.items import SCHEMA_VERSION, Article
from newscrawl.store import coverage
from newscrawl.store.building import build
from newscrawl.store.extracts import begin_extracts
from newscrawl.store.migrations import SUPERSEDED_INDEXES, TOMBSTONES, migrate, move_tombstones
from newscrawl.stored import StoredField, declared, names, stored_fields
from newscrawl.vocabulary import Word

Document = dict[str, Any]

_BSON: dict[object, list[str]] = {
    str: ["string"],
    int: ["int", "long"],
    float: ["double", "int", "long"],
    bool: ["bool"],
    dt.datetime: ["date"],
    bytes: ["binData"],
    type(None): ["null"],
}


def owned_by(owner: str) -> Document:
    """The condition for documents that a site's crawl may change: those of its owner.

    Documents of older versions have no owner.
    """
    return {"owner": {"$in": [owner, None]}}


def document(item: Any) -> Document:
    """The MongoDB document of an item or of a part of an item, with all stored fields.

    Lists and objects are not copied: ``dataclasses.asdict`` would take as long as the write itself.
    """
    return {name: _value(getattr(item, name)) for name in stored_fields(item.__class__)}


def _value(value: Any) -> Any:
    if value.__class__ in _BSON:
        return value
    if isinstance(value, list):
        return value if not value or value[0].__class__ in _BSON else [_value(part) for part in value]
    return document(value) if dataclasses.is_dataclass(value) else value


def json_schema(cls: type) -> Document:
    """A dataclass as MongoDB's ``$jsonSchema``: required fields, BSON types, closed lists, value rules.

    Raises ``TypeError`` for an annotation that no stored field should have.
    """
    hints, fields = typing.get_type_hints(cls), declared(cls)
    required = [name for name, says in fields.items() if says.since == 1]
    return {
        "bsonType": "object",
        **({"required": required} if required else {}),
        "properties": {name: _property(hints[name], says) for name, says in fields.items()},
    }


def _property(hint: Any, says: StoredField) -> Document:
    """The schema of one type annotation, with the rules for its values."""
    return _type(hint, says) | dict(says.rule)


def _type(hint: Any, says: StoredField) -> Document:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        parts = [_type(part, says) for part in args]
        merged: Document = {}
        for part in parts:
            merged |= part | {"bsonType": merged.get("bsonType", []) + part["bsonType"]}
        if "enum" in merged and type(None) in args:
            merged["enum"] = [*merged["enum"], None]
        return merged
    if isinstance(hint, type) and issubclass(hint, Word):
        return {"bsonType": ["string"], "enum": [word.value for word in hint]}
    if origin is list:
        return {"bsonType": ["array"], "items": _property(args[0], StoredField(rule=says.each))}
    if origin is dict:
        rest = {} if args[1] is Any else {"additionalProperties": _type(args[1], StoredField())}
        return {"bsonType": ["object"], **rest}
    if dataclasses.is_dataclass(hint):
        return json_schema(typing.cast("type", hint)) | {"bsonType": ["object"]}
    try:
        return {"bsonType": list(_BSON[hint])}
    except KeyError:
        raise TypeError(f"no BSON type for the annotation {hint!r}") from None


def articles_validator() -> Document:
    """The validator of the collection ``articles``."""
    return {"$jsonSchema": json_schema(Article)}


RETENTION = {
    "rejected": dt.timedelta(days=30),
    "checkpoints": dt.timedelta(days=90),
    "passes": dt.timedelta(days=7),
    "runs": dt.timedelta(days=400),
    "reprocessings": dt.timedelta(days=400),
    "alarms": dt.timedelta(days=90),
}
"""How long documents are kept, by the server's clock (``stored_at``, as a replay's rejections carry the
moment of the recording)."""


def _expiry(collection: str) -> IndexModel:
    seconds = int(RETENTION[collection].total_seconds())
    return IndexModel([("stored_at", ASCENDING)], expireAfterSeconds=seconds)


# Some indexes end with `duplicate_of`, so that the view `news` can leave out copies without fetching them.
INDEXES: Mapping[str, list[IndexModel]] = {
    "articles": [
        IndexModel([("keys", ASCENDING)], unique=True),
        IndexModel(
            [
                ("source", ASCENDING),
                ("day", DESCENDING),
                ("published_at", DESCENDING),
                ("duplicate_of", ASCENDING),
            ]
        ),
        IndexModel(
            [("source", ASCENDING), ("section", ASCENDING), ("day", DESCENDING), ("duplicate_of", ASCENDING)]
        ),
        IndexModel([("day", DESCENDING), ("duplicate_of", ASCENDING)]),
        # Covers only the few articles whose day is not known exactly.
        IndexModel(
            [("published.latest", ASCENDING), ("published.earliest", ASCENDING)],
            partialFilterExpression={"published.latest": {"$gte": "0"}},
        ),
        IndexModel([("hijri_month", DESCENDING), ("hijri_day", DESCENDING), ("duplicate_of", ASCENDING)]),
        IndexModel(
            [("hijri_month_uaq", DESCENDING), ("hijri_day_uaq", DESCENDING), ("duplicate_of", ASCENDING)]
        ),
        IndexModel([("updated_at", ASCENDING), ("duplicate_of", ASCENDING)]),
        # Covers only the few articles that are gone.
        IndexModel(
            [("gone_at", ASCENDING)],
            partialFilterExpression={"gone_at": {"$gte": dt.datetime(1970, 1, 1, tzinfo=dt.UTC)}},
        ),
        IndexModel([("tags", ASCENDING), ("day", DESCENDING)]),
        IndexModel([("authors", ASCENDING)]),
        IndexModel([("story", ASCENDING)]),
        IndexModel([("title_key", ASCENDING), ("day", ASCENDING)]),
        IndexModel([("bands", ASCENDING)]),
        IndexModel([("site", ASCENDING), ("first_seen_at", DESCENDING)]),
        # Without `language_override`, a field `language` would select another stemmer, or be refused. As the
        # day comes last, the index alone shows which articles of some days hold a word.
        IndexModel(
            [("search_text", TEXT), ("day", DESCENDING)],
            default_language="none",
            language_override="lang_of_index",
        ),
    ],
    "revisions": [
        IndexModel([("article", ASCENDING), ("revision", ASCENDING)]),
        IndexModel([("replaced_at", ASCENDING)]),
    ],
    "coverage": [
        # Includes all fields of a day that the monitors need, so that they read no documents.
        IndexModel(
            [("source", ASCENDING), ("day", ASCENDING), ("articles", ASCENDING), ("complete", ASCENDING)]
        ),
        IndexModel([("day", ASCENDING), ("source", ASCENDING)]),
    ],
    "runs": [
        IndexModel([("site", ASCENDING), ("began", DESCENDING)]),
        IndexModel([("began", DESCENDING)]),
        _expiry("runs"),
    ],
    "rejections": [
        IndexModel([("site", ASCENDING), ("reason", ASCENDING), ("rejected_at", DESCENDING)]),
        _expiry("rejected"),
    ],
    TOMBSTONES: [IndexModel([("updated_at", ASCENDING)])],
}

OPS_INDEXES: Mapping[str, list[IndexModel]] = {
    "rejected": [
        IndexModel([("keys", ASCENDING)]),
        IndexModel([("site", ASCENDING), ("reason", ASCENDING)]),
        IndexModel([("reason", ASCENDING)]),
        _expiry("rejected"),
    ],
    "pending": [IndexModel([("site", ASCENDING), ("retry_at", ASCENDING)])],
    "checkpoints": [IndexModel([("site", ASCENDING), ("days", ASCENDING)]), _expiry("checkpoints")],
    "passes": [_expiry("passes")],
    "reprocessings": [_expiry("reprocessings")],
    "runs": [
        IndexModel([("site", ASCENDING), ("started_at", DESCENDING)]),
        # The few runs of a site that found something new, by which `scrapy status` judges it.
        IndexModel(
            [("site", ASCENDING), ("finished_at", DESCENDING)], partialFilterExpression={"came": {"$gt": 0}}
        ),
        IndexModel([("outcome", ASCENDING), ("heartbeat_at", ASCENDING)]),
        _expiry("runs"),
    ],
    "alarms": [_expiry("alarms")],
    # Covers only the few sites with a running or queued job.
    "leases": [IndexModel([("job", ASCENDING)], partialFilterExpression={"job": {"$gt": ""}})],
}

_NO_COPIES: Document = {"$match": {"duplicate_of": None}}
INTERNAL = names(Article, lambda says: says.internal)
"""Fields of ``articles`` for internal use only; the views leave them out."""
OF_COPY = names(Article, lambda says: says.of_copy)
"""The fields of a copy in the view ``stories``, besides its ``_id``."""
_NO_INTERNALS: Document = {"$project": dict.fromkeys(INTERNAL, 0)}

VIEWS: Mapping[str, tuple[str, list[Document]]] = {
    "news": ("articles", [_NO_COPIES, _NO_INTERNALS]),
    "stories": (
        "articles",
        [
            _NO_COPIES,
            {
                "$lookup": {
                    "from": "articles",
                    "localField": "story",
                    "foreignField": "story",
                    "pipeline": [
                        {"$match": {"duplicate_of": {"$ne": None}}},
                        {"$project": dict.fromkeys(OF_COPY, 1)},
                    ],
                    "as": "copies",
                }
            },
            _NO_INTERNALS,
        ],
    ),
}
"""Views, read with ``find`` like collections: name → (collection, pipeline). They drop fields and never
rename them, so that filters on them use the indexes of ``articles``."""

_STORAGE: Document = {
    "storageEngine": {"wiredTiger": {"configString": "block_compressor=zstd"}},
    "indexOptionDefaults": {
        "storageEngine": {
            "wiredTiger": {"configString": "allocation_size=512B,leaf_page_max=4KB,block_compressor=snappy"}
        }
    },
}
"""WiredTiger's options for a new collection of articles, which halve its size. Small pages suit the text
index, as each article touches a hundred of them. The options belong to the collection, not to each index:
nodes of an older version would regard an index with other options as a different index."""
_NAMESPACE_EXISTS = 48
_STORAGE_REFUSED = frozenset({2, 9, 72, 115})
"""BadValue, FailedToParse, InvalidOptions, CommandNotSupported: the server lacks these storage options."""
_OLD_TEXT_INDEX = "search_text_text"
_INDEXES_CONFLICT = frozenset({67, 85, 86})
"""CannotCreateIndex (a second text index), IndexOptionsConflict, IndexKeySpecsConflict."""


async def prepare(db: AsyncDatabase[Document], ops: AsyncDatabase[Document]) -> None:
    """Create the collections, or upgrade those of an older version.

    Safe if several crawls do this at once, after an interruption, and alongside nodes of another version:
    every step is idempotent, additions are optional for older nodes, and changes by a newer version are kept.
    """
    state = await ops["schema"].find_one({"_id": "articles"}) or {}
    version = state.get("version", 1)  # the first version kept no record
    if version > SCHEMA_VERSION:
        return
    existing = {collection["name"]: collection["options"] async for collection in await db.list_collections()}
    # "moderate", so that documents of an older version that break a newer rule can still be updated.
    rules = {"validator": articles_validator(), "validationLevel": "moderate", "validationAction": "error"}
    await _provide(db, "articles", existing, rules, _STORAGE)
    if "articles" in existing:  # a new collection needs no upgrade
        await migrate(db, version)
        await move_tombstones(db, ops)
    if "viewOn" in existing.get("coverage", {}):  # a view in older versions; it is counted below
        await db.drop_collection("coverage")
    for database, indexes in ((db, INDEXES), (ops, OPS_INDEXES)):
        for collection, models in indexes.items():
            await _provide_indexes(database[collection], models)
    for name, (source, pipeline) in VIEWS.items():
        await _provide(db, name, existing, {"viewOn": source, "pipeline": pipeline})
    if not state.get("told"):
        if "articles" in existing:
            await begin_extracts(db, ops)
            await coverage.begin(db)
        await ops["schema"].update_one({"_id": "articles"}, {"$set": {"told": True}}, upsert=True)
    if version < SCHEMA_VERSION:
        for name in SUPERSEDED_INDEXES & (await db["articles"].index_information()).keys():
            await _drop_index(db["articles"], name)
        await ops["schema"].update_one(
            {"_id": "articles"},
            {"$max": {"version": SCHEMA_VERSION}, "$currentDate": {"migrated_at": True}},
            upsert=True,
        )


async def _provide(
    db: AsyncDatabase[Document],
    name: str,
    existing: Mapping[str, Document],
    options: Document,
    storage: Document | None = None,
) -> None:
    """Create a collection or a view, or change its options if they differ.

    ``storage`` holds options of the storage engine for a new collection, used if the server supports them.
    """
    if name not in existing:
        try:
            await db.create_collection(name, **options, **(storage or {}))
            return
        except CollectionInvalid:
            pass
        except OperationFailure as error:
            if storage and error.code in _STORAGE_REFUSED:
                await _provide(db, name, existing, options)
                return
            if error.code != _NAMESPACE_EXISTS:
                raise
    elif options.items() <= existing[name].items():
        return
    await db.command("collMod", name, **options)


async def _provide_indexes(collection: AsyncCollection[Document], models: list[IndexModel]) -> None:
    try:
        await build(collection, models)
    except OperationFailure as error:
        if error.code not in _INDEXES_CONFLICT:
            raise
        # A collection can have only one text index, and older versions had a different one.
        await _drop_index(collection, _OLD_TEXT_INDEX)
        # Other versions may have kept documents for a different time.
        for model in models:
            index = {k: model.document[k] for k in ("name", "expireAfterSeconds") if k in model.document}
            if "expireAfterSeconds" in index:
                await collection.database.command("collMod", collection.name, index=index)
        await build(collection, models)


async def _drop_index(collection: AsyncCollection[Document], index: str) -> None:
    with suppress(OperationFailure):  # another crawl that upgrades at the same time has removed it already
        await collection.drop_index(index)
