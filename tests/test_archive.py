"""The files of an archive: every page that was accepted is complete, and reads back as it was."""

import datetime as dt
import gzip
import os
import shutil
import stat
import time
import zlib
from collections.abc import Iterable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import brotli  # type: ignore[import-untyped]
import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from scrapy.http import HtmlResponse, Request, Response
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.warcwriter import WARCWriter

from newscrawl.archive import erasing
from newscrawl.archive.archive import Archive, PageGone
from newscrawl.archive.erasing import blank, erase
from newscrawl.archive.forgetting import erase_everywhere
from newscrawl.archive.messages import address
from newscrawl.archive.names import OPEN, Name
from newscrawl.archive.pages import ArchivedPage
from newscrawl.archive.places import ArchiveFile, Folder, open_store
from newscrawl.archive.reading import members
from newscrawl.archive.upkeep import Upkeep, expired
from newscrawl.discovery import Entry
from newscrawl.items import Raw
from newscrawl.urls import key
from tests.archiving import Archiving
from tests.test_download_recording import largest_file

BEGAN = dt.datetime(2026, 11, 28, 20, 17, 51, tzinfo=dt.UTC)
SITE = "hespress"
TEXT = "أعلنت الوزارة انطلاق برنامج جديد لتدبير الماء في المدن الكبرى. " * 40


def url(number: int) -> str:
    return f"https://www.hespress.com/خبر-{number}.html"


def asked(number: int, **carried: Any) -> Request:
    entry = Entry(
        url(number), dt.date(2026, 11, 28), title=f"خبر رقم {number}", date="28 نونبر 2026", origin="feed"
    )
    meta = {"key": key(url(number)), "asked": url(number), "entry": entry}
    at = {"fetched_at": BEGAN + dt.timedelta(seconds=number)}
    return Request(url(number), meta=meta | at | carried, headers={"Cookie": "s3cret", "Accept": "text/html"})


def page(number: int, text: str = TEXT, **headers: str) -> Response:
    given = {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "s3cret=1", **headers}
    return HtmlResponse(url(number), headers=given, body=f"<h1>{number}</h1><p>{text}".encode())


def packed(response: Response, coding: str = "gzip") -> Response:
    pack = {"gzip": partial(gzip.compress, mtime=0), "deflate": zlib.compress, "br": brotli.compress}
    body = pack[coding](response.body)
    return response.replace(body=body, headers={**response.headers, "Content-Encoding": coding})


def run_file(folder: Path, run: str = "5f2c81d0", **given: Any) -> Archiving:
    return Archiving(folder, SITE, BEGAN, run, "node-1", **given)


def archive(folder: Path) -> Archive:
    return Archive(Folder(folder), None, forgotten=lambda keys: ())


def pages(folder: Path) -> list[ArchivedPage]:
    found = archive(folder)
    return [page for file in found.files() for page in found.pages(file)]


def check(path: Path) -> None:
    """Check that both libraries read the file, and that all digests are right."""
    checker = Checker(type("Arguments", (), {"inputs": [str(path)], "verbose": True}))
    checker.process_all()
    assert checker.exit_value == 0
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    fast = []
    with path.open("rb") as file:
        for record in FastIterator(file, parse_http=False):
            assert record.verify_block_digest()
            fast.append(record.headers["WARC-Type"])
    assert fast == kinds
    with path.open("rb") as file:
        for record in FastIterator(file):
            if record.is_http and record.headers["WARC-Type"] != "revisit":
                assert record.verify_payload_digest()


KINDS = {
    "plain": page(1),
    "packed": page(2),
    "deflated": page(3),
    "empty": Response(url(4), headers={"Content-Type": "text/html"}),
    "large": page(5, "".join(str(n * 7919) for n in range(40_000))),
    "brotli": page(7),
    "redirect": Response(url(6), status=301, headers={"Location": url(1).encode()}),
}
SENT = {
    "packed": packed(KINDS["packed"]),
    "deflated": packed(KINDS["deflated"], "deflate"),
    "large": packed(KINDS["large"]),
    "brotli": packed(KINDS["brotli"], "br"),
}


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, Raw | None]:
    """A file with a page of each kind."""
    file = run_file(tmp_path)
    found = {
        name: file.add(asked(number), SENT.get(name, read), read)
        for number, (name, read) in enumerate(KINDS.items(), 1)
    }
    file.close()
    return found


