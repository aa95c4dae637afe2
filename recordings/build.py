"""Writes the recording that ships with the project: ``python -m recordings.build``.

``demo.warc.gz`` holds two sites as one crawl met them on 5 April 2024 (25 Ramadan 1445 in Morocco),
``demo/expected.json`` what is true of each page. Both follow from the files in ``demo/`` alone: the
same sources give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from dataclasses import dataclass
from email.utils import format_datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from recordings.pages import DEMO, FORGOTTEN, Alayam24, Maghress, moment
from recordings.stories import HOSTS, Story, read_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOCK = dt.datetime(2024, 4, 5, 12, tzinfo=dt.UTC)
"""Moment of the first download; each next one is a second later."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what the site answered."""

    url: str
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str | None = None
    validators: tuple[tuple[str, str], ...] = ()

    @classmethod
    def moved(cls, url: str, location: str, status: int = 301) -> Exchange:
        """A redirect."""
        return cls(url, b"<html><body>Moved</body></html>", "text/html", status, location)

    @classmethod
    def missing(cls, url: str) -> Exchange:
        """A page that is not there."""
        page = "<html><head><title>404</title></head><body><h1>الصفحة غير موجودة</h1></body></html>"
        return cls(url, page.encode(), status=404)


def exchanges(stories: Sequence[Story]) -> Iterator[Exchange]:
    """Every exchange of the recording, in the order of its clock."""
    yield from alayam24(stories)
    yield from maghress(stories)


def alayam24(stories: Sequence[Story]) -> Iterator[Exchange]:
    """The exchanges with alayam24.com."""
    site, host = Alayam24(stories), HOSTS["alayam24"]
    yield Exchange(f"{host}/robots.txt", text("alayam24/robots.txt"), "text/plain; charset=utf-8")
    yield Exchange(f"{host}/", site.home().encode())
    for story in site.stories:
        yield from answers(story, site.article(story))
    for path, page in site.listings():
        yield Exchange(host + path, page.encode())
    yield Exchange(f"{host}/articles-0.html", site.all_articles().encode())
    yield Exchange(f"{host}/feed", site.feed().encode(), "application/rss+xml; charset=UTF-8")
    yield Exchange(f"{host}/sitemap.xml", site.sitemap().encode(), "application/xml")
    yield Exchange(
        f"{host}/contact", site.about("اتصل بنا", "يمكنكم مراسلتنا عبر البريد الإلكتروني.").encode()
    )
    yield Exchange(f"{host}/about", site.about("من نحن", "صحيفة تجريبية تصدر مع هذا المشروع.").encode())
    yield Exchange(f"{host}/uploads/2024/03/charte.pdf", PDF, "application/pdf")
    yield Exchange.moved("http://alayam24.com/robots.txt", f"{host}/robots.txt")


def maghress(stories: Sequence[Story]) -> Iterator[Exchange]:
    """The exchanges with maghress.com, which answers with and without ``www``."""
    site, host = Maghress(stories), HOSTS["maghress"]
    yield Exchange(f"{host}/robots.txt", text("maghress/robots.txt"), "text/plain")
    yield Exchange(f"{host}/", site.home().encode(), "text/html")
    for path, page in site.listings():
        yield Exchange(host + path, page.encode(), "text/html")
    for story in site.stories:
        yield from answers(story, site.article(story))
    yield Exchange("https://maghress.com/robots.txt", text("maghress/robots.txt"), "text/plain")
    yield Exchange.missing(f"{host}/sitemap.xml")


def answers(story: Story, page: str) -> Iterator[Exchange]:
    """The exchanges of one story: its page and every other spelling of its address that is linked."""
    if story.status == "404":
        yield Exchange.missing(story.url)
        return
    if story.location:
        yield Exchange.moved(story.url, HOSTS[story.site] + story.location, int(story.status))
        return
    body = page.encode(story.charset, "xmlcharrefreplace")
    content_type = "text/html" if story.charset_in == "meta" else f"text/html; charset={story.charset}"
    yield Exchange(story.url, body, content_type, validators=tuple(validators(story, body)))
    if story.moved_from:
        yield Exchange.moved(HOSTS[story.site] + story.moved_from, story.url)
    for spelling in (story.listed, story.feed_url):
        if spelling and spelling.startswith("http://"):
            parts = urlsplit(spelling)
            secure = f"{HOSTS[story.site]}{parts.path}?{parts.query}"
            yield Exchange.moved(spelling, secure)
            yield Exchange(secure, body, content_type)
        elif spelling:
            yield Exchange(spelling, body, content_type)


def validators(story: Story, body: bytes) -> Iterator[tuple[str, str]]:
    """The headers of conditional requests: some pages have one, some the other, some none."""
    if story.number % 3 == 0:
        yield "ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    elif story.number % 3 == 1 and story.day:
        yield "Last-Modified", format_datetime(moment(story), usegmt=True)


def text(name: str) -> bytes:
    """A file of the recording as it stands."""
    return (DEMO / name).read_bytes()


