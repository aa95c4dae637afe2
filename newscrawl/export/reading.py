"""Reads articles in Python, in the same way from MongoDB and from an exported folder."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pymongo.database import Database
from pymongo.errors import PyMongoError

from newscrawl.choice import Choice, Query, every
from newscrawl.items import Article
from newscrawl.mongod.opening import cannot_be_used, connect, database_name, resolve_uri
from newscrawl.stored import names

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from pymongo.collection import Collection as Stored

    Opened = AbstractContextManager[Database[Any]]
    """The database of the articles, open as long as it is read."""

Document = Mapping[str, Any]
"""One article: field → value, as ``docs/data.md`` describes them."""

COLUMNS = names(Article, lambda says: not says.internal)
"""All fields for readers, ``_id`` first."""
NEEDED = frozenset(
    {"_id", "source", "source_name", "site", "country", "day", "duplicate_of", "story", "updated_at"}
)
"""The columns of every data set, which its card, splits and updates need."""
TEXT = frozenset({"title", "lede", "body", "byline", "dateline", "images"})
"""The columns with the newspaper's own words, which not everybody may pass on."""
AT_ONCE = 1_000
"""Number of articles in memory at a time."""


class Articles(ABC):
    """A choice of articles, which each use reads anew.

    Iteration gives documents as MongoDB holds them: days are strings ``YYYY-MM-DD``, instants are aware
    ``datetime`` objects in UTC. In Arrow and in frames, days are dates (``date32``). The order is that of the
    store.
    """

    def __init__(self, choice: Choice, columns: tuple[str, ...] = COLUMNS) -> None:
        if unknown := [name for name in columns if name not in ALL_COLUMNS]:
            raise ValueError(f"columns={unknown[0]!r} is not a field of an article; docs/data.md lists them")
        self.choice = choice
        self.columns = columns

    @abstractmethod
    def documents(self, query: Query, columns: tuple[str, ...], order: str = "") -> Iterator[Document]:
        """The documents that a query finds, with only these fields, in ascending order of the field
        ``order``.
        """

    @abstractmethod
    def batches(self, query: Query | None = None, order: str = "") -> Iterator[pa.RecordBatch]:
        """The articles of a query (default: the choice) as Arrow record batches of about a thousand rows."""

    @abstractmethod
    def values(self, field: str, query: Query) -> list[Any]:
        """The distinct values of a field among the articles of a query, sorted, without null."""

    @abstractmethod
    def bounds(self, field: str, query: Query) -> tuple[Any, Any]:
        """The lowest and highest value of a field in a query's articles; two None without articles."""

    @abstractmethod
    def count(self) -> int:
        """The number of articles."""

    @abstractmethod
    def now(self) -> dt.datetime:
        """The moment up to which changes are visible, UTC."""

    @abstractmethod
    def sources(self) -> Mapping[str, Document]:
        """Spider → its document in the collection ``sources``."""

    def __iter__(self) -> Iterator[Document]:
        return self.documents(self.choice.query(), self.columns)

    def to_arrow(self) -> pa.Table:
        """All articles as an Arrow table."""
        import pyarrow as pa

        from newscrawl.export.schema import schema

        return pa.Table.from_batches(self.batches(), schema(self.columns))

    def to_polars(self) -> pl.DataFrame:
        """All articles as a polars frame."""
        import polars as pl

        frame = pl.from_arrow(self.to_arrow())
        assert isinstance(frame, pl.DataFrame)
        return frame

    def to_pandas(self) -> pd.DataFrame:
        """All articles as a pandas frame with Arrow's types, which preserve integers and days."""
        import pandas as pd

        return self.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)


ALL_COLUMNS = frozenset(names(Article, lambda says: not says.internal or says.read_back))


