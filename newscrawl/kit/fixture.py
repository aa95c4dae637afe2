"""Saves an offline site: the responses of a site, reduced to a few articles and in our own words.

``tests/sites/README.md`` describes the form of the files.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import jmespath  # type: ignore[import-untyped]
from lxml import etree
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from newscrawl import jsontext
from newscrawl.discovery import Entry, pages
from newscrawl.discovery.entry import header
from newscrawl.discovery.listing import absolute, readable
from newscrawl.discovery.unpack import UNPACKED, text, utf8
from newscrawl.items import Article
from newscrawl.kit.asking import Answer, Fetch
from newscrawl.kit.listed import first_requests, listed
from newscrawl.kit.reword import Reworder
from newscrawl.page import check, meta, read
from newscrawl.page.document import parse
from newscrawl.sites import Api, Discovery, Feed, Listing, Site, Sitemap
from newscrawl.stored import paths
from newscrawl.urls import key

FIELDS = {path.rpartition(".")[2]: path for path, says in paths(Article) if says.expected}
"""Name of a field in ``expected`` → its path in the document."""
ARTICLES = 2
"""Number of article pages of a new offline site."""
NAMED = 3
"""Maximum number of feeds or sitemaps named by the site itself that are saved."""
TRIED = 6
"""Maximum number of article pages that are requested to find these."""
_JSON_DATES = ("date_published", "date_modified")


@dataclass(slots=True)
class SiteFixture:
    """An offline site before it is written."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    """Names of its article pages."""
    missing: list[str] = field(default_factory=list)
    """One sentence for each page that could not be fetched."""

    @property
    def addresses(self) -> list[str]:
        """The addresses of its article pages."""
        return [json.loads(self.files[f"{name}.json"])["url"] for name in self.pages]

    def answer(self, url: str, name: str, body: bytes, **more: Any) -> None:
        """Add a file with the response to an address."""
        while name in self.files and self.files[name] != body:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem}-more{dot}{ending}"
        self.files[name] = body
        self.answers.append({"url": url, "file": name, **more})

    def write(self, folder: Path, at: str) -> None:
        """Write the files, replacing all others in the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.*"):
            old.unlink()
        for name, body in self.files.items():
            (folder / name).write_bytes(body)
        if self.answers:
            document = {"fetched_at": at, "answers": self.answers}
            (folder / "answers.json").write_text(_json(document), "utf-8")


def expected(article: Article | Mapping[str, Any]) -> dict[str, Any]:
    """An article, or its document in MongoDB, in the form of ``expected``.

    Null and empty fields are left out; instants are UTC.
    """
    doc = asdict(article) if isinstance(article, Article) else dict(article)
    doc["body"] = doc["body"].split("\n\n") if doc["body"] else []
    doc["images"] = [image["url"] for image in doc["images"]]
    fields = {name: _json_value(reduce(_part, path.split("."), doc)) for name, path in FIELDS.items()}
    return {name: value for name, value in fields.items() if value}


def _part(doc: Mapping[str, Any] | None, name: str) -> Any:
    return doc[name] if doc else None


def _json_value(value: Any) -> Any:
    """A value for JSON; instants are UTC."""
    return (
        value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, dt.datetime) else value
    )


def page(answer: Answer, site: Site, words: Reworder, *, listed: bool = True) -> tuple[bytes, bytes]:
    """An article page in our words, and its JSON with the fields as read, for review."""
    assert answer.response is not None
    assert answer.at is not None
    body = words.page(answer.response.body, answer.response.url, answer.headers.get("Content-Type"))
    url = words.url(answer.response.url)
    article = read(body, url, site=site, headers={"Content-Type": "text/html; charset=utf-8"}, now=answer.at)
    document: dict[str, Any] = {"url": url, "fetched_at": moment(answer), "reviewed": False}
    if not listed:
        document["found"] = False
    return body, (_json(document | {"expected": expected(article)})).encode()


def moment(answer: Answer) -> str:
    """The moment of download in the form of the files."""
    assert answer.at is not None
    return answer.at.strftime("%Y-%m-%dT%H:%M:%SZ")


def changed(answer: Answer, body: bytes, site: Site) -> list[str]:
    """The fields that are found in another way, or not at all, because the words were replaced."""
    assert answer.response is not None
    before = read(answer.response.body, answer.response.url, site=site, headers=answer.headers, now=answer.at)
    after = read(body, answer.response.url, site=site, now=answer.at)
    problems = [
        f"{name}: {before.origins.get(name, 'empty')}, reworded {after.origins.get(name, 'empty')}"
        for name in sorted(before.origins.keys() | after.origins.keys())
        if before.origins.get(name) != after.origins.get(name)
    ]
    if before.day != after.day:
        problems.append(f"day: {before.day}, reworded {after.day}")
    counts = [article.body.count("\n\n") + 1 for article in (before, after)]
    if counts[0] != counts[1]:
        problems.append(f"body: {counts[0]} paragraphs, reworded {counts[1]}")
    return problems


