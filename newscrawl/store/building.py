"""Builds indexes while crawls continue, however long the build takes.

The connection's time limit does not end a build, and a failed member of a replica set does not delay it: a
majority of the members is enough. If another process is already building the index, this one waits for it.
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
"""Maximum seconds for a build; servers accept at most 24 days."""
LOOK = 5.0
"""Seconds between checks of the progress, which also show that the server still answers."""


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
    """The done and total documents or keys of the build; 0, 0 if the user has no right to see them."""
    admin = collection.database.client.admin
    await admin.command("ping")
    with suppress(OperationFailure):  # the user may not see what the server is doing
        ours = {"command.createIndexes": collection.name, "progress.total": {"$gt": 0}}
        operations = await admin.aggregate([{"$currentOp": {"allUsers": True}}, {"$match": ours}])
        async for operation in operations:
            return int(operation["progress"]["done"]), int(operation["progress"]["total"])
    return 0, 0
