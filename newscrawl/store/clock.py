"""The server's clock: all nodes write times from the same clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from pymongo.asynchronous.mongo_client import AsyncMongoClient

GOOD_FOR = 60
"""Seconds after which the server's clock is read again."""


class ServerClock:
    """The clock of a MongoDB server, read once a minute."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]]) -> None:
        self._client = client
        self._seen: tuple[float, dt.datetime] | None = None

    async def now(self) -> dt.datetime:
        """The server's time, UTC."""
        moment = asyncio.get_running_loop().time()
        if self._seen is None or moment - self._seen[0] > GOOD_FOR:
            self._seen = moment, (await self._client.admin.command("hello"))["localTime"]
        return self._seen[1] + dt.timedelta(seconds=moment - self._seen[0])
