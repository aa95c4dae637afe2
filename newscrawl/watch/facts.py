"""Reads what the monitors need from MongoDB, in a few queries for any number of sites.

An index finds the newest runs of each site, and its newest runs that found something new: at most 120
documents. Later checks read only the runs that have changed since. Another index covers ten weeks of
coverage.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from newscrawl.watch.known import (
    DAYS,
    RUNS,
    CoverageDay,
    DueSite,
    EndedRun,
    Installation,
    SeenNode,
    WatchedSite,
)

Document = dict[str, Any]

AT_ONCE = 40
"""Number of sites whose runs one query fetches."""
MARGIN = dt.timedelta(minutes=1)
"""Each check also rereads what was written this long before the previous check, which may have missed it."""
IDLE = dt.timedelta(days=14)
"""An unscheduled site that has not been crawled for this long is left out."""
_FIELDS = dict.fromkeys(
    (
        "site", "started_at", "finished_at", "outcome", "host", "counts.new", "counts.revised", "counts.seen",
        "counts.rejected", "reading", "drift", "alarms",
    ),
    1,
)  # fmt: skip


def now_of(db: Database[Document]) -> dt.datetime:
    """MongoDB's clock, by which runs and leases are dated."""
    local: dt.datetime = db.client.admin.command("hello")["localTime"]
    return local if local.tzinfo else local.replace(tzinfo=dt.UTC)


class Facts:
    """Reads the state of an installation again and again, but each run only if it has changed."""

    def __init__(self) -> None:
        self._runs: dict[str, dict[Any, EndedRun]] = {}
        """Site → its runs that have ended, by their ``_id``."""
        self._looked: dt.datetime | None = None

    def installation(self, db: Database[Document], ops: Database[Document]) -> Installation:
        """The state of the installation now, as the monitors need it. Raises ``PyMongoError``."""
        now = now_of(db)
        leases = [
            DueSite(doc["_id"], doc["due_at"], runs=bool(doc.get("job")))
            for doc in ops["leases"].find({}, {"due_at": 1, "job": 1})
            if isinstance(doc.get("due_at"), dt.datetime)
        ]
        nodes = [
            SeenNode(doc["_id"], doc.get("alive_until")) for doc in ops["nodes"].find({}, {"alive_until": 1})
        ]
        sources = db["sources"].find({}, {"name": 1, "country": 1, "timezone": 1})
        places = {doc["_id"]: (doc.get("country"), doc.get("timezone"), doc.get("name")) for doc in sources}
        scheduled = {lease.site for lease in leases}
        names = sorted(scheduled | places.keys())
        self._read(ops, names, now)
        runs, days = {name: _kept(self._runs[name]) for name in names}, _days(db, names, now)
        sites = [
            WatchedSite(name, country, timezone, runs[name], days[name], title)
            for name in names
            for country, timezone, title in [places.get(name, (None, None, None))]
            if name in scheduled or (runs[name] and now - runs[name][0].ended < IDLE)
        ]
        return Installation(now, sites, leases, nodes)

    def _read(self, ops: Database[Document], names: Sequence[str], now: dt.datetime) -> None:
        """Read the runs of sites that were not read before, and the changed runs of the others."""
        if self._looked:
            for doc in ops["runs"].find({"stored_at": {"$gte": self._looked - MARGIN}}, _FIELDS):
                if (known := self._runs.get(doc["site"])) is None:
                    continue
                if doc.get("outcome"):
                    known[doc["_id"]] = EndedRun.of(doc)
                else:  # it was marked as killed, but still runs
                    known.pop(doc["_id"], None)
        unknown = [name for name in names if name not in self._runs]
        self._runs |= _runs(ops, unknown)
        self._looked = now


def installation(db: Database[Document], ops: Database[Document]) -> Installation:
    """The state of the installation now, read once. Raises ``PyMongoError``."""
    return Facts().installation(db, ops)


def _kept(runs: dict[Any, EndedRun]) -> list[EndedRun]:
    """The newest runs, and the newest that found something new; removes the others from ``runs``."""
    ended = sorted(runs, key=lambda id_: (runs[id_].began, str(id_)), reverse=True)
    met = sorted(
        (id_ for id_ in ended if runs[id_].new or runs[id_].rejected),
        key=lambda id_: runs[id_].ended,
        reverse=True,
    )
    kept = {*ended[:RUNS], *met[:RUNS]}
    for id_ in runs.keys() - kept:
        del runs[id_]
    return [runs[id_] for id_ in ended if id_ in kept]


def _runs(ops: Database[Document], names: Sequence[str]) -> dict[str, dict[Any, EndedRun]]:
    """The newest ended runs of each site, and the newest of them that found something new."""
    runs_by_site: dict[str, dict[Any, EndedRun]] = {name: {} for name in names}
    for some in _some(names, AT_ONCE):
        first, *others = [part for name in some for part in _parts(name)]
        pipeline = [*first, *({"$unionWith": {"coll": "runs", "pipeline": part}} for part in others)]
        for doc in ops["runs"].aggregate(pipeline):
            runs_by_site[doc["site"]][doc["_id"]] = EndedRun.of(doc)
    return runs_by_site


def _parts(site: str) -> Iterator[list[Document]]:
    """The pipelines for one site's runs; each has its own index."""
    ended = {"site": site, "outcome": {"$ne": None}}
    met = ended | {"came": {"$gt": 0}}
    for which, order in ((ended, "started_at"), (met, "finished_at")):
        yield [{"$match": which}, {"$sort": {order: -1}}, {"$limit": RUNS}, {"$project": _FIELDS}]


def _days(db: Database[Document], names: Sequence[str], now: dt.datetime) -> Mapping[str, list[CoverageDay]]:
    """The coverage rows of each newspaper's last ten weeks; an aggregator has none of its own."""
    first = str(now.date() - dt.timedelta(days=DAYS - 1))
    rows = db["coverage"].find(
        {"source": {"$in": [*names]}, "day": {"$gte": first}},
        {"_id": 0, "source": 1, "day": 1, "articles": 1, "complete": 1},
    )
    by_source: defaultdict[str, list[CoverageDay]] = defaultdict(list)
    for row in rows.sort([("source", 1), ("day", 1)]):
        day = dt.date.fromisoformat(row["day"])
        if day <= now.date() + dt.timedelta(days=1):  # an article dated in the future is a mistake
            by_source[row["source"]].append(CoverageDay(day, row["articles"], row.get("complete")))
    return by_source


def _some(names: Iterable[str], size: int) -> Iterator[list[str]]:
    names = list(names)
    for start in range(0, len(names), size):
        yield names[start : start + size]
