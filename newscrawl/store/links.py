"""Decides which stored article is a copy of which, from the documents alone.

Articles are ordered by :func:`newscrawl.identity.order`. Each joins the story of the most similar earlier
article of which it is a copy by :func:`newscrawl.identity.are_copies`; if there is none, it becomes a root
itself. Two copies of one member may have little in common, so the root is compared, too: it must not report
other news, and must share :data:`SHARED` of the text. So a collection has exactly one right answer, whatever
the order of arrival. Any number of crawls work towards it without a lock:

- Each crawl looks for copies after its own articles are acknowledged. So if two copies arrive at once, the
  later search finds the earlier article.
- A crawl that moves an article to another story then checks the copies of that article.
- Each write is conditional on the documents that led to the decision, and written articles are checked
  again, until nothing is left to write.

The cost of an article is bounded, however many similar articles a day has: at most ``COMMON`` holders of a
key are read, the likeliest are compared, and ``TEXTS`` texts are kept in memory.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from pymongo import ReadPreference, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl import identity
from newscrawl.comparison import Text, similarity
from newscrawl.identity import text_of
from newscrawl.signatures import is_current
from newscrawl.store import resign
from newscrawl.store.backlog import SHARE, Backlog, Clock
from newscrawl.store.candidates import COMPARED, HEAD, LINKS, FilledBuckets, Neighbours, find_near
from newscrawl.store.coverage import Coverage
from newscrawl.store.learned_frames import LearnedFrames
from newscrawl.store.schema import Document

log = logging.getLogger(__name__)

_DECIDED_FROM = ("_id", "content_hash", "day", "published_at", "duplicate_of", "story")
_TEXT = dict.fromkeys(("source", "content_hash", "title", "lede", "body", "dateline", "agencies"), 1)

LOOKED_AT = 50
"""How many articles are checked at once."""
TEXTS = 200
"""Maximum number of texts kept in memory."""
SHARED = 0.25
"""Minimum containment between an article and the root of a story that it joins through another member. An
edited copy of a copy shares more; two articles that each repeat a different paragraph of a digest share
less."""
PASSES = 30
"""Maximum number of rounds of checks; if links still change after that, something is wrong."""


class Linker:
    """Finds the copies of articles and stores the links."""

    def __init__(
        self, client: AsyncMongoClient[Document], database: str, coverage: Coverage | None = None
    ) -> None:
        # The linker decides by what it reads, and a secondary may lag behind.
        articles = client[database]["articles"]
        self._articles = articles.with_options(read_preference=ReadPreference.PRIMARY)
        self._backlog = Backlog(client, database)
        self._frames = LearnedFrames(client, database)
        self._buckets = FilledBuckets(self._articles)
        self._coverage = coverage or Coverage(client, database)

    async def intend(self, ids: Collection[str]) -> None:
        """Note articles that are about to be written, so that they are linked even if the crawl is killed."""
        await self._backlog.note(ids)

    async def catch_up(self, clock: Clock, most: int = SHARE) -> list[str]:
        """Link up to ``most`` articles that other crawls left unlinked; return those claimed by others.

        Linking twice changes nothing.
        """

        async def link(ids: Sequence[str]) -> None:
            await self.link(ids, await clock())

        return await self._backlog.link(await self._backlog.all(), link, clock, most)

    async def take_over(self, ids: Sequence[str], clock: Clock) -> None:
        """Wait until others have linked the articles that they claimed; link those that they leave behind."""

        async def link(some: Sequence[str]) -> None:
            await self.link(some, await clock())

        await self._backlog.take_over(ids, link, clock)

    async def link(self, ids: Collection[str], now: dt.datetime, *, new: Collection[str] = ()) -> None:
        """Link articles that were just written: new articles, and those whose text or day has changed.

        ``new`` are those of them that nobody has changed since they were inserted, as far as is known.
        The cost of an article does not depend on how many are stored.
        """
        if ids:
            await resign.sign_similar(self._articles, ids)
            decision = _Decision(
                self._articles, self._frames, self._buckets, self._coverage, now, frozenset(new)
            )
            await decision.settle(ids)
            await self._backlog.settle(ids)

    async def relink(self, batch: int = 100) -> AsyncIterator[tuple[int, int]]:
        """Recompute the keys, signatures and links of older versions; yield the done and total numbers.

        Crawls may run at the same time. After an interruption, the next call continues from there.
        """
        others = await self.catch_up(self._now, most=10**9)
        await self.take_over(others, self._now)
        total = await self._articles.count_documents(resign.OLDER)
        done = 0
        yield done, total
        before = -1
        while done > before:  # again, for articles whose story has changed in the meantime
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
        await self._coverage.recount()

    async def _renew(self, ids: Sequence[str]) -> int:
        """Sign and link articles again, together with all others in their stories."""
        stories = await self._articles.distinct("story", {"_id": {"$in": list(ids)}})
        writes = await resign.writes(self._articles, {"story": {"$in": stories}})
        if not writes:
            return 0
        await self.intend(writes)
        renewed = await self._articles.bulk_write(list(writes.values()), ordered=False)
        await self.link(list(writes), await self._now())
        await self._coverage.recount_if_due()
        return renewed.matched_count

    async def _now(self) -> dt.datetime:
        now = (await self._articles.database.client.admin.command("hello"))["localTime"]
        assert isinstance(now, dt.datetime)
        return now


@dataclass(slots=True)
class _Due:
    """What remains to be done after a check of some articles."""

    writes: dict[str, UpdateOne] = field(default_factory=dict)
    moved: list[Document] = field(default_factory=list)
    """Known articles that these writes move to other stories."""
    counted: list[Document] = field(default_factory=list)
    """Articles that become copies, or cease to be copies."""
    left: set[str] = field(default_factory=set)
    """Stories that lose or gain articles by these writes."""
    stories: dict[str, str] = field(default_factory=dict)
    """The root of each article that was read, after these writes."""
    former_roots: list[str] = field(default_factory=list)
    look_again: set[str] = field(default_factory=set)
    """Copies of new articles, and roots that have copies in common with them."""


class _Decision:
    """Decides the stories of one batch of articles."""

    def __init__(
        self,
        articles: AsyncCollection[Document],
        frames: LearnedFrames,
        buckets: FilledBuckets,
        coverage: Coverage,
        now: dt.datetime,
        new: frozenset[str],
    ) -> None:
        self._articles = articles
        self._frames = frames
        self._buckets = buckets
        self._coverage = coverage
        self._now = now
        self._new = new
        """The seeds that are new."""
        self._texts: dict[str, tuple[str, Text]] = {}
        """``_id`` → content hash and text of articles that were read."""
        self._stories: dict[str, int | None] = {}
        """Root → stored number of copies, for stories whose number may have changed."""
        self._changed: set[str] = set()
        """Articles whose changes make others due for another check."""
        self._introduced: dict[str, set[str]] = defaultdict(set)
        """Root → later roots that were checked again because an article is similar to both."""

    async def settle(self, seeds: Collection[str]) -> None:
        """Check and write until nothing is left to write."""
        # An article that has joined a new one has seen it as it is.
        open_, unheard = set(seeds) | await self._members({*seeds} - self._new), set(seeds)
        for _ in range(PASSES):
            left, open_ = list(open_), set()
            for start in range(0, len(left), LOOKED_AT):
                open_ |= await self._settle_some(left[start : start + LOOKED_AT], unheard)
            unheard = set()
            if not open_:
                break
        else:
            log.warning(
                "the links of %d articles still change after %d rounds; run `scrapy dedupe` to settle them",
                len(open_), PASSES,
            )  # fmt: skip
        await self._count_copies()

    async def _count_copies(self) -> None:
        """Write how many copies each root has, until the stored numbers are correct."""
        due = dict(self._stories)
        while due:
            pipeline: list[Document] = [
                {"$match": {"story": {"$in": list(due)}}},
                {"$group": {"_id": "$story", "n": {"$sum": 1}}},
            ]
            counted = {doc["_id"]: doc["n"] - 1 async for doc in await self._articles.aggregate(pipeline)}
            wrong = {root: n for root, n in counted.items() if due[root] != n}
            writes = [
                UpdateOne(
                    {"_id": root, "duplicate_of": None, "copies": {"$ne": n}},
                    {"$set": {"copies": n, "updated_at": self._now}},
                )
                for root, n in wrong.items()
            ]
            if not writes or not (await self._articles.bulk_write(writes, ordered=False)).modified_count:
                return
            due = dict(wrong)

    async def _settle_some(self, ids: Collection[str], unheard: Collection[str]) -> set[str]:
        """Write the links of some articles; return the articles that must be checked as a result."""
        due = await self._look(ids, unheard)
        self._stories |= dict.fromkeys(due.left)
        if due.writes:
            await self._coverage.touch(due.counted)
            await self._articles.bulk_write(list(due.writes.values()), ordered=False)
        # After the writes: later checks see them, and this query finds the articles of earlier checks.
        again = {*due.writes, *due.look_again, *await self._members(due.former_roots)}
        if due.moved:
            near = await find_near(self._articles, due.moved, self._changed, self._buckets)
            stories = {id_: doc["story"] for id_, doc in near.docs.items()}
            again |= await self._copies_of(due.moved, near, stories | due.stories)
        return again

    async def _look(self, ids: Collection[str], unheard: Collection[str]) -> _Due:
        """The decisions on some articles; other crawls have not seen the ``unheard`` among them."""
        looked_at = [doc async for doc in self._articles.find({"_id": {"$in": list(ids)}}, HEAD)]
        if outdated := [doc["_id"] for doc in looked_at if not is_current(doc["signature"])]:
            await resign.sign(self._articles, {"_id": {"$in": outdated}})
            looked_at = [doc async for doc in self._articles.find({"_id": {"$in": list(ids)}}, HEAD)]
        near = await find_near(self._articles, looked_at, self._changed, self._buckets)
        pairs = (pair for doc in looked_at for earlier in near.earlier(doc) for pair in (doc, earlier))
        await self._read_texts(itertools.islice(pairs, TEXTS))
        due = _Due(stories={id_: doc["story"] for id_, doc in near.docs.items()})
        for doc in looked_at:  # includes articles that a killed crawl linked but did not count
            if doc["_id"] in self._new and doc["story"] == doc["_id"]:
                continue  # who links a copy to it counts its copies
            self._stories.setdefault(doc["story"], doc.get("copies") if doc["story"] == doc["_id"] else None)
        for doc in sorted(looked_at, key=identity.order):
            roots = await self._roots(doc, near, due.stories)
            root = roots[0] if roots else None
            if root and (
                strangers := {stranger["_id"] for stranger in roots[1:]} - self._introduced[root["_id"]]
            ):
                self._introduced[root["_id"]] |= strangers
                self._changed.add(root["_id"])
                due.look_again |= strangers
            if root and doc["duplicate_of"] is None:
                due.former_roots.append(doc["_id"])
            links = self._links(doc, root)
            due.stories[doc["_id"]] = links["story"]
            if links["story"] != doc["story"]:
                self._changed |= {doc["_id"], links["story"]}
                if doc["_id"] not in unheard:
                    due.moved.append(doc)
            if any(doc[name] != links[name] for name in LINKS):
                if (doc["duplicate_of"] is None) != (root is None):
                    due.counted.append(doc)
                due.left |= {doc["story"], links["story"]}
                unchanged = {name: doc[name] for name in _DECIDED_FROM}
                moved = links | ({"copies": 0} if root else {}) | {"updated_at": self._now}
                due.writes[doc["_id"]] = UpdateOne(unchanged, {"$set": moved})
        new = [doc for doc in looked_at if doc["_id"] in unheard]
        self._changed.update(doc["_id"] for doc in new)
        # These articles were stored before this check, so any article that was checked without them is older,
        # and is among those near.
        due.look_again |= await self._copies_of(new, near, due.stories)
        return due

    async def _roots(self, doc: Document, near: Neighbours, stories: Mapping[str, str]) -> list[Document]:
        """The root of the story that an article joins through its most similar member, then other roots.

        The other roots are those of further stories with copies of it, which may not have been compared with
        the first.
        """
        earlier, place = near.earlier(doc), identity.order(doc)
        if not earlier:
            return []
        roots = [near.docs.get(_root_of(candidate["_id"], stories)) for candidate in earlier]
        await self._read_texts([doc, *earlier, *filter(None, roots)])
        await asyncio.sleep(0)  # let the downloads continue
        likeness: list[tuple[float, tuple[Any, ...], Document]] = []
        for member, root in zip(earlier, roots, strict=True):
            if root and identity.order(root) < place and self._joins(doc, member, root):
                alike = similarity(self._text(doc), self._text(member))[0]
                likeness.append((-alike, identity.order(root), root))
        roots_by_id = {root["_id"]: root for *_, root in sorted(likeness, key=itemgetter(0, 1))}
        return list(roots_by_id.values())

    def _joins(self, doc: Document, member: Document, root: Document) -> bool:
        """Does the article join a story because of this member?"""
        if not self._are_copies(doc, member):
            return False
        if root is member:
            return True
        if root["_id"] not in self._texts:  # removed in the meantime
            return False
        text, of_root = self._text(doc), self._text(root)
        if not identity.may_be_copies(doc, root) or not text.words or not of_root.words:
            return False
        shared = similarity(text, of_root)[1] >= SHARED
        return shared and not identity.are_other_news(doc, text, root, of_root)

    async def _copies_of(
        self, docs: Sequence[Document], near: Neighbours, stories: Mapping[str, str]
    ) -> set[str]:
        """Later articles of other stories that are copies of ``docs``, whose story is new."""
        all_copies = set()
        for doc in docs:
            later = [copy for copy in near.later(doc) if stories[copy["_id"]] != stories[doc["_id"]]]
            others = 0
            for start in range(0, len(later), COMPARED):
                some = later[start : start + COMPARED]
                await self._read_texts([doc, *some])
                copies = {copy["_id"] for copy in some if self._are_copies(doc, copy)}
                all_copies |= copies
                others += len(some) - len(copies)
                await asyncio.sleep(0)
                if others >= COMPARED:
                    break
        return all_copies

    def _text(self, doc: Document) -> Text:
        return self._texts[doc["_id"]][1]

    def _links(self, doc: Document, root: Document | None) -> Document:
        if root is None:
            return {"duplicate_of": None, "duplicate": None, "story": doc["_id"]}
        detail = identity.duplicate(root, self._text(root), doc, self._text(doc))
        return {
            "duplicate_of": root["_id"],
            "duplicate": dataclasses.asdict(detail),
            "story": root["_id"],
        }

    def _are_copies(self, doc: Document, member: Document) -> bool:
        if not {doc["_id"], member["_id"]} <= self._texts.keys():  # removed in the meantime
            return False
        return identity.are_copies(doc, self._text(doc), member, self._text(member))

    async def _members(self, stories: Collection[str]) -> set[str]:
        """The articles of some stories."""
        if not stories:
            return set()
        members = self._articles.find({"story": {"$in": list(stories)}}, {"_id": 1})
        return {doc["_id"] async for doc in members}

    async def _read_texts(self, docs: Iterable[Document]) -> None:
        hashes = {doc["_id"]: doc["content_hash"] for doc in docs}
        wanted = [id_ for id_, known in hashes.items() if self._texts.get(id_, ("",))[0] != known]
        if wanted:
            if len(self._texts) + len(wanted) > TEXTS:
                self._texts = {id_: text for id_, text in self._texts.items() if id_ in hashes}
            read = [doc async for doc in self._articles.find({"_id": {"$in": wanted}}, _TEXT)]
            frames = await self._frames.of({doc["source"] for doc in read}, self._now)
            for doc in read:
                self._texts[doc["_id"]] = hashes[doc["_id"]], text_of(doc, frames[doc["source"]])


def _root_of(id_: str, stories: Mapping[str, str]) -> str:
    """The root of an article's story, followed if this check has made the root itself a copy."""
    seen = set()
    while id_ not in seen:  # two crawls may make two articles copies of each other, until the next check
        seen.add(id_)
        id_ = stories.get(id_, id_)
    return id_
