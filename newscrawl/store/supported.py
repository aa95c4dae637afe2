"""Checks whether a server is new enough, and whether its cache is large enough for the stored articles."""

from __future__ import annotations

from typing import Any

from pymongo.asynchronous.mongo_client import AsyncMongoClient
from pymongo.errors import PyMongoError

from newscrawl.mongod.opening import ServerError

_OLDEST, _OLDEST_WIRE = "5.0", 13
"""The oldest supported version and its ``maxWireVersion``; older servers refuse the view ``stories``."""
GROWN = 2.0
"""Ratio of index size to cache size above which storing slows down."""


def is_supported(wire: int) -> bool:
    """Is a server with this ``maxWireVersion`` new enough?"""
    return wire >= _OLDEST_WIRE


async def check_version(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """Raise :class:`ServerError` with a message for the user if a server is too old."""
    if not is_supported((await client.admin.command("hello"))["maxWireVersion"]):
        version = (await client.admin.command("buildInfo"))["version"]
        raise ServerError(
            f"MongoDB {version} is too old: newscrawl needs {_OLDEST} or newer; upgrade the server, or set "
            "MONGODB_URI to the address of another"
        )


async def outgrown(client: AsyncMongoClient[dict[str, Any]], database: str) -> str | None:
    """A warning if the indexes have outgrown the cache of the embedded server, else None."""
    try:
        status = await client.admin.command({"serverStatus": 1, "wiredTiger": 1})
        indexes = (await client[database].command("collStats", "articles"))["totalIndexSize"]
    except PyMongoError:  # it is only advice
        return None
    cache = status["wiredTiger"]["cache"]["maximum bytes configured"]
    if indexes <= GROWN * cache:
        return None
    return (
        f"the indexes of the articles ({indexes / 1e9:.1f} GB) have outgrown the cache of the embedded "
        f"MongoDB ({cache / 1e9:.1f} GB), so that storing slows down: give this machine more memory, or set "
        "MONGODB_URI to the address of a MongoDB of your own"
    )
