"""The collection ``coverage``: how many articles each newspaper has on each day, and which days were seen
whole.

Rows are counted from the articles, never incremented. A process that changes articles first notes the
affected rows (``touch``) and counts them afterwards (``recount``). The next process counts the rows that a
killed process noted; counting twice changes nothing. A row that two processes count at once ends up correct,
as each counts again until nothing differs.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pymongo
from pymongo import ASCENDING, DESCENDING, ReadPreference, UpdateOne, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl.progress import Progress
from newscrawl.vocabulary import CoverageReason

Document = dict[str, Any]

INTERVAL = 62
"""An article whose interval has more days than this counts as ``possible`` on none of them."""
COUNTING = 6 * 3600
"""Maximum seconds for reading the day of every article."""
LEFT_BEHIND = dt.timedelta(hours=1)
"""A note older than this belongs to a dead process: a living process counts its rows sooner."""
EVERY = 300.0
"""Seconds between counts in a long-running process."""
AT_ONCE = 1000
"""How many rows are counted or created at once."""

PLACE = ("source", "day", "published", "site", "via")
"""The fields of an article that determine which rows it touches."""
_NO_DAY: Document = {"$not": {"$gte": ""}}
"""A condition for a null day that an index alone can answer."""
_COUNTED = {
    "_id": "$day",
    "articles": {"$sum": 1},
    "copies": {"$sum": {"$cond": [{"$gt": ["$duplicate_of", None]}, 1, 0]}},
}
_EMPTY: Document = {"articles": 0, "copies": 0, "possible": 0, "runs": 0, "complete": None}


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``day`` is None for the articles without a day."""

    source: str
    day: str | None
    possible: bool = False
    """Is the article's day inexact, so that it may, but need not, be this day?"""

    @property
    def id(self) -> str:
        """Its ``_id``. Example: ``hespress 2024-03-27``."""
        return row_id(self.source, self.day)


def row_id(source: str, day: str | None) -> str:
    """The ``_id`` of a row; ``hespress null`` for the articles without a day."""
    return f"{source} {day or 'null'}"


def rows_of(place: Mapping[str, Any]) -> Iterator[Row]:
    """The rows that an article touches, by its fields ``PLACE``."""
    yield Row(place["source"], place["day"])
    published = place["published"]
    if place["day"] or not published:
        return
    for day in _days(_field(published, "earliest"), _field(published, "latest")):
        yield Row(place["source"], day, possible=True)


def place_of(article: Any) -> Document:
    """The fields of an article that :func:`rows_of` needs."""
    return {name: getattr(article, name) for name in PLACE}


def _field(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, Mapping) else getattr(part, name)


def _days(first: str | None, last: str | None) -> Iterator[str]:
    """The days of an interval; none if it is unknown or longer than ``INTERVAL``."""
    if not first or not last:
        return
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    if (end - begin).days < INTERVAL:
        yield from days_between(begin, end)


def days_between(first: dt.date, last: dt.date) -> Iterator[str]:
    """Each day from the first to the last, ``YYYY-MM-DD``."""
    for number in range((last - first).days + 1):
        yield str(first + dt.timedelta(days=number))


