"""Which stored article is a copy of which: decided from the documents alone, whoever asks.

Taken in :func:`newscrawl.identity.order`, an article is a copy of the first root that it is a copy of by
:func:`newscrawl.identity.are_copies`, and a root itself when there is none. So there is just one right
answer for a collection, whatever came first. Any number of crawls work towards it without a lock:

- Each looks for copies after its own articles were acknowledged, so of two copies that arrive at
  once the later look finds the earlier article.
- Whoever makes an article a root, or a root a copy, asks afterwards what follows for its copies.
- Each write is conditional on what the decision was made from, and what was written is looked at
  again, until there is nothing left to write.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence

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

CANDIDATES = 200
"""Candidates that are read, for each article."""
COMPARED = 100
"""Candidates whose texts an article is compared with."""
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

    async def settle(self, seeds: Collection[str]) -> None:
        """Look and write until there is nothing left to write."""
        members = await self._read({"story": {"$in": list(seeds)}})
        open_, unheard = {*seeds, *members}, set(seeds)
        for _ in range(PASSES):
            writes, new_roots, former_roots = await self._look(open_, unheard)
            if writes:
                await self._articles.bulk_write(list(writes.values()), ordered=False)
            # After the writes: whoever looks later than that sees them, whoever looked earlier is found.
            left = await self._read({"story": {"$in": former_roots}}) if former_roots else {}
            open_ = {*writes, *left, *await self._copies_of(new_roots)}
            unheard = set()
            if not open_:
                return
        log.warning("the links of %d articles do not settle; run `scrapy dedupe`", len(open_))

    async def _look(
        self, ids: Collection[str], unheard: Collection[str]
    ) -> tuple[dict[str, UpdateOne], list[Document], list[str]]:
        """The writes that are due for some articles, the new roots and the former roots among them.

        A root that is ``unheard`` of counts as a new one.
        """
        looked_at = await self._read({"_id": {"$in": list(ids)}})
        docs = dict(looked_at)
        for query, limit in _candidates(list(looked_at.values())):
            docs = await self._read({**query, "duplicate_of": None}, limit) | docs
        roots = {id_: doc for id_, doc in docs.items() if doc["duplicate_of"] is None}
        index = _Index(roots.values())
        await self._read_texts(docs[id_] for pair in index.pairs(looked_at.values()) for id_ in pair)
        writes: dict[str, UpdateOne] = {}
        new_roots, former_roots = [], []
        for doc in sorted(looked_at.values(), key=identity.order):
            root = await self._root(doc, roots, index)
            if root is None:
                roots[doc["_id"]] = doc
                index.add(doc)
                if doc["_id"] in unheard or doc["duplicate_of"] is not None:
                    new_roots.append(doc)
            elif roots.pop(doc["_id"], None):
                former_roots.append(doc["_id"])
            links = self._links(doc, root)
            if any(doc[name] != links[name] for name in _LINKS):
                unchanged = {name: doc[name] for name in _DECIDED_FROM}
                writes[doc["_id"]] = UpdateOne(unchanged, {"$set": links | {"updated_at": self._now}})
        return writes, new_roots, former_roots

    async def _root(self, doc: Document, roots: Mapping[str, Document], index: _Index) -> Document | None:
        """The first root that an article is a copy of."""
        place = identity.order(doc)
        met = (roots[id_] for id_ in index.met(doc) if id_ in roots)
        earlier = sorted((root for root in met if identity.order(root) < place), key=identity.order)
        await self._read_texts([doc, *earlier] if earlier else [])
        await asyncio.sleep(0)  # let the downloads go on
        return next((root for root in earlier if self._are_copies(doc, root)), None)

    async def _copies_of(self, new_roots: Sequence[Document]) -> set[str]:
        """Articles that came later and may be copies of a root that nobody knew of."""
        docs: dict[str, Document] = {}
        for query, limit in _candidates(new_roots):
            docs |= await self._read(query, limit)
        index = _Index(docs.values())
        pairs = [
            (root, docs[id_])
            for root in new_roots
            for id_ in index.met(root)
            if docs[id_]["story"] != root["_id"] and identity.order(root) < identity.order(docs[id_])
        ]
        await self._read_texts(doc for pair in pairs for doc in pair)
        found = set()
        for root, doc in pairs:
            if doc["_id"] not in found and self._are_copies(root, doc):
                found.add(doc["_id"])
            await asyncio.sleep(0)
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

    async def _read(self, query: Document, limit: int = 0) -> dict[str, Document]:
        found = self._articles.find(query, _HEAD).limit(limit)
        return {doc["_id"]: {"bands": [], "signature": None} | doc async for doc in found}

    async def _read_texts(self, docs: Iterable[Document]) -> None:
        hashes = {doc["_id"]: doc["content_hash"] for doc in docs}
        wanted = [id_ for id_, known in hashes.items() if self._texts.get(id_, ("",))[0] != known]
        if wanted:
            async for doc in self._articles.find({"_id": {"$in": wanted}}, _TEXT):
                self._texts[doc["_id"]] = hashes[doc["_id"]], Text.of(doc)


class _Index:
    """Finds among articles in memory those that one has to be compared with."""

    def __init__(self, docs: Iterable[Document]) -> None:
        self._docs: dict[str, Document] = {}
        self._by_key: dict[str | int, list[str]] = defaultdict(list)
        for doc in docs:
            self.add(doc)

    def add(self, doc: Document) -> None:
        """Take an article in."""
        if doc["_id"] not in self._docs:
            self._docs[doc["_id"]] = doc
            for key in (doc["title_key"], *doc["bands"]):
                if key != "":
                    self._by_key[key].append(doc["_id"])

    def met(self, doc: Document) -> list[str]:
        """Articles that share the title or bands with one, and are not excluded by anything but
        their texts; the likeliest ones when there are many.
        """
        shared = Counter(id_ for band in doc["bands"] for id_ in self._by_key.get(band, ()))
        shared.update(dict.fromkeys(self._by_key.get(doc["title_key"], ()), identity.BANDS))
        del shared[doc["_id"]]
        likely = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
        found = (id_ for id_, _ in likely if _are_likely(doc, self._docs[id_]))
        return list(itertools.islice(found, COMPARED))

    def pairs(self, docs: Iterable[Document]) -> Iterator[tuple[str, str]]:
        """Every article with each that it meets and that comes before it."""
        for doc in docs:
            for id_ in self.met(doc):
                if identity.order(self._docs[id_]) < identity.order(doc):
                    yield doc["_id"], id_


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


def _are_likely(one: Document, other: Document) -> bool:
    """Are two articles that share a title or a band worth comparing? Reads no text."""
    if not identity.may_be_copies(one, other):
        return False
    if one["title_key"] == other["title_key"] != "":
        return True
    return identity.estimate(one["signature"]["values"], other["signature"]["values"]) >= LIKELY
