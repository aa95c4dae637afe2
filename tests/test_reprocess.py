"""WARC files in the form of CC-NEWS: all Arabic articles are found, and no others, whatever is damaged."""

import datetime as dt
import gzip
import io
import random
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest

from newscrawl.archive.reading import NotWarcError
from newscrawl.commands import reprocess
from newscrawl.reprocess import selection
from newscrawl.reprocess.guess import may_be_arabic
from newscrawl.reprocess.kept import InputPage
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import NoSuchInputError, Range, inputs, ranges
from newscrawl.reprocess.reading import NOT_ASKED, Tally, read_page, read_range
from newscrawl.reprocess.records import RecordHead, Records
from newscrawl.sites import Feed, Site
from newscrawl.urls import key
from tests.conftest import scrapy
from tests.made_warc import GOOD, OTHERS, Made, cc_news, record
from tests.trials import size

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"<p>one</p>" * 40


def ok(number: int, *, length: int = 0, kind: str = "response") -> bytes:
    return record(kind, f"http://a.example/{number}", ANSWER, length=length)


def cut(member: bytes) -> bytes:
    return member[: len(member) // 2]


def read(data: bytes, start: int = 0, end: int | None = None) -> tuple[list[str], int]:
    """The last part of each address that is read, and the number of damaged records."""
    records = Records(io.BytesIO(data), start, end)
    found = [record.head.url.rpartition("/")[2] for record in records.matching(lambda head: True)]
    return found, records.broken


@pytest.mark.parametrize(
    ("data", "found", "broken"),
    [
        (ok(1) + ok(2), ["1", "2"], 0),
        (ok(1) + cut(ok(2)) + ok(3) + ok(4), ["1", "3", "4"], 1),
        (cut(ok(1)) + ok(2), ["2"], 1),
        (ok(1) + cut(ok(2)), ["1"], 1),
        (ok(1) + ok(2)[:-3], ["1"], 1),
        (ok(1) + ok(2)[:150] + b"XXXX" + ok(2)[154:] + ok(3), ["1", "3"], 1),
        (ok(1) + b"garbage" * 20 + ok(2), ["1", "2"], 0),
        *(
            (ok(1, length=one) + ok(2, length=two) + ok(3) + ok(4), ["1", "2", "3", "4"], 0)
            for one in (0, -300, 300, 10**6)
            for two in (-300, 300, 10**6)
        ),
        (ok(1) + ok(2, length=10**6), ["1", "2"], 0),
    ],
)
def test_damaged_records_are_left_out_and_no_others(data: bytes, found: list[str], broken: int) -> None:
    assert read(data) == (found, broken)


def test_unwanted_records_are_recognised_as_damaged_too() -> None:
    records = Records(io.BytesIO(ok(1) + cut(ok(2)) + ok(3, length=300) + ok(4)))
    assert list(records.matching(lambda head: False)) == []
    assert (records.seen, records.broken) == (3, 1)


@pytest.mark.parametrize("data", [b"", b"hello " * 100, cut(ok(1))[:20]])
def test_a_file_that_is_not_a_warc_file_is_refused_as_such(data: bytes) -> None:
    with pytest.raises(NotWarcError):
        read(data)


def test_a_file_may_be_divided_into_ranges_anywhere() -> None:
    data = b"".join(ok(number) for number in range(12)) + cut(ok(0)) + ok(12)
    whole = read(data)[0]
    for place in range(0, len(data), 23):
        assert read(data, 0, place)[0] + read(data, place)[0] == whole
    plain = b"".join(gzip.decompress(ok(number)) for number in range(5))
    for place in range(0, len(plain), 101):
        assert read(plain, 0, place)[0] + read(plain, place)[0] == list("01234")


def found_in(path: Path, plan: Plan, pieces: list[Range] | None = None) -> tuple[set[str], Tally]:
    tally, urls = Tally(), set()
    for piece in pieces or [Range(str(path), 0, path.stat().st_size)]:
        urls |= {read.article.url for read in read_range(plan, piece, piece.start, tally) if read.article}
    return urls, tally


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    path = tmp_path_factory.mktemp("warc") / "CC-NEWS-20160901131415-00000.warc.gz"
    return path, cc_news(path, size(20_000) * 2, arabic=0.03 if size(100) == 100 else 0.2)


def test_all_arabic_articles_are_found_and_no_others(news: tuple[Path, Made]) -> None:
    path, made = news
    assert len(made.articles) >= len(GOOD)
    urls, tally = found_in(path, Plan({}, lang="ar"))
    assert urls == made.articles
    assert tally.broken == made.broken
    assert tally.pages == len(urls)  # nothing else was parsed
    # The forms come in turn, and the ranges do not change which pages are found.
    urls, tally = found_in(path, Plan({}, lang="ar"), list(ranges([str(path)], 50_000)))
    assert (urls, tally.broken) == (made.articles, made.broken)


def test_without_a_language_only_declared_sites_are_read(news: tuple[Path, Made]) -> None:
    path, made = news
    site = Site(
        name="القياس", domain="sahifat-alqiyas.example", country="EG", timezone="Africa/Cairo",
        article=r"/articles-\d+\.html$", discover=[Feed("/feed")],
    )  # fmt: skip
    assert found_in(path, Plan({}))[0] == set()
    piece = Range(str(path), 0, path.stat().st_size)
    given = [read.article for read in read_range(Plan({"qiyas": site}), piece, 0, Tally())]
    articles = [article for article in given if article]
    assert {article.url for article in articles} == made.articles
    assert {(article.source, article.site, article.published.timezone) for article in articles} == {
        ("qiyas", "qiyas", "Africa/Cairo")
    }
    other = Plan({"qiyas": site}, only=frozenset({"x"}), lang="ar")
    assert found_in(path, other)[0] == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_other_languages_are_recognised_by_their_bytes(lang: str) -> None:
    chance, letters = random.Random(1), "ابتدرزسلمنهويةك"
    words = ["".join(chance.choices(letters, k=5)) for _ in range(300)]
    arabic = " ".join(words)
    for charset in ("utf-8", "windows-1256", "utf-16"):
        assert may_be_arabic(f"<p>ال{arabic.replace(' ', ' ال')}</p>".encode(charset, "ignore"))
    assert not may_be_arabic(f"<p>{arabic.translate(OTHERS[lang])}</p>".encode())


@pytest.mark.parametrize(("wanted", "is_read"), [("/old/7", True), ("/news/7", True), ("/news/8", False)])
def test_a_page_is_wanted_by_every_address_that_led_to_it(wanted: str, is_read: bool) -> None:
    """A rejection of a redirected page has the key of the requested address."""
    home = "https://www.sahifa.example"
    site = Site(
        name="صحيفة", domain="sahifa.example", country="EG", discover=[Feed()], article=r"^/news/\d+$"
    )
    kept = InputPage(
        url=f"{home}/news/7", met=(f"{home}/old/7", f"{home}/news/7"), body=b"<p>page</p>", headers={},
        at=dt.datetime(2026, 11, 3, tzinfo=dt.UTC), offset=0, name="sahifa",
    )  # fmt: skip
    plan = Plan({"sahifa": site}, keys=frozenset({key(f"{home}{wanted}", site.url_rules)}))
    assert (read_page(plan, kept).outcome != NOT_ASKED) == is_read


def test_a_record_is_refused_by_its_headers_before_its_block_is_read() -> None:
    plan = Plan({}, lang="ar")
    head = RecordHead("response", "http://a.example/1", dt.datetime(2016, 9, 1, tzinfo=dt.UTC), 200, None, 0)
    assert plan.wants(head)
    for change in (
        {"kind": "revisit"}, {"url": "dns:a.example"}, {"at": None}, {"status": 404}, {"status": 304},
        {"content_type": "image/jpeg"}, {"content_type": "application/json"},
    ):  # fmt: skip
        assert not plan.wants(replace(head, **change))


def test_the_command_writes_parts_and_continues_where_it_was(news: tuple[Path, Made], tmp_path: Path) -> None:
    path, made = news
    command = ["reprocess", str(path), "--to", "parquet", "--out", str(tmp_path / "out"), "--lang", "ar"]
    environment = {"NEWSCRAWL_DATA": str(tmp_path / "data")}
    done = scrapy(*command, "--processes", "1", **environment)
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(tmp_path / "out").to_pylist()
    assert {row["url"] for row in rows} == made.articles
    assert all(row["signature"] and row["made_by"]["reader"] and row["day"] for row in rows)
    again = scrapy(*command, **environment)
    assert "1 of 1 ranges were done before" in again.stderr
    other = scrapy(*command, "--since", "2016-09-02", **environment)
    assert other.returncode == 2
    assert "made with other options" in other.stderr + other.stdout


def test_the_command_names_the_versions_that_it_compares() -> None:
    assert list(reprocess.STALE) == list(selection.STALE)


def test_an_address_is_read_through_fsspec() -> None:
    data = ok(1) + ok(2) + ok(3)
    fsspec.filesystem("memory").pipe("/news/one.warc.gz", data)
    path = "memory://news/one.warc.gz"
    pieces = list(ranges(inputs([path]), len(data) // 2))
    assert [(piece.path, piece.start) for piece in pieces] == [(path, 0), (path, len(data) // 2)]
    tally = Tally()
    for piece in pieces:
        list(read_range(Plan({}, lang="ar"), piece, piece.start, tally))
    assert (tally.records, tally.broken) == (3, 0)
    with pytest.raises(NoSuchInputError, match=r"memory://news/two\.warc\.gz cannot be read"):
        list(ranges(["memory://news/two.warc.gz"]))
