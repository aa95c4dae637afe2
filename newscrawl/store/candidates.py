"""Finds the stored articles that an article may be a copy of, by index look-ups of bounded cost.

There are two kinds of query, each with its own index: by title within the window of days, and by bands of the
signature in the weeks of that window. The cost of an article is bounded, however many similar articles a day
has: at most ``COMMON`` holders of a key are read, and ``CANDIDATES`` in all.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import itemgetter

from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection

from newscrawl import identity, signatures
from newscrawl.store.schema import Document

LINKS = ("duplicate_of", "duplicate", "story")
HEAD = dict.fromkeys(
    ("site", "source", "via", "day", "published", "published_at", "first_seen_at", "title_key", "signature",
     "content_hash", "copies", *LINKS), 1,
)  # fmt: skip
"""The fields of a candidate that are read before its text."""

COMMON = 40
"""A title or band with this many holders is too common to identify copies; no more holders are read."""
CANDIDATES = 200
"""Maximum number of candidates read for each article."""
COMPARED = 10
"""Maximum number of candidates whose texts are compared with an article's: the likeliest by signature."""
LIKELY, LIKELY_OPENING = 0.12, 0.24
"""Minimum estimated similarity of the texts, or openings, for reading a candidate with another title."""

_BY_BAND = [("bands", ASCENDING)]
_BY_TITLE = [("title_key", ASCENDING), ("day", ASCENDING)]

Key = str | int
"""A title key, or a band without the week under which it is indexed."""


async def find_near(
    articles: AsyncCollection[Document],
    seeds: Sequence[Document],
    extra: Collection[str],
    buckets: FilledBuckets,
) -> Neighbours:
    """Articles that share the title or a band with a seed, their roots, and the articles whose ``_id`` is in
    ``extra``.

    A key that many articles hold says as little as a stop word, so not all of its holders are read: true
    copies among them also share rarer keys.
    """
    near = Neighbours(seeds)
    sought = {seed["_id"]: identity.sought_buckets(seed) for seed in seeds}
    filled = await buckets.among({bucket for some in sought.values() for bucket in some})
    if by_band := _by_band(
        near, seeds, {id_: [b for b in some if b in filled] for id_, some in sought.items()}
    ):
        await _read(articles, near, by_band, len(seeds))
    for by_title, holders in _by_title(seeds):
        await _read(articles, near, by_title, holders)
    if unread := list(set(extra) - near.docs.keys()):
        async for doc in articles.find({"_id": {"$in": unread}}, HEAD):
            near.add(doc, by_common_keys=True)
    if unread := list({doc["story"] for doc in near.docs.values()} - near.docs.keys()):
        async for doc in articles.find({"_id": {"$in": unread}}, HEAD):
            near.add(doc, by_common_keys=True)
            near.docs[doc["_id"]] = doc
    return near


