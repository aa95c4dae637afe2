"""Which stored article is a copy of which: decided from the documents alone, whoever asks.

Articles that :func:`newscrawl.identity.are_copies` holds for, directly or by way of others, are one
story. Its root is the least in :func:`newscrawl.identity.order`, and every other article of it names
the root. Any number of crawls link at once, without a lock, and come to the same links:

- Each looks for copies after its own articles were acknowledged, so of two copies that arrive at
  once the later look finds the earlier article.
- Each write is conditional on what the decision was made from, and whoever wrote anything looks
  again, until there is nothing left to write.
- Looking again asks whether the root of the story is a root still, and who names a former root. So
  when one crawl moves a root while another joins its story, one of them sees what the other did.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from newscrawl import identity
from newscrawl.identity import Text
from newscrawl.store.schema import Document

log = logging.getLogger(__name__)

_LINKS = ("duplicate_of", "duplicate", "story")
_DECIDED_FROM = ("content_hash", "day", "published_at", "duplicate_of", "story")
_HEAD = dict.fromkeys(
    ("site", "source", "via", "day", "published", "published_at", "first_seen_at", "title_key", "bands",
     "signature.values", "content_hash", *_LINKS), 1,
)  # fmt: skip
_TEXT = dict.fromkeys(("content_hash", "title", "lede", "body", "dateline", "agencies"), 1)

_OLDER: Document = {
    "$nor": [
        {
            "signature.version": identity.IDENTITY_VERSION,
            "signature.scheme": identity.SCHEME,
            "signature.seed": identity.SEED,
        }
    ]
}
"""Articles whose signature another version made, or none."""

CANDIDATES = 200
"""Candidates that are looked at, for each article."""
TRIED = 4
"""Articles of one story that an article is compared with, the likeliest first."""
STORIES = 32
"""Stories that an article is compared with, the likeliest first."""
LIKELY = 0.12
"""Estimated similarity from which a candidate's text is read, or one title."""
PASSES = 30
"""Looks after which other crawls must have brought forth something odd."""


class Linker:
    """Finds the copies of articles and says so in them."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._articles = client[database]["articles"]
        self._unlinked = client[f"{database}_ops"]["unlinked"]

    async def intend(self, ids: Collection[str]) -> None:
        """Note articles that are about to be written, so that a killed crawl leaves none unlinked."""
        if ids:
            notes = [UpdateOne({"_id": id_}, {"$setOnInsert": {"_id": id_}}, upsert=True) for id_ in ids]
            await self._unlinked.bulk_write(notes, ordered=False)

    async def catch_up(self, now: dt.datetime) -> None:
        """Link what others left unlinked; linking twice changes nothing."""
        left = [doc["_id"] async for doc in self._unlinked.find()]
        for start in range(0, len(left), 50):
            await self.link([], left[start : start + 50], now)

    async def link(self, new: Collection[str], changed: Collection[str], now: dt.datetime) -> None:
        """Link articles that were just written.

        ``new`` ones join stories; the stories of ``changed`` ones, whose text or day is another one
        now, are decided anew. What each article costs does not depend on how many are stored.
        """
        if new or changed:
            await _Decision(self._articles, new, changed, now).settle()
            await self._unlinked.delete_many({"_id": {"$in": [*new, *changed]}})

    async def relink(self, batch: int = 100) -> AsyncIterator[tuple[int, int]]:
        """Make the keys, signatures and links of older versions anew; yields how many of how many.

        Crawls may go on meanwhile. Cut short, it goes on where it was when called again.
        """
        await self.catch_up(await self._now())
        total = await self._articles.count_documents(_OLDER)
        done = 0
        yield done, total
        before = -1
        while done > before:  # again for articles whose story changed while the walk went by
            before = done
            ids: list[str] = []
            async for doc in self._articles.find(_OLDER, {"_id": 1}).sort("story").batch_size(batch):
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
        writes = {}
        async for doc in self._articles.find({"story": {"$in": stories}, **_OLDER}):
            fields = identity.identifying(doc)
            fields["signature"] = dataclasses.asdict(fields["signature"])
            unchanged = {"_id": doc["_id"], "content_hash": doc["content_hash"]}
            writes[doc["_id"]] = UpdateOne(unchanged, {"$set": fields})
            await asyncio.sleep(0)
        if not writes:
            return 0
        await self.intend(writes)
        renewed = await self._articles.bulk_write(list(writes.values()), ordered=False)
        await self.link([], list(writes), await self._now())
        return renewed.matched_count

    async def _now(self) -> dt.datetime:
        now = (await self._articles.database.client.admin.command("hello"))["localTime"]
        assert isinstance(now, dt.datetime)
        return now


class _Stories:
    """Which stories are one. A story is named by its root; the articles of a broken one, which is
    decided anew, stand for themselves.
    """

    def __init__(self, docs: Mapping[str, Document], broken: Collection[str]) -> None:
        self.docs = docs
        self._broken = broken
        self._parent: dict[str, str] = {}

    def of(self, doc: Document) -> str:
        """The name of an article's story."""
        return str(doc["_id"] if doc["story"] in self._broken else doc["story"])

    def is_broken(self, name: str) -> bool:
        """Is that an article of a story that is decided anew?"""
        return name in self.docs and self.docs[name]["story"] in self._broken

    def is_root(self, name: str) -> bool:
        """Is that article the root of its story?"""
        return name in self.docs and self.docs[name]["story"] == name

    def _first(self, name: str) -> str:
        if name not in self._parent:
            self._parent[name] = name
            if name in self.docs and (story := self.of(self.docs[name])) != name:
                self._parent[name] = self._first(story)  # a former root: where it is now
        while (parent := self._parent[name]) != name:
            self._parent[name] = self._parent[parent]
            name = self._parent[name]
        return name

    def joined(self, one: str, other: str) -> bool:
        """Are two stories one?"""
        return self._first(one) == self._first(other)

    def join(self, one: str, other: str) -> None:
        """Two stories are one."""
        self._parent[self._first(one)] = self._first(other)

    def groups(self) -> list[list[str]]:
        """The names of each story that was joined."""
        found = defaultdict(list)
        for name in list(self._parent):
            found[self._first(name)].append(name)
        return list(found.values())


