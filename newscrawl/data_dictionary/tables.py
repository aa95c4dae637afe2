"""A table of the fields of an item class: type, meaning, unit, example, source."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import inspect
import json
import re
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from newscrawl.data_dictionary.examples import EXAMPLES
from newscrawl.items import Article, Rejection, Revision
from newscrawl.store.schema import document
from newscrawl.stored import declared, parts, stored_fields
from newscrawl.vocabulary import Word

LISTED = 6
"""Maximum number of words of a closed list in a cell; a longer list gets its own table."""


def docstrings(cls: type) -> dict[str, str]:
    """The docstring under each field of a dataclass.

    Raises ``TypeError`` for a stored field without a docstring.
    """
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    by_field = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(text.value, ast.Constant)
            by_field[field.target.id] = inspect.cleandoc(str(text.value.value)).replace("\n", " ")
    for name in stored_fields(cls):
        if not by_field.get(name):
            raise TypeError(f"{cls.__name__}.{name} has no docstring under it")
    return by_field


def _words(hint: object) -> str:
    """A type annotation in plain words."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_words(arg) for arg in args)
    if isinstance(hint, type) and issubclass(hint, Word):
        return ", ".join(f"`{word}`" for word in hint) if len(hint) <= LISTED else "string"
    if origin is list:
        return f"list of {_words(args[0])}"
    if origin is dict or hint is dict:
        return "object"
    names = {"str": "string", "int": "integer", "float": "number", "datetime": "date", "NoneType": "null"}
    name = getattr(hint, "__name__", str(hint))
    return f"[{name}](#{name.lower()})" if dataclasses.is_dataclass(hint) else names.get(name, name)


def example(cls: type, name: str) -> object:
    """The first value of a field in the examples; None if there is none."""
    root = cls if cls in (Rejection, Revision) else Article
    documents = [document(item) for item in EXAMPLES if isinstance(item, root)]
    values = (fields[name] for fields in _holding(cls, root, documents))
    return next((value for value in values if value not in (None, [], "")), None)


def _holding(wanted: type, cls: type, documents: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The objects of a class in the examples: whole documents, or parts of documents."""
    if cls is wanted:
        yield from documents
        return
    hints = typing.get_type_hints(cls)
    for name in stored_fields(cls):
        for inner, _ in parts(hints[name]):
            values = [fields[name] for fields in documents if fields[name]]
            inside = [part for value in values for part in (value if isinstance(value, list) else [value])]
            yield from _holding(wanted, inner, inside)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"`{value:%Y-%m-%dT%H:%M:%SZ}`"
    if isinstance(value, dict) and any(
        isinstance(part, dict | list | bytes | dt.datetime) for part in value.values()
    ):
        return "see below"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "see below"
    if isinstance(value, bytes):
        return f"`{value.hex()}…`"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "⏎").replace("|", "\\|")
    return f"`{text[:60]}…`" if len(text) > 60 else f"`{text}`"


def fields_table(cls: type, source: str = "") -> str:
    """The fields of a class as a Markdown table; ``source`` is the default for the column ``from``."""
    hints, meanings = typing.get_type_hints(cls), docstrings(cls)
    rows = []
    for name, says in declared(cls).items():
        meaning = re.sub(r"\.? ?Example: .*?(?:\.$|(; )|$)", lambda hit: hit[1] or ".", meanings[name])
        unit = says.unit or ("UTC" if "date" in _words(hints[name]).split() else "")
        cells = [f"`{name}`", _words(hints[name]), meaning.replace("``", "`"), unit]
        rows.append(f"| {' | '.join([*cells, _shown(example(cls, name)), says.source or source])} |")
    return "\n".join(
        ["| field | type | meaning | unit | example | from |", "|---|---|---|---|---|---|", *rows]
    )


def parts_of(cls: type, source: str = "") -> dict[type, str]:
    """Class of a part of a document → the default of its fields for the column ``from``."""
    origins: dict[type, str] = {}
    hints = typing.get_type_hints(cls)
    for name, says in declared(cls).items():
        for inner, _ in parts(hints[name]):
            origins[inner] = says.source or source
            origins |= parts_of(inner, origins[inner])
    return origins
