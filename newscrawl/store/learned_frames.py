"""Frames of sources (the texts that begin and end their pages), learned from stored articles and cached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from pymongo import DESCENDING, ReadPreference
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl import identity
from newscrawl.frames import LEAST_TEXTS, NO_FRAME, Frame, learned
from newscrawl.store.schema import Document

LEARNED_FROM = 30
"""The number of newest articles from which a source's frame is learned."""
AGAIN = dt.timedelta(days=30)
"""The time after which a frame is learned again, as newspapers change their pages."""
SETTLED = dt.timedelta(hours=1)
"""Only articles written at least this long ago are used. Otherwise the frame, and so the links of a crawl's
first articles, would depend on how far the crawl has come."""

_TEXT = dict.fromkeys(("lede", "body", "dateline", "agencies", "title"), 1)


class LearnedFrames:
    """The frames of sources, cached for the life of a linker; the next linker sees later changes."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        primary = ReadPreference.PRIMARY
        self._articles = client[database]["articles"].with_options(read_preference=primary)
        self._frames = client[f"{database}_ops"]["frames"].with_options(read_preference=primary)
        self._known: dict[str, Frame] = {}

    async def of(self, sources: Collection[str], now: dt.datetime) -> dict[str, Frame]:
        """The frames of some sources; unknown and outdated frames are learned."""
        if unknown := set(sources) - self._known.keys():
            fresh = {"_id": {"$in": list(unknown)}, "learned_at": {"$gte": now - AGAIN}}
            stored = {doc["_id"]: doc async for doc in self._frames.find(fresh)}
            for source in unknown:
                doc = stored.get(source) or await self._learn(source, now)
                self._known[source] = Frame(tuple(doc["begins"]), tuple(doc["ends"])) if doc else NO_FRAME
        return {source: self._known[source] for source in sources}

    async def _learn(self, source: str, now: dt.datetime) -> Document | None:
        """Learn and store the frame of a source; None while it has too few articles."""
        newest = self._articles.find({"source": source}, {"_id": 1}).sort("day", DESCENDING)
        ids = [doc["_id"] async for doc in newest.limit(LEARNED_FROM)]
        settled = {"_id": {"$in": ids}, "updated_at": {"$lt": now - SETTLED}}
        texts = [identity.text_of(doc).words async for doc in self._articles.find(settled, _TEXT)]
        if len(texts) < LEAST_TEXTS:
            return None
        frame = learned(texts)
        doc: Document = {"begins": list(frame.begins), "ends": list(frame.ends), "learned_at": now}
        await self._frames.update_one({"_id": source}, {"$set": doc}, upsert=True)
        return doc
