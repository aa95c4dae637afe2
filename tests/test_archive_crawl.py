"""Crawls with an archive: whatever happens to crawl or disk, every stored article has its page."""

import gzip
import json
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import fsspec
import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.pages import pages_of
from newscrawl.archive.places import Folder, open_store
from newscrawl.items import Raw
from newscrawl.store.tombstones import forgotten
from tests.conftest import Database, scrapy, start
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.mongod import small_file_system
from tests.test_archive import check
from tests.test_crawl import crawl
from tests.test_faults import Asked
from tests.trials import long, size


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    with serve(made(12)) as served:
        yield served


def made(articles: int, a_page: int = 50) -> LoopbackNewspaper:
    """A newspaper with this many articles."""
    pages: dict[str, Any] = {f"/articles-{n}.html": article(n) for n in range(articles)}
    starts = range(0, articles, a_page)
    for page, first in enumerate(starts):
        following = f"/?page={page + 1}" if page + 1 < len(starts) else None
        numbers = list(range(first, min(first + a_page, articles)))
        pages[f"/?page={page}" if page else "/"] = listing(numbers, following)
    return LoopbackNewspaper(pages)


def archive(folder: Path, database: Database) -> Archive:
    return Archive(Folder(folder), None, forgotten=partial(forgotten, database.client[database.name]))


def assert_kept(newspaper: LoopbackNewspaper, database: Database, folder: Path) -> None:
    """Check that every stored article has its page, as it was served."""
    found = archive(folder, database)
    stored = database.articles()
    assert stored
    for doc in stored:
        assert doc["raw"], doc["url"]
        page = found.page(Raw(**doc["raw"]))
        path = "/" + page.url.rpartition("/")[2]
        served = newspaper.pages[path]
        assert isinstance(served, str)
        assert page.body == served.encode()
        assert page.key == doc["_id"]


def test_a_crawl_keeps_the_page_of_each_article(
    newspaper: LoopbackNewspaper, database: Database, tmp_path: Path
) -> None:
    gone, leads, packed = "/articles-3.html", "/articles-4.html", "/articles-7.html"
    plain = str(newspaper.pages[packed])
    sent = gzip.compress(plain.encode())
    newspaper.pages[packed] = (200, {"Content-Encoding": "gzip"}, sent)
    newspaper.pages[gone] = (404, {}, "غير موجود")
    newspaper.pages[leads] = (301, {"Location": "/articles-5.html"}, "")
    done = crawl(newspaper, database, "-a", "since=2024-03-01", "-s", f"ARCHIVE={tmp_path}")
    assert done.returncode == 0, done.stderr
    newspaper.pages[leads] = newspaper.pages["/articles-5.html"]
    ran = database.run()
    assert ran["alarms"] == []
    (name,) = ran["archive"]["files"]
    assert name.startswith(f"loopback/loopback-{ran['started_at']:%Y%m%dT%H}")
    assert ran["run" if "run" in ran else "_id"] in name.replace("_", "-")
    assert ran["archive"]["bytes"] == (tmp_path / name).stat().st_size
    assert ran["archive"]["lost"] == 0
    check(tmp_path / name)
    pages = list(archive(tmp_path, database).pages(name))
    assert len(pages) == ran["archive"]["pages"]
    assert {page.status for page in pages} == {200, 301, 404}
    assert all("/articles-" in page.asked and page.entry.origin.startswith("http://") for page in pages)
    assert sent in (tmp_path / name).read_bytes()  # compressed pages are archived as they were sent
    assert [page.body for page in pages if page.asked.endswith(packed)] == [plain.encode()]
    (led,) = [page for page in pages if page.redirects]
    assert (led.asked.endswith(leads), led.url.endswith("/articles-5.html")) == (True, True)


ARTICLES = 300 if size(100) == 100 else 40
KILLS = size(20)


def begin(newspaper: LoopbackNewspaper, database: Database, folder: Path, *args: str) -> Any:
    """A crawl that can be killed."""
    return start(
        "crawl", "loopback", "-a", "since=2024-03-01", "-s", f"ARCHIVE={folder}",
        "-s", "SPIDER_MODULES=tests.loopback", "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "STORE_BATCH=10", "-s", "STORE_AGE=0.05", "-s", "WORKERS=0", *args,
        stderr=subprocess.PIPE, MONGODB_URI=database.uri, MONGODB_DATABASE=database.name,
        **newspaper.environment,
    )  # fmt: skip


