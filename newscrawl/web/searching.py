"""The search page: articles with some words, of some newspapers and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from newscrawl.choice import Choice, normal
from newscrawl.dates import UnmarkedHijriError
from newscrawl.search import Hit, SearchResult, find
from newscrawl.search.query import MOST_WORDS, parse
from newscrawl.shown import visible
from newscrawl.web.days import calendar_of, day_of, hijri, names_of
from newscrawl.web.page import Context, WebPage, WebRequest

LINES = 20
"""Number of articles on a page."""
MOST_PAGES = 25
FIELDS = ("q", "source", "section", "tag", "since", "until", "copies", "order", "page")
"""The query parameters of an address."""

Mistake = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Result:
    """A search and its result."""

    given: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)
    """All newspapers, for the form: slug → name."""
    answer: SearchResult | None = None
    """The result; None for an empty or invalid search."""
    mistakes: list[Mistake] = field(default_factory=list)
    page: int = 1


def read_search(context: Context, asked: WebRequest) -> Result:
    """Run the search, if the address holds one."""
    given = {name: asked.query.get(name, "").strip() for name in FIELDS}
    sources = names_of(context.db, context.db["articles"].distinct("source"))
    mistakes = list(_mistakes(given))
    if mistakes or not any(given[name] for name in ("q", "source", "section", "tag", "since", "until")):
        return Result(given, sources, mistakes=mistakes)
    choice = choice_of(given)
    page = page_of(given["page"])
    newest = given["order"] == "newest" or not given["q"]
    result = find(context.db, given["q"], choice, page=page, limit=LINES, newest=newest)
    return Result(given, sources, result, page=page)


def choice_of(given: Mapping[str, str]) -> Choice:
    """The newspapers and days that an address requests. Raises ``ValueError``."""
    return Choice.parse(
        source=given["source"], since=given["since"], until=given["until"],
        section=[given["section"]], tag=[given["tag"]],  # as printed, commas included
        intervals=True, roots=given["copies"] == "no",
    )  # fmt: skip


def page_of(text: str) -> int:
    """The number of a page; 1 for anything else.

    >>> page_of("3"), page_of("-1"), page_of("drei")
    (3, 1, 1)
    """
    return min(int(text), MOST_PAGES) if re.fullmatch(r"[1-9]\d{0,4}", text, re.ASCII) else 1


def _mistakes(given: Mapping[str, str]) -> list[Mistake]:
    """The mistakes in a search, as keys of the word table with their values."""
    mistakes: list[Mistake] = []
    if given["q"]:
        try:
            parse(given["q"])
        except ValueError:
            many = len(given["q"].split()) > MOST_WORDS
            mistakes.append((f"search.wrong.{'many' if many else 'no_word'}", {"most": str(MOST_WORDS)}))
    for name in ("since", "until"):
        try:
            normal(given[name])
            Choice.parse(**{name: given[name]})  # type: ignore[arg-type]
        except UnmarkedHijriError as error:
            mistakes.append(("search.wrong.hijri", {"value": given[name], "remedy": error.remedy}))
        except ValueError:
            mistakes.append(("search.wrong.day", {"value": given[name]}))
    if not mistakes:
        try:
            choice_of(given)
        except ValueError:
            mistakes.append(("search.wrong.order", {"since": given["since"], "until": given["until"]}))
    return mistakes


def show(result: Result, asked: WebRequest) -> Mapping[str, Any]:
    """The form, the articles, and the links to further pages."""
    answer, given = result.answer, {name: value for name, value in result.given.items() if value}
    pages = min(MOST_PAGES, -(-answer.fitting // LINES)) if answer else 0
    return {
        "given": result.given,
        "sources": sorted(result.sources.items(), key=lambda pair: pair[1]),
        "mistakes": result.mistakes,
        "found": answer,
        "lines": [_line(hit, asked.lang) for hit in answer.hits] if answer else [],
        "page_number": result.page,
        "pages": pages,
        "query": _queries(given, result, pages),
    }


def _queries(given: Mapping[str, str], result: Result, pages: int) -> Mapping[str, Mapping[str, str]]:
    """The values of the links below the list."""
    kept = {name: value for name, value in given.items() if name != "page"}
    links = {
        "before": {**kept, "page": str(result.page - 1)},
        "next": {**kept, "page": str(result.page + 1)},
        "last": {**kept, "page": str(pages)},
    }
    if result.answer and result.answer.older:
        links["older"] = {**kept, "until": result.answer.older}
    return links


def _line(hit: Hit, lang: str) -> Mapping[str, Any]:
    return {
        "hit": hit,
        "day": day_of(lang, {"day": hit.day}),
        "hijri": hijri(lang, hit.hijri_day, calendar_of(hit.country)) if hit.hijri_day else None,
        "snippet": marked(hit.snippet.text, hit.snippet.marks),
    }


def marked(text: str, marks: tuple[tuple[int, int], ...]) -> Markup:
    """A text in which the words found are marked.

    >>> str(marked("ارتفعت أسعار <b>", ((7, 12),)))
    'ارتفعت <mark>أسعار</mark> &lt;b&gt;'
    """
    parts, last = Markup(""), 0
    for start, end in marks:
        parts += Markup("{}<mark>{}</mark>").format(visible(text[last:start]), visible(text[start:end]))
        last = end
    return parts + visible(text[last:])


PAGES = (WebPage("search", "/search", read_search, show, is_entry=True),)
