"""Applies MongoDB's filters to files: the same query finds the same rows."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newscrawl.choice import Query
from newscrawl.export.schema import COLUMNS, schema

_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "$gte": operator.ge,
    "$gt": operator.gt,
    "$lte": operator.le,
    "$lt": operator.lt,
}


_BETWEEN = "\x1f"
"""Separates the texts of a joined list; no text of an article contains it."""


def expression(query: Query) -> Any:
    """A query as an Arrow expression over the schema of the export; None for a query without conditions.

    Supports equality, ``$ne``, ``$in`` (also for lists of texts), the four comparisons, ``$and`` and ``$or``,
    with null as in MongoDB.

    >>> print(expression({"country": "MA", "day": {"$gte": "2024-03-01"}}))
    ((country == "MA") and (day >= 2024-03-01))

    Raises ``ValueError`` for any other operator, and ``KeyError`` for an unknown field.
    """
    conditions = list(_conditions(query))
    return functools.reduce(operator.and_, conditions) if conditions else None


def _conditions(query: Query) -> Iterator[Any]:
    for name, value in query.items():
        if name in ("$and", "$or"):
            inner = [_all(each) for each in value]
            yield functools.reduce(operator.and_ if name == "$and" else operator.or_, inner)
        elif isinstance(value, Mapping):
            yield from (_compare(name, word, operand) for word, operand in value.items())
        else:
            yield _equal(name, value)


def _all(query: Query) -> Any:
    condition = expression(query)
    return pc.scalar(True) if condition is None else condition


def _compare(name: str, word: str, value: Any) -> Any:
    field, type_ = _field(name)
    if word == "$in" and pa.types.is_list(type_):
        return functools.reduce(operator.or_, (_holds(field, each) for each in value))
    if word == "$in":
        return field.isin([pa.scalar(each).cast(type_) for each in value])
    if word == "$ne":
        return (
            ~_equal(name, value)
            if value is None
            else (field != pa.scalar(value).cast(type_)) | field.is_null()
        )
    if word not in _COMPARED:
        raise ValueError(f"{name}: files cannot be filtered by {word}; export without it, or query MongoDB")
    return _COMPARED[word](field, pa.scalar(value).cast(type_))


def _holds(field: Any, value: str) -> Any:
    """Does the list of texts contain the text? Arrow has no such function, so the list is joined into one."""
    mark = pc.scalar(_BETWEEN)
    inside, nothing = pc.binary_join(field, mark), pc.scalar("")
    joined = pc.binary_join_element_wise(nothing, inside, nothing, mark)
    return pc.match_substring(joined, f"{_BETWEEN}{value}{_BETWEEN}")


def _equal(name: str, value: Any) -> Any:
    field, type_ = _field(name)
    return field.is_null() if value is None else field == pa.scalar(value).cast(type_)


def _field(name: str) -> tuple[Any, pa.DataType]:
    """A field by its path (``published.latest``), and its type."""
    path = name.split(".")
    type_ = schema(COLUMNS).field(path[0]).type
    for part in path[1:]:
        type_ = type_.field(part).type
    return pc.field(*path), type_
