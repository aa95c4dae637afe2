"""Reads the data files of this package: tab-separated, with a header line and ``#`` comments."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["rows"]


def rows(name: str, columns: tuple[str, ...], path: Traversable | None = None) -> Iterator[tuple[str, ...]]:
    """The named columns of each row of a table: of the shipped table with this name, or of the one at
    ``path``.

    Example: ``rows("words.tsv", ("kind", "value"))``.
    Raises ``ValueError`` with file, line and remedy when a column is missing.
    """
    source = path if path is not None else files(__package__).joinpath(name)
    where: list[int] | None = None
    for number, line in enumerate(source.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if where is None:
            missing = [column for column in columns if column not in cells]
            if missing:
                raise ValueError(
                    f"{name}, line {number}: no column {', '.join(missing)} in the header {cells}; "
                    f"name the columns in the first line, separated by tabs"
                )
            where = [cells.index(column) for column in columns]
        elif len(cells) <= max(where):
            raise ValueError(
                f"{name}, line {number}: {line!r} has {len(cells)} cells; it needs {', '.join(columns)}, "
                f"separated by tabs"
            )
        else:
            yield tuple(cells[index] for index in where)