class MongoArticles(Articles):
    """The articles of a MongoDB database."""

    def __init__(self, choice: Choice, columns: tuple[str, ...], opened: Callable[[], Opened]) -> None:
        super().__init__(choice, columns)
        self.database = opened

    @classmethod
    def of(
        cls,
        address: str | Path | Database[Any] | None,
        database: str | None,
        choice: Choice,
        columns: tuple[str, ...],
    ) -> Self:
        """The articles at an address, in a PyMongo database, or at the environment's ``MONGODB_URI``."""
        if isinstance(address, Database):
            return cls(choice, columns, lambda: nullcontext(address))
        given = {"MONGODB_URI": str(address)} if address else {}
        uri = resolve_uri({**os.environ, **given}, "reading articles") or ""
        named = database or database_name(os.environ)
        return cls(choice, columns, lambda: _connected(uri, named))

    @contextmanager
    def _articles(self) -> Iterator[Stored[Any]]:
        with self.database() as db:
            yield db["articles"]

    def documents(self, query: Query, columns: tuple[str, ...], order: str = "") -> Iterator[Document]:
        """See :meth:`Articles.documents`; a field that an older version did not store gets its default."""
        from newscrawl.export.rows import filled

        for some in self._stored(query, columns, order):
            yield from (filled(doc, columns) for doc in some)

    def _stored(
        self, query: Query, columns: tuple[str, ...], order: str
    ) -> Iterator[tuple[Mapping[str, Any], ...]]:
        fields = dict.fromkeys(columns, 1) | ({} if "_id" in columns else {"_id": 0})
        with self._articles() as articles:
            cursor = articles.find(query, fields, batch_size=AT_ONCE)
            cursor = cursor.sort(order, 1) if order else cursor
            while some := tuple(itertools.islice(cursor, AT_ONCE)):
                yield some

    def batches(self, query: Query | None = None, order: str = "") -> Iterator[pa.RecordBatch]:
        """See :meth:`Articles.batches`."""
        from newscrawl.export.rows import from_documents

        chosen = self.choice.query() if query is None else query
        for some in self._stored(chosen, self.columns, order):
            yield from_documents(some, self.columns)

    def values(self, field: str, query: Query) -> list[Any]:
        """See :meth:`Articles.values`."""
        with self._articles() as articles:
            return sorted(value for value in articles.distinct(field, query) if value is not None)

    def bounds(self, field: str, query: Query) -> tuple[Any, Any]:
        """See :meth:`Articles.bounds`."""
        there = every(query, {field: {"$ne": None}})
        with self._articles() as articles:
            ends = [articles.find_one(there, {field: 1}, sort=[(field, way)]) for way in (1, -1)]
        return tuple(end and end[field] for end in ends)  # type: ignore[return-value]

    def count(self) -> int:
        """How many there are."""
        with self._articles() as articles:
            return articles.count_documents(self.choice.query())

    def now(self) -> dt.datetime:
        """The server's time."""
        with self.database() as db:
            moment: dt.datetime = db.client.admin.command("hello")["localTime"]
            return moment

    def touched(self, since: dt.datetime) -> set[str]:
        """The ``_id`` of all articles that were added, corrected, linked, removed or forgotten since."""
        changed = {"updated_at": {"$gte": since}}
        with self.database() as db:
            ids = {document["_id"] for document in db["articles"].find(changed, {"_id": 1})}
            for tombstone in db["forgotten"].find(changed, {"article": 1}):
                ids |= {tombstone["article"], tombstone["_id"]}
            return ids

    def sources(self) -> Mapping[str, Document]:
        """See :meth:`Articles.sources`."""
        with self.database() as db:
            return {document["_id"]: document for document in db["sources"].find()}


