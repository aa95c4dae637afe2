"""The page of corrections: what newspapers have recently changed in articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newscrawl.web import differences
from newscrawl.web.page import Context, WebPage, WebRequest
from newscrawl.web.site_lists import moment, stamp

Document = dict[str, Any]

LINES = 20
_STATE = dict.fromkeys(("article", "revision", "changed", "replaced_at", "title", "body"), 1)
_ARTICLE = dict.fromkeys(("title", "body", "source_name", "revision", "lang"), 1)


@dataclass(frozen=True, slots=True)
class Corrections:
    """Replaced states, the latest first, and their articles as they are now."""

    states: Sequence[Document]
    articles: Mapping[str, Document]
    older: dt.datetime | None
    """The moment before which there are more."""


def read_corrections(context: Context, asked: WebRequest) -> Corrections:
    """The latest corrections, or those before a moment."""
    before = moment(asked, "before")
    wanted = {"replaced_at": {"$lt": before}} if before else {}
    revisions = context.db["revisions"].find(wanted, _STATE).sort("replaced_at", -1).limit(LINES + 1)
    states = list(revisions)
    older = states[LINES - 1]["replaced_at"] if len(states) > LINES else None
    states = [state for state in states[:LINES] if state["changed"]]
    ids = {state["article"] for state in states}
    articles = {doc["_id"]: doc for doc in context.db["articles"].find({"_id": {"$in": [*ids]}}, _ARTICLE)}
    return Corrections(states, articles, older)


def show(data: Corrections, _asked: WebRequest) -> Mapping[str, Any]:
    """A line for each correction: when, by which newspaper, in which article, and the first differences."""
    states = {(state["article"], state["revision"]): state for state in data.states}
    lines = []
    for state in data.states:
        article = data.articles.get(state["article"])
        if article is not None:  # otherwise it was forgotten
            number = state["revision"] + 1
            after = article if article["revision"] == number else states.get((article["_id"], number))
            changes, more = _changes(state, after) if after else ([], 0)
            lines.append({"state": state, "article": article, "changes": changes, "more": more})
    return {"lines": lines, "older": stamp(data.older)}


def _changes(before: Document, after: Document) -> tuple[list[Sequence[differences.DiffSpan]], int]:
    """The differences in the headline and at the text's first changed place; the number of further places."""
    places: list[Sequence[differences.DiffSpan]] = []
    if before["title"] != after["title"]:
        places.append(differences.of_lines(before["title"], after["title"]))
    changed = [
        paragraph.parts
        for paragraph in differences.of_texts(before["body"], after["body"])
        if paragraph.parts
    ]
    places += [differences.around_first(parts) for parts in changed[:1]]
    return places, max(0, sum(map(differences.places, changed)) - 1)


PAGES = (WebPage("corrections", "/corrections", read_corrections, show, is_entry=True),)
