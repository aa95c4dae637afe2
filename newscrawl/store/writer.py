"""Writing in batches: nothing counts before MongoDB has acknowledged it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import zlib
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo import InsertOne, ReadPreference, UpdateOne, WriteConcern
from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import BulkWriteError

from newscrawl import identity, urls
from newscrawl.items import DATE_FIELDS, Article, Rejection
from newscrawl.ledger import End, Ledger
from newscrawl.store.links import Linker
from newscrawl.store.patience import StoreDownError, patiently
from newscrawl.store.schema import Document, document, owned_by

log = logging.getLogger(__name__)

T = TypeVar("T")

QUEUE_BYTES = 64_000_000
"""Pages and texts that wait to be written, at most; then the crawl slows down."""
CLOCK_SECONDS = 60
"""How long a look at the server's clock is good for."""
MAX_DOCUMENT = 16 * 1024 * 1024
"""Bytes of a BSON document, at most: https://www.mongodb.com/docs/manual/reference/limits/"""
MAX_PAGE = MAX_DOCUMENT - 1_000_000
"""Bytes of a compressed page that a rejection keeps."""
MAX_TEXT = 2000
"""Characters of an address or a detail that a rejection keeps."""
UNLINKED, LINKED_AT_ONCE = 20_000, 50
"""Articles that wait to be linked, at most, while there are others to write; then writing waits."""

FORGOTTEN = "forgotten"
"""The reason in ``rejected`` that keeps an article from coming back."""
LOOK_AGAIN = dt.timedelta(days=1)
"""When an article is asked for again that MongoDB did not take for a reason of its own."""

_DUPLICATE_KEY = 11000
_REFUSALS = frozenset({2, 9, 14, 15, 22, 52, 54, 55, 57, 66, 121, 10334, 17262, 17280, 17419, 17420})
"""Codes that speak of the document itself (MongoDB's ``error_codes.yml``): DocumentValidationFailure, too
large, a wrong type or name, a language that the text index does not know."""
READER_FIELDS = (
    "url", "source", "source_name", "via", "country", "title", "lede", "body", "word_count", "lang",
    "authors", "byline", "agencies", "dateline", "section", "tags", "images", "access", "warnings",
    "alternates", "modified_at", "origins", "made_by", "content_hash",
)  # fmt: skip
_DERIVED_FIELDS = ("search_text", "title_key", "signature", "bands")
_READ_FIELDS = ("title", "lede", "body")
_SEEN_FIELDS = ("http", "run", "raw")


@dataclass(slots=True)
class _Write:
    """One article on its way into the collection."""

    article: Article
    id: str
    outcome: str
    content_hash: str
    """Of the stored document once this is written."""
    operation: InsertOne[RawBSONDocument] | UpdateOne
    relink: bool = False
    """Must its links be decided anew?"""


