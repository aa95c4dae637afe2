"""Reading the archive again gives the crawl's documents, and a better reading makes no revision."""

import datetime as dt
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pymongo import AsyncMongoClient, MongoClient
from scrapy.http import HtmlResponse, Request, Response

from benchmarks.crawling.newspaper import BenchmarkNewspaper
from newscrawl.archive.archive import Archive
from newscrawl.archive.places import Folder
from newscrawl.identity import content_hash
from newscrawl.reprocess import jobs, selection, to_mongo
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.reading import Tally
from newscrawl.sites import Markup, Site
from newscrawl.store.kept_visits import KeptVisit, KeptVisits
from newscrawl.store.schema import prepare
from newscrawl.urls import key
from spiders.alayam24 import Alayam24
from tests import made_warc
from tests.archiving import Archiving
from tests.conftest import Database, scrapy, start
from tests.made_warc import GOOD, answer, record
from tests.test_archive_crawl import s3, s3_port
from tests.test_store import article, store
from tests.trials import long, size

WHEN = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
LEFT_OUT = {"run", "updated_at", "made_by"}
"""Fields that differ between readings: the run, the server's clock, the versions."""


def reprocess(database: Database, archive: Path, *args: str) -> Any:
    return scrapy(
        "reprocess", *args, "-s", f"ARCHIVE={archive}",
        MONGODB_URI=database.uri, MONGODB_DATABASE=database.name,
    )  # fmt: skip


def plain(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in doc.items() if name not in LEFT_OUT} for doc in documents]


def wipe(database: Database) -> None:
    for collection in ("articles", "revisions"):
        database[collection].delete_many({})
    database.ops["unlinked"].delete_many({})


Kept = tuple[Path, list[dict[str, Any]]]
"""An archive, and the documents of the crawls that wrote it."""


@pytest.fixture(scope="module")
def kept(mongodb: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("archive")
    with MongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        crawled = Database(mongodb, "test_kept", client)
        for spider in ("alayam24", "maghress"):
            done = crawled.crawl(spider, "-s", f"ARCHIVE={folder}")
            assert done.returncode == 0, done.stderr
        yield folder, crawled.articles()
        client.drop_database(crawled.name)
        client.drop_database(crawled.ops.name)


@pytest.fixture
def archive(database: Database, kept: Kept) -> Path:
    """The archive, with the documents of the crawls in the database."""
    database["articles"].insert_many(kept[1])
    return kept[0]


def outcomes(done: Any) -> dict[str, int]:
    """What became of the pages, as the command reports it."""
    found = (line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])
    return {word: int(count.replace(",", "")) for count, word in found}


def test_an_empty_collection_gets_the_documents_of_the_crawl(database: Database, kept: Kept) -> None:
    folder, before = kept
    assert any(doc["duplicate_of"] for doc in before)
    done = reprocess(database, folder)
    assert done.returncode == 0, done.stderr
    assert plain(database.articles()) == plain(before)
    assert outcomes(done)["new"] == len(before)
    (record,) = database.ops["reprocessings"].find()
    assert record["outcome"] == "ok"
    assert record["outcomes"] == outcomes(done)
    assert record["pages"] >= len(before)
    assert record["started_at"] <= record["finished_at"]
    assert database["articles"].distinct("run") == [record["_id"]]
    assert database.ops["runs"].count_documents({}) == 0  # this is not a crawl: sites are not judged by it
    # Once more: nothing is written.
    stamps = [doc["updated_at"] for doc in database.articles()]
    again = outcomes(reprocess(database, folder))
    assert again["unchanged"] >= len(before)
    assert again.keys() & {"new", "seen", "revised", "improved", "older"} == set()
    assert [doc["updated_at"] for doc in database.articles()] == stamps
    assert database["revisions"].count_documents({}) == 0


def worsen(database: Database, query: dict[str, Any]) -> int:
    """Change articles as if a worse reader had read them."""
    for doc in list(database["articles"].find(query)):
        worse = f"قائمة الصفحة\n\n{doc['body']}"
        set_ = {
            "body": worse, "content_hash": content_hash(doc["title"], doc["lede"], worse), "authors": [],
            "made_by.reader": 1, "day": None, "published_at": None,
        }  # fmt: skip
        database["articles"].update_one({"_id": doc["_id"]}, {"$set": set_})
    return int(database["articles"].count_documents(query))


def test_a_better_reading_is_not_a_correction(database: Database, archive: Path) -> None:
    before = database.articles()
    worse = worsen(database, {"site": "alayam24"})
    dry = reprocess(database, archive, "--dry-run", "--stale")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.count("improved  http") == worse
    assert "body: 'قائمة الصفحة" in dry.stdout
    assert "day: None -> '2024" in dry.stdout
    assert database["articles"].count_documents({"body": {"$regex": "^قائمة"}}) == worse
    done = reprocess(database, archive, "--stale", "reader")
    assert done.returncode == 0, done.stderr
    assert outcomes(done)["improved"] == worse
    after = database.articles()
    assert plain(after) == plain(before)
    assert {doc["revision"] for doc in after} == {1}
    assert database["revisions"].count_documents({}) == 0
    moved = {doc["_id"] for doc in after} - {doc["_id"] for doc in before if doc["site"] != "alayam24"}
    changed = {a["_id"] for a, b in zip(after, before, strict=True) if a["updated_at"] > b["updated_at"]}
    assert moved <= changed


