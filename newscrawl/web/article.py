"""The page of one article: its text, the origin of each field, its copies, earlier versions and kept page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from newscrawl.items import READ_FIELDS, Article
from newscrawl.store.migrations import TOMBSTONES
from newscrawl.store.revisions import CORRECTED
from newscrawl.stored import declared, default
from newscrawl.vocabulary import HijriCalendar
from newscrawl.web import differences
from newscrawl.web.days import day_of, hijri
from newscrawl.web.page import Context, NotFoundError, WebPage, WebRequest
from newscrawl.web.story import Member, members

Document = dict[str, Any]

MOST_STATES = 20
"""Maximum number of former states shown; the latest are kept."""
_RIGHT_TO_LEFT = frozenset({"ar", "arz", "ary", "fa", "ps", "ug", "ur", "ckb", "he", "yi", "sd"})


@dataclass(frozen=True, slots=True)
class ArticleData:
    """An article and everything stored about it."""

    article: Document
    states: list[Document] = field(default_factory=list)
    """Its former states, oldest first."""
    story: list[Document] = field(default_factory=list)
    """The articles of its story, without their texts."""
    other: Document | None = None
    """The article that it is compared with."""


def read_article(context: Context, asked: WebRequest) -> ArticleData:
    """Read an article by its ``_id`` or by the key of any of its addresses."""
    articles, name = context.db["articles"], asked.place["id"]
    doc = articles.find_one({"_id": name}) or articles.find_one({"keys": name})
    if doc is None:
        raise NotFoundError
    doc = {**_absent(), **doc}
    if context.db[TOMBSTONES].find_one({"_id": doc["_id"]}, {"_id": 1}):
        raise NotFoundError  # it is being forgotten
    states = context.db["revisions"].find({"article": doc["_id"]}).sort("revision", -1).limit(MOST_STATES)
    compared_with = asked.query.get("with", "")
    compared = {"title": 1, "lede": 1, "body": 1, "source_name": 1}
    return ArticleData(
        doc,
        list(states)[::-1],
        members(context.db, doc["story"]) if doc["duplicate_of"] or doc.get("copies") else [],
        articles.find_one({"_id": compared_with}, compared)
        if compared_with and compared_with != doc["_id"]
        else None,
    )


@cache
def _absent() -> Mapping[str, Any]:
    """The values of fields that an article of an older version lacks."""
    return {name: default(Article, name) for name, says in declared(Article).items() if says.since > 1}


def show(data: ArticleData, asked: WebRequest) -> Mapping[str, Any]:
    """The article as in a newspaper, then everything that is known about it."""
    doc, lang = data.article, asked.lang
    return {
        "doc": doc,
        "text_dir": direction(doc["lang"]),
        "heading": doc["title"],
        "paragraphs": [part for part in doc["body"].split("\n\n") if part.strip()],
        "days": list(_days(doc, lang)),
        "notes": list(_notes(doc)),
        "fields": list(_fields(doc)),
        "dates": doc.get("published") and doc["published"].get("candidates"),
        "states": _states(doc, data.states),
        "story": [Member.of(each, data.story) for each in data.story],
        "root": next((each for each in data.story if each["_id"] == doc["duplicate_of"]), None),
        "other": data.other,
        "compared": compared(data.other, doc) if data.other else None,
        "has_page": doc.get("raw") is not None,
        "seen": [
            (name, doc.get(name)) for name in ("first_seen_at", "last_seen_at", "checked_at", "gone_at")
        ],
    }


def direction(lang: str) -> str:
    """The direction in which a language runs; that of an unknown language depends on its letters.

    >>> direction("ar"), direction("fr"), direction("und")
    ('rtl', 'ltr', 'auto')
    """
    if lang in ("", "und"):
        return "auto"
    return "rtl" if lang.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _days(doc: Mapping[str, Any], lang: str) -> Iterator[tuple[str, Any]]:
    """The day in both calendars, by the country's Hijri months and by Umm al-Qura's, each with its label."""
    yield "article.day.gregorian", day_of(lang, doc)
    own, saudi = doc.get("hijri_day"), doc.get("hijri_day_uaq")
    calendar = ((doc.get("published") or {}).get("hijri") or {}).get("calendar")
    if own and calendar == HijriCalendar.MOROCCO:
        yield "article.day.hijri", hijri(lang, own, HijriCalendar.MOROCCO)
    if day := saudi or (own if calendar != HijriCalendar.MOROCCO else None):
        yield "article.day.hijri", hijri(lang, day, HijriCalendar.UMM_AL_QURA)


def _notes(doc: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What a reader should know first, as keys of the word table with their values."""
    published = doc.get("published") or {}
    if doc.get("gone_at"):
        yield "article.note.gone", {"when": f"{doc['gone_at']:%Y-%m-%d}"}
    if doc.get("access") == "paid":
        yield "article.note.paid", {}
    for warning in doc.get("warnings") or []:
        yield f"text_warning.{warning}", {}
    if doc.get("published_missing"):
        raw = doc.get("published_raw")
        key = "article.note.undated" if raw else "article.note.no_date"
        yield key, {"said": doc["published_missing"], "raw": raw or ""}
    for warning in published.get("warnings") or []:
        yield f"date_warning.{warning}", {}
    basis = (published.get("hijri") or {}).get("basis")
    if basis in ("forecast", "printed"):
        yield f"basis.{basis}", {}


