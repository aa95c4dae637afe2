"""The Arrow schema of articles, derived from their declaration in ``newscrawl.items``.

A column has its type even if all values are null, so that files of any day and source open together. Names
are those of MongoDB; parts of a document are structs (``published.precision``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Union

import pyarrow as pa

from newscrawl import patterns
from newscrawl.items import READ_FIELDS, SCHEMA_VERSION, Article
from newscrawl.stored import StoredField, declared, names
from newscrawl.vocabulary import Word

COLUMNS = names(Article, lambda says: not says.internal or says.read_back)
"""The columns of a file: all stored fields except those that serve only MongoDB's indexes. ``signature`` is
included, so that copies can be found in files, too."""

_SIMPLE: Mapping[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
    dt.datetime: pa.timestamp("ms", "UTC"),  # as exact as MongoDB
}
_NAMED: Mapping[str, pa.DataType] = {
    # Structs rather than maps, so that the field is `origins.body` as in MongoDB.
    "origins": pa.struct([pa.field(name, pa.string()) for name in sorted({*READ_FIELDS, "publisher"})]),
    "places": pa.struct([pa.field(name, pa.string()) for name in sorted({*READ_FIELDS, "publisher"})]),
}
"""Field that is declared merely as an object → its type."""


@cache
def schema(columns: tuple[str, ...] = COLUMNS) -> pa.Schema:
    """The schema of these fields of an article, in this order.

    Days (``YYYY-MM-DD`` in MongoDB) are ``date32``, Hijri days are strings, instants are in milliseconds in
    UTC, and every column may be null. The metadata holds ``SCHEMA_VERSION`` as ``newscrawl.schema``.

    >>> schema(("day", "hijri_day", "tags")).types
    [DataType(date32[day]), DataType(string), ListType(list<element: string>)]

    Raises ``KeyError`` for an unknown field.
    """
    hints, fields = typing.get_type_hints(Article), declared(Article)
    arrow_fields = [pa.field(name, _type(name, hints[name], fields[name])) for name in columns]
    return pa.schema(arrow_fields, metadata={"newscrawl.schema": str(SCHEMA_VERSION)})


def bare(hint: Any) -> Any:
    """A type annotation without its ``None``.

    >>> bare(str | None)
    <class 'str'>
    """
    if typing.get_origin(hint) in (Union, types.UnionType):
        (hint,) = (arg for arg in typing.get_args(hint) if arg is not type(None))
    return hint


def is_day(says: StoredField) -> bool:
    """Is the field a Gregorian day?"""
    return says.rule.get("pattern") == patterns.DAY


def _type(name: str, hint: Any, says: StoredField) -> pa.DataType:
    """The Arrow type of an annotation; raises ``TypeError`` for an unexpected annotation."""
    hint = bare(hint)
    if typing.get_origin(hint) is dict and name in _NAMED:
        return _NAMED[name]
    if typing.get_origin(hint) is list:
        return pa.list_(pa.field("element", _type("", typing.get_args(hint)[0], StoredField())))
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        parts = declared(typing.cast("type", hint)).items()
        return pa.struct([pa.field(part, _type(part, hints[part], own)) for part, own in parts])
    if isinstance(hint, type) and issubclass(hint, Word):
        return pa.string()
    if is_day(says):
        return pa.date32()
    try:
        return _SIMPLE[hint]
    except (KeyError, TypeError):
        raise TypeError(f"no Arrow type for {name}: {hint!r}") from None
