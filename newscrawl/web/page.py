"""The types that a page of the site uses."""

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
"""A function of the kind and name of a kept page: its address at the other origin, or None without such an
origin."""


class NotFoundError(Exception):
    """Nothing has that name."""


class WrongError(Exception):
    """A value in the address cannot be used. ``key`` names the message in the tables, ``values`` fill it."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True, slots=True)
class Context:
    """The databases and settings from which pages read."""

    db: Database[Document]
    """The database of articles."""
    ops: Database[Document]
    """The database of operations."""
    settings: Settings
    """The settings, which are never shown, as they hold passwords."""
    lookout: Lookout
    """Runs the monitors."""
    demo: bool = False
    """Are these the databases of ``scrapy demo``?"""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """A request, as pages see it."""

    lang: str
    """Language of the interface: ``ar`` or ``en``."""
    now: dt.datetime
    place: Mapping[str, str] = field(default_factory=dict)
    """The values of the names in the page's path."""
    query: Mapping[str, str] = field(default_factory=dict)
    """The query of the address; if a name has several values, the last."""
    frame: Frame = lambda _kind, _name: None
    demo: bool = False
    """Does the page show the database of ``scrapy demo``? Commands that it prints then need ``--demo``."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """One page; the docstring of the package says how to add another."""

    name: str
    """The name of its template and title; ``link(name)`` is its address."""
    path: str
    """Example: ``/sites/{site}``."""
    read: Callable[[Context, WebRequest], Any]
    show: Callable[[Any, WebRequest], Mapping[str, Any]]
    is_entry: bool = False
    """Is it in the navigation?"""
