"""Files that a command line or a setting names: regular ones, of a bounded size.

A pipe or a device that is opened like a file never ends, or never begins.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["LARGEST", "open_regular", "read_regular"]

LARGEST = 20_000_000
"""Bytes of a file that is read whole, at most, unless its reader says otherwise."""

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A regular file, opened for reading.

    Raises ``OSError`` whose ``strerror`` says what is wrong, also for anything else that has a name:
    ``it is a pipe, not a regular file``. Never waits.
    """
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            kind = _KINDS.get(stat.S_IFMT(mode), "something else")
            raise OSError(errno.EINVAL, f"it is {kind}, not a regular file", os.fspath(path))
        return os.fdopen(fd, "rb")
    except BaseException:
        os.close(fd)
        raise


def read_regular(path: str | os.PathLike[str], largest: int = LARGEST) -> bytes:
    """What is in a regular file of at most ``largest`` bytes; raises ``OSError`` as :func:`open_regular`."""
    with open_regular(path) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it has more than {largest} bytes", str(Path(path)))
    return content
