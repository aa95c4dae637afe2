"""Recognises articles that are split over several pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from newscrawl.page.document import Document
from newscrawl.page.names import is_comments

_NUMBERS = frozenset({"1", "2", "\u0661", "\u0662"})
"""Texts of the links to other parts in a pager."""
_PART = re.compile(
    r"(?:[?&](?:page|paged|pg|pageno|part)=\d{1,2}(?=&|$))|/(?:page/)?\d{1,2}/?$|[-_](?:p|page)\d{1,2}(?=\.\w+$|$)"
)
"""Matches the number of a part in an address."""
_MOST = 12
"""Maximum number of links that are checked."""
_LONGEST = 20
"""The text of a link to a numbered part is shorter than this, including spaces."""
_DEEP = 8
"""Number of elements around a link that may mark a pager of comments."""


def is_part(root: etree._Element, document: Document) -> bool:
    """Does the page link to another page of the same article?

    >>> from newscrawl.page.document import parse
    >>> page = parse("<p>...</p><a href='/news/7?page=2'>2</a>".encode(), "https://example.ma/news/7")
    >>> is_part(page.root, page)
    True
    """
    own = document.url.partition("#")[0]
    for link in islice(_links(root), _MOST):
        address = (document.absolute(link.get("href")) or "").partition("#")[0]
        if address and address != own and _are_parts(own, address):
            return not any(is_comments(above) for above in islice(link.iterancestors(), _DEEP))
    return False


def _links(root: etree._Element) -> Iterator[etree._Element]:
    """The links that may lead to another part: ``rel=next`` and ``prev``, and the numbers of a pager."""
    for element in root.iter("link"):
        if element.get("rel") in ("next", "prev"):
            yield element
    for element in root.iter("a"):
        text = element.text
        if text is None:
            text = element[0].text if len(element) == 1 else None
        if text and len(text) < _LONGEST and text.strip() in _NUMBERS:
            yield element


def _are_parts(own: str, address: str) -> bool:
    """Are the addresses parts of one article: the first and a numbered one, or two with numbered queries?"""
    if _whole(address) == own.rstrip("/") or _whole(own) == address.rstrip("/"):
        return True
    return "?" in own and "?" in address and _whole(own) == _whole(address)


def _whole(url: str) -> str:
    """An address without the number of a part."""
    return _PART.sub("", url).rstrip("/")
