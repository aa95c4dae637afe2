"""The page of one site: how fresh it is, its articles, how its pages are read, and its problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newscrawl.items import READ_FIELDS
from newscrawl.vocabulary import NO_ORIGIN, CoverageReason, Origin
from newscrawl.watch.known import WatchedSite
from newscrawl.watch.monitors import beat_of
from newscrawl.watch.status import SiteStatus
from newscrawl.web import plots, telling
from newscrawl.web.looking import Look
from newscrawl.web.page import Context, Document, NotFoundError, WebPage, WebRequest
from newscrawl.web.site_lists import pending_shown, reasons_shown, rejected_by_reason, run_shown
from newscrawl.web.words import LANGUAGES, word

DAYS = 90
"""Number of days whose articles are shown."""
RUNS, READINGS, PENDING = 15, 30, 8
"""Numbers of runs, of runs with their origins, and of pending addresses that are shown."""
NOW = 5
"""How many of the newest runs with new articles show how a field is read now."""
ORDER: tuple[str, ...] = (*Origin, NO_ORIGIN)
"""The origins of fields, the most reliable first."""
RUN_FIELDS = dict.fromkeys(
    ("started_at", "finished_at", "outcome", "host", "counts", "rejected", "arguments", "replay"), 1
)


@dataclass(frozen=True, slots=True)
class SiteData:
    """The data of a site."""

    name: str
    look: Look
    source: Document | None
    lease: Document | None
    days: Sequence[Document]
    runs: Sequence[Document]
    readings: Sequence[Document]
    """Runs that found something new, the newest first."""
    pending: Sequence[Document]
    waiting: int
    rejected: Mapping[str, int]


def read_site(context: Context, asked: WebRequest) -> SiteData:
    """Read the data of a site by a few queries, each with an index."""
    name, db, ops = asked.place["site"], context.db, context.ops
    look = context.lookout.look(context)
    source, lease = db["sources"].find_one({"_id": name}), ops["leases"].find_one({"_id": name})
    if source is None and lease is None and all(site.name != name for site in look.seen.sites):
        raise NotFoundError
    last = asked.now.date() + dt.timedelta(days=1)  # a date in the future is a mistake
    first = last - dt.timedelta(days=DAYS)
    days = db["coverage"].find({"source": name, "day": {"$gt": str(first), "$lte": str(last)}})
    runs = ops["runs"].find({"site": name}, RUN_FIELDS).sort("started_at", -1).limit(RUNS)
    met = ops["runs"].find({"site": name, "came": {"$gt": 0}}, {"reading": 1, "drift": 1, "started_at": 1})
    pending = ops["pending"].find({"site": name}).sort("retry_at", 1).limit(PENDING)
    return SiteData(
        name, look, source, lease, list(days.sort("day", 1)), list(runs),
        list(met.sort("finished_at", -1).limit(READINGS)), list(pending),
        ops["pending"].count_documents({"site": name}), rejected_by_reason(context, name),
    )  # fmt: skip


def show(data: SiteData, asked: WebRequest) -> Mapping[str, Any]:
    """The data in words and plots."""
    lang, look = asked.lang, data.look
    site = next((known for known in look.seen.sites if known.name == data.name), WatchedSite(data.name))
    row = next((shown for shown in look.status.rows if shown.site == data.name), None)
    cause = look.of_site(data.name)
    source = data.source or {}
    home = f"https://{source['domain']}/" if source.get("domain") else data.name
    return {
        "name": data.name,
        "title": source.get("name") or "",
        "source": source,
        "row": row,
        "why": telling.why(lang, row, cause, len(site.days)) if row else "",
        "since": cause.since if cause else None,
        "todo": telling.remedy(lang, cause, home) if cause else "",
        "lease": data.lease,
        "rule": telling.rule(lang, data.lease.get("rule") or "") if data.lease else "",
        "usual": round(row.usual) if row and row.usual is not None else None,
        "plot": _plot(data.days, site, row, asked),
        "days": [_day(row, lang) for row in reversed(data.days)],
        "fields": _fields(data.readings, lang),
        "read_runs": sum(bool(_shares(run)) for run in data.readings),
        "methods": ORDER,
        "drift": _drift(data.readings, lang),
        "runs": [run_shown(run, lang) for run in data.runs],
        "pending": [pending_shown(address, lang) for address in data.pending],
        "waiting": data.waiting,
        "rejected": reasons_shown(data.rejected, lang),
    }


# --- Articles a day


def _plot(rows: Sequence[Document], site: WatchedSite, row: SiteStatus | None, asked: WebRequest) -> Any:
    days = [row for row in rows if row["day"]]
    if not days:
        return ""
    beat = beat_of(site, asked.now) if row else None
    usual = [beat.expected(dt.date.fromisoformat(row["day"])) if beat else None for row in days]
    title = str(word(asked.lang, "plot.title", n=len(days)).striptags())
    given = [plots.Bar(row["day"], row["articles"], _kind(row), _tooltip(row, asked.lang)) for row in days]
    return plots.bars(given, title=title, usual=usual, rtl=LANGUAGES[asked.lang][1] == "rtl")


def _kind(row: Document) -> str:
    complete = row.get("complete")
    return "" if complete else "open" if complete is None else "part" if row["articles"] else "lost"


def _tooltip(row: Document, lang: str) -> str:
    """The tooltip of a day."""
    label = str(word(lang, "plot.day", day=row["day"], n=row["articles"]).striptags())
    return f"{label}: {_seen(row, lang)}"


def _seen(row: Document, lang: str) -> str:
    try:
        return str(telling.meaning(lang, CoverageReason(row.get("why", "not_judged"))).striptags())
    except ValueError:
        return str(row.get("why"))


def _day(row: Document, lang: str) -> Mapping[str, Any]:
    return {
        "day": row["day"], "articles": row["articles"], "copies": row.get("copies", 0), "kind": _kind(row),
        "seen": _seen(row, lang),
    }  # fmt: skip


# --- Fields and how they are found


def _shares(run: Document) -> Mapping[str, Mapping[str, float]]:
    return (run.get("reading") or {}).get("shares") or {}


def _fields(readings: Sequence[Document], lang: str) -> list[Mapping[str, Any]]:
    """Each field with the shares of its origins: in the newest runs, and in each run over time."""
    with_shares = [run for run in readings if _shares(run)]
    if not with_shares:
        return []
    rtl = LANGUAGES[lang][1] == "rtl"
    fields: list[Mapping[str, Any]] = []
    for field in READ_FIELDS:
        name = str(word(lang, f"field.{field}"))
        over_time = [_shares(run).get(field, {}) for run in reversed(with_shares)]
        title = str(word(lang, "fields.strip", field=name).striptags())
        fields.append({
            "field": name,
            "now": [(origin, telling.share(part)) for origin, part in _newest(with_shares[:NOW], field)],
            "strip": plots.strip(over_time, ORDER, title=title, rtl=rtl),
        })  # fmt: skip
    return fields


def _newest(runs: Sequence[Document], field: str) -> list[tuple[str, float]]:
    """Origins and their shares in some runs, weighted by articles; shares below 1 % are left out."""
    total = sum(run["reading"]["articles"] for run in runs)
    parts = {
        origin: sum(_shares(run).get(field, {}).get(origin, 0) * run["reading"]["articles"] for run in runs)
        for origin in ORDER
    }
    return [(origin, part / total) for origin, part in parts.items() if total and part / total >= 0.005]


def _drift(readings: Sequence[Document], lang: str) -> Mapping[str, Any] | None:
    """The drift that the newest run with enough articles reports."""
    newest = next((run for run in readings if _shares(run)), None)
    if newest is None or not newest.get("drift"):
        return None
    return {
        "at": newest["started_at"],
        "said": [telling.drifted(lang, sentence) for sentence in newest["drift"]],
    }


PAGES = (WebPage("site", "/sites/{site}", read_site, show),)