class _Decision:
    """One batch of articles on their way into their stories."""

    def __init__(
        self,
        articles: AsyncCollection[Document],
        new: Collection[str],
        changed: Collection[str],
        now: dt.datetime,
    ) -> None:
        self._articles = articles
        self._seeds = list({*new, *changed})
        self._changed = set(changed)
        self._now = now
        self._texts: dict[str, tuple[str, Text]] = {}
        """Texts that were read, with the content hash they had."""
        self._evidence: dict[str, Document] = {}
        """The articles that decided, as they were then."""
        self._roots: set[str] = set()
        """Present and former roots of the stories that were written to."""

    async def settle(self) -> None:
        """Look and write until there is nothing left to write."""
        for _ in range(PASSES):
            writes = await self._look()
            if not writes:
                return
            await self._articles.bulk_write(writes, ordered=False)
        log.warning("the links of %d articles do not settle; run `scrapy dedupe`", len(self._seeds))

    async def _look(self) -> list[UpdateOne]:
        docs = await self._read({"_id": {"$in": [*self._seeds, *self._evidence, *self._roots]}})
        if any(_differ(docs[id_], was) for id_, was in self._evidence.items()):
            self._changed |= set(self._seeds)
        seeds = [docs[id_] for id_ in self._seeds if id_ in docs]
        for query, limit in _candidates(seeds):
            docs = await self._read(query, limit) | docs
        broken = {docs[id_]["story"] for id_ in self._changed if id_ in docs}
        docs |= await self._read({"story": {"$in": list(broken)}})
        await self._read_roots(docs)
        stories = _Stories(docs, broken)
        for id_ in self._roots:
            stories.join(id_, id_)
        for story in broken:
            await self._decide_anew([doc for doc in docs.values() if doc["story"] == story], stories)
        await self._compare(seeds, stories)
        return [write for group in stories.groups() for write in await self._links(group, stories)]

    async def _read(self, query: Document, limit: int = 0) -> dict[str, Document]:
        found = self._articles.find(query, _HEAD).limit(limit)
        return {doc["_id"]: {"bands": [], "signature": None} | doc async for doc in found}

    async def _read_roots(self, docs: dict[str, Document]) -> None:
        """Read the roots that articles name, also where a former root names another one."""
        asked: set[str] = set()
        while named := {doc["story"] for doc in docs.values()} - docs.keys() - asked:
            asked |= named
            docs |= await self._read({"_id": {"$in": list(named)}})

    async def _read_texts(self, docs: Iterable[Document]) -> None:
        hashes = {doc["_id"]: doc["content_hash"] for doc in docs}
        wanted = [id_ for id_, known in hashes.items() if self._texts.get(id_, ("",))[0] != known]
        if wanted:
            async for doc in self._articles.find({"_id": {"$in": wanted}}, _TEXT):
                self._texts[doc["_id"]] = hashes[doc["_id"]], Text.of(doc)

    def _are_copies(self, one: Document, other: Document) -> bool:
        return identity.are_copies(one, self._texts[one["_id"]][1], other, self._texts[other["_id"]][1])

    async def _decide_anew(self, members: Sequence[Document], stories: _Stories) -> None:
        """Compare the articles of a story with each other, as far as it takes."""
        if len(members) > 1:
            await self._read_texts(members)
        rest = sorted(members, key=identity.order)
        while rest:
            reached = [rest.pop(0)]
            stories.join(reached[0]["_id"], reached[0]["_id"])
            for doc in reached:
                await asyncio.sleep(0)
                copies = [other for other in rest if _meet(doc, other) and self._are_copies(doc, other)]
                for other in copies:
                    stories.join(doc["_id"], other["_id"])
                    rest.remove(other)
                reached += copies

    async def _compare(self, seeds: Sequence[Document], stories: _Stories) -> None:
        """Compare each seed with the likeliest candidates of each story."""
        pairs = list(_pairs(seeds, stories))
        await self._read_texts(doc for pair in pairs for doc in pair)
        for turn, (seed, other) in enumerate(pairs):
            one, two = stories.of(seed), stories.of(other)
            if not stories.joined(one, two) and self._are_copies(seed, other):
                stories.join(one, two)
                self._evidence |= {seed["_id"]: seed, other["_id"]: other}
            if turn % 20 == 19:
                await asyncio.sleep(0)

    async def _links(self, group: Sequence[str], stories: _Stories) -> list[UpdateOne]:
        """The writes that make a group one story; only articles that may have to move are read."""
        anew = [stories.docs[id_] for id_ in group if stories.is_broken(id_)]
        intact = [id_ for id_ in group if not stories.is_broken(id_)]
        if not anew and len(intact) < 2:
            return []
        roots = [stories.docs[id_] for id_ in intact if stories.is_root(id_)]
        if not roots and not anew:  # two crawls moved two roots below each other
            roots = list((await self._read({"story": {"$in": intact}})).values())
        root = min([*roots, *anew], key=identity.order)
        moved = [id_ for id_ in intact if id_ != root["_id"]]
        members = {doc["_id"]: doc for doc in [root, *anew]}
        if moved:
            members |= await self._read({"story": {"$in": moved}})
        self._roots |= {root["_id"], *intact}
        await self._read_texts(members.values())
        writes = []
        text = self._texts[root["_id"]][1]
        for id_, doc in members.items():
            links: Document = {"duplicate_of": None, "duplicate": None, "story": root["_id"]}
            if id_ != root["_id"]:
                detail = identity.duplicate(root, text, doc, self._texts[id_][1])
                links |= {"duplicate_of": root["_id"], "duplicate": dataclasses.asdict(detail)}
            if any(doc[name] != links[name] for name in _LINKS):
                unchanged = {"_id": id_} | {name: doc[name] for name in _DECIDED_FROM}
                writes.append(UpdateOne(unchanged, {"$set": links | {"updated_at": self._now}}))
        return writes


