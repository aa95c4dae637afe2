"""The connection of a crawl to MongoDB."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary

from pymongo import ReadPreference
from pymongo.errors import PyMongoError
from scrapy.exceptions import CloseSpider

from newscrawl.identity import use_search_scope
from newscrawl.items import Article, Rejection
from newscrawl.ledger import Ledger
from newscrawl.mongod.opening import (
    ServerError,
    cannot_be_used,
    connect_async,
    database_name,
    resolve_uri,
)
from newscrawl.mongod.server import data_folder, local_server, trouble
from newscrawl.store.addresses import Addresses
from newscrawl.store.patience import StoreDownError, is_away, patiently
from newscrawl.store.runs import Runs
from newscrawl.store.schema import Document, prepare
from newscrawl.store.supported import check_version, outgrown
from newscrawl.store.tombstones import Tombstones
from newscrawl.store.visits import Visits
from newscrawl.store.walks import Walks
from newscrawl.store.writer import Writer
from newscrawl.vocabulary import RunOutcome, SearchScope

if TYPE_CHECKING:
    from pymongo.asynchronous.collection import AsyncCollection
    from pymongo.asynchronous.database import AsyncDatabase
    from pymongo.asynchronous.mongo_client import AsyncMongoClient
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

T = TypeVar("T")

log = logging.getLogger(__name__)

_START_PATIENCE = 30.0
"""Seconds for which a crawl that a person started waits for MongoDB."""


class Store:
    """One crawl's connection to MongoDB: queries by subject, and the ``writer``."""

    _of_crawler: ClassVar[WeakKeyDictionary[Crawler, Store]] = WeakKeyDictionary()

    def __init__(self, settings: BaseSettings) -> None:
        self._settings = settings
        use_search_scope(settings.get("SEARCH") or SearchScope.OPENING)
        self.database = database_name(settings)
        self._resources = AsyncExitStack()
        self._client: AsyncMongoClient[Document] | None = None
        self._writer: Writer | None = None
        self._knows: Callable[[], str | None] = lambda: None
        """Returns the embedded server's problem, if it has one."""
        self.on_connected: list[Callable[[], Awaitable[None]]] = []
        """Called as soon as there is a connection, before the collections are prepared."""
        self.before_writing: Callable[[Sequence[Article | Rejection]], Awaitable[None]] | None = None
        """Called before a batch of articles is written."""
        self.addresses = Addresses(self)
        self.walks = Walks(self)
        self.visits = Visits(self)
        self.runs = Runs(self)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Store:
        """The store of this crawl, shared by the spider, the pipelines and the run record."""
        if crawler not in cls._of_crawler:
            cls._of_crawler[crawler] = cls(crawler.settings)
        return cls._of_crawler[crawler]

    @property
    def is_open(self) -> bool:
        """Is the connection open?"""
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

        Waits while MongoDB is unavailable, for ``patience`` seconds if given. Raises :class:`StoreError` with
        a message for the user.
        """
        patience = self._start_patience if patience is None else patience
        # At DEBUG pymongo would log every command with the articles in it.
        logging.getLogger("pymongo").setLevel(logging.WARNING)
        uri, data = "", None
        try:
            uri = resolve_uri(self._settings) or ""
            if not uri:
                data = data_folder(self._settings)
                uri = await self._resources.enter_async_context(local_server(data))
                self._knows = partial(trouble, data)
            client = connect_async(uri)
            self._resources.push_async_callback(client.close)
            await patiently(lambda: check_version(client), patience, passing=is_away)
            self._client = client
            self._writer = self._make_writer(client, limit, ledger)
            for done in self.on_connected:
                await done()
            await patiently(lambda: self._prepare(client), patience, passing=is_away)
            if data and (sentence := await outgrown(client, self.database)):
                log.warning(sentence)
        except (ServerError, PyMongoError) as error:
            if not self.is_open:  # otherwise the closing of the spider closes it
                await self._resources.aclose()
            raise cannot_be_used(uri, error) from None
        self._writer.start()

    @property
    def _start_patience(self) -> float:
        """Seconds to wait at the start; few for a crawl by hand, as ``MONGODB_URI`` may be wrong."""
        patience = self._settings.getfloat("STORE_PATIENCE")
        return patience if self._settings.getbool("SCHEDULED") else min(patience, _START_PATIENCE)

    async def _prepare(self, client: AsyncMongoClient[Document]) -> None:
        databases = (_primary(client, name) for name in (self.database, f"{self.database}_ops"))
        await prepare(*databases)

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
            before=self.before_writing,
            limit=limit,
            ledger=ledger,
        )

    async def close(self) -> None:
        """Close the connection, and release the server that was started for it."""
        self._client = None
        await self._resources.aclose()

    @property
    def db(self) -> AsyncDatabase[Document]:
        """The database of the articles."""
        return _primary(self.client, self.database)

    @property
    def articles(self) -> AsyncCollection[Document]:
        """The collection of the articles."""
        return self.db["articles"]

    @property
    def ops(self) -> AsyncDatabase[Document]:
        """The database of operations, ``<database>_ops``."""
        return _primary(self.client, f"{self.database}_ops")

    @property
    def tombstones(self) -> Tombstones:
        """The tombstones of forgotten articles."""
        return Tombstones(self.db)

    async def patiently(self, operation: Callable[[], Awaitable[T]]) -> T:
        """The result of an idempotent operation; waits while MongoDB is unavailable, as the writer does.

        If it stays unavailable, ends the crawl and raises :class:`StoreDownError`.
        """
        patience = 0.0 if self.writer.error else self._settings.getfloat("STORE_PATIENCE")
        try:
            return await patiently(operation, patience, knows=self._knows)
        except StoreDownError as error:
            self.writer.give_up(error)
            raise

    async def asked(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Like :meth:`patiently`, for a spider's callbacks: ends the crawl without a traceback."""
        try:
            return await self.patiently(operation)
        except StoreDownError:
            raise CloseSpider(RunOutcome.STORE_DOWN) from None


def _primary(client: AsyncMongoClient[Document], name: str) -> AsyncDatabase[Document]:
    """A database that is read from the primary: a crawl acts on what it reads, and a secondary may lag."""
    return client.get_database(name, read_preference=ReadPreference.PRIMARY)
