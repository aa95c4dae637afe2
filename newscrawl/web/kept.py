"""Serves kept pages from a separate web origin, in a form that runs nothing.

Three defences, each of them sufficient: the page is parsed and rebuilt without active content; the policy in
its headers allows no scripts, forms or requests; and it is shown in a sandboxed frame. The site seals its
address, for a limited time, so that no other page can request it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from lxml import etree, html

from newscrawl.archive.archive import Archive, PageGone
from newscrawl.archive.places import Folder
from newscrawl.archive.setting import folder_of, store_of
from newscrawl.items import Raw
from newscrawl.page.decode import decode
from newscrawl.store.tombstones import forgotten
from newscrawl.web.page import Context

SEALED = 3600
"""Seconds for which the address of a kept page is valid."""
MOST = 8_000_000
"""Maximum bytes of a page that are shown."""
_ACTIVE = frozenset(
    "script noscript iframe frame frameset object embed applet portal fencedframe link base meta form "
    "template audio video source track".split()
)
"""Elements that by themselves run, load or send something, or lead elsewhere."""
_WHOLE = frozenset("script template iframe link base meta source track".split())
"""Those elements that are removed with their content, or have none."""
_ADDRESSES = frozenset(
    "href src srcset action formaction poster background data ping cite longdesc manifest xlink:href "
    "imagesrcset lowsrc dynsrc profile codebase archive classid usemap target http-equiv autofocus".split()
)
"""Attributes that name something for a browser to load."""
_IMPORTS = re.compile(r"@(?:import|namespace)[^;{}]{0,2000}(?:;|$)", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:url|src|image-set)\s*\([^()]{0,4000}(?:\([^()]{0,4000}\)[^()]{0,4000})*\)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was downloaded."""

    body: bytes
    content_type: str | None = None
    """The ``Content-Type`` header of its response; None if unknown."""


def _rejected(context: Context, name: str) -> KeptPage | None:
    """The page that a rejection keeps, by its ``_id``."""
    doc: dict[str, Any] = context.ops["rejected"].find_one({"_id": name}, {"page": 1}) or {}
    if not doc.get("page"):
        return None
    unpacked = zlib.decompressobj().decompress(doc["page"], MOST)
    return KeptPage(unpacked)


def _of_article(context: Context, name: str) -> KeptPage | None:
    """The page of an article in the archive; None if this machine cannot reach it."""
    doc: dict[str, Any] = context.db["articles"].find_one({"_id": name}, {"raw": 1}) or {}
    if not doc.get("raw"):
        return None
    archive = Archive(
        Folder(folder_of(context.settings)),
        store_of(context.settings),
        forgotten=partial(forgotten, context.db),
    )
    try:
        page = archive.page(Raw(**doc["raw"]))
    except PageGone:
        return None
    declared = "text/html; charset=utf-8" if page.is_rendered else page.headers.get("Content-Type")
    return KeptPage(page.body or b"", declared)


KINDS: Mapping[str, Callable[[Context, str], KeptPage | None]] = {
    "rejected": _rejected,
    "article": _of_article,
}
"""The places of kept pages: kind → the function that reads a page by its name."""


class Seal:
    """Seals the addresses of kept pages; each process has its own key."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._key = secrets.token_bytes(32)
        self._clock = clock

    def path(self, kind: str, name: str) -> str:
        """The path of a page, valid for an hour."""
        until = int(self._clock()) + SEALED
        query = urlencode({"until": until, "seal": self._sign(kind, name, str(until))})
        return f"/{kind}/{quote(name, safe='')}?{query}"

    def is_good(self, kind: str, name: str, until: str, seal: str) -> bool:
        """Did this process make the seal, and is it still valid?"""
        if not hmac.compare_digest(self._sign(kind, name, until).encode(), seal.encode()):
            return False
        return self._clock() <= int(until)

    def _sign(self, *parts: str) -> str:
        signed = "\0".join(parts).encode("utf-8", "surrogateescape")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()


def tamed(page: KeptPage) -> str:
    r"""The page in UTF-8 without scripts, forms, frames and addresses; its styles are kept.

    >>> print(tamed(KeptPage("<body dir=rtl><p onclick=a()>خبر <a href=//x>هنا</a>".encode())))
    <!doctype html>
    <html><head><meta charset="utf-8"></head><body dir="rtl"><p>خبر <a>هنا</a></p></body></html>
    """
    text, _ = decode(page.body[:MOST], page.content_type)
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, recover=True
    )
    try:
        root: html.HtmlElement = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):
        root = html.document_fromstring("<body></body>")
    elements: list[Any] = list(root.iter(etree.Element))
    for element in elements:
        if element.tag == "style":
            element.text = _quiet(element.text or "")
        if element.tag not in _ACTIVE or element is root:
            _disarm(element)
        else:
            _replace(element)
    body = root.find("body")
    if body is not None and not (root.get("dir") or body.get("dir")):
        body.set("dir", "auto")  # a style sheet that is not loaded may set its direction
    head = root.find("head")
    if head is None:
        head = html.Element("head")
        root.insert(0, head)
    head.insert(0, html.Element("meta", charset="utf-8"))
    return f"<!doctype html>\n{html.tostring(root, encoding='unicode')}"


def _replace(element: Any) -> None:
    """Replace an element with an inert one.

    Removing it would join texts and move children, which takes a second for a few thousand elements.
    """
    if element.tag in _WHOLE:
        element.clear(keep_tail=True)
        element.tag = "meta"
    else:
        element.attrib.clear()
        element.tag = "div"


def _disarm(element: Any) -> None:
    """Remove the attributes that run or load something; an image embedded in the page stays."""
    for name in list(element.attrib):
        is_picture = element.tag == "img" and name == "src" and element.attrib[name].startswith("data:image/")
        if (name in _ADDRESSES or name.startswith("on") or ":" in name) and not is_picture:
            del element.attrib[name]
        elif name == "style":
            element.attrib[name] = _quiet(element.attrib[name])


def _quiet(style: str) -> str:
    """A style without addresses, and without text that a browser may take for an element.

    The policy in the headers blocks addresses that this does not recognise.

    >>> _quiet("@import 'a.css'; h1 { background: URL( //b.example ) red }")
    ' h1 { background: none red }'
    """
    return _ASKS.sub("none", _IMPORTS.sub("", style.replace("<", "")))
