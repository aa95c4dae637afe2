"""WARC files in the form of CC-NEWS with pages of our own: everything that a crawler stores, and damage."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import brotli

from benchmarks.crawling.newspaper import BenchmarkNewspaper

NEWEST = dt.datetime(2016, 9, 1, 12, tzinfo=dt.UTC)
AT = "2016-09-01T13:14:15Z"
"""When all pages of a file were downloaded, as ``WARC-Date``."""
HOST = "http://www.sahifat-alqiyas.example"
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئ"


def _alphabet(letters: str) -> dict[int, str]:
    return {ord(letter): letters[place % len(letters)] for place, letter in enumerate(LETTERS)}


OTHERS = {
    "fr": _alphabet("eaisnrtoludcmpgbvhfqyxjkéèz"),
    "ru": _alphabet("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфё"),
    "zh": _alphabet("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出"),
    "fa": _alphabet("ابپتجچخدرزژسشفقکگلمنوهی") | {ord("ة"): "ه", ord("ي"): "ی"},
    "he": _alphabet("אבגדהוזחטיכלמנסעפצקרשת"),
}
"""Letters of other languages for our Arabic pages, which otherwise stay the same."""
LEGACY = {"zh": "gb18030", "ru": "windows-1251"}


@dataclass(frozen=True)
class WarcForm:
    """How a page is sent: its encoding, and which part of the response the crawler stored."""

    name: str
    charset: str = "utf-8"
    headers: str = "Content-Type: text/html; charset={charset}\r\n"
    coding: str = ""
    status: str = "200 OK"
    length: int = 0
    """Error of the record's length, in bytes."""
    entities: bool = False


HTML = "Content-Type: text/html\r\n"
GOOD = (
    WarcForm("plain"),
    WarcForm("plain, its headers kept", headers=HTML + "X-Crawler-Content-Encoding: gzip\r\n"),
    WarcForm("in chunks", coding="chunked"),
    WarcForm("gzip", coding="gzip"),
    WarcForm("brotli", coding="br"),
    WarcForm("deflate", coding="deflate"),
    WarcForm("gzip in chunks", coding="gzip, chunked"),
    WarcForm("decoded, and said to be gzip", headers=HTML + "Content-Encoding: gzip\r\n"),
    WarcForm("decoded, and said to be in chunks", headers=HTML + "Transfer-Encoding: chunked\r\n"),
    WarcForm("no content type", headers=""),
    WarcForm("windows-1256", charset="windows-1256"),
    WarcForm("windows-1256, not declared", charset="windows-1256", headers="Content-Type: text/html\r\n"),
    WarcForm("ISO-8859-6", charset="iso-8859-6"),
    WarcForm("UTF-16", charset="utf-16"),
    WarcForm("entities", entities=True),
    WarcForm("length too short", length=-3000),
    WarcForm("length too long", length=3000),
    WarcForm("length far too long", length=10**9),
)  # fmt: skip
"""The Arabic articles to be found."""
BAD = (
    WarcForm("not found", status="404 Not Found"),
    WarcForm("moved", status="301 Moved Permanently"),
    WarcForm("not modified", status="304 Not Modified"),
    WarcForm("JSON", headers="Content-Type: application/json\r\n"),
    WarcForm("a picture", headers="Content-Type: image/jpeg\r\n"),
)
"""The same articles in responses that are not pages."""


@dataclass
class Made:
    """The contents of a file."""

    articles: set[str] = field(default_factory=set)
    """Addresses of the Arabic articles that can be read."""
    records: int = 0
    refused: int = 0
    """The number of unwanted records."""
    broken: int = 0


def record(
    kind: str, url: str, block: bytes, *, length: int = 0, headers: str = "", at: str = AT, level: int = 6
) -> bytes:
    """A record as a gzip member; ``length`` is the error of its length."""
    number = zlib.crc32(f"{kind} {url}".encode())
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: {at}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012x}>\r\n{headers}"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block) + length}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", level, mtime=0)


def answer(page: str, form: WarcForm) -> bytes:
    """An HTTP response in this form."""
    page = page.replace("charset=utf-8", f"charset={form.charset}")
    body = page.encode("ascii" if form.entities else form.charset, "xmlcharrefreplace")
    headers = form.headers.format(charset=form.charset)
    for coding in filter(None, form.coding.split(", ")):
        if coding == "chunked":
            parts = [body[start : start + 4096] for start in range(0, len(body), 4096)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])
            headers += "Transfer-Encoding: chunked\r\n"
        else:
            packs = {
                "gzip": gzip.compress,
                "br": lambda data: brotli.compress(data, quality=4),
                "deflate": zlib.compress,
            }
            body = packs[coding](body)
            headers += f"Content-Encoding: {coding}\r\n"
    return f"HTTP/1.1 {form.status}\r\n{headers}\r\n".encode() + body


def cc_news(path: Path, records: int, *, arabic: float = 0.03, host: str = HOST, seed: int = 0) -> Made:
    """Write a file of about this many records; half of them are requests."""
    chance, made = random.Random(seed), Made()
    pages = records // 2
    count = max(1, round(pages * arabic))
    ours = list(BenchmarkNewspaper.made(count, NEWEST).articles(host).items())
    foreign = list(_foreign(min(200, pages)))
    places = set(chance.sample(range(pages), count))
    with path.open("wb") as file:
        file.write(record("warcinfo", "", b"software: Crawler\r\nformat: WARC File Format 1.0\r\n"))
        for place in range(pages):
            if place in places:
                article, (_, text) = ours.pop()
                form = GOOD[(count - len(ours) - 1) % len(GOOD)]
                _write(file, made, host + article, text, form)
                made.articles.add(host + article)
            else:
                _write_other(file, made, place, foreign, chance, ours)
    return made


def _foreign(count: int) -> Iterator[tuple[str, str, str]]:
    """Host, address and text of pages in other languages."""
    pages = BenchmarkNewspaper.made(count, NEWEST).articles("http://www.elsewhere.example").items()
    for place, (path, (_, text)) in enumerate(pages):
        lang = list(OTHERS)[place % len(OTHERS)]
        other = text.translate(OTHERS[lang]).replace("lang=ar dir=rtl", f"lang={lang}")
        yield lang, f"http://www.{lang}-press.example{path}", other


def _write_other(file, made: Made, place: int, foreign, chance: random.Random, ours) -> None:
    """Write an unwanted record: mostly a page in another language, sometimes not a page, or damaged."""
    lang, url, text = foreign[place % len(foreign)]
    url = f"{url}?n={place}"
    kind = place % 40
    if kind == 1 and ours:
        _, (_, arabic) = ours[-1]
        _write(file, made, f"{HOST}/none/{place}", arabic, BAD[place // 40 % len(BAD)])
    elif kind == 2:
        member = record("response", url, answer(text, WarcForm("cut")))
        file.write(member[: len(member) // 2])
        made.broken += 1
        made.records += 1
    elif kind == 3:
        file.write(record("revisit", url, b"HTTP/1.1 304 Not Modified\r\n\r\n"))
        made.records += 1
    else:
        form = WarcForm(lang, charset=LEGACY[lang]) if lang in LEGACY and place % 3 == 0 else WarcForm(lang)
        _write(file, made, url, text, form)
        made.refused += 1


def _write(file, made: Made, url: str, text: str, form: WarcForm) -> None:
    file.write(record("request", url, f"GET {escape(url)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()))
    file.write(record("response", url, answer(text, form), length=form.length))
    made.records += 2
