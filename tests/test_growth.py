"""Whatever a site repeats, in any place: twice as much of it takes about twice as long to read.

The test finds every public function of the pure modules, and builds its arguments from a repeated piece of
text, according to the types of its parameters. It fails for a parameter of a new type until this file says
how to build it.
"""

from __future__ import annotations

import datetime as dt
import html
import importlib
import inspect
import json
import pkgutil
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree
from scrapy.http import HtmlResponse, TextResponse

from newscrawl import discovery, identity, signatures
from newscrawl.dates import words
from newscrawl.dates.publishing import Options
from newscrawl.frontier import Validator
from newscrawl.items import Image, OfferedDate, RawArticle
from newscrawl.page import blocks, body, jsonld, read
from newscrawl.page.document import parse
from newscrawl.page.markup import ElementFinder
from newscrawl.sites import Api, Feed, Listing, Sitemap
from newscrawl.vocabulary import Origin
from tests.test_page_trials import SITE
from tests.trials import growth, size

LIMIT = 2.5
LETTERS = 40_000
URL = "https://www.sahifa-example.com/news/1"

PIECES = [
    *(
        "ا",
        "ا ",
        "كلمة ",
        "وَ",
        "َّ",
        "\u0315\u0300",
        "ـ",
        "\u200c",
        "\u200dا",
        "\ufe8d",
        "ÇáãÛ",
        "Ø§Ù„",
        "″",
        "ﷺ",
    ),
    *(
        "&amp;",
        "&#38;",
        "%25",
        "%D8",
        "/amp/",
        "../",
        "a=1&",
        "www.",
        "@",
        "http://",
        "cdn.ampproject.org/c/s/",
    ),
    *(
        "1",
        "1/",
        "27 مارس ",
        "منذ ",
        "14:30 ",
        "نشر في ",
        "بقلم ",
        "وكالات/",
        "google.com/amp/",
        "<p class=date>1",
    ),
    *("(", "[", '{"a":', ". ", " - ", "|", "،", "\n", " \n", "<b>", "\ud800", "\x00", "-->", "aB"),
]


# --- Arguments made of a site's text ---------------------------------------------------------------


def shown(text: str) -> str:
    return html.escape(text).encode("utf-8", "replace").decode()


def page_of(text: str) -> bytes:
    """A page with the text in every place; text that begins like markup is markup."""
    if text.startswith("<"):
        return f"<html><body><h1>خبر اليوم من المدينة</h1>{text}".encode()
    names = ("headline", "keywords", "datePublished", "articleBody")  # 1,000,000 letters are read
    said = json.dumps({"@type": "NewsArticle"} | dict.fromkeys(names, text), ensure_ascii=False)
    metas = ("article:published_time", "author", "keywords", "og:image", "article:section", "og:title")
    own = shown(text)
    head = "".join(f'<meta property="{name}" content="{own}">' for name in metas)
    return (
        f'<html><head><title>{own}</title>{head}<link rel=canonical href="{own}">'
        f'<script type="application/ld+json">{said}</script></head><body class="{own}"><h1>{own}</h1>'
        f'<span class=date>{own}</span><div class=author><a href="/author/1">{own}</a></div>'
        f'<p><a href="{own}">{own}</a></p><div class=entry-content><p>{own}</p><p>{own}</p></div>'
        f"<img src='/a.jpg' alt='{own}'><ul><li>{own}</li></ul></body></html>"
    ).encode("utf-8", "replace")


def tree(text: str) -> etree._Element:
    return parse(page_of(text), URL).root


def answer(content: str) -> TextResponse:
    return TextResponse(URL, body=content.encode("utf-8", "replace"), encoding="utf-8")


def listing(text: str) -> HtmlResponse:
    links = f'<a href="/news/1?{shown(text)}">{shown(text)}</a><a rel=next href="/page/2?{shown(text)}">2</a>'
    return HtmlResponse(URL, body=links.encode() + page_of(text), encoding="utf-8")


def feed(text: str) -> bytes:
    parts = "".join(f"<{name}>{escape(text)}</{name}>" for name in ("title", "pubDate", "description"))
    links = f"<link>https://www.sahifa-example.com/news/1?{escape(text)}</link>"
    whole = f"<rss version='2.0'><channel><item>{parts}{links}</item></channel></rss>"
    return whole.encode("utf-8", "replace")


def sitemap(text: str) -> str:
    loc = f"<loc>https://www.sahifa-example.com/news/1?{escape(text)}</loc>"
    return f"<urlset><url>{loc}<lastmod>{escape(text)}</lastmod></url></urlset>"


def posts(text: str) -> str:
    return json.dumps([{"link": f"/news/1?{text}", "date": text, "title": text}])


def fields(text: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("published", "published_at", "first_seen_at", "via"))
    texts = dict.fromkeys(("title", "lede", "body", "dateline", "source", "site"), text)
    return nothing | texts | {"_id": "1", "agencies": [text], "day": "2024-03-27", "title_key": "1"}


