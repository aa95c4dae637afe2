"""The lists of a site, page by page: runs, pending addresses, rejected pages; and one rejected page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from newscrawl.vocabulary import FetchFailure, Interruption, RejectionReason, Word
from newscrawl.web import telling
from newscrawl.web.page import Context, Document, NotFoundError, WebPage, WebRequest, WrongError
from newscrawl.web.secret import machine

AT_ONCE = 30
"""Number of lines on a page."""


def moment(asked: WebRequest, name: str) -> dt.datetime | None:
    """A moment in the address; raises ``WrongError`` for anything else."""
    given = asked.query.get(name, "")
    if not given:
        return None
    try:
        instant = dt.datetime.fromisoformat(given)
    except ValueError:
        raise WrongError("wrong.moment", name=name, given=given) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def stamp(moment: Any) -> str | None:
    """A moment as written in an address."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(moment, dt.datetime) else None


def title_of(context: Context, site: str) -> str:
    """The site's own name; empty if unknown."""
    source = context.db["sources"].find_one({"_id": site}, {"name": 1})
    return (source or {}).get("name") or ""


# --- Runs


def run_shown(doc: Document, lang: str) -> Mapping[str, Any]:
    """A run in one line."""
    counts = doc.get("counts") or {}
    ended, began = doc.get("finished_at"), doc["started_at"]
    arguments = doc.get("arguments") or {}
    return {
        "id": doc["_id"], "began": began, "lasted": ended - began if ended else None,
        "outcome": doc.get("outcome"), "host": doc.get("host") or "", "replay": doc.get("replay"),
        "new": counts.get("new", 0), "revised": counts.get("revised", 0), "seen": counts.get("seen", 0),
        "rejected": counts.get("rejected", 0),
        "why": [(telling.reason(lang, name), n) for name, n in (doc.get("rejected") or {}).items()],
        "arguments": " ".join(f"{name}={machine(value)}" for name, value in arguments.items()),
    }  # fmt: skip


def _read_runs(context: Context, asked: WebRequest) -> Mapping[str, Any]:
    before = moment(asked, "before")
    which = {"site": asked.place["site"]} | ({"started_at": {"$lt": before}} if before else {})
    runs = list(context.ops["runs"].find(which).sort("started_at", -1).limit(AT_ONCE))
    if not runs and not before:
        raise NotFoundError
    return {"runs": runs, "title": title_of(context, asked.place["site"])}


def _show_runs(data: Mapping[str, Any], asked: WebRequest) -> Mapping[str, Any]:
    runs = data["runs"]
    return {
        "name": asked.place["site"],
        "title": data["title"],
        "runs": [run_shown(run, asked.lang) for run in runs],
        "older": stamp(runs[-1]["started_at"]) if len(runs) == AT_ONCE else None,
    }


# --- What waits


def pending_shown(doc: Document, lang: str) -> Mapping[str, Any]:
    """A pending address in one line."""
    return {
        "url": doc.get("url", ""), "reason": doc.get("reason", ""), "times": doc.get("times", 0),
        "said": _failure(lang, str(doc.get("reason", ""))), "failed_at": doc.get("failed_at"),
        "retry_at": doc.get("retry_at"),
    }  # fmt: skip


def _failure(lang: str, word: str) -> Any:
    lists: tuple[type[Word], ...] = (FetchFailure, Interruption, RejectionReason)
    meaning = next((words(word) for words in lists if word in {*words}), None)
    return telling.meaning(lang, meaning) if meaning else word


def _read_pending(context: Context, asked: WebRequest) -> Mapping[str, Any]:
    which = {"site": asked.place["site"]}
    pending = context.ops["pending"]
    addresses = list(pending.find(which).sort("retry_at", 1).limit(4 * AT_ONCE))
    waiting, title = pending.count_documents(which), title_of(context, asked.place["site"])
    return {"pending": addresses, "waiting": waiting, "title": title}


def _show_pending(data: Mapping[str, Any], asked: WebRequest) -> Mapping[str, Any]:
    return {
        "name": asked.place["site"],
        "title": data["title"],
        "pending": [pending_shown(address, asked.lang) for address in data["pending"]],
        "waiting": data["waiting"],
    }