def test_only_the_requested_pages_are_read(database: Database, archive: Path) -> None:
    wipe(database)
    done = reprocess(database, archive, "--site", "alayam24", "--until", "2030-01-01")
    assert done.returncode == 0, done.stderr
    assert {doc["site"] for doc in database.articles()} == {"alayam24"}
    nothing = reprocess(database, archive, "--since", "2030-01-01")
    assert "0 pages parsed" in nothing.stdout
    aside, *_ = database.articles()
    database["articles"].delete_many({})
    database.ops["rejected"].insert_one(
        {"_id": aside["_id"], "keys": aside["keys"], "url": aside["url"], "site": aside["site"],
         "owner": aside["owner"], "reason": "no_body", "rejected_at": aside["checked_at"]}
    )  # fmt: skip
    rejected = reprocess(database, archive, "--rejected")
    asked = [doc["asked"] for doc in database.ops["reprocessings"].find().sort("started_at")]
    assert asked[0] == {"site": ["alayam24"], "until": "2030-01-01"}
    assert asked[-1] == {"rejected": True}
    assert outcomes(rejected)["new"] == 1, rejected.stderr
    assert [doc["url"] for doc in database.articles()] == [aside["url"]]
    assert reprocess(database, archive, "--site", "nobody").returncode == 2
    assert reprocess(database, archive, "--stale", "weather").returncode == 2
    assert reprocess(database, archive / "none").returncode == 2


def test_forgotten_articles_do_not_come_back(database: Database, archive: Path) -> None:
    gone = database.articles()[0]
    environment = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}
    assert scrapy("forget", gone["url"], **environment).returncode == 0
    left = {doc["_id"] for doc in database.articles()}
    wipe(database)
    done = reprocess(database, archive)
    assert done.returncode == 0, done.stderr
    assert {doc["_id"] for doc in database.articles()} == left


def archived(folder: Path, count: int) -> None:
    """An archive of a declared site with this many pages."""
    began = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)
    file = Archiving(folder, "alayam24", began, "5f2c81d0", "node1")
    pages = BenchmarkNewspaper.made(count, began).articles("https://www.alayam24.com").values()
    for number, (_, text) in enumerate(pages):
        url = f"https://www.alayam24.com/articles-{number}.html"
        meta = {"key": key(url), "asked": url, "fetched_at": began + dt.timedelta(seconds=number)}
        read = HtmlResponse(url, headers={"Content-Type": "text/html; charset=utf-8"}, body=text.encode())
        file.add(Request(url, meta=meta), read, read)
    file.close()