class FolderArticles(Articles):
    """The articles of a folder with exported Parquet files."""

    def __init__(self, choice: Choice, columns: tuple[str, ...], folder: Path) -> None:
        super().__init__(choice, columns)
        self.folder = folder

    def _scanner(self, query: Query, columns: tuple[str, ...]) -> Any:
        import pyarrow.dataset as ds

        from newscrawl.export.folder import files
        from newscrawl.export.matching import expression
        from newscrawl.export.schema import COLUMNS as KEPT
        from newscrawl.export.schema import schema

        files_ = ds.dataset([str(path) for path in files(self.folder)], schema=schema(KEPT), format="parquet")
        return files_.scanner(columns=list(columns), filter=expression(query), batch_size=AT_ONCE)

    def documents(self, query: Query, columns: tuple[str, ...], order: str = "") -> Iterator[Document]:
        """See :meth:`Articles.documents`."""
        from newscrawl.export.rows import to_documents

        for batch in self._batches(query, columns, order):
            yield from to_documents(batch)

    def batches(self, query: Query | None = None, order: str = "") -> Iterator[pa.RecordBatch]:
        """See :meth:`Articles.batches`."""
        return self._batches(self.choice.query() if query is None else query, self.columns, order)

    def _batches(self, query: Query, columns: tuple[str, ...], order: str) -> Iterator[pa.RecordBatch]:
        scanner = self._scanner(query, columns)
        if order:
            yield from scanner.to_table().sort_by(order).to_batches(AT_ONCE)
        else:
            yield from (batch for batch in scanner.to_batches() if batch.num_rows)

    def _column(self, field: str, query: Query) -> list[Any]:
        """The values of a field as MongoDB holds them, without null."""
        batches = self._batches(query, (field,), "")
        from newscrawl.export.rows import to_documents

        return [row[field] for batch in batches for row in to_documents(batch) if row[field] is not None]

    def values(self, field: str, query: Query) -> list[Any]:
        """See :meth:`Articles.values`."""
        return sorted(set(self._column(field, query)))

    def bounds(self, field: str, query: Query) -> tuple[Any, Any]:
        """See :meth:`Articles.bounds`."""
        values = self._column(field, query)
        return (min(values), max(values)) if values else (None, None)

    def count(self) -> int:
        """How many there are."""
        number: int = self._scanner(self.choice.query(), ("_id",)).count_rows()
        return number

    def now(self) -> dt.datetime:
        """The moment up to which the folder has all changes, UTC."""
        from newscrawl.export.folder import Manifest

        manifest = Manifest.of(self.folder)
        return dt.datetime.fromisoformat(manifest.seen_until) if manifest else dt.datetime.now(dt.UTC)

    def sources(self) -> Mapping[str, Document]:
        """Empty: in a folder, only the card has this."""
        return {}


@contextmanager
def _connected(uri: str, database: str) -> Iterator[Database[Any]]:
    """The open database; raises ``StoreError`` when MongoDB cannot be used."""
    try:
        with connect(uri) as client:
            yield client[database]
    except PyMongoError as error:
        raise cannot_be_used(uri, error) from None


def articles(
    address: str | Path | Database[Any] | None = None,
    *,
    columns: Iterable[str] | None = None,
    database: str | None = None,
    **choice: Any,
) -> Articles:
    """The articles of a MongoDB database or of an exported folder.

    ``address`` is ``mongodb://…``, a PyMongo database, or a folder; by default, the environment's
    ``MONGODB_URI``. ``database`` names the database at an address, by default ``MONGODB_DATABASE``. No server
    is started. ``columns`` lists fields of an article, by default all fields for readers. The other arguments
    are those of :meth:`Choice.parse`: ``source``, ``country``, ``section``, ``tag``, ``lang``, ``since`` and
    ``until`` (``2024-03-27``, or Hijri ``1445-09-17H``), ``intervals``, ``roots``, ``changed_since`` and
    ``sample``. For example the sports pages of Ramadan 1445 as a frame::

        articles(country="MA", section="رياضة", since="1445-09H", until="1445-09H").to_polars()

    Raises ``ValueError`` for an invalid argument, with its name and the remedy. Reading raises ``StoreError``
    when MongoDB cannot be used.
    """
    chosen = Choice.parse(**choice)
    wanted = COLUMNS if columns is None else tuple(dict.fromkeys(columns))
    if address is not None and not _is_mongodb(address):
        folder = Path(str(address))
        if not folder.is_dir():
            raise ValueError(
                f"{str(address)!r} is neither an address (mongodb://…) nor a folder; check its spelling"
            )
        return FolderArticles(chosen, wanted, folder)
    return MongoArticles.of(address, database, chosen, wanted)


def _is_mongodb(address: object) -> bool:
    return isinstance(address, Database) or str(address).startswith(("mongodb://", "mongodb+srv://"))
