"""Undeclared newspapers of different kinds, whose pages a test's ``fetch`` returns."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from newscrawl.kit import learn
from newscrawl.kit.asking import Answer, Fetch
from newscrawl.kit.probe import SiteDraft
from newscrawl.spider.newspaper import Newspaper
from newscrawl.vocabulary import FetchFailure
from tests.loopback import WORDS

NOW = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
HOME = "https://www.sahifa.example/"
SECTIONS = ("سياسة", "رياضة", "مجتمع", "ثقافة")


def slug(n: int) -> str:
    turned = WORDS[n % len(WORDS) :] + WORDS[: n % len(WORDS)]
    return "-".join(turned[:6])


def article(n: int, *, kind: str = "NewsArticle", date: bool = True) -> str:
    """An article page; each number has its own text."""
    turned = WORDS[n % len(WORDS) :] + WORDS[: n % len(WORDS)]
    title = " ".join(turned[:7])
    body = "".join(f"<p>{' '.join(turned[k:] + turned[:k])} {n * 31 + k}.</p>" for k in (0, 5, 9))
    at = NOW - dt.timedelta(hours=5 * n + 2)
    day = f"<span class=when>{at:%d/%m/%Y} - {at:%H:%M}</span>" if date else ""
    linked = f'<script type="application/ld+json">{{"@type": "{kind}", "headline": "{title}"}}</script>'
    return (
        f"<html lang=ar dir=rtl><head><title>{title} - صحيفة المثال</title>{linked}</head><body>"
        f"<h1 class=t>{title}</h1>{day}<div class=matn>{body}</div></body></html>"
    )


@dataclass
class Made:
    """A newspaper: its pages, and which of its addresses are articles."""

    articles: dict[str, str]
    others: list[str] = field(default_factory=list)
    """Linked addresses that are not articles."""
    head: str = ""
    pages: dict[str, Response | FetchFailure] = field(default_factory=dict)
    rendered: dict[str, str] = field(default_factory=dict)
    """Pages as a browser shows them."""
    shown: int = 12
    """Articles that the home page links to."""

    def fetch(self) -> Fetch:
        """Return the page of an address, or a 404."""
        pages = {unquote(url): html for url, html in self.articles.items()}
        pages.setdefault(HOME, self.home())

        async def answer(request: Request) -> Answer:
            if request.meta.get("playwright") and (html := self.rendered.get(request.url)):
                page = HtmlResponse(request.url, body=html.encode(), encoding="utf-8")
                return Answer(request.url, page, at=NOW)
            given = self.pages.get(request.url) or self.pages.get(unquote(request.url))
            if isinstance(given, FetchFailure):
                return Answer(request.url, None, given, str(given), NOW)
            if given is not None:
                return Answer(request.url, given, at=NOW)
            html = pages.get(unquote(request.url))
            if html is None:
                return Answer(request.url, None, FetchFailure.CLIENT, "HTTP status 404", NOW)
            return Answer(
                request.url, HtmlResponse(request.url, body=html.encode(), encoding="utf-8"), at=NOW
            )

        return answer

    def home(self) -> str:
        """The home page: articles with their headlines, sections, and the pages that every site has."""
        cards = "".join(
            f'<div class=card><a href="{quote(url, safe=":/?=&")}"><img src="/i.jpg"></a>'
            f'<h3><a href="{quote(url, safe=":/?=&")}">{" ".join(slug(n).split("-"))} اليوم</a></h3></div>'
            for n, url in enumerate(list(self.articles)[: self.shown])
        )
        rest = "".join(
            f'<a href="{quote(url, safe=":/?=&")}">{SECTIONS[n % 4]}</a>' for n, url in enumerate(self.others)
        )
        return (
            f"<html lang=ar dir=rtl><head><title>صحيفة المثال</title>{self.head}</head><body>"
            f"<nav>{rest}</nav>{cards}<footer>جميع الحقوق محفوظة</footer></body></html>"
        )


def xml(url: str, text: str) -> Response:
    return Response(url, body=text.encode(), headers={"Content-Type": "application/xml; charset=utf-8"})


def rss(urls: Iterable[str]) -> Response:
    items = "".join(
        f"<item><title>{slug(n)}</title><link>{quote(url, safe=':/?=')}</link>"
        f"<pubDate>{NOW - dt.timedelta(hours=5 * n + 2):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n, url in enumerate(urls)
    )
    return xml(urljoin(HOME, "/feed"), f'<rss version="2.0"><channel><title>ص</title>{items}</channel></rss>')


def sitemap(url: str, urls: Iterable[str]) -> Response:
    entries = "".join(
        f"<url><loc>{quote(u, safe=':/?=')}</loc>"
        f"<lastmod>{(NOW - dt.timedelta(hours=n)).isoformat()}</lastmod></url>"
        for n, u in enumerate(urls)
    )
    return xml(url, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>')


def made(form: str, others: Iterable[str], *, count: int = 40, head: str = "") -> Made:
    """A newspaper whose articles have addresses of one form: ``{n}`` is a number, ``{slug}`` consists of
    words.
    """
    sections = ("siyassa", "riyada", "mojtama", "taqafa")
    urls = [
        urljoin(
            HOME, form.format(n=31400 + 7 * n, s=sections[n % 4], slug=slug(n), m=10 + n % 2, d=n % 27 + 1)
        )
        for n in range(count)
    ]
    return Made(
        {url: article(n) for n, url in enumerate(urls)}, [urljoin(HOME, path) for path in others], head
    )


def learned(newspaper: Made, kind: str = "home", address: str = HOME) -> tuple[SiteDraft, str | None]:
    """The learned site, and the reason not to crawl it."""
    found = learn.begin(Newspaper(kind, address))  # type: ignore[arg-type]
    found.browser = True
    return found, asyncio.run(learn.learn(found, newspaper.fetch()))
