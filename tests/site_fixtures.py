"""The offline sites of ``tests/sites``: their responses, the expected articles, crawls without a server."""

import asyncio
import datetime as dt
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

from protego import Protego
from scrapy import Request, Spider
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure
from w3lib.url import safe_url_string

from newscrawl.download.clock import Clock
from newscrawl.download.recording import Recorder
from newscrawl.items import Article, RawArticle, Rejection
from newscrawl.kit import fixture
from newscrawl.spider import NewsSpider
from newscrawl.workers.reader import PageReader
from pipelines.check import CheckPipeline
from pipelines.clean import CleanPipeline
from pipelines.date import DatePipeline

SITES = Path(__file__).parent / "sites"


@dataclass(frozen=True, slots=True)
class OfflineAnswer:
    """A request and the response of the offline site."""

    url: str
    body: bytes
    type: str = "text/html; charset=utf-8"
    status: int = 200
    method: str = "GET"
    form: str = ""
    """Body of the request."""
    fetched_at: dt.datetime | None = None
    """The moment of this page; None for that of the site."""


@dataclass(frozen=True, slots=True)
class Page:
    """An article page and the expected article."""

    name: str
    answer: OfflineAnswer
    reviewed: bool
    found: bool
    expected: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OfflineSite:
    """A folder of ``tests/sites``."""

    name: str
    fetched_at: dt.datetime
    pages: list[Page]
    answers: list[OfflineAnswer]
    """All responses, including those of pages."""

    def record(self, path: Path) -> None:
        """Write the site as a recording that a crawl can replay."""
        recorder = Recorder(path)
        for answer in self.answers:
            at = {"fetched_at": answer.fetched_at or self.fetched_at}
            request = Request(answer.url, method=answer.method, body=answer.form, meta=at)
            recorder.write(request, response(answer, request))
        recorder.close()


def names() -> list[str]:
    """The sites that have a folder."""
    return sorted(path.parent.name for path in SITES.glob("*/answers.json"))


@lru_cache(maxsize=1)
def spiders() -> dict[str, type[NewsSpider]]:
    """Every spider of the project by name."""
    loader = SpiderLoader(Settings({"SPIDER_MODULES": ["spiders"]}))
    found: dict[str, type[Spider]] = {name: loader.load(name) for name in loader.list()}
    return {name: cls for name, cls in found.items() if issubclass(cls, NewsSpider)}


def load(name: str) -> OfflineSite:
    """Read a folder of ``tests/sites``."""
    folder = SITES / name
    said = json.loads((folder / "answers.json").read_text("utf-8"))
    answers = [
        OfflineAnswer(
            url=safe_url_string(entry["url"]),
            body=(folder / entry["file"]).read_bytes() if entry.get("file") else b"",
            type=entry.get("type", "text/html; charset=utf-8"),
            status=entry.get("status", 200),
            method=entry.get("method", "GET"),
            form=entry.get("body", ""),
        )
        for entry in said["answers"]
    ]
    pages = [_page(path) for path in sorted(folder.glob("*.html")) if path.with_suffix(".json").exists()]
    return OfflineSite(name, _moment(said["fetched_at"]), pages, answers + [page.answer for page in pages])


def _page(path: Path) -> Page:
    said = json.loads(path.with_suffix(".json").read_text("utf-8"))
    answer = OfflineAnswer(
        safe_url_string(said["url"]),
        path.read_bytes(),
        said.get("type", "text/html; charset=utf-8"),
        fetched_at=_moment(said["fetched_at"]),
    )
    return Page(
        path.stem, answer, said.get("reviewed") is True, said.get("found", True), dict(said["expected"])
    )


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def response(answer: OfflineAnswer, request: Request) -> Response:
    """A response as a spider gets it from Scrapy."""
    headers = Headers({"Content-Type": answer.type})
    cls = responsetypes.from_args(headers=headers, url=answer.url, body=answer.body)
    return cls(request.url, status=answer.status, headers=headers, body=answer.body, request=request)


