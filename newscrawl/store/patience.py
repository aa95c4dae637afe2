"""Waiting for a MongoDB that is away, and telling that from a MongoDB that says no."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two tries; each pause is twice the one before."""

_OUR_FAULT = frozenset({2, 9, 14, 40, 59})
"""Codes that every try would meet again: BadValue, FailedToParse, TypeMismatch, ConflictingUpdateOperators,
CommandNotFound (MongoDB's ``error_codes.yml``)."""


class StoreDownError(PyMongoError):
    """MongoDB stayed away for longer than the crawl waits."""


def is_passing(error: PyMongoError) -> bool:
    """Will the same operation succeed once MongoDB is well again?

    So it is with lost connections, elections, time limits, a full disk, and whatever else a server
    answers that is not known to be a fault of the question.
    """
    if isinstance(error, OperationFailure):
        return error.code not in _OUR_FAULT
    return isinstance(error, ConnectionFailure) or error.timeout


async def patiently(operation: Callable[[], Awaitable[T]], patience: float) -> T:
    """The result of an operation that may be done twice, tried for ``patience`` seconds.

    Raises :class:`StoreDownError` when they have passed.
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + patience
    pause = FIRST_PAUSE
    while True:
        try:
            return await operation()
        except PyMongoError as error:
            if isinstance(error, StoreDownError) or not is_passing(error):
                raise
            if loop.time() >= give_up:
                raise StoreDownError(f"MongoDB has not answered for {patience:.0f} s") from error
            log.warning("MongoDB is away (%s), trying again in %.1f s", type(error).__name__, pause)
        await asyncio.sleep(min(pause, max(0.0, give_up - loop.time())))
        pause = min(pause * 2, LONGEST_PAUSE)
