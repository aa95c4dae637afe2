"""The findings of `scrapy doctor`, and their remedies."""

import datetime as dt
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.store.schema import INDEXES, OPS_INDEXES
from newscrawl.watch import doctor
from newscrawl.watch.doctor import Check
from tests.conftest import PROJECT, Database, scrapy
from tests.test_status import fill

NOW = dt.datetime(2026, 3, 27, 12, tzinfo=dt.UTC)


def found(checks: list[Check], name: str) -> Check:
    (check,) = (check for check in checks if check.name == name)
    return check


def prepared(database: Database) -> None:
    for base, wanted in ((database.client[database.name], INDEXES), (database.ops, OPS_INDEXES)):
        for collection, models in wanted.items():
            base[collection].create_indexes(models)


def test_a_lost_index_is_named(database: Database) -> None:
    prepared(database)
    db, ops = database.client[database.name], database.ops
    assert found(doctor.mongodb(db, ops), "indexes").wrong is False
    database["articles"].drop_index("keys_1")
    lost = found(doctor.mongodb(db, ops), "indexes")
    assert lost.wrong
    assert f"missing: {database.name}.articles.keys_1" in lost.sentence


def test_clocks_that_differ_and_runs_of_the_future_are_reported(database: Database) -> None:
    db, ops = database.client[database.name], database.ops
    wall = dt.datetime.now(dt.UTC)
    assert [check.wrong for check in doctor.clock(db, ops, wall)] == [False]
    (apart,) = doctor.clock(db, ops, wall - dt.timedelta(hours=2))
    assert apart.wrong
    assert apart.sentence.endswith("behind MongoDB's")
    ops["runs"].insert_one({"started_at": wall + dt.timedelta(hours=1), "outcome": None, "host": "node2"})
    (ahead,) = doctor.clock(db, ops, wall)
    assert ahead.wrong
    assert "node2" in ahead.sentence


def packed(root: Path, egg: Path) -> None:
    egg.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(egg, "w") as file:
        for path in root.rglob("*.py"):
            file.write(path, str(path.relative_to(root)))
        file.writestr("EGG-INFO/PKG-INFO", "")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for package in ("newscrawl", "spiders", "pipelines"):
        (root / package).mkdir(parents=True)
        (root / package / "__init__.py").write_text("")
    (root / "spiders" / "sahifa.py").write_text("name = 'صحيفة'\n", "utf-8")
    return root


def test_a_stale_egg_is_recognised_by_its_files(project: Path, tmp_path: Path) -> None:
    eggs = tmp_path / "eggs"
    assert doctor.egg(eggs, project).wrong is None
    packed(project, eggs / "20260301000000.egg")
    assert doctor.egg(eggs, project).wrong is False
    (project / "spiders" / "sahifa.py").write_text("name = 'جريدة'\n", "utf-8")
    stale = doctor.egg(eggs, project)
    assert stale.wrong
    assert "1 files differ, such as spiders/sahifa.py" in stale.sentence
    assert "make deploy" in stale.remedy
    (project / "spiders" / "sahifa.py").unlink()
    assert doctor.egg(eggs, project).wrong
    (eggs / "20260302000000.egg").write_bytes(b"torn")
    assert doctor.egg(eggs, project).wrong is None


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (doctor.contact(""), True),
        (doctor.contact("the office"), True),
        (doctor.contact("news@example.org"), False),
        (doctor.browser(["sahifa"], None), None),
        (doctor.browser([], None), False),
        (doctor.browser(["sahifa"], "/usr/bin/chromium"), False),
        (doctor.months(dt.date(2026, 3, 27), ["MA"]), False),
        (doctor.months(dt.date(2026, 11, 27), ["MA"]), None),
        (doctor.months(dt.date(2026, 11, 27), ["EG"]), False),
        (doctor.months(dt.date(2038, 12, 1), ["MA"]), True),
        (doctor.alarms([], ""), None),
        (doctor.alarms(["email"], "https://ping.example"), False),
    ],
)
def test_each_finding_has_a_remedy(check: Check, wrong: bool | None) -> None:
    assert check.wrong is wrong
    assert bool(check.remedy) is (wrong is not False)


