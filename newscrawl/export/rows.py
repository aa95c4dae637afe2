"""Turns articles into rows of the export schema: documents of MongoDB, or articles just read from pages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from newscrawl.export.schema import COLUMNS, bare, is_day, schema
from newscrawl.items import Article
from newscrawl.stored import declared, default

Convert = Callable[[Any], Any]
"""A function that turns a stored value into a value that Arrow accepts."""


def from_documents(
    documents: Sequence[Mapping[str, Any]], columns: tuple[str, ...] = COLUMNS
) -> pa.RecordBatch:
    """Documents of the collection ``articles`` as rows.

    A field that an older version did not store gets its default. Raises ``ValueError`` for a value of another
    type than declared, which MongoDB's validator refuses.

    >>> from_documents([{"_id": "9f0c", "day": "2024-03-27"}], ("day", "title", "tags")).to_pylist()
    [{'day': datetime.date(2024, 3, 27), 'title': '', 'tags': []}]
    """
    return _batch(lambda name: _stored(documents, name), columns)


def from_articles(articles: Sequence[Article], columns: tuple[str, ...] = COLUMNS) -> pa.RecordBatch:
    """Articles that were just read and identified, as rows.

    ``_id`` is the first key, as in MongoDB. Fields that only a database sets (``story``, ``updated_at``) are
    null.

    >>> article = Article(url="https://sada.ma/1", source="sada", source_name="صدى", site="s", keys=["9f"])
    >>> from_articles([article], ("_id", "source_name", "story")).to_pylist()
    [{'_id': '9f', 'source_name': 'صدى', 'story': None}]
    """
    own: Mapping[str, Convert] = {
        "_id": lambda article: article._id or next(iter(article.keys), None),
        "story": lambda article: article.story or None,
    }

    def values(name: str) -> list[Any]:
        get = own.get(name) or (lambda article: getattr(article, name))
        return [get(article) for article in articles]

    return _batch(values, columns)


def filled(document: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """A stored document with these fields; a field that an older version did not store gets its default.

    >>> filled({"_id": "9f0c", "day": "2024-03-27"}, ("_id", "title", "day"))
    {'_id': '9f0c', 'title': '', 'day': '2024-03-27'}
    """
    return {name: document[name] if name in document else _default(name) for name in columns}


def to_documents(rows: pa.RecordBatch) -> list[dict[str, Any]]:
    """Rows of the schema as documents, as MongoDB holds them: days become strings again.

    >>> to_documents(from_documents([{"_id": "9f0c", "day": "2024-03-27"}], ("_id", "day")))
    [{'_id': '9f0c', 'day': '2024-03-27'}]
    """
    back = {
        name: _of_arrow(type_, name in _OPEN)
        for name, type_ in zip(rows.schema.names, rows.schema.types, strict=True)
    }
    return [{name: back[name](value) for name, value in row.items()} for row in rows.to_pylist()]


_OPEN = ("origins", "places", "raw")
"""Objects that omit unknown fields."""


def _of_arrow(type_: pa.DataType, is_open: bool = False) -> Convert:
    """The function that turns an Arrow value of this type into a stored value."""
    if pa.types.is_date(type_):
        return lambda value: value and value.isoformat()
    if pa.types.is_list(type_):
        convert_item = _of_arrow(type_.value_type)
        return lambda values: values and [convert_item(value) for value in values]
    if pa.types.is_struct(type_):
        fields = {field.name: _of_arrow(field.type) for field in type_}
        return lambda value: (
            value
            and {name: fields[name](part) for name, part in value.items() if not (is_open and part is None)}
        )
    return lambda value: value


@cache
def _default(name: str) -> Any:
    missing = default(Article, name)
    return None if missing is dataclasses.MISSING else missing


def _stored(documents: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    missing = _default(name)
    return [doc.get(name, missing) for doc in documents]


def _batch(values: Callable[[str], list[Any]], columns: tuple[str, ...]) -> pa.RecordBatch:
    wanted, converts = schema(columns), _converts(Article)
    arrays = []
    for name, type_ in zip(wanted.names, wanted.types, strict=True):
        convert, column = converts[name], values(name)
        try:
            arrays.append(pa.array(map(convert, column) if convert else column, type_, size=len(column)))
        except (pa.ArrowException, TypeError) as error:
            raise ValueError(f"{name}: {error}") from None
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)


@cache
def _converts(cls: Any) -> Mapping[str, Convert | None]:
    """Stored field of a class → its conversion for Arrow; None if Arrow accepts the value as it is."""
    hints = typing.get_type_hints(cls)
    return {
        name: _day if is_day(says) else _convert(bare(hints[name])) for name, says in declared(cls).items()
    }


def _convert(hint: Any) -> Convert | None:
    if typing.get_origin(hint) is list:
        convert_item = _convert(bare(typing.get_args(hint)[0]))
        return (
            (lambda values: None if values is None else [convert_item(value) for value in values])
            if convert_item
            else None
        )
    return _part(hint) if dataclasses.is_dataclass(hint) else None


def _part(cls: Any) -> Convert:
    """The conversion of a part of a document into a struct."""
    converts = _converts(cls)

    def convert(value: Any) -> Any:
        if value is None:
            return None
        get = value.get if isinstance(value, Mapping) else (lambda name: getattr(value, name))
        return {name: own(get(name)) if own else get(name) for name, own in converts.items()}

    return convert


def _day(value: str | None) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(value)
