"""How an archive and its crawl work together: pages before articles, one alarm, an end in time."""

import asyncio
import datetime as dt
import platform
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from newscrawl.archive import keeper as keeping
from newscrawl.archive.archive import Archive
from newscrawl.archive.desk import Desk
from newscrawl.archive.keeper import Keeper
from newscrawl.archive.names import Name
from newscrawl.archive.part import ArchivePart
from newscrawl.archive.places import ArchiveStore, Folder, open_store
from newscrawl.archive.run_file import RunFile
from newscrawl.archive.setting import ArchiveSettings
from newscrawl.items import Article, Rejection
from newscrawl.urls import key
from tests.conftest import Database
from tests.test_archive import BEGAN, SITE, asked, packed, page, url
from tests.test_download_recording import largest_file
from tests.test_store import Run, article, store


class FakeTombstones:
    """The tombstones, without a MongoDB."""

    def __init__(self, *keys: str) -> None:
        self.keys = set(keys)
        self.later: set[str] = set()
        self.asked: list[dt.datetime | None] = []

    async def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    async def since(self, moment: dt.datetime | None) -> set[str]:
        self.asked.append(moment)
        found = set(self.keys)
        self.keys |= self.later
        return found


def wanted(folder: Path, **changed: Any) -> ArchiveSettings:
    return replace(ArchiveSettings(Folder(folder), store="", days=0, bytes=0, free=0), **changed)


def keeper(folder: Path, run: str = "one", **changed: Any) -> Keeper:
    return Keeper(wanted(folder, **changed), lambda: Name.of(SITE, BEGAN, run, platform.node()))


async def taken(keeper: Keeper, number: int) -> Article:
    """An article whose page is downloaded."""
    raw = await keeper.keep(asked(number), packed(page(number)), page(number))
    return article(number, raw=raw)


def test_a_page_is_in_the_archive_before_its_article_is_stored(
    run: Run, database: Database, tmp_path: Path
) -> None:
    kept = keeper(tmp_path)
    articles = [run(taken(kept, number)) for number in range(12)]
    seen = 0

    async def before(items: Sequence[Article | Rejection]) -> None:
        ids = [item.keys[0] for item in items]
        assert database["articles"].count_documents({"_id": {"$in": ids}}) == 0
        await kept.settle(items)
        nonlocal seen
        seen += 1
        for item in items:
            assert isinstance(item, Article)
            assert item.raw
            assert Archive(Folder(tmp_path), None, forgotten=lambda keys: ()).page(item.raw).body

    store(run, database, *articles, batch=5, before=before)
    assert seen > 1
    assert len(database.articles()) == 12


def test_an_article_whose_page_was_lost_says_so(run: Run, database: Database, tmp_path: Path) -> None:
    kept = keeper(tmp_path)
    one = run(taken(kept, 1))
    run(kept.settle([one]))
    with largest_file((tmp_path / f"{one.raw.archive}.open").stat().st_size + 10):
        two, three = run(taken(kept, 2)), run(taken(kept, 3))
        assert two.raw
        store(run, database, one, two, three, before=kept.settle)
    raws = {doc["_id"]: doc["raw"] for doc in database.articles()}
    assert [raws[item.keys[0]] is None for item in (one, two, three)] == [False, True, True]
    ended = run(kept.finish(FakeTombstones()))
    assert (ended["pages"], ended["lost"]) == (1, 2)
    assert kept.alarms == {"archive_stopped": f"{tmp_path}: File too large"}


def test_a_visit_that_archives_nothing_leaves_an_earlier_page(run: Run, database: Database) -> None:
    raw = {"archive": "a/a-20261128T201751Z-r-n.warc.gz", "offset": 7, "digest": "sha1:X", "node": "n"}
    store(run, database, article(1))
    database["articles"].update_one({}, {"$set": {"raw": raw}})
    store(run, database, article(1, run="second"))
    assert database.articles()[0]["raw"] == raw
    store(run, database, article(1, run="third", body="نص آخر للخبر بعد تصحيحه من الجريدة"))
    assert database.articles()[0]["raw"] is None  # that page had another text


