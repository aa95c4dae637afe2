"""The embedded MongoDB: shared while it is used, gone with its last user, whatever is killed."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pymongo import MongoClient

from newscrawl.mongod import guardian, opening, server
from newscrawl.mongod.guardian import DataFolder, GaveUpError, Guardian
from newscrawl.mongod.opening import ServerError, StoreConfigError
from newscrawl.mongod.server import MongodNotFound, Server, local_server
from tests.mongod import small_file_system
from tests.trials import size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = Path(__file__).parent.parent
PATIENCE = 240
"""Seconds after which a condition that should come true has failed to."""

USER = """
import sys
from pathlib import Path
from pymongo import MongoClient
from newscrawl.mongod.server import Server
with Server(Path(sys.argv[1])) as uri:
    articles = MongoClient(uri).newscrawl.articles
    print(uri, flush=True)
    for title in sys.stdin:
        print(articles.insert_one({"title": title.strip()}).acknowledged, flush=True)
"""


def await_that(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def processes(data: Path) -> dict[str, list[int]]:
    """The guardians and mongods of a folder that are alive now."""
    found: dict[str, list[int]] = {"guardian": [], "mongod": []}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if any(part.startswith(str(data)) for part in command):
                if Path(command[0]).name == "mongod":
                    found["mongod"].append(int(entry.name))
                elif any(part.endswith("guardian.py") for part in command):
                    found["guardian"].append(int(entry.name))
    return found


def nothing_left(data: Path) -> bool:
    return not any(processes(data).values())


def stored(uri: str) -> set[str]:
    with MongoClient[dict[str, str]](uri) as client:
        return {doc["title"] for doc in client.newscrawl.articles.find()}


class User:
    """A process that uses the server of a folder, as a crawl does, until its input ends."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def uri(self) -> str:
        return self._answer()

    def store(self, title: str) -> bool:
        assert self.process.stdin
        self.process.stdin.write(title + "\n")
        self.process.stdin.flush()
        return self._answer() == "True"

    def leave(self) -> int:
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@contextmanager
def users(data: Path, number: int) -> Iterator[list[User]]:
    with ExitStack() as stack:
        found = [User(data) for _ in range(number)]
        for user in found:
            stack.callback(user.kill)
        yield found


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "بيانات" / "mongodb"
    yield folder
    await_that(lambda: nothing_left(folder))


def test_two_that_start_at_once_share_a_server_that_lasts_as_long_as_either(data: Path) -> None:
    with users(data, 2) as (first, second):
        assert re.fullmatch(r"mongodb://127\.0\.0\.1:\d+/\?.*", first.uri())
        uri = second.uri()
        assert len(processes(data)["mongod"]) == len(processes(data)["guardian"]) == 1
        first.kill()
        assert second.store("افتتاح معرض الكتاب")
        with Server(data) as joined:
            assert joined == uri
        assert stored(uri) == {"افتتاح معرض الكتاب"}
        second.kill()
        await_that(lambda: nothing_left(data))


def test_the_last_user_that_ends_in_order_leaves_no_process(data: Path) -> None:
    with users(data, 1) as (user,):
        uri = user.uri()
        assert {path.stat().st_mode & 0o777 for path in (data, data / "db", data / "log")} == {0o700}
        with Server(data) as joined:
            assert joined == uri
        assert processes(data)["mongod"], "another still uses it"
        assert user.leave() == 0
    assert nothing_left(data)
    assert not DataFolder(data).state.exists()
    with Server(data) as again:
        assert again == uri, "a saved address stays valid"
    assert nothing_left(data)


def test_acknowledged_writes_survive_the_death_of_mongod_and_of_the_guardian(data: Path) -> None:
    with users(data, 1) as (user,):
        uri = user.uri()
        (old,) = processes(data)["mongod"]
        assert user.store("قبل الوفاة الأولى")
        os.kill(old, signal.SIGKILL)
        await_that(lambda: processes(data)["mongod"] not in ([], [old]))
        assert user.store("قبل الوفاة الثانية"), "clients reconnect to the same port"
        os.kill(processes(data)["guardian"][0], signal.SIGKILL)
        await_that(lambda: nothing_left(data))
        assert DataFolder(data).state.exists(), "the next start finds a stale state"
        with Server(data) as again:
            assert again == uri
            assert stored(uri) == {"قبل الوفاة الأولى", "قبل الوفاة الثانية"}


