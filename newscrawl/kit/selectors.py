"""Guesses the selectors of a site's markup from pages that were read generically."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from lxml import etree

from newscrawl.dates import parse as parse_date
from newscrawl.items import Article, RawArticle
from newscrawl.page import build_article, clean_article, date_article, extract
from newscrawl.page.document import parse, squeeze, text_of
from newscrawl.page.markup import compiled, each, strings
from newscrawl.sites import Markup, Site
from newscrawl.sites.families import THEMES
from newscrawl.vocabulary import DateKind, Origin

DATE_LENGTH = 60
"""Maximum length of a text that consists of a date, in letters."""
_BARE = frozenset({"h1", "h2", "h3", "article", "time", "address"})
"""Tags that say what they contain even without a class or id."""
_NAME = re.compile(r"-?[a-zA-Z_][\w-]*$")
_PASSING = re.compile(
    r"\d{2,}|active|current|open|wow|animated|post-\d|^(?:row|col|container|clearfix)\b|__\w*[A-Z0-9]"
)
"""Matches classes that do not describe the element, or change from page to page."""


@dataclass(slots=True)
class Sample:
    """An article page, and the result of reading it without selectors."""

    url: str
    body: bytes
    headers: dict[str, str]
    root: etree._Element
    raw: RawArticle
    article: Article


def sample(body: bytes, url: str, site: Site, headers: dict[str, str]) -> Sample:
    """Read a page generically, ignoring the site's markup."""
    content_type = {name.lower(): value for name, value in headers.items()}.get("content-type")
    raw = extract(body, url, site=replace(site, markup=()), headers=headers)
    root = parse(body, url, content_type).root
    return Sample(url, body, headers, root, raw, date_article(build_article(clean_article(raw), site), site))


def theme(samples: Sequence[Sample]) -> Markup | None:
    """The WordPress theme whose title and body are on every page; None if there is none."""
    for markup in THEMES.values():
        needed = (markup.title, markup.body)
        if samples and all(
            all(any(compiled(selector)(s.root) for selector in each(f)) for f in needed) for s in samples
        ):
            return markup
    return None


def guess(samples: Sequence[Sample]) -> Markup:
    """The markup with one selector for each field, the same on all pages; empty if none is found."""
    if not samples:
        return Markup()
    bodies = [[squeeze(text) for text in s.raw.body] for s in samples]
    chosen: dict[str, Any] = {
        "title": _common(samples, [s.raw.title or "" for s in samples], alone=True),
        "date": _common(samples, [_printed(s) for s in samples]),
        "authors": _common(
            samples, [(s.raw.byline or "") if s.raw.byline else _first(s.raw.authors) for s in samples]
        ),
        "section": _common(samples, [s.raw.section or "" for s in samples]),
        "body": _body(samples, bodies),
    }
    return Markup(**{name: selector for name, selector in chosen.items() if selector})


def kept(markup: Markup, samples: Sequence[Sample], site: Site) -> Markup:
    """The markup without selectors that change how any page is read."""
    for name in ("body", "title", "date", "authors", "section"):
        alone = Markup(**{name: getattr(markup, name)})
        if not getattr(markup, name):
            continue
        for s in samples:
            raw = extract(s.body, s.url, site=replace(site, markup=(alone,)), headers=s.headers)
            read = date_article(build_article(clean_article(raw), site), site)
            before, now = _read(s.article, name), _read(read, name)
            if before and before != now:
                nothing: dict[str, Any] = {name: ()}
                markup = replace(markup, **nothing)
                break
    return markup


def empty(markup: Markup) -> bool:
    """Does the markup have no selector at all?"""
    return not any(getattr(markup, f.name) for f in fields(Markup) if f.name not in ("version", "evidence"))


def _read(article: Article, name: str) -> object:
    if name == "date":
        return article.day
    return getattr(article, name)


def printed_days(s: Sample, site: Site) -> list[tuple[str, str]]:
    """The short texts of a page with a day, each with the tags around it, the innermost last."""
    dated: dict[etree._Element, str] = {}
    for element in _elements(s.root):
        text = text_of(element)
        if len(text) <= DATE_LENGTH and any(map(str.isdigit, text)):
            day = parse_date(text, timezone=site.timezone, country=site.country)
            if day and day.date:
                # An element that has other text besides a day is not a date.
                dated = {e: t for e, t in dated.items() if e not in element.iterancestors()}
                dated[element] = text
    return [(text, " > ".join(_tags(element))) for element, text in dated.items()]


