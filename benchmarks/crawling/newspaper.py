"""A synthetic newspaper and its fast server: ``python -m benchmarks.crawling.newspaper 3000 TIME``.

Each page has 60 KB with 400 unique words; headline, date and author are in the page and in JSON-LD. There are
listings of 75 articles each, a feed of the newest 40, a sitemap of all articles and a ``robots.txt``.
Everything follows from a seed and the moment of the newest article, and is compressed in advance, so that the
server only has to send it. The program prints its port on a separate line, then serves.

Two addresses control it: ``/-/show/N`` sets the lists to those of N articles, and ``/-/asked``
returns the number of requests so far.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
import random
import sys
import zlib
from dataclasses import dataclass
from html import escape
from itertools import accumulate, product
from typing import ClassVar
from xml.sax.saxutils import escape as xml
from zoneinfo import ZoneInfo

SEED, PAGE_BYTES = 1445, 60_000
LISTED, FED = 75, 40
"""Number of articles on a listing, and in the feed."""
ZONE = ZoneInfo("Africa/Cairo")
AGE = dt.timedelta(days=5)
"""The largest age of an article."""
MONTHS = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split()
_STEMS = (
    "حكوم مدين برنامج وزير طريق مدرس جمعي موسم مشروع اقتصاد مستشف جامع شرك مزارع ميناء محكم صحيف لجن منطق"
    " عاصم سوق مصنع مطار رياض ثقاف سياح زراع صناع تجار صحراو ساحل جبل نهر بحر سد جسر قري بلدي مجلس نائب"
).split()
WORDS = [
    f"{start}{stem}{end}"
    for start, stem, end in product(("ال", "", "وال", "بال"), _STEMS, ("ة", "ات", "ي", "ها"))
]
_WEIGHTS = list(accumulate(1 / (rank + 5) for rank in range(len(WORDS))))
"""Some words are common and most are rare, as in any text."""
AUTHORS = ("سعاد المريني", "كريم بنعلي", "هدى الزهراني", "ياسر عبد الحليم")
SECTIONS = {"politics": "سياسة", "economy": "اقتصاد", "sport": "رياضة"}


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, cum_weights=_WEIGHTS, k=words))


@dataclass(frozen=True)
class Story:
    """The content of an article."""

    number: int
    printed: dt.datetime
    title: str
    lede: str
    body: tuple[str, ...]
    author: str
    section: str

    @property
    def path(self) -> str:
        return f"/{self.section}/articles-{self.number}.html"

    @property
    def image(self) -> str:
        return f"/media/{self.number}-large.jpg"


@dataclass(frozen=True)
class BenchmarkNewspaper:
    """All articles, the newest first, and the page of each address."""

    stories: tuple[Story, ...]

    @classmethod
    def made(cls, articles: int, newest: dt.datetime) -> BenchmarkNewspaper:
        """A newspaper with this many articles; ``newest`` is the moment of the newest one."""
        # Whole seconds, as pages and feeds print them.
        step = dt.timedelta(seconds=min(120, AGE.total_seconds() // max(articles, 1)))
        newest = newest.astimezone(ZONE).replace(second=0, microsecond=0)
        return cls(tuple(_story(n, newest - step * (articles - n)) for n in range(articles, 0, -1)))

    def articles(self, host: str) -> dict[str, tuple[str, str]]:
        """Path of each article → content type and text, at a host such as ``http://127.0.0.1:8000``."""
        frame = _frame(random.Random(SEED))
        return {story.path: ("text/html", _article(story, host, frame)) for story in self.stories}

    def lists(self, host: str, shown: int) -> dict[str, tuple[str, str]]:
        """The same for all lists, which show only the first ``shown`` articles."""
        stories = self.stories[max(0, len(self.stories) - shown) :]
        parts = [stories[start : start + LISTED] for start in range(0, len(stories), LISTED)] or [()]
        found = {
            "/feed": ("application/rss+xml", _feed(stories[:FED], host)),
            "/sitemap.xml": ("application/xml", _sitemap(stories, host)),
            "/robots.txt": ("text/plain", f"User-agent: *\nDisallow: /admin\nSitemap: {host}/sitemap.xml\n"),
        }
        for number, part in enumerate(parts, 1):
            path = "/" if number == 1 else f"/page/{number}"
            found[path] = ("text/html", _listing(part, number, number < len(parts)))
        return found


def _story(number: int, printed: dt.datetime) -> Story:
    chance = random.Random(SEED + number)
    return Story(
        number,
        printed,
        _sentence(chance, 9),
        f"{_sentence(chance, 24)} {number * 7919}.",
        tuple(f"{_sentence(chance, chance.randint(25, 50))}." for _ in range(10)),
        chance.choice(AUTHORS),
        chance.choice(list(SECTIONS)),
    )


