"""Lists with faults, or built to be expensive: the rest of each is read."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from newscrawl import discovery
from newscrawl.discovery import ListPage, Walk
from newscrawl.sites import Discovery, Feed, Listing, Site, Sitemap, WordPress
from tests.conftest import PROJECT
from tests.trials import growth, size

HOME = "https://www.alayam24.com/"
SITE = Site(
    name="الأيام 24",
    domain="alayam24.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"^/articles-\d+\.html$",
    discover=[Listing(HOME)],
)

ADDRESSES = [
    "http://[x",
    "http://[::1",
    "https://www.alayam24.com:99999/articles-1.html",
    "mailto:a@alayam24.com",
    "data:,x",
    "https://a:b@www.alayam24.com/articles-1.html",
    "javascript:void(0)",
    "//",
    "https://",
    "http://\\",
    "\x00",
    "%",
    "?",
    "https://www.alayam24.com:x/articles-1.html",
    "file:///etc/passwd",
    "ftp://www.alayam24.com/articles-1.html",
    "https://www.alayam24.com/" + "ا" * 5000,
    "https://ا" * 3000,
    "https://" + "a." * 4000 + "com/",
    "\ud800",
    " ",
    "١٢٣",
]
DATES = [
    "0000-00-00 00:00:00",
    "Mon, 01 Jan 0001 00:00:00 +0000",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "31-02-2024",
    "2024-02-30",
    "99999999999999999999",
    "1" * 5000,
    "-1",
    "nan",
    "\ud800",
    "2024-13-45T99:99:99Z",
    "Thu, 99 Foo 2024",
    "٠٠٠٠",
    "1e999",
    "T" * 3000,
    "Fri, 31 Dec 9999 23:59:59 GMT",
]
TITLES = [
    "<b" * 3000,
    "&#x110000;&#xD800;&#0;",
    "]]>",
    "\ud800",
    "ا" * 90_000,
    "<![CDATA[",
    "&amp;" * 5000,
    "\x00\x01",
]


def short(text: str) -> str:
    return ascii(text[:20])


def address(number: int) -> str:
    return f"{HOME}articles-{number}.html"


Fields = tuple[str, str, str]
"""Address, date and title of an entry in the markup of its list."""


def good(number: int) -> Fields:
    return address(number), "2024-03-27T10:00:00+01:00", f"خبر رقم {number}"


def rss(entries: list[Fields]) -> bytes:
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{escape(url)}</link><pubDate>{escape(date)}</pubDate></item>"
        for url, date, title in entries
    )
    return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode("utf-8", "replace")


def atom(entries: list[Fields]) -> bytes:
    items = "".join(
        f"<entry><title>{escape(title)}</title><link href='{escape(url, {chr(39): '&apos;'})}'/>"
        f"<published>{escape(date)}</published><id>x</id></entry>"
        for url, date, title in entries
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{items}</feed>".encode(
        "utf-8", "replace"
    )


def urlset(entries: list[Fields]) -> bytes:
    items = "".join(
        f"<url><loc>{escape(url)}</loc><lastmod>{escape(date)}</lastmod>"
        f"<news:news><news:title>{escape(title)}</news:title></news:news></url>"
        for url, date, title in entries
    )
    return f"<urlset xmlns:news='n'>{items}</urlset>".encode("utf-8", "replace")


def posts(entries: list[Fields]) -> bytes:
    return json.dumps([{"link": u, "date_gmt": d, "title": {"rendered": t}} for u, d, t in entries]).encode()


def listing(entries: list[Fields]) -> bytes:
    items = "".join(
        f'<li><a href="{escape(url, {chr(34): "&quot;"})}">{escape(title)}</a> {escape(date)}</li>'
        for url, date, title in entries
    )
    return f"<html><body><ul>{items}</ul></body></html>".encode("utf-8", "replace")


KINDS: dict[str, tuple[Discovery, Callable[[list[Fields]], bytes]]] = {
    "rss": (Feed(), rss),
    "atom": (Feed(), atom),
    "sitemap": (Sitemap(f"{HOME}sitemap.xml"), urlset),
    "api": (WordPress(), posts),
    "listing": (Listing(HOME, links="li a"), listing),
}


def read(kind: str, body: bytes, content_type: str | None = None) -> ListPage | None:
    source, _ = KINDS[kind]
    made = HtmlResponse if kind == "listing" else TextResponse if kind == "api" else Response
    headers = {"Content-Type": content_type} if content_type else {}
    response = made(HOME, body=body, headers=headers, request=Request(HOME))
    return discovery.read_list_page(response, Walk(HOME, source), SITE)


def numbers(page: ListPage | None) -> set[int]:
    found = [entry.url.rpartition("-")[2].removesuffix(".html") for entry in page.entries] if page else []
    return {int(number) for number in found if number.isdecimal()}


@pytest.mark.parametrize("kind", KINDS)
class TestOneBadThing:
    @pytest.mark.parametrize("url", ADDRESSES, ids=short)
    def test_a_bad_address_loses_only_its_own_entry(self, kind: str, url: str) -> None:
        entries = [good(1), (url, *good(2)[1:]), good(3)]
        page = read(kind, KINDS[kind][1](entries))
        assert page
        assert numbers(page) == {1, 3}
        if (
            kind != "listing"
            and url != "https://"
            and url.strip("\x00 \ud800") not in ("", "?", "%", "//", "١٢٣")
        ):
            assert page.skipped.total() == 1, page.skipped

    @pytest.mark.parametrize("date", DATES, ids=short)
    def test_a_bad_date_loses_nothing_but_the_date(self, kind: str, date: str) -> None:
        page = read(kind, KINDS[kind][1]([good(1), (address(2), date, "خبر"), good(3)]))
        assert page
        assert numbers(page) == {1, 2, 3}
        assert sum(entry.day is None and entry.lastmod is None for entry in page.entries) in (1, 3)
        if kind != "listing":
            assert (page.flaws, page.skipped) == ({"date": 1}, {})

    @pytest.mark.parametrize("title", TITLES, ids=short)
    def test_a_bad_title_loses_nothing_but_the_title(self, kind: str, title: str) -> None:
        page = read(kind, KINDS[kind][1]([good(1), (address(2), good(2)[1], title), good(3)]))
        assert numbers(page) == {1, 2, 3}
        assert page
        for entry in page.entries:
            (entry.title or "").encode()

    def test_entries_above_the_limit_are_left_out_and_counted(
        self, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("sitemap.ENTRIES", "api.ENTRIES", "listing.LINKS"):
            monkeypatch.setattr(f"newscrawl.discovery.{name}", 30)
        body = KINDS[kind][1]([good(n) for n in range(37)])
        monkeypatch.setattr("newscrawl.discovery.feed.LONGEST", len(body) * 5 // 6)
        page = read(kind, body)
        assert page
        if kind in ("rss", "atom"):
            assert page.flaws["cut"] == 1
            assert 28 < len(page.entries) < 33
        else:
            assert (len(page.entries), page.skipped["too_many"]) == (30, 7)


def test_an_invalid_base_is_ignored() -> None:
    for base in ("http://[x", "mailto:x", "https://a:b@c/", "http://www.alayam24.com:99999/"):
        body = f"<base href='{base}'>".encode() + listing([good(1), ("/articles-2.html", "", "خبر")])
        page = discovery.read_list_page(
            HtmlResponse(HOME, body=body, request=Request(HOME)), Walk(HOME, Listing(HOME)), SITE
        )
        assert numbers(page) == {1, 2}


def test_links_that_are_long_numbers_are_not_followed() -> None:
    body = listing([good(1)]) + b"".join(b'<a href="/?p=%d">%s</a>' % (n, b"9" * 5000) for n in range(5))
    page = read("listing", body)
    assert page
    assert page.after == []


JSON = posts([good(1), good(2)]).decode()


@pytest.mark.parametrize(
    "body",
    [
        JSON + "<!-- cached -->",
        "<br />\n<b>Notice</b>: Undefined index [8] in {main}\n" + JSON,
        "\ufeff" + JSON,
        JSON.replace("\\u062e", "\x0b"),
        "\n\n" + JSON + "\n<script>var x = {};</script>",
        JSON.replace('"link"', f'"n": {"9" * 4000}, "link"'),
        JSON.replace("[{", '[{"a": "\\ud800", ', 1),
    ],
)
def test_a_response_is_read_whatever_a_server_prints_around_it(body: str) -> None:
    assert numbers(read("api", body.encode())) == {1, 2}


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 50_000, "9" * 5000, "", "null", "[1, [2], null]", "nan", "[]"]
)
def test_a_response_without_articles_is_not_a_fault(body: str) -> None:
    assert numbers(read("api", body.encode())) == set()


class TestBytes:
    """Feeds and sitemaps are decoded as pages are."""

    URL = f"{HOME}articles-7.html?s=خبر"

    @pytest.mark.parametrize("kind", ["rss", "atom", "sitemap", "listing"])
    @pytest.mark.parametrize("declared", [None, "text/xml; charset=utf-8", "text/html; charset=windows-1256"])
    @pytest.mark.parametrize("encoding", ["utf-8", "cp1256"])
    def test_raw_arabic_addresses(self, kind: str, declared: str | None, encoding: str) -> None:
        site = Site(
            name="x", domain="alayam24.com", country="MA", timezone="UTC", article=r"/خبر-\d", discover=[]
        )
        entries = [(f"{HOME}خبر-{n}", "2024-03-27", "قال الوزير إن الأشغال تبدأ غدا") for n in range(9)]
        body = KINDS[kind][1](entries).decode().encode(encoding)
        source, _ = KINDS[kind]
        made = HtmlResponse if kind == "listing" else Response
        headers = {"Content-Type": declared} if declared else {}
        response = made(HOME, body=body, headers=headers, request=Request(HOME))
        page = discovery.read_list_page(response, Walk(HOME, source), site)
        assert page
        assert len(page.entries) == 9
        assert all("%D8%AE%D8%A8%D8%B1-" in entry.url for entry in page.entries)

    @pytest.mark.parametrize("kind", ["rss", "atom", "sitemap"])
    def test_a_truncated_letter_damages_no_other_letter(self, kind: str) -> None:
        body = KINDS[kind][1]([good(n) for n in range(9)])
        at = body.index("خبر رقم 4".encode()) + 1
        page = read(kind, body[:at] + body[at + 1 :])
        assert page
        assert numbers(page) == set(range(9))
        assert sum(entry.title == f"خبر رقم {n}" for n, entry in enumerate(page.entries)) >= 7

    @pytest.mark.parametrize("kind", ["rss", "sitemap"])
    def test_two_byte_letters(self, kind: str) -> None:
        text = KINDS[kind][1]([good(1)]).decode()
        assert numbers(read(kind, b"\xff\xfe" + text.encode("utf-16-le"))) == {1}

    @pytest.mark.parametrize("kind", ["rss", "sitemap"])
    def test_the_text_after_a_lone_ampersand_is_kept(self, kind: str) -> None:
        site = Site(
            name="x", domain="alayam24.com", country="MA", timezone="UTC", article=r"/n\?.*id=\d", discover=[]
        )
        body = KINDS[kind][1]([(f"{HOME}n?cat=2&id=1&copy=3&amp;x=4", "", "")]).replace(b"&amp;", b"&")
        page = discovery.read_list_page(
            Response(HOME, body=body, request=Request(HOME)), Walk(HOME, KINDS[kind][0]), site
        )
        assert page
        assert [entry.url for entry in page.entries] == [f"{HOME}n?cat=2&id=1&copy=3&x=4"]


class TestSitemap:
    def test_entries_of_a_nested_urlset(self) -> None:
        inner = urlset([good(1), good(2)])
        assert numbers(read("sitemap", b"<urlset>" + inner + inner + b"</urlset>")) == {1, 2}

    def test_plain_text(self) -> None:
        body = "\r\n".join([address(1), "", address(2), "http://[x"]).encode()
        for packed in (body, b"\xef\xbb\xbf" + body, gzip.compress(body)):
            page = read("sitemap", packed)
            assert page
            assert (numbers(page), page.skipped) == ({1, 2}, {"malformed": 1})

    @pytest.mark.parametrize(
        "tag", ["<url>", "</url>", "<loc>", "</loc>", "<lastmod>", "</lastmod>", "</news:news>"]
    )
    def test_a_missing_tag_loses_its_own_entry_at_most(self, tag: str) -> None:
        one = urlset([good(5)]).decode().partition(">")[2].removesuffix("</urlset>")
        body = urlset([good(n) for n in range(9)]).decode().replace(one, one.replace(tag, "", 1))
        assert numbers(read("sitemap", body.encode())) >= set(range(9)) - {5}

    def test_a_truncated_list_is_read_to_its_end(self) -> None:
        body = urlset([good(n) for n in range(400)])
        packed = gzip.compress(body)
        for cut in (body[:20_000], packed[: len(packed) * 2 // 3]):
            page = read("sitemap", cut)
            assert page
            assert page.flaws["cut"] == 1
            assert 50 < len(page.entries) < 400

    def test_the_cost_of_an_index_grows_with_its_length(self) -> None:
        def index(count: int) -> Response:
            files = "".join(f"<sitemap><loc>{HOME}s/{n}.xml</loc></sitemap>" for n in range(count))
            return Response(
                HOME, body=f"<sitemapindex>{files}</sitemapindex>".encode(), request=Request(HOME)
            )

        walk = Walk(HOME, Sitemap(HOME))
        assert growth(lambda response: discovery.read_list_page(response, walk, SITE), index, 2_000) <= 2.5
        page = discovery.read_list_page(index(50_000 if size(100) == 100 else 5_001), walk, SITE)
        assert page
        assert len({request.url for request in page.after}) == len(page.after) >= 5_000


def packed(begin: bytes, piece: bytes, times: int, end: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(begin), *(packer.compress(piece) for _ in range(times)), packer.compress(end)]
    return b"".join([*parts, packer.flush()])


LETTERS = "خبر".encode("cp1256") * 5_000
SMALL: dict[str, tuple[bytes, bytes, bytes]] = {
    "elements within elements": (b"<urlset><url>", b"<x>" * 5_000, b""),
    "elements beside elements": (b"<urlset><url>", b"<x/>" * 4_000, b"</url></urlset>"),
    "a text": (b"<urlset><url><loc>", b"x" * 15_000, b"</loc></url></urlset>"),
    "a text in windows-1256": (b"<urlset><url><loc>", LETTERS, b"</loc></url></urlset>"),
    "an attribute": (b"<urlset><url a='", b"x>" * 7_500, b"'/></urlset>"),
    "a comment": (b"<urlset><!--", b"x>" * 7_500, b"--></urlset>"),
    "an instruction": (b"<urlset><?x ", b"x>" * 7_500, b"?></urlset>"),
    "a CDATA section": (b"<urlset><url><loc><![CDATA[", b"x>" * 7_500, b"]]></loc></url></urlset>"),
    "entities": (
        b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><urlset><url><loc>",
        b"&a;" * 5_000,
        b"</loc></url></urlset>",
    ),
    "ampersands": (b"<urlset><url><loc>", b"&" * 15_000, b"</loc></url></urlset>"),
    "no markup": (b"", b"x" * 15_000, b""),
    "a feed's title": (
        b"<rss version='2.0'><channel><item><title>",
        b"x" * 15_000,
        b"</title></item></channel></rss>",
    ),
}
PEAK = """
import re, sys
from scrapy.http import Response
from newscrawl import discovery
from newscrawl.discovery import Walk
from newscrawl.sites import Sitemap
from newscrawl.sites import Site
HOME = "https://www.alayam24.com/"
SITE = Site(name="x", domain="alayam24.com", country="MA", timezone="UTC", article="x", discover=[])
body = sys.stdin.buffer.read()
page = discovery.read_list_page(Response(HOME, body=body), Walk(HOME, Sitemap(HOME)), SITE)
# Not ru_maxrss, in which Linux counts what the process was before it became this program.
status = open("/proc/self/status").read()
print(len(page.after) if page else 0, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024)
"""


def peak(body: bytes) -> tuple[int, int]:
    """The number of files in an index, and the megabytes of memory for reading it."""
    command = [sys.executable, "-c", PEAK]
    done = subprocess.run(command, input=body, cwd=PROJECT, capture_output=True, check=True)
    files, megabytes = done.stdout.split()
    return int(files), int(megabytes)


@pytest.mark.trials
def test_no_small_compressed_file_fills_the_memory() -> None:
    full = size(100) == 100
    kinds = SMALL if full else {kind: SMALL[kind] for kind in ("elements within elements", "a CDATA section")}
    peaks = {
        kind: peak(packed(begin, piece, 12_000 if full else 3_000, end))[1]
        for kind, (begin, piece, end) in kinds.items()
    }
    print(f"\nmegabytes: {peaks}")
    assert max(peaks.values()) < 150


@pytest.mark.trials
def test_an_index_of_fifty_thousand_files_takes_little_memory() -> None:
    count = 50_000 if size(100) == 100 else 5_000
    files = "".join(f"<sitemap><loc>{HOME}sitemap-{n}.xml</loc></sitemap>" for n in range(count))
    named, megabytes = peak(f"<sitemapindex>{files}</sitemapindex>".encode())
    print(f"\n{named:,} files: {megabytes} MB")
    assert named == count
    assert megabytes < 150


# --- Mutations --------------------------------------------------------------------------------------


def mutated(entry: bytes, dice: random.Random) -> bytes:
    """The bytes of an entry, damaged inside its tags and quotes."""
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(1, len(entry) - 1)
        match dice.randrange(5):
            case 0:
                entry = entry[:at] + bytes([dice.choice(range(0x20, 0x100))]) + entry[at + 1 :]
            case 1:
                entry = entry[:at] + entry[at + dice.randrange(1, 9) :]
            case 2:
                junk = [*ADDRESSES, *DATES, *TITLES][
                    dice.randrange(len(ADDRESSES) + len(DATES) + len(TITLES))
                ]
                entry = entry[:at] + junk[:500].encode("utf-8", "surrogatepass") + entry[at:]
            case 3:
                entry = entry[:at] + dice.randbytes(dice.randrange(1, 9)) + entry[at:]
            case _:
                entry = (
                    entry[:at] + entry[max(0, at - dice.randrange(60)) : at] * dice.randrange(9) + entry[at:]
                )
    return entry


EDGES = {"rss": b"item", "atom": b"entry", "sitemap": b"url", "listing": b"li"}
OPENING = (b"<!--", b"<![CDATA[", b"<?", b"<!D", b"<!")
"""Markup that hides everything up to its own end, in any parser of such a file."""


def parts(kind: str, count: int) -> tuple[bytes, list[bytes], bytes]:
    """The part of a list before its entries, the entries, and the part after them."""
    body = KINDS[kind][1]([good(n) for n in range(count)])
    begin, end = b"<%s>" % EDGES[kind], b"</%s>" % EDGES[kind]
    head, _, rest = body.partition(begin)
    *items, tail = rest.split(end)
    return head, [begin + item.removeprefix(begin) + end for item in items], tail


@pytest.mark.trials
@pytest.mark.parametrize("kind", EDGES)
def test_a_damaged_entry_does_not_affect_the_others(kind: str) -> None:
    dice = random.Random(kind)
    head, items, tail = parts(kind, 12)
    lost: Counter[int] = Counter()
    tried = 0
    for _ in range(size(100_000) // len(EDGES)):
        number = dice.randrange(len(items))
        inner = items[number]
        edge = len(EDGES[kind]) + 2
        damaged = inner[:edge] + mutated(inner[edge : -edge - 1], dice) + inner[-edge - 1 :]
        swallows = (
            any(opening in damaged for opening in OPENING)
            or damaged.count(b'"') % 2
            or damaged.count(b"'") % 2
        )
        page = read(kind, head + b"".join([*items[:number], damaged, *items[number + 1 :]]) + tail)
        if not swallows:
            tried += 1
            others = set(range(len(items))) - {number}
            if not others <= numbers(page):
                lost[number] += 1
                assert others <= numbers(page), damaged
    assert tried > size(100_000) // len(EDGES) // 3


@pytest.mark.trials
@pytest.mark.parametrize("kind", KINDS)
def test_any_damaged_list_is_read_or_refused(kind: str) -> None:
    dice = random.Random(kind)
    body = KINDS[kind][1]([good(n) for n in range(4)])
    for _ in range(size(20_000)):
        damaged = mutated(body, dice)
        page = read(kind, gzip.compress(damaged) if dice.random() < 0.05 else damaged)
        for entry in page.entries if page else ():
            f"{entry.url}{entry.title}{entry.date}".encode()
