"""Finds the pictures of an article, leaving out related items, icons and the site's default picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urldefrag

from lxml import etree

from newscrawl.page.body import Reading
from newscrawl.page.document import text_of
from newscrawl.page.names import named

_LAZY = ("data-original", "data-src", "data-lazy-src", "data-lazy", "data-img", "src")
_DECORATION = re.compile(
    r"(?:^|[/_.-])(?:default(?:[-_]?(?:image|img|thumb|photo|og|share))?|placeholder|no[-_]?(?:image|photo|pic|thumb)"
    r"|logos?|icons?|favicon|avatars?|gravatar|blank|spacer|pixel|loading|loader|spinner|sprites?|emoji|smilies"
    r"|transparent|1x1|facebook|whatsapp|twitter|telegram|youtube)\d{0,4}(?:[-_]\d+x\d+)?(?:[/_.@-]|$)",
    re.IGNORECASE,
)
"""Matches addresses of icons, logos and placeholders."""
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|[?#])", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:التعليق على الصورة|تعليق الصورة|شرح الصورة|image caption|caption|l[ée]gende)\s*[،,:]\s*",
    re.IGNORECASE,
)
_SMALL = 60
"""Maximum width or height of an icon, in pixels."""
_DEEP = 8
"""Maximum number of elements around a picture that are considered."""
MOST = 30


def address(element: etree._Element) -> str:
    """The address of a picture, even if it is loaded lazily."""
    return next(
        (value for name in _LAZY if (value := element.get(name)) and not value.startswith("data:")), ""
    )


def caption(element: etree._Element) -> str | None:
    """The caption of a picture, without a label such as ``تعليق الصورة:``; None if it has none."""
    for above in element.iterancestors("figure", "div"):
        if above.tag == "figure" or "caption" in (above.get("class") or ""):
            for node in above.iter("figcaption", "p", "span"):
                if node.tag == "figcaption" or "caption" in (node.get("class") or ""):
                    return _LABEL.sub("", text_of(node)) or None
            return None
    return None


def is_decoration(url: str, page: str) -> bool:
    """Is the address that of an icon, a logo or a placeholder, or a JSON-LD ``@id`` (``#primaryimage``)?

    >>> is_decoration("https://example.ma/1#primaryimage", "https://example.ma/1")
    True
    >>> is_decoration("https://example.ma/i/default.jpg", ""), is_decoration("https://example.ma/i/a.jpg", "")
    (True, False)
    """
    plain, fragment = urldefrag(url)
    if fragment and (plain == page or "primaryimage" in fragment.lower()):
        return True
    path = plain.split("?", 1)[0].partition("://")[2].partition("/")[2]
    return path.endswith(".svg") or bool(_DECORATION.search("/".join(path.split("/")[-2:])))


def of_article(reading: Reading, page: str) -> Iterator[tuple[str, str | None]]:
    """The pictures up to the last paragraph of an article, with their captions."""
    if reading.box is None or not reading.paragraphs:
        return
    last = reading.paragraphs[-1].element
    for element in reading.box.element.iter("img", str(last.tag)):
        if element is last:
            return
        if element.tag != "img" or _is_small(element) or _is_elsewhere(element, reading.box.element, page):
            continue
        if link := address(element):
            yield link, caption(element)


def _is_small(element: etree._Element) -> bool:
    sizes = [value for name in ("width", "height") if (value := element.get(name) or "").isdigit()]
    return any(int(value[:6]) <= _SMALL for value in sizes)


def _is_elsewhere(element: etree._Element, box: etree._Element, page: str) -> bool:
    """Does the picture link to another article, or is it in a box of the page's frame?"""
    for above in islice(element.iterancestors(), _DEEP):
        if above is box:
            return False
        if above.tag == "a" and (href := above.get("href") or ""):
            leads_away = not href.startswith("#") and not _FILE.search(href) and not page.endswith(href)
            if leads_away:
                return True
        elif named(above)[0] == "frame":
            return True
    return False
