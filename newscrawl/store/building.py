"""Building indexes, however long it takes, beside crawls that go on.

No time limit of ours ends a build, and a member of a replica set that is down does not hold it up: a majority
of the members is enough. Whoever asks for an index that is being built waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pymongo
from pymongo import IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from newscrawl.progress import Progress

LIMIT = 20 * 24 * 3600
"""Seconds that a build may take: the longest time that a server can be told is 24 days."""
LOOK = 5.0
"""Seconds between two looks at how far it has come, which also tell that the server is there."""


async def build(collection: AsyncCollection[dict[str, Any]], models: Sequence[IndexModel]) -> None:
    """Build the indexes that are missing, and wait for them."""
    admin = collection.database.client.admin
    # The setting is for replica sets; a single server refuses it.
    quorum: dict[str, Any] = {"commitQuorum": "majority"} if "setName" in await admin.command("hello") else {}
    building = asyncio.create_task(_create(collection, models, quorum))
    building.add_done_callback(lambda task: task.cancelled() or task.exception())
    shown = Progress(f"building indexes of {collection.name}")
    while True:
        await asyncio.wait([building], timeout=LOOK)
        if building.done():
            return building.result()
        shown.show(*await _reached(collection))


async def _create(
    collection: AsyncCollection[dict[str, Any]], models: Sequence[IndexModel], quorum: dict[str, Any]
) -> None:
    with pymongo.timeout(LIMIT):  # instead of the time limit of the connection
        await collection.create_indexes(list(models), **quorum)


async def _reached(collection: AsyncCollection[dict[str, Any]]) -> tuple[int, int]:
    """How many of how many documents or keys the build has done, as far as we may ask; 0, 0 if not."""
    admin = collection.database.client.admin
    await admin.command("ping")
    with suppress(OperationFailure):  # a user who may not see what the server is doing
        ours = {"command.createIndexes": collection.name, "progress.total": {"$gt": 0}}
        async for found in await admin.aggregate([{"$currentOp": {"allUsers": True}}, {"$match": ours}]):
            return int(found["progress"]["done"]), int(found["progress"]["total"])
    return 0, 0