async def save(site: Site, fetch: Fetch, words: Reworder) -> SiteFixture:
    """Download the first page of each declared list and a few articles.

    Links and entries of other articles are removed, so that the offline site is complete.
    """
    saved = SiteFixture()
    robots = await fetch(Request(f"{site.home}robots.txt", meta={"dont_obey_robotstxt": True}))
    rules = robots.response.body if robots.response else b""
    saved.answer(f"{site.home}robots.txt", "robots.txt", rules, type="text/plain; charset=utf-8")
    got, entries = await _lists(saved, site, fetch, robots)
    articles = await _articles(saved, site, fetch, entries)
    for number, answer in enumerate(articles.values(), 1):
        body, document = page(answer, site, words)
        saved.files |= {f"article-{number}.html": body, f"article-{number}.json": document}
        saved.pages.append(f"article-{number}")
        saved.missing += [
            f"article-{number}.html reads differently with its words replaced: {p}; check it by hand"
            for p in changed(answer, body, site)
        ]
    wanted = {address: entries[address].url for address in articles}
    asked = {answer.url for _, answer in got}
    for source, answer in got:
        _answer(saved, source, answer, site, words, wanted, asked)
    return saved


async def _lists(
    saved: SiteFixture, site: Site, fetch: Fetch, robots: Answer
) -> tuple[list[tuple[Discovery, Answer]], dict[str, Entry]]:
    """The first pages of all lists that a site declares, and their entries by key."""
    got: list[tuple[Discovery, Answer]] = []
    entries: dict[str, Entry] = {}
    for declared in site.discover:
        for source, request in (await first_requests(declared, site, fetch, robots))[:NAMED]:
            for answered in await listed(source, request, site, fetch):
                url, kind = answered.answer.url, type(source).__name__.lower()
                if answered.entries is None:
                    why = answered.answer.reason or "see its Content-Type"
                    saved.missing.append(f"{url} is not a {kind}: {why}")
                    continue
                got.append((source, answered.answer))
                entries |= {key(entry.url, site.url_rules): entry for entry in answered.entries}
                if not answered.entries and not answered.index:
                    saved.missing.append(f"{url} lists no article: check `article` against its addresses")
    return got, entries


async def _articles(
    saved: SiteFixture, site: Site, fetch: Fetch, entries: Mapping[str, Entry]
) -> dict[str, Answer]:
    """The pages of a few articles, by key."""
    articles: dict[str, Answer] = {}
    for address, entry in list(entries.items())[:TRIED]:
        if len(articles) == ARTICLES:
            break
        answer = await fetch(Request(entry.url, meta={"playwright": site.render}))
        if answer.response is None:
            saved.missing.append(f"{entry.url} could not be read ({answer.kind}): {answer.reason}")
        elif reason := check(
            read(answer.response.body, answer.response.url, site=site, headers=answer.headers), site
        ):
            saved.missing.append(f"{entry.url} is not read as an article ({reason[0]}: {reason[1]})")
        else:
            articles[address] = answer
    if len(articles) < ARTICLES:
        saved.missing.append(f"only {len(articles)} of {ARTICLES} article pages could be saved")
    return articles


def _answer(
    saved: SiteFixture,
    source: Discovery,
    answer: Answer,
    site: Site,
    words: Reworder,
    wanted: dict[str, str],
    known: set[str],
) -> None:
    """Add one file to the offline site, with the wanted articles only."""
    response = answer.response
    assert response is not None
    asked = response.request.url if response.request else response.url
    more: dict[str, Any] = {}
    if response.request and response.request.method != "GET":
        more = {"method": response.request.method, "body": response.request.body.decode()}
    match source:
        case Listing(html=None):
            saved.answer(asked, _file(asked, "html"), listing(response, site, words, wanted), **more)
        case Listing() | Api():
            body = _api(response, source, site, words, wanted)
            saved.answer(asked, _file(asked, "json"), body, type="application/json; charset=utf-8", **more)
        case Feed() | Sitemap():
            xml = _xml(response, site, words, wanted, known)
            kind = "json" if xml is None else "xml"
            body = _json_feed(response, site, words, wanted) if xml is None else xml
            saved.answer(asked, _file(asked, kind), body, type=f"application/{kind}; charset=utf-8")
    if not isinstance(source, Sitemap) and source.numbered:
        after = pages.page(source, 1, site.home)
        if after.method == "GET":
            saved.answers.append({"url": after.url, "status": 404})
        else:
            saved.answers.append(
                {"url": after.url, "status": 404, "method": "POST", "body": after.body.decode()}
            )