class Writer:
    """Takes articles and rejections, and writes them in batches by size and age.

    ``put`` only queues. At each flush one read finds what is stored of the whole batch and one bulk
    write stores it; after the acknowledgement copies are linked. ``counts`` grows with
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
        knows: Callable[[], str | None] = lambda: None,
        limit: int | None = None,
        ledger: Ledger[Any] | None = None,
    ) -> None:
        ops = client[f"{database}_ops"]
        self._client = client
        # A writer decides by what it reads: a secondary would show it the past.
        self._articles = client[database]["articles"].with_options(read_preference=ReadPreference.PRIMARY)
        self._revisions = client[database]["revisions"]
        self._rejected = ops["rejected"].with_options(read_preference=ReadPreference.PRIMARY)
        # Of no consequence when lost: what is stored is then asked for once more.
        self._pending = ops["pending"].with_options(write_concern=WriteConcern(w=1))
        self._linker = Linker(client, database)
        self._batch = min(batch, limit) if limit else batch
        self._age = age
        self._room = queue
        self._patience = patience
        self._knows = knows
        self._limit = limit
        # Two batches at a time, so that MongoDB does not wait for us; one where the count must be exact.
        self._writing = 1 if limit else 2
        self._in_progress = 0
        self._queue: deque[tuple[float, Article | Rejection]] = deque()
        self._queued_bytes = 0
        self._unlinked: set[str] = set()
        self._settled: set[str] = set()
        """Keys to be taken from the pending list."""
        self._tombstones: set[str] | None = None
        self._clock: tuple[float, dt.datetime] | None = None
        self._changed = asyncio.Condition()
        """Something was queued, taken, linked or ended."""
        self._closing = self._ended = False
        self._task: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None
        self._ledger = ledger or Ledger()
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
        item.owner = item.owner or urls.owner(item.url)
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            if self._failure or self._ended:
                raise self._failure or StoreDownError("the writer has ended")
            self._queue.append((asyncio.get_running_loop().time(), item))
            self._queued_bytes += _weight(item)
            if len(self._queue) in (1, self._batch):
                self._changed.notify_all()

    def _has_room(self) -> bool:
        room = len(self._queue) < self._room and self._queued_bytes < QUEUE_BYTES
        return room or self._failure is not None or self._ended

    async def close(self) -> None:
        """Write what is queued, and end. Raises what ended the writer, if anything did."""
        if self._task is None:
            return
        async with self._changed:
            self._closing = True
            self._changed.notify_all()
        await self._task

    @property
    def error(self) -> BaseException | None:
        """What ended the writer before its time, if anything did."""
        return self._failure

    def give_up(self, error: BaseException) -> None:
        """End the crawl: somebody has waited for MongoDB long enough."""
        self._failure = self._failure or error
        self.over.set()

    async def _run(self) -> None:
        try:
            # Never cancelled: a cancelled wait inside pymongo may leave its locks taken.
            work = [*(self._write_batches() for _ in range(self._writing)), self._tidy()]
            await asyncio.gather(*map(self._ending_all, work))
            if self._failure:
                raise self._failure
        finally:
            self._ended = True
            self.over.set()
            await self._notify()

    async def _ending_all(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            self.give_up(error)
            await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # --- Batches

    async def _write_batches(self) -> None:
        while (batch := await self._next_batch()) and not self._failure:
            self._in_progress += 1
            await self._write(batch)
            self._in_progress -= 1
            await self._notify()
        self._writing -= 1
        await self._notify()

    async def _next_batch(self) -> list[Article | Rejection]:
        """What is queued, once it is enough or has waited long enough; nothing when all is written."""
        batch: list[Article | Rejection] = []
        async with self._changed:
            while not batch and not self._failure and not (self._closing and not self._queue):
                await self._changed.wait_for(lambda: self._queue or self._closing or self._failure)
                with suppress(TimeoutError, IndexError):
                    async with asyncio.timeout_at(self._queue[0][0] + self._age):
                        await self._changed.wait_for(lambda: len(self._queue) >= self._batch or self._closing)
                await self._changed.wait_for(lambda: len(self._unlinked) < UNLINKED or self._failure)
                batch = [self._queue.popleft()[1] for _ in range(min(self._batch, len(self._queue)))]
            self._queued_bytes -= sum(map(_weight, batch))
            self._changed.notify_all()
        return batch

    async def _tidy(self) -> None:
        """After the writing: link what is stored, and what a crawl that was killed left unlinked, and take
        what is settled from the pending list.
        """

        async def catch_up() -> None:
            await self._linker.catch_up(await self._now())

        async def link() -> None:
            await self._linker.link(ids, await self._now())

        async def settle() -> None:
            await self._pending.delete_many({"_id": {"$in": settled}})

        await self._patiently(catch_up)
        while (self._unlinked or self._settled or self._writing) and not self._failure:
            async with self._changed:
                await self._changed.wait_for(self._may_tidy)
            ids = [self._unlinked.pop() for _ in range(min(LINKED_AT_ONCE, len(self._unlinked)))]
            settled, self._settled = list(self._settled), set()
            if settled:
                await self._patiently(settle)
            if ids:
                await self._patiently(link)
                await self._notify()

    def _may_tidy(self) -> bool:
        """Storing comes before linking, as long as there is enough to store."""
        storing = self._in_progress or len(self._queue) >= self._batch
        busy = storing and len(self._unlinked) < UNLINKED
        waiting = self._unlinked or self._settled
        return bool(waiting and not busy) or not self._writing or self._failure is not None

    async def _patiently(self, operation: Callable[[], Awaitable[T]]) -> T:
        return await patiently(operation, self._patience, knows=self._knows)

    async def _write(self, batch: Sequence[Article | Rejection]) -> None:
        """Store a batch, waiting for a MongoDB that is away, for as long as it has patience."""
        articles = [item for item in batch if isinstance(item, Article)]
        rejections = [item for item in batch if isinstance(item, Rejection)]
        attempted: dict[str, str] = {}
        failing: BulkWriteError | None = None

        async def write() -> None:
            nonlocal articles, rejections, failing
            while articles:
                articles, refused, failing = await self._write_articles(articles, attempted)
                rejections += refused
                if failing:
                    raise failing
            await self._write_rejections(rejections)
            rejections = []

        try:
            await self._patiently(write)
        except StoreDownError:
            if not failing:
                raise
            # MongoDB takes all but these. It may take them after a repair, so they are tried again.
            message = str(failing.details["writeErrors"][0]["errmsg"])
            rejections += [_refusal(article, message, LOOK_AGAIN) for article in articles]
            articles = []
            await patiently(write, 0.0)

    async def _now(self) -> dt.datetime:
        """The server's clock, looked at once a minute."""
        moment = asyncio.get_running_loop().time()
        if self._clock is None or moment - self._clock[0] > CLOCK_SECONDS:
            self._clock = moment, (await self._client.admin.command("hello"))["localTime"]
        return self._clock[1] + dt.timedelta(seconds=moment - self._clock[0])

    # --- Articles

    async def _write_articles(
        self, articles: Sequence[Article], attempted: dict[str, str]
    ) -> tuple[list[Article], list[Rejection], BulkWriteError | None]:
        """Decide and write. What lost a race comes back to be decided again, and so does what failed for
        a reason that may pass, with the error; what MongoDB refuses comes back as a rejection.

        ``attempted`` remembers what was written without an acknowledgement: it may be stored.
        """
        keys = [key for article in articles for key in article.keys]
        now = await self._now()
        stored = await self._stored(keys)
        forgotten = await self._forgotten_before()
        wanted = [article for article in articles if forgotten.isdisjoint(article.keys)]
        writes, again, refused = self._decide(wanted, stored, attempted, now)
        revised = [write for write in writes if write.outcome == "revised"]
        await self._keep_revisions([(stored[write.id], write.article) for write in revised], now)
        await self._linker.intend([write.id for write in writes if write.relink])
        attempted |= {write.id: write.outcome for write in writes}
        done = await self._bulk(writes)
        again += done.again
        refused += done.refused
        for id_ in {write.id for write in writes} - {write.id for write in done.stored}:
            del attempted[id_]  # that it is not written is known
        came_back = await self._remove_forgotten([write for write in done.stored if write.outcome == "new"])
        for write in done.stored:
            del attempted[write.id]
            if write.id in came_back:
                self._settle(write.article.keys, "rejected", FORGOTTEN)
            else:
                self._acknowledge(write)
        for article in articles:
            if not forgotten.isdisjoint(article.keys):  # also at an address that was not known then
                self._settle(article.keys, "rejected", FORGOTTEN)
                self._count_rejection(FORGOTTEN)
        for _ in came_back:
            self._count_rejection(FORGOTTEN)
        if self._limit and self.counts["new"] >= self._limit:
            self._is_full()
        return again, refused, done.failure

    async def _stored(self, keys: Sequence[str]) -> dict[str, Document]:
        found = self._articles.find({"keys": {"$in": keys}}, dict.fromkeys(_DERIVED_FIELDS, 0))
        return {doc["_id"]: doc async for doc in found}

    async def _forgotten(self, keys: Sequence[str]) -> set[str]:
        """The keys among these that must not come back."""
        if not keys:
            return set()
        found = self._rejected.find({"keys": {"$in": keys}, "reason": FORGOTTEN}, {"keys": 1})
        return set(keys) & {key async for doc in found for key in doc["keys"]}

    async def _forgotten_before(self) -> set[str]:
        """The keys of what was forgotten before this crawl."""
        if self._tombstones is None:
            found = self._rejected.find({"reason": FORGOTTEN}, {"keys": 1})
            self._tombstones = {key async for doc in found for key in doc["keys"]}
        return self._tombstones

    async def _remove_forgotten(self, writes: Sequence[_Write]) -> set[str]:
        """Take back what was forgotten while it was being written; returns what that was."""
        forgotten = await self._forgotten([key for write in writes for key in write.article.keys])
        ids = {write.id for write in writes if not forgotten.isdisjoint(write.article.keys)}
        if ids:
            await self._articles.delete_many({"_id": {"$in": list(ids)}})
        return ids

    def _decide(
        self,
        articles: Iterable[Article],
        stored: Mapping[str, Document],
        attempted: Mapping[str, str],
        now: dt.datetime,
    ) -> tuple[list[_Write], list[Article], list[Rejection]]:
        """What to write of each article; those that have to wait for another one of the batch; those that
        no document can hold.
        """
        holder = {key: doc["_id"] for doc in stored.values() for key in doc["keys"]}
        writes: dict[str, _Write] = {}
        again: list[Article] = []
        refused: list[Rejection] = []
        new = 0
        for article in articles:
            own = [key for key in article.keys if not _is_foreign(article, stored.get(holder.get(key, "")))]
            found = next((holder[key] for key in own if key in holder), None)
            if found in writes:
                again.append(article)
                continue
            if not found and self._limit and self.counts["new"] + new >= self._limit:
                self._is_full()
                continue
            try:
                if found:
                    keys = [key for key in own if holder.get(key, found) == found]
                    write = _update(article, stored[found], keys, attempted.get(found), now)
                else:
                    write = _insert(article, own, now)
                    new += 1
            except ValueError as error:
                refused.append(_refusal(article, str(error)))
                continue
            writes[write.id] = write
            holder |= dict.fromkeys(own, write.id)
        return list(writes.values()), again, refused

    async def _bulk(self, writes: Sequence[_Write]) -> _Done:
        """Write a batch; what is in ``stored`` MongoDB has acknowledged."""
        done = _Done()
        if not writes:
            return done
        problems: dict[int, Document] = {}
        try:
            operations: list[Any] = [write.operation for write in writes]
            result = await self._articles.bulk_write(operations, ordered=False)
            matched = result.matched_count
        except BulkWriteError as error:
            if error.details["writeConcernErrors"]:
                raise
            problems = {problem["index"]: problem for problem in error.details["writeErrors"]}
            matched = error.details["nMatched"]
            if not {problem["code"] for problem in problems.values()} <= {_DUPLICATE_KEY, *_REFUSALS}:
                done.failure = error
        for index, write in enumerate(writes):
            problem = problems.get(index)
            if problem is None:
                done.stored.append(write)
            elif problem["code"] in _REFUSALS:
                done.refused.append(_refusal(write.article, problem["errmsg"]))
            else:
                done.again.append(write.article)
        updates = [write for write in done.stored if isinstance(write.operation, UpdateOne)]
        if matched < len(updates):  # somebody else has changed some of them meanwhile
            missed = await self._missed(updates)
            done.again += [write.article for write in done.stored if write.id in missed]
            done.stored = [write for write in done.stored if write.id not in missed]
        return done

    async def _missed(self, updates: Sequence[_Write]) -> set[str]:
        """The articles among these that do not show what was written to them."""
        ids = [write.id for write in updates]
        shown = {
            (doc["_id"], doc["content_hash"], doc["run"])
            async for doc in self._articles.find({"_id": {"$in": ids}}, {"content_hash": 1, "run": 1})
        }
        return {
            write.id for write in updates if (write.id, write.content_hash, write.article.run) not in shown
        }

    def _acknowledge(self, write: _Write) -> None:
        self._settle(write.article.keys, "seen" if write.outcome == "seen" else "stored", write.outcome)
        self.counts[write.outcome] += 1
        if write.relink:
            self._unlinked.add(write.id)

    def _is_full(self) -> None:
        self.full = True
        self.over.set()

    async def _keep_revisions(self, states: Sequence[tuple[Document, Article]], now: dt.datetime) -> None:
        """Write the states that are about to be replaced; writing them twice changes nothing."""
        writes = []
        for old, article in states:
            state = {name: old.get(name) for name in (*READER_FIELDS, *DATE_FIELDS)}
            state |= {
                "article": old["_id"],
                "changed": [name for name in _READ_FIELDS if old[name] != getattr(article, name)],
                "revision": old["revision"],
                "seen_from": old["first_seen_at"],
                "seen_until": old["last_seen_at"],
                "replaced_at": now,
            }
            id_ = f"{old['_id']}:{old['content_hash']}"
            writes.append(UpdateOne({"_id": id_}, {"$setOnInsert": state}, upsert=True))
        if writes:
            await self._revisions.bulk_write(writes, ordered=False)

    def settle(self, key: str) -> None:
        """Take an address from the pending list that came to an end without anything to write."""
        self._settled.add(key)

    def _settle(self, keys: Iterable[str], end: End, reason: str) -> None:
        """What is acknowledged is pending no longer."""
        for key in keys:
            self._settled.add(key)
            self._ledger.end(key, end, reason)

    # --- Rejections

    async def _write_rejections(self, rejections: Sequence[Rejection]) -> None:
        if not rejections:
            return
        now = await self._now()
        documents = [fields | {"stored_at": now} for fields in map(_rejected, rejections)]
        ids: list[str] = [fields["keys"][0] for fields in documents]
        held = self._rejected.find({"_id": {"$in": ids}}, {"owner": 1})
        owners = {doc["_id"]: doc.get("owner") async for doc in held}
        writes = [
            # One that another site holds is left to it.
            UpdateOne(
                {"_id": id_ if owners.get(id_) in (fields["owner"], None) else f"{fields['owner']} {id_}"},
                {"$set": fields, "$inc": {"times": 1}},
                upsert=True,
            )
            for id_, fields in zip(ids, documents, strict=True)
        ]
        await self._rejected.bulk_write(writes, ordered=False)
        for item in rejections:
            self._settle(item.keys, "rejected", item.reason)
            self._count_rejection(item.reason)

    def _count_rejection(self, reason: str) -> None:
        self.counts["rejected"] += 1
        self.reasons[reason] += 1


