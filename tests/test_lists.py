"""Lists in any encoding: all their articles are requested and nothing else, without a crawl and in one."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from scrapy import Request
from scrapy.http import Headers, HtmlResponse, Response
from scrapy.responsetypes import responsetypes

from newscrawl import discovery, jsontext
from newscrawl.discovery import ListPage, Walk, listing
from newscrawl.download.recording import Recorder, Recording
from newscrawl.kit import fixture
from newscrawl.kit.asking import Answer
from newscrawl.kit.reword import Reworder
from newscrawl.sites import Listing, Site, Sitemap
from newscrawl.urls import key
from newscrawl.workers import lists
from tests.conftest import Database, scrapy
from tests.list_shapes import ARTICLE, SHAPES, answers, path, source
from tests.loopback import LoopbackNewspaper, article, serve
from tests.trials import growth, size

ROOT = "https://www.alayam24.com"
SITE = Site(
    name="الأيام 24",
    domain="alayam24.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=ARTICLE,
    discover=[],
)


def response(at: str, headers: dict[str, str], body: bytes) -> Response:
    """A response as a spider gets it from Scrapy."""
    given = {"Content-Type": "text/html; charset=utf-8", **headers}
    if given.pop("Content-Encoding", None):
        body = gzip.decompress(body)
    cls = responsetypes.from_args(headers=Headers(given), url=ROOT + at, body=body)
    return cls(ROOT + at, headers=given, body=body, request=Request(ROOT + at))


@pytest.mark.parametrize(
    "place", range(len(SHAPES)), ids=[f"{shape.source.__name__} {shape.name}" for shape in SHAPES]
)
def test_all_articles_of_a_list_are_read(place: int) -> None:
    given, wanted = answers(place, ROOT)
    found: list[str] = []
    counted: set[str] = set()
    waiting = [path(place)]
    for at in waiting:
        _, headers, body = given[at]
        page = discovery.read_list_page(
            response(at, headers, body), Walk(ROOT + at, source(place, ROOT)), SITE
        )
        assert page
        found += [entry.url.removeprefix(ROOT) for entry in page.entries]
        counted |= page.flaws.keys() | page.skipped.keys()
        waiting += [request.url.removeprefix(ROOT) for request in page.after]
    assert sorted(found) == sorted(wanted)
    assert SHAPES[place].flaw in {"", *counted}
    assert set(waiting) == given.keys()


def read(given: Response, place: int) -> ListPage | None:
    at = given.url.removeprefix(ROOT)
    return discovery.read_list_page(given, Walk(ROOT + at, source(place, ROOT)), SITE)


def test_a_replay_reads_what_the_crawl_did(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "lists.warc.gz")
    live: list[tuple[int, Response]] = []
    for place in range(len(SHAPES)):
        for at, (_, headers, body) in answers(place, ROOT)[0].items():
            live.append((place, response(at, headers, body)))
            asked = Request(ROOT + at, meta={"fetched_at": dt.datetime(2024, 3, 27, tzinfo=dt.UTC)})
            recorder.write(asked, live[-1][1])
    recorder.close()
    recording = Recording(tmp_path / "lists.warc.gz")
    for place, given in live:
        replayed = recording.answer(Request(given.url))
        assert type(replayed) is type(given)
        now, then = (read(one.replace(request=Request(given.url)), place) for one in (replayed, given))
        assert now
        assert then
        assert now.entries == then.entries
        assert [request.url for request in now.after] == [request.url for request in then.after]
        assert (now.skipped, now.flaws) == (then.skipped, then.flaws)
    recording.close()


HOSTILE = {
    "lists that never end": '[{"a":',
    "items with mistakes": '[{"a": x},',
    "mistakes in one list": '{"a": x},',
    "texts that never end": '{"a": "',
    "comments that never end": "[1, <!-- ",
    "notices that never end": "[1, <br /><b>Notice</b>: ",
    "good items": '[{"a": 1}, {"a": 2}] ',
    "commas": "[,",
    "escapes": '["\\',
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_the_cost_of_json_with_mistakes_grows_with_its_length(piece: str) -> None:
    def find(text: str) -> None:
        with suppress(ValueError):
            jsontext.find(text)

    assert growth(find, lambda n: '[{"a": 1}, ' + piece * (n // len(piece)), 50_000) <= 2.5


@pytest.mark.parametrize(
    ("text", "value", "counted"),
    [
        ('[{"a": 1}, {"a": "ب"د"}, {"a": 3}]', [{"a": 1}, {"a": 3}], {"unreadable": 1}),
        ('[{"a": 1}, {"a": 2, "b": [{"a": 5}, {"a": "ب"د"}]}, {"a": 3}]', None, {"unreadable": 2}),
        ('[{"a": 1}, {"a": 2}, {"a', [{"a": 1}, {"a": 2}], {"cut": 1}),
        ('[{"a": 1}, {"a": 2},', [{"a": 1}, {"a": 2}], {"cut": 1}),
        ('[{"a": 1, "b": [1, 2]}, {"a": 2, "b": [1, ', [{"a": 1, "b": [1, 2]}], {"cut": 1}),
        ('{"n": {"a": 1}, "data": [{"a": 1}, {"a"', {"n": {"a": 1}, "data": [{"a": 1}]}, {"cut": 1}),
        ('{"data": {"posts": [{"a": 1}, {"a": 1', {"data": {"posts": [{"a": 1}]}}, {"cut": 1}),
        ('[{"a": 1},, {"a": 2,},]', [{"a": 1}, {"a": 2}], {}),
        ("[1, 2 x, 3]", None, None),
        ("x = {a: 1}", None, None),
        ('callback({"a": [1]});', {"a": [1]}, {}),
        ('[{"a": 1}]\n[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}], {}),
        ('[{"a": "<!-- kept -->"}, <!-- not -->]', [{"a": "<!-- kept -->"}], {}),
        ('PHP Warning: x[1] in a.php on line 3\n{"a": 1}', {"a": 1}, {}),
        ('{"a": /* none */ 1, "b": \ufeff[]}\x00', {"a": 1, "b": []}, {}),
    ],
)
def test_the_parts_of_json_with_mistakes_that_are_read(
    text: str, value: object, counted: dict[str, int] | None
) -> None:
    skipped: Counter[str] = Counter()
    if counted is None:
        with pytest.raises(ValueError, match="JSON"):
            jsontext.find(text, skipped)
        return
    found = jsontext.find(text, skipped)
    assert dict(skipped) == counted
    assert value is None or found == value


def test_an_address_in_a_urlset_decides_whether_it_is_a_file_or_a_page() -> None:
    def found(*names: str, tag: str = "url") -> tuple[list[str], list[str]]:
        rows = "".join(f"<{tag}><loc>{ROOT}/{name}</loc></{tag}>" for name in names)
        body = f"<urlset>{rows}</urlset>".encode()
        page = read(response(path(first), {}, body), first)
        assert page
        return (
            [entry.url.removeprefix(f"{ROOT}/") for entry in page.entries],
            [request.url.removeprefix(f"{ROOT}/") for request in page.after],
        )

    first = next(place for place, shape in enumerate(SHAPES) if shape.source is Sitemap)
    article = "articles-1.html"
    assert found("news.xml", "sport.xml?page=2", "") == ([], ["news.xml", "sport.xml?page=2"])
    assert found("feed.xml", article) == ([article], [])
    assert found("sitemap-2.xml", article, "map.xml.gz") == ([article], ["sitemap-2.xml", "map.xml.gz"])
    assert found("sitemap.php?page=2", "sitemap.html", "category-sitemap.xml") == ([], ["sitemap.php?page=2"])
    assert found("sitemap.txt", article, "sitemaps-explained", tag="sitemap")[0] == [article]
    assert found(article, "news.xml", tag="sitemap") == ([article], ["news.xml"])


def test_a_json_feed_is_used_if_no_other_is_advertised() -> None:
    feeds = "<link rel=alternate type='application/feed+json' href='/feed.json'>"
    feeds += "<link rel=alternate type='application/json' href='/wp-json/x'>"
    home = HtmlResponse(f"{ROOT}/", body=feeds.encode())
    assert listing.advertised_feeds(home) == [f"{ROOT}/feed.json"]
    feeds += "<link rel=alternate type='application/rss+xml' href='/feed'>"
    assert listing.advertised_feeds(home.replace(body=feeds.encode())) == [f"{ROOT}/feed"]


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-8"])
def test_links_are_requested_in_the_charset_of_their_page(encoding: str) -> None:
    body = (
        f"<meta charset={encoding}><title>أخبار المغرب اليوم</title><a href='/سياسة'>سياسة</a>"
        "<link rel=alternate type='application/rss+xml' href='/rss.php?cat=خبر'>"
        "<a rel=next href='/list.php?cat=خبر&page=2'>التالي</a>"
    )
    declared = {"Content-Type": f"text/html; charset={'utf-8' if encoding != 'utf-8' else 'windows-1256'}"}
    home = HtmlResponse(f"{ROOT}/", headers=declared, body=body.encode(encoding))
    sent = quote("خبر".encode(encoding))
    found = lists.read_links(SITE, home)
    assert found.feeds == [f"{ROOT}/rss.php?cat={sent}"]
    assert found.sections == [f"{ROOT}/{quote('سياسة')}"]
    page = listing.read_listing(home, Listing(f"{ROOT}/"), SITE)
    assert page
    assert [request.url for request in page.after] == [f"{ROOT}/list.php?cat={sent}&page=2"]


@pytest.mark.parametrize("query", ["t=خبر", "t=%CE%C8%D1", "t=%D8%AE%D8%A8%D8%B1"])
def test_an_article_is_known_by_its_query_in_any_charset(query: str) -> None:
    assert SITE.is_article(f"{ROOT}/read.php?id=7&{query}")
    assert key(f"{ROOT}/read.php?id=7&t=%CE%C8%D1") != key(f"{ROOT}/read.php?id=7&t=خبر")


OFFLINE = (
    "in windows-1256, declared UTF-8", "in capitals", "with an Arabic query in windows-1256",
    "after a notice", "JSON Feed in windows-1256", "packed twice", "with control characters",
)  # fmt: skip


@pytest.mark.parametrize("place", [place for place, shape in enumerate(SHAPES) if shape.name in OFFLINE])
def test_a_saved_list_is_read_as_it_was_online(place: int) -> None:
    given, wanted = answers(place, ROOT)
    pages = {ROOT + at: response(at, headers, body) for at, (_, headers, body) in given.items()}
    pages |= {
        ROOT + at: HtmlResponse(ROOT + at, body=article(number).encode(), request=Request(ROOT + at))
        for number, at in enumerate(wanted)
    }

    async def fetch(request: Request) -> Answer:
        said = pages.get(request.url)
        return Answer(request.url, said, at=dt.datetime(2024, 3, 27, tzinfo=dt.UTC))

    site = replace(SITE, discover=[source(place, ROOT)])
    saved = asyncio.run(fixture.save(site, fetch, Reworder()))
    assert saved.missing == []
    (file,) = [answer for answer in saved.answers if answer["url"] == ROOT + path(place) and "file" in answer]
    kind = {"Content-Type": file.get("type", "text/html; charset=utf-8")}
    page = read(response(path(place), kind, saved.files[file["file"]]), place)
    assert page
    saved_pages = {json.loads(saved.files[f"{name}.json"])["url"] for name in saved.pages}
    assert {entry.url for entry in page.entries} == saved_pages


def test_a_newspaper_with_such_lists_is_crawled(database: Database) -> None:
    """Crawls all lists in the trials, every tenth one in the normal run."""
    places = range(0, len(SHAPES), 1 if size(100) == 100 else 10)
    with serve(LoopbackNewspaper()) as newspaper:
        root = newspaper.environment["LOOPBACK"]
        wanted: set[str] = set()
        for place in places:
            given, paths = answers(place, root)
            newspaper.pages |= given
            wanted |= paths
        lists = set(newspaper.pages)
        newspaper.pages |= {at: article(number) for number, at in enumerate(sorted(wanted))}
        done = scrapy(
            "crawl", "loopback_lists", "-a", "since=2024-03-01", "-s", "SPIDER_MODULES=tests.list_shapes",
            "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False",
            MONGODB_URI=database.uri, MONGODB_DATABASE=database.name,
            LISTS=json.dumps(list(places)), **newspaper.environment,
        )  # fmt: skip
        assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
        assert sorted(set(newspaper.asked)) == sorted(lists | wanted)
        assert len(newspaper.asked) == len(set(newspaper.asked))
        assert database["articles"].count_documents({}) == len(wanted)