def _file(url: str, ending: str) -> str:
    parts = urlsplit(url)
    last = parts.path.strip("/").rsplit("/", 1)[-1].partition(".")[0]
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{last} {parts.query}" if parts.query else last).strip("-")
    return f"{plain[:60] or 'home'}.{ending}"


def listing(response: Response, site: Site, words: Reworder, wanted: dict[str, str]) -> bytes:
    """A listing page; links to pages that are not saved lose their address, so that a walk ends here."""
    assert isinstance(response, TextResponse)
    page = readable(response)
    root = parse(response.body, response.url, header(response, "Content-Type")).root
    for link in root.iter("a", "link", "area"):
        url = absolute(page, link.get("href"))
        if url and link.tag == "link" and "next" not in (link.get("rel") or ""):
            continue
        if url and site.owns(url) and not (site.is_article(url) and key(url, site.url_rules) in wanted):
            del link.attrib["href"]
        elif url and "?" in url and not (link.get("href") or "").isascii():
            link.set("href", url)  # the query is in the page's encoding, but the saved page is in UTF-8
    words.tree(root)
    html: bytes = etree.tostring(root, encoding="utf-8", method="html", doctype="<!DOCTYPE html>")
    return html.strip() + b"\n"


def _xml(
    response: Response, site: Site, words: Reworder, wanted: dict[str, str], known: set[str]
) -> bytes | None:
    """A feed or a sitemap with the wanted entries only, without their descriptions; None if it is not XML.

    An index keeps the files that were requested.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    data = b"".join(utf8(response.body, header(response, "Content-Type")))
    root = etree.fromstring(data, parser) if data else None
    if root is None:
        return None
    for element in list(root.iter()):
        name = _local(element)
        parent = element.getparent()
        if name in ("item", "entry", "url") and parent is not None:
            links = [text for text in _links(element) if site.is_article(text)]
            if not any(key(link, site.url_rules) in wanted for link in links):
                parent.remove(element)
        elif name == "sitemap" and not known.intersection(
            urljoin(response.url, url) for url in _links(element)
        ):
            root.remove(element)
    for element in list(root.iter()):
        name, parent = _local(element), element.getparent()
        if name in ("description", "encoded", "content", "summary", "image") and parent is not None:
            parent.remove(element)
        elif element.text and element.text.strip():
            text = element.text.strip()
            element.text = words.linked(
                text, "datePublished" if "date" in name.lower() or name == "lastmod" else ""
            )
        if element.get("href"):
            element.set("href", words.url(element.get("href") or ""))
    out: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return out


def _links(element: etree._Element) -> Iterable[str]:
    for inner in element.iter():
        if _local(inner) in ("link", "loc", "guid", "id", "origlink"):
            yield (inner.get("href") or inner.text or "").strip()


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _api(
    response: Response, source: Listing | Api, site: Site, words: Reworder, wanted: dict[str, str]
) -> bytes:
    """A JSON response with the wanted items only."""
    value = jsontext.find(text(response.body, header(response, "Content-Type"), UNPACKED))
    if isinstance(source, Api):
        items = jmespath.search(source.items, value)
        if isinstance(items, list):
            items[:] = [
                item
                for item in items
                if key(urljoin(site.home, str(jmespath.search(source.link, item))), site.url_rules) in wanted
            ]
    return (_json(words.linked(value))).encode()


def _json_feed(response: Response, site: Site, words: Reworder, wanted: dict[str, str]) -> bytes:
    """A JSON feed with the wanted items only, reduced to address, date and title."""
    feed = jsontext.find(text(response.body, header(response, "Content-Type"), UNPACKED))
    items = [
        {name: value for name, value in item.items() if name in ("id", "url", "title", *_JSON_DATES)}
        for item in feed["items"]
        if key(urljoin(response.url, str(item.get("url"))), site.url_rules) in wanted
    ]
    return _json(
        words.linked({"version": feed["version"], "title": feed.get("title"), "items": items})
    ).encode()


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def next_name(folder: Path) -> str:
    """The name of the next article page of a folder."""
    taken: Sequence[str] = [path.stem for path in folder.glob("*.html")]
    return next(f"article-{n}" for n in range(1, len(taken) + 2) if f"article-{n}" not in taken)


def site_names(answer: Answer) -> list[str]:
    """The names of the newspaper that a page declares."""
    if not isinstance(answer.response, TextResponse):
        return []
    tags = meta.read_meta(parse(answer.response.body, answer.response.url))
    return [value for name in meta.SITE_NAME for value in tags.names.get(name, ())]


def people(answer: Answer) -> list[str]:
    """The authors that a page names."""
    if not isinstance(answer.response, HtmlResponse):
        return []
    return read(answer.response.body, answer.response.url, headers=answer.headers).authors