@dataclass(slots=True)
class _Done:
    """What became of a bulk write."""

    stored: list[_Write] = field(default_factory=list)
    again: list[Article] = field(default_factory=list)
    refused: list[Rejection] = field(default_factory=list)
    failure: BulkWriteError | None = None
    """Why some of ``again`` were not written, if not for a race."""


def _weight(item: Article | Rejection) -> int:
    """About how many bytes an item takes up in memory."""
    return 2000 + len(item.page) + (2 * len(item.body) if isinstance(item, Article) else 0)


def _encoded(fields: Document) -> bytes:
    """A document as BSON. Raises ``ValueError`` with a sentence for what no document can hold."""
    try:
        data = bson.encode(fields)
    except (BSONError, UnicodeError, OverflowError, TypeError) as error:
        raise ValueError(f"it cannot be written as BSON: {error}") from None
    if len(data) > MAX_DOCUMENT:
        raise ValueError(f"{len(data)} bytes are more than the {MAX_DOCUMENT} of a MongoDB document")
    return data


def _insert(article: Article, keys: list[str], now: dt.datetime) -> _Write:
    """A new document with these of the article's keys. Raises ``ValueError`` when none can hold it."""
    if not keys:
        raise ValueError("its address is that of an article of another site")
    id_ = keys[0]
    data = _encoded(document(article) | {"_id": id_, "keys": keys, "story": id_, "updated_at": now})
    return _Write(article, id_, "new", article.content_hash, InsertOne(RawBSONDocument(data)), relink=True)