def test_each_page_reads_back_as_the_crawl_read_it(kept: dict[str, Raw | None], tmp_path: Path) -> None:
    found = dict(zip(KINDS, pages(tmp_path), strict=True))
    for number, (name, read) in enumerate(KINDS.items(), 1):
        page = found[name]
        assert page.raw == kept[name]
        assert (page.body, page.status) == (read.body, read.status)
        assert page.asked == address(url(number))
        assert (page.key, page.site, page.run) == (key(url(number)), SITE, "5f2c81d0")
        assert page.fetched_at == BEGAN + dt.timedelta(seconds=number)
        assert (page.entry.title, page.entry.day) == (f"خبر رقم {number}", dt.date(2026, 11, 28))
        assert page.raw
        assert archive(tmp_path).page(page.raw) == page


def test_files_are_readable_by_other_tools_private_and_without_secrets(kept: object, tmp_path: Path) -> None:
    (path,) = (tmp_path / SITE).iterdir()
    assert path.name == "hespress-20261128T201751Z-5f2c81d0-node_1.warc.gz"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    check(path)
    assert b"s3cret" not in gzip.decompress(path.read_bytes())


def test_records_are_those_that_warcio_makes(kept: object, tmp_path: Path) -> None:
    """Our records state the same as warcio's, whose writer takes three times as long."""
    (path,) = (tmp_path / SITE).iterdir()
    writer = WARCWriter(BytesIO(), gzip=False, warc_version="1.1")
    writer.NO_PAYLOAD_DIGEST_TYPES = ("warcinfo", "metadata")
    compared = []
    for record in ArchiveIterator(BytesIO(gzip.decompress(path.read_bytes()))):
        if not str(record.http_headers).isascii():
            continue  # warcio changes the bytes of such headers
        ours = record.rec_headers.headers
        named = {name: value for name, value in ours if "Digest" not in name and "Content" not in name}
        body = record.raw_stream.read()
        theirs = writer.create_warc_record(
            named.get("WARC-Target-URI"), record.rec_type, payload=BytesIO(body), length=len(body),
            http_headers=record.http_headers, warc_headers_dict=named,
        )  # fmt: skip
        writer.write_record(theirs)
        assert sorted(theirs.rec_headers.headers) == sorted(ours)
        compared.append(record.rec_type)
    assert len(compared) == 1 + 3 * len(KINDS) - 1


def test_a_page_that_was_sent_compressed_is_not_compressed_again(kept: object, tmp_path: Path) -> None:
    (path,) = (tmp_path / SITE).iterdir()
    content = path.read_bytes()
    assert SENT["large"].body[:60_000] in content
    for coding in ("deflated", "brotli"):  # not every tool can decompress these
        assert SENT[coding].body not in content
    assert SENT["deflated"].body not in gzip.decompress(content)


def test_a_rendered_page_has_its_own_kind_of_record(tmp_path: Path) -> None:
    sent = HtmlResponse(
        url(1) + "#top", body="<h1>۞ خبر</h1>", encoding="utf-8", flags=["playwright"],
        headers={"Content-Type": "text/html; charset=windows-1256", "ETag": '"x"'},
    )  # fmt: skip
    file = run_file(tmp_path)
    raw = file.add(asked(1, redirect_urls=["https://hespress.com/a"]), sent, sent)
    file.close()
    (page,) = pages(tmp_path)
    assert page.raw == raw
    assert page.is_rendered
    assert page.body is not None
    assert page.body.decode() == "<h1>۞ خبر</h1>"
    assert page.url == url(1) + "#top"
    assert page.redirects == ("https://hespress.com/a",)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Etag"] == '"x"'
    (path,) = (tmp_path / SITE).iterdir()
    check(path)