@pytest.mark.trials
def test_every_article_that_is_stored_when_a_crawl_is_killed_has_its_page(
    database: Database, tmp_path: Path
) -> None:
    chance = random.Random(22)
    stored = []
    with serve(made(ARTICLES)) as newspaper:
        for kill in range(KILLS):
            folder = tmp_path / str(kill)
            newspaper.asked = asked = Asked(chance.randint(ARTICLES // 10, ARTICLES))
            victim = begin(newspaper, database, folder)
            assert asked.enough.wait(120)
            time.sleep(chance.uniform(0, 0.2))
            victim.kill()
            victim.communicate()
            if database.articles():
                assert_kept(newspaper, database, folder)
            stored.append(len(database.articles()))
            again = begin(newspaper, database, folder)
            words = again.communicate()[1]
            assert again.returncode == 0, words
            assert_kept(newspaper, database, folder)
            assert len(database.articles()) == ARTICLES
            files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
            assert all(path.name.endswith(".warc.gz") for path in files)
            for path in files:
                check(path)
            for name in (database.name, database.ops.name):
                database.client.drop_database(name)
    print(f"\nkilled {KILLS} times, articles stored by then: {stored}; after the next crawl {ARTICLES} each")
    assert max(stored) > 0 or KILLS == 1


class Trouble:
    """A crawl of all articles while a disk or a store fails."""

    def __init__(self, newspaper: LoopbackNewspaper, database: Database) -> None:
        self.newspaper, self.database = newspaper, database

    def crawl(self, folder: Path, *args: str) -> dict[str, Any]:
        """Crawl, check that all articles are stored, and return the record of the run."""
        crawl = begin(self.newspaper, self.database, folder, *args)
        words = crawl.communicate()[1]
        assert crawl.returncode == 0, words
        assert len(self.database.articles()) == ARTICLES
        assert "Traceback" not in words
        return self.database.run()

    def add(self, articles: int) -> None:
        """Let the newspaper publish more articles."""
        more = made(articles)
        self.newspaper.pages |= more.pages


@pytest.fixture
def trouble(database: Database) -> Iterator[Trouble]:
    with serve(made(ARTICLES)) as newspaper:
        yield Trouble(newspaper, database)


def assert_all_but(trouble: Trouble, folder: Path, ran: dict[str, Any], said: str) -> int:
    """Check that there is one alarm, and that every article that names a page has it; return their number."""
    (alarm,) = ran["alarms"]
    assert alarm["alarm"] == "archive_stopped"
    assert said in alarm["said"], alarm
    assert ran["counts"]["new"] == ARTICLES
    found = archive(folder, trouble.database)
    kept = [Raw(**doc["raw"]) for doc in trouble.database.articles() if doc["raw"]]
    assert len(kept) == ran["archive"]["pages"]
    assert len(kept) + ran["archive"]["lost"] == ARTICLES
    for raw in kept:
        assert found.page(raw).status == 200
    for path in folder.glob("*/*.warc.gz"):
        check(path)
    return len(kept)


@long
def test_a_full_disk_costs_no_article(trouble: Trouble, tmp_path: Path) -> None:
    with small_file_system(tmp_path / "disk", 1) as disk:
        (disk / "ballast").write_bytes(bytes(900_000))
        ran = trouble.crawl(disk / "archive", "-s", "ARCHIVE_FREE_MB=0")
        kept = assert_all_but(trouble, disk / "archive", ran, "No space left on device")
        assert 0 < kept < ARTICLES
        (disk / "ballast").unlink()
        again(trouble, disk / "archive", "-s", "ARCHIVE_FREE_MB=0")
    print(f"\nfull disk: {ARTICLES} articles, {kept} pages; one alarm: {ran['alarms'][0]['said']}")


@long
def test_a_read_only_folder_costs_no_article(trouble: Trouble, tmp_path: Path) -> None:
    with small_file_system(tmp_path / "disk", 4) as disk:
        (disk / "archive" / "loopback").mkdir(parents=True)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        ran = trouble.crawl(disk / "archive", "-s", "ARCHIVE_FREE_MB=0")
        kept = assert_all_but(trouble, disk / "archive", ran, "Read-only file system")
        assert kept == 0
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        again(trouble, disk / "archive", "-s", "ARCHIVE_FREE_MB=0")
    print(f"\nread-only folder: {ARTICLES} articles, {kept} pages; one alarm: {ran['alarms'][0]['said']}")


def again(trouble: Trouble, folder: Path, *args: str) -> None:
    """Check that the next run archives what it downloads, pages that were visited earlier included."""
    before = {doc["_id"]: doc["raw"] for doc in trouble.database.articles()}
    ran = trouble.crawl(folder, "-a", "refresh=9", *args)
    assert ran["alarms"] == []
    assert ran["archive"]["lost"] == 0
    after = {doc["_id"]: doc["raw"] for doc in trouble.database.articles()}
    assert all(after.values())
    assert all(after[key] == raw for key, raw in before.items() if raw)  # an unchanged page is archived once
    assert_kept(trouble.newspaper, trouble.database, folder)


def s3_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A free port, at which all processes of this test expect S3."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "AWS_ACCESS_KEY_ID": "one", "AWS_SECRET_ACCESS_KEY": "two", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return int(port)


@contextmanager
def s3(port: int) -> Iterator[None]:
    """Serve S3 on loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        yield
    finally:
        server.stop()


@long
def test_an_s3_that_is_away_costs_no_article(
    trouble: Trouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = s3_port(monkeypatch)
    address, folder = "s3://news/archive", tmp_path / "archive"
    away = trouble.crawl(folder, "-s", f"ARCHIVE_STORE={address}")
    (alarm,) = away["alarms"]
    assert alarm["alarm"] == "archive_waiting"
    assert (away["archive"]["pages"], away["archive"]["lost"]) == (ARTICLES, 0)
    assert_kept(trouble.newspaper, trouble.database, folder)
    waiting = list(folder.glob("*/*.warc.gz"))
    assert len(waiting) == 1
    with s3(port):
        fsspec.filesystem("s3").mkdir("news")
        store = open_store(address)
        back = trouble.crawl(folder, "-a", "refresh=9", "-s", f"ARCHIVE_STORE={address}")
        assert back["alarms"] == []
        assert not list(folder.glob("*/*.warc.gz"))
        found = Archive(
            Folder(folder),
            store,
            forgotten=partial(forgotten, trouble.database.client[trouble.database.name]),
        )
        raws = [Raw(**doc["raw"]) for doc in trouble.database.articles()]
        assert {raw.archive for raw in raws} <= {file.name for file in found.files()}
        for raw in raws[:: ARTICLES // 20]:
            assert found.page(raw).status == 200
        for file in found.files():
            copy = tmp_path / "copy.warc.gz"
            copy.write_bytes(store.open(file.name).read())
            check(copy)
        one, *others = trouble.database.articles()
        environment = {"MONGODB_URI": trouble.database.uri, "MONGODB_DATABASE": trouble.database.name}
        done = scrapy(
            "forget",
            one["url"],
            **environment,
            NEWSCRAWL_ARCHIVE=str(folder),
            NEWSCRAWL_ARCHIVE_STORE=address,
        )
        assert "pages removed from" in done.stdout, done.stdout + done.stderr
        kept = [page.key for file in found.files() for page in pages_of(store.open(file.name), file.name)]
        assert set(kept) == {doc["_id"] for doc in others}
        assert found.page(Raw(**others[0]["raw"])).status == 200
    print(
        f"\nS3 away: {ARTICLES} articles, all pages in the folder; one alarm: {alarm['said']}; then all in S3"
    )


@long
def test_other_tools_index_the_archive(trouble: Trouble, tmp_path: Path) -> None:
    from cdxj_indexer.main import CDXJIndexer

    trouble.crawl(tmp_path / "archive")
    (path,) = (tmp_path / "archive").glob("*/*.warc.gz")
    with (tmp_path / "index.cdxj").open("w") as index:
        CDXJIndexer(index, [str(path)], sort=True).process_all()
    lines = [json.loads(line.split(" ", 2)[2]) for line in (tmp_path / "index.cdxj").read_text().splitlines()]
    places = {(int(line["offset"]), line["digest"]) for line in lines if line["status"] == "200"}
    raws = [doc["raw"] for doc in trouble.database.articles()]
    assert places == {(raw["offset"], raw["digest"]) for raw in raws}
    print(f"\ncdxj-indexer: {len(lines)} lines, {len(places)} of articles, as raw says")
