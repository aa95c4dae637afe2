"""The first page: the state of all sites, red first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newscrawl.watch.causes import Cause
from newscrawl.watch.known import WatchedSite
from newscrawl.watch.status import GREEN, RED, YELLOW, SiteStatus
from newscrawl.web import plots, telling
from newscrawl.web.looking import Look
from newscrawl.web.page import Context, WebPage, WebRequest
from newscrawl.web.words import LANGUAGES, word

SHOWN = 28
"""Number of days in the plot of each line."""


def read_overview(context: Context, _asked: WebRequest) -> Look:
    """The findings of the monitors."""
    return context.lookout.look(context)


def show(look: Look, asked: WebRequest) -> Mapping[str, Any]:
    """The sites, red first, as in `scrapy status`."""
    known = {site.name: site for site in look.seen.sites}
    rows = look.status.rows
    return {
        "rows": [_row(row, known[row.site], look.of_site(row.site), asked.lang) for row in rows],
        "counts": {state: sum(row.state == state for row in rows) for state in (RED, YELLOW, GREEN)},
        "others": [problem_shown(cause, asked.lang) for cause in look.status.others],
        "looked_at": look.seen.now,
    }


def problem_shown(cause: Cause, lang: str) -> Mapping[str, Any]:
    """A problem that is not one site's: what it is, since when, and what to do."""
    sentence = telling.cause(lang, cause)
    return {
        "said": sentence,
        "since": None if f"{cause.since:%Y-%m-%d %H:%M}" in sentence else cause.since,
        "todo": telling.remedy(lang, cause, ""),
    }


def _row(row: SiteStatus, site: WatchedSite, cause: Cause | None, lang: str) -> Mapping[str, Any]:
    days = [day.articles for day in site.days[-SHOWN:]]
    title = str(word(lang, "spark.title", n=len(days)).striptags())
    return {
        "name": row.site,
        "title": site.title or "",
        "state": row.state,
        "why": telling.why(lang, row, cause, len(site.days)),
        "todo": telling.remedy(lang, cause, site.title or row.site) if cause else "",
        "newest": row.last_article,
        "came": row.articles,
        "usual": None if row.usual is None else round(row.usual),
        "spark": plots.spark(days, title=title, rtl=LANGUAGES[lang][1] == "rtl") if days else "",
        "success": row.last_success,
        "outcome": row.outcome,
    }


PAGES = (WebPage("overview", "/", read_overview, show, is_entry=True),)
