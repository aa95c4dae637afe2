"""A data set: a folder of files by month or source, with a card and a manifest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

import newscrawl
from newscrawl.choice import Query, every
from newscrawl.export.card import Counts, card
from newscrawl.export.folder import DATA, NO_DAY, Manifest, changing, commit, described
from newscrawl.export.parts import WRITERS, ExportFile
from newscrawl.export.reading import NEEDED, Articles
from newscrawl.export.splits import Splits
from newscrawl.items import SCHEMA_VERSION

Show = Callable[[int, int], None]
"""A function to call with the done and the total number of articles."""


def partitions(articles: Articles, by: str) -> Iterator[tuple[str, Query, str]]:
    """The partitions of a choice: for each its name, the query for its articles, and the field that orders
    them.

    >>> list(partitions(articles(...), "month"))                              # doctest: +SKIP
    [('2024-03', {'day': {'$gte': '2024-03-01', '$lte': '2024-03-31'}}, 'day'), ('no-day', {'day': None}, '')]
    """
    chosen = articles.choice.query()
    if by == "none":
        yield "articles", chosen, ""
        return
    if by == "month":
        for month in _months(articles, chosen):
            yield month, every(chosen, {"day": {"$gte": f"{month}-01", "$lte": f"{month}-31"}}), "day"
    else:
        for source in articles.values("source", chosen):
            own = every(chosen, {"source": source}, {"day": {"$ne": None}})
            yield quote(source, safe=""), own, "day"
    yield NO_DAY, every(chosen, {"day": None}), ""


def _months(articles: Articles, chosen: Query) -> Iterator[str]:
    """Every month from the first day to the last."""
    first, last = articles.bounds("day", chosen)
    if first is None or last is None:
        return
    for at in range(_ordinal(first), _ordinal(last) + 1):
        year, month = divmod(at, 12)
        yield f"{year:04}-{month + 1:02}"


def _ordinal(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7]) - 1


@dataclass(slots=True)
class PartitionFiles:
    """The open files of one partition, one for each side of a split."""

    folder: Path
    name: str
    format: str
    columns: tuple[str, ...]
    splits: Splits | None
    written: list[dict[str, Any]] = field(default_factory=list)
    _open: dict[str, ExportFile] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> PartitionFiles:
        self._stack.__enter__()
        return self

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows, each to the file of its side."""
        for side, rows in self._sides(batch):
            if rows.num_rows:
                self._file(side).add([rows])

    def _sides(self, batch: pa.RecordBatch) -> Iterable[tuple[str, pa.RecordBatch]]:
        if self.splits is None:
            return [("", batch)]
        sides = pa.array([self.splits.side(story or "") for story in batch["story"].to_pylist()], pa.string())
        return [(side, batch.filter(pc.equal(sides, side))) for side in self.splits.names]

    def _file(self, side: str) -> ExportFile:
        if side not in self._open:
            path = self.folder / path_of(self.name, side, self.format)
            self._open[side] = self._stack.enter_context(WRITERS[self.format](path, self.columns))
        return self._open[side]

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)
        if error[0] is None:
            self.written = [
                described(file.path, str(file.path.relative_to(self.folder)), file.rows)
                for file in self._open.values()
            ]


def path_of(partition: str, side: str, format_: str) -> str:
    """The path of a partition's file in its folder.

    >>> path_of("2024-03", "train", "parquet")
    'data/train/2024-03.parquet'
    """
    return "/".join(part for part in (DATA, side, f"{partition}.{format_}") if part)


def export(
    articles: Articles,
    folder: Path,
    *,
    format_: str = "parquet",
    by: str = "month",
    shares: Mapping[str, float] | None = None,
    splits: Splits | None = None,
    show: Show | None = None,
) -> Manifest:
    """Write articles to a folder as a data set, whole or not at all, in place of an earlier state.

    ``by`` is ``month``, ``source`` or ``none``. ``shares`` defines a new split by story; ``splits`` is an
    existing split. Raises ``ValueError`` if a column of ``NEEDED`` is missing, and :class:`FolderError` for a
    folder that cannot be used.
    """
    if missing := sorted(NEEDED - set(articles.columns)):
        raise ValueError(f"columns: a folder also needs {', '.join(missing)}; add them, or write one file")
    with changing(folder) as staging:
        seen_until = articles.now()
        if shares:
            splits = Splits.of(shares, _stories(articles))
        counts, written, total = Counts(), [], articles.count()
        for name, query, order in partitions(articles, by):
            with PartitionFiles(staging, name, format_, articles.columns, splits) as parts:
                for batch in articles.batches(query, order):
                    counts.add(batch)
                    parts.add(batch)
                    if show:
                        show(counts.articles, total)
            written += parts.written
        manifest = described_by(articles, format_, by, splits, seen_until)
        manifest.files = written
        commit(folder, manifest, card(manifest, counts, articles.sources()))
    return manifest


def _stories(articles: Articles) -> Iterator[str]:
    documents = articles.documents(articles.choice.query(), ("story",))
    return (document["story"] for document in documents)


def described_by(
    articles: Articles, format_: str, by: str, splits: Splits | None, seen_until: dt.datetime
) -> Manifest:
    """The manifest of a data set whose articles are now being read, without its files."""
    return Manifest(
        newscrawl=newscrawl.__version__,
        schema=SCHEMA_VERSION,
        written_at=written(dt.datetime.now(dt.UTC)),
        seen_until=written(seen_until),
        format=format_,
        by=by,
        columns=list(articles.columns),
        choice=articles.choice.given(),
        splits=asdict(splits) if splits else {},
    )


def written(moment: dt.datetime) -> str:
    """A moment as written in the manifest, UTC: ``2024-03-27T14:30:00.000Z``."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
