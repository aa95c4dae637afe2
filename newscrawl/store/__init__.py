"""MongoDB: what is stored, how it is written, and a server when none is named."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary

import pymongo
from pymongo import AsyncMongoClient, DeleteOne, ReplaceOne, UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from scrapy.exceptions import CloseSpider

from newscrawl.ledger import Ledger
from newscrawl.mongod.server import ServerError, data_folder, local_server, resolve_uri, trouble
from newscrawl.store.patience import StoreDownError, is_away, patiently
from newscrawl.store.schema import Document, owned_by, prepare
from newscrawl.store.session import StoreError, cannot_be_used, database_name
from newscrawl.store.writer import Writer

if TYPE_CHECKING:
    from pymongo.asynchronous.cursor import AsyncCursor
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

T = TypeVar("T")

__all__ = ["Checkpoint", "Known", "Mark", "Pending", "Store", "StoreDownError", "StoreError", "Validator"]


_OPTIONS: dict[str, Any] = {
    "appname": "newscrawl",
    "serverSelectionTimeoutMS": 5000,
    "connectTimeoutMS": 5000,
    # How soon a server that said it was shutting down, and was not, is believed to be back.
    "heartbeatFrequencyMS": 2000,
    # An operation without an answer for so long is tried again: its connection may be dead.
    "socketTimeoutMS": 30_000,
}
"""Options of the connection that ``MONGODB_URI`` may set otherwise."""
_START_PATIENCE = 30.0
"""Seconds that a crawl by hand waits for a MongoDB that is away at its start."""
_PREPARING = 3600
"""Seconds that bringing an older collection up to date may take."""
EARLY = dt.timedelta(days=1)
"""How long an address may fail, from its first visit on, without being given up."""
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (15, 60, 180, 480))
"""How long to wait before the next visit of such an address, after the first, the second, … one."""
CHECKPOINT_BYTES = 12_000_000
"""Bytes of the pages that a checkpoint keeps: a document has room for 16 MB, and holds its mark as well."""
_SAMPLE = 5000
"""Articles of a run that tell enough of how they were read."""


_KNOWN = {"keys": 1, "day": 1, "published.latest": 1, "checked_at": 1}


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an address."""

    article: str | None
    """``_id`` of the article; None for a rejected page."""
    last_day: str | None = None
    """Its day, or the last one that it may be of."""
    checked_at: dt.datetime | None = None
    """When it was last visited."""
    is_pending: bool = False
    """Is it on the pending list, for later?"""


@dataclass(frozen=True, slots=True)
class Pending:
    """A download that failed for a passing reason, to be asked first next time."""

    key: str
    url: str
    site: str
    owner: str
    """Registrable domain of the site."""
    reason: str
    retry_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Validator:
    """What a page of a walk was answered with, for asking for it only if it has changed."""

    url: str
    etag: str | None
    last_modified: str | None
    read_at: dt.datetime
    """When the page was last read in full."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the last completed walk of a listing began: the keys of its newest entries."""

    listing: str
    site: str
    keys: tuple[str, ...]
    completed_at: dt.datetime
    validators: tuple[Validator, ...] = ()
    """Those of its pages, for a conditional request by whichever node walks it next."""


async def _all_of(cursor: AsyncCursor[Document]) -> list[Document]:
    """What a query finds, asked anew each time that it is tried."""
    return await cursor.clone().to_list()