# --- Rejected pages


def rejected_by_reason(context: Context, site: str) -> dict[str, int]:
    """How many pages of a site were rejected for each reason, the most frequent first."""
    pipeline: list[Document] = [
        {"$match": {"site": site}},
        {"$group": {"_id": "$reason", "n": {"$sum": 1}}},
        {"$sort": {"n": -1, "_id": 1}},
    ]
    return {doc["_id"]: doc["n"] for doc in context.db["rejections"].aggregate(pipeline)}


def reasons_shown(rejected: Mapping[str, int], lang: str) -> Sequence[tuple[str, Any, int]]:
    """Each reason with its meaning and number, the most frequent first."""
    return [(name, telling.reason(lang, name), n) for name, n in rejected.items()]


def _read_rejected(context: Context, asked: WebRequest) -> Mapping[str, Any]:
    site, before = asked.place["site"], moment(asked, "before")
    counts = rejected_by_reason(context, site)
    reason = asked.query.get("reason") or next(iter(counts), "")
    if reason and reason not in {*RejectionReason}:
        raise WrongError("wrong.reason", given=reason)
    which: Document = {"site": site, "reason": reason}
    which |= {"rejected_at": {"$lt": before}} if before else {}
    pages = context.db["rejections"].find(which).sort("rejected_at", -1).limit(AT_ONCE)
    return {"counts": counts, "reason": reason, "pages": list(pages), "title": title_of(context, site)}


def _show_rejected(data: Mapping[str, Any], asked: WebRequest) -> Mapping[str, Any]:
    pages = data["pages"]
    return {
        "name": asked.place["site"],
        "title": data["title"],
        "reason": data["reason"],
        "reasons": reasons_shown(data["counts"], asked.lang),
        "pages": [
            {
                "id": page["_id"], "url": page["url"], "at": page.get("rejected_at"),
                "status": page.get("status"),
                "detail": telling.detail(asked.lang, page.get("detail") or ""), "times": page.get("times", 1),
            }
            for page in pages
        ],
        "older": stamp(pages[-1].get("rejected_at")) if len(pages) == AT_ONCE else None,
    }  # fmt: skip


def _read_one(context: Context, asked: WebRequest) -> Document:
    # Leaves out the page itself, which may be as large as a document can be.
    pipeline: list[Document] = [
        {"$match": {"_id": asked.place["id"]}},
        {"$set": {"page": {"$cond": [{"$gt": ["$page", None]}, {"$binarySize": "$page"}, None]}}},
    ]
    rejection = next(iter(context.ops["rejected"].aggregate(pipeline)), None)
    if rejection is None or rejection.get("reason") == RejectionReason.FORGOTTEN:
        raise NotFoundError
    return rejection | {"title": title_of(context, rejection.get("site", ""))}


def _show_one(data: Document, asked: WebRequest) -> Mapping[str, Any]:
    url, urls = data.get("url", ""), data.get("urls") or ()
    return {
        "id": data["_id"], "name": data.get("site", ""), "title": data["title"], "url": url,
        "urls": [other for other in urls if other != url],
        # The address after redirects, such as a home page, may not count as an address of this page.
        "asked_url": urls[0] if urls else url,
        "reason": data["reason"], "said": telling.reason(asked.lang, data["reason"]),
        "detail": telling.detail(asked.lang, data.get("detail") or ""), "status": data.get("status"),
        "at": data.get("rejected_at"), "retry_at": data.get("retry_at"), "times": data.get("times", 1),
        "run": data.get("run", ""), "size": data.get("page"),
        "frame": asked.frame("rejected", data["_id"]) if data.get("page") else None,
    }  # fmt: skip


PAGES = (
    WebPage("runs", "/sites/{site}/runs", _read_runs, _show_runs),
    WebPage("pending", "/sites/{site}/pending", _read_pending, _show_pending),
    WebPage("rejected", "/sites/{site}/rejected", _read_rejected, _show_rejected),
    WebPage("rejection", "/rejected/{id}", _read_one, _show_one),
)
