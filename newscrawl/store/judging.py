"""Judges, after each run, which of the days that it may have affected were seen whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pymongo import DESCENDING, ReadPreference, UpdateOne
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl.covered import History, Judgement, SeenRun, SeenWalk, bounds
from newscrawl.store.coverage import Coverage, days_between, row_id
from newscrawl.store.schema import Document
from newscrawl.vocabulary import CoverageReason, RunOutcome

_DAY = dt.timedelta(days=1)
_OPEN = (CoverageReason.NOT_JUDGED, CoverageReason.NOT_OVER, CoverageReason.PENDING)
"""Reasons that the next run may change, however old the day is."""
_READ = {"began": 1, "ended": 1, "outcome": 1, "whole": 1, "seen": 1, "counts": 1}


class CoverageJudge:
    """Judges the days of a site's newspapers."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        primary = ReadPreference.PRIMARY
        db = client.get_database(database, read_preference=primary)
        self._runs, self._rows = db["runs"], db["coverage"]
        self._lives = client.get_database(f"{database}_ops", read_preference=primary)["lives"]
        self._coverage = Coverage(client, database)

    async def after(self, run: str, site: str) -> None:
        """Judge the days that a run saw or should have seen. Idempotent."""
        record = await self._runs.find_one({"_id": run})
        if not record or not record.get("seen"):
            return
        timezone, aggregator = record["seen"]["timezone"], record["seen"]["aggregator"]
        last = str(_day_at(record["began"], timezone))
        # A newspaper with its own site is judged only by that site.
        carried = {"via": site, "sites": {"$exists": False}} if aggregator else {"sites": site}
        sources = [doc["_id"] async for doc in self._lives.find(carried)]
        for source in sources:
            if not aggregator:
                await self._coverage.extend(source, last)
        first = await self._first(record, sources, timezone)
        history = await self._history(site, first, timezone)
        days = list(days_between(first, dt.date.fromisoformat(last)))
        judged = {day: history.judge(dt.date.fromisoformat(day)) for day in days}
        runs = {day: history.runs(dt.date.fromisoformat(day)) for day in days}
        for source in sources:
            await self._write(source, judged, runs, as_aggregator=aggregator)

    async def _first(self, record: Document, sources: list[str], timezone: str | None) -> dt.date:
        """The first day that a run may affect."""
        before = {"site": record["site"], "began": {"$lt": record["began"]}}
        former = await self._runs.find(before, {"began": 1}).sort("began", DESCENDING).limit(1).to_list()
        moments = [walk["since"] for walk in record["seen"]["walks"] if walk["since"]]
        moments += [record["began"], *(run["began"] for run in former)]
        first = _day_at(min(moments), timezone)
        unsettled = {"source": {"$in": sources}, "day": {"$gte": ""}, "why": {"$in": _OPEN}}
        rows = await self._rows.find(unsettled, {"day": 1}).sort("day", 1).limit(1).to_list()
        return min([first, *(dt.date.fromisoformat(row["day"]) for row in rows)])

    async def _history(self, site: str, first: dt.date, timezone: str | None) -> History:
        """The history of the runs since a day, and of the last run before it that looked for everything."""
        start = bounds(first, timezone)[0]
        ended = {"site": site, "outcome": {"$ne": None}}
        query = {**ended, "began": {"$gte": start}}
        ran = [_ran(doc) async for doc in self._runs.find(query, _READ)]
        before = {**ended, "whole": True, "began": {"$lt": start}, "seen.walks.0": {"$exists": True}}
        former = self._runs.find(before, _READ).sort("began", DESCENDING).limit(1)
        return History([*map(_ran, await former.to_list()), *ran], timezone)

    async def _write(
        self, source: str, judged: Mapping[str, Judgement], runs: Mapping[str, int], *, as_aggregator: bool
    ) -> None:
        query = {"source": source, "day": {"$gte": min(judged), "$lte": max(judged)}}
        writes = []
        async for row in self._rows.find(query):
            fields: Document = {"runs": runs[row["day"]]}
            if not row[
                "complete"
            ]:  # a day that was seen whole stays whole, even after the records have expired
                complete, why = judged[row["day"]]
                if as_aggregator and complete:
                    complete, why = None, CoverageReason.AGGREGATOR
                fields |= {"complete": complete, "why": why}
            if any(row[name] != value for name, value in fields.items()):
                writes.append(UpdateOne({"_id": row_id(source, row["day"])}, {"$set": fields}))
        if writes:
            await self._rows.bulk_write(writes, ordered=False)


def _day_at(moment: dt.datetime, timezone: str | None) -> dt.date:
    """The day of a moment on a publisher's clock."""
    zone = bounds(moment.date(), timezone)[0].tzinfo
    return moment.astimezone(zone).date()


def _ran(doc: Mapping[str, Any]) -> SeenRun:
    """The run that a record describes."""
    seen, counts = doc.get("seen") or {}, doc.get("counts") or {}
    return SeenRun(
        began=doc["began"],
        ended=doc.get("ended") or doc["began"],
        outcome=RunOutcome(doc["outcome"]),
        whole=bool(doc.get("whole")),
        walks=tuple(SeenWalk(**walk) for walk in seen.get("walks", ())),
        pending_since=seen.get("pending_since"),
        new=counts.get("new", 0),
        lost=seen.get("lost", 0),
    )
