"""The first worker of a crawl, forked from it before it starts: what both need is imported once.

Starting Python and importing it again takes 0.4 s. Only a process without threads can be forked safely, so
whoever replaces this worker is started as a program of its own.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from dataclasses import dataclass

from newscrawl.collecting import leave_alone
from newscrawl.workers import articles, lists, worker

__all__ = ["Ahead", "fork"]

_FOUND_BY_NAME = (articles, lists)
"""What a worker is asked for: imported here, so that it has them."""


@dataclass(slots=True)
class Ahead:
    """A worker that waits for its first page."""

    pid: int
    channel: socket.socket
    megabytes: int
    returncode: int | None = None
    """Its exit status, once it has ended."""


def fork(megabytes: int) -> Ahead | None:
    """A worker of so many megabytes, as a fork of this process; None where that is not safe."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    leave_alone()  # looking for cycles would copy the memory that both share
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    if pid := os.fork():
        theirs.close()
        return Ahead(pid, ours, megabytes)
    try:
        descriptor = theirs.detach()
        _let_go(descriptor)
        worker.main(descriptor, parent, megabytes * 2**20)
    finally:
        os._exit(0)


def _let_go(descriptor: int) -> None:
    """Leave to the parent what it has open, but for the standard output and this descriptor."""
    logging.root.handlers.clear()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf("SC_OPEN_MAX"))
