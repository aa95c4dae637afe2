"""JSON as sites send it: in pages, in answers of an API, with what their servers print around it."""

from __future__ import annotations

import json
import re
from collections import Counter
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
DEPTH = 50
"""Values within each other that are read part by part, at most."""
MISTAKES = 1_000
"""Items of a list that are left out, at most."""
_NOISE = re.compile(
    r"(?:[\s\x00-\x1f\x7f\ufeff,]|<!--.*?-->|/\*.*?\*/|<br\s*/?>\s*<b>[A-Z][\w ]{2,30}</b>:.*?<br\s*/?>|"
    r"(?:PHP )?(?:Notice|Warning|Deprecated|Strict Standards|Fatal error): .{1,500}? on line \d+|"
    r"</?[a-z]{1,10}[^<>\"]{0,100}>)*",
    re.DOTALL,
)
"""What may stand between the parts of a list or an object and means nothing."""
_OPENING = re.compile(r"(\{)\s*(\"(?:[^\"\\]|\\.){0,100}\")\s*(:)")
"""How the items of a list begin: with the same name, so that one is found behind another with a mistake."""


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


def find(text: str, skipped: Counter[str] | None = None) -> Any:
    r"""The value that a text of JSON is, or the longest one in it, whatever is printed around it and between.

    >>> find('<b>Notice</b>: x[8] on line 3 [{"link": "/خبر"}]<!-- cached -->')
    [{'link': '/خبر'}]

    Comments, notices of PHP, control characters and commas too many are passed over. Of a text that is cut
    off, the outermost list keeps what is complete (``skipped`` counts ``cut``); an item with a mistake in it
    is left out of that list (``unreadable``).

    >>> find('{"n": 3, "data": [{"link": "/خبر-1"}, {"link": "/خ')
    {'n': 3, 'data': [{'link': '/خبر-1'}]}

    A text of JSON in a text of JSON is read too. Raises ``ValueError`` where there is none.
    """
    text = text.removeprefix("\ufeff")
    try:
        value = loads(text)
        return find(value, skipped) if isinstance(value, str) and _START.match(value) else value
    except ValueError:
        pass
    best: tuple[int, Any, Counter[str]] = (0, None, Counter())
    at = 0
    for _ in range(MAX_STARTS):
        if not (start := _START.search(text, at)):
            break
        reader = _Lenient(text)
        try:
            value, at = reader.value(start.start())
        except RecursionError:
            raise ValueError("JSON that is too deep to be read") from None
        except ValueError:
            at = start.end()
            continue
        best = max(best, (at - start.start(), value, reader.skipped), key=lambda candidate: candidate[0])
    if not best[0]:
        raise ValueError("no JSON in it")
    if skipped is not None:
        skipped.update(best[2])
    return _read(lambda _: best[1], text)


class _Lenient:
    """Reads part by part what cannot be read at once. Each method gives a value and the place after it."""

    def __init__(self, text: str) -> None:
        self.skipped: Counter[str] = Counter()
        self._text = text
        self._is_cut = not text.rstrip().endswith(("]", "}", ">", ")", ";"))

    def value(self, at: int, depth: int = 0, lists: int = 0) -> tuple[Any, int]:
        """The value at a place within so many others, of which so many are lists. Raises ``ValueError``."""
        try:
            return _DECODER.raw_decode(self._text, at)
        except ValueError:
            mark = self._text[at : at + 1]
            if not mark or mark not in "[{" or depth >= DEPTH:
                raise ValueError("no value") from None
        return (self._list if mark == "[" else self._object)(at + 1, depth + 1, lists)

    def _after(self, at: int) -> int:
        """The place of what comes next and says something."""
        noise = _NOISE.match(self._text, at)
        return noise.end() if noise else at

    def _list(self, at: int, depth: int, lists: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        first = at = self._after(at)
        while self._text[at : at + 1] != "]":
            try:
                item, end = self.value(at, depth, lists + 1)
            except ValueError:
                following = None if lists else self._following(first, at)
                if following is None or not (items or following < len(self._text)):
                    raise
                at = following
                if at == len(self._text):
                    return items, at
                continue
            items.append(item)
            at = self._after(end)
        return items, at + 1

    def _following(self, first: int, at: int) -> int | None:
        """Where the item after the one at a place begins, by how the first one does; at last the end."""
        if not (opening := _OPENING.match(self._text, first)):
            return None
        begins = re.compile(r"\s*".join(map(re.escape, opening.groups())))
        begin = begins.search(self._text, at + 1) if self.skipped["unreadable"] < MISTAKES else None
        is_cut = not begin and (self._is_cut or at == len(self._text))
        self.skipped["cut" if is_cut else "unreadable"] += 1
        return begin.start() if begin else len(self._text)

    def _object(self, at: int, depth: int, lists: int) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        at = self._after(at)
        while self._text[at : at + 1] != "}":
            try:
                name, end = _DECODER.raw_decode(self._text, at)
                colon = self._after(end)
                if not isinstance(name, str) or self._text[colon : colon + 1] != ":":
                    raise ValueError("no name")
                members[name], end = self.value(self._after(colon + 1), depth, lists)
            except ValueError:
                if lists or not members or not (self._is_cut or at == len(self._text)):
                    raise
                self.skipped["cut"] = 1
                return members, len(self._text)
            at = self._after(end)
        return members, at + 1


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