@pytest.mark.parametrize("answer", [packed(page(1)), Response(url(1), status=304)], ids=["200", "304"])
def test_an_unchanged_page_is_kept_once(tmp_path: Path, answer: Response) -> None:
    first, second = run_file(tmp_path), run_file(tmp_path, "later")
    raw = first.add(asked(1), packed(page(1)), page(1))
    first.close()
    assert second.add(asked(1, known_raw=raw), answer, page(1) if answer.status == 200 else answer) == raw
    second.close()
    assert (first.kept.same, second.kept.same) == (0, 1)
    earlier, again = pages(tmp_path)
    assert (again.body, again.same_as) == (None, earlier.raw)
    for path in (tmp_path / SITE).iterdir():
        check(path)
    with (tmp_path / again.raw.archive).open("rb") as opened:
        (revisit,) = [r for r in ArchiveIterator(opened) if r.rec_type == "revisit"]
    assert revisit.rec_headers.get_header("WARC-Refers-To-Target-URI") == earlier.asked
    assert revisit.rec_headers.get_header("WARC-Refers-To-Date") == "2026-11-28T20:17:52Z"


def test_a_repeated_visit_remembers_the_list_that_led_to_the_page(tmp_path: Path) -> None:
    first, second, third = (run_file(tmp_path, run) for run in ("one", "two", "three"))
    one = first.add(asked(1), packed(page(1)), page(1))
    first.close()
    nothing = Entry(url(1))
    two = second.add(asked(1, known_raw=one, entry=nothing), page(1, "صحح"), page(1, "صحح"))
    second.close()
    third.add(asked(1, known_raw=two, entry=nothing), page(1, "زيد"), page(1, "زيد"))
    third.close()
    assert [found.entry.title for found in pages(tmp_path)] == ["خبر رقم 1"] * 3
    assert len({found.raw for found in pages(tmp_path)}) == 3


def test_a_page_whose_earlier_record_is_gone_is_archived_again(tmp_path: Path) -> None:
    first, second = run_file(tmp_path), run_file(tmp_path, "later")
    raw = first.add(asked(1), page(1), page(1))
    first.close()
    assert raw
    (tmp_path / raw.archive).unlink()
    again = second.add(asked(1, known_raw=raw), page(1), page(1))
    second.close()
    assert again
    assert again != raw
    assert archive(tmp_path).page(again).body == page(1).body
    with pytest.raises(PageGone, match="removed by age or size, or it is on the machine node-1"):
        archive(tmp_path).page(raw)


def test_a_page_counts_as_archived_only_once_it_is_flushed(tmp_path: Path) -> None:
    file = run_file(tmp_path)
    one = file.add(asked(1), page(1), page(1))
    assert one
    assert not file.has(one)
    file.flush()
    assert file.has(one)
    two = file.add(asked(2), page(2), page(2))
    assert two
    assert not file.has(two)
    assert [page.key for page in pages(tmp_path)] == [key(url(1))]
    assert (tmp_path / f"{one.archive}{OPEN}").exists()
    file.close()
    assert (tmp_path / one.archive).exists()
    assert file.has(two)


def test_a_run_that_downloads_nothing_leaves_no_file(tmp_path: Path) -> None:
    file = run_file(tmp_path)
    file.flush()
    file.close()
    assert list(tmp_path.iterdir()) == []
    assert file.failure is None


def test_names_sort_by_site_and_moment() -> None:
    names = [
        Name.of(site, BEGAN + dt.timedelta(days=days), run, "n")
        for site in ("a", "b")
        for days in (0, 1)
        for run in "xy"
    ]
    assert sorted(map(str, names)) == list(map(str, sorted(names)))
    for name in (*names, Name.of("صحيفة/..", BEGAN, "a b/c-d", "host.example-1", 3)):
        assert Name.parse(str(name)) == name
        assert str(name).count("/") == 1
    assert Name.parse("hespress/x.warc.gz") is None
    assert os.sep not in Name.of("a/b", BEGAN, "r", "n").site


