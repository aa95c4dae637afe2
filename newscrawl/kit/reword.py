"""Replaces the words of a newspaper's page with our own; the markup stays.

Each word is replaced by one of the same length, and everywhere by the same one, so that the headlines in the
page, its declarations, a feed and a listing still agree. Punctuation, digits, the words of dates, bylines and
buttons, and the newspaper's own name stay, because the reader depends on them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from zlib import crc32

from lxml import etree

from newscrawl.page import boilerplate
from newscrawl.page.document import drop, parse

_WORD = re.compile(r"[^\W\d_]+(?:[\u064b-\u065f\u0670\u0640]*[^\W\d_]*)*")
_ARABIC = re.compile("[\u0620-\u064a]")
_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")
_PREFIX = re.compile(r"^[وفبك]?ال|^لل")
_ADDRESS = re.compile(
    r"^(?:https?:)?//|^/[^\s]*$|^[\w.+-]+@[\w-]+\.\w+$|^(?:mailto|tel|javascript|data):", re.IGNORECASE
)
_MACHINE = re.compile(r"^[\d\s:.,/+\-TZ]*$|^\d{4}-\d\d-\d\dT|^[#.\w-]+$", re.ASCII)
_SLUG = re.compile(r"^[^-_]+(?:[-_][^-_]+){2,}$")
_DROPPED = ("script", "style", "iframe", "object", "embed", "template", "svg", "canvas", "audio", "video")
_STRUCTURE = frozenset(
    "class id rel type name property itemprop itemtype itemscope lang dir datetime charset http-equiv media "
    "role style for target method sizes width height hreflang".split()
)
_KEPT_META = re.compile(
    r"type|locale|url|time|date|card|site_name|application-name|viewport|robots|generator|verification|theme|"
    r"app[-_:]|pub|updated|charset|lang|width|height|referrer|^image",
    re.IGNORECASE,
)
_KEPT_KEYS = re.compile(
    r"^@(?!.*value)|[dD]ate|^inLanguage$|Format$|^(?:width|height|position|ratingValue|sku)$"
)


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, dict[int, list[str]]], frozenset[str]]:
    """Our words by kind and length, and the words that stay."""
    ours: dict[str, dict[int, list[str]]] = {"word": {}, "name": {}, "latin": {}}
    kept: set[str] = set()
    for kind, words in _rows("newscrawl.kit", "words.tsv", 2):
        for word in words.split():
            if kind == "kept":
                kept.add(_folded(word))
            else:
                ours[kind].setdefault(len(word), []).append(word)
    for row in _rows("newscrawl.dates", "words.tsv", 4):
        if row[0] in ("counted", "currency", "zone_place"):
            continue  # words next to numbers that are not dates belong to the newspaper's text
        kept |= {_folded(word) for word in _WORD.findall(row[2])}
    for row in _rows("newscrawl.page", "agencies.tsv", 1):
        kept |= {_folded(word) for word in _WORD.findall(" ".join(row))}
    return ours, frozenset(kept)


def _rows(package: str, name: str, columns: int) -> Iterable[list[str]]:
    for line in resources.files(package).joinpath(name).read_text("utf-8").splitlines():
        cells = line.split("\t")
        if line and not line.startswith("#") and len(cells) >= columns:
            yield cells


def _folded(word: str) -> str:
    return boilerplate.folded(word)


class Reworder:
    """Rewords pages of one newspaper, each word everywhere in the same way.

    ``names`` are those of the newspaper, which stay; ``people`` are the authors, who get other names.

    >>> Reworder(names=["هسبريس"]).text("هسبريس: افتتاح المعرض يوم 27 مارس 2024")[:7]
    'هسبريس:'
    """

    def __init__(self, names: Iterable[str] = (), people: Iterable[str] = ()) -> None:
        phrases = sorted({name.strip() for name in names if name and name.strip()}, key=len, reverse=True)
        self._tokens = re.compile(
            "|".join([*(rf"(?<!\w){re.escape(p)}(?!\w)" for p in phrases), _WORD.pattern])
        )
        self._phrases = frozenset(phrases)
        self._people = frozenset(_folded(word) for name in people for word in name.split())

    def text(self, text: str) -> str:
        """A text in our words; boilerplate, such as buttons and headings of boxes, stays."""
        if boilerplate.kind(" ".join(text.split())):
            return text
        return self._tokens.sub(lambda hit: self._token(hit[0]), text)

    def _token(self, token: str) -> str:
        if token in self._phrases:
            return token
        word = _MARKS.sub("", token)
        ours, kept = _words()
        folded = _folded(word)
        if len(word) < 3 or folded in kept:
            return token
        number = crc32(folded.encode())
        if folded in self._people:
            return _pick(ours["name"], len(word), number) or _grown(ours["name"], len(word), number)
        if not _ARABIC.search(word):
            lower = _pick(ours["latin"], len(word), number) or _grown(ours["latin"], len(word), number)
            return lower.upper() if word.isupper() else lower.title() if word[0].isupper() else lower
        prefix = hit[0] if (hit := _PREFIX.match(word)) and len(word) - hit.end() >= 3 else ""
        rest = len(word) - len(prefix)
        return prefix + (_pick(ours["word"], rest, number) or _grown(ours["word"], rest, number))

    def url(self, url: str) -> str:
        """An address with its headline, if it contains one, in our words.

        >>> Reworder().url("https://a.ma/politique/12-%D8%A3.html")
        'https://a.ma/politique/12-%D8%A3.html'
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return url
        path = [self._segment(segment) for segment in parts.path.split("/")]
        return urlunsplit(parts._replace(path="/".join(path)))

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        stem, dot, ending = plain.rpartition(".") if re.search(r"\.\w{2,5}$", plain) else (plain, "", "")
        if not _SLUG.match(stem) or not re.search(r"[^\W\d_]{3}", stem):
            return segment
        reworded = self._tokens.sub(lambda hit: self._token(hit[0]), stem) + dot + ending
        return quote(reworded) if "%" in segment else reworded

    def linked(self, value: Any, key: str = "") -> Any:
        """A JSON value in our words; names of properties, addresses and dates stay."""
        if isinstance(value, dict):
            return {name: self.linked(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.linked(inner, key) for inner in value]
        if not isinstance(value, str) or _KEPT_KEYS.search(key):
            return self.url(value) if isinstance(value, str) and _ADDRESS.match(value) else value
        if _ADDRESS.match(value):
            return self.url(value)
        if "<" in value and ">" in value:
            return re.sub(r"[^<>]+(?![^<>]*>)", lambda hit: self.text(hit[0]), value)
        return self.text(value)

    def page(self, body: bytes, url: str, content_type: str | None = None) -> bytes:
        """A page in UTF-8 with text and addresses in our words, without scripts except JSON-LD."""
        root = parse(body, url, content_type).root
        self.tree(root)
        html: bytes = etree.tostring(root, encoding="utf-8", method="html", doctype="<!DOCTYPE html>")
        return html.strip() + b"\n"

    def tree(self, root: etree._Element) -> None:
        """Reword a parsed page in place."""
        for element in list(root.iter()):
            if not isinstance(element.tag, str):
                drop(element)
                continue
            if element.tag in _DROPPED:
                if element.tag == "script" and "ld+json" in (element.get("type") or "") and element.text:
                    element.text = self._json(element.text)
                else:
                    drop(element)
                    continue
            elif element.text:
                element.text = self.text(element.text)
            if element.tail:
                element.tail = self.text(element.tail)
            self._attributes(element)
        _in_utf8(root)

    def _json(self, text: str) -> str:
        try:
            data = json.loads(text, strict=False)
        except ValueError:  # broken JSON stays as it is
            return re.sub(r"[\u0620-\u064a\u064b-\u065f ]+", lambda hit: self.text(hit[0]), text)
        return json.dumps(self.linked(data), ensure_ascii=False, indent=1)

    def _attributes(self, element: etree._Element) -> None:
        meta = element.tag == "meta" and (
            element.get("property") or element.get("name") or element.get("itemprop") or ""
        )
        for name, value in list(element.attrib.items()):
            name, value = str(name), str(value)
            if name.startswith("on"):
                del element.attrib[name]
            elif name in _STRUCTURE:
                continue
            elif _ADDRESS.match(value.strip()) or (name in ("href", "src") and " " not in value.strip()):
                element.set(name, self.url(value.strip()))
            elif name == "content" and element.tag == "meta" and (not meta or _KEPT_META.search(meta)):
                continue
            elif not _MACHINE.match(value) and name != "srcset":
                element.set(name, self.text(value))


def _pick(words: dict[int, list[str]], length: int, number: int) -> str:
    choices = words.get(length)
    return choices[number % len(choices)] if choices else ""


def _grown(words: dict[int, list[str]], length: int, number: int) -> str:
    """A word of a length that our list lacks, made of several words."""
    every = [word for size in sorted(words) for word in words[size] if size >= 3]
    joined = ""
    while len(joined) < length:
        joined += every[number % len(every)]
        number = number * 31 + 7
    return joined[:length]


def _in_utf8(root: etree._Element) -> None:
    for meta in root.iter("meta"):
        if meta.get("charset"):
            meta.set("charset", "utf-8")
        elif (meta.get("http-equiv") or "").lower() == "content-type":
            meta.set("content", "text/html; charset=utf-8")
