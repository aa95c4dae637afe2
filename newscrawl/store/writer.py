"""Writing in batches: nothing counts before MongoDB has acknowledged it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import BulkWriteError, ConnectionFailure, PyMongoError

from newscrawl import identity
from newscrawl.items import Article, Rejection
from newscrawl.store.links import Linker
from newscrawl.store.schema import Document, document

log = logging.getLogger(__name__)

_DUPLICATE_KEY = 11000
_READER_FIELDS = (
    "url", "source", "source_name", "via", "country", "title", "lede", "body", "word_count", "lang",
    "authors", "byline", "agencies", "dateline", "section", "tags", "images", "access", "alternates",
    "modified_at", "origins", "made_by", "content_hash",
)  # fmt: skip
_IDENTITY_FIELDS = ("search_text", "title_key", "signature", "bands")
DATE_FIELDS = (
    "day", "published_at", "hijri_day", "hijri_month", "hijri_day_uaq",
    "published", "published_raw", "published_missing",
)  # fmt: skip
_SEEN_FIELDS = ("http", "run", "raw")


class StoreDownError(Exception):
    """MongoDB stayed away for longer than the crawl waits."""


class Writer:
    """Takes articles and rejections, and writes them in batches by size and age.

    ``put`` only queues. At each flush one read finds what is stored of the whole batch, one bulk
    write stores it, and after the acknowledgement copies are linked. ``counts`` grows with
    acknowledgements only: ``new``, ``seen``, ``revised``, ``rejected``.
    """

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: str,
        *,
        batch: int,
        age: float,
        queue: int,
        patience: float,
        limit: int | None = None,
    ) -> None:
        self._client = client
        self._articles = client[database]["articles"]
        self._revisions = client[database]["revisions"]
        ops = client[f"{database}_ops"]
        self._rejected = ops["rejected"]
        self._pending = ops["pending"]
        self._linker = Linker(client, database)
        self._all_linked = False
        """Has what this or a killed crawl left unlinked been linked?"""
        self._batch = min(batch, limit) if limit else batch
        self._age = age
        self._patience = patience
        self._limit = limit
        self._queue: asyncio.Queue[Article | Rejection | None] = asyncio.Queue(queue)
        self._task: asyncio.Task[None] | None = None
        self._unacknowledged: set[str] = set()
        """New articles whose acknowledgement was lost on the way: they may be stored."""
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.full = False
        """Are ``limit`` new articles stored?"""
        self.over = asyncio.Event()
        """Set when the crawl has no reason to go on: full, or MongoDB given up."""

    def start(self) -> None:
        """Begin to write in the background."""
        self._task = asyncio.create_task(self._run(), name="store writer")

    async def put(self, item: Article | Rejection) -> None:
        """Queue an item; waits only while the queue is full.

        Raises :class:`StoreDownError` when the writer has given up on MongoDB.
        """
        assert self._task, "start() comes first"
        if self._task.done():
            self._task.result()
            raise StoreDownError("the writer has ended")
        waiting = asyncio.ensure_future(self._queue.put(item))
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            self._task.result()

    async def close(self) -> None:
        """Write what is queued, and end. Raises what ended the writer, if anything did."""
        if self._task is None:
            return
        if not self._task.done():
            with suppress(StoreDownError):
                closing = asyncio.ensure_future(self._queue.put(None))
                await asyncio.wait({closing, self._task}, return_when=asyncio.FIRST_COMPLETED)
                closing.cancel()
        await self._task

    @property
    def error(self) -> BaseException | None:
        """What ended the writer before its time, if anything did."""
        return self._task.exception() if self._task and self._task.done() else None

    async def _run(self) -> None:
        try:
            await self._write_batches()
        finally:
            self.over.set()

    async def _write_batches(self) -> None:
        ended = False
        while not ended:
            first = await self._queue.get()
            batch = [] if first is None else [first]
            ended = first is None
            deadline = asyncio.get_running_loop().time() + self._age
            while not ended and len(batch) < self._batch:
                try:
                    timeout = max(0.0, deadline - asyncio.get_running_loop().time())
                    item = await asyncio.wait_for(self._queue.get(), timeout)
                except TimeoutError:
                    break
                if item is None:
                    ended = True
                else:
                    batch.append(item)
            await self._write(batch)

    async def _write(self, batch: Sequence[Article | Rejection]) -> None:
        """Store a batch, waiting for a MongoDB that is away, for as long as it has patience."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self._patience
        pause = 0.2
        articles = [item for item in batch if isinstance(item, Article)]
        rejections = [item for item in batch if isinstance(item, Rejection)]
        while articles or rejections or not self._all_linked:
            try:
                if not self._all_linked:
                    await self._linker.catch_up(await self._now())
                    self._all_linked = True
                articles, refused = await self._write_articles(articles)
                rejections += refused
                await self._write_rejections(rejections)
                rejections = []
            except (ConnectionFailure, PyMongoError) as error:
                if not _is_passing(error):
                    raise
                self._all_linked = False
                if loop.time() >= give_up:
                    raise StoreDownError(f"MongoDB has not answered for {self._patience:.0f} s") from error
                log.warning("MongoDB is away, trying again in %.1f s", pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)

    async def _now(self) -> dt.datetime:
        now = (await self._client.admin.command("hello"))["localTime"]
        assert isinstance(now, dt.datetime)
        return now

    async def _write_articles(self, articles: Sequence[Article]) -> tuple[list[Article], list[Rejection]]:
        """Decide and write; what lost a race comes back to be decided again, what MongoDB refuses
        comes back as a rejection."""
        if not articles:
            return [], []
        now = await self._now()
        keys = [key for article in articles for key in article.keys]
        stored = {doc["_id"]: doc async for doc in self._articles.find({"keys": {"$in": keys}})}
        owner = {key: doc["_id"] for doc in stored.values() for key in doc["keys"]}
        inserts: dict[str, tuple[Article, Document]] = {}
        again: list[Article] = []
        outcomes: list[tuple[str, Article]] = []
        writes: list[tuple[Article, InsertOne[Document] | UpdateOne]] = []
        new: list[str] = []
        changed: list[str] = []
        expected: dict[str, tuple[str, Article]] = {}
        for article in articles:
            found = next((owner[key] for key in article.keys if key in owner), None)
            if found in inserts or found in expected:
                again.append(article)  # the other copy in this batch goes first
            elif found is None:
                if self._limit and self.counts["new"] + len(inserts) >= self._limit:
                    self._is_full()
                    continue
                id_ = article.keys[0]
                doc = document(article) | {"_id": id_, "story": id_, "updated_at": now}
                inserts[id_] = (article, doc)
                owner |= dict.fromkeys(article.keys, id_)
                new.append(id_)
            else:
                old = stored[found]
                if found in self._unacknowledged and old["run"] == article.run:
                    outcomes.append(("new", article))
                    new.append(found)
                    continue
                revised = old["content_hash"] != article.content_hash and not _is_older(article, old)
                corrected = revised and _is_correction(old, article)
                if corrected:
                    await self._keep_revision(old, article, now)
                keys = [key for key in article.keys if owner.get(key, found) == found]
                changes = _changes(old, article, keys, now, corrected=corrected, replace=revised)
                unchanged = {"_id": old["_id"], "content_hash": old["content_hash"]}
                writes.append((article, UpdateOne(unchanged, changes)))
                outcomes.append(("revised" if corrected else "seen", article))
                expected[found] = article.content_hash if revised else old["content_hash"], article
                if identity.better_date(old, document(article)) or revised or _is_first(article, old):
                    changed.append(found)
        writes += [(article, InsertOne(doc)) for article, doc in inserts.values()]
        outcomes += [("new", article) for article, _ in inserts.values()]
        failed: set[int] = set()
        refused: list[Rejection] = []
        if writes:
            await self._linker.intend([*new, *changed])
            self._unacknowledged |= set(inserts)
            try:
                await self._articles.bulk_write([write for _, write in writes], ordered=False)
            except BulkWriteError as error:
                for problem in error.details["writeErrors"]:
                    article = writes[problem["index"]][0]
                    failed.add(id(article))
                    if problem["code"] == _DUPLICATE_KEY:
                        again.append(article)
                    else:
                        refused.append(_refusal(article, problem["errmsg"]))
                if error.details["writeConcernErrors"]:
                    raise
            for article in await self._overtaken(expected):
                failed.add(id(article))
                again.append(article)
        outcomes = [(outcome, article) for outcome, article in outcomes if id(article) not in failed]
        await self._linker.link(new, changed, now)
        self._unacknowledged.clear()
        for outcome, _ in outcomes:
            self.counts[outcome] += 1
        await self._settle(key for _, article in outcomes for key in article.keys)
        if self._limit and self.counts["new"] >= self._limit:
            self._is_full()
        return again, refused

    def _is_full(self) -> None:
        self.full = True
        self.over.set()

    async def _overtaken(self, expected: Mapping[str, tuple[str, Article]]) -> list[Article]:
        """The articles that another crawl rewrote between the reading and the writing here."""
        found = self._articles.find({"_id": {"$in": list(expected)}}, {"content_hash": 1})
        hashes = {doc["_id"]: doc["content_hash"] async for doc in found}
        return [article for id_, (hash_, article) in expected.items() if hashes.get(id_) != hash_]

    async def _keep_revision(self, old: Document, article: Article, now: dt.datetime) -> None:
        """Write the state that is about to be replaced; writing it twice changes nothing."""
        new = document(article)
        state = {name: old[name] for name in (*_READER_FIELDS, *DATE_FIELDS)}
        state |= {
            "article": old["_id"],
            "changed": [name for name in ("title", "lede", "body") if old[name] != new[name]],
            "revision": old["revision"],
            "seen_from": old["first_seen_at"],
            "seen_until": old["last_seen_at"],
            "replaced_at": now,
        }
        await self._revisions.update_one(
            {"_id": f"{old['_id']}:{old['content_hash']}"}, {"$setOnInsert": state}, upsert=True
        )

    async def _write_rejections(self, rejections: Sequence[Rejection]) -> None:
        if not rejections:
            return
        now = await self._now()
        await self._rejected.bulk_write(
            [
                UpdateOne(
                    {"_id": item.keys[0]},
                    {
                        "$set": document(item)
                        | {"page": zlib.compress(item.page) if item.page else None, "stored_at": now},
                        "$inc": {"times": 1},
                    },
                    upsert=True,
                )
                for item in rejections
            ],
            ordered=False,
        )
        for item in rejections:
            self.counts["rejected"] += 1
            self.reasons[item.reason] += 1
        await self._settle(key for item in rejections for key in item.keys)

    async def _settle(self, keys: Iterable[str]) -> None:
        """What is acknowledged is pending no longer."""
        await self._pending.delete_many({"_id": {"$in": list(keys)}})