def _fitting(pages: Iterable[str]) -> list[str]:
    """The first pages, as many as one document has room for."""
    sizes = accumulate(len(page.encode()) + 16 for page in pages)  # BSON adds its place in the list
    return [page for page, size in zip(pages, sizes, strict=True) if size <= CHECKPOINT_BYTES]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a walk that was stopped, or met the limit of pages of one run, goes on."""

    listing: str
    site: str
    days: str
    """The days that the run was asked for: ``2024-01-01..2024-03-31``; ``..`` for none."""
    pages: tuple[str, ...]
    """The pages that are left, as ``newscrawl.discovery.pages.saved`` writes them."""
    since: dt.date | None
    """No day before this is looked for."""
    mark: tuple[str, ...] = ()
    """Keys of the mark at which the walk was to end."""


class Store:
    """One crawl's connection to MongoDB: it asks here what is known, and writes through ``writer``."""

    _of_crawler: ClassVar[WeakKeyDictionary[Crawler, Store]] = WeakKeyDictionary()

    def __init__(self, settings: BaseSettings) -> None:
        self._settings = settings
        self.database = database_name()
        self._resources = AsyncExitStack()
        self._client: AsyncMongoClient[Document] | None = None
        self._writer: Writer | None = None
        self._knows: Callable[[], str | None] = lambda: None
        """What is the matter with a server of our own."""
        self.on_connected: list[Callable[[], Awaitable[None]]] = []
        """What is to be done as soon as there is a connection, before the collections are prepared."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Store:
        """The store of this crawl; the same one for the spider, the pipelines and the run record."""
        if crawler not in cls._of_crawler:
            cls._of_crawler[crawler] = cls(crawler.settings)
        return cls._of_crawler[crawler]

    @property
    def is_open(self) -> bool:
        """Is there a MongoDB to ask?"""
        return self._client is not None

    @property
    def client(self) -> AsyncMongoClient[Document]:
        """The open connection."""
        assert self._client, "the store is not open"
        return self._client

    @property
    def writer(self) -> Writer:
        """The open writer."""
        assert self._writer, "the store is not open"
        return self._writer

    async def open(
        self,
        limit: int | None = None,
        ledger: Ledger[Any] | None = None,
        *,
        patience: float | None = None,
    ) -> None:
        """Connect, starting a server when no ``MONGODB_URI`` is set, and prepare the collections.

        A MongoDB that is away is waited for, as it is later, unless ``patience`` gives other seconds. Raises
        :class:`StoreError` with one sentence.
        """
        patience = self._start_patience if patience is None else patience
        # At DEBUG it would log every command with the articles in it.
        logging.getLogger("pymongo").setLevel(logging.WARNING)
        uri = ""
        try:
            uri = resolve_uri() or ""
            if not uri:
                uri = await self._resources.enter_async_context(local_server())
                self._knows = partial(trouble, data_folder())
            client: AsyncMongoClient[Document] = AsyncMongoClient(
                uri,
                tz_aware=True,
                w="majority",
                journal=True,
                **{name: value for name, value in _OPTIONS.items() if name.lower() not in uri.lower()},
            )
            self._resources.push_async_callback(client.close)
            await patiently(lambda: client.admin.command("ping"), patience, passing=is_away)
            self._client = client
            self._writer = self._make_writer(client, limit, ledger)
            for done in self.on_connected:
                await done()
            await patiently(lambda: self._prepare(client), patience, passing=is_away)
        except (ServerError, PyMongoError) as error:
            if not self.is_open:  # else whoever saw it open ends what it has begun
                await self._resources.aclose()
            raise cannot_be_used(uri, error) from None
        self._writer.start()

    @property
    def _start_patience(self) -> float:
        """Who waits at a terminal for a MongoDB that is named wrongly need not wait for long."""
        patience = self._settings.getfloat("STORE_PATIENCE")
        return patience if self._settings.getbool("SCHEDULED") else min(patience, _START_PATIENCE)

    async def _prepare(self, client: AsyncMongoClient[Document]) -> None:
        with pymongo.timeout(_PREPARING):
            await prepare(client[self.database], client[f"{self.database}_ops"])

    def _make_writer(
        self, client: AsyncMongoClient[Document], limit: int | None, ledger: Ledger[Any] | None
    ) -> Writer:
        get = self._settings
        return Writer(
            client,
            self.database,
            batch=get.getint("STORE_BATCH"),
            age=get.getfloat("STORE_AGE"),
            queue=get.getint("STORE_QUEUE"),
            patience=get.getfloat("STORE_PATIENCE"),
            knows=self._knows,
            limit=limit,
            ledger=ledger,
        )

    async def close(self) -> None:
        """Let go of the connection, and of the server that was started for it."""
        self._client = None
        await self._resources.aclose()

    @property
    def _articles(self) -> Any:
        return self.client[self.database]["articles"]

    @property
    def _ops(self) -> Any:
        return self.client[f"{self.database}_ops"]

    async def patiently(self, operation: Callable[[], Awaitable[T]]) -> T:
        """An operation that may be done twice; it waits for a MongoDB that is away, as the writer does.

        Raises :class:`StoreDownError` when it stays away, and ends the crawl.
        """
        patience = 0.0 if self.writer.error else self._settings.getfloat("STORE_PATIENCE")
        try:
            return await patiently(operation, patience, knows=self._knows)
        except StoreDownError as error:
            self.writer.give_up(error)
            raise

    async def _asked(self, operation: Callable[[], Awaitable[T]]) -> T:
        """The same for a spider, whose callback ends the crawl without a traceback."""
        try:
            return await self.patiently(operation)
        except StoreDownError:
            raise CloseSpider("store_down") from None

    async def known(self, keys: Collection[str], owner: str, now: dt.datetime) -> dict[str, Known]:
        """Which keys of an owner need no download: stored, or rejected or pending and not yet to be tried
        again.
        """
        return await self._asked(lambda: self._known(list(keys), owner, now))

    async def _known(self, wanted: list[str], owner: str, now: dt.datetime) -> dict[str, Known]:
        found: dict[str, Known] = {}
        rejected = self._ops["rejected"].find(
            {
                "keys": {"$in": wanted},
                "$or": [{"retry_at": None}, {"retry_at": {"$gt": now}}],
                **owned_by(owner),
            },
            {"keys": 1},
        )
        async for doc in rejected:
            found |= dict.fromkeys(doc["keys"], Known(None))
        waits = {"_id": {"$in": wanted}, "retry_at": {"$gt": now}, **owned_by(owner)}
        async for doc in self._ops["pending"].find(waits, {"_id": 1}):
            found[doc["_id"]] = Known(None, is_pending=True)
        # What a majority has not acknowledged may yet be rolled back: it is not known.
        acknowledged = self._articles.with_options(read_concern=ReadConcern("majority"))
        articles = acknowledged.find({"keys": {"$in": wanted}, **owned_by(owner)}, _KNOWN)
        async for doc in articles:
            last_day = doc["day"] or (doc.get("published") or {}).get("latest")
            found |= dict.fromkeys(doc["keys"], Known(doc["_id"], last_day, doc["checked_at"]))
        return {key: found[key] for key in wanted if key in found}

    async def young(self, site: str, since: dt.datetime) -> AsyncIterator[Document]:
        """Articles of a site first seen since then and still there, the newest first."""
        wanted = {"url": 1, "keys": 1, "http": 1, "first_seen_at": 1, "checked_at": 1}
        query: Document = {"site": site, "first_seen_at": {"$gte": since}, "gone_at": None}
        order = [("first_seen_at", -1), ("_id", -1)]
        while True:
            page = self._articles.find(query, wanted).sort(order).limit(_SAMPLE)
            found: list[Document] = await self._asked(partial(_all_of, page))
            for doc in found:
                yield doc
            if len(found) < _SAMPLE:
                return
            last = found[-1]
            query["$or"] = [
                {"first_seen_at": {"$lt": last["first_seen_at"]}},
                {"first_seen_at": last["first_seen_at"], "_id": {"$lt": last["_id"]}},
            ]

    async def unchanged(self, key: str, owner: str, now: dt.datetime) -> None:
        """Note a visit that found the article as it was (304)."""
        seen = {"$max": {"checked_at": now, "last_seen_at": now}}
        await self._asked(lambda: self._articles.update_one({"keys": key, **owned_by(owner)}, seen))

    async def gone(self, key: str, owner: str, now: dt.datetime) -> None:
        """Note a visit that found the article removed."""
        there = {"keys": key, "gone_at": None, **owned_by(owner)}
        gone = {"$set": {"gone_at": now}, "$max": {"checked_at": now}, "$currentDate": {"updated_at": True}}
        await self._asked(lambda: self._articles.update_one(there, gone))

    async def marks(self, site: str) -> dict[str, Mark]:
        """The marks of the completed walks of a site, by listing."""
        found = await self._asked(lambda: self._ops["marks"].find({"site": site}).to_list())
        return {
            doc["listing"]: Mark(
                doc["listing"],
                site,
                tuple(doc["keys"]),
                doc["completed_at"],
                tuple(Validator(**known) for known in doc.get("validators", ())),
            )
            for doc in found
        }

    async def save_marks(self, marks: Iterable[Mark]) -> None:
        """Leave the marks of completed walks."""
        writes = [
            ReplaceOne(
                {"_id": f"{mark.site} {mark.listing}"},
                {
                    "site": mark.site,
                    "listing": mark.listing,
                    "keys": list(mark.keys),
                    "completed_at": mark.completed_at,
                    "validators": [asdict(known) for known in mark.validators],
                },
                upsert=True,
            )
            for mark in marks
        ]
        if writes:
            await self.patiently(lambda: self._ops["marks"].bulk_write(writes))

    async def checkpoints(self, site: str, days: str) -> dict[str, Checkpoint]:
        """Where earlier runs of a site that looked for the same days stopped, by listing."""
        query = {"site": site, "days": days}
        found = await self._asked(lambda: self._ops["checkpoints"].find(query).to_list())
        return {
            doc["listing"]: Checkpoint(
                doc["listing"],
                site,
                days,
                tuple(doc["pages"]),
                dt.date.fromisoformat(doc["since"]) if doc["since"] else None,
                tuple(doc["mark"]),
            )
            for doc in found
        }

    async def save_checkpoints(self, checkpoints: Iterable[Checkpoint], now: dt.datetime) -> None:
        """Leave the checkpoints of a run; one without pages is removed."""
        writes: list[ReplaceOne[Document] | DeleteOne] = []
        for left in checkpoints:
            which = {"_id": f"{left.site} {left.days} {left.listing}"}
            fields = asdict(left) | {
                "pages": _fitting(left.pages),
                "since": left.since.isoformat() if left.since else None,
                "mark": list(left.mark),
                "stored_at": now,
            }
            writes.append(ReplaceOne(which, fields, upsert=True) if left.pages else DeleteOne(which))
        if writes:
            await self.patiently(lambda: self._ops["checkpoints"].bulk_write(writes))

    async def pending(self, site: str, now: dt.datetime) -> list[Pending]:
        """Downloads of a site that failed for a passing reason and may be tried again by now."""
        query = {"site": site, "$or": [{"retry_at": None}, {"retry_at": {"$lte": now}}]}
        found = await self._asked(lambda: self._ops["pending"].find(query).sort("failed_at", 1).to_list())
        return [
            Pending(doc["_id"], doc["url"], site, doc.get("owner", ""), doc["reason"], doc["retry_at"])
            for doc in found
        ]

    async def add_pending(self, pending: Pending, now: dt.datetime) -> int:
        """Put a failed download on the pending list; returns how often it has failed by now.

        What another site holds is left to it.
        """
        failed = {name: getattr(pending, name) for name in ("url", "site", "owner", "reason", "retry_at")}
        changes = {"$set": failed, "$setOnInsert": {"failed_at": now}, "$inc": {"times": 1}}
        own = {"_id": pending.key, **owned_by(pending.owner)}

        async def add() -> Document | None:
            update = self._ops["pending"].find_one_and_update
            with suppress(DuplicateKeyError):  # another's, or one that another crawl has just added
                return await update(own, changes, upsert=True, return_document=True)  # type: ignore[no-any-return]
            return await update(own, changes, return_document=True)  # type: ignore[no-any-return]

        doc = await self._asked(add)
        return int(doc["times"]) if doc else 1

    async def postpone(self, pending: Pending, now: dt.datetime) -> bool:
        """Put an address that may be asked for too early on the pending list, after growing pauses.

        False when it first failed a day ago or earlier: then it is not too early.
        """
        found = await self._asked(lambda: self._ops["pending"].find_one({"_id": pending.key}))
        if found and now - found["failed_at"] >= EARLY:
            return False
        pause = PAUSES[min(found["times"] if found else 0, len(PAUSES) - 1)]
        await self.add_pending(replace(pending, retry_at=now + pause), now)
        return True

    async def leave_pending(self, urls: Mapping[str, str], site: str, owner: str, now: dt.datetime) -> None:
        """Put what a stopped crawl was about to download, or to store, on the pending list: key → URL."""
        writes = [
            UpdateOne(
                {"_id": key},
                {
                    "$setOnInsert": {
                        "url": url,
                        "site": site,
                        "owner": owner,
                        "reason": "stopped",
                        "retry_at": None,
                        "failed_at": now,
                        "times": 0,
                    }
                },
                upsert=True,
            )
            for key, url in urls.items()
        ]
        if writes:
            await self.patiently(lambda: self._ops["pending"].bulk_write(writes, ordered=False))

    async def save_run(self, run: str, fields: Mapping[str, Any]) -> None:
        """Write what is new about a run; the server's clock is its heartbeat."""
        await self.patiently(lambda: self.save_run_once(run, fields))

    async def save_run_once(self, run: str, fields: Mapping[str, Any]) -> None:
        """The same without patience."""
        changes = {"$set": dict(fields), "$currentDate": {"heartbeat_at": True, "stored_at": True}}
        await self._ops["runs"].update_one({"_id": run}, changes, upsert=True)

    async def origins(self, site: str, run: str, since: dt.datetime) -> list[dict[str, str]]:
        """The rungs of the articles that a run has stored as new; of many, the newest."""
        query = {"site": site, "first_seen_at": {"$gte": since - dt.timedelta(seconds=1)}, "run": run}
        newest = self._articles.find(query, {"origins": 1}).sort("first_seen_at", -1).limit(_SAMPLE)
        found = await self.patiently(partial(_all_of, newest))
        return [doc["origins"] for doc in found]

    async def readings(self, site: str, articles: int, runs: int) -> list[dict[str, dict[str, float]]]:
        """The shares of rungs in the last runs of a site that stored at least so many new articles."""
        query = {"site": site, "reading.articles": {"$gte": articles}}
        last = self._ops["runs"].find(query, {"reading.shares": 1}).sort("started_at", -1).limit(runs)
        found = await self.patiently(partial(_all_of, last))
        return [doc["reading"]["shares"] for doc in found]