class Coverage:
    """Notes which rows are touched, and counts them."""

    def __init__(self, client: AsyncMongoClient[Document], database: str, by: str | None = None) -> None:
        primary = ReadPreference.PRIMARY
        db = client.get_database(database, read_preference=primary)
        ops = client.get_database(f"{database}_ops", read_preference=primary)
        self._articles, self._rows = db["articles"], db["coverage"]
        # A note precedes its articles in the journal and oplog, so the articles' acknowledgement covers both.
        self._notes = ops["uncounted"].with_options(write_concern=WriteConcern(w=1))
        self._lives = ops["lives"]
        self._by = by or uuid.uuid4().hex
        """An id of the process that writes these notes."""
        self._noted: set[Row] = set()
        self._counted_at: float | None = None
        self._homes: set[tuple[str, str, bool]] = set()

    async def touch(self, places: Iterable[Mapping[str, Any]]) -> None:
        """Note the rows that a change of articles affects; pass both their old and new fields."""
        places = list(places)
        await self._note_homes(places)
        rows = {row for place in places for row in rows_of(place)} - self._noted
        if rows:
            await self._notes.bulk_write([note(self._by, row) for row in rows], ordered=False)
            self._noted |= rows

    async def _note_homes(self, places: Iterable[Mapping[str, Any]]) -> None:
        """Store the sites at which each newspaper is read: its own, or an aggregator."""
        homes = {(p["source"], p["site"], p["via"] is not None) for p in places} - self._homes
        writes = [
            UpdateOne({"_id": source}, {"$addToSet": {"via" if via else "sites": site}}, upsert=True)
            for source, site, via in homes
        ]
        if writes:
            await self._lives.bulk_write(writes, ordered=False)
            self._homes |= homes

    async def recount_if_due(self) -> None:
        """Count every ``EVERY`` seconds, for a long-running process."""
        now = asyncio.get_running_loop().time()
        self._counted_at = self._counted_at or now
        if now - self._counted_at > EVERY:
            await self.recount()

    async def recount(self) -> None:
        """Count the rows that this process noted, and those that a dead process left behind."""
        self._counted_at = asyncio.get_running_loop().time()
        self._noted = set()
        ago = int(LEFT_BEHIND.total_seconds() * 1000)
        dead = {"$expr": {"$lt": ["$noted_at", {"$subtract": ["$$NOW", ago]}]}}
        while notes := await self._notes.find({"$or": [{"by": self._by}, dead]}).limit(AT_ONCE).to_list():
            by_source: defaultdict[str, list[Row]] = defaultdict(list)
            for noted in notes:
                by_source[noted["source"]].append(Row(noted["source"], noted["day"], noted["possible"]))
            for source, rows in by_source.items():
                await self._count(source, rows)
                await self._live(source)
            await self._notes.delete_many({"_id": {"$in": [noted["_id"] for noted in notes]}})

    async def _count(self, source: str, rows: Collection[Row]) -> None:
        """Count rows until the stored numbers are correct."""
        due = await self._differing(source, rows)
        while due:
            await self._rows.bulk_write(due, ordered=False)
            due = await self._differing(source, rows)

    async def _differing(self, source: str, rows: Collection[Row]) -> list[UpdateOne]:
        """The updates of the rows whose numbers no longer match the articles."""
        counted = await self._counted(source, rows)
        ids = [row_id(source, day) for day in counted]
        stored = {doc["_id"]: doc async for doc in self._rows.find({"_id": {"$in": ids}})}
        writes = []
        for day, numbers in counted.items():
            id_ = row_id(source, day)
            former = stored.get(id_, {})
            if any(former.get(name) != value for name, value in numbers.items()):
                writes.append(_update(source, day, numbers))
        return writes

    async def _counted(self, source: str, rows: Collection[Row]) -> dict[str | None, Document]:
        days = {row.day for row in rows}
        counted: dict[str | None, Document] = {day: {"articles": 0, "copies": 0} for day in days}
        wanted: list[Any] = [{"$in": [day for day in days if day]}, *([_NO_DAY] if None in days else [])]
        for of_days in wanted:
            pipeline: list[Document] = [{"$match": {"source": source, "day": of_days}}, {"$group": _COUNTED}]
            async for group in await self._articles.aggregate(pipeline):
                counted[group.pop("_id")] = group
        if maybe := [row.day for row in rows if row.possible and row.day]:
            for day, number in (await self._possible(source, maybe)).items():
                counted[day]["possible"] = number
        return counted

    async def _possible(self, source: str, days: Collection[str]) -> dict[str, int]:
        """How many articles without a day may be from each of these days."""
        last = dt.date.fromisoformat(max(days)) + dt.timedelta(days=INTERVAL)
        query = {
            "published.latest": {"$gte": min(days), "$lte": str(last)},
            "published.earliest": {"$lte": max(days)},
            "source": source,
            "day": None,
        }
        numbers = dict.fromkeys(days, 0)
        async for doc in self._articles.find(query, {"published.earliest": 1, "published.latest": 1}):
            for day in _days(doc["published"]["earliest"], doc["published"]["latest"]):
                if day in numbers:
                    numbers[day] += 1
        return numbers

    # --- The days from a newspaper's first article to its last ("life")

    async def _live(self, source: str) -> None:
        """Ensure that each day from a newspaper's first article to its last article or run has a row."""
        first = await self._outermost(source, ASCENDING)
        last = await self._outermost(source, DESCENDING)
        life = await self._lives.find_one({"_id": source}) or {}
        if first is None or last is None:
            await self._lives.update_one({"_id": source}, {"$unset": {"first": 1, "last": 1}})
            await self._remove_empty({"source": source})
            return
        last = max(last, life.get("ran", ""))
        await self._remove_empty(
            {"source": source, "$or": [{"day": None}, {"day": {"$lt": first}}, {"day": {"$gt": last}}]}
        )
        known = (life["first"], life["last"]) if "first" in life else None
        if known == (first, last):
            return
        await self._fill(source, first, last, known)
        await self._lives.update_one({"_id": source}, {"$set": {"first": first, "last": last}}, upsert=True)

    async def _remove_empty(self, which: Document) -> None:
        """Remove the empty rows of days outside a newspaper's life."""
        empty = await self._rows.find({**which, "articles": 0, "possible": 0}, {"_id": 1}).to_list()
        if empty:
            await self._rows.delete_many({"_id": {"$in": [row["_id"] for row in empty]}})

    async def _outermost(self, source: str, order: int) -> str | None:
        """The day of the first or the last article."""
        dated = self._articles.find({"source": source, "day": {"$gte": ""}}, {"_id": 0, "day": 1})
        docs = await dated.sort([("source", -order), ("day", order)]).limit(1).to_list()
        return docs[0]["day"] if docs else None

    async def _fill(self, source: str, first: str, last: str, known: tuple[str, str] | None) -> None:
        """Create the rows of these days, except those between two days that exist already."""
        begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        missing = [
            day for day in days_between(begin, end) if known is None or not known[0] <= day <= known[1]
        ]
        for start in range(0, len(missing), AT_ONCE):
            some = [_update(source, day, {}) for day in missing[start : start + AT_ONCE]]
            await self._rows.bulk_write(some, ordered=False)

    async def forget_lives(self) -> None:
        """Forget which rows exist, so that all are created again."""
        await self._lives.update_many({}, {"$unset": {"first": 1, "last": 1}})

    async def extend(self, source: str, day: str) -> None:
        """Extend a newspaper's life to the day of a run."""
        await self._lives.update_one({"_id": source}, {"$max": {"ran": day}})
        await self._live(source)