def raw_article(text: str) -> RawArticle:
    return RawArticle(
        url=f"{URL}?{text}",
        title=text,
        lede=text,
        body=[text, "نص"],
        byline=text,
        section=text,
        publisher=text,
        authors=[text],
        tags=[text, text],
        images=[Image(url=URL, caption=text)],
        dates=candidates(text),
        canonical=text,
        urls=[URL, text],
    )


def candidates(text: str) -> list[OfferedDate]:
    return [OfferedDate(text=text, origin=origin) for origin in (Origin.MARKUP, Origin.META, Origin.GENERIC)]


def compared(text: str) -> identity.Text:
    return identity.text_of(fields(text))


MADE: dict[str, Callable[[str], Any]] = {
    "str": str,
    "str | None": str,
    "bytes": page_of,
    "list[str]": lambda text: [text, text],
    "Sequence[str]": lambda text: [text, text],
    "Iterable[str]": lambda text: [text],
    "Iterable[tuple[str, str]]": lambda text: [(URL + text, text)] * 2,
    "Iterable[bytes]": lambda text: [page_of(text)] * 2,
    "Any": str,
    "Fields": fields,
    "Article": lambda text: read(page_of(text), URL, site=SITE),
    "Article | Rejection": lambda text: read(page_of(text), URL, site=SITE),
    "RawArticle": raw_article,
    "Sequence[OfferedDate]": candidates,
    "OfferedDate | None": lambda text: candidates(text)[0],
    "etree._Element": tree,
    "etree._Element | ElementFinder": lambda text: ElementFinder(tree(text), SITE.markup[0]),
    "ElementFinder": lambda text: ElementFinder(tree(text), SITE.markup[0]),
    "Document": lambda text: parse(page_of(text), URL),
    "Blocks": lambda text: blocks.read_blocks(tree(text)),
    "Block": lambda text: blocks.Block(text, 1, 0.0, etree.Element("p")),
    "Reading": lambda text: body.read_body(blocks.read_blocks(tree(text))),
    "LinkedData": lambda text: jsonld.read_jsonld(tree(text)),
    "Response": listing,
    "TextResponse": listing,
    "Sequence[tuple[str, Origin]]": lambda text: [(text, Origin.META)],
    "set[str]": set,
    "Mapping[str, str] | None": lambda text: {"Content-Type": text},
    "Stamp": str,
    "Iterable[dict[str, str]]": lambda text: [{"loc": text, "lastmod": text, "title": text}],
    "Iterable[tuple[str, str | None]]": lambda text: [(text, text)],
    "Sequence[Entry]": lambda text: [discovery.Entry(text, title=text)],
    "TokenText": words.tokenize,
}
"""The argument that is made of a text, by the annotation of the parameter."""
OWN: dict[str, Callable[[str], Any]] = {
    "api.read_api.response": lambda text: answer(posts(text)),
    "feed.read_feed.response": lambda text: answer(feed(text).decode()),
    "feed.parse_feed.body": feed,
    "feed.articles.content": lambda text: discovery.feed.parse_feed(feed(text)),
    "sitemap.read_sitemap.response": lambda text: answer(sitemap(text)),
    "sitemap.named_by_robots.body": lambda text: f"Sitemap: {text}".encode("utf-8", "replace"),
    "signatures.band_keys.values": lambda text: signatures.signature(text.split()).values,
    "signatures.estimate.first": lambda text: signatures.signature(text.split()).values,
    "signatures.estimate.second": lambda text: signatures.signature(text.split()).values,
    "text.characters.base_letters.match": lambda text: re.match(".*", "\ufefb" * len(text)),  # no others
    "identity.identify.article": lambda text: replace(read(b"", URL), title=text, lede=text, body=text),
    "signatures.signature.words": str.split,
    "text.numbers.same_number.first": len,
    "text.numbers.same_number.second": len,
    "signatures.former_bands.words": str.split,
    "signatures.shingles.words": str.split,
    **{
        f"{room}.{name}": compared
        for room, function, texts in (
            ("identity", "are_copies", ("first_text", "second_text")),
            ("identity", "are_other_news", ("first_text", "second_text")),
            ("identity", "duplicate", ("root_text", "copy_text")),
            ("comparison", "similarity", ("first", "second")),
            ("comparison", "share", ("first", "second")),
            ("comparison", "same_opening", ("first", "second")),
            ("comparison", "same_text", ("first", "second")),
            ("comparison", "same_page", ("first", "second")),
            ("comparison", "other_news", ("first", "second")),
        )
        for name in (f"{function}.{text}" for text in texts)
    },
}
"""The same for one parameter of one function."""
GIVEN: dict[str, Any] = {
    "api": Api("/", items="@", link="link", date="date"),
    "at": 1,
    "country": "MA",
    "day": None,
    "domain": SITE.domain,
    "end": 600,
    "feed": Feed(),
    "home": URL,
    "is_article": lambda url: False,
    "listing": Listing("/"),
    "most": 1 << 30,
    "now": dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
    "options": Options("Africa/Casablanca", "MA", dt.datetime(2026, 9, 1, tzinfo=dt.UTC), False, False),
    "number": 1,
    "path": etree.XPath("//p"),
    "private": False,
    "rules": None,
    "same_day": True,
    "same_frame": False,
    "same_title": False,
    "origin": "meta",
    "selectors": ".entry-content",
    "site": SITE,
    "skipped": Counter(),
    "source": Listing("/"),
    "start": 0,
    "timezone": "Africa/Casablanca",
    "title": None,
    "validator": Validator(URL, "1", None, dt.datetime(2026, 9, 1, tzinfo=dt.UTC)),
    "walk": discovery.Walk("x", Sitemap()),
    "where": "p",
}
"""Arguments that a declaration, the clock or the project itself gives, by the name of the parameter."""
OURS = frozenset(
    """dates.tables.rows dates.hijri.to_hijri dates.hijri.days dates.hijri.use_months dates.hijri.months_table
    dates.hijri.difference dates.words.vocabulary dates.zones.zone
    dates.zones.is_stale dates.zones.is_stale_clock dates.counting.age
    dates.publishing.is_possible dates.publishing.publish dates.hijri.use_months
    dates.publishing.written_offset page.markup.compiled page.markup.each
    discovery.pages.name discovery.pages.first discovery.pages.page
    signatures.is_current signatures.day_buckets signatures.span_buckets signatures.in_buckets
    signatures.filed signatures.keys_of_buckets
    discovery.pages.dated discovery.pages.saved discovery.pages.restored
    discovery.kinds.source_of text.characters.character_class""".split()
)
"""Functions that take no text of a site: tables, declarations, days, results of ``parse``."""