async def read_by(database: Database, folder: Path, site: Site) -> None:
    """Store the pages of an archive as a declaration of their site reads them."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(database.uri, tz_aware=True)
    async with client, to_mongo.writing(client, database.name, 10.0) as writer:
        await prepare(client[database.name], client[database.ops.name])
        plan = Plan({"alayam24": site}, run="a-former-one")
        places = to_mongo.Places(client[database.ops.name], plan)
        chains = selection.chains(Archive(Folder(folder), None, forgotten=lambda keys: ()), [])
        assert await to_mongo.to_mongo(plan, chains, writer, places, 1, []) != Tally()


def test_a_changed_selector_improves_all_articles_even_if_the_command_is_killed(
    database: Database, tmp_path: Path, run: Any
) -> None:
    count = max(250, size(5000))
    archived(tmp_path, count)
    former = replace(Alayam24.site, markup=[Markup(title="h1.headline", body="p.lede", version="0")])
    run(read_by(database, tmp_path, former))
    articles = database["articles"]
    improved = {"word_count": {"$gt": 200}}
    assert (articles.count_documents({}), articles.count_documents(improved)) == (count, 0)
    given = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}
    command = ["reprocess", "--processes", "1", "-s", f"ARCHIVE={tmp_path}"]
    kills = (1, 2) if size(100) == 100 else (1,)
    for killed in kills:
        process = start(*command, stderr=subprocess.PIPE, **given)
        while articles.count_documents(improved) < killed * count // 3 and process.poll() is None:
            time.sleep(0.05)
        process.kill()
        said = process.communicate()[1]
        assert 0 < articles.count_documents(improved) < count, said
    done = scrapy(*command, **given)
    assert done.returncode == 0, done.stderr
    assert articles.count_documents(improved) == count
    assert outcomes(done)["improved"] <= count - len(kills) * (count // 3) + to_mongo.AT_ONCE
    assert articles.distinct("revision") == [1]
    assert articles.distinct("made_by.markup") != ["0"]
    assert database["revisions"].count_documents({}) == 0
    assert database.ops["unlinked"].count_documents({}) == 0


def test_a_visit_is_noted_before_later_pages_are_stored(tmp_path: Path) -> None:
    file = Archiving(tmp_path, "alayam24", WHEN, "5f2c81d0", "node1")
    url, raw = "https://www.alayam24.com/articles-1.html", None
    pages = [
        text.encode()
        for _, text in BenchmarkNewspaper.made(2, WHEN).articles("https://www.alayam24.com").values()
    ]
    answers: list[Response] = [
        HtmlResponse(url, body=pages[0]), Response(url, status=304), HtmlResponse(url, body=pages[1]),
        Response(url, status=404), Response(url, status=500), HtmlResponse(url, body=pages[1]),
    ]  # fmt: skip
    for number, answer_ in enumerate(answers):
        meta = {
            "key": key(url),
            "asked": url,
            "fetched_at": WHEN + dt.timedelta(hours=number),
            "known_raw": raw,
        }
        raw = file.add(Request(url, meta=meta), answer_, answer_) or raw
        file.flush()
    file.close()
    archive = Archive(Folder(tmp_path), None, forgotten=lambda keys: ())
    ((piece,),) = selection.chains(archive, [])
    plan, given, place = Plan({"alayam24": Alayam24.site}), [], piece.start
    while place is not None:
        given.append(jobs.some(plan, piece, place, 100))
        place = given[-1].rest
    assert [len(some.articles) for some in given] == [1, 1, 1]
    visits = [[(visit.at.hour, visit.is_gone) for visit in some.visits] for some in given]
    assert visits == [[(13, False)], [(15, True)], []]
    assert (sum(some.tally.records for some in given), sum(some.tally.pages for some in given)) == (5, 3)


def test_a_visit_that_is_noted_twice_or_too_late_changes_nothing(run: Any, database: Database) -> None:
    store(run, database, article(1), article(2))
    one, two = database.articles()
    later, earlier = (one["checked_at"] + dt.timedelta(hours=hours) for hours in (1, -1))
    visits = [
        KeptVisit(one["keys"][0], one["owner"], later, is_gone=False),
        KeptVisit(one["keys"][0], one["owner"], earlier, is_gone=True),
        KeptVisit(two["keys"][0], two["owner"], later, is_gone=True),
        KeptVisit(two["keys"][0], "another.example", later + dt.timedelta(hours=1), is_gone=False),
        KeptVisit("0" * 32, one["owner"], later, is_gone=True),
    ]

    async def note() -> list[dict[str, Any]]:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(database.uri, tz_aware=True)
        async with client:
            await KeptVisits(client, database.name, 10.0).note(visits)
        return database.articles()

    noted = run(note())
    assert noted[0] == one | {"checked_at": later, "last_seen_at": later}
    assert noted[1] == two | {"checked_at": later, "gone_at": later, "updated_at": noted[1]["updated_at"]}
    assert run(note()) == noted


@long
def test_an_archive_in_s3_is_read(
    database: Database, kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, before = kept
    port = s3_port(monkeypatch)
    with s3(port):
        files = fsspec.filesystem("s3")
        files.mkdir("news")
        files.put(f"{folder}/", "news/archive/", recursive=True)
        done = reprocess(database, tmp_path / "none", "-s", "ARCHIVE_STORE=s3://news/archive")
        assert done.returncode == 0, done.stderr
        assert plain(database.articles()) == plain(before)
        file = next(path for path in files.find("news/archive") if path.endswith(".warc.gz"))
        done = scrapy("reprocess", f"s3://{file}", "--to", "parquet", "--out", str(tmp_path / "parts"))
        assert done.returncode == 0, done.stderr
    assert outcomes(done)["article"] > 0


def test_an_archive_of_2016_is_linked_with_a_crawl_of_2026(database: Database, tmp_path: Path) -> None:
    for year, host in ((2026, "https://www.naql.ma"), (2016, "https://www.asl.ma")):
        path = tmp_path / f"{year}.warc.gz"
        pages = BenchmarkNewspaper.made(6, made_warc.NEWEST).articles(host).items()
        records = [
            record("response", host + place, answer(text, GOOD[0]), at=f"{year}-09-02T08:00:00Z")
            for place, (_, text) in pages
        ]
        path.write_bytes(b"".join(records))
        done = scrapy(
            "reprocess", str(path), "--lang", "ar", "--processes", "1",
            MONGODB_URI=database.uri, MONGODB_DATABASE=database.name,
        )  # fmt: skip
        assert outcomes(done) == {"new": 6}, done.stderr
    first, copies = (list(database["articles"].find({"source": name})) for name in ("asl", "naql"))
    assert {doc["duplicate_of"] for doc in first} == {None}
    assert {doc["duplicate_of"] for doc in copies} == {doc["_id"] for doc in first}
    assert {doc["duplicate"]["kind"] for doc in copies} == {"republished"}
    assert {doc["first_seen_at"].year for doc in first} == {2016}
