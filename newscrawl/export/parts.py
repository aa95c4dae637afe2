"""Parquet files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from newscrawl.export.schema import COLUMNS, schema

GROUP = 5_000
"""Rows of a row group: about 10 MB of text, so that neither writer nor reader needs much memory."""
LEVEL = 3
"""Of zstd: 9 takes four times as long and saves a twentieth."""


class Part:
    """One file, written under a hidden name and renamed when it is complete.

    Used with ``with``; an exception inside leaves no file. A killed writer leaves ``.NAME.PID`` behind, which
    the next writer of the same part removes.
    """

    def __init__(self, path: Path, columns: tuple[str, ...] = COLUMNS) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema(columns)
        self._waiting: list[pa.RecordBatch] = []
        self._held = 0
        self._hidden = path.with_name(f".{path.name}.{os.getpid()}")

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(
            self._hidden, self._schema, compression="zstd", compression_level=LEVEL, write_statistics=True
        )
        return self

    def add(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows; they are written by row groups of :data:`GROUP`."""
        for batch in batches:
            self._waiting.append(batch)
            self._held += batch.num_rows
            self.rows += batch.num_rows
            if self._held >= GROUP:
                self._flush()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema), row_group_size=GROUP)
        self._waiting, self._held = [], 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._flush()
            self._writer.close()
            if error is None:
                self._hidden.replace(self.path)
                for left in self.path.parent.glob(f".{self.path.name}.*"):
                    left.unlink(missing_ok=True)
        finally:
            self._hidden.unlink(missing_ok=True)
