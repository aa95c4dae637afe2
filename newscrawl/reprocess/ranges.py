"""Ranges of files: the pieces into which the work is divided, so that a failure costs one piece only."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from newscrawl.files import open_regular

BYTES = 64_000_000
"""Bytes of a compressed file in one range: about 4,000 pages, or 20 seconds of work if all are wanted."""


class NoSuchInputError(ValueError):
    """A file or an address cannot be opened for reading; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Range:
    """The records of a file that begin between two offsets, in bytes."""

    path: str
    """A path on this machine, or an address that ``fsspec`` knows (``https://…``, ``s3://…``)."""
    start: int
    end: int
    archive: str = ""
    """For a file of our archive: its name there, as in ``articles.raw.archive``."""

    @property
    def id(self) -> str:
        """An identifier for use in file names; ranges of different files have different ones.

        >>> Range("/srv/CC-NEWS-20160826124520-00000.warc.gz", 0, 64_000_000).id
        'CC-NEWS-20160826124520-00000-3a9ad920-000000000000'
        """
        stem = Path(self.path).name.split(".")[0][:80]
        mark = hashlib.blake2b(self.path.encode(), digest_size=4).hexdigest()
        return f"{stem}-{mark}-{self.start:012d}"


def is_remote(path: str) -> bool:
    """Is it an address, not a path?

    >>> is_remote("https://data.example/CC-NEWS-1.warc.gz"), is_remote("/srv/CC-NEWS-1.warc.gz")
    (True, False)
    """
    return "://" in path


def open_input(path: str) -> BinaryIO:
    """A file, open for reading. Raises :class:`NoSuchInputError`."""
    try:
        if is_remote(path):
            return cast(BinaryIO, _fsspec().open(path, "rb").open())
        return open_regular(path)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or error
        raise NoSuchInputError(f"{path} cannot be read: {problem}") from None


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError:
        raise ValueError('an address needs fsspec: pip install "fsspec[http]", and s3fs for s3://') from None
    return fsspec


def size_of(path: str) -> int:
    """The size of a file in bytes. Raises :class:`NoSuchInputError`."""
    with open_input(path) as file:
        return file.seek(0, 2)


def inputs(named: Iterable[str]) -> list[str]:
    """The files that are named by paths, patterns (``CC-NEWS-2016*.warc.gz``), folders and addresses, in
    order.

    Raises :class:`NoSuchInputError` for a name that matches no file.
    """
    paths: list[str] = []
    for name in named:
        if is_remote(name):
            paths.append(name)
            continue
        path = Path(name)
        some = sorted(path.rglob("*.warc*")) if path.is_dir() else sorted(map(Path, glob.glob(name)))  # noqa: PTH207 - a pattern may be absolute
        if not some:
            raise NoSuchInputError(f"{name} names no file; give a WARC file, a folder or a pattern of them")
        paths += [str(each.absolute()) for each in some if each.is_file()]
    return list(dict.fromkeys(paths))


def ranges(paths: Iterable[str], size: int = BYTES) -> Iterator[Range]:
    """The ranges of these files, in order. Raises :class:`NoSuchInputError`."""
    for path in paths:
        whole = size_of(path)
        for start in range(0, max(whole, 1), size):
            yield Range(path, start, min(start + size, whole))