def _differ(doc: Document, was: Document) -> bool:
    return any(doc[name] != was[name] for name in ("content_hash", "day", "published_at"))


def _candidates(seeds: Sequence[Document]) -> Iterator[tuple[Document, int]]:
    """Queries for the articles with the title or a band of a seed and a day near it, and how many to
    take. Each is answered by index look-ups alone.
    """
    for days, some in _by_days(seeds):
        titles = [doc["title_key"] for doc in some if doc["title_key"]]
        bands = [band for doc in some for band in doc["bands"]]
        keys: list[Document] = [{"title_key": {"$in": titles}}, {"bands": {"$in": bands}}]
        yield {"$or": [key | day for key in keys for day in days]}, CANDIDATES * len(some)


def _by_days(seeds: Sequence[Document]) -> Iterator[tuple[list[Document], list[Document]]]:
    """Seeds whose days lie together, with the conditions on the days of their candidates."""
    anywhere = [doc for doc in seeds if not doc["day"]]
    if anywhere:
        yield [{}], anywhere
    dated = sorted((doc for doc in seeds if doc["day"]), key=lambda doc: str(doc["day"]))
    while dated:
        first = dt.date.fromisoformat(dated[0]["day"])
        near = [doc for doc in dated if dt.date.fromisoformat(doc["day"]) <= first + identity.WINDOW]
        last = dt.date.fromisoformat(near[-1]["day"])
        window = {"$gte": str(first - identity.WINDOW), "$lte": str(last + identity.WINDOW)}
        yield [{"day": window}, {"day": None}], near
        dated = dated[len(near) :]


def _pairs(seeds: Sequence[Document], stories: _Stories) -> Iterator[tuple[Document, Document]]:
    """Each seed with the candidates worth comparing: few of each story, the likeliest first."""
    by_key: dict[str | int, list[str]] = defaultdict(list)
    for doc in stories.docs.values():
        for key in (doc["title_key"], *doc["bands"]):
            by_key[key].append(doc["_id"])
    for seed in seeds:
        met = Counter(id_ for band in seed["bands"] for id_ in by_key[band])
        if seed["title_key"]:
            met.update(dict.fromkeys(by_key[seed["title_key"]], identity.BANDS))
        tried: Counter[str] = Counter()
        for id_, _ in sorted(met.items(), key=lambda item: (-item[1], item[0])):
            other = stories.docs[id_]
            story = stories.of(other)
            room = tried[story] < TRIED and (story in tried or len(tried) < STORIES)
            if room and story != stories.of(seed) and _meet(seed, other):
                tried[story] += 1
                yield seed, other


def _meet(one: Document, other: Document) -> bool:
    """Are two articles worth comparing? Reads no text."""
    if not identity.may_be_copies(one, other):
        return False
    if one["title_key"] == other["title_key"] != "":
        return True
    if set(one["bands"]).isdisjoint(other["bands"]):
        return False
    return identity.estimate(one["signature"]["values"], other["signature"]["values"]) >= LIKELY