async def begin(db: AsyncDatabase[Document]) -> None:
    """Count all rows, as an older version has none. Idempotent."""
    interval = {"earliest": "$published.earliest", "latest": "$published.latest"}
    place = {name: f"${name}" for name in PLACE} | {"published": {"$cond": ["$day", None, interval]}}
    counting = Coverage(db.client, db.name)
    await counting.forget_lives()
    places: list[Document] = []
    shown = Progress("counting the articles of each day")
    with pymongo.timeout(COUNTING):
        async for group in await db["articles"].aggregate([{"$group": {"_id": place}}], allowDiskUse=True):
            places.append({name: group["_id"].get(name) for name in PLACE})
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        for of in some:
            if of["published"]:
                of["published"] = {name: of["published"].get(name) for name in interval}
        await counting.touch(some)
        shown.show(start + len(some), len(places))
    await counting.recount()


def note(by: str, row: Row) -> UpdateOne:
    """The write that notes a row before its articles change."""
    kind = "possible" if row.possible else "counted"
    fields = {"by": by, "source": row.source, "day": row.day, "possible": row.possible}
    changes = {"$set": fields, "$currentDate": {"noted_at": True}}
    return UpdateOne({"_id": f"{by} {kind} {row.id}"}, changes, upsert=True)


def _update(source: str, day: str | None, fields: Document) -> UpdateOne:
    """The update of a row, which creates the row if needed."""
    why = CoverageReason.NOT_JUDGED if day else CoverageReason.NO_DAY
    new = {"source": source, "day": day, "why": why, **_EMPTY}
    absent = {name: value for name, value in new.items() if name not in fields}
    changes: Document = {"$setOnInsert": absent, **({"$set": fields} if fields else {})}
    return UpdateOne({"_id": row_id(source, day)}, changes, upsert=True)
