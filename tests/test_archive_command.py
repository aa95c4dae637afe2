"""``scrapy archive`` and ``scrapy forget``, as an operator uses them."""

import argparse
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from newscrawl.archive.archive import Archive
from newscrawl.archive.places import Folder
from newscrawl.command import ProjectCommand
from newscrawl.commands.archive import Command
from newscrawl.commands.forget import Command as Forget
from tests.archiving import Archiving
from tests.conftest import Database
from tests.test_archive import asked, packed, page
from tests.test_store import Run, article, store


@pytest.fixture
def kept(run: Run, database: Database, tmp_path: Path) -> dict[str, str]:
    """An archive of three pages, two of them of stored articles; yields the arguments of commands."""
    began = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    file = Archiving(tmp_path, "alayam24", began, "5f2c81d0", "node1")
    for number in (1, 2, 3):
        one = article(number)
        request = asked(number, key=one.keys[0], asked=one.url).replace(url=one.url)
        raw = file.add(request, packed(page(number)), page(number))
        if number < 3:
            store(run, database, replace(one, raw=raw))
    file.close()
    environment = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}
    return environment | {"ARCHIVE": str(tmp_path)}


class Ran:
    """A command of the project, run in this process: importing everything takes longer than most commands."""

    def __init__(self, given: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        self._given, self._capsys = given, capsys

    def __call__(self, command: ProjectCommand, *args: str, **changed: str) -> tuple[int, str]:
        settings = Settings()
        settings.setmodule("newscrawl.settings")
        settings.setdict(self._given | changed, priority="cmdline")
        command.settings = settings
        parser = argparse.ArgumentParser(conflict_handler="resolve")
        command.add_options(parser)
        opts, rest = parser.parse_known_args(args)
        self._capsys.readouterr()
        try:
            command.run(rest, opts)
        except UsageError as error:
            return 2, str(error)
        said = self._capsys.readouterr()
        return command.exitcode, said.out + said.err


@pytest.fixture
def ran(kept: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Ran:
    return Ran(kept, capsys)


def test_it_lists_checks_shows_and_removes(ran: Ran, tmp_path: Path) -> None:
    (path,) = tmp_path.rglob("*.warc.gz")
    status, said = ran(Command())
    assert status == 0
    day = f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=3):%Y-%m-%d}"
    megabytes = f"{path.stat().st_size / 1e6:.1f}"
    assert said.splitlines()[1].split() == ["alayam24", "folder", "1", megabytes, day]
    agree = "articles: 2 match, 0 name a file that is gone or on another machine, 0 do not match\n"
    assert ran(Command(), "--check") == (0, "files: 1, records: 10, errors: 0\n" + agree)
    for number in (1, 3):
        status, said = ran(Command(), "--show", article(number).url)
        assert (status, f"<h1>{number}</h1>" in said) == (0, True)
        assert f"title in list  خبر رقم {number}\n" in said
    status, said = ran(Command(), "--show", article(4).url)
    assert (status, said) == (3, f"{article(4).url}: no page of this address is in the archive\n")
    whole = path.read_bytes()
    path.write_bytes(whole[:700] + bytes(40) + whole[740:])
    status, said = ran(Command(), "--check")
    assert status == 1
    assert "the archive is damaged: restore the files named above" in said
    path.write_bytes(whole)
    assert ran(Command(), "--remove", "4") == (0, "0 files removed, 0.0 MB\n")
    assert ran(Command(), "--remove", "0")[0] == 2
    assert ran(Command(), "--remove", "2") == (0, f"1 files removed, {megabytes} MB\n")
    status, said = ran(Command(), "--show", article(1).url)
    assert status == 3
    assert "removed by age or size, or it is on the machine node1" in said


def test_a_store_that_is_away_is_reported_in_one_sentence(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object, **__: object) -> None:
        raise ConnectionError("nobody\nlistens")

    monkeypatch.setattr(MemoryFileSystem, "find", find)
    status, said = ran(Command(), ARCHIVE_STORE="memory://news")
    assert (status, said.splitlines()[-1]) == (1, "memory://news: nobody listens")
    status, said = ran(Forget(), article(1).url, ARCHIVE_STORE="memory://news")
    assert status == 1
    assert "pages are still in the archive: memory://news: nobody listens; run the same command again" in said
    assert ran(Command(), ARCHIVE_STORE="nosuch://x")[0] == 2


def test_a_forgotten_page_is_in_no_archive(ran: Ran, database: Database, tmp_path: Path) -> None:
    (path,) = tmp_path.rglob("*.warc.gz")
    size, raws = path.stat().st_size, {doc["_id"]: doc["raw"] for doc in database.articles()}
    status, said = ran(Forget(), article(1).url)
    assert status == 0, said
    assert "  1 pages removed from 1 archive files\n" in said
    assert path.stat().st_size == size
    assert {doc["_id"]: doc["raw"] for doc in database.articles()}.items() <= raws.items()
    archive = Archive(Folder(tmp_path), None, forgotten=lambda keys: ())
    left = [found.asked for found in archive.pages(archive.files()[0])]
    assert left == [article(2).url, article(3).url]
    assert ran(Command(), "--show", article(1).url) == (
        3, f"{article(1).url}: the page was removed on request\n",
    )  # fmt: skip
    assert ran(Command(), "--check")[0] == 0
    status, said = ran(Forget(), article(2).url, ARCHIVE=str(tmp_path / "other"))
    assert "is on another machine: node1 removes it at the end of its next crawl" in said
    # It still exists, but all readers obey the tombstone.
    status, said = ran(Command(), "--show", article(2).url)
    assert (status, "removed on request" in said) == (3, True)
    upkept = ran(Command(), "--upkeep")
    assert upkept == (0, "nothing is left to do\n")
    assert [found.asked for found in archive.pages(archive.files()[0])] == [article(3).url]