def _tags(element: etree._Element) -> list[str]:
    return [str(e.tag) for e in [*list(element.iterancestors())[2::-1], element]]


def _first(names: Sequence[str]) -> str:
    return names[0] if names else ""


def _printed(s: Sample) -> str:
    """The date as printed for readers; empty if there is none."""
    shown = [c.text for c in s.raw.dates if c.origin == Origin.GENERIC and c.kind == DateKind.PUBLISHED]
    return shown[0] if shown else ""


def _common(samples: Sequence[Sample], texts: Sequence[str], *, alone: bool = False) -> str:
    """A selector whose first match has the wanted text on every page that has a match; at least half of the
    pages must have one.
    """
    wanted = [(s, squeeze(text)) for s, text in zip(samples, texts, strict=True) if text]
    if not wanted or len(wanted) * 2 < len(samples):
        return ""

    def right(selector: str) -> bool:
        for s, text in wanted:
            got = strings(s.root, selector)[0]
            if not got or squeeze(got[0]) != text or (alone and len(got) > 1):
                return False
        return True

    first, text = wanted[0]
    return _best((e for e in _elements(first.root) if text_of(e) == text), right)


def _body(samples: Sequence[Sample], bodies: Sequence[Sequence[str]]) -> str:
    wanted = [(s, list(b)) for s, b in zip(samples, bodies, strict=True) if b]
    if not wanted:
        return ""

    def right(selector: str) -> bool:
        for s, body in wanted:
            raw = extract(s.body, s.url, site=_bare(Markup(body=selector)), headers=s.headers)
            if [squeeze(text) for text in raw.body] != body:
                return False
        return True

    s, body = wanted[0]
    paragraphs = [e for e in _elements(s.root) if text_of(e) in set(body)]
    if not paragraphs:
        return ""
    around = _around(paragraphs)
    ways = [" > p", " p", ""] if all(e.tag == "p" for e in paragraphs) else [""]
    for box in [around, *list(around.iterancestors())[:2]]:
        for way in ways:
            if selector := _best([box], lambda c, way=way: right(c + way)):  # type: ignore[misc]
                return selector + way
    return ""


def _bare(markup: Markup) -> Site:
    return Site(name="", domain="invalid", timezone="UTC", article="", discover=(), markup=(markup,))


def _around(elements: Sequence[etree._Element]) -> etree._Element:
    """The innermost element that contains most of some elements."""
    holds: dict[etree._Element, int] = {}
    for element in elements:
        for above in element.iterancestors():
            holds[above] = holds.get(above, 0) + 1
    enough = [e for e, count in holds.items() if count >= 0.8 * len(elements)]
    return max(enough, key=lambda e: sum(1 for _ in e.iterancestors()), default=elements[0])


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    outside = {"head", "script", "style", "nav", "footer", "aside", "title", "option"}
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in outside:
            yield element


def _best(elements: Iterator[etree._Element] | Sequence[etree._Element], right: Callable[[str], bool]) -> str:
    tried: set[str] = set()
    for element in list(elements)[::-1]:
        for selector in _candidates(element):
            if selector not in tried and right(selector):
                return selector
            tried.add(selector)
    return ""


def _candidates(element: etree._Element) -> Iterator[str]:
    """Selectors for an element, best first: its own names, then combined with those of its ancestors."""
    own = list(_names(element))
    yield from own
    for above in list(element.iterancestors())[:3]:
        for name in _names(above):
            for mine in [*own, str(element.tag)]:
                yield f"{name} {mine}"
    if element.tag in _BARE:
        yield str(element.tag)


def _names(element: etree._Element) -> Iterator[str]:
    if prop := element.get("itemprop"):
        yield f'{element.tag}[itemprop="{prop}"]'
    classes = [c for c in (element.get("class") or "").split() if _NAME.match(c) and not _PASSING.search(c)]
    for name in classes:
        yield f"{element.tag}.{name}"
    if len(classes) > 1:
        yield f"{element.tag}.{'.'.join(classes[:2])}"
    name = element.get("id") or ""
    if _NAME.match(name) and not _PASSING.search(name):
        yield f"{element.tag}#{name}"
