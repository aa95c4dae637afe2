"""Why a page could not be read."""

from __future__ import annotations

from typing import ClassVar

from newscrawl.vocabulary import RejectionReason


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
