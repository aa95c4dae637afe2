"""Hostile and damaged pages: ``read`` raises no exception, and its cost grows with the length of the page."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from newscrawl.page import check, read
from newscrawl.sites import Markup, Site
from tests.page_shapes import SHAPES
from tests.trials import growth, size

SITE = Site(
    name="صحيفة المثال",
    domain="sahifa-example.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"/news/\d+",
    discover=[],
    markup=[
        Markup(
            title="h1",
            body="div.story-body p, .entry-content",
            date="time::attr(datetime)",
            remove=".x",
            cut=["نص.*"],
        )
    ],
)


def _cut(page: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(page))
    return page[start : start + dice.randrange(len(page))]


def _shuffled(page: bytes, dice: random.Random) -> bytes:
    parts = page.split(b"<")
    dice.shuffle(parts)
    return b"<".join(parts)


def _flipped(page: bytes, dice: random.Random) -> bytes:
    data = bytearray(page)
    for _ in range(dice.randrange(1, 200)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def _nulls(page: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(page))
    return page[:at] + b"\x00" * dice.randrange(1, 50) + page[at:].replace(b" ", b"\x00", dice.randrange(50))


def _nested(page: bytes, dice: random.Random) -> bytes:
    tag = dice.choice([b"div", b"span", b"b", b"table", b"ul", b"a", b"blockquote", b"font", b"p"])
    at = page.find(b"<", dice.randrange(len(page)))
    return page[:at] + b"<%s>" % tag * dice.choice([50, 300, 3000]) + page[at:]


def _doubled(page: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(page))
    part = page[start : start + dice.randrange(2000)]
    return page[:start] + part * dice.randrange(2, 30) + page[start:]


def _attributes(page: bytes, dice: random.Random) -> bytes:
    words = [
        b'class="related comment"',
        b'style="display:none"',
        b"hidden",
        b'itemprop="articleBody"',
        b'datetime="\xd9\xa1"',
        b'id=""',
    ]
    return page.replace(b"<div ", b"<div " + dice.choice(words) + b" ", dice.randrange(1, 9))


def _json(page: bytes, dice: random.Random) -> bytes:
    junk = dice.choice(
        [
            b'{"@graph":' * 500,
            b"[" * 5000,
            b'{"@type":["NewsArticle"],"headline":{"a":[1,null]},"author":[[[]]]}',
            b"null",
            b'"',
            b"{}}",
            b'{"@type":5,"datePublished":1e999}',
        ]
    )
    return b'<script type="application/ld+json">' + junk + b"</script>" + page


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _shuffled,
    _flipped,
    _nulls,
    _nested,
    _doubled,
    _attributes,
    _json,
)


@pytest.mark.trials
def test_no_damaged_page_raises_an_error() -> None:
    dice = random.Random(7)
    for number in range(size(100_000)):
        page = dice.choice(SHAPES).html
        for _ in range(dice.randrange(1, 4)):
            page = dice.choice(MUTATIONS)(page or b" ", dice)
        article = read(page, "https://www.sahifa-example.com/news/1", site=SITE if number % 2 else None)
        check(article, SITE if number % 2 else None)


LINE = "<p>نص المقال هنا وهو طويل بما يكفي ليكون فقرة كاملة من الكلام.</p>".encode()
HUGE: dict[str, Callable[[], bytes]] = {
    "paragraphs": lambda: LINE * (20_000_000 // len(LINE)),
    "one letter paragraphs": lambda: b"<p>x" * 5_000_000,
    "line breaks": lambda: b"<br>" * 5_000_000,
    "one text": lambda: b"<p>" + "كلمة ".encode() * 2_200_000,
    "no markup": lambda: "كلمة ".encode() * 2_200_000,
    "null bytes": lambda: b"<html>" + b"\x00" * 20_000_000,
    "spaces": lambda: b"<html><p>" + b" " * 20_000_000,
    "open brackets": lambda: b"<" * 20_000_000,
    "ampersands": lambda: b"<p>" + b"&" * 20_000_000,
    "deep": lambda: b"<div>" * 4_000_000,
    "deep inline": lambda: b"<b>" * 6_000_000,
    "attributes": lambda: b"<div " + b"a=b " * 5_000_000 + b">",
    "one long class": lambda: b'<div class="' + b"share " * 3_300_000 + b'">' + LINE,
    "many classes": lambda: b"".join(b'<div class="c%d related">x</div>' % i for i in range(500_000)),
    "many links": lambda: b"<a href=/x>" * 1_800_000,
    "JSON-LD": lambda: b'<script type="application/ld+json">' + b"[" * 19_000_000,
    "JSON-LD text": lambda: (
        b'<script type="application/ld+json">{"@type":"NewsArticle","headline":"' + b'\\"' * 9_000_000
    ),
    "metas": lambda: b'<meta property="article:published_time" content="2024">' * 360_000,
    "many dates": lambda: b"".join(
        b"<time datetime=2024-01-%02d>%d</time>" % (i % 31, i) for i in range(400_000)
    ),
    "comments": lambda: "<p>التعليقات</p><h3><a href=/x>واحد اثنان ثلاثة</a></h3>".encode() * 230_000,
    "nested dates": lambda: b"<h1>x y z w</h1>" + b"<span class=date>7" * 300_000,
    "headings": lambda: "<h1>المجلس الجماعي يصادق على مشروع جديد</h1>".encode() * 250_000,
    "title": lambda: b"<title>" + "عنوان - ".encode() * 1_400_000,
    "date text": lambda: b"<h1>x y z w</h1><p class=date>" + b"1 " * 9_000_000,
}


@pytest.mark.trials
@pytest.mark.parametrize("kind", HUGE)
def test_a_page_twice_as_long_takes_at_most_twice_the_time(kind: str) -> None:
    page = HUGE[kind]()

    def all_of_it(page: bytes) -> None:
        check(read(page, "https://www.sahifa-example.com/news/1", site=SITE), SITE)

    for letters in {20_000, size(2_000_000), size(10_000_000)}:
        assert growth(all_of_it, lambda n: page[:n], letters) <= 2.5, f"from {letters:,} bytes on"


def test_empty_and_unusual_pages() -> None:
    for page in (
        b"",
        b" ",
        b"\x00",
        b"<",
        b"<!-- -->",
        b"\xff\xfe",
        b"<html></html>",
        b"{}",
        b"<?xml version='1.0' encoding='x'?><a/>",
        b"\xef\xbb\xbf",
    ):
        for url in (
            "https://example.com/1",
            "",
            "not an address",
            "http://[::1",
            "https://example.com/" + "a" * 70_000,
        ):
            assert check(read(page, url)) is not None
