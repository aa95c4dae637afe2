"""Reads from MongoDB what the monitors want to know: a few queries, whatever the number of sites.

Of each site the newest runs, and the newest runs that met something new, are read through an index: at most
120 documents, and later only those that were written since. Ten weeks of coverage are in an index themselves.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from newscrawl.watch.known import DAYS, RUNS, Day, Installation, Known, Lease, Node, Ran

Document = dict[str, Any]

AT_ONCE = 40
"""Sites whose runs one query asks for."""
MARGIN = dt.timedelta(minutes=1)
"""What was written so long before the last look may not have been seen by it."""
IDLE = dt.timedelta(days=14)
"""A site that is not scheduled and was not crawled for so long is left out."""
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
    """Reads an installation again and again; of runs it has read once only what was written since."""

    def __init__(self) -> None:
        self._runs: dict[str, dict[Any, Ran]] = {}
        """Site → its runs that have ended, by their ``_id``."""
        self._looked: dt.datetime | None = None

    def installation(self, db: Database[Document], ops: Database[Document]) -> Installation:
        """All that the monitors want to know now. Raises ``PyMongoError``."""
        now = now_of(db)
        leases = [
            Lease(doc["_id"], doc["due_at"], runs=bool(doc.get("job")))
            for doc in ops["leases"].find({}, {"due_at": 1, "job": 1})
            if isinstance(doc.get("due_at"), dt.datetime)
        ]
        nodes = [
            Node(doc["_id"], doc.get("alive_until")) for doc in ops["nodes"].find({}, {"alive_until": 1})
        ]
        told = db["sources"].find({}, {"name": 1, "country": 1, "timezone": 1})
        places = {doc["_id"]: (doc.get("country"), doc.get("timezone"), doc.get("name")) for doc in told}
        scheduled = {lease.site for lease in leases}
        names = sorted(scheduled | places.keys())
        self._read(ops, names, now)
        runs, days = {name: _kept(self._runs[name]) for name in names}, _days(db, names, now)
        sites = [
            Known(name, country, timezone, runs[name], days[name], title)
            for name in names
            for country, timezone, title in [places.get(name, (None, None, None))]
            if name in scheduled or (runs[name] and now - runs[name][0].ended < IDLE)
        ]
        return Installation(now, sites, leases, nodes)

    def _read(self, ops: Database[Document], names: Sequence[str], now: dt.datetime) -> None:
        """Read the runs of sites that are new here, and what has changed of the others."""
        if self._looked:
            for doc in ops["runs"].find({"stored_at": {"$gte": self._looked - MARGIN}}, _FIELDS):
                if (known := self._runs.get(doc["site"])) is None:
                    continue
                if doc.get("outcome"):
                    known[doc["_id"]] = Ran.of(doc)
                else:  # one that was taken for dead, and is not
                    known.pop(doc["_id"], None)
        unknown = [name for name in names if name not in self._runs]
        self._runs |= _runs(ops, unknown)
        self._looked = now


def installation(db: Database[Document], ops: Database[Document]) -> Installation:
    """All that the monitors want to know, for who looks once. Raises ``PyMongoError``."""
    return Facts().installation(db, ops)


def _kept(runs: dict[Any, Ran]) -> list[Ran]:
    """The newest runs, and the newest of those that met something new; the others are let go."""
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


def _runs(ops: Database[Document], names: Sequence[str]) -> dict[str, dict[Any, Ran]]:
    """Of each site the newest runs that have ended, and the newest of those that met something new."""
    found: dict[str, dict[Any, Ran]] = {name: {} for name in names}
    for some in _some(names, AT_ONCE):
        first, *others = [part for name in some for part in _parts(name)]
        pipeline = [*first, *({"$unionWith": {"coll": "runs", "pipeline": part}} for part in others)]
        for doc in ops["runs"].aggregate(pipeline):
            found[doc["site"]][doc["_id"]] = Ran.of(doc)
    return found


def _parts(site: str) -> Iterator[list[Document]]:
    """What asks for one site's runs, each part answered by an index of its own."""
    ended = {"site": site, "outcome": {"$ne": None}}
    met = ended | {"came": {"$gt": 0}}
    for which, order in ((ended, "started_at"), (met, "finished_at")):
        yield [{"$match": which}, {"$sort": {order: -1}}, {"$limit": RUNS}, {"$project": _FIELDS}]


def _days(db: Database[Document], names: Sequence[str], now: dt.datetime) -> Mapping[str, list[Day]]:
    """Of each newspaper the rows of its last ten weeks; an aggregator has none of its own."""
    first = str(now.date() - dt.timedelta(days=DAYS - 1))
    rows = db["coverage"].find(
        {"source": {"$in": [*names]}, "day": {"$gte": first}},
        {"_id": 0, "source": 1, "day": 1, "articles": 1, "complete": 1},
    )
    found: defaultdict[str, list[Day]] = defaultdict(list)
    for row in rows.sort([("source", 1), ("day", 1)]):
        day = dt.date.fromisoformat(row["day"])
        if day <= now.date() + dt.timedelta(days=1):  # a page that dates itself in the future says nothing
            found[row["source"]].append(Day(day, row["articles"], row.get("complete")))
    return found


def _some(names: Iterable[str], size: int) -> Iterator[list[str]]:
    names = list(names)
    for start in range(0, len(names), size):
        yield names[start : start + size]
