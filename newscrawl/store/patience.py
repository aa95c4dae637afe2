"""Waiting for a MongoDB that is away, and telling that from a MongoDB that says no."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from newscrawl.mongod.opening import reason

if TYPE_CHECKING:
    from pymongo.asynchronous.cursor import AsyncCursor

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two tries; each pause is twice the one before."""

_OUR_FAULT = frozenset({2, 9, 14, 40, 59})
"""Codes that every try would meet again: BadValue, FailedToParse, TypeMismatch, ConflictingUpdateOperators,
CommandNotFound (MongoDB's ``error_codes.yml``)."""


_DENIED = frozenset({13, 18, 31, 8000})
"""Codes that say who may do what: Unauthorized, AuthenticationFailed, RoleNotFound, AtlasError."""


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


def is_away(error: PyMongoError) -> bool:
    """Is it worth waiting for at a start? A user or a right that is missing then is a mistake."""
    return is_passing(error) and not (isinstance(error, OperationFailure) and error.code in _DENIED)


def _trouble(error: PyMongoError) -> str:
    return f"MongoDB {'refuses' if isinstance(error, OperationFailure) else 'is away'}: {reason(error)}"


async def patiently(
    operation: Callable[[], Awaitable[T]],
    patience: float,
    *,
    knows: Callable[[], str | None] = lambda: None,
    passing: Callable[[PyMongoError], bool] = is_passing,
) -> T:
    """The result of an operation that may be done twice, tried for ``patience`` seconds.

    ``knows`` tells what is the matter, where somebody knows better than the error. Raises
    :class:`StoreDownError` with the reason when the seconds have passed.
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + patience
    pause = FIRST_PAUSE
    while True:
        try:
            return await operation()
        except PyMongoError as error:
            if isinstance(error, StoreDownError) or not passing(error):
                raise
            said = knows() or _trouble(error)
            if loop.time() >= give_up:
                raise StoreDownError(f"{said}; tried for {patience:.0f} s") from error
            log.warning("%s; trying again in %.1f s", said, pause)
        await asyncio.sleep(min(pause, max(0.0, give_up - loop.time())))
        pause = min(pause * 2, LONGEST_PAUSE)


async def all_of(cursor: AsyncCursor[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a query finds, asked anew each time that it is tried."""
    return await cursor.clone().to_list()