def _update(
    article: Article, old: Document, keys: list[str], attempted: str | None, now: dt.datetime
) -> _Write:
    """The update that brings a stored article up to a new visit.

    ``attempted`` is what an earlier try may have done that was not acknowledged. Raises ``ValueError``
    when no document can hold the article.
    """
    revised = old["content_hash"] != article.content_hash and not _is_older(article, old)
    outcome = "revised" if revised and _is_correction(old, article) else "seen"
    if attempted and not revised and old["run"] == article.run:
        outcome = attempted
    new = document(article)
    set_: Document = {name: new[name] for name in _SEEN_FIELDS}
    if revised:
        set_ |= {name: new[name] for name in (*READER_FIELDS, *_DERIVED_FIELDS)}
    better_date = identity.better_date(old, new)
    if better_date:
        set_ |= {name: new[name] for name in DATE_FIELDS}
    if revised or better_date or old["gone_at"]:
        set_["updated_at"] = now
    set_["gone_at"] = None
    changes: Document = {
        "$set": set_,
        "$max": {"last_seen_at": new["last_seen_at"], "checked_at": new["checked_at"]},
        "$min": {"first_seen_at": new["first_seen_at"]},
        "$addToSet": {"keys": {"$each": keys}, "urls": {"$each": new["urls"]}},
    }
    if revised and outcome == "revised":
        changes["$inc"] = {"revision": 1}
    _encoded(changes)
    unchanged = {"_id": old["_id"], "content_hash": old["content_hash"], **owned_by(article.owner)}
    first_seen = new["first_seen_at"] < old["first_seen_at"]
    relink = revised or better_date or first_seen or attempted is not None
    content_hash = article.content_hash if revised else old["content_hash"]
    return _Write(article, old["_id"], outcome, content_hash, UpdateOne(unchanged, changes), relink)


