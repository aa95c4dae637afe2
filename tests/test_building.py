"""Index builds that take longer than any time limit of newscrawl."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from pymongo import ASCENDING, AsyncMongoClient, IndexModel
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from newscrawl.store import building
from tests.mongod import Mongod, mongod, primary, replica_set, replica_set_uri
from tests.trials import long

INDEX = IndexModel([("bands", ASCENDING)])


class Asked(CommandListener):
    """The commands to build an index that the server got."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "createIndexes":
            self.commands.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


def hold(server: Mongod, mode: str) -> None:
    with server.client() as client:
        client.admin.command("configureFailPoint", "hangAfterStartingIndexBuild", mode=mode)


@pytest.mark.trials
def test_a_build_outlasts_the_time_limits_of_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(building, "LOOK", 0.1)
    monkeypatch.setattr("newscrawl.progress.MINUTE", 0.01)
    asked = Asked()

    async def trial(server: Mongod) -> list[str]:
        uri = f"{server.uri}&socketTimeoutMS=300&timeoutMS=300"
        async with AsyncMongoClient[dict[str, Any]](uri, event_listeners=[asked]) as client:
            articles = client["longest"]["articles"]
            await articles.insert_one({"bands": [1, 2]})
            hold(server, "alwaysOn")
            built = asyncio.create_task(building.build(articles, [INDEX]))
            await asyncio.sleep(1.0)  # more than three times as long as any operation may take
            assert not built.done()
            hold(server, "off")
            await built
            return list(await articles.index_information())

    with mongod(tmp_path) as server, caplog.at_level(logging.INFO):
        assert asyncio.run(trial(server)) == ["_id_", "bands_1"]
    assert len(asked.commands) == 1
    assert asked.commands[0]["maxTimeMS"] > 24 * 3600 * 1000
    assert any(message.startswith("building indexes of articles: ") for message in caplog.messages)


@long
def test_a_member_that_is_down_does_not_delay_a_build(tmp_path: Path) -> None:
    async def trial(members: list[Mongod]) -> list[str]:
        uri = replica_set_uri(members)
        async with AsyncMongoClient[dict[str, Any]](uri, w="majority") as client:
            articles = client["quorum"]["articles"]
            await articles.insert_one({"bands": [1, 2]})
            next(member for member in members if member is not primary(members)).kill()
            await asyncio.wait_for(building.build(articles, [INDEX]), 60)
            return list(await articles.index_information())

    with replica_set(tmp_path) as members:
        assert asyncio.run(trial(members)) == ["_id_", "bands_1"]
