"""Parses a page once, into the tree that all ways of reading share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from newscrawl.page.decode import decode

MAX_BYTES = 4_000_000
"""Maximum number of bytes of a page that are read: eight times the largest real page measured."""

MAX_ELEMENTS = 40_000
"""Maximum number of elements that are visited. The largest real page measured has about 5,000."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONG = 4000
"""From this many letters on, a text has too many words for the processor's cache."""
_WIDE_SPACE = re.compile(r"\s\s+|[^\S ]")
_PARSER = etree.HTMLParser(
    encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, recover=True, no_network=True,
    collect_ids=False,  # unused, and 3 to 10 % of the time of parsing
)  # fmt: skip
_SILENT = frozenset({"script", "style", "noscript", "template", "svg"})
_FULL = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[^\s\x00-\x20\x7f-\xa0?#;\\]*(?:\?[^\s\x00-\x20\x7f-\xa0#;]+)?"
)
"""Matches an absolute address that needs no change."""


@dataclass
class Document:
    """A parsed page and its address."""

    root: etree._Element
    url: str
    encoding: str
    microdata: bool = True
    """Can any element have an ``itemprop``?"""

    @cached_property
    def base(self) -> str:
        """The base of relative addresses (respects ``<base href>``)."""
        for element in self.root.iter("base"):
            if href := element.get("href"):
                return self.absolute(href, self.url) or self.url
        return self.url

    def absolute(self, href: str | None, base: str | None = None) -> str | None:
        """The absolute form of a web address; None for any other (``data:``, ``javascript:``, broken)."""
        if not href:
            return None
        if _FULL.fullmatch(href):  # true of most declared addresses; parsing one takes 20 µs, 1 % of a page
            return href
        try:
            full = urljoin(base or self.base, href.strip())
        except ValueError:
            return None
        return full if full.startswith(("http://", "https://")) else None


def parse(body: bytes, url: str, content_type: str | None = None) -> Document:
    """Decode and parse a page; broken, empty or hostile input gives a tree, which may be empty.

    >>> parse("<h1>المغرب".encode(), "https://example.ma/1").root.findtext(".//h1")
    'المغرب'
    """
    body = _beginning(body)
    text, encoding = decode(body, content_type)
    # Most pages are valid UTF-8 and are parsed without recoding.
    sound = encoding == "utf-8" and "\ufffd" not in text and not body.startswith(b"\xef\xbb\xbf")
    data = body if sound else text.encode("utf-8", "ignore")
    if b"\0" in data:
        data = data.replace(b"\0", b"")
    try:
        root = etree.fromstring(data, parser=_PARSER) if data and not data.isspace() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    # Few pages have microdata, and searching the bytes takes a tenth of the time of searching the tree.
    microdata = b"itemprop" in data.lower()
    return Document(etree.Element("html") if root is None else root, url, encoding, microdata)


def _beginning(body: bytes) -> bytes:
    """The part of a page that is read. It never ends inside a letter, so valid UTF-8 stays valid."""
    if len(body) <= MAX_BYTES:
        return body
    end = MAX_BYTES
    while end > MAX_BYTES - 4 and body[end] & 0xC0 == 0x80:
        end -= 1
    return body[:end]


def select(path: etree.XPath, root: etree._Element) -> list[etree._Element]:
    """The elements that a compiled XPath finds."""
    hits = path(root)
    return [hit for hit in hits if isinstance(hit, etree._Element)] if isinstance(hits, list) else []


def drop(element: etree._Element) -> None:
    """Remove an element from its tree; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        before = parent.text if previous is None else previous.tail
        text = _CONTROL.sub("", (before or "") + element.tail)  # lxml refuses control characters
        if previous is None:
            parent.text = text
        else:
            previous.tail = text
    parent.remove(element)


def path_of(url: str) -> str:
    """The decoded path of an address; empty if it is not a valid address.

    >>> path_of("https://example.ma/%D8%B1%D9%8A%D8%A7%D8%B6%D8%A9/1?x=2")
    '/رياضة/1'
    """
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def squeeze(text: str | None) -> str:
    """The text with white space collapsed, otherwise unchanged."""
    if not text:
        return ""
    if len(text) > LONG:
        return _WIDE_SPACE.sub(" ", text).strip()
    return " ".join(text.split())


def text_of(element: etree._Element) -> str:
    """All text inside an element on one line, without scripts and styles.

    >>> text_of(etree.fromstring("<h1>قمة <b>الرباط</b></h1>"))
    'قمة الرباط'
    """
    if not len(element) and element.tag != "br":  # the most frequent case
        return squeeze(element.text)
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        silent = node.tag in _SILENT and node is not element
        if event == "end":
            if node is not element:
                parts.append(node.tail or "")
        elif silent:
            walk.skip_subtree()
        else:
            parts.append(" " if node.tag == "br" else node.text or "")
    return squeeze("".join(parts))
