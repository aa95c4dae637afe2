"""The reasons why a page could not be read, as exceptions."""

from __future__ import annotations

from typing import ClassVar

from newscrawl.vocabulary import RejectionReason


class ReadingError(Exception):
    """A page could not be read because of a fault in newscrawl: ``ValueError: too many of them``.

    Its cause is the exception, or contains the traceback from the worker.
    """

    reason: ClassVar[RejectionReason] = RejectionReason.FAULT
    """Why the page is rejected."""


class TooSlowError(ReadingError):
    """Reading a page took more CPU time than is allowed."""

    reason: ClassVar[RejectionReason] = RejectionReason.TOO_SLOW


class WorkerDiedError(ReadingError):
    """The process that read a page ended: it crashed or was killed, perhaps because memory ran out."""

    reason: ClassVar[RejectionReason] = RejectionReason.WORKER_DIED


class StoppedError(Exception):
    """The crawl ended before a page was read; its content is unknown."""