class TestForgetting:
    def test_an_overwritten_record_keeps_its_length(self) -> None:
        head = (
            b"WARC-Record-ID: <urn:uuid:6e8f0456-fd08-42c9-8162-72c8fa42a76b>\r\n"
            b"WARC-Date: 2026-11-28T20:17:52.123456Z"
        )
        for length in (*range(310, 1500), *range(65_500, 66_200, 7), *range(131_070, 131_370, 7)):
            content = blank(length, head)
            assert len(content) == length
            assert [record.verify_block_digest() for record in FastIterator(BytesIO(content))] == [True]
        with pytest.raises(ValueError, match="too short to be overwritten"):
            blank(200, head)

    def test_nothing_of_the_page_is_left_and_all_others_stay_where_they_are(
        self, kept: dict[str, Raw | None], tmp_path: Path
    ) -> None:
        (path,) = (tmp_path / SITE).iterdir()
        before, whole = pages(tmp_path), path.read_bytes()
        for number, (name, page) in enumerate(zip(KINDS, before, strict=True), 1):
            path.write_bytes(whole)
            assert erase(path, {key(url(number))}) == 3
            assert erase(path, {key(url(number))}) == 0
            assert path.stat().st_size == len(whole)
            check(path)
            left = [other for other in before if other != page]
            assert pages(tmp_path) == left
            assert [archive(tmp_path).page(other.raw) for other in left] == left
            content = path.read_bytes()
            assert SENT.get(name, KINDS[name]).body[:200] not in content or not KINDS[name].body
            for word in (address(url(number)), f"خبر رقم {number}", key(url(number))):
                assert word.encode() not in gzip.decompress(content)
            with pytest.raises(PageGone, match="removed on request"):
                archive(tmp_path).page(page.raw)

    def test_a_record_that_was_overwritten_in_part_is_overwritten_to_the_end(
        self, kept: dict[str, Raw | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (path,) = (tmp_path / SITE).iterdir()
        raw = kept["large"]
        assert raw

        def fails(file: BinaryIO, found: list[tuple[int, int, str]]) -> None:
            file.seek(found[1][0])
            file.write(bytes(40))
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(erasing, "_overwrite", fails)
            with pytest.raises(KeyboardInterrupt):
                erase(path, {key(url(5))})
        assert SENT["large"].body[-1000:] in path.read_bytes()
        Upkeep(Folder(tmp_path), "node-1").clear((), BEGAN)
        assert SENT["large"].body[-1000:] not in path.read_bytes()
        check(path)
        assert len(pages(tmp_path)) == len(KINDS) - 1
        assert sorted(other.name for other in tmp_path.rglob("*") if other.is_file()) == [
            ".forgotten", path.name
        ]  # fmt: skip

    def test_a_page_that_refers_to_an_overwritten_one_says_so(self, tmp_path: Path) -> None:
        first, second = run_file(tmp_path), run_file(tmp_path, "later")
        raw = first.add(asked(1), page(1), page(1))
        first.close()
        # Another address with the same body.
        second.add(asked(2, known_raw=raw), page(1), page(1))
        second.close()
        assert raw
        erase(tmp_path / raw.archive, {key(url(1))})
        (again,) = pages(tmp_path)
        assert again.same_as == raw
        with pytest.raises(PageGone, match="removed on request"):
            archive(tmp_path).page(again.same_as)

    def test_a_forgotten_page_is_not_read_even_while_it_exists(
        self, kept: dict[str, Raw | None], tmp_path: Path
    ) -> None:
        gone = {key(url(2)), key(url(5))}
        found = Archive(Folder(tmp_path), None, forgotten=lambda keys: gone.intersection(keys))
        (file,) = found.files(SITE)
        assert [page.key for page in found.pages(file)] == [key(url(n)) for n in (1, 3, 4, 6, 7)]
        assert kept["packed"]
        with pytest.raises(PageGone, match="removed on request"):
            found.page(kept["packed"])

    @pytest.mark.parametrize("where", ["memory://news/archive", "file://{folder}/store"])
    def test_copies_in_a_store_are_cleared_too(self, tmp_path: Path, where: str) -> None:
        store = open_store(where.format(folder=tmp_path))
        folder = tmp_path / "folder"
        file = run_file(folder)
        one, two = (file.add(asked(n), packed(page(n)), page(n)) for n in (1, 2))
        file.close()
        assert one
        assert two
        upkeep = Upkeep(Folder(folder), "node-1")
        handed = list(upkeep.hand_over(store, time.monotonic() + 60))
        assert handed == [one.archive]
        upkeep.let_go(handed)
        found = Archive(Folder(folder), store, forgotten=lambda keys: ())
        assert (found.page(one).body, found.page(two).body) == (page(1).body, page(2).body)
        erased = erase_everywhere(Folder(folder), store, {key(url(1))}, [SITE])
        assert (erased.pages, erased.files) == (1, 1)
        assert found.page(two).body == page(2).body
        with pytest.raises(PageGone, match="removed on request"):
            found.page(one)
        store.remove(one.archive)
        with pytest.raises(PageGone, match="is not in"):
            found.page(two)


class TestFiles:
    def test_a_truncated_file_is_cut_after_its_last_whole_record(self, tmp_path: Path) -> None:
        folder = Folder(tmp_path)
        file = run_file(tmp_path)
        raws = [file.add(asked(n), page(n), page(n)) for n in range(3)]
        file.close()
        assert raws[0]
        path = folder.path_of(raws[0].archive)
        whole = path.read_bytes()
        with path.open("rb") as opened:
            ends = [offset + length for offset, length, _ in members(opened)]
        path.unlink()
        left = Path(f"{path}{OPEN}")
        for length in range(0, len(whole) + 1, 97):
            left.write_bytes(whole[:length])
            assert Upkeep(folder, "node-2").finish_torn() == []
            assert Upkeep(folder, "node-1").finish_torn() == [raws[0].archive]
            last = max([0, *(end for end in ends if end <= length)])
            assert not left.exists()
            assert (path.read_bytes() if path.exists() else b"") == whole[:last]
            path.unlink(missing_ok=True)

    def test_a_file_that_is_being_written_is_left_alone(self, tmp_path: Path) -> None:
        file = run_file(tmp_path)
        file.add(asked(1), page(1), page(1))
        file.flush()
        upkeep = Upkeep(Folder(tmp_path), "node-1")
        assert upkeep.finish_torn() == []
        assert list(upkeep.hand_over(open_store("memory://other"), time.monotonic() + 9)) == []
        file.close()
        assert len(pages(tmp_path)) == 1

    def test_two_machines_share_a_folder(self, tmp_path: Path) -> None:
        files = [Archiving(tmp_path, SITE, BEGAN, "one", node) for node in ("a", "b")]
        raws = [file.add(asked(n), page(n), page(n)) for n, file in enumerate(files)]
        for file in files:
            file.close()
        assert [raw.node for raw in raws if raw] == ["a", "b"]
        assert [page.raw for page in pages(tmp_path)] == raws

    def test_a_file_of_the_same_name_is_not_overwritten(self, tmp_path: Path) -> None:
        files = [run_file(tmp_path) for _ in range(3)]
        raws = [file.add(asked(n), page(n), page(n)) for n, file in enumerate(files)]
        for file in files:
            file.close()
        assert len({raw.archive for raw in raws if raw}) == 3
        assert [page.key for page in pages(tmp_path)] == [key(url(n)) for n in range(3)]

    def test_a_file_that_is_too_large_continues_in_another(self, tmp_path: Path) -> None:
        file = run_file(tmp_path, largest=3000)
        for number in range(9):
            file.add(asked(number), page(number), page(number))
            file.flush()
        file.close()
        assert len(archive(tmp_path).files()) > 2
        assert [page.key for page in pages(tmp_path)] == [key(url(n)) for n in range(9)]

    @pytest.mark.parametrize(
        ("limits", "left"),
        [((0, 0), [0, 1, 2, 3]), ((2, 0), [2, 3]), ((0, 250), [2, 3]), ((0, 1), [3]), ((1, 350), [3])],
    )
    def test_the_oldest_files_are_removed_first(self, limits: tuple[int, int], left: list[int]) -> None:
        now = BEGAN + dt.timedelta(days=4)
        names = [Name.of(SITE, BEGAN + dt.timedelta(days=day, hours=1), "r", "n") for day in range(4)]
        files = [ArchiveFile(str(name), name, 100) for name in names]
        gone = expired(reversed(files), now=now, days=limits[0], limit=limits[1])
        assert [files.index(file) for file in files if file not in gone] == left

    def test_a_file_that_is_being_written_is_not_too_old(self) -> None:
        name = Name.of(SITE, BEGAN, "r", "n")
        file = ArchiveFile(str(name), name, 100, is_open=True)
        assert expired([file], now=BEGAN + dt.timedelta(days=99), days=1, limit=0) == []


class TestTrouble:
    """Trouble with the disk costs pages of the archive, and is reported once."""

    def crawl(self, file: Archiving, numbers: Iterable[int]) -> list[int]:
        """Archive these pages, flush after each, and return the numbers of those that are safely in the
        archive.
        """
        kept = []
        for number in numbers:
            raw = file.add(asked(number), page(number), page(number))
            file.flush()
            if raw and file.has(raw):
                kept.append(number)
        return kept

    def assert_kept(self, folder: Path, numbers: list[int]) -> None:
        assert [page.key for page in pages(folder)] == [key(url(n)) for n in numbers]
        for path in (folder / SITE).iterdir():
            check(path)

    def test_a_full_disk(self, tmp_path: Path) -> None:
        file = run_file(tmp_path, pause=0)
        kept = self.crawl(file, range(3))
        with largest_file(5000):
            for number in range(3, 12):
                kept += self.crawl(file, [number])
        assert len(kept) < 12
        kept += self.crawl(file, range(12, 15))
        file.close()
        assert file.failure == f"{tmp_path}: File too large"
        assert {0, 1, 2, 12, 13, 14} <= set(kept)
        assert file.kept.pages == len(kept)
        assert file.kept.lost == 15 - len(kept)
        self.assert_kept(tmp_path, kept)

    def test_a_lost_page_is_never_confused_with_a_later_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = run_file(tmp_path, pause=0)
        lost = file.add(asked(1), page(1), page(1))
        assert lost
        with largest_file(100):
            file.flush()
        kept = self.crawl(file, range(2, 6))
        file.close()
        assert kept == [2, 3, 4, 5]
        assert not file.has(lost)
        self.assert_kept(tmp_path, kept)

    def test_pages_that_were_written_earlier_are_flushed_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("newscrawl.archive.run_file.AT_ONCE", 0)
        synced = []
        monkeypatch.setattr(os, "fsync", synced.append)
        file = run_file(tmp_path)
        one = file.add(asked(1), page(1), page(1))
        assert one
        assert (synced, file.has(one)) == ([], False)
        file.flush()
        assert (len(synced), file.has(one)) == (1, True)

    def test_space_is_left_for_others(self, tmp_path: Path) -> None:
        free = shutil.disk_usage(tmp_path).total * 2
        file = run_file(tmp_path, free=free)
        assert self.crawl(file, range(3)) == []
        assert (
            file.failure
            == f"{tmp_path}: its disk has less than {free // 1_000_000} MB left (NEWSCRAWL_ARCHIVE_FREE_MB)"
        )
        assert file.kept.lost == 3

    def test_a_folder_is_created_but_not_the_folders_above_it(self, tmp_path: Path) -> None:
        Folder(tmp_path / "archive").make("hespress")
        Folder(tmp_path / ".newscrawl" / "archive").make("hespress")  # without a configured folder
        assert (tmp_path / ".newscrawl" / "archive" / "hespress").is_dir()
        with pytest.raises(FileNotFoundError):
            Folder(tmp_path / "disk" / "archive").make("hespress")

    def test_a_folder_that_cannot_be_written_to(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        now = [0.0]
        file = run_file(tmp_path / "file" / "archive", pause=60, clock=lambda: now[0])
        assert self.crawl(file, range(3)) == []
        assert file.failure == f"{tmp_path}/file/archive: Not a directory"
        (tmp_path / "file").unlink()
        (tmp_path / "file").mkdir()
        assert self.crawl(file, [3]) == []
        now[0] = 61
        assert self.crawl(file, [4]) == [4]
        file.close()
        self.assert_kept(tmp_path / "file" / "archive", [4])
