"""The data dictionary ``docs/data.md``, written from the item classes: ``python -m newscrawl.store.dictionary``."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import types
import typing

from newscrawl import items
from newscrawl.items import Article, Rejection

_HEAD = """# What is stored

Written from the item classes by `python -m newscrawl.store.dictionary`; a test holds both together.

The articles are in the collection `articles` of the database `newscrawl` (`MONGODB_DATABASE`). Days are
strings `YYYY-MM-DD` on the publisher's clock, instants are dates in UTC, lists are never null; a field
that may be null says so. Where the truth is not known the field is null.

Ready to read beside it: `news` (articles that are no copies, without internal fields), `stories` (one row a
story, with its copies), `coverage` (articles a newspaper and day), `revisions` (former states of corrected
articles). In `newscrawl_ops`: `runs`, `rejected`, `marks`, `pending`.

```python
from pymongo import MongoClient
news = MongoClient("mongodb://127.0.0.1:27017").newscrawl.news
news.find({"source": "alayam24"}).sort([("day", -1), ("published_at", -1)]).limit(10)  # newest of a newspaper
news.find({"hijri_month": "1445-09"})                                                  # Ramadan 1445
news.find({"day": "2024-03-27"})                                                       # one day
```
"""


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
    if origin is typing.Literal:
        return ", ".join(f"`{arg}`" for arg in args)
    if origin is list:
        return f"list of {_words(args[0])}"
    if origin is dict or hint is dict:
        return "object"
    names = {"str": "string", "int": "integer", "float": "number", "datetime": "date", "NoneType": "null"}
    name = getattr(hint, "__name__", str(hint))
    return f"[{name}](#{name.lower()})" if dataclasses.is_dataclass(hint) else names.get(name, name)


def _table(cls: type) -> str:
    hints, said = typing.get_type_hints(cls), docstrings(cls)
    rows = [
        f"| `{field.name}` | {_words(hints[field.name])} | {said[field.name].replace('``', '`')} |"
        for field in dataclasses.fields(cls)
        if field.metadata.get("stored") is not False
    ]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])


def page() -> str:
    """The whole page in Markdown."""
    parts = [_HEAD, "## articles\n", _table(Article)]
    for cls in (
        items.PublishedDetail,
        items.HijriDetail,
        items.Image,
        items.Alternate,
        items.Http,
        items.Duplicate,
        items.MadeBy,
    ):
        parts += [f"\n### {cls.__name__}\n", inspect.getdoc(cls) or "", "", _table(cls)]
    parts += ["\n## rejected\n", inspect.getdoc(Rejection) or "", "", _table(Rejection)]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(page(), end="")
