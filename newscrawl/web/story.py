"""A story in several newspapers: its root and its copies in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from newscrawl.web.days import day_of
from newscrawl.web.page import Context, NotFoundError, WebPage, WebRequest

Document = dict[str, Any]

MOST = 200
"""Maximum number of articles shown for a story, in order of time."""
_READ = dict.fromkeys(
    ("title", "source", "source_name", "site", "owner", "via", "agencies", "country", "lang", "day",
     "published_at", "published.earliest", "published.latest", "first_seen_at", "duplicate_of", "duplicate",
     "revision", "gone_at"), 1,
)  # fmt: skip
_WIDTH, _EDGE = 1000, 20


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a story."""

    doc: Document
    at: dt.datetime | None
    """When it was published, or first seen if no time is known."""
    is_printed: bool
    """Did the newspaper print that time?"""
    after: dt.timedelta | None
    """How long after the root it was published."""

    @classmethod
    def of(cls, doc: Document, story: Sequence[Document]) -> Member:
        """An article as a member of its story."""
        root = next((each for each in story if each["duplicate_of"] is None), None)
        at, printed = moment(doc)
        begun = moment(root)[0] if root else None
        after = at - begun if at and begun and doc is not root else None
        return cls(doc, at, printed, after)


def moment(doc: Mapping[str, Any]) -> tuple[dt.datetime | None, bool]:
    """When an article was published, or first seen if it prints no time; and whether it prints a time."""
    if doc.get("published_at"):
        return doc["published_at"], True
    return doc.get("first_seen_at"), False


def members(db: Database[Document], story: str) -> list[Document]:
    """The articles of a story without their texts: the root, then the others in order of time."""
    articles = [{"owner": "", **doc} for doc in db["articles"].find({"story": story}, _READ).limit(MOST)]
    end = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(
        articles, key=lambda doc: (doc["duplicate_of"] is not None, moment(doc)[0] or end, doc["_id"])
    )


def read_story(context: Context, asked: WebRequest) -> list[Document]:
    """The articles of a story, given the ``_id`` of any of them."""
    name = asked.place["id"]
    if articles := members(context.db, name):
        return articles
    doc = context.db["articles"].find_one({"_id": name}, {"story": 1})
    if doc is None:
        raise NotFoundError
    return members(context.db, doc["story"])


def show(articles: Sequence[Document], asked: WebRequest) -> Mapping[str, Any]:
    """A timeline with a dot for each article, and the articles in order."""
    lines = [Member.of(doc, articles) for doc in articles]
    return {
        "heading": articles[0]["title"],
        "root": articles[0],
        "members": [{"it": line, "day": day_of(asked.lang, line.doc)} for line in lines],
        "newspapers": len({doc["source"] for doc in articles}),
        "dots": dots([line.at for line in lines], rtl=asked.lang == "ar"),
        "width": _WIDTH,
        "first": min((line.at for line in lines if line.at), default=None),
        "last": max((line.at for line in lines if line.at), default=None),
        "is_cut": len(articles) == MOST,
    }


def dots(moments: Sequence[dt.datetime | None], *, rtl: bool) -> list[int | None]:
    """The positions of moments on a timeline that is 1000 wide, in the direction of reading.

    >>> noon = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
    >>> dots([noon, noon + dt.timedelta(hours=1), None], rtl=False)
    [20, 980, None]
    """
    known = [at for at in moments if at]
    if not known:
        return [None for _ in moments]
    first, last = min(known), max(known)
    span = (last - first).total_seconds() or 1.0

    def place(at: dt.datetime | None) -> int | None:
        if at is None:
            return None
        offset = _EDGE + round((at - first).total_seconds() / span * (_WIDTH - 2 * _EDGE))
        return _WIDTH - offset if rtl else offset

    return [place(at) for at in moments]


PAGES = (WebPage("story", "/stories/{id}", read_story, show),)
