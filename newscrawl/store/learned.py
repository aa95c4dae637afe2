"""The collection ``newscrawl_ops.learned``: newspapers that no file declares, as crawls learned them.

``_id`` is the newspaper's slug, which never changes: articles, marks, runs and leases have it as ``site``.
``place`` is its host without ``www.``, with its port, if any; ``site`` is the learned declaration in
MongoDB's types, ``learned_at`` when it was last learned, and ``evidence`` the lines that explain it. ``site``
has not changed since ``site_since``: drift compares only runs since then. ``again`` is true when somebody has
asked for it to be learned again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.database import Database

from newscrawl.store.schema import Document

LEARNED = "learned"


def at(ops: Database[Document], place: str) -> Document | None:
    """The document of the newspaper at this place (``sada.example``), None if it was not learned."""
    return ops[LEARNED].find_one({"place": place})


def every(ops: Database[Document]) -> list[Document]:
    """All learned newspapers, in the order of their slugs."""
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
    """Store what was learned about a newspaper, replacing what was learned before.

    ``since`` is the moment from which the site has been as it is: before ``now`` if it could not be learned
    again.
    """
    changed = {"site": dict(site), "evidence": list(evidence), "learned_at": now, "again": False}
    changed["site_since"] = since
    first = {"place": place, "first_learned_at": now}
    ops[LEARNED].update_one({"_id": slug}, {"$set": changed, "$setOnInsert": first}, upsert=True)


def forget(ops: Database[Document], slug: str) -> bool:
    """Forget a newspaper, but not its articles; False if it was not known."""
    return ops[LEARNED].delete_one({"_id": slug}).deleted_count > 0


def ask_again(ops: Database[Document], slug: str) -> bool:
    """Have the next crawl learn a newspaper again; False if it is not known."""
    return ops[LEARNED].update_one({"_id": slug}, {"$set": {"again": True}}).matched_count > 0
