"""Updates a data set from its collection: articles that were added, changed, linked, removed or forgotten."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pymongo.database import Database

from newscrawl.choice import Choice, every
from newscrawl.export.card import COUNTED, Counts, card
from newscrawl.export.dataset import Show, described_by, export, path_of
from newscrawl.export.folder import NO_DAY, FolderError, Manifest, changing, commit, described
from newscrawl.export.parts import Parquet
from newscrawl.export.reading import AT_ONCE, MongoArticles
from newscrawl.export.schema import schema
from newscrawl.export.splits import Splits

OVERLAP = dt.timedelta(hours=1)
"""An update reads changes from this long before the previous reading: a change carries the moment when a
crawl made it, but the crawl may have waited for MongoDB before it could send it."""
MOST = 50_000
"""Maximum number of changed articles, which are held in memory; if there are more, everything is exported
anew."""


@dataclass(slots=True)
class ChangeCounts:
    """How many articles of a data set were added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


def follow(
    folder: Path,
    address: str | Database[Any] | None = None,
    *,
    database: str | None = None,
    show: Show | None = None,
) -> ChangeCounts:
    """Bring a data set up to date with its collection; a repeated call changes nothing.

    ``address`` and ``database`` are those of :func:`newscrawl.export.articles`. The choice, columns,
    partitions and splits are those of the first export. Fields that every visit changes (``last_seen_at``,
    ``checked_at``) keep their values from the last real change of the article. Raises :class:`FolderError`
    for a folder that no export wrote, or whose files are not Parquet.
    """
    with changing(folder) as staging:
        before = Manifest.of(folder)
        if before is None or before.format != "parquet":
            raise FolderError(f"{folder} is not a Parquet data set: export one first, then use --follow")
        articles = MongoArticles.of(address, database, Choice.of(before.choice), tuple(before.columns))
        splits = Splits.of_manifest(before.splits)
        since = dt.datetime.fromisoformat(before.seen_until) - OVERLAP
        seen_until = articles.now()
        gone = articles.touched(since)
        if len(gone) <= MOST:
            update = _Update(folder, staging, before, _arrivals(articles, since, before.by, splits))
            update.gone = gone
            manifest = described_by(articles, before.format, before.by, splits, seen_until)
            manifest.files = list(update.files(show))
            commit(folder, manifest, card(manifest, _counted(folder, staging, manifest), articles.sources()))
            return update.changes
    rows = before.rows
    after = export(articles, folder, by=before.by, splits=splits, show=show)
    return ChangeCounts(changed=min(rows, after.rows), added=max(0, after.rows - rows))


def _arrivals(
    articles: MongoArticles, since: dt.datetime, by: str, splits: Splits | None
) -> Mapping[str, pa.Table]:
    """File → the changed articles of the choice that belong in it."""
    by_place: dict[str, list[pa.RecordBatch]] = defaultdict(list)
    for batch in articles.batches(every(articles.choice.query(), {"updated_at": {"$gte": since}})):
        places = pa.array([_place(row, by, splits) for row in _keys(batch)], pa.string())
        for place in pc.unique(places).to_pylist():
            by_place[place].append(batch.filter(pc.equal(places, place)))
    return {place: pa.Table.from_batches(batches) for place, batches in by_place.items()}


def _keys(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = batch.select(["day", "source", "story"]).to_pylist()
    return rows


def _place(row: Mapping[str, Any], by: str, splits: Splits | None) -> str:
    """The file in which an article belongs."""
    if by == "none":
        name = "articles"
    elif row["day"] is None:
        name = NO_DAY
    else:
        name = f"{row['day']:%Y-%m}" if by == "month" else quote(row["source"], safe="")
    return path_of(name, splits.side(row["story"] or "") if splits else "", "parquet")


class _Update:
    """Rewrites the files in which something changes."""

    def __init__(
        self, folder: Path, staging: Path, before: Manifest, arrivals: Mapping[str, pa.Table]
    ) -> None:
        self.changes = ChangeCounts()
        self.gone: set[str] = set()
        self._folder, self._staging = folder, staging
        self._files = {file["path"]: file for file in before.files}
        self._columns = tuple(before.columns)
        self._arrivals = arrivals

    def files(self, show: Show | None) -> Iterator[dict[str, Any]]:
        """The manifest's entries for the files after the change."""
        after = {id_: state for table in self._arrivals.values() for id_, state in _states(table).items()}
        before: dict[str, int] = {}
        touched = pa.array(sorted(self.gone | after.keys()), pa.string())
        places = sorted({*self._files, *self._arrivals})
        for done, place in enumerate(places):
            known = self._files.get(place)
            there = _states(self._touched_rows(place, touched)) if known else {}
            arriving = self._arrivals.get(place)
            before |= there
            if known and there == (_states(arriving) if arriving else {}):
                yield known
            elif written := self._written(place, touched, arriving):
                yield written
            if show:
                show(done + 1, len(places))
        self.changes.added = len(after.keys() - before.keys())
        self.changes.removed = len(before.keys() - after.keys())
        self.changes.changed = sum(before[id_] != after[id_] for id_ in before.keys() & after.keys())

    def _touched_rows(self, place: str, touched: pa.Array) -> pa.Table:
        """The rows of a file whose articles have changed. Does not read the others."""
        ids = pq.read_table(self._folder / place, columns=["_id"], partitioning=None)
        if not pc.any(pc.is_in(ids["_id"], touched)).as_py():
            return ids.slice(0, 0)
        return pq.read_table(
            self._folder / place, filters=pc.is_in(pc.field("_id"), touched), partitioning=None
        )

    def _written(self, place: str, touched: pa.Array, arriving: pa.Table | None) -> dict[str, Any] | None:
        """The entry of the rewritten file, with its unchanged rows and the new rows; None if it is empty."""
        path = self._staging / place
        with Parquet(path, self._columns) as part:
            if place in self._files:
                part.add(self._kept(place, touched))
            if arriving is not None:
                part.add(arriving.to_batches(AT_ONCE))
        if not part.rows:
            path.unlink()
            return None
        return described(path, place, part.rows)

    def _kept(self, place: str, touched: pa.Array) -> Iterator[pa.RecordBatch]:
        wanted = schema(self._columns)
        for batch in pq.ParquetFile(self._folder / place).iter_batches(AT_ONCE):
            kept = batch.filter(pc.invert(pc.is_in(batch["_id"], touched)))
            yield kept.cast(wanted)


def _states(table: pa.Table) -> dict[str, int]:
    """``_id`` → a hash of the whole row."""
    return {row["_id"]: hash(repr(row)) for batch in table.to_batches(AT_ONCE) for row in batch.to_pylist()}


def _counted(folder: Path, staging: Path, manifest: Manifest) -> Counts:
    """The counts of all files of a manifest, including staged files."""
    counts = Counts()
    for file in manifest.files:
        new = staging / file["path"]
        path = new if new.exists() else folder / file["path"]
        for batch in pq.ParquetFile(path).iter_batches(AT_ONCE * 10, columns=list(COUNTED)):
            counts.add(batch)
    return counts