class FilledBuckets:
    """Tells which buckets of the index of bands are not empty.

    Most of the buckets that may hold an article's copies are empty, such as those of next week, or of
    articles without an exact day. To query first whether a bucket is filled takes a fifth of the time of
    querying all bands in it.
    """

    def __init__(self, articles: AsyncCollection[Document]) -> None:
        self._articles = articles
        self._filled: set[int] = set()
        """Buckets that were seen filled; if one is emptied later, that costs only one query."""

    async def among(self, buckets: Collection[int]) -> set[int]:
        """The buckets among these that are not empty now."""
        runs: list[list[int]] = []
        for bucket in sorted(set(buckets) - self._filled):
            if runs and runs[-1][-1] == bucket - 1:
                runs[-1].append(bucket)
            else:
                runs.append([bucket])
        if not await self._are_filled(runs):  # as usual, so one query answers for all
            runs = []
        while runs:
            run = runs.pop()
            if not await self._are_filled([run]):
                continue
            if len(run) == 1:
                self._filled.add(run[0])
            else:
                runs += [run[: len(run) // 2], run[len(run) // 2 :]]
        return self._filled.intersection(buckets)

    async def _are_filled(self, runs: Sequence[Sequence[int]]) -> bool:
        """Is a bucket of these runs not empty?"""
        bounds = (signatures.keys_of_buckets(run[0], run[-1]) for run in runs)
        some = [{"bands": {"$elemMatch": {"$gte": first, "$lte": last}}} for first, last in bounds]
        return bool(some and await self._articles.find_one({"$or": some}, {"_id": 1}, hint=_BY_BAND))


class _Branch:
    """A query by one kind of key."""

    def __init__(
        self, index: list[tuple[str, int]], wanted: Mapping[Key, Collection[Key]], also: Document
    ) -> None:
        self.index = index
        self.wanted = wanted
        """Key → values to look up in the index."""
        self._also = also

    def query(self, keys: Collection[Key]) -> Document:
        """The query for articles that hold one of these keys."""
        values = [value for key in keys for value in self.wanted[key]]
        return {self.index[0][0]: {"$in": values}, **self._also}


async def _read(articles: AsyncCollection[Document], near: Neighbours, branch: _Branch, seeds: int) -> None:
    keys, left = set(branch.wanted), CANDIDATES * seeds
    while keys and left > 0:
        common: set[Key] = set()
        async with articles.find(branch.query(keys), HEAD, hint=branch.index) as cursor:
            async for doc in cursor.limit(left).batch_size(seeds + COMMON):
                left -= 1
                near.add(doc)
                if common := near.leave_out_common(keys):
                    break
        if not common:
            break
        keys -= common


def _by_band(
    near: Neighbours, seeds: Sequence[Document], sought: Mapping[str, Collection[int]]
) -> _Branch | None:
    wanted: defaultdict[Key, set[Key]] = defaultdict(set)
    for seed in seeds:
        if buckets := sought[seed["_id"]]:
            for key, filed in signatures.filed(near.bands(seed), buckets):
                wanted[key].update(filed)
    return _Branch(_BY_BAND, wanted, {}) if wanted else None


def _by_title(seeds: Sequence[Document]) -> Iterator[tuple[_Branch, int]]:
    for days, some in _by_days([seed for seed in seeds if seed["title_key"]]):
        wanted = {seed["title_key"]: [seed["title_key"]] for seed in some}
        yield _Branch(_BY_TITLE, wanted, {"day": {"$in": days}} if days else {}), len(some)


def _values(doc: Document) -> bytes:
    """The values of an article's signature; empty if it has none."""
    values: bytes = (doc.get("signature") or {}).get("values", b"")
    return values


class Neighbours:
    """Articles that share a title or bands with some seeds, and so may be their copies."""

    def __init__(self, seeds: Sequence[Document]) -> None:
        self.docs: dict[str, Document] = {seed["_id"]: seed for seed in seeds}
        """The seeds, the articles near them, and the roots of both, by ``_id``."""
        self._bands: dict[str, list[int]] = {}
        self._seeds: dict[Key, list[Document]] = defaultdict(list)
        self._held: Counter[Key] = Counter()
        self._full: set[Key] = set()
        self._common: set[Key] = set()
        self._met: set[str] = set()
        self._alike: dict[str, dict[str, float]] = {seed["_id"]: {} for seed in seeds}
        """Seed → possible copies, earlier or later → estimated similarity."""
        for seed in seeds:
            for key in self._keys(seed):
                self._seeds[key].append(seed)
        for seed in seeds:
            self.add(seed)

    def bands(self, doc: Document) -> list[int]:
        """The keys of an article's bands, without weeks."""
        bands = self._bands.get(doc["_id"])
        if bands is None:
            bands = self._bands[doc["_id"]] = signatures.band_keys(_values(doc))
        return bands

    def _keys(self, doc: Document) -> list[Key]:
        return [*self.bands(doc), *([doc["title_key"]] if doc["title_key"] else [])]

    def add(self, doc: Document, *, by_common_keys: bool = False) -> None:
        """Add an article if it shares a key with a seed, common keys aside."""
        if doc["_id"] in self._met:
            return
        self._met.add(doc["_id"])
        left_out = frozenset() if by_common_keys else self._common
        shared = [key for key in self._keys(doc) if key in self._seeds and key not in left_out]
        self._held.update(shared)
        self._full.update(key for key in shared if self._held[key] >= COMMON)
        for seed in {seed["_id"]: seed for key in shared for seed in self._seeds[key]}.values():
            if seed["_id"] != doc["_id"] and identity.may_be_copies(seed, doc):
                whole, opening = signatures.estimate(_values(seed), _values(doc))
                same_title = seed["title_key"] == doc["title_key"] != ""
                if whole >= LIKELY or opening >= LIKELY_OPENING or same_title:
                    # An opening must be twice as similar as a whole text to make a copy equally likely.
                    self._alike[seed["_id"]][doc["_id"]] = max(whole, opening / 2)
                    self.docs.setdefault(doc["_id"], doc)

    def leave_out_common(self, keys: Collection[Key]) -> set[Key]:
        """The keys to ignore from now on: if one has ``COMMON`` holders, all with half as many."""
        if self._full.isdisjoint(keys):
            return set()
        common = {key for key in keys if self._held[key] >= COMMON // 2}
        self._common |= common
        return common

    def earlier(self, seed: Document) -> list[Document]:
        """The likeliest of the articles that come before a seed, at most ``COMPARED``."""
        place = identity.order(seed)
        docs = (self.docs[id_] for id_ in self._likeliest(seed))
        return list(itertools.islice((doc for doc in docs if identity.order(doc) < place), COMPARED))

    def later(self, seed: Document) -> list[Document]:
        """The articles that come after a seed, the likeliest first."""
        place = identity.order(seed)
        docs = (self.docs[id_] for id_ in self._likeliest(seed))
        return [doc for doc in docs if identity.order(doc) > place]

    def _likeliest(self, seed: Document) -> list[str]:
        alike = self._alike[seed["_id"]]
        return sorted(alike, key=lambda id_: (-alike[id_], identity.order(self.docs[id_])))


def _by_days(seeds: Sequence[Document]) -> Iterator[tuple[list[str | None], list[Document]]]:
    """Groups of seeds with nearby days, each with its candidates' days; no days if any day is allowed."""
    spans = [(identity.allowed_days(doc), doc) for doc in seeds]
    anywhere = [doc for span, doc in spans if not span]
    if anywhere:
        yield [], anywhere
    dated = sorted(((span, doc) for span, doc in spans if span), key=itemgetter(0))
    while dated:
        first, last = dated[0][0]
        reach = max(last, first + identity.WINDOW)
        near = [doc for span, doc in dated if span[1] <= reach]
        yield [None, *_days(first - identity.WINDOW, reach + identity.WINDOW)], near
        dated = [(span, doc) for span, doc in dated if span[1] > reach]


def _days(first: dt.date, last: dt.date) -> Iterator[str]:
    return (str(first + dt.timedelta(days=n)) for n in range((last - first).days + 1))
