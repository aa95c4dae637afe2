"""Waits while MongoDB is unavailable, and recognises errors that waiting does not cure."""

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
"""Seconds between tries; each pause is twice as long as the one before."""

_OUR_FAULT = frozenset({2, 9, 14, 40, 59})
"""Codes of errors that every further try would meet: BadValue, FailedToParse, TypeMismatch,
ConflictingUpdateOperators, CommandNotFound (MongoDB's ``error_codes.yml``)."""


_DENIED = frozenset({13, 18, 31, 8000})
"""Codes of errors about users and rights: Unauthorized, AuthenticationFailed, RoleNotFound, AtlasError."""


class StoreDownError(PyMongoError):
    """MongoDB was unavailable for longer than the crawl waits."""


def is_passing(error: PyMongoError) -> bool:
    """Can the same operation succeed once MongoDB works again?

    True for lost connections, elections, time limits, a full disk, and any other error that is not known to
    be a fault of the operation.
    """
    if isinstance(error, OperationFailure):
        return error.code not in _OUR_FAULT
    return isinstance(error, ConnectionFailure) or error.timeout


def is_away(error: PyMongoError) -> bool:
    """Is it worth waiting at the start of a crawl? Waiting does not cure a missing user or right."""
    return is_passing(error) and not (isinstance(error, OperationFailure) and error.code in _DENIED)


def _trouble(error: PyMongoError) -> str:
    state = "refuses the operation" if isinstance(error, OperationFailure) else "is unavailable"
    return f"MongoDB {state}: {reason(error)}"


async def patiently(
    operation: Callable[[], Awaitable[T]],
    patience: float,
    *,
    knows: Callable[[], str | None] = lambda: None,
    passing: Callable[[PyMongoError], bool] = is_passing,
) -> T:
    """The result of an idempotent operation, which is retried for ``patience`` seconds.

    ``knows`` returns a better explanation than the error's, if there is one. Raises :class:`StoreDownError`
    with the reason when the time is up.
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
            problem = knows() or _trouble(error)
            if loop.time() >= give_up:
                raise StoreDownError(
                    f"{problem}; gave up after {patience:.0f} s, see `scrapy doctor`"
                ) from error
            log.warning("%s; trying again in %.1f s", problem, pause)
        await asyncio.sleep(min(pause, max(0.0, give_up - loop.time())))
        pause = min(pause * 2, LONGEST_PAUSE)


async def all_of(cursor: AsyncCursor[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents of a query; each try sends the query again."""
    return await cursor.clone().to_list()