def _fields(doc: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each field that was read on the page: its value, how it was found, and where."""
    origins, places = doc.get("origins") or {}, doc.get("places") or {}
    for name in READ_FIELDS:
        value = doc.get("published_raw") if name == "dates" else doc.get(name)
        yield {
            "name": name,
            "method": origins.get(name, "empty"),
            "place": places.get(name) or (_place_of_date(doc) if name == "dates" else ""),
            "value": _short(value),
        }


def _place_of_date(doc: Mapping[str, Any]) -> str:
    """Where on the page the chosen date is."""
    published = doc.get("published") or {}
    for offered in published.get("candidates") or []:
        if offered["text"] == doc.get("published_raw") and offered["origin"] == published.get("origin"):
            return str(offered["where"])
    return ""


_SHORT = 90


def _short(value: Any) -> str:
    """The beginning of a value, or of a list joined by commas."""
    if isinstance(value, list):
        parts = [part if isinstance(part, str) else part["url"] for part in value]
        value = "، ".join(parts)
    text = " ".join((value or "").split())
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rsplit(' ', 1)[0]} …"


# --- Former states


@dataclass(frozen=True, slots=True)
class State:
    """A state of an article, and what the next state changed."""

    number: int
    seen_from: dt.datetime | None
    replaced_at: dt.datetime | None
    changed: Sequence[str]
    """Fields whose values differ in the next state."""
    lines: Mapping[str, Sequence[differences.DiffSpan]]
    """The differences in title and lede."""
    body: Sequence[differences.Paragraph]
    """The differences in the text; empty if it is the same."""
    text: Document
    """The state itself."""


def _states(doc: Document, former: Sequence[Document]) -> list[State]:
    """The former states, the latest first, each compared with the state that replaced it."""
    states, began = [], former[0]["seen_from"] if former else None
    for old, new in pairwise([*former, doc]):
        diff = compared(old, new)
        changed = [name for name in CORRECTED if (old.get(name) or "") != (new.get(name) or "")]
        states.append(
            State(old["revision"], began, old["replaced_at"], changed, diff["lines"], diff["body"], old)
        )
        began = old["replaced_at"]
    return states[::-1]


def compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The differences between two articles, or between two states of an article: in title, lede and text."""
    lines = {
        name: differences.of_lines(old.get(name) or "", new.get(name) or "")
        for name in ("title", "lede")
        if (old.get(name) or "") != (new.get(name) or "")
    }
    body = differences.of_texts(old["body"], new["body"]) if old["body"] != new["body"] else []
    return {"lines": lines, "body": body, "kept": differences.share_kept(body, old["body"])}


# --- The page that was kept


def read_kept(context: Context, asked: WebRequest) -> Document:
    """What is known about the kept page of an article."""
    wanted = {"title": 1, "url": 1, "source_name": 1, "raw": 1, "http": 1, "lang": 1}
    doc: Document | None = context.db["articles"].find_one({"_id": asked.place["id"]}, wanted)
    if doc is None:
        raise NotFoundError
    return doc


def show_kept(doc: Document, asked: WebRequest) -> Mapping[str, Any]:
    """The kept page in its frame."""
    return {"doc": doc, "frame": asked.frame("article", doc["_id"]) if doc.get("raw") else None}


PAGES = (
    WebPage("article", "/articles/{id}", read_article, show),
    WebPage("article_page", "/articles/{id}/page", read_kept, show_kept),
)