def _is_older(article: Article, old: Document) -> bool:
    """Was the page visited before the state that is stored, though it comes to be written later?"""
    return bool(article.checked_at and old["checked_at"] and article.checked_at < old["checked_at"])


def _is_first(article: Article, old: Document) -> bool:
    """Is this the first visit, though it comes to be written later?"""
    seen = article.first_seen_at
    return bool(seen and old["first_seen_at"] and seen < old["first_seen_at"])


def _is_correction(old: Document, article: Article) -> bool:
    """Did the newspaper change the text? Not when only the way of reading or of hashing changed."""
    former = identity.content_hash(old["title"], old["lede"], old["body"])
    return _same_reading(old, article) and former != article.content_hash


def _same_reading(old: Document, article: Article) -> bool:
    """Were both texts read the same way? If not, the newspaper may have changed nothing."""
    assert article.made_by
    made_by = old["made_by"] or {}
    return bool(
        made_by.get("clean") == article.made_by.clean
        and made_by.get("fold") == article.made_by.fold
        and made_by.get("markup") == article.made_by.markup
        and old["origins"].get("body") == article.origins.get("body")
        and old["origins"].get("title") == article.origins.get("title")
    )


def _changes(
    old: Document, article: Article, keys: list[str], now: dt.datetime, *, corrected: bool, replace: bool
) -> Document:
    """The update that brings a stored article up to a new visit."""
    new = document(article)
    set_: Document = {name: new[name] for name in _SEEN_FIELDS}
    if replace:
        set_ |= {name: new[name] for name in (*_READER_FIELDS, *_IDENTITY_FIELDS)}
    if identity.better_date(old, new):
        set_ |= {name: new[name] for name in DATE_FIELDS}
    if replace or set_.keys() & set(DATE_FIELDS) or old["gone_at"]:
        set_["updated_at"] = now
    set_["gone_at"] = None
    changes: Document = {
        "$set": set_,
        "$max": {"last_seen_at": new["last_seen_at"], "checked_at": new["checked_at"]},
        "$min": {"first_seen_at": new["first_seen_at"]},
        "$addToSet": {"keys": {"$each": keys}, "urls": {"$each": new["urls"]}},
    }
    if corrected:
        changes["$inc"] = {"revision": 1}
    return changes


def _refusal(article: Article, message: str) -> Rejection:
    return Rejection(
        url=article.url,
        urls=article.urls,
        keys=article.keys,
        site=article.site,
        reason="store_refused",
        detail=message,
        status=article.http.status if article.http else None,
        rejected_at=article.checked_at,
        run=article.run,
        page=article.page,
    )


def _is_passing(error: PyMongoError) -> bool:
    """Will the same write succeed once MongoDB is well again?"""
    if isinstance(error, ConnectionFailure):
        return True
    labels: Any = error.has_error_label
    return bool(labels("RetryableWriteError") or labels("TransientTransactionError") or error.timeout)
