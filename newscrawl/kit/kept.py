"""Explains why an address is not among the articles, from the records of the store."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from newscrawl.store.migrations import TOMBSTONES
from newscrawl.store.schema import Document


@dataclass(frozen=True, slots=True)
class KeptAddress:
    """The records of the store about an address that was rejected or is pending."""

    lines: tuple[str, ...]
    """Its history, as lines for a terminal."""
    url: str = ""
    """Address after redirects; empty if no page was kept."""
    page: bytes | None = None
    """The page as downloaded; None if it was not kept."""
    at: dt.datetime | None = None
    """Moment of that download, UTC."""


def find(articles: Database[Document], ops: Database[Document], key: str) -> KeptAddress | None:
    """The records about the address with this key (``newscrawl.urls.key``); None if there are none.

    If an address was rejected several times, the last visit counts.
    """
    rejected = list(ops["rejected"].find({"keys": key}).sort("rejected_at", -1).limit(1))
    pending = ops["pending"].find_one({"_id": key})
    stored = articles["articles"].find_one({"keys": key}, {"url": 1, "first_seen_at": 1})
    gone = articles[TOMBSTONES].find_one({"_id": key}, {"forgotten_at": 1})
    if not (rejected or pending or stored or gone):
        return None
    doc = rejected[0] if rejected else {}
    lines = [*_stored(stored), *_forgotten(gone), *_pending(pending), *_rejected(doc)]
    page = zlib.decompress(doc["page"]) if doc.get("page") else None
    return KeptAddress(tuple(lines), doc.get("url", ""), page, doc.get("rejected_at"))


def _stored(doc: Document | None) -> Iterator[str]:
    if doc:
        yield f"{'stored':<10}an article since {_moment(doc['first_seen_at'])}: {doc['url']}"


def _forgotten(doc: Document | None) -> Iterator[str]:
    if doc:
        yield f"{'forgotten':<10}{_moment(doc['forgotten_at'])}; it is not requested again"


def _pending(doc: Document | None) -> Iterator[str]:
    if doc:
        again = f"after {_moment(doc['retry_at'])}" if doc["retry_at"] else "by the next run"
        yield f"{'pending':<10}{doc['reason']}; {doc['times']} visits failed; requested again {again}"


def _rejected(doc: dict[str, Any]) -> Iterator[str]:
    if not doc:
        return
    by = f" by {doc['site']}" if doc["site"] else ""
    yield f"{'rejected':<10}{_moment(doc['rejected_at'])}{by}: {doc['reason']} ({doc['detail']})"
    if doc["status"]:
        yield f"{'status':<10}{doc['status']}"
    if doc["run"]:
        yield f"{'run':<10}{doc['run']}"
    for url in doc["urls"]:
        if url != doc["url"]:
            yield f"{'also at':<10}{url}"
    if doc["retry_at"]:
        yield f"{'again':<10}after {_moment(doc['retry_at'])}"
    if not doc["page"]:
        yield f"{'page':<10}none was kept"


def _moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