def _frame(chance: random.Random) -> tuple[str, str, str]:
    """The parts of a page around the article: above, beside, and scripts."""
    menu = "".join(f"<li><a href=/s/{n}>{word}</a></li>" for n, word in enumerate(WORDS[::12]))
    cards = "".join(
        f'<div class="card c{n}"><a class=card-link href="/section-{n % 9}/page-{n}.html">'
        f'<img class=thumb src="/media/{n}.jpg" alt="">'
        f"<span class=card-title>{_sentence(chance, 9)}</span></a></div>"
        for n in range(60)
    )
    script = "".join(
        f'dataLayer.push({{"slot":"{chance.getrandbits(32):08x}","size":[{chance.choice((300, 728))},250]}});'
        for _ in range(PAGE_BYTES // 48)
    )
    return (
        f"<header><nav class=menu><ul>{menu}</ul></nav></header>",
        f"<aside class=more>{cards}</aside>",
        script,
    )


def _printed(moment: dt.datetime) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year} - {moment:%H:%M}"


def _article(story: Story, host: str, frame: tuple[str, str, str]) -> str:
    declared = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title,
        "datePublished": story.printed.isoformat(), "dateModified": story.printed.isoformat(),
        "author": {"@type": "Person", "name": story.author}, "articleSection": SECTIONS[story.section],
        "image": host + story.image, "mainEntityOfPage": host + story.path,
        "publisher": {"@type": "NewsMediaOrganization", "name": "صحيفة القياس"},
    }  # fmt: skip
    title, above, beside, script = escape(story.title), *frame
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in story.body)
    page = (
        "<!doctype html><html lang=ar dir=rtl><head><meta charset=utf-8>"
        f"<title>{title} | صحيفة القياس</title>"
        f'<link rel=canonical href="{host}{story.path}"><meta property="og:title" content="{title}">'
        f'<meta property="og:type" content="article"><meta property="og:image" content="{host}{story.image}">'
        f'<meta name=description content="{escape(story.lede)}">'
        f"<script type='application/ld+json'>{json.dumps(declared, ensure_ascii=False)}</script></head>"
        f"<body>{above}<main><article><h1 class=headline>{title}</h1><p class=lede>{escape(story.lede)}</p>"
        f"<div class=byline><span class=author>{story.author}</span>"
        f"<span class=date>{_printed(story.printed)}</span></div>"
        f'<figure><img src="{story.image}" width=1200 height=800></figure>'
        f"<div class=article-text>{paragraphs}</div></article></main>{beside}"
    )
    room = PAGE_BYTES - len(page.encode()) - 40
    return f"{page}<script>{script[: max(0, room)]}</script></body></html>"


def _listing(stories: tuple[Story, ...], number: int, more: bool) -> str:
    links = "".join(
        f'<li class=item><h3><a href="{story.path}">{escape(story.title)}</a></h3>'
        f"<time>{_printed(story.printed)}</time></li>"
        for story in stories
    )
    after = f'<a rel=next href="/page/{number + 1}">التالي</a>' if more else ""
    return (
        f"<html lang=ar dir=rtl><head><meta charset=utf-8></head><body><ul>{links}</ul>{after}</body></html>"
    )


def _feed(stories: tuple[Story, ...], host: str) -> str:
    items = "".join(
        f"<item><title>{xml(story.title)}</title><link>{host}{story.path}</link>"
        f"<pubDate>{story.printed:%a, %d %b %Y %H:%M:%S %z}</pubDate></item>"
        for story in stories
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>صحيفة القياس</title>{items}</channel></rss>'
    )


def _sitemap(stories: tuple[Story, ...], host: str) -> str:
    urls = "".join(
        f"<url><loc>{host}{story.path}</loc><lastmod>{story.printed.isoformat()}</lastmod></url>"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )


# --- Serving it


class _Connection(asyncio.Protocol):
    """A persistent connection, which answers requests with prepared bytes."""

    answers: ClassVar[dict[str, tuple[bytes, bytes]]] = {}
    """Path → its ``ETag`` and the whole response."""
    newspaper: ClassVar[BenchmarkNewspaper]
    host: ClassVar[str]
    asked: ClassVar[int] = 0
    """Number of requests so far."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            request, self.received = self.received[:end], self.received[end + 4 :]
            self.transport.write(self.answer(request))

    @classmethod
    def answer(cls, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1].decode()
        if path.startswith("/-/show/"):
            cls.show(int(path.rpartition("/")[2]))
        if path.startswith("/-/"):
            number = b"%d" % cls.asked
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(number), number)
        _Connection.asked += 1
        etag, answer = cls.answers.get(path, (b"", _NOT_FOUND))
        if etag and etag in request:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag
        return answer

    @classmethod
    def show(cls, shown: int) -> None:
        """Set the lists to those of the first ``shown`` articles."""
        lists = cls.newspaper.lists(cls.host, shown)
        cls.answers.update({path: _packed(*page) for path, page in lists.items()})


_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def _packed(kind: str, text: str) -> tuple[bytes, bytes]:
    data = text.encode()
    etag, body = b'"%08x"' % zlib.crc32(data), gzip.compress(data, 5)
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(body)}\r\nETag: {etag.decode()}\r\n\r\n"
    )
    return etag, head.encode() + body


async def _serve(articles: int, newest: dt.datetime) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _Connection.host, _Connection.newspaper = (
        f"http://127.0.0.1:{port}",
        BenchmarkNewspaper.made(articles, newest),
    )
    pages = _Connection.newspaper.articles(_Connection.host)
    _Connection.answers.update({path: _packed(*page) for path, page in pages.items()})
    _Connection.show(articles)
    print(port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), dt.datetime.fromisoformat(sys.argv[2])))