# --- The functions ---------------------------------------------------------------------------------


def modules() -> Iterator[ModuleType]:
    for name in ("text", "urls", "signatures", "comparison", "identity", "dates", "page", "discovery"):
        module = importlib.import_module(f"newscrawl.{name}")
        yield module
        for part in pkgutil.iter_modules(getattr(module, "__path__", []), f"{module.__name__}."):
            yield importlib.import_module(part.name)


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the modules that read what sites send."""
    for module in modules():
        for name, function in vars(module).items():
            plain = inspect.unwrap(function) if callable(function) else None
            if isinstance(plain, FunctionType) and plain.__module__ == module.__name__ and name[0] != "_":
                yield f"{module.__name__.removeprefix('newscrawl.')}.{name}", function


FUNCTIONS = {name: function for name, function in functions() if name not in OURS}


def arguments(name: str, text: str) -> dict[str, Any]:
    """The parameters of a function that get a site's text, and the arguments of the others."""
    found: dict[str, Any] = {}
    for parameter in inspect.signature(FUNCTIONS[name]).parameters.values():
        kind = str(parameter.annotation)
        if own := OWN.get(f"{name.removeprefix('discovery.')}.{parameter.name}"):
            found[parameter.name] = own(text)
        elif parameter.name in GIVEN and not (kind.startswith("str") and parameter.name in ("path", "title")):
            found[parameter.name] = 0 if (parameter.name, kind) == ("title", "int") else GIVEN[parameter.name]
        elif kind in MADE:
            if parameter.kind is not parameter.VAR_POSITIONAL:
                found[parameter.name] = MADE[kind](text)
        elif parameter.default is parameter.empty:
            pytest.fail(f"{name}: say in {__name__} what a site's text makes of `{parameter}`")
    return found


def forgetful(function: Callable[..., Any]) -> Callable[[dict[str, Any]], None]:
    """The function without its cache, whose iterators are read to their end."""
    caches = [
        cache
        for module in modules()
        for cache in vars(module).values()
        if isinstance(cache, CACHED)
        and (cache.cache_parameters()["maxsize"] or 0) > 1
        and module.__name__ != "newscrawl.page.markup"
    ]

    def call(given: dict[str, Any]) -> None:
        for cache in caches:
            cache.cache_clear()
        try:
            result = function(**given)
        except ValueError:  # as parse_day documents
            return
        if isinstance(result, Iterator):
            for _ in result:
                pass

    return call


CACHED = type(lru_cache(str))


@pytest.mark.trials
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_text_twice_as_long_takes_at_most_twice_the_time(name: str) -> None:
    call = forgetful(FUNCTIONS[name])
    full = size(100) == 100
    pieces = PIECES if full else random.Random(name).sample(PIECES, 2)
    grown = {}
    for piece in pieces:
        letters = LETTERS if full else LETTERS // 2

        def make(n: int, piece: str = piece) -> dict[str, Any]:
            return arguments(name, (piece * (n // len(piece) + 1))[:n])

        ratio = growth(call, make, letters, LIMIT)
        if ratio > LIMIT:
            grown[piece] = round(ratio, 1)
    assert grown == {}
