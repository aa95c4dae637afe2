"""Files of articles, written whole or not at all: Parquet, JSON Lines and CSV."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from newscrawl.export.rows import to_documents
from newscrawl.export.schema import COLUMNS, schema

GROUP = 5_000
"""Number of rows in a row group: about 10 MB of text, so that neither writer nor reader needs much memory."""
LEVEL = 3
"""Compression level of zstd: level 9 takes four times as long, and saves 5 %."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheets treat a cell that begins with one of these characters as a formula."""


class ExportFile(ABC):
    """A file that is written under a hidden name and renamed when it is complete.

    It is a context manager; an exception inside leaves no file. A killed writer leaves ``.NAME.PID`` behind,
    which the next writer of the same file removes.
    """

    def __init__(self, path: Path, columns: tuple[str, ...] = COLUMNS) -> None:
        self.path = path
        self.columns = columns
        self.rows = 0
        self._hidden = path.with_name(f".{path.name}.{os.getpid()}")

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._open(self._hidden)
        return self

    def add(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows."""
        for batch in batches:
            self.rows += batch.num_rows
            self._write(batch)

    @abstractmethod
    def _open(self, path: Path) -> None: ...

    @abstractmethod
    def _write(self, batch: pa.RecordBatch) -> None: ...

    @abstractmethod
    def _close(self, complete: bool) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close(error is None)
            if error is None:
                self._hidden.replace(self.path)
                for left in self.path.parent.glob(f".{self.path.name}.*"):
                    left.unlink(missing_ok=True)
        finally:
            self._hidden.unlink(missing_ok=True)


class Parquet(ExportFile):
    """A Parquet file: the schema of all exports, zstd, row groups of :data:`GROUP` rows."""

    def _open(self, path: Path) -> None:
        self._schema = schema(self.columns)
        self._waiting: list[pa.RecordBatch] = []
        self._held = 0
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=LEVEL)

    def _write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._held += batch.num_rows
        if self._held >= GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema), row_group_size=GROUP)
        self._waiting, self._held = [], 0

    def _close(self, complete: bool) -> None:
        try:
            if complete:
                self._flush()
        finally:
            self._writer.close()


class JsonLines(ExportFile):
    """A JSON Lines file: one document per line, in UTF-8; instants as ``2024-03-27T14:30:00Z``."""

    def _open(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def _write(self, batch: pa.RecordBatch) -> None:
        write_json_lines(self._file, to_documents(batch))

    def _close(self, complete: bool) -> None:
        self._file.close()


class Csv(ExportFile):
    """A CSV file for spreadsheets: UTF-8 with a byte order mark, CRLF, no cell that is a formula.

    Parts of a document become columns (``published.precision``); a list becomes a cell with JSON.
    """

    def _open(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._names = list(_flat_names(schema(self.columns)))
        self._csv = csv.writer(self._file)
        self._csv.writerow(self._names)

    def _write(self, batch: pa.RecordBatch) -> None:
        for document in to_documents(batch):
            cells = dict(_flat(document))
            self._csv.writerow([_cell(cells.get(name)) for name in self._names])

    def _close(self, complete: bool) -> None:
        self._file.close()


WRITERS: Mapping[str, type[ExportFile]] = {"parquet": Parquet, "jsonl": JsonLines, "csv": Csv}
"""Format (also the suffix) → the class that writes it."""


def write_json_lines(file: TextIO, documents: Iterable[Mapping[str, Any]]) -> None:
    """Write documents as JSON, one per line.

    >>> import sys
    >>> write_json_lines(sys.stdout, [{"title": "خبر", "seen": dt.datetime(2024, 3, 27, tzinfo=dt.UTC)}])
    {"title": "خبر", "seen": "2024-03-27T00:00:00Z"}
    """
    for document in documents:
        file.write(json.dumps(document, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> str:
    """A value for which JSON has no type, as text."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _flat_names(fields: Iterable[pa.Field], path: str = "") -> Iterator[str]:
    for field in fields:
        if pa.types.is_struct(field.type):
            yield from _flat_names(field.type, f"{path}{field.name}.")
        else:
            yield path + field.name


def _flat(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield path + name, value


def _cell(value: Any) -> Any:
    """A value as the text of a cell.

    >>> [_cell(value) for value in (None, ["ماء", "مطر"], "=HYPERLINK(1)", 24)]
    ['', '["ماء", "مطر"]', "'=HYPERLINK(1)", 24]
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    if isinstance(value, dt.datetime | bytes):
        return _plain(value)
    if isinstance(value, str):
        # Spreadsheets may skip spaces and invisible marks before the sign.
        return f"'{value}" if value.lstrip(" \ufeff\u200e\u200f").startswith(_FORMULA) else value
    return value
