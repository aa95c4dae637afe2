"""Where archive files are: a folder on this machine, and a store that ``fsspec`` can reach."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from newscrawl.archive.names import OPEN, SUFFIX, Name
from newscrawl.files import open_regular

__all__ = [
    "ArchiveFile",
    "ArchiveStore",
    "ArchiveStoreError",
    "ArchiveStoreUnavailableError",
    "Folder",
    "Place",
    "open_store",
]


class ArchiveStoreError(Exception):
    """The store of an archive cannot be used; the message is one sentence."""


class ArchiveStoreUnavailableError(ArchiveStoreError):
    """The store cannot serve a request now, but may do so later."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file of an archive."""

    name: str
    """Its name, as in ``articles.raw.archive``."""
    parsed_name: Name
    size: int
    """Its size in bytes."""
    is_open: bool = False
    """Is it unfinished, because it is being written or its run was killed?"""


class Place(Protocol):
    """A place with archive files."""

    def files(self, site: str | None = None) -> Iterator[ArchiveFile]:
        """The files here, of one site or all: ordered by site, the oldest first."""

    def open(self, name: str) -> BinaryIO:
        """A file, open for reading. Raises ``FileNotFoundError``."""

    def has(self, name: str) -> bool:
        """Is there a file of this name?"""

    def remove(self, name: str) -> None:
        """Remove a file, if it still exists."""


OWN = ".newscrawl"
"""The folder for our own data, when none is configured."""


class Folder:
    """A folder on this machine, or one that several machines share; only its user may read it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return str(self.path)

    def make(self, site: str) -> None:
        """Make the folder of a site. Raises ``OSError``."""
        # The parents of a configured folder are not created: if its disk is not mounted, another disk must
        # not be filled in its place. Only the default folder is created with its parents.
        own = [self.path.parent] if self.path.parent.name == OWN else []
        for folder in (*own, self.path, self.path / site):
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)

    def path_of(self, name: str) -> Path:
        """The path of a finished file."""
        return self.path / name

    def files(self, site: str | None = None, *, ending: str = f"{SUFFIX}*") -> Iterator[ArchiveFile]:
        """The files here, of one site or all: ordered by site, the oldest first.

        ``ending`` is the pattern of their names' endings, to select only finished or only unfinished files.
        """
        here = []
        for path in self.path.glob(f"{site or '*'}/*{ending}"):
            name = path.relative_to(self.path).as_posix()
            parsed = Name.parse(name)
            with suppress(FileNotFoundError):
                if parsed:
                    is_open = name.endswith(OPEN)
                    here.append(ArchiveFile(name.removesuffix(OPEN), parsed, path.stat().st_size, is_open))
        yield from sorted(here, key=lambda file: file.parsed_name)

    def open(self, name: str) -> BinaryIO:
        """A file, open for reading, even while it is being written. Raises ``FileNotFoundError``."""
        for _ in range(2):  # the file may be finished between the two tries
            for path in (self.path / name, self.path / (name + OPEN)):
                with suppress(FileNotFoundError):
                    return open_regular(path)
        raise FileNotFoundError(name)

    def has(self, name: str) -> bool:
        """Is there a file of this name, finished or not?"""
        # The finished file is checked again, because the file may have been finished in between.
        return any((self.path / given).exists() for given in (name, name + OPEN, name))

    def remove(self, name: str) -> None:
        """Remove a file, if it still exists."""
        (self.path / name).unlink(missing_ok=True)


class ArchiveStore:
    """A folder in a file system that ``fsspec`` supports."""

    def __init__(self, files: Any, root: str, address: str) -> None:
        self._files = files
        self._root = root.rstrip("/")
        self._address = address

    def __str__(self) -> str:
        return self._address

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Turn any exception of the file system into a sentence."""
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ArchiveStoreUnavailableError(f"{self._address}: {reason}") from error

    def files(self, site: str | None = None) -> Iterator[ArchiveFile]:
        """The files here, of one site or all: ordered by site, the oldest first."""
        root = self._at(site) if site else self._root
        with self._asked():
            self._files.invalidate_cache()
            there = self._files.find(root, detail=True)
        here = []
        for path, info in there.items():
            name = path[len(self._root) :].lstrip("/") if path.startswith(self._root) else ""
            if (parsed := Name.parse(name)) and not name.endswith(OPEN):
                here.append(ArchiveFile(name, parsed, int(info["size"])))
        yield from sorted(here, key=lambda file: file.parsed_name)

    def open(self, name: str) -> BinaryIO:
        """A file, open for reading. Raises ``FileNotFoundError``."""
        with self._asked():
            return cast(BinaryIO, self._files.open(self._at(name), "rb"))

    def put(self, path: Path, name: str) -> None:
        """Copy a file here, replacing one of that name.

        Raises :class:`ArchiveStoreUnavailableError`, also if only a part arrived.
        """
        if not path.exists():
            raise FileNotFoundError(path)
        with self._asked():
            self._files.makedirs(self._at(name).rpartition("/")[0], exist_ok=True)
            self._files.put_file(str(path), self._at(name))
            self._files.invalidate_cache()
            size = self._files.info(self._at(name))["size"]
            if size != path.stat().st_size:
                raise OSError(f"only {size} of the {path.stat().st_size} bytes of {name} arrived")

    def has(self, name: str) -> bool:
        """Is there a file of this name?"""
        with self._asked():
            return bool(self._files.exists(self._at(name)))

    def remove(self, name: str) -> None:
        """Remove a file, if it still exists."""
        with suppress(FileNotFoundError), self._asked():
            self._files.rm_file(self._at(name))


def open_store(address: str) -> ArchiveStore:
    """The store at an address such as ``s3://bucket/news`` or ``file:///mnt/archive``; sends no request yet.

    Raises :class:`ArchiveStoreError` if a package is missing or the address is not valid.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise ArchiveStoreError(
            f"ARCHIVE_STORE={address} needs fsspec: pip install fsspec, and s3fs for s3://"
        ) from None
    try:
        files, root = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise ArchiveStoreError(
            f"ARCHIVE_STORE={address} cannot be used: {error}; check the address and its credentials"
        ) from None
    return ArchiveStore(files, root, address)
