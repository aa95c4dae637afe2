"""The schedule as a service: whatever servers and the file do, it goes on and can be ended."""

import datetime as dt
import logging
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, OperationFailure
from scrapy.settings import Settings

from newscrawl.commands.schedule import _print_next, _Work
from newscrawl.schedule import lease, node
from newscrawl.schedule.file import read_schedule
from newscrawl.schedule.node import Scrapyd, ScrapydError
from newscrawl.schedule.scheduler import ScheduleFile
from tests.conftest import Database, start
from tests.schedule_model import SITE

JOB = '{"id": "one", "spider": "hespress"}'


class Answering:
    """A server that listens on Scrapyd's port."""

    body: bytes = b""
    status = 200


@pytest.fixture(scope="module")
def service() -> Iterator[Answering]:
    answering = Answering()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answering.status)
            self.send_header("Content-Length", str(len(answering.body)))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(answering.body)

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    answering.port = server.server_port  # type: ignore[attr-defined]
    yield answering
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, "", "is it another service"),
        (200, "<html>", "is it another service"),
        (200, "[" * 50_000, "is it another service"),
        (200, "9" * 10_000, "is it another service"),
        (200, "[]", "JSON of another service"),
        (200, "null", "JSON of another service"),
        (200, '{"status": "up"}', "JSON of another service"),
        (200, '{"status": ["ok"]}', "JSON of another service"),
        (200, '{"status": "ok"}', "it lists no jobs"),
        (200, '{"status": "ok", "pending": 3, "running": 0, "finished": 0}', "it lists no jobs"),
        (200, '{"status": "ok", "pending": [], "running": [{}], "finished": []}', "it lists no jobs"),
        (200, '{"status": "ok", "pending": [{"id": [1]}], "running": [], "finished": []}', "lists no jobs"),
        (200, '{"status": "ok", "pending": [{"id": 1}], "running": [], "finished": []}', "have no ids"),
        (200, '{"status": "error"}', "refused the request: None"),
        (200, '{"status": "error", "message": "project not found"}', "request: project not found"),
        (401, "Unauthorized", "it refuses SCRAPYD_USERNAME and SCRAPYD_PASSWORD"),
        (302, "", "is it another service"),
        (500, "\\xff", "is it another service"),
    ],
)  # fmt: skip
def test_any_answer_is_understood_or_reported(
    service: Any, monkeypatch: pytest.MonkeyPatch, status: int, body: str, says: str
) -> None:
    monkeypatch.setenv("SCRAPYD_HTTP_PORT", str(service.port))
    service.status, service.body = status, body.encode("latin-1")
    with pytest.raises(ScrapydError, match=says) as caught:
        Scrapyd().jobs()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_an_endless_answer_is_not_read_to_its_end(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPYD_HTTP_PORT", str(service.port))
    monkeypatch.setattr(node, "LARGEST_ANSWER", 1000)
    service.status, service.body = 200, b" " * 100_000 + b'{"status": "ok"}'
    with pytest.raises(ScrapydError, match="is it another service"):
        Scrapyd().jobs()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts connections and never answers, like that of a stopped process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_scrapyd_that_hangs_is_not_waited_for(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPYD_HTTP_PORT", str(silent))
    monkeypatch.setattr(node, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(node, "LISTING_SECONDS", 0.1)
    scrapyd = Scrapyd()
    for ask in (
        scrapyd.jobs,
        lambda: scrapyd.submit("hespress", "one", {}, {}),
        lambda: scrapyd.cancel("one"),
    ):
        with pytest.raises(ScrapydError, match=r"does not answer \(ReadTimeout\)"):
            ask()


@pytest.mark.parametrize("what", ["Scrapyd", "MongoDB"])
def test_sigterm_ends_it_whatever_hangs(database: Database, silent: int, tmp_path: Path, what: str) -> None:
    file = tmp_path / "schedule.toml"
    file.write_text("[sites.alayam24]\nevery = '1h'\n", "utf-8")
    uri = database.uri if what == "Scrapyd" else f"mongodb://127.0.0.1:{silent}/?directConnection=true"
    service = start(
        "schedule", "--node", "a", "--file", str(file), stderr=subprocess.PIPE,
        MONGODB_URI=uri, MONGODB_DATABASE=database.name, SCRAPYD_HTTP_PORT=str(silent),
        SCRAPYD_USERNAME="newscrawl", SCRAPYD_PASSWORD="كلمة",
    )  # fmt: skip
    assert service.stderr
    try:
        assert "on node a" in service.stderr.readline()
        threading.Event().wait(1.5)  # during its first tick
        service.send_signal(signal.SIGTERM)
        assert service.wait(25) == 0  # less than either would make it wait
        assert "ended; running crawls continue" in service.stderr.read()
    finally:
        service.kill()
        service.wait()
        service.stderr.close()


def test_a_fault_is_reported_once_and_the_schedule_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Event()
    errors: list[Exception | None] = [
        ValueError("خلل"), ValueError("خلل"), None,
        AutoReconnect("127.0.0.1:1: refused"), AutoReconnect(), None,
        OperationFailure("not authorized on db to execute command { a }", 13, {"codeName": "Unauthorized"}),
    ]  # fmt: skip

    class Broken:
        lost = 0

        def tick(self) -> None:
            error = errors.pop(0)
            if not errors:
                ended.set()
            if error:
                raise error

        def lose_sight(self) -> None:
            self.lost += 1

    caplog.set_level(logging.INFO)
    broken = Broken()
    work = _Work(broken, ended, once=False)  # type: ignore[arg-type]
    ended.wait = lambda _=None: ended.is_set()  # type: ignore[method-assign]
    work.run()
    assert broken.lost == 5
    assert caplog.text.count("MongoDB cannot be used") == 2, "once for each outage"
    assert (
        caplog.text.count("a fault of newscrawl, please report it; the schedule continues: ValueError") == 1
    )
    assert caplog.text.count("the schedule works again") == 2
    assert "MongoDB cannot be used, the schedule waits for it: 127.0.0.1:1: refused" in caplog.text
    assert "not authorized on db to execute command (Unauthorized)" in caplog.text
    assert "{ a" not in caplog.text


def test_the_old_file_stays_in_force_whatever_the_new_one_contains(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "schedule.toml"
    sites = {"s00": SITE}
    good = "[sites.s00]\nevery = '1h'\n"
    path.write_text(good, "utf-8")
    file = ScheduleFile(path, sites)
    before = file.current
    backfill = "[[backfills]]\nsite = 's00'\nsince = 0001-01-01\nuntil = 9999-12-31\nby = '1d'\n"
    for text in ("x = " + "[" * 50_000, good + backfill, "\x00", "", "[sites.s00]\nevery = 1979-05-27"):
        path.write_text(text, "utf-8")
        file.refresh()
        assert file.current is before or not text
        path.write_text(good, "utf-8")
        file.refresh()
        before = file.current
    path.unlink()
    path.mkdir()
    file.refresh()
    path.rmdir()
    os.mkfifo(path)
    file.refresh()
    path.unlink()
    file.refresh()
    assert file.current is before
    assert caplog.text.count("previous schedule stays in force") == 7


def test_next_shows_on_which_node_all_slots_are_in_use(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings({"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name})
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    node = {"alive_until": soon, "slots": 2, "waiting": ["s00"]}
    database.ops["nodes"].insert_many([{"_id": "a", **node}, {"_id": "b", **node, "waiting": []}])
    database.ops["leases"].insert_one({"_id": "s00", "rule": "broken"})
    _print_next(read_schedule("[sites.s00]\nevery = '1h'\n", {"s00": SITE}), settings)
    said = capsys.readouterr().out
    assert said.count("\n") == 3
    assert said.endswith("node a: all 2 slots are in use; these sites wait: s00\n")


def test_the_computed_interval_of_a_newspaper_is_shown(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    now = database.client.admin.command("hello")["localTime"].replace(tzinfo=dt.UTC)
    kept = lease.enrol("s00", "every auto", now + dt.timedelta(hours=1))
    database.ops["leases"].insert_one(kept | {"interval": 7200.0})
    settings = Settings({"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name})
    text = "[defaults]\nevery = 'auto'\n[sites.s00]\n[sites.s01]\n"
    _print_next(read_schedule(text, {"s00": SITE, "s01": SITE}), settings)
    said = dict(line.split(maxsplit=3)[2:] for line in capsys.readouterr().out.splitlines()[1:])
    assert said == {"s00": "every 2h (auto)", "s01": "every 30m (auto, new)"}
