"""Which stored article is a copy of which: decided from the documents alone, whoever asks.

Taken in :func:`newscrawl.identity.order`, an article is a copy of the first root that it is a copy of by
:func:`newscrawl.identity.are_copies`, and a root itself when there is none. So there is just one right
answer for a collection, whatever came first. Any number of crawls work towards it without a lock:

- Each looks for copies after its own articles were acknowledged, so of two copies that arrive at
  once the later look finds the earlier article.
- Whoever makes an article a root, or a root a copy, asks afterwards what follows for its copies.
- Each write is conditional on what the decision was made from, and what was written is looked at
  again, until there is nothing left to write.

What an article costs is bounded, however many look-alikes a day has: of the holders of a key ``COMMON`` are
read, the likeliest of them are compared, and ``TEXTS`` are kept in memory.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from pymongo import ReadPreference, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl import identity
from newscrawl.identity import Text
from newscrawl.signatures import is_current
from newscrawl.store import resign
from newscrawl.store.backlog import SHARE, Backlog, Clock
from newscrawl.store.candidates import COMPARED, HEAD, LINKS, Near, find_near
from newscrawl.store.schema import Document

log = logging.getLogger(__name__)

_DECIDED_FROM = ("_id", "content_hash", "day", "published_at", "duplicate_of", "story")
_TEXT = dict.fromkeys(("content_hash", "title", "lede", "body", "dateline", "agencies"), 1)

LOOKED_AT = 50
"""Articles that are decided at once."""
TEXTS = 200
"""Texts that are kept in memory."""
PASSES = 30
"""Looks after which other crawls must have brought forth something odd."""


class Linker:
    """Finds the copies of articles and says so in them."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        # A linker decides by what it reads: a secondary would show it the past.
        articles = client[database]["articles"]
        self._articles = articles.with_options(read_preference=ReadPreference.PRIMARY)
        self._backlog = Backlog(client, database)

    async def intend(self, ids: Collection[str]) -> None:
        """Note articles that are about to be written, so that a killed crawl leaves none unlinked."""
        await self._backlog.note(ids)

    async def catch_up(self, clock: Clock, most: int = SHARE) -> list[str]:
        """Link some of what others left unlinked; linking twice changes nothing. Returns what others are
        linking just now.
        """

        async def link(ids: Sequence[str]) -> None:
            await self.link(ids, await clock())

        return await self._backlog.link(await self._backlog.all(), link, clock, most)

    async def take_over(self, ids: Sequence[str], clock: Clock) -> None:
        """Wait until others have linked what they began to link; what they leave is linked here."""

        async def link(some: Sequence[str]) -> None:
            await self.link(some, await clock())

        await self._backlog.take_over(ids, link, clock)

    async def link(self, ids: Collection[str], now: dt.datetime) -> None:
        """Link articles that were just written: new ones, and those whose text or day has changed.

        What an article costs does not depend on how many are stored.
        """
        if ids:
            await resign.alike(self._articles, ids)
            await _Decision(self._articles, now).settle(ids)
            await self._backlog.settle(ids)

    async def relink(self, batch: int = 100) -> AsyncIterator[tuple[int, int]]:
        """Make the keys, signatures and links of older versions anew; yields how many of how many.

        Crawls may go on meanwhile. Cut short, it goes on where it was when called again.
        """
        others = await self.catch_up(self._now, most=10**9)
        await self.take_over(others, self._now)
        total = await self._articles.count_documents(resign.OLDER)
        done = 0
        yield done, total
        before = -1
        while done > before:  # again for articles whose story changed while the walk went by
            before = done
            ids: list[str] = []
            async for doc in self._articles.find(resign.OLDER, {"_id": 1}).sort("story").batch_size(batch):
                ids.append(doc["_id"])
                if len(ids) == batch:
                    done += await self._renew(ids)
                    yield done, max(done, total)
                    ids = []
            done += await self._renew(ids)
            yield done, max(done, total)

    async def _renew(self, ids: Sequence[str]) -> int:
        """Renew articles, and with them what else is in their stories: a story is decided whole."""
        stories = await self._articles.distinct("story", {"_id": {"$in": list(ids)}})
        writes = await resign.writes(self._articles, {"story": {"$in": stories}})
        if not writes:
            return 0
        await self.intend(writes)
        renewed = await self._articles.bulk_write(list(writes.values()), ordered=False)
        await self.link(list(writes), await self._now())
        return renewed.matched_count

    async def _now(self) -> dt.datetime:
        now = (await self._articles.database.client.admin.command("hello"))["localTime"]
        assert isinstance(now, dt.datetime)
        return now


@dataclass(slots=True)
class _Due:
    """What follows from a look at some articles."""

    writes: dict[str, UpdateOne] = field(default_factory=dict)
    new_roots: list[Document] = field(default_factory=list)
    """Copies that become roots with these writes."""
    former_roots: list[str] = field(default_factory=list)
    look_again: set[str] = field(default_factory=set)
    """Copies of roots that nobody knew of, and roots with which articles have copies in common."""


