"""Which versions of MongoDB can be used, and when a server is too small."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient

from newscrawl.mongod.guardian import CACHE_GB, ENGINE, cache_gigabytes, memory_bytes
from newscrawl.mongod.opening import ServerError
from newscrawl.store import supported
from tests.conftest import PROJECT, Database


class Admin:
    """A server that answers like another version."""

    def __init__(self, wire: int, version: str) -> None:
        self.answers = {"hello": {"maxWireVersion": wire}, "buildInfo": {"version": version}}

    @property
    def admin(self) -> "Admin":
        return self

    async def command(self, name: str) -> dict[str, Any]:
        return self.answers[name]


@pytest.mark.parametrize(("wire", "version"), [(8, "4.2.24"), (9, "4.4.29")])
def test_a_server_that_is_too_old_is_refused_by_its_version(wire: int, version: str) -> None:
    client: Any = Admin(wire, version)
    with pytest.raises(ServerError, match=f"^MongoDB {version} is too old: newscrawl needs 5.0 or newer"):
        asyncio.run(supported.check_version(client))


@pytest.mark.parametrize("wire", [13, 17, 21, 25])
def test_newer_servers_are_not_refused(wire: int) -> None:
    client: Any = Admin(wire, "")
    asyncio.run(supported.check_version(client))


def test_a_collection_that_is_too_large_for_the_cache_is_reported(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database["articles"].insert_one({"day": "2026-11-28"})

    async def ask() -> str | None:
        async with AsyncMongoClient[dict[str, Any]](database.uri) as client:
            return await supported.outgrown(client, database.name)

    assert asyncio.run(ask()) is None
    monkeypatch.setattr(supported, "GROWN", 0)
    assert "have outgrown the cache of the embedded MongoDB" in (asyncio.run(ask()) or "")


def test_the_cache_grows_with_the_memory(tmp_path: Path) -> None:
    limit, none = tmp_path / "memory.max", tmp_path / "unlimited"
    limit.write_text("1073741824\n")
    none.write_text("max\n")
    assert memory_bytes([limit]) == 2**30
    assert memory_bytes([none, tmp_path / "missing"]) == memory_bytes([])
    sizes = [cache_gigabytes(gigabytes * 2**30) for gigabytes in (1, 4, 16, 1024)]
    assert sizes == [CACHE_GB[0], 0.5, 2.0, CACHE_GB[1]]


def test_our_servers_let_changed_pages_wait_for_a_checkpoint(mongodb: str) -> None:
    with MongoClient[dict[str, Any]](mongodb) as client:
        started = client.admin.command("getCmdLineOpts")["parsed"]["storage"]["wiredTiger"]["engineConfig"]
    assert started["configString"] == ENGINE
    assert f"\n      configString: {ENGINE}\n" in (PROJECT / "deploy" / "mongod.conf").read_text("utf-8")