def test_a_guardian_that_is_asked_to_stop_stops(data: Path) -> None:
    held = Server(data)
    with held:
        assert held.is_up
        (pid,) = processes(data)["guardian"]
        for ignored in (signal.SIGINT, signal.SIGHUP):
            os.kill(pid, ignored)
        os.kill(pid, signal.SIGTERM)
        await_that(lambda: not held.is_up)
        await_that(lambda: nothing_left(data))
    assert not DataFolder(data).state.exists()
    assert '"msg":"Now exiting"' in (data / "log" / "mongod.log").read_text(), "in order, not by force"


def test_a_second_guardian_waits_and_ends_with_the_first(data: Path) -> None:
    with Server(data):
        # As after a crawl that was killed while it started the server.
        spare = subprocess.Popen([sys.executable, guardian.__file__, str(data), "/bin/false"])
        await_that(lambda: len(processes(data)["guardian"]) == 2)
        assert len(processes(data)["mongod"]) == 1
    assert spare.wait(PATIENCE) == 0


def test_a_reactor_goes_on_while_the_server_starts_and_a_cancelled_start_leaves_nothing(data: Path) -> None:
    async def crawl() -> int:
        turns = 0

        async def other_work() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0.01)
                turns += 1

        work = asyncio.create_task(other_work())
        async with local_server(data) as uri:
            during_start = turns
            assert await asyncio.to_thread(stored, uri) == set()
        work.cancel()
        assert nothing_left(data)

        async def hold() -> None:
            async with local_server(data):
                pytest.fail("it was cancelled before")

        start = asyncio.create_task(hold())
        await asyncio.to_thread(await_that, lambda: processes(data)["guardian"])
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        assert nothing_left(data)
        return during_start

    assert asyncio.run(crawl()) > 10


def test_a_port_that_is_in_use_is_left_to_its_owner(data: Path) -> None:
    first = next(guardian.ports(data))
    assert 20_000 <= first < 30_010
    with socket.create_server(("127.0.0.1", first)):
        assert next(guardian.ports(data)) != first
    assert next(guardian.ports(data)) == first


def fake_mongod(folder: Path, script: str) -> str:
    path = folder / "mongod"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo 'libcurl.so.4: not found' >&2; exit 127", "exit status 127: libcurl.so.4: not .* libcurl4"),
        (
            "echo 'loading shared libraries: libcrypto.so.1.1: cannot open' >&2; exit 127",
            r"; install libcrypto\.so\.1\.1 \(Debian: libssl1\.1\), or set MONGODB_URI",
        ),
        ("echo 'libnew.so.7: not found' >&2; exit 127", r"; install libnew\.so\.7, or set MONGODB_URI"),
        ("""echo '{"s":"E","msg":"cut sho' >&2; exit 100""", "exit status 100: it gave no reason"),
        ("kill -9 $$", r"died 6 times in a row: it gave no reason \(its log: .*/mongod.log\)"),
        ("exit 48", "no free port"),
    ],
)
def test_a_mongod_that_keeps_ending_is_abandoned_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
) -> None:
    monkeypatch.setattr(guardian, "TICK", 0.01)
    folder = DataFolder(tmp_path / "mongodb")
    folder.create()
    with guardian_in_use(folder), pytest.raises(GaveUpError, match=says):
        Guardian(folder, fake_mongod(tmp_path, script)).run()
    assert not folder.state.exists()


@contextmanager
def guardian_in_use(folder: DataFolder) -> Iterator[None]:
    lock = guardian.Lock(folder.root / "users.lock")
    assert lock.take(shared=True)
    yield
    lock.close()


def test_files_that_another_mongod_uses_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guardian, "HANDOVER_SECONDS", 0)
    folder = DataFolder(tmp_path / "mongodb")
    folder.create()
    (folder.db / "mongod.lock").write_text("4711\n")
    held = guardian.Lock(folder.db / "mongod.lock")
    assert held.take()
    with pytest.raises(GaveUpError, match=r"in use by another mongod \(process 4711\).*MONGODB_URI"):
        Guardian(folder, "/bin/false").run()
    held.close()


def test_broken_data_gives_a_sentence_with_the_reason_of_mongod(data: Path) -> None:
    (data / "db").mkdir(parents=True)
    (data / "db" / "storage.bson").write_text("ليس هذا BSON")
    with pytest.raises(
        ServerError, match=r"cannot start: mongod gave up .*: .*BSON.* \(its log: .*\)"
    ) as raised:
        Server(data).start()
    assert "\n" not in str(raised.value)


