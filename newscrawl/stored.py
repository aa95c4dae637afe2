"""The properties of stored fields, besides type and docstring.

They are declared once, with the field in ``newscrawl.items``. The validator, the views, the migrations, the
writer, the revisions, the data dictionary and the saved pages of the tests are derived from this declaration
by the functions below.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from functools import cache
from typing import Any, ParamSpec

P = ParamSpec("P")

Rule = Mapping[str, Any]
"""A condition on a value besides its type, in JSON Schema: ``{"minimum": 0}``."""


class Changes(Enum):
    """When the store changes a field of a stored article."""

    NEVER = "set when the article is first stored"
    TEXT = "with a new text; the revision keeps the former value"
    DATE = "with a better date; the revision keeps the former value"
    VISIT = "with every visit"
    GATHERED = "each visit adds its values to the list"
    EARLIEST = "the earliest moment of any visit"
    LATEST = "the latest moment of any visit"
    STORE = "by the store itself, for reasons of its own"


@dataclass(frozen=True, slots=True)
class StoredField:
    """The properties of a stored field."""

    source: str = ""
    """Where its value comes from, for the data dictionary; empty in a part, which has the source of its
    field."""
    changes: Changes | None = None
    """When the store changes it; None in a part, which changes with the field that contains it."""
    _: KW_ONLY
    since: int = 1
    """The schema version that introduced it. The validator requires only fields of version 1, so that a node
    with an older version can still store articles."""
    unit: str = ""
    """Unit or format, for the data dictionary. Example: ``words``."""
    rule: Rule = field(default_factory=dict)
    """Rule for its value."""
    each: Rule = field(default_factory=dict)
    """Rule for each item of a list."""
    internal: bool = False
    """Only newscrawl itself reads it: neither the views nor the revisions contain it."""
    read_back: bool = False
    """The writer reads it for its decisions, although it is internal."""
    corrected: bool = False
    """A revision names it in ``changed`` when the newspaper changed it."""
    of_copy: bool = False
    """The view ``stories`` shows it for each copy."""
    export: bool = False
    """The example of a pandas table in ``docs/data.md`` has it as a column. Files exported by
    ``newscrawl.export`` have a column for each field that is not internal."""
    expected: bool = False
    """The saved pages of ``tests/sites`` state its expected value."""

    @property
    def is_revised(self) -> bool:
        """Do revisions keep its former value?"""
        return self.changes in (Changes.TEXT, Changes.DATE) and not self.internal


def _metadata(cls: Callable[P, StoredField]) -> Callable[P, dict[str, StoredField]]:
    def stored(*args: P.args, **kwargs: P.kwargs) -> dict[str, StoredField]:
        """The ``metadata`` of a stored field; the arguments are those of :class:`StoredField`.

        >>> @dataclass
        ... class Article:
        ...     reading_minutes: int = field(default=0, metadata=stored("the text", Changes.TEXT))
        >>> declared(Article)["reading_minutes"].source
        'the text'
        """
        return {"stored": cls(*args, **kwargs)}

    return stored


stored = _metadata(StoredField)

NOT_STORED: Mapping[str, None] = {"stored": None}
"""The ``metadata`` of a field that is not stored."""


@cache
def declared(cls: Any) -> Mapping[str, StoredField]:
    """The properties of the stored fields of a class, by name, in order.

    Raises ``TypeError`` for a field without a declaration in a class whose other fields have one.
    """
    every = {f.name: f.metadata.get("stored", StoredField()) for f in dataclasses.fields(cls)}
    own = {name: word for name, word in every.items() if word is not None}
    if any(word.changes for word in own.values()):
        for name, word in own.items():
            if not word.changes:
                raise TypeError(f"{cls.__name__}.{name} needs metadata=stored(…) of newscrawl.stored")
    return types.MappingProxyType(own)


@cache
def stored_fields(cls: Any) -> tuple[str, ...]:
    """The names of a class's stored fields, in order."""
    return tuple(declared(cls))


def names(cls: Any, which: Callable[[StoredField], object]) -> tuple[str, ...]:
    """The names of a class's stored fields with a certain property, in order."""
    return tuple(name for name, says in declared(cls).items() if which(says))


@cache
def changing(cls: Any, *when: Changes) -> tuple[str, ...]:
    """The names of a class's stored fields that change on these occasions, in order."""
    return names(cls, lambda says: says.changes in when)


def paths(cls: Any, path: str = "") -> Iterator[tuple[str, StoredField]]:
    """The stored fields of a class and of its parts: ``published.time``, or ``images[].url`` in a list."""
    hints = typing.get_type_hints(cls)
    for name, says in declared(cls).items():
        yield path + name, says
        for inner, between in parts(hints[name]):
            yield from paths(inner, f"{path}{name}{between}.")


def parts(hint: Any) -> Iterator[tuple[type, str]]:
    """The dataclasses in a type annotation, each with ``[]`` if it is in a list."""
    if dataclasses.is_dataclass(hint):
        yield typing.cast("type", hint), ""
    for arg in typing.get_args(hint):
        for inner, between in parts(arg):
            yield inner, between + ("[]" if typing.get_origin(hint) is list else "")


def default(cls: Any, name: str) -> Any:
    """The value of a field in a document that was stored before the field existed."""
    (declaration,) = (f for f in dataclasses.fields(cls) if f.name == name)
    return (
        declaration.default
        if declaration.default_factory is dataclasses.MISSING
        else declaration.default_factory()
    )
