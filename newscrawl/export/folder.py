"""A folder of articles: its files, its manifest, and the step from one state to the next.

New files are written to ``.staging``. Then the journal ``.commit.json`` lists the steps, and the files are
moved to their places, the manifest last. A writer that is killed before the journal is complete has changed
nothing; if it is killed later, the next writer completes its steps.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

MANIFEST = "manifest.json"
CARD = "README.md"
DATA = "data"
NO_DAY = "no-day"
"""The partition of articles without an exact day."""
_STAGING, _JOURNAL, _LOCK = ".staging", ".commit.json", ".lock"
LAYOUT = 1
"""Version of this layout."""


class FolderError(ValueError):
    """A folder cannot be used; the message gives the remedy."""


@dataclass(slots=True, kw_only=True)
class Manifest:
    """The content of a folder of articles, and how it was made."""

    layout: int = LAYOUT
    newscrawl: str = ""
    """The version of newscrawl that wrote it."""
    schema: int = 0
    """The version of the stored fields."""
    written_at: str = ""
    """Moment, UTC: ``2024-03-27T14:30:00Z``."""
    seen_until: str = ""
    """The server's time when reading began, UTC; later changes are not in the folder."""
    format: str = "parquet"
    by: str = "month"
    """How the files are partitioned: ``month``, ``source`` or ``none``."""
    columns: list[str] = field(default_factory=list)
    choice: dict[str, Any] = field(default_factory=dict)
    """The choice of articles, see :class:`newscrawl.choice.Choice`."""
    splits: dict[str, Any] = field(default_factory=dict)
    """The split, see :class:`newscrawl.export.splits.Splits`; empty if there is none."""
    files: list[dict[str, Any]] = field(default_factory=list)
    """``path`` in the folder, ``rows``, ``bytes`` and ``sha256`` of each."""

    @property
    def rows(self) -> int:
        """The number of articles."""
        return sum(int(file["rows"]) for file in self.files)

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """The manifest of a folder; None if it has none.

        Raises :class:`FolderError` for a manifest that cannot be read or has a later version.
        """
        try:
            values = json.loads((folder / MANIFEST).read_text("utf-8"))
            if values["layout"] > LAYOUT:
                raise FolderError(f"{folder / MANIFEST} was written by a newer newscrawl: upgrade this one")
            return cls(**values)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, FolderError):
                raise
            raise FolderError(
                f"{folder / MANIFEST} cannot be read: {error}; export to an empty folder"
            ) from None


def files(folder: Path) -> list[Path]:
    """The Parquet files of a folder: those in its manifest, or without a manifest all files below the folder.

    Raises :class:`FolderError` if there are none, or if they cannot be read.
    """
    manifest = Manifest.of(folder)
    if manifest is None:
        paths = sorted(path for path in folder.rglob("*.parquet") if not _is_hidden(path, folder))
        if not paths:
            raise FolderError(
                f"there are no Parquet files in {folder}; name a folder that `scrapy export` wrote"
            )
        return paths
    if manifest.format != "parquet":
        raise FolderError(f"{folder} holds {manifest.format} files; export it again with --format parquet")
    if (folder / _JOURNAL).exists():
        raise FolderError(f"an export to {folder} was cut short; run it again to complete it")
    return [folder / file["path"] for file in manifest.files]


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


@contextmanager
def changing(folder: Path) -> Iterator[Path]:
    """Lock a folder for a change, complete any interrupted change, and yield the staging folder.

    Raises :class:`FolderError` while another process changes the folder, and for a folder with other files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderError(f"another export is writing to {folder}; wait for it") from None
        _finish(folder)
        if Manifest.of(folder) is None and any(not path.name.startswith(".") for path in folder.iterdir()):
            raise FolderError(f"{folder} holds files that no export wrote; name an empty folder")
        staging = folder / _STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
        finally:
            if not (folder / _JOURNAL).exists():
                shutil.rmtree(staging, ignore_errors=True)


def commit(folder: Path, manifest: Manifest, card: str) -> None:
    """Move the staged files to their places, with this manifest; remove files that it does not name."""
    staging = folder / _STAGING
    (staging / CARD).write_text(card, "utf-8")
    (staging / MANIFEST).write_text(
        json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n", "utf-8"
    )
    staged = [str(path.relative_to(staging)) for path in staging.rglob("*") if path.is_file()]
    before = Manifest.of(folder)
    kept = {file["path"] for file in manifest.files}
    gone = [file["path"] for file in (before.files if before else []) if file["path"] not in kept]
    # The manifest comes last, so that a reader who uses it finds all files that it names.
    steps = {"move": sorted(staged, key=lambda name: (name == MANIFEST, name)), "remove": gone}
    hidden = staging / _JOURNAL
    with hidden.open("w", encoding="utf-8") as journal:
        json.dump(steps, journal)
        journal.flush()
        os.fsync(journal.fileno())
    hidden.replace(folder / _JOURNAL)
    _finish(folder)


def _finish(folder: Path) -> None:
    """Complete the remaining steps of the journal."""
    journal, staging = folder / _JOURNAL, folder / _STAGING
    if not journal.exists():
        return
    steps = json.loads(journal.read_text("utf-8"))
    for name in steps["move"]:
        if (staging / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).replace(folder / name)
    for name in steps["remove"]:
        (folder / name).unlink(missing_ok=True)
    journal.unlink()


def described(path: Path, name: str, rows: int) -> dict[str, Any]:
    """The manifest's entry for a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": name, "rows": rows, "bytes": path.stat().st_size, "sha256": digest}