def test_a_disk_that_hangs_ends_archiving(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", 0.05)
    monkeypatch.setattr(ArchivePart, "write", lambda *_, **__: time.sleep(0.5))

    async def crawl() -> tuple[list[Article], dict[str, Any]]:
        kept = keeper(tmp_path)
        articles = [await taken(kept, 1)]
        await kept.settle(articles)
        articles.append(await taken(kept, 2))
        ended = await kept.finish(FakeTombstones())
        return articles, ended | {"alarms": kept.alarms}

    articles, ended = run(crawl())
    assert [item.raw for item in articles] == [None, None]
    assert ended["alarms"] == {"archive_stopped": f"{tmp_path} did not answer within 0.05 s"}


def test_pages_are_handed_to_the_disk_with_their_batch(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round trip to the disk for each page would cost more than the page."""
    done: list[object] = []
    do = Desk.do

    async def counted(self: Desk, work: Any) -> Any:
        done.append(work)
        return await do(self, work)

    monkeypatch.setattr(Desk, "do", counted)

    async def crawl() -> int:
        kept = keeper(tmp_path)
        for batch in range(4):
            articles = [await taken(kept, number) for number in range(batch * 10, batch * 10 + 10)]
            await asyncio.gather(kept.settle(articles[:5]), kept.settle(articles[5:]))
            assert all(item.raw for item in articles)
        return len(done)

    assert run(crawl()) == 1 + 4  # the start of the file, and each batch


def test_no_more_pages_wait_in_memory_than_are_written_at_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newscrawl.archive.run_file.AT_ONCE", 10_000)
    held: list[int] = []
    write = ArchivePart.write

    def counted(self: ArchivePart, taken: Sequence[bytes], **how: bool) -> OSError | None:
        held.append(sum(map(len, taken)))
        return write(self, taken, **how)

    monkeypatch.setattr(ArchivePart, "write", counted)

    async def crawl() -> list[Article]:
        kept = keeper(tmp_path)
        articles = []
        for first in range(0, 60, 4):  # four downloads at a time
            articles += await asyncio.gather(*(taken(kept, first + number) for number in range(4)))
        await kept.settle(articles)
        return articles

    articles = run(crawl())
    assert len(held) > 5
    assert max(held) < 10_000 + 4 * 2_000
    found = Archive(Folder(tmp_path), None, forgotten=lambda keys: ())
    assert all(found.page(item.raw).key == key(url(number)) for number, item in enumerate(articles))


def test_a_fault_of_ours_costs_no_article(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def add(*_: object) -> None:
        raise KeyError("key")

    monkeypatch.setattr(RunFile, "add", add)
    kept = keeper(tmp_path)
    assert run(taken(kept, 1)).raw is None
    assert kept.alarms == {"archive_stopped": "KeyError: 'key'"}


class TestHandingOver:
    def crawl(self, run: Run, folder: Path, name: str, tombstones: FakeTombstones, **changed: Any) -> Keeper:
        async def once() -> Keeper:
            kept = keeper(folder, name, **changed)
            articles = [await taken(kept, number) for number in (1, 2)]
            await kept.settle(articles)
            await kept.finish(tombstones)
            return kept

        done: Keeper = run(once())
        return done

    def test_a_store_that_is_away_gets_the_files_later(self, run: Run, tmp_path: Path) -> None:
        folder, address = tmp_path / "folder", f"file://{tmp_path}/store"
        (tmp_path / "store").write_text("not a folder: nothing can be put there")
        first = self.crawl(run, folder, "one", FakeTombstones(), store=address)
        assert list(first.alarms) == ["archive_waiting"]
        assert len(list(folder.glob("*/*.warc.gz"))) == 1
        (tmp_path / "store").unlink()
        second = self.crawl(run, folder, "two", FakeTombstones(), store=address)
        assert second.alarms == {}
        assert list(folder.glob("*/*.warc.gz")) == []
        assert len(list(open_store(address).files(SITE))) == 2

    def test_forgotten_pages_are_not_handed_over(self, run: Run, tmp_path: Path) -> None:
        tombstones = FakeTombstones(key(url(1)))
        self.crawl(run, tmp_path, "one", tombstones, store="memory://clear")
        store = open_store("memory://clear")
        found = Archive(Folder(tmp_path), store, forgotten=lambda keys: ())
        assert [page.key for file in found.files() for page in found.pages(file)] == [key(url(2))]
        # The next time only later tombstones are looked for.
        assert tombstones.asked[0] is None
        self.crawl(run, tmp_path, "two", tombstones)
        assert tombstones.asked[-1] is not None

    def test_a_page_that_is_forgotten_during_its_hand_over_is_cleared(self, run: Run, tmp_path: Path) -> None:
        tombstones = FakeTombstones()
        tombstones.later = {key(url(2))}
        self.crawl(run, tmp_path, "one", tombstones, store="memory://meanwhile")
        store = open_store("memory://meanwhile")
        found = Archive(None, store, forgotten=lambda keys: ())
        assert [page.key for file in found.files() for page in found.pages(file)] == [key(url(1))]

    def test_without_mongodb_nothing_is_handed_over(self, run: Run, tmp_path: Path) -> None:
        async def once() -> None:
            kept = keeper(tmp_path, store="memory://never")
            await kept.settle([await taken(kept, 1)])
            await kept.finish(None)

        run(once())
        assert list(open_store("memory://never").files()) == []
        assert len(list(tmp_path.glob("*/*.warc.gz"))) == 1

    def test_a_store_that_hangs_is_not_waited_for(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        over = threading.Event()
        monkeypatch.setattr(keeping, "FINISHING", 0.2)
        monkeypatch.setattr(ArchiveStore, "put", lambda *_: over.wait(60))
        kept = self.crawl(run, tmp_path, "one", FakeTombstones(), store="memory://hangs")
        assert not over.is_set()
        over.set()
        assert kept.alarms == {"archive_waiting": "upkeep took more than 0.2 s; the next run continues it"}
        assert len(list(tmp_path.glob("*/*.warc.gz"))) == 1

    def test_an_invalid_address_is_reported(self, run: Run, tmp_path: Path) -> None:
        kept = self.crawl(run, tmp_path, "one", FakeTombstones(), store="nosuch://x")
        assert "ARCHIVE_STORE=nosuch://x cannot be used" in kept.alarms["archive_waiting"]


@pytest.mark.parametrize(
    ("given", "priority", "archives"),
    [
        ({}, "cmdline", False),
        ({"SCHEDULED": "True"}, "cmdline", True),
        ({"SCHEDULED": "True", "ARCHIVE": "off"}, "cmdline", False),
        ({"SCHEDULED": "True", "ARCHIVE": "/srv/archive"}, "project", True),
        ({"ARCHIVE": "/srv/archive"}, "project", True),
        ({"ARCHIVE": "/srv/archive", "REPLAY": "x.warc.gz"}, "project", False),
        ({"ARCHIVE": "/srv/archive", "REPLAY": "x.warc.gz"}, "cmdline", True),
        ({"SCHEDULED": "True", "REPLAY": "x.warc.gz"}, "cmdline", False),
    ],
)
def test_which_crawls_archive(given: dict[str, str], priority: str, archives: bool) -> None:
    settings = Settings({"ARCHIVE": "", "ARCHIVE_DAYS": 0, "ARCHIVE_MB": 0, "ARCHIVE_FREE_MB": 0})
    settings.setdict(given, priority)
    found = ArchiveSettings.of(settings)
    assert (found is not None) == archives
    if found and "ARCHIVE" in given:
        assert str(found.folder) == "/srv/archive"
