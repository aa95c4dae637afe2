"""The language of a page, guessed from its bytes alone: a thousandth of what parsing it costs."""

from __future__ import annotations

import re

LETTERS = 60
"""Arabic letters below which a page has no Arabic article: a body has at least 25 words."""
_LEADS = bytes(range(0xD8, 0xDC))
"""In UTF-8 the first bytes of the letters U+0600 to U+06FF, and of no others."""
_ARTICLE_1256, _ARTICLE_8859_6 = "ال".encode("cp1256"), "ال".encode("iso8859-6")
_ARTICLES = 5
"""How often the Arabic article, or an alef, stands in a page at least."""
_OTHER_CHARSET = re.compile(
    rb"charset\s*=\s*[\"']?\s*(?:gb|big5|euc|shift|sjis|windows-125[013-578]|iso-2022|koi8|tis)",
    re.IGNORECASE,
)
_ALEF, _YEH, _PERSIAN_YEH, _TEH_MARBUTA = "ا".encode(), "ي".encode(), "ی".encode(), "ة".encode()
_PERSIAN, _PERSIAN_SHARE = b"\xdb", 40
"""First byte of that yeh and of letters that no Arabic word has; it is a tenth of Persian."""
_PART = 16_384
"""Bytes of a page that tell Persian from Arabic."""
_ENTITIES = (b"&#15", b"&#16", b"&#x6", b"&#x06", b"\\u06")
"""How Arabic letters look that are written as entities or in JSON; ``&#1575;`` is one letter."""


def may_be_arabic(body: bytes) -> bool:
    """May a page hold an article in Arabic?

    True for whatever may, in UTF-8, UTF-16, windows-1256, ISO-8859-6, in entities or in JSON; False for pages
    in other scripts, and for Persian and Urdu as far as their letters tell. It takes 0.1 ms for 60 KB.

    >>> may_be_arabic(("أعلنت الوزارة اليوم عن برنامج جديد لتدبير الماء " * 3).encode("cp1256"))
    True
    >>> may_be_arabic(("Le ministère a annoncé un nouveau programme " * 9).encode())
    False
    """
    if body.isascii():
        return _spelt_out(body)
    letters = len(body) - len(body.translate(None, _LEADS))
    if letters >= LETTERS and _has(body, _ALEF, _ARTICLES):
        return not _is_persian(body, letters)
    return _spelt_out(body) or (not _is_utf8(body) and _is_legacy(body))


def _has(body: bytes, piece: bytes, times: int) -> bool:
    """Does it stand there so often? Counting all would take several times as long."""
    place = -1
    for _ in range(times):
        place = body.find(piece, place + 1)
        if place < 0:
            return False
    return True


def _is_legacy(body: bytes) -> bool:
    """Is it Arabic in UTF-16, windows-1256 or ISO-8859-6?"""
    if 0 in body[:4096] and body.count(0x06) >= LETTERS:
        return True
    articles = body.count(_ARTICLE_1256) + body.count(_ARTICLE_8859_6)
    return articles >= _ARTICLES and not _OTHER_CHARSET.search(body, 0, 4096)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return 0 not in body[:4096]


def _is_persian(body: bytes, letters: int) -> bool:
    """Has it the yeh of Persian and Urdu, and not the letters that Arabic has more often?"""
    if body.count(_PERSIAN) * _PERSIAN_SHARE < letters:
        return False
    first = body.find(_PERSIAN_YEH)
    part = body[first : first + _PART] if first >= 0 else b""
    persian = part.count(_PERSIAN_YEH)
    return persian > 4 * part.count(_YEH) and persian > 10 * part.count(_TEH_MARBUTA)


def _spelt_out(body: bytes) -> bool:
    # Single bytes are counted four times as fast, and few pages have so many.
    return (body.count(b"&") >= LETTERS or body.count(b"\\") >= LETTERS) and any(
        body.count(form) >= LETTERS for form in _ENTITIES
    )
