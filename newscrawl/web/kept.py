"""Kept pages, handed out from an origin of their own in a form that runs nothing.

Three locks, each enough by itself: the page is taken apart and put together without what is active; the
policy in its headers allows neither scripts nor forms nor any request; and it lies in a sandboxed frame. Its
address is sealed by the site for a while, so that no other page can ask for it.
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
"""Seconds for which an address of a kept page is good."""
MOST = 8_000_000
"""Bytes of a page that are shown."""
_ACTIVE = frozenset(
    "script noscript iframe frame frameset object embed applet portal fencedframe link base meta form "
    "template audio video source track".split()
)
"""Elements that run, load, send or lead elsewhere by themselves."""
_WHOLE = frozenset("script template iframe link base meta source track".split())
"""Those of which the content goes, too, and those that have none."""
_ADDRESSES = frozenset(
    "href src srcset action formaction poster background data ping cite longdesc manifest xlink:href "
    "imagesrcset lowsrc dynsrc profile codebase archive classid usemap target http-equiv autofocus".split()
)
"""Attributes that name what a browser may ask for."""
_IMPORTS = re.compile(r"@(?:import|namespace)[^;{}]{0,2000}(?:;|$)", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:url|src|image-set)\s*\([^()]{0,4000}(?:\([^()]{0,4000}\)[^()]{0,4000})*\)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was downloaded."""

    body: bytes
    content_type: str | None = None
    """What its answer declared; None when that is not known."""


def _rejected(context: Context, name: str) -> KeptPage | None:
    """The page that a rejection keeps, by its ``_id``."""
    doc: dict[str, Any] = context.ops["rejected"].find_one({"_id": name}, {"page": 1}) or {}
    if not doc.get("page"):
        return None
    unpacked = zlib.decompressobj().decompress(doc["page"], MOST)
    return KeptPage(unpacked)


def _of_article(context: Context, name: str) -> KeptPage | None:
    """The page of an article in the archive, as far as this machine reaches it."""
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
"""Where a kept page may lie: kind → who reads it by its name."""


class Seal:
    """Seals the addresses of kept pages; each process has a key of its own."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._key = secrets.token_bytes(32)
        self._clock = clock

    def path(self, kind: str, name: str) -> str:
        """The path of a page that is good for an hour."""
        until = int(self._clock()) + SEALED
        query = urlencode({"until": until, "seal": self._sign(kind, name, str(until))})
        return f"/{kind}/{quote(name, safe='')}?{query}"

    def is_good(self, kind: str, name: str, until: str, seal: str) -> bool:
        """Was it made here, and lately?"""
        if not hmac.compare_digest(self._sign(kind, name, until).encode(), seal.encode()):
            return False
        return self._clock() <= int(until)

    def _sign(self, *parts: str) -> str:
        told = "\0".join(parts).encode("utf-8", "surrogateescape")
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()


def tamed(page: KeptPage) -> str:
    r"""The page in UTF-8 without scripts, forms, frames and addresses; its styles stay.

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
    found: list[Any] = list(root.iter(etree.Element))
    for element in found:
        if element.tag == "style":
            element.text = _quiet(element.text or "")
        if element.tag not in _ACTIVE or element is root:
            _disarm(element)
        else:
            _replace(element)
    body = root.find("body")
    if body is not None and not (root.get("dir") or body.get("dir")):
        body.set("dir", "auto")  # its direction may stand in a style sheet that is not loaded
    head = root.find("head")
    if head is None:
        head = html.Element("head")
        root.insert(0, head)
    head.insert(0, html.Element("meta", charset="utf-8"))
    return f"<!doctype html>\n{html.tostring(root, encoding='unicode')}"


def _replace(element: Any) -> None:
    """Put an element in its place that does nothing.

    Taking it out instead joins texts and moves children, which takes a second for a few thousand of them.
    """
    if element.tag in _WHOLE:
        element.clear(keep_tail=True)
        element.tag = "meta"
    else:
        element.attrib.clear()
        element.tag = "div"


def _disarm(element: Any) -> None:
    """Take away the attributes that run or ask; a picture that is part of the page stays."""
    for name in list(element.attrib):
        is_picture = element.tag == "img" and name == "src" and element.attrib[name].startswith("data:image/")
        if (name in _ADDRESSES or name.startswith("on") or ":" in name) and not is_picture:
            del element.attrib[name]
        elif name == "style":
            element.attrib[name] = _quiet(element.attrib[name])


def _quiet(style: str) -> str:
    """A style without addresses, and without what a browser may take for an element.

    What hides an address from this is left to the policy.

    >>> _quiet("@import 'a.css'; h1 { background: URL( //b.example ) red }")
    ' h1 { background: none red }'
    """
    return _ASKS.sub("none", _IMPORTS.sub("", style.replace("<", "")))
