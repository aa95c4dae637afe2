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
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from pymongo import UpdateOne, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import BulkWriteError

from newscrawl import identity
from newscrawl.identity import Text
from newscrawl.store.schema import Document

log = logging.getLogger(__name__)

_LINKS = ("duplicate_of", "duplicate", "story")
_DECIDED_FROM = ("_id", "content_hash", "day", "published_at", "duplicate_of", "story")
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

LOOKED_AT = 50
"""Articles that are decided at once."""
COMMON = 40
"""Holders of a title or a band from which it tells nothing; no more of them are read."""
CANDIDATES = 200
"""Candidates that are read, for each article."""
COMPARED = 10
"""Candidates whose texts an article is compared with: the likeliest, by the estimate of their signatures."""
TEXTS = 200
"""Texts that are kept in memory."""
LIKELY = 0.12
"""Estimated similarity from which the text of a candidate with another title is read."""
PASSES = 30
"""Looks after which other crawls must have brought forth something odd."""


_ALREADY_NOTED = 11000
"""MongoDB's code for a duplicate key."""


class Linker:
    """Finds the copies of articles and says so in them."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._articles = client[database]["articles"]
        # A note precedes its article in journal and oplog: the acknowledgement of one is that of both.
        unlinked = client[f"{database}_ops"]["unlinked"]
        self._unlinked = unlinked.with_options(write_concern=WriteConcern(w=1))

    async def intend(self, ids: Collection[str]) -> None:
        """Note articles that are about to be written, so that a killed crawl leaves none unlinked."""
        if ids:
            try:
                await self._unlinked.insert_many([{"_id": id_} for id_ in ids], ordered=False)
            except BulkWriteError as error:
                if any(problem["code"] != _ALREADY_NOTED for problem in error.details["writeErrors"]):
                    raise

    async def catch_up(self, now: dt.datetime) -> None:
        """Link what others left unlinked; linking twice changes nothing."""
        left = [doc["_id"] async for doc in self._unlinked.find()]
        for start in range(0, len(left), 50):
            await self.link(left[start : start + 50], now)

    async def link(self, ids: Collection[str], now: dt.datetime) -> None:
        """Link articles that were just written: new ones, and those whose text or day has changed.

        What an article costs does not depend on how many are stored.
        """
        if ids:
            await _Decision(self._articles, now).settle(ids)
            await self._unlinked.delete_many({"_id": {"$in": list(ids)}})

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
        await self.link(list(writes), await self._now())
        return renewed.matched_count

    async def _now(self) -> dt.datetime:
        now = (await self._articles.database.client.admin.command("hello"))["localTime"]
        assert isinstance(now, dt.datetime)
        return now


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
        writes, new_roots, former_roots, rivals = await self._look(ids, unheard)
        if writes:
            await self._articles.bulk_write(list(writes.values()), ordered=False)
        # After the writes: whoever looks later than that sees them, whoever looked earlier is found.
        return {*writes, *rivals, *await self._members(former_roots), *await self._copies_of(new_roots)}

    async def _look(
        self, ids: Collection[str], unheard: Collection[str]
    ) -> tuple[dict[str, UpdateOne], list[Document], list[str], set[str]]:
        """The writes that are due for some articles, the new roots and the former roots among them, and
        other roots with which they have copies in common.

        A root that is ``unheard`` of counts as a new one.
        """
        looked_at = [doc async for doc in self._articles.find({"_id": {"$in": list(ids)}}, _HEAD)]
        near = await self._near(looked_at, {"duplicate_of": None})
        roots = {id_: doc for id_, doc in near.docs.items() if doc["duplicate_of"] is None}
        pairs = (pair for doc in looked_at for root in near.earlier(doc, roots) for pair in (doc, root))
        await self._read_texts(itertools.islice(pairs, TEXTS))
        writes: dict[str, UpdateOne] = {}
        new_roots, former_roots = [], []
        rivals: set[str] = set()
        for doc in sorted(looked_at, key=identity.order):
            root = await self._root(doc, near.earlier(doc, roots))
            if root and doc["_id"] in unheard and (others := near.others(doc, root, roots)):
                await self._read_texts([doc, root, *others])
                rivals |= {other["_id"] for other in others if self._are_copies(doc, other)}
            if root is None:
                roots[doc["_id"]] = doc
                if doc["_id"] in unheard or doc["duplicate_of"] is not None:
                    new_roots.append(doc)
            elif roots.pop(doc["_id"], None):
                former_roots.append(doc["_id"])
                self._told.add(root["_id"])
            links = self._links(doc, root)
            if any(doc[name] != links[name] for name in _LINKS):
                unchanged = {name: doc[name] for name in _DECIDED_FROM}
                writes[doc["_id"]] = UpdateOne(unchanged, {"$set": links | {"updated_at": self._now}})
        self._told |= {root["_id"] for root in new_roots}
        return writes, new_roots, former_roots, rivals

    async def _root(self, doc: Document, earlier: Sequence[Document]) -> Document | None:
        """The first root that an article is a copy of."""
        await self._read_texts([doc, *earlier] if earlier else [])
        await asyncio.sleep(0)  # let the downloads go on
        return next((root for root in earlier if self._are_copies(doc, root)), None)

    async def _copies_of(self, new_roots: Sequence[Document]) -> set[str]:
        """Articles that came later and may be copies of a root that nobody knew of."""
        near = await self._near(new_roots, {})
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

    async def _near(self, seeds: Sequence[Document], which: Document) -> _Near:
        """What shares the title or a band with a seed, and the roots of such copies.

        A key that many articles hold says as little as a stop word, and not all of them are read:
        of those whose texts differ, each has other, rarer keys in common with its own copies.
        """
        near = _Near(seeds)
        for days, some in _by_days(seeds):
            keys, left = near.keys_of(some), CANDIDATES * len(some)
            while keys and left > 0:
                common: set[Key] = set()
                async with self._articles.find(_holders(keys, days) | which, _HEAD) as cursor:
                    async for doc in cursor.limit(left).batch_size(COMMON):
                        left -= 1
                        near.add(doc)
                        if common := near.leave_out_common(keys):
                            break
                if not common:
                    break
                keys -= common
        unread = list((near.roots | self._told) - near.docs.keys())
        async for doc in self._articles.find({"_id": {"$in": unread}}, _HEAD):
            near.add(doc, by_common_keys=True)
        return near

    async def _read_texts(self, docs: Iterable[Document]) -> None:
        hashes = {doc["_id"]: doc["content_hash"] for doc in docs}
        wanted = [id_ for id_, known in hashes.items() if self._texts.get(id_, ("",))[0] != known]
        if wanted:
            if len(self._texts) + len(wanted) > TEXTS:
                self._texts = {id_: text for id_, text in self._texts.items() if id_ in hashes}
            async for doc in self._articles.find({"_id": {"$in": wanted}}, _TEXT):
                self._texts[doc["_id"]] = hashes[doc["_id"]], Text.of(doc)


Key = str | int
"""A title key, or a band."""


def _values(doc: Document) -> bytes:
    """Those of an article's signature; nothing for one that a version without signatures stored."""
    values: bytes = (doc.get("signature") or {}).get("values", b"")
    return values


