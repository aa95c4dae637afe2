"""Reads JSON-LD: what a page declares about its article in ``<script type="application/ld+json">``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from types import MappingProxyType
from typing import Any

from lxml import etree

from newscrawl import jsontext
from newscrawl.page.document import squeeze

ARTICLE_TYPES = frozenset(
    "Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle ReviewNewsArticle"
    " BackgroundNewsArticle AskPublicNewsArticle AdvertiserContentArticle SatiricalArticle BlogPosting"
    " SocialMediaPosting LiveBlogPosting Report TechArticle ScholarlyArticle DiscussionForumPosting".split()
)
"""Types of schema.org that describe an article (https://schema.org/Article and its subtypes)."""

PAGE_TYPES = frozenset({"WebPage", "ItemPage", "VideoObject", "MediaObject", "CreativeWork"})
"""Types that describe the page; used only for fields that no article node gives."""

_MAX_NODES = 5_000
_MAX_TEXT = 1_000_000
_MAX_CRUMBS = 20
_OPENING = re.compile(r"<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/", re.DOTALL)
_CLOSING = re.compile(r"(?:-->|//\s*\]\]>|\]\]>|;)\s*$")
_LAST = 100
"""Number of letters at the end of a text that may contain its closing mark."""
_MARKS = re.compile(r"[\W_]+")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_FIELD = r'"%s"\s*+:\s*+(?=")'
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"')
_RESCUED = ("headline", "datePublished", "dateModified", "dateCreated", "articleSection")


@dataclass(slots=True)
class LinkedData:
    """The nodes of a page's JSON-LD that are used here."""

    article: dict[str, Any] = field(default_factory=dict)
    """The node of the article; empty if there is none."""
    page: dict[str, Any] = field(default_factory=dict)
    """The node of the page around it."""
    breadcrumb: list[str] = field(default_factory=list)
    """Names of the path from the home page to this one."""
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Nodes by ``@id``, for authors and pictures given by reference."""
    types: set[str] = field(default_factory=set)
    """The types of all nodes."""


def read_jsonld(root: etree._Element, titles: Sequence[str] = ()) -> LinkedData:
    """The article, page and breadcrumb that a page declares; from broken JSON, as much as can be rescued.

    If several articles are declared, those whose headline is not among the page's ``titles`` are ignored.
    """
    linked = LinkedData()
    articles: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        for node in _nodes(_loads(script.text[:_MAX_TEXT])):
            _take(node, linked, articles)
    if len(articles) > 1:
        plain_titles = [_plain(title) for title in titles]
        heads = [_plain(text(node.get("headline")) or "") for node in articles]
        own = [bool(head) and any(title.startswith(head) for title in plain_titles) for head in heads]
        if any(own):
            articles = [
                node for node, mine, head in zip(articles, own, heads, strict=True) if mine or not head
            ]
    for node in articles:
        if not linked.article or ("datePublished" in node and "datePublished" not in linked.article):
            linked.article = {**node, **{k: v for k, v in linked.article.items() if k not in node}}
    return linked


def _plain(title: str) -> str:
    """A headline without punctuation and spaces, in which two versions of it may differ."""
    return _MARKS.sub("", title)


def _take(node: dict[str, Any], linked: LinkedData, articles: list[dict[str, Any]]) -> None:
    types = {str(kind).rsplit("/", 1)[-1] for kind in listed(node.get("@type"))}
    linked.types |= types
    if isinstance(node.get("@id"), str) and len(node) > 1:
        linked.nodes.setdefault(node["@id"], node)
    if types & ARTICLE_TYPES:
        articles.append(node)
    elif types & PAGE_TYPES and not linked.page:
        linked.page = node
    elif "BreadcrumbList" in types and not linked.breadcrumb:
        for item in listed(node.get("itemListElement")):
            if isinstance(item, dict):
                inner = item.get("item")
                name = item.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
                if isinstance(name, str) and squeeze(name) and len(linked.breadcrumb) < _MAX_CRUMBS:
                    linked.breadcrumb.append(squeeze(unescape(name)))


def _loads(text: str) -> Any:
    """The value of a script; broken JSON is repaired, truncated JSON read as far as it goes."""
    if len(text) < _MAX_TEXT:
        with suppress(ValueError):
            return jsontext.loads(text)
    text = text.strip()
    opening = _OPENING.match(text)
    text = text[opening.end() if opening else 0 :]
    text = text[:-_LAST] + _CLOSING.sub("", text[-_LAST:])
    for attempt in (text, _TRAILING_COMMA.sub("", text)) if len(text) < _MAX_TEXT - _LAST else ():
        with suppress(ValueError):
            return jsontext.loads(attempt)
    try:  # the first of several values in a row
        return jsontext.first(text)
    except ValueError:
        return _rescue(text)


def _rescue(text: str) -> dict[str, Any]:
    """The plain fields of an article whose JSON is broken in another place (an unescaped quote in a body)."""
    kind = next((kind for kind in _strings(text, "@type") if kind in ARTICLE_TYPES), None)
    if not kind:
        return {}
    node: dict[str, Any] = {"@type": kind}
    for name in _RESCUED:
        for value in _strings(text, name):
            node[name] = value
            break
    return node


def _strings(text: str, name: str) -> Iterator[str]:
    """The strings with this name in broken JSON."""
    for key in re.finditer(_FIELD % name, text):
        try:
            yield jsontext.at(text, key.end())
        except ValueError:
            if hit := _STRING.match(text, key.end()):
                yield hit[1]


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Every node: also those in lists, in ``@graph`` and in the properties of an article."""
    waiting, seen = [data], 0
    while waiting and seen < _MAX_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting[:0] = node[: _MAX_NODES - seen]
        elif isinstance(node, dict):
            if "@type" in node:
                yield node
            for name in ("@graph", "mainEntity", "mainEntityOfPage", "breadcrumb", "author", "hasPart"):
                if isinstance(node.get(name), dict | list):
                    waiting.append(node[name])


def listed(value: Any) -> list[Any]:
    """A value of JSON-LD as a list, whether it is one value, several (also ``@list``) or none."""
    if isinstance(value, dict) and set(value) <= {"@list", "@set"}:
        value = next(iter(value.values()), None)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> list[str]:
    """The strings in a value: the value itself, or the names of its nodes.

    >>> texts([{"@type": "Person", "name": "محمد العلوي"}, "سعاد"])
    ['محمد العلوي', 'سعاد']
    """
    out = []
    for item in listed(value):
        if isinstance(item, dict):
            item = item.get("name") or item.get("@value")
        for text in listed(item):
            if isinstance(text, str | int | float) and not isinstance(text, bool):
                clean = squeeze(unescape(str(text)))
                if clean:
                    out.append(clean)
    return out


def text(value: Any) -> str | None:
    """The first string in a value."""
    return next(iter(texts(value)), None)


def people(linked: LinkedData, value: Any) -> list[str]:
    """The names of the persons among the authors, without organisations."""
    names = []
    for item in listed(value):
        if isinstance(item, dict) and set(item) <= {"@id", "@type"} and isinstance(item.get("@id"), str):
            item = linked.nodes.get(item["@id"], item)
        if isinstance(item, dict) and "Person" not in listed(item.get("@type", "Person")):
            continue
        names += texts(item)
    return names


def addresses(value: Any, nodes: Mapping[str, dict[str, Any]] = MappingProxyType({})) -> list[str]:
    """The addresses in a value: strings, or ``url``/``contentUrl`` of its nodes, also if given by ``@id``."""
    out = []
    for item in listed(value):
        if isinstance(item, dict):
            identity = item.get("@id")
            if not (item.get("url") or item.get("contentUrl")) and isinstance(identity, str):
                item = nodes.get(identity, item)
            item = item.get("contentUrl") or item.get("url") or item.get("@id")
        out += [link for link in listed(item) if isinstance(link, str) and link]
    return out


def text_lines(value: Any) -> str:
    """The first string in a value with its line breaks; each tag in it becomes a line break."""
    for item in listed(value):
        if isinstance(item, str):
            return unescape(re.sub(r"<[^>]{0,500}>", "\n", item))
    return ""