def differences(page: Page, document: Article | Mapping[str, Any]) -> list[str]:
    """The differences from the expected article, one line per field."""
    read, expected = fixture.expected(document), page.expected
    names = [name for name in fixture.FIELDS if name != "hijri_day" or name in expected]
    return [
        f"{page.name}: {name} is {read.get(name)!r}, should be {expected.get(name)!r}"
        for name in names
        if read.get(name) != expected.get(name)
    ]


class _NothingKnown:
    """A store that is empty and keeps nothing."""

    async def pending(self, *_: Any) -> list[Any]:
        return []

    async def marks(self, *_: Any) -> dict[str, Any]:
        return {}

    async def checkpoints(self, *_: Any) -> dict[str, Any]:
        return {}

    async def known(self, *_: Any) -> dict[str, Any]:
        return {}

    async def young(self, *_: Any) -> AsyncIterator[Any]:
        nothing: list[Any] = []
        for document in nothing:
            yield document


@dataclass
class OfflineCrawl:
    """A crawl of an offline site in this process, without downloads and without MongoDB."""

    site: OfflineSite
    articles: dict[str, Article] = field(default_factory=dict)
    """Articles by address."""
    rejections: dict[str, Rejection] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """Addresses that the crawl requested and the site does not have."""
    forbidden: list[str] = field(default_factory=list)
    """Addresses that the crawl requested and ``robots.txt`` forbids."""

    def run(self) -> "OfflineCrawl":
        """Walk all declared lists."""
        asyncio.run(self._run())
        return self

    def page(self, page: Page) -> "OfflineCrawl":
        """Visit a single page, as the spider argument ``url`` does."""
        asyncio.run(self._run(url=page.answer.url))
        return self

    async def _run(self, **arguments: str) -> None:
        self._waiting: deque[Request] = deque()
        self._answers = {(a.method, a.url, a.form): a for a in self.site.answers}
        spider = spiders()[self.site.name](**arguments)
        settings = Settings()
        settings.setmodule("newscrawl.settings")
        settings.set("WORKERS", 0)
        crawler: Any = SimpleNamespace(
            stats=StatsCollector(SimpleNamespace(settings=settings)),  # type: ignore[arg-type]
            engine=SimpleNamespace(crawl=self._waiting.append),
            settings=settings,
            spider=spider,
        )
        spider.crawler, spider.settings = crawler, settings
        nothing = _NothingKnown()
        store = SimpleNamespace(addresses=nothing, walks=nothing, visits=nothing)
        spider.store, spider.clock = store, Clock(self.site.fetched_at)  # type: ignore[assignment]
        spider.reader = PageReader(crawler, spider.site)
        self._steps: list[Any] = [CleanPipeline(crawler), DatePipeline(crawler), CheckPipeline(crawler)]
        async for request in spider.start():
            self._waiting.append(request)
        while self._waiting:
            await self._ask(spider, self._waiting.popleft())

    async def _ask(self, spider: NewsSpider, request: Request) -> None:
        robots = self._answers.get(("GET", urljoin(request.url, "/robots.txt"), ""))
        if robots is None:
            self.missing.append(urljoin(request.url, "/robots.txt"))
            return
        if not Protego.parse(robots.body.decode()).can_fetch(request.url, "newscrawl"):
            self.forbidden.append(request.url)
            return
        answer = self._answers.get((request.method, request.url, request.body.decode()))
        if answer is None:
            self.missing.append(f"{request.method} {request.url} {request.body.decode()}".rstrip())
            return
        request.meta["fetched_at"] = answer.fetched_at or self.site.fetched_at
        got = response(answer, request)
        if answer.status >= 400:
            failure = Failure(HttpError(got))  # type: ignore[no-untyped-call]
            failure.request = request  # type: ignore[attr-defined]
            results = spider.failed(failure)
        else:
            assert request.callback
            results = request.callback(got, **request.cb_kwargs)
        async for result in results:
            if isinstance(result, Request):
                self._waiting.append(result)
            else:
                await self._take(spider, result, got)

    async def _take(self, spider: NewsSpider, item: RawArticle | Rejection, got: Response) -> None:
        done: Any = item
        for step in self._steps:
            done = await step.process_item(done)
        if isinstance(done, Article):
            self.articles[got.url] = done
        else:
            self.rejections[got.url] = done
        spider.parts.item_done(done, got)
