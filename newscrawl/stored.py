"""What each stored field says of itself, beside its type and its docstring.

The declaration of a field in ``newscrawl.items`` is the only place that knows it. The validator, the views,
the migration, the writer, the revisions, the data dictionary and the saved pages of the tests derive from it
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
"""What a value must look like beyond its type, in the words of JSON Schema: ``{"minimum": 0}``."""


class Changes(Enum):
    """When the store changes a field of an article that it holds."""

    NEVER = "set when the article is first stored"
    TEXT = "with a new text; the revision keeps the former value"
    DATE = "with a better date; the revision keeps the former value"
    VISIT = "with every visit"
    GATHERED = "each visit adds its values to the list"
    EARLIEST = "the earliest moment of any visit"
    LATEST = "the latest moment of any visit"
    STORE = "by the store itself, for reasons of its own"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a stored field says of itself."""

    source: str = ""
    """What it is derived from, as the data dictionary says it; of a part: as the field that holds it."""
    changes: Changes | None = None
    """When the store changes it; None in a part, which changes with the field that holds it."""
    _: KW_ONLY
    since: int = 1
    """The schema version that brought it. No validator requires a later one than the first: a node that
    runs an older version goes on storing without it."""
    unit: str = ""
    """Unit or format, for the data dictionary. Example: ``words``."""
    rule: Rule = field(default_factory=dict)
    """Rule for its value."""
    each: Rule = field(default_factory=dict)
    """Rule for each item of a list."""
    internal: bool = False
    """Only the machinery reads it: neither the views nor the revisions have it."""
    read_back: bool = False
    """The writer's decisions depend on it, though it is internal."""
    corrected: bool = False
    """A revision names it in ``changed`` when the newspaper has changed it."""
    of_copy: bool = False
    """The view ``stories`` shows it of each copy."""
    export: bool = False
    """A table for analysis has it as a column."""
    expected: bool = False
    """The saved pages of ``tests/sites`` say what it must be."""

    @property
    def is_revised(self) -> bool:
        """Does a revision keep its former value?"""
        return self.changes in (Changes.TEXT, Changes.DATE) and not self.internal


def _metadata(cls: Callable[P, Stored]) -> Callable[P, dict[str, Stored]]:
    def stored(*args: P.args, **kwargs: P.kwargs) -> dict[str, Stored]:
        """The ``metadata`` of a stored field; the arguments are those of :class:`Stored`.

        >>> @dataclass
        ... class Article:
        ...     reading_minutes: int = field(default=0, metadata=stored("the text", Changes.TEXT))
        >>> declared(Article)["reading_minutes"].source
        'the text'
        """
        return {"stored": cls(*args, **kwargs)}

    return stored


stored = _metadata(Stored)

NOT_STORED: Mapping[str, None] = {"stored": None}
"""The ``metadata`` of a field that only travels."""


@cache
def declared(cls: Any) -> Mapping[str, Stored]:
    """What the stored fields of a class say of themselves, in order.

    Raises ``TypeError`` for a field that says nothing beside others of its class that say where they come
    from.
    """
    every = {f.name: f.metadata.get("stored", Stored()) for f in dataclasses.fields(cls)}
    own = {name: word for name, word in every.items() if word is not None}
    if any(word.changes for word in own.values()):
        for name, word in own.items():
            if not word.changes:
                raise TypeError(f"{cls.__name__}.{name} needs metadata=stored(…) of newscrawl.stored")
    return types.MappingProxyType(own)


@cache
def stored_fields(cls: Any) -> tuple[str, ...]:
    """Names of the fields of a class that are stored, in order."""
    return tuple(declared(cls))


def names(cls: Any, which: Callable[[Stored], object]) -> tuple[str, ...]:
    """Names of the stored fields of a class that say so, in order."""
    return tuple(name for name, says in declared(cls).items() if which(says))


@cache
def changing(cls: Any, *when: Changes) -> tuple[str, ...]:
    """Names of the stored fields of a class that change then, in order."""
    return names(cls, lambda says: says.changes in when)


def paths(cls: Any, path: str = "") -> Iterator[tuple[str, Stored]]:
    """The stored fields of a class and of its parts: ``published.time``; in a list ``images[].url``."""
    hints = typing.get_type_hints(cls)
    for name, says in declared(cls).items():
        yield path + name, says
        for inner, between in parts(hints[name]):
            yield from paths(inner, f"{path}{name}{between}.")


def parts(hint: Any) -> Iterator[tuple[type, str]]:
    """The classes of a document's parts in a type annotation; with ``[]`` those in a list."""
    if dataclasses.is_dataclass(hint):
        yield typing.cast("type", hint), ""
    for arg in typing.get_args(hint):
        for inner, between in parts(arg):
            yield inner, between + ("[]" if typing.get_origin(hint) is list else "")


def default(cls: Any, name: str) -> Any:
    """What a field holds in a document that was stored before there was such a field."""
    (declaration,) = (f for f in dataclasses.fields(cls) if f.name == name)
    return (
        declaration.default
        if declaration.default_factory is dataclasses.MISSING
        else declaration.default_factory()
    )