def test_a_missing_mongod_is_reported_with_what_to_install_or_set(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert server.find_mongod().match("fiftyone/db/bin/mongod")
    monkeypatch.setattr(server, "WHEEL", "no-such-wheel")
    with pytest.raises(MongodNotFound, match=r"set MONGODB_URI .* or install mongod"):
        Server(data).start()


def test_the_mongod_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = fake_mongod(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(server.find_mongod()) == mine


def test_a_wheel_unpacked_without_its_mode_is_made_executable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mongod = tmp_path / "mongod"
    mongod.write_bytes(b"")
    mongod.chmod(0o644)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(server, "WHEEL_MONGOD", mongod)
    assert server.find_mongod() == mongod
    assert os.access(mongod, os.X_OK)


def test_a_folder_that_cannot_be_used_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ملف").write_text("")
    with pytest.raises(ServerError, match=r"ملف/mongodb cannot be used \(.*\): .*NEWSCRAWL_DATA"):
        Server(tmp_path / "ملف" / "mongodb").start()

    def no_locks(_fd: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(ServerError, match=r"cannot be used \(No locks available\): .*local disk"):
        Server(tmp_path / "mongodb").start()


def test_a_full_disk_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ROOM_BYTES", 1 << 62)
    with pytest.raises(ServerError, match=r"disk of the data folder .* is full \(\d+ MB left\)"):
        Server(data).start()


def test_a_mongod_that_ended_on_a_full_disk_is_started_again_when_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guardian, "TICK", 0.01)
    monkeypatch.setattr(guardian, "ROOM_TICK", 0.01)
    folder = DataFolder(tmp_path / "mongodb")
    folder.create()
    looks: list[bool] = []

    def lacks_room(_: DataFolder, needed: int = 0) -> str | None:
        looks.append(folder.full.exists())
        return None if len(looks) % 3 == 0 else "full"

    started = tmp_path / "started"
    script = f"echo x >> {started}; echo '28: No space left on device' >&2; exit 14"
    monkeypatch.setattr(DataFolder, "lacks_room", lacks_room)
    with guardian_in_use(folder):
        guarding = Guardian(folder, fake_mongod(tmp_path, script))
        check_place = guarding._check_place

        def stop_after_three() -> None:
            check_place()
            guarding.stopping = len(started.read_text().split()) == 3 if started.exists() else False

        monkeypatch.setattr(guarding, "_check_place", stop_after_three)
        guarding.run()
    assert all(looks), "crawls get the reason meanwhile"
    assert len(looks) >= 6
    assert not folder.full.exists()


def test_the_disk_of_an_embedded_server_fills_up(tmp_path: Path) -> None:
    try:
        with small_file_system(tmp_path / "disk", 500) as disk:
            data = disk / "mongodb"
            with Server(data) as uri:
                (pid,) = processes(data)["mongod"]
                fill(disk / "ballast")
                os.kill(pid, signal.SIGKILL)
                await_that(lambda: server.trouble(data))
                assert re.search(
                    r"disk of the data folder .* is full \(0 MB left\)", server.trouble(data) or ""
                )
                with pytest.raises(ServerError, match="is full"):
                    Server(data).start()
                (disk / "ballast").unlink()
                await_that(lambda: server.trouble(data) is None)
                await_that(lambda: processes(data)["mongod"] not in ([], [pid]))
                assert stored(uri) == set()
            assert nothing_left(data)
    except PermissionError as reason:
        pytest.skip(str(reason))


def fill(path: Path) -> None:
    with path.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1_000_000))
            file.flush()


