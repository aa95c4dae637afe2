"""Archives as files: every page that is taken is there, whole, and comes back as it was read."""

import datetime as dt
import gzip
import os
import stat
import zlib
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from scrapy.http import HtmlResponse, Request, Response
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from newscrawl.archive.archive import Archive, PageGone
from newscrawl.archive.messages import address
from newscrawl.archive.names import OPEN, Name
from newscrawl.archive.pages import Page
from newscrawl.archive.places import Folder
from newscrawl.archive.run_file import RunFile
from newscrawl.discovery import Entry
from newscrawl.items import Raw
from newscrawl.urls import key

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
    body = gzip.compress(response.body, mtime=0) if coding == "gzip" else zlib.compress(response.body)
    return response.replace(body=body, headers={**response.headers, "Content-Encoding": coding})


def run_file(folder: Path, run: str = "5f2c81d0", **given: Any) -> RunFile:
    return RunFile(Folder(folder), Name.of(SITE, BEGAN, run, "node-1"), "node-1", **given)


def archive(folder: Path) -> Archive:
    return Archive(Folder(folder), None, forgotten=lambda keys: ())


def pages(folder: Path) -> list[Page]:
    found = archive(folder)
    return [page for file in found.files() for page in found.pages(file)]


def check(path: Path) -> None:
    """Both libraries read the file, and all digests are right."""
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
    "redirect": Response(url(6), status=301, headers={"Location": url(7).encode()}),
}
SENT = {
    "packed": packed(KINDS["packed"]),
    "deflated": packed(KINDS["deflated"], "deflate"),
    "large": packed(KINDS["large"]),
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


def test_each_page_comes_back_as_it_was_read(kept: dict[str, Raw | None], tmp_path: Path) -> None:
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


def test_files_are_readable_by_others_private_and_without_secrets(kept: object, tmp_path: Path) -> None:
    (path,) = (tmp_path / SITE).iterdir()
    assert path.name == "hespress-20261128T201751Z-5f2c81d0-node_1.warc.gz"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    check(path)
    assert b"s3cret" not in gzip.decompress(path.read_bytes())


def test_what_was_sent_packed_is_not_packed_again(kept: object, tmp_path: Path) -> None:
    (path,) = (tmp_path / SITE).iterdir()
    content = path.read_bytes()
    assert SENT["large"].body[:60_000] in content
    assert SENT["deflated"].body not in content
    assert SENT["deflated"].body not in gzip.decompress(content)


def test_a_rendered_page_is_a_record_of_its_own(tmp_path: Path) -> None:
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


def test_a_page_whose_earlier_record_is_gone_is_kept_anew(tmp_path: Path) -> None:
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


def test_what_is_not_flushed_is_not_said_to_be_kept(tmp_path: Path) -> None:
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
        assert Name.read(str(name)) == name
        assert str(name).count("/") == 1
    assert Name.read("hespress/x.warc.gz") is None
    assert os.sep not in Name.of("a/b", BEGAN, "r", "n").site
