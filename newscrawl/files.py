"""Opens files that a command line or a setting names: only regular files of a limited size.

Reading a pipe or a device as if it were a file may never begin, or never end.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["LARGEST", "open_regular", "read_regular"]

LARGEST = 20_000_000
"""Maximum bytes of a file that is read whole, unless the caller sets another limit."""

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A regular file, opened for reading.

    Raises ``OSError``, whose ``strerror`` says what is wrong, also for a path that is not a regular file:
    ``it is a pipe, not a regular file``. Never blocks.
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
    """The bytes of a regular file, at most ``largest``; raises ``OSError`` as :func:`open_regular` does."""
    with open_regular(path) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"it has more than {largest} bytes", str(Path(path)))
    return content