def test_space_for_the_journal_is_required_only_until_the_journal_exists(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "mongodb")
    folder.create()
    room = shutil.disk_usage(tmp_path).free
    assert folder.lacks_room(room // 2) is None
    needed = room + 300_000_000
    assert folder.lacks_room(needed)
    (folder.db / "journal").mkdir()
    with (folder.db / "journal" / "WiredTigerLog.0000000001").open("wb") as log:
        log.truncate(needed)
    assert folder.lacks_room(needed) is None


def test_a_guardian_whose_folder_was_removed_touches_nothing_of_the_next_server(data: Path) -> None:
    first = Server(data)
    with ExitStack() as stack:
        stack.enter_context(first)
        (old,) = processes(data)["guardian"]
        while data.exists():  # mongod goes on creating files there
            shutil.rmtree(data, ignore_errors=True)
        second = Server(data)
        uri = stack.enter_context(second)
        await_that(lambda: old not in processes(data)["guardian"])
        assert DataFolder(data).running() is not None
        assert second.is_up
        assert stored(uri) == set()
    assert nothing_left(data)


def test_a_long_log_is_rotated(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "mongodb")
    folder.create()
    log = folder.log / "mongod.log"
    log.write_bytes(b" " * (guardian.LOG_BYTES // 2 + 1))
    Guardian(folder, fake_mongod(tmp_path, "exit 1")).run()
    assert not log.exists()
    assert (folder.log / "mongod.log.1").stat().st_size > guardian.LOG_BYTES // 2


def test_data_is_next_to_scrapy_cfg_or_where_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\n")
    (tmp_path / "spiders").mkdir()
    monkeypatch.chdir(tmp_path / "spiders")
    assert server.data_folder({}) == tmp_path / ".newscrawl" / "mongodb"
    assert server.data_folder({}, demo=True) == tmp_path / ".newscrawl" / "demo" / "mongodb"
    named = {"NEWSCRAWL_DATA": str(tmp_path / "أخبار")}
    assert server.data_folder(named) == tmp_path / "أخبار" / "mongodb"
    (tmp_path / "scrapy.cfg").unlink()
    with pytest.raises(StoreConfigError, match="NEWSCRAWL_DATA"):
        server.data_folder({})


def test_the_settings_decide_between_a_named_server_and_the_embedded_one() -> None:
    assert opening.resolve_uri({"MONGODB_URI": " mongodb://db.example "}) == "mongodb://db.example"
    assert opening.resolve_uri({"MONGODB_URI": ""}) is None
    under_scrapyd = {"SCRAPYD_JOB": "7c2f"}
    assert opening.resolve_uri({**under_scrapyd, "MONGODB_URI": "mongodb+srv://db.example"})
    with pytest.raises(StoreConfigError, match=r"MONGODB_URI is not set.*Scrapyd"):
        opening.resolve_uri(under_scrapyd)
    with pytest.raises(StoreConfigError, match="MONGODB_URI is not set: a schedule needs"):
        opening.resolve_uri({}, needed_by="a schedule")
    with pytest.raises(StoreConfigError, match="must begin with") as raised:
        opening.resolve_uri({"MONGODB_URI": "editor:s3cret@db.example"})
    with pytest.raises(StoreConfigError, match=r"understood: .* %2F") as told:
        opening.resolve_uri({"MONGODB_URI": "mongodb://editor:s3c/ret@db.example/news"})
    assert "ret@" not in str(told.value)
    with pytest.raises(StoreConfigError, match="Port must be"):
        opening.resolve_uri({"MONGODB_URI": "mongodb://127.0.0.1:270170"})
    assert "s3cret" not in str(raised.value)


def scrapy_mongo(data: Path, **environ: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name != "MONGODB_URI"}
    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", "mongo"],
        cwd=PROJECT,
        env={**kept, "NEWSCRAWL_DATA": str(data.parent), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_scrapy_mongo_keeps_the_server_up_until_ctrl_c(data: Path) -> None:
    with scrapy_mongo(data) as command:
        assert command.stdout
        uri = command.stdout.readline().rpartition(" ")[2].strip()
        assert stored(uri) == set()
        _, mongosh, python, _ = (command.stdout.readline().strip() for _ in range(4))
        assert mongosh == f"mongosh \"{uri.replace('/?', '/newscrawl?')}\" --eval 'db.articles.findOne()'"
        shown = subprocess.run(python, shell=True, capture_output=True, text=True, check=False)
        assert shown.stdout.strip() == "None", shown.stderr
        os.killpg(command.pid, signal.SIGINT)
        assert command.wait(PATIENCE) == 0
        assert command.stdout.read() == "ended\n"
    assert nothing_left(data)


def test_scrapy_mongo_has_nothing_to_keep_up_when_a_server_is_named(data: Path) -> None:
    with scrapy_mongo(data, MONGODB_URI="mongodb://editor:s3cret@db.example") as command:
        output, errors = command.communicate(timeout=PATIENCE)
    assert command.returncode == 2
    assert "MONGODB_URI is set" in errors
    assert "s3cret" not in output + errors


@pytest.mark.trials
def test_after_any_kill_no_process_is_left_and_no_acknowledged_write_is_lost(data: Path) -> None:
    chance = random.Random(1445)
    kept: set[str] = set()
    for trial in range(size(20)):
        with users(data, 2) as both:
            time.sleep(chance.uniform(0.2, 1.5))  # the random moment itself, not a wait
            if DataFolder(data).running() and chance.random() < 0.5:
                title = f"الخبر {trial}"
                survivor = both[0]
                if survivor.uri() and survivor.store(title):
                    kept.add(title)
            alive = [pid for kind in processes(data).values() for pid in kind]
            alive += [user.process.pid for user in both]
            for pid in chance.sample(alive, chance.randint(1, len(alive))):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await_that(lambda: nothing_left(data))
    with Server(data) as uri:
        assert kept <= stored(uri)
    assert nothing_left(data)