class _Decision:
    """One batch of articles on their way into their stories."""

    def __init__(self, articles: AsyncCollection[Document], now: dt.datetime) -> None:
        self._articles = articles
        self._now = now
        self._texts: dict[str, tuple[str, Text]] = {}
        """Texts that were read, with the content hash they had."""
        self._told: set[str] = set()
        """Roots because of which others are looked at again."""

    async def settle(self, seeds: Collection[str]) -> None:
        """Look and write until there is nothing left to write."""
        open_, unheard = set(seeds) | await self._members(seeds), set(seeds)
        for _ in range(PASSES):
            left, open_ = list(open_), set()
            for start in range(0, len(left), LOOKED_AT):
                open_ |= await self._settle_some(left[start : start + LOOKED_AT], unheard)
            unheard = set()
            if not open_:
                return
        log.warning("the links of %d articles do not settle; run `scrapy dedupe`", len(open_))

    async def _settle_some(self, ids: Collection[str], unheard: Collection[str]) -> set[str]:
        """Write what is due for some articles; returns those that have to be looked at because of it."""
        due = await self._look(ids, unheard)
        if due.writes:
            await self._articles.bulk_write(list(due.writes.values()), ordered=False)
        # After the writes: whoever looks later than that sees them, whoever looked earlier is found.
        again = {*due.writes, *due.look_again, *await self._members(due.former_roots)}
        if due.new_roots:
            near = await find_near(self._articles, due.new_roots, self._told)
            again |= await self._copies_of(due.new_roots, near)
        return again

    async def _look(self, ids: Collection[str], unheard: Collection[str]) -> _Due:
        """What is due for some articles. A root that is ``unheard`` of counts as a new one."""
        looked_at = [doc async for doc in self._articles.find({"_id": {"$in": list(ids)}}, HEAD)]
        if outdated := [doc["_id"] for doc in looked_at if not is_current(doc["signature"])]:
            await resign.now(self._articles, {"_id": {"$in": outdated}})
            looked_at = [doc async for doc in self._articles.find({"_id": {"$in": list(ids)}}, HEAD)]
        near = await find_near(self._articles, looked_at, self._told)
        roots = {id_: doc for id_, doc in near.docs.items() if doc["duplicate_of"] is None}
        pairs = (pair for doc in looked_at for root in near.earlier(doc, roots) for pair in (doc, root))
        await self._read_texts(itertools.islice(pairs, TEXTS))
        due = _Due()
        unheard_roots = []
        for doc in sorted(looked_at, key=identity.order):
            root = await self._root(doc, near.earlier(doc, roots))
            if root and doc["_id"] in unheard and (others := near.others(doc, root, roots)):
                await self._read_texts([doc, root, *others])
                due.look_again |= {other["_id"] for other in others if self._are_copies(doc, other)}
            if root is None:
                roots[doc["_id"]] = doc
                if doc["duplicate_of"] is not None:
                    due.new_roots.append(doc)
                elif doc["_id"] in unheard:
                    unheard_roots.append(doc)
            elif roots.pop(doc["_id"], None):
                due.former_roots.append(doc["_id"])
                self._told.add(root["_id"])
            links = self._links(doc, root)
            if any(doc[name] != links[name] for name in LINKS):
                unchanged = {name: doc[name] for name in _DECIDED_FROM}
                due.writes[doc["_id"]] = UpdateOne(unchanged, {"$set": links | {"updated_at": self._now}})
        self._told |= {root["_id"] for root in (*due.new_roots, *unheard_roots)}
        # These were roots before this look: whoever did not see them was stored before it, and is near.
        due.look_again |= await self._copies_of(unheard_roots, near)
        return due

    async def _root(self, doc: Document, earlier: Sequence[Document]) -> Document | None:
        """The first root that an article is a copy of."""
        await self._read_texts([doc, *earlier] if earlier else [])
        await asyncio.sleep(0)  # let the downloads go on
        return next((root for root in earlier if self._are_copies(doc, root)), None)

    async def _copies_of(self, new_roots: Sequence[Document], near: Near) -> set[str]:
        """Articles that came later and may be copies of a root that nobody knew of."""
        found = set()
        for root in new_roots:
            later, others = near.later(root), 0
            for start in range(0, len(later), COMPARED):
                some = later[start : start + COMPARED]
                await self._read_texts([root, *some])
                copies = {doc["_id"] for doc in some if self._are_copies(root, doc)}
                found |= copies
                others += len(some) - len(copies)
                await asyncio.sleep(0)
                if others >= COMPARED:
                    break
        return found

    def _links(self, doc: Document, root: Document | None) -> Document:
        if root is None:
            return {"duplicate_of": None, "duplicate": None, "story": doc["_id"]}
        detail = identity.duplicate(root, self._texts[root["_id"]][1], doc, self._texts[doc["_id"]][1])
        return {
            "duplicate_of": root["_id"],
            "duplicate": dataclasses.asdict(detail),
            "story": root["_id"],
        }

    def _are_copies(self, one: Document, other: Document) -> bool:
        if not {one["_id"], other["_id"]} <= self._texts.keys():  # removed meanwhile
            return False
        return identity.are_copies(one, self._texts[one["_id"]][1], other, self._texts[other["_id"]][1])

    async def _members(self, stories: Collection[str]) -> set[str]:
        """The articles of some stories."""
        if not stories:
            return set()
        found = self._articles.find({"story": {"$in": list(stories)}}, {"_id": 1})
        return {doc["_id"] async for doc in found}

    async def _read_texts(self, docs: Iterable[Document]) -> None:
        hashes = {doc["_id"]: doc["content_hash"] for doc in docs}
        wanted = [id_ for id_, known in hashes.items() if self._texts.get(id_, ("",))[0] != known]
        if wanted:
            if len(self._texts) + len(wanted) > TEXTS:
                self._texts = {id_: text for id_, text in self._texts.items() if id_ in hashes}
            async for doc in self._articles.find({"_id": {"$in": wanted}}, _TEXT):
                self._texts[doc["_id"]] = hashes[doc["_id"]], Text.of(doc)
