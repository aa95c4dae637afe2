"""JSON as sites send it: in pages, in answers of an API, with what their servers print around it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

__all__ = ["at", "find", "first", "loads"]

MAX_STARTS = 20
"""Places in a text at which its JSON may begin, at most."""

LONGEST = 40
"""Digits of an integer that is read: twice as many as 64 bits need."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""How an escaped half of a letter begins."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_START = re.compile(r"[\[{]")


def loads(text: str) -> Any:
    r"""The value that a text of JSON is, control characters and all; halves of letters are U+FFFD.

    >>> loads('{"image": "https://a.ma/\\ud800.jpg"}')
    {'image': 'https://a.ma/�.jpg'}

    An integer of more than 40 digits is None. Raises ``ValueError`` for what is no JSON or is too deep.
    """
    return _read(_DECODER.decode, text)


def first(text: str) -> Any:
    """The value with which a text begins, whatever follows it. Raises as :func:`loads`.

    >>> first('{"@type": "NewsArticle"} {"@type": "Person"}')
    {'@type': 'NewsArticle'}
    """
    return _read(lambda text: _DECODER.raw_decode(text)[0], text)


def at(text: str, start: int) -> Any:
    """The value that begins at a place in a text, whatever surrounds it. Raises as :func:`loads`.

    >>> at('{"headline": "خبر", broken', 13)
    'خبر'
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise ValueError("JSON that is too deep to be read") from None
    return _sound(value, text[start:end])


def find(text: str) -> Any:
    r"""The value that a text of JSON is, or the longest one in it, whatever is printed around it.

    >>> find('<b>Notice</b>: x[8] on line 3 [{"link": "/خبر"}]<!-- cached -->')
    [{'link': '/خبر'}]

    Raises ``ValueError`` where there is none.
    """
    text = text.removeprefix("\ufeff")
    try:
        return loads(text)
    except ValueError:
        pass
    best: tuple[int, Any] = (0, None)
    at = 0
    for _ in range(MAX_STARTS):
        if not (start := _START.search(text, at)):
            break
        at = start.end()
        try:
            value, end = _DECODER.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        best = max(best, (end - start.start(), value), key=lambda found: found[0])
        at = end
    if best[0]:
        return _read(lambda _: best[1], text)
    raise ValueError("no JSON in it")


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST else None


_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)


def _read(decode: Callable[[str], Any], text: str) -> Any:
    try:
        return _sound(decode(text), text)
    except RecursionError:
        raise ValueError("JSON that is too deep to be read") from None


def _sound(value: Any, text: str) -> Any:
    """The value with no half of a letter in it: no database takes one."""
    if not _HALF.search(text) and not _SURROGATE.search(text):
        return value
    whole = json.dumps(value, ensure_ascii=False)
    sound = whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if sound == whole else _DECODER.decode(sound)
