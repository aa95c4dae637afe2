"""One page, parsed once: the tree that every rung reads from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

from lxml import etree

from newscrawl.page.decode import decode

MAX_BYTES = 4_000_000
"""The part of a page that is read. The largest real page measured had 0.5 MB; the rest is noise or an attack."""

MAX_ELEMENTS = 40_000
"""Elements visited one by one. The largest real page measured had about 5,000."""

_CONTROL = bytes({*range(32)} - {*b"\t\n\r"})
_SILENT = frozenset({"script", "style", "noscript", "template", "svg"})
_SPACE = re.compile(r"\s+")


@dataclass
class Document:
    """A parsed page and its address."""

    root: etree._Element
    url: str
    encoding: str

    @cached_property
    def base(self) -> str:
        """The address that relative addresses refer to (``<base href>`` honoured)."""
        for element in self.root.iter("base"):
            if href := element.get("href"):
                return self.absolute(href, self.url) or self.url
        return self.url

    def absolute(self, href: str | None, base: str | None = None) -> str | None:
        """A web address in full, or None when it is none (``data:``, ``javascript:``, broken)."""
        if not href:
            return None
        try:
            full = urljoin(base or self.base, href.strip())
        except ValueError:
            return None
        return full if full.startswith(("http://", "https://")) else None


def parse(body: bytes, url: str, content_type: str | None = None) -> Document:
    """Decode and parse a page; broken, empty and hostile input gives a (possibly empty) tree.

    >>> parse("<h1>المغرب".encode(), "https://example.ma/1").root.findtext(".//h1")
    'المغرب'
    """
    text, encoding = decode(body[:MAX_BYTES], content_type)
    data = text.encode("utf-8", "ignore").translate(None, _CONTROL)
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, recover=True, no_network=True
    )
    try:
        root = etree.fromstring(data, parser=parser) if data.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    return Document(etree.Element("html") if root is None else root, url, encoding)


def drop(element: etree._Element) -> None:
    """Take an element out of its tree; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def squeeze(text: str | None) -> str:
    """Text with its white space collapsed, nothing else changed."""
    return _SPACE.sub(" ", text).strip() if text else ""


def text_of(element: etree._Element) -> str:
    """All text below an element on one line; scripts and styles left out.

    >>> text_of(etree.fromstring("<h1>قمة <b>الرباط</b></h1>"))
    'قمة الرباط'
    """
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
