"""The rights of MongoDB's users; servers on loopback only; pages that cannot harm MongoDB."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from scrapy.utils.project import get_project_settings

from newscrawl.schedule.node import Scrapyd, ScrapydError
from tests.conftest import PROJECT, RECORDING, SPIDERS, Database, scrapy
from tests.mongod import mongod
from tests.test_data_page import CLOCK, EXAMPLES, MIRROR, SAMPLE, SEARCH, SETUP, NotebookReader
from tests.test_store import Run, article, store

PASSWORDS = {"NEWSCRAWL_WRITER_PASSWORD": "w-secret", "NEWSCRAWL_READER_PASSWORD": "r-secret"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A mongod that requires passwords, with an administrator; yields its port."""
    with mongod(tmp_path_factory.mktemp("auth"), "--auth") as server:
        with server.client() as client:
            client.admin.command("createUser", "admin", pwd="a-secret", roles=["userAdminAnyDatabase"])
        yield server.port


COMPRESSORS = ["snappy", "zlib", "zstd"]


def test_the_embedded_server_listens_on_loopback_and_compresses_nothing(mongodb: str) -> None:
    with MongoClient[dict[str, Any]](mongodb) as client:
        net = client.admin.command("getCmdLineOpts")["parsed"]["net"]
        assert net["bindIp"] == "127.0.0.1"
        assert not net["unixDomainSocket"]["enabled"]
        assert net["compression"]["compressors"] == "disabled"
        assert "compression" not in client.admin.command("hello", compression=COMPRESSORS)
        listening = Path(f"/proc/{client.admin.command('serverStatus')['pid']}/net/tcp").read_text()
        port = f":{net['port']:04X}"
    # State 0A is LISTEN; addresses are written backwards.
    listeners = [line.split()[1] for line in listening.splitlines() if line.split()[3] == "0A"]
    assert [address for address in listeners if address.endswith(port)] == [f"0100007F{port}"]


def test_the_deployed_server_listens_on_loopback_and_compresses_nothing(tmp_path: Path) -> None:
    config = PROJECT / "deploy" / "mongod.conf"
    with mongod(tmp_path, "--config", str(config)) as server, server.client() as client:
        assert "compression" not in client.admin.command("hello", compression=COMPRESSORS)
        with pytest.raises(OperationFailure, match="not authorized"):
            client["newscrawl"]["articles"].find_one()
    assert "\n  bindIp: 127.0.0.1\n" in config.read_text("utf-8")


def test_only_http_and_https_are_downloaded(tmp_path: Path) -> None:
    handlers = get_project_settings().getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
    page = tmp_path / "خبر.html"
    page.write_text("<title>خبر</title>", "utf-8")
    bare = ("-s", "ITEM_PIPELINES={}", "-s", "EXTENSIONS={}")
    done = scrapy("fetch", *bare, "-s", "DOWNLOADER_MIDDLEWARES={}", page.as_uri())  # without the gate
    assert "خبر" not in done.stdout
    assert "Unsupported URL scheme 'file'" in done.stderr


