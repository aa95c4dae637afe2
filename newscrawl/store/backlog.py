"""Articles that are stored but not linked yet; each is noted before it is written, so that no link is lost.

A crawl links its own articles. When it starts, it also links a share of the articles that others left. It
claims a few at a time, so that crawls that start at once share the work. A claim expires by itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence

from pymongo import ReadPreference, WriteConcern
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import BulkWriteError

from newscrawl.store.schema import Document

Clock = Callable[[], Awaitable[dt.datetime]]
"""A function that returns the server's time."""

AT_ONCE = 50
"""How many articles a crawl claims and links at once."""
SHARE = 1000
"""Maximum number of other crawls' articles that a crawl links."""
CLAIMED = dt.timedelta(seconds=15)
"""How long a claim lasts: several times as long as linking ``AT_ONCE`` articles takes."""
LOOK = 0.5
"""Seconds between checks of the articles that others have claimed."""

_ALREADY_NOTED = 11000
"""MongoDB's code for a duplicate key."""


class Backlog:
    """The notes on unlinked articles: each note is a document with the ``_id`` of its article."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        # A note precedes its article in the journal and oplog, so the article's acknowledgement covers both.
        self._notes = client[f"{database}_ops"]["unlinked"].with_options(
            write_concern=WriteConcern(w=1), read_preference=ReadPreference.PRIMARY
        )

    async def note(self, ids: Collection[str]) -> None:
        """Note articles that are about to be written."""
        if ids:
            try:
                await self._notes.insert_many([{"_id": id_} for id_ in ids], ordered=False)
            except BulkWriteError as error:
                if any(problem["code"] != _ALREADY_NOTED for problem in error.details["writeErrors"]):
                    raise

    async def settle(self, ids: Collection[str]) -> None:
        """Remove the notes of linked articles."""
        await self._notes.delete_many({"_id": {"$in": list(ids)}})

    async def all(self) -> list[str]:
        """All noted articles, in random order."""
        noted = [doc["_id"] async for doc in self._notes.find({}, {"_id": 1})]
        random.shuffle(noted)
        return noted

    async def link(
        self, noted: Sequence[str], link: Callable[[Sequence[str]], Awaitable[None]], clock: Clock, most: int
    ) -> list[str]:
        """Claim and link up to ``most`` of these articles; return those that others had claimed."""
        left, others = most, []
        for start in range(0, len(noted), AT_ONCE):
            some = noted[start : start + min(AT_ONCE, left)]
            claimed = await self._claim(some, await clock())
            if claimed:
                await link(claimed)
                left -= len(claimed)
            others += [id_ for id_ in some if id_ not in claimed]
            if left <= 0:
                break
        return others

    async def take_over(
        self, claimed: Sequence[str], link: Callable[[Sequence[str]], Awaitable[None]], clock: Clock
    ) -> None:
        """Wait for articles that others have claimed; link those whose claims expire."""
        while claimed:
            await self.link(claimed, link, clock, len(claimed))
            held = self._notes.find({"_id": {"$in": list(claimed)}, "claimed_by": {"$ne": None}}, {"_id": 1})
            claimed = [doc["_id"] async for doc in held]
            if claimed:
                await asyncio.sleep(LOOK)

    async def _claim(self, ids: Sequence[str], now: dt.datetime) -> list[str]:
        """Claim the unclaimed articles among these, and return them."""
        claim = uuid.uuid4().hex
        free = {"_id": {"$in": list(ids)}, "$or": [{"claimed_until": None}, {"claimed_until": {"$lte": now}}]}
        until = {"claimed_by": claim, "claimed_until": now + CLAIMED}
        if not (await self._notes.update_many(free, {"$set": until})).matched_count:
            return []
        ours = self._notes.find({"_id": {"$in": list(ids)}, "claimed_by": claim}, {"_id": 1})
        return [doc["_id"] async for doc in ours]