class _Near:
    """Articles that share the title or bands with some seeds and may be their copies for all that can be
    said without their texts.
    """

    def __init__(self, seeds: Sequence[Document]) -> None:
        self.docs: dict[str, Document] = {seed["_id"]: seed for seed in seeds}
        """The seeds, and what was found near them."""
        self.roots: set[str] = set()
        """The roots of what was found."""
        self._seeds: dict[Key, list[Document]] = defaultdict(list)
        self._held: Counter[Key] = Counter()
        self._full: set[Key] = set()
        self._common: set[Key] = set()
        self._met: set[str] = set()
        self._alike: dict[str, dict[str, float]] = {seed["_id"]: {} for seed in seeds}
        """Of each seed, what it may be a copy of or the other way round, with the estimated similarity."""
        for seed in seeds:
            for key in _keys(seed):
                self._seeds[key].append(seed)
        for seed in seeds:
            self.add(seed)

    def keys_of(self, seeds: Iterable[Document]) -> set[Key]:
        """The keys by which to look for what is near."""
        return {key for seed in seeds for key in _keys(seed)}

    def add(self, doc: Document, *, by_common_keys: bool = False) -> None:
        """Take in what holds a key of a seed, common keys aside."""
        if doc["_id"] in self._met:
            return
        self._met.add(doc["_id"])
        self.roots.add(doc["story"])
        left_out = frozenset() if by_common_keys else self._common
        shared = [key for key in _keys(doc) if key in self._seeds and key not in left_out]
        self._held.update(shared)
        self._full.update(key for key in shared if self._held[key] >= COMMON)
        for seed in {seed["_id"]: seed for key in shared for seed in self._seeds[key]}.values():
            if seed["_id"] != doc["_id"] and identity.may_be_copies(seed, doc):
                alike = identity.estimate(_values(seed), _values(doc))
                if alike >= LIKELY or seed["title_key"] == doc["title_key"] != "":
                    self._alike[seed["_id"]][doc["_id"]] = alike
                    self.docs.setdefault(doc["_id"], doc)

    def leave_out_common(self, keys: Collection[Key]) -> set[Key]:
        """The keys among these that many articles hold, once one of them is held by ``COMMON``."""
        if self._full.isdisjoint(keys):
            return set()
        common = {key for key in keys if self._held[key] >= COMMON // 2}
        self._common |= common
        return common

    def earlier(self, seed: Document, roots: Mapping[str, Document]) -> list[Document]:
        """The likeliest of the roots that come before a seed, in their order."""
        place = identity.order(seed)
        ids = (id_ for id_ in self._likeliest(seed) if id_ in roots)
        found = (roots[id_] for id_ in ids if identity.order(roots[id_]) < place)
        return sorted(itertools.islice(found, COMPARED), key=identity.order)

    def others(self, seed: Document, root: Document, roots: Mapping[str, Document]) -> list[Document]:
        """The likeliest of the roots that come after the root of a seed."""
        place = identity.order(root)
        ids = (id_ for id_ in self._likeliest(seed) if id_ in roots)
        found = (roots[id_] for id_ in ids if identity.order(roots[id_]) > place)
        return list(itertools.islice(found, COMPARED))

    def later(self, seed: Document) -> list[Document]:
        """The articles of other stories that come after a seed, the likeliest first."""
        place = identity.order(seed)
        docs = (self.docs[id_] for id_ in self._likeliest(seed))
        return [doc for doc in docs if doc["story"] != seed["_id"] and identity.order(doc) > place]

    def _likeliest(self, seed: Document) -> list[str]:
        alike = self._alike[seed["_id"]]
        return sorted(alike, key=lambda id_: (-alike[id_], identity.order(self.docs[id_])))


def _keys(doc: Document) -> list[Key]:
    return [*doc.get("bands", ()), *([doc["title_key"]] if doc["title_key"] else [])]


def _holders(keys: Collection[Key], days: Sequence[Document]) -> Document:
    """The articles that hold a key and have one of some days; answered by index look-ups alone."""
    titles = [key for key in keys if isinstance(key, str)]
    bands = [key for key in keys if isinstance(key, int)]
    kinds: list[Document] = [{"title_key": {"$in": titles}}, {"bands": {"$in": bands}}]
    return {"$or": [kind | day for kind in kinds for day in days]}


def _by_days(seeds: Sequence[Document]) -> Iterator[tuple[list[Document], list[Document]]]:
    """Seeds whose days lie together, with the conditions on the days of their candidates."""
    spans = [(identity.allowed_days(doc), doc) for doc in seeds]
    anywhere = [doc for span, doc in spans if not span]
    if anywhere:
        yield [{}], anywhere
    dated = sorted(((span, doc) for span, doc in spans if span), key=itemgetter(0))
    while dated:
        first, last = dated[0][0]
        reach = max(last, first + identity.WINDOW)
        near = [doc for span, doc in dated if span[1] <= reach]
        yield _within(first - identity.WINDOW, reach + identity.WINDOW), near
        dated = [(span, doc) for span, doc in dated if span[1] > reach]


def _within(first: dt.date, last: dt.date) -> list[Document]:
    """The conditions on articles that may have been published from a first to a last day."""
    unknown = {"published.earliest": None}
    near = {"published.earliest": {"$lte": str(last)}, "published.latest": {"$gte": str(first)}}
    return [
        {"day": {"$gte": str(first), "$lte": str(last)}},
        {"day": None, "$or": [unknown, near]},
    ]
