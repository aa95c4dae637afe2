"""What crawls learned of newspapers that no spider declares: ``newscrawl_ops.learned``, one document each.

``_id`` is the newspaper's slug, which never changes: articles, marks, runs and leases bear it as ``site``.
``place`` is its host without ``www.`` and its port, if it has one; ``site`` the declaration in MongoDB's
types, ``learned_at`` when it was asked last, ``evidence`` what was seen then, line by line. ``site_since``
is when ``site`` was learned: its fields drift against the runs since then alone. ``again`` is true when
somebody asked for it to be learned again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.database import Database

from newscrawl.store.schema import Document

LEARNED = "learned"


def at(ops: Database[Document], place: str) -> Document | None:
    """What was learned of the newspaper at this place (``sada.example``), if it was."""
    return ops[LEARNED].find_one({"place": place})


def every(ops: Database[Document]) -> list[Document]:
    """All that was learned, by slug."""
    return list(ops[LEARNED].find().sort("_id", 1))


def keep(
    ops: Database[Document],
    slug: str,
    place: str,
    site: Mapping[str, Any],
    evidence: Sequence[str],
    now: dt.datetime,
    since: dt.datetime,
) -> None:
    """Keep what was learned; of a newspaper that was known what was learned last.

    ``since`` is when the site became what it is: before ``now`` when it could not be learned again.
    """
    changed = {"site": dict(site), "evidence": list(evidence), "learned_at": now, "again": False}
    changed["site_since"] = since
    first = {"place": place, "first_learned_at": now}
    ops[LEARNED].update_one({"_id": slug}, {"$set": changed, "$setOnInsert": first}, upsert=True)


def forget(ops: Database[Document], slug: str) -> bool:
    """Forget a newspaper, and none of its articles; was it known?"""
    return ops[LEARNED].delete_one({"_id": slug}).deleted_count > 0


def ask_again(ops: Database[Document], slug: str) -> bool:
    """Have the next crawl learn a newspaper again; is it known?"""
    return ops[LEARNED].update_one({"_id": slug}, {"$set": {"again": True}}).matched_count > 0