def test_full_disks_are_reported(tmp_path: Path) -> None:
    assert [check.wrong for check in doctor.disk([tmp_path], 0, NOW)] == [False]
    assert [check.wrong for check in doctor.disk([tmp_path], 10**18, NOW)] == [True]


def test_a_check_that_mongodb_refuses_is_a_note_and_not_passed(database: Database) -> None:
    away = MongoClient[dict[str, object]]("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=50")
    checks = doctor.attempted("size", lambda: away.admin.command("ping") and [], "ask its administrator")  # type: ignore[arg-type,return-value]
    assert [check.wrong for check in checks] == [None]


def test_without_mongodb_the_other_checks_are_made() -> None:
    done = scrapy(
        "doctor",
        MONGODB_URI="mongodb://user:s3cret@127.0.0.1:9/?serverSelectionTimeoutMS=50",
        SCRAPYD_USERNAME="newscrawl",
        SCRAPYD_PASSWORD="",
        NEWSCRAWL_CONTACT="",
        cwd=PROJECT,
    )
    assert done.returncode == 4, done.stderr
    assert "wrong  MongoDB" in done.stdout
    assert "wrong  contact     sites that are crawled cannot contact you" in done.stdout
    assert "wrong  Scrapyd     SCRAPYD_PASSWORD is empty" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


@contextmanager
def locked() -> Iterator[int]:
    """A Scrapyd that accepts no password; yields its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(401)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_eight_faults_are_found_with_their_remedies(
    database: Database, project: Path, tmp_path: Path
) -> None:
    prepared(database)
    fill(database, 3, 60)
    now = dt.datetime.now(dt.UTC)
    runs, ago = database.ops["runs"], dt.timedelta
    runs.update_many({"site": "sahifa1"}, {"$set": {"drift": ["sahifa1: body now comes from generic"]}})
    full = {"alarms": [{"alarm": "archive_stopped", "said": "No space left on device"}], "host": "node3"}
    newest = runs.find_one({"site": "sahifa2"}, sort=[("started_at", -1)])
    runs.update_one({"_id": newest["_id"]}, {"$set": full})
    runs.insert_one({"site": "sahifa2", "host": "node4", "started_at": now + ago(hours=2), "outcome": None})
    alive = [{"_id": "node1", "alive_until": now}, {"_id": "node2", "alive_until": now - ago(hours=3)}]
    database.ops["nodes"].insert_many(alive)
    database["articles"].drop_index("keys_1")
    packed(project, tmp_path / "eggs" / "newscrawl" / "20260301000000.egg")
    (tmp_path / ".scrapyd.conf").write_text(f"[scrapyd]\neggs_dir = {tmp_path / 'eggs'}\n", "utf-8")
    with locked() as port:
        done = scrapy(
            "doctor",
            MONGODB_URI=database.uri,
            MONGODB_DATABASE=database.name,
            SCRAPYD_HTTP_PORT=str(port),
            SCRAPYD_USERNAME="newscrawl",
            SCRAPYD_PASSWORD="wrong",
            HOME=str(tmp_path),
            cwd=PROJECT,
        )
    assert done.returncode == 1, done.stderr
    for fault in (
        "silent      sahifa0: unreachable",
        "it refuses SCRAPYD_USERNAME and SCRAPYD_PASSWORD (401)",
        "archive     archive of node3: No space left on device",
        "Scrapyd runs 20260301000000, which is not this project",
        "a run of node4 began in the future",
        f"{database.name}.articles.keys_1",
        "node        node node2 has sent no heartbeat",
        "reduced     sahifa1: body now comes from generic",
    ):
        assert any(line.startswith("wrong") and fault in line for line in done.stdout.splitlines()), fault
    assert done.stdout.count("do: ") >= 8
