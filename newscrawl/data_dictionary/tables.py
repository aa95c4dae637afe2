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

from newscrawl import items
from newscrawl.data_dictionary.examples import EXAMPLES
from newscrawl.items import Article, Rejection
from newscrawl.store.schema import document, stored_fields
from newscrawl.vocabulary import Word

COLUMNS = (
    "url", "source", "source_name", "via", "country", "title", "lede", "body", "word_count", "lang",
    "authors", "agencies", "section", "tags", "day", "published_at", "published.precision", "hijri_day",
    "hijri_month", "first_seen_at", "updated_at", "gone_at", "revision", "story",
)  # fmt: skip
"""What a table for analysis keeps; the rest is how the article was read, and machinery."""

FROM: Mapping[str, str] = {
    "the address": "_id url urls keys",
    "the site's declaration, or the table of newspapers": "source source_name site owner via country",
    "the page": "title lede body authors byline agencies dateline section tags images access warnings "
    "alternates published_raw modified_at",
    "computed from the text": "word_count lang content_hash search_text title_key signature bands",
    "the date on the page and the site's clock": "day published_at hijri_day hijri_month hijri_day_uaq "
    "published published_missing",
    "the reading of the page": "origins",
    "the site's answer": "http",
    "the crawl": "raw made_by run first_seen_at last_seen_at checked_at gone_at",
    "the database": "updated_at revision",
    "comparison with other articles": "duplicate_of duplicate story",
}
"""Where each field of an article comes from."""
PARTS: Mapping[type, str] = {
    items.PublishedDetail: "the date on the page and the site's clock",
    items.OfferedDate: "the page, or the list that named it",
    items.HijriDetail: "the calendar tables; `printed` from the page",
    items.Image: "the page",
    items.Alternate: "the page",
    items.Http: "the site's answer",
    items.Duplicate: "comparison with the root of the story",
    items.Signature: "computed from the text",
    items.MadeBy: "the code that made the document",
}
"""The parts of an article, and where their fields come from."""
UNITS: Mapping[str, str] = {
    "word_count": "words",
    "revision": "states",
    "similarity": "share, 0 to 1",
    "containment": "share, 0 to 1",
    "status": "HTTP status code",
    "day": "YYYY-MM-DD",
    "earliest": "YYYY-MM-DD",
    "latest": "YYYY-MM-DD",
    "hijri_day": "YYYY-MM-DD, Hijri",
    "hijri_day_uaq": "YYYY-MM-DD, Hijri",
    "printed": "YYYY-MM-DD, Hijri",
    "hijri_month": "YYYY-MM, Hijri",
    "time": "HH:MM[:SS]",
    "utc_offset": "±HH:MM",
    "country": "ISO 3166-1 alpha-2",
    "lang": "ISO 639",
    "timezone": "IANA name",
    "page": "zlib",
    "values": "unsigned 32-bit integers",
}
"""Units and formats."""
LISTED = 6
"""Words of a closed list that a cell names; a longer list has a table of its own."""


def docstrings(cls: type) -> dict[str, str]:
    """The docstring under each field of a dataclass."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(text.value, ast.Constant)
            found[field.target.id] = inspect.cleandoc(str(text.value.value)).replace("\n", " ")
    return found


def _words(hint: object) -> str:
    """A type annotation for a reader who knows no Python."""
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
    """The value of a field in the first of the examples that has one; None when none has."""
    root = Rejection if cls is Rejection else Article
    documents = [document(item) for item in EXAMPLES if isinstance(item, root)]
    values = (fields[name] for fields in _parts(cls, root, documents))
    return next((value for value in values if value not in (None, [], "")), None)


def _parts(wanted: type, cls: type, documents: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What the examples hold of one class: the documents, or the parts of them that are of that class."""
    if cls is wanted:
        yield from documents
        return
    hints = typing.get_type_hints(cls)
    for name in stored_fields(cls):
        for inner in _classes(hints[name]):
            values = [fields[name] for fields in documents if fields[name]]
            inside = [part for value in values for part in (value if isinstance(value, list) else [value])]
            yield from _parts(wanted, inner, inside)


def _classes(hint: object) -> Iterator[type]:
    if dataclasses.is_dataclass(hint):
        yield typing.cast("type", hint)
    for arg in typing.get_args(hint):
        yield from _classes(arg)


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


def fields_table(cls: type, origins: Mapping[str, str]) -> str:
    """The fields of a class as a Markdown table; ``origins`` says where each comes from."""
    hints, said = typing.get_type_hints(cls), docstrings(cls)
    rows = []
    for name in stored_fields(cls):
        meaning = re.sub(r"\.? ?Example: .*?(?:\.$|(; )|$)", lambda hit: hit[1] or ".", said[name])
        unit = UNITS.get(name) or ("UTC" if "date" in _words(hints[name]).split() else "")
        cells = [f"`{name}`", _words(hints[name]), meaning.replace("``", "`"), unit]
        rows.append(f"| {' | '.join([*cells, _shown(example(cls, name)), origins[name]])} |")
    return "\n".join(
        ["| field | type | meaning | unit | example | from |", "|---|---|---|---|---|---|", *rows]
    )