def warc(recorded: Sequence[Exchange]) -> bytes:
    """The exchanges as a compressed WARC file: a request and a response record each."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=True)
    info = {"software": "newscrawl recordings.build", "format": "WARC File Format 1.1"}
    named = {"WARC-Record-ID": record_id("warcinfo", "demo"), "WARC-Date": stamp(CLOCK)}
    writer.write_record(
        writer.create_warc_record(
            "",
            "warcinfo",
            payload=BytesIO("".join(f"{k}: {v}\r\n" for k, v in info.items()).encode()),
            warc_content_type="application/warc-fields",
            warc_headers_dict=named,
        )
    )
    for seconds, exchange in enumerate(recorded):
        write(writer, exchange, CLOCK + dt.timedelta(seconds=seconds))
    return file.getvalue()


def write(writer: WARCWriter, exchange: Exchange, when: dt.datetime) -> None:
    """Write one exchange."""
    parts = urlsplit(exchange.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    asked = [
        ("Host", parts.netloc),
        ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("Accept-Language", "ar"),
    ]
    answered = [
        ("Date", format_datetime(when, usegmt=True)),
        ("Server", "nginx"),
        ("Content-Type", exchange.content_type),
        ("Content-Length", str(len(exchange.body))),
        *exchange.validators,
    ]
    if exchange.location:
        answered.append(("Location", exchange.location))
    status = f"{exchange.status} {HTTPStatus(exchange.status).phrase}"
    request_id, response_id = record_id("request", exchange.url), record_id("response", exchange.url)
    writer.write_record(
        writer.create_warc_record(
            exchange.url,
            "request",
            payload=BytesIO(),
            http_headers=StatusAndHeaders(f"GET {target} HTTP/1.1", asked, is_http_request=True),
            warc_headers_dict={
                "WARC-Record-ID": request_id,
                "WARC-Date": stamp(when),
                "WARC-Concurrent-To": response_id,
            },
        )
    )
    writer.write_record(
        writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            http_headers=StatusAndHeaders(status, answered, protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Record-ID": response_id, "WARC-Date": stamp(when)},
        )
    )


def record_id(kind: str, url: str) -> str:
    """A record's name, the same in every build."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {url}')}>"


def stamp(when: dt.datetime) -> str:
    """A WARC-Date."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def expected(stories: Sequence[Story], recorded: Sequence[Exchange]) -> dict[str, Any]:
    """What is true of the recorded pages."""
    urls = {f"{s.site}/{s.file}": s.url for s in stories}
    articles = {s.url: truth(s, urls) for s in stories if not s.rejected}
    rejected = {s.url: s.rejected for s in stories if s.rejected}
    rejected[f"{HOSTS['alayam24']}/articles-0.html"] = "listing"
    sites = [entry["site"] for entry in articles.values()]
    return {
        "clock": stamp(CLOCK),
        "counts": {
            "exchanges": len(recorded),
            "pages": sum(e.status == 200 and "html" in e.content_type for e in recorded),
            "articles": len(articles),
            "alayam24": sites.count("alayam24"),
            "maghress": sites.count("maghress"),
            "duplicates": sum(entry["duplicate_of"] is not None for entry in articles.values()),
            "rejected": len(rejected),
        },
        "articles": articles,
        "rejected": rejected,
        "never_asked": [f"{HOSTS['alayam24']}/articles-{number}.html" for number in FORGOTTEN],
    }


def truth(story: Story, urls: dict[str, str]) -> dict[str, Any]:
    """What is true of one article."""
    first = story.paragraphs[0]
    moved = HOSTS[story.site] + story.moved_from if story.moved_from else None
    return {
        "site": story.site,
        "source": story.source,
        "via": "maghress" if story.site == "maghress" else None,
        "urls": [story.url, *filter(None, (story.listed, story.feed_url, moved))],
        "title": story.title,
        "first_words": " ".join(first.split()[:5]),
        "last_words": " ".join(story.paragraphs[-1].split()[-5:]),
        "paragraphs": len(story.body),
        "lang": story.lang,
        "writer": story.writer,
        "agency": story.agency,
        "dateline": story.dateline,
        "section": story.section,
        "printed": story.date,
        "day": story.day,
        "time": story.time,
        "precision": story.precision or ("minute" if story.time else "day" if story.day else None),
        "calendar": story.calendar if story.day else None,
        "hijri_day": story.hijri_day,
        "hijri_printed": story.hijri_printed,
        "duplicate_of": urls[story.copy] if story.copy else None,
        "recurring": bool(story.recurring),
    }


def build(folder: Path) -> None:
    """Write ``demo.warc.gz`` and ``demo/expected.json`` into a folder."""
    stories = read_all(DEMO)
    recorded = list(exchanges(stories))
    (folder / "demo").mkdir(exist_ok=True)
    (folder / "demo.warc.gz").write_bytes(warc(recorded))
    facts = json.dumps(expected(stories, recorded), ensure_ascii=False, indent=1)
    (folder / "demo" / "expected.json").write_text(facts + "\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(__file__).parent)
