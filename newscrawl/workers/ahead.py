"""The first worker of a crawl, forked before the crawl starts, so that shared modules are imported once.

Starting Python and importing them a second time takes 0.4 s. Only a process without threads can be forked
safely, so a replacement of this worker is started as a new program.
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

__all__ = ["SpareWorker", "fork"]

_FOUND_BY_NAME = (articles, lists)
"""The modules with the functions that a worker calls, imported before the fork."""


@dataclass(slots=True)
class SpareWorker:
    """A worker that waits for its first page."""

    pid: int
    channel: socket.socket
    megabytes: int
    returncode: int | None = None
    """Its exit status, once it has ended."""


def fork(megabytes: int) -> SpareWorker | None:
    """A worker with at most ``megabytes`` of memory, forked from this process; None if forking is unsafe."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    leave_alone()  # a search for reference cycles would copy the memory that both processes share
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    if pid := os.fork():
        theirs.close()
        return SpareWorker(pid, ours, megabytes)
    try:
        descriptor = theirs.detach()
        _let_go(descriptor)
        worker.main(descriptor, parent, megabytes * 2**20)
    finally:
        os._exit(0)


def _let_go(descriptor: int) -> None:
    """Close the parent's descriptors in this process, except for standard output, errors and this one."""
    logging.root.handlers.clear()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf("SC_OPEN_MAX"))
