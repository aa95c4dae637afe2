"""Pages are read in processes of their own, which can be killed: a thread cannot be.

``pool`` starts and replaces the processes, ``worker`` is what runs in them, ``reader`` is what a crawl
asks. The worker of a crawl without listings imports neither Scrapy nor Twisted nor PyMongo.
"""

from __future__ import annotations

import gc
from typing import ClassVar

from newscrawl.vocabulary import RejectionReason


def collect_less() -> None:
    """Look for reference cycles less often than Python does by itself.

    A page makes thousands of objects, nearly none of them in a cycle; looking for those after every 700
    objects took a tenth of the time of a crawl. Memory does not grow by it.
    """
    gc.set_threshold(10_000, 10, 10)


class ReadingError(Exception):
    """A page could not be read, through a fault of ours: ``ValueError: too many of them``.

    Its cause is the exception, or holds the traceback that the worker sent.
    """

    reason: ClassVar[RejectionReason] = RejectionReason.FAULT
    """Why the page is rejected, one of the closed list of reasons."""


class TooSlowError(ReadingError):
    """Reading a page took more CPU time than one page may take."""

    reason: ClassVar[RejectionReason] = RejectionReason.TOO_SLOW


class WorkerDiedError(ReadingError):
    """The process that read a page ended: it was killed, perhaps for want of memory, or it crashed."""

    reason: ClassVar[RejectionReason] = RejectionReason.WORKER_DIED


class StoppedError(Exception):
    """The crawl ended before a page was read; nothing is known of the page."""
