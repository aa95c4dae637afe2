"""A site that does everything wrong: its good articles are stored, and every other address gets a reason."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Database
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.test_crawl import crawl
from tests.test_ledger import balance

GOOD = range(1, 51)
JUNK = "غير مقروء " * 3
DATES = (
    "0000-00-00 00:00:00",
    "Mon, 01 Jan 0001 00:00:00 +0000",
    "9999-12-31T23:59:59Z",
    "31-02-2024",
    "2024-02-30",
    "12-13-2024",
    "21130",
    "2024",
    "15:05",
    "30-09-1445هـ",
    "1970-01-01",
    "1900-01-01",
    "-1",
    "NaN",
    "\ud800".encode("utf-8", "replace").decode(),
    "9" * 5000,
    "2024-03-27T99:99:99",
    "27 مارس 99999",
    "<b>",
    "منذ " + "9" * 400 + " يوم",
)
ADDRESSES = (
    "http://[x",
    "http://x]/articles-1.html",
    "//[/articles-1.html",
    "http://127.0.0.1:99999/articles-1.html",
    "http://127.0.0.1:0/articles-1.html",
    "http://127.0.0.1:1/articles-1.html",
    "http://127.0.0.1:x/articles-1.html",
    "mailto:a@b.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "file://127.0.0.1/articles-1.html",
    "ftp://127.0.0.1/articles-1.html",
    "s3://127.0.0.1/articles-1.html",
    "http://user:pass@127.0.0.1/articles-1.html",
    "http://127.0.0.1\\@evil.example/articles-1.html",
    "http://",
    "http:///",
    "https://..",
    "http://127.1/articles-1.html",
    "http://2130706433/articles-1.html",
    "http://0x7f.1/articles-1.html",
    "http://[::1]/articles-1.html",
    "/articles-1.html" + "a" * 9000,
    "/articles-1.html?" + "ا" * 3000,
    "http://" + "a" * 300 + ".example/",
    "http://%00/",
    "http://a b/",
    "\\\\",
    "//",
    "?" * 50,
    "/articles-" + "1" * 5000 + ".html",
    "http://xn--/",
    "http://127.0.0.1%2f@x/",
    "feed:http://127.0.0.1/",
    " ",
)
"""Addresses that do not lead to an article of the site, or are invalid."""


def page(body: str, head: str = "") -> str:
    return f"<html lang=ar dir=rtl><head><title>خبر</title>{head}</head><body>{body}</body></html>"


def hostile(port: int) -> dict[str, Any]:
    """Pages that are not articles, one of each kind."""
    deep = '{"a":' * 20_000 + "1" + "}" * 20_000
    plain = page(f"<h1 class=heading>خبر</h1><div class=articlecontent><p>{JUNK}</p></div>")
    here = f"http://127.0.0.1:{port}"
    pages = [
        (404, {}, "غير موجود"),
        (403, {}, "ممنوع"),
        (410, {}, "حذف"),
        (401, {}, ""),
        (451, {}, ""),
        (418, {}, ""),
        (500, {}, "عطل"),
        (502, {}, ""),
        (503, {"Retry-After": "0"}, ""),
        (429, {"Retry-After": "soon"}, ""),
        (599, {}, ""),
        (204, {}, ""),
        (206, {}, ""),
        (304, {}, ""),
        (300, {}, ""),
        (399, {}, ""),
        (302, {"Location": ""}, ""),
        (302, {"Location": "/articles-{n}.html"}, ""),
        (302, {"Location": "/articles-{n}.html?#top"}, ""),
        (302, {"Location": "/loop-{n}"}, ""),
        (302, {"Location": "http://other.example/articles-1.html"}, ""),
        (302, {"Location": "file:///etc/passwd"}, ""),
        (302, {"Location": "javascript:alert(1)"}, ""),
        (302, {"Location": "http://a:b@127.0.0.1/"}, ""),
        (302, {"Location": "http://127.0.0.1:1/articles-1.html"}, ""),
        (302, {"Location": f"http://127.0.0.2:{port}/articles-1.html"}, ""),
        (302, {"Location": "http://[x"}, ""),
        (302, {"Location": f"{here}/"}, ""),
        (302, {"Location": "//"}, ""),
        (301, {"Location": "/articles-{n}.html" * 800}, ""),
        (307, {"Location": "\\\\evil.example\\x"}, ""),
        (308, {"Location": "ftp://127.0.0.1/"}, ""),
        "",
        " ",
        "\x00" * 5000,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50,
        b"\xff\xfe" + "خبر".encode("utf-16-le") * 50,
        b"PK\x03\x04" + b"\x00" * 5000,
        "%PDF-1.4",
        "{}",
        "[]",
        deep,
        "<?xml version='1.0'?><a/>",
        (200, {"Content-Type": "image/png"}, b"\x89PNG"),
        (200, {"Content-Type": "application/pdf"}, b"%PDF"),
        (200, {"Content-Type": "text/html; charset=klingon"}, plain),
        (200, {"Content-Type": "\x00"}, plain),
        (200, {"Content-Encoding": "gzip"}, b"no gzip"),
        (200, {"Content-Encoding": "gzip"}, gzip.compress(b"a" * 30_000_000)),
        (200, {"Content-Encoding": "br, gzip, deflate"}, b"\x00"),
        (200, {"Content-Encoding": "gzip"}, gzip.compress(plain.encode())[:40]),
        "<div>" * 100_000,
        "<table><tr><td>" * 20_000,
        "</p>" * 100_000,
        "<p" * 50_000,
        "<!--" * 50_000,
        "&amp" * 100_000,
        "<![CDATA[" * 10_000,
        "<a href='" * 20_000,
        "<script>" * 10_000,
        "<p title='" + "ا" * 300_000,
        "&#xD800;" * 5000,
        page("<p>" + "ا" * 400_000),
        page("<h1>" + "a\u0651" * 100_000),
        page("<h1>" + "1" * 100_000),
        page("<p>" + "ـ" * 200_000),
        page("<time>" * 5000 + "27/3/2024"),
        page("<span class=date>27 مارس 2024</span>" * 5000),
        page("<h1 class=heading>خبر</h1>" * 5000),
        page("", "<meta name=date content=2024-03-27>" * 5000),
        page("", "<meta property=article:tag content=كلمة>" * 5000),
        page("", "<link rel=canonical href=http://[x>" * 2000),
        page("", f"<script type=application/ld+json>{deep}</script>"),
        page("", "<base href='http://[x'>"),
        page("", "<base href='file:///'>"),
        page("", f"<script type=application/ld+json>{'[' * 50_000}</script>"),
        page("", '<script type=application/ld+json>{"@type":"NewsArticle","datePublished":1e999}</script>'),
        page(
            "",
            '<script type=application/ld+json>{"@type":"NewsArticle","headline":' + "9" * 5000 + "}</script>",
        ),
        page("", "<meta http-equiv=refresh content='0;url=file:///etc/passwd'>"),
        page("<frameset><frame src=x>"),
        page("<img src='http://[x'>" * 500),
        page("<img src='/\ud83d'>".encode("utf-8", "replace").decode()),
        plain,
        page("<h1 class=heading>عاجل يتبع</h1>"),
        page("<h1 class=heading>" + "خبر " * 20_000 + "</h1>"),
    ]
    found: dict[str, Any] = {}
    for number, answer in enumerate(pages, 101):
        if isinstance(answer, tuple):
            status, headers, body = answer
            answer = status, {k: v.replace("{n}", str(number)) for k, v in headers.items()}, body
        found[f"/articles-{number}.html"] = answer
        found[f"/loop-{number}"] = (302, {"Location": f"/articles-{number}.html"}, "")
    return found


def escaped(text: str) -> str:
    return re.sub("[&<>\"']", lambda hit: f"&#{ord(hit[0])};", text)


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    with serve(LoopbackNewspaper()) as served:
        bad = hostile(served.port)
        numbers = [n for n in range(101, 300) if f"/articles-{n}.html" in bad]
        served.pages |= bad | {f"/articles-{n}.html": article(n) for n in GOOD}
        third = len(numbers) // 3
        links = "".join(f"<li><a href='{escaped(url)}'>{'9' * 5000}</a></li>" for url in ADDRESSES)
        served.pages["/"] = listing([*numbers[:third], *range(1, 18)]).replace("</ul>", f"{links}</ul>")
        dated = [(f"/articles-{n}.html", DATES[n % len(DATES)]) for n in range(18, 38)]
        feed = [
            *dated,
            *((f"/articles-{n}.html", "") for n in numbers[third : 2 * third]),
            *((url, "") for url in ADDRESSES),
        ]
        served.pages["/feed"] = "<rss version='2.0'><channel>" + "".join(
            f"<item><title>خبر</title><link>{escaped(url)}</link><pubDate>{escaped(date)}</pubDate></item>"
            for url, date in feed
        )
        urls = [f"/articles-{n}.html" for n in [*range(38, 51), *numbers[2 * third :]]]
        lastmods = [*DATES, *[""] * 400]
        entries = [*zip([*urls, *ADDRESSES], lastmods, strict=False)]
        served.pages["/sitemap.xml"] = (
            "<urlset>"
            + "".join(
                f"<url><loc>{escaped(url)}</loc><lastmod>{escaped(date)}</lastmod></url>"
                for url, date in entries
            )
            + "<url><loc>/articles-1"
            + "<a>" * 20_000
        )
        yield served


def test_the_good_articles_are_stored_and_every_other_address_has_an_outcome(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    done = crawl(
        newspaper,
        database,
        "-a",
        "since=2024-03-01",
        "-s",
        "WORKERS=1",
        "-s",
        "RETRY_TIMES=0",
        "-s",
        "RETRY_AFTER_MAX=1",
        "-s",
        "DOWNLOAD_TIMEOUT=30",
        "-s",
        "DOWNLOAD_MAXSIZE=10000000",
        spider="loopback_all",
    )
    assert "Traceback" not in done.stderr, done.stderr
    ran = database.run()
    assert (done.returncode, ran["outcome"]) == (0, "partial"), done.stderr
    stored = {doc["url"].rpartition("-")[2].partition(".")[0] for doc in database.articles()}
    assert {str(number) for number in GOOD} <= stored
    ends = balance(database)
    asked = {path.partition("?")[0].rpartition("/")[2] for path in newspaper.asked if "articles-" in path}
    ended = {url for doc in database.ops["rejected"].find() for url in doc["urls"]}
    ended |= {doc["url"] for doc in database.ops["pending"].find()}
    ended |= {url for doc in database.articles() for url in doc["urls"]}
    assert asked - {url.partition("?")[0].rpartition("/")[2] for url in ended} == set()
    assert len(asked) > 130
    assert ends["ended"]["refused"] > 40
    assert ends["ended"]["rejected"] + ends["ended"]["pending"] > 80
    print(json.dumps(ends), re.findall(r"'(?:memusage/max|newscrawl/workers/peak_mb)': \d+", done.stderr))