def _is_foreign(article: Article, stored: Document | None) -> bool:
    """Does a stored document belong to another site than the article?"""
    return stored is not None and stored.get("owner") not in (article.owner, None)


def _is_older(article: Article, old: Document) -> bool:
    """Was this page fetched before the state that is stored, though it is written later?"""
    assert article.checked_at
    return bool(article.checked_at < old["checked_at"])


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


def _rejected(item: Rejection) -> Document:
    """The document of a rejection; whatever the page holds, MongoDB takes it."""
    page = zlib.compress(item.page) if item.page else None
    if page and len(page) > MAX_PAGE:
        page = None
    return document(item) | {
        "url": _writable(item.url),
        "urls": [_writable(url) for url in item.urls[:100]],
        "keys": item.keys or [urls.key(item.url)],
        "detail": _writable(item.detail),
        "page": page,
    }


def _writable(text: str) -> str:
    return text[:MAX_TEXT].encode("utf-8", "replace").decode()


def _refusal(article: Article, message: str, look_again: dt.timedelta | None = None) -> Rejection:
    return Rejection(
        url=article.url,
        urls=article.urls,
        keys=article.keys,
        site=article.site,
        owner=article.owner,
        reason="store_refused",
        detail=message,
        status=article.http.status if article.http else None,
        rejected_at=article.checked_at,
        retry_at=article.checked_at + look_again if article.checked_at and look_again else None,
        run=article.run,
        page=article.page,
    )
