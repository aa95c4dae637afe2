"""What a page of the site is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pymongo.database import Database

if TYPE_CHECKING:
    from newscrawl.mongod.opening import Settings
    from newscrawl.web.looking import Lookout

Document = dict[str, Any]
Frame = Callable[[str, str], str | None]
"""Kind and name of a kept page → its address at the other origin; None when there is no such origin."""


class NotFoundError(Exception):
    """There is nothing of that name."""


class WrongError(Exception):
    """A value in the address cannot be used. ``key`` is the word that says so, with its ``values``."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True, slots=True)
class Context:
    """Where pages read."""

    db: Database[Document]
    """The articles."""
    ops: Database[Document]
    """The machinery."""
    settings: Settings
    """Never shown: they hold passwords."""
    lookout: Lookout
    """Who judges how things are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    lang: str
    """Of the interface: ``ar`` or ``en``."""
    now: dt.datetime
    place: Mapping[str, str] = field(default_factory=dict)
    """What stands for the names in the path of the page."""
    query: Mapping[str, str] = field(default_factory=dict)
    """The rest of the address; of several values of a name the last one."""
    frame: Frame = lambda _kind, _name: None


@dataclass(frozen=True, slots=True)
class Page:
    """One page; see the package for how to add one."""

    name: str
    """Of its template and of its title; ``link(name)`` is its address."""
    path: str
    """Example: ``/sites/{site}``."""
    read: Callable[[Context, Asked], Any]
    show: Callable[[Any, Asked], Mapping[str, Any]]
    is_entry: bool = False
    """Is it named in the navigation?"""