def make_users(
    port: int, account: str = "admin:a-secret@", **environment: str
) -> subprocess.CompletedProcess[str]:
    given = {"MONGODB_URI": f"mongodb://{account}127.0.0.1:{port}/admin?retryWrites=true"} | environment
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MONGODB", "NEWSCRAWL"))}
    return subprocess.run(
        [sys.executable, PROJECT / "deploy" / "mongodb_users.py"],
        env=inherited | given, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_reader_runs_every_example_and_the_writer_crawls(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        done = make_users(port, **PASSWORDS)
        assert done.returncode == 0, done.stderr
    uri = f"mongodb://newscrawl_writer:w-secret@127.0.0.1:{port}/newscrawl"
    for spider in SPIDERS:
        crawled = scrapy("crawl", spider, "-s", f"REPLAY={RECORDING}", MONGODB_URI=uri)
        assert crawled.returncode == 0, crawled.stderr
        assert "w-secret" not in crawled.stderr
    reader = f"mongodb://newscrawl_reader:r-secret@127.0.0.1:{port}/newscrawl"
    monkeypatch.setenv("MONGODB_URI", reader)
    monkeypatch.setenv("MONGODB_DATABASE", "newscrawl")
    pasting = NotebookReader(capsys)
    pasting.paste(SETUP)
    for block in (EXAMPLES, SEARCH, MIRROR, SAMPLE, CLOCK):  # all but those that need more packages
        pasting.paste(block)
    pasting.paste("client.close()")
    with MongoClient[dict[str, Any]](reader) as client:
        db = client["newscrawl"]
        assert db["coverage"].find_one()
        for forbidden in (
            lambda: db["articles"].delete_many({}),
            lambda: db["articles"].insert_one({}),
            lambda: db.create_collection("mine"),
            lambda: client["newscrawl_ops"]["rejected"].find_one(),
        ):
            with pytest.raises(OperationFailure, match="not authorized"):
                forbidden()
    wrong = scrapy("crawl", "alayam24", "-s", f"REPLAY={RECORDING}", MONGODB_URI=uri.replace("w-s", "x-s"))
    assert wrong.returncode == 4
    assert "x-secret" not in wrong.stderr + wrong.stdout


def test_a_server_without_users_gets_all_of_them_and_the_address_for_crawls(tmp_path: Path) -> None:
    with mongod(tmp_path, "--auth") as server:
        first = make_users(server.port, account="")
        assert first.returncode == 0, first.stderr
        name, _, uri = first.stdout.strip().partition("=")
        assert name == "MONGODB_URI"
        assert uri.endswith(f"@127.0.0.1:{server.port}/newscrawl?retryWrites=true")
        with MongoClient[dict[str, Any]](uri) as client:
            client["newscrawl_ops"]["runs"].insert_one({})
        told = dict(line.split(": ", 1) for line in first.stderr.splitlines())
        with MongoClient[dict[str, Any]](told["for data teams"]) as client:
            assert client["newscrawl"]["articles"].find_one() is None
        account = told["for administration, keep it safe"].removeprefix("mongodb://").partition("@")[0]
        again = make_users(server.port, account=f"{account}@")
        assert (again.returncode, again.stdout) == (0, "")
        assert "newscrawl_writer keeps its password" in again.stderr
        refused = make_users(server.port, account="")
        assert refused.returncode == 1
        assert "MONGODB_URI" in refused.stderr
        assert "Traceback" not in refused.stderr


POISON: dict[str, dict[str, Any]] = {
    "an operator as a key": {"origins": {"$where": "markup"}},
    "a path as a key": {"origins": {"title.$set": "markup"}},
    "a NUL in a key": {"origins": {"title\0": "markup"}},
    "an object for a title": {"title": {"$gt": ""}},
    "half a character": {"byline": "كتب: \ud800"},
    "a number beyond 64 bits": {"word_count": 2**70},
    "more than a document holds": {"lede": "أ" * 9_000_000},
    "a day that is none": {"day": "2023-02-29"},
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_an_article_that_cannot_be_stored_becomes_a_rejection(
    run: Run, database: Database, poison: dict[str, Any]
) -> None:
    bad = article(1)
    for name, value in poison.items():
        setattr(bad, name, value)
    bad.page = b"<html>" + "الصفحة كما هي".encode()
    writer = store(run, database, article(2), bad, article(3))
    assert writer.counts == {"new": 2, "rejected": 1}
    (rejected,) = database.ops["rejected"].find()
    assert (rejected["reason"], rejected["keys"]) == ("store_refused", article(1).keys)
    assert rejected["detail"]
    assert rejected["page"]
    again = store(run, database, bad)
    assert again.counts == {"rejected": 1}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_a_correction_that_cannot_be_stored_leaves_the_article_unchanged(
    run: Run, database: Database, poison: dict[str, Any]
) -> None:
    store(run, database, article(1))
    before = database.articles()
    bad = article(1, body="نص مصحح من الجريدة بعد نشر الخبر", run="second")
    for name, value in poison.items():
        setattr(bad, name, value)
    writer = store(run, database, bad)
    assert writer.counts == {"rejected": 1}
    assert database.articles() == before


def test_texts_that_look_like_operators_are_stored_unchanged(run: Run, database: Database) -> None:
    title = '{"$gt": ""} $where a.b \0 $title'
    store(run, database, article(1, title=title, tags=["$set", "a.b", "\0"]))
    store(run, database, article(1, title=title + "!", tags=["$inc"], section="$$ROOT", run="second"))
    (doc,) = database.articles()
    assert (doc["title"], doc["tags"], doc["section"]) == (title + "!", ["$inc"], "$$ROOT")
    assert database["revisions"].find_one()["tags"] == ["$set", "a.b", "\0"]


class TestScrapydsPassword:
    """Anyone who can reach a Scrapyd without a password can run code."""

    EMPTY: ClassVar[dict[str, dict[str, str]]] = {
        "empty": {"SCRAPYD_USERNAME": "newscrawl", "SCRAPYD_PASSWORD": ""},
        "missing": {"SCRAPYD_USERNAME": "newscrawl"},
        "no name": {"SCRAPYD_USERNAME": "", "SCRAPYD_PASSWORD": "s3cret"},
        "both empty": {"SCRAPYD_USERNAME": "", "SCRAPYD_PASSWORD": ""},
    }

    @pytest.fixture
    def schedule(self, tmp_path: Path) -> str:
        file = tmp_path / "schedule.toml"
        file.write_text('[sites.alayam24]\nevery = "1h"\n', "utf-8")
        return str(file)

    @pytest.mark.parametrize("environment", EMPTY.values(), ids=EMPTY.keys())
    def test_an_empty_password_is_refused(
        self, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("SCRAPYD_USERNAME", "SCRAPYD_PASSWORD"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ScrapydError, match="is empty: Scrapyd then needs no password"):
            Scrapyd()

    def test_a_given_password_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SCRAPYD_USERNAME", "newscrawl")
        monkeypatch.setenv("SCRAPYD_PASSWORD", "s3cret")
        assert not Scrapyd().is_open

    def test_check_refuses_an_empty_password(self, schedule: str) -> None:
        done = scrapy("schedule", "--check", "--file", schedule, **self.EMPTY["empty"])
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert "SCRAPYD_PASSWORD is empty" in done.stderr

    def test_check_reports_that_there_is_none(self, schedule: str) -> None:
        done = scrapy("schedule", "--check", "--file", schedule)
        assert (done.returncode, "no mistake" in done.stdout) == (0, True)
        assert "note: neither SCRAPYD_USERNAME nor SCRAPYD_PASSWORD is set" in done.stderr

    @pytest.mark.parametrize("environment", EMPTY.values(), ids=EMPTY.keys())
    def test_its_service_does_not_start(self, environment: dict[str, str]) -> None:
        unit = (PROJECT / "deploy" / "newscrawl-scrapyd.service").read_text("utf-8").replace("\\\n", " ")
        (line,) = (line for line in unit.splitlines() if line.startswith("ExecStartPre="))
        command = shlex.split(line.partition("=")[2].replace("$$", "$"))
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "is empty in /etc/newscrawl/environment" in done.stderr
        given = {"SCRAPYD_USERNAME": "newscrawl", "SCRAPYD_PASSWORD": "s3cret $x 'y'"}
        assert subprocess.run(command, env=given, check=False).returncode == 0
