"""Reads JSON as sites send it: in pages and API responses, mixed with other output of their servers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

__all__ = ["at", "find", "first", "loads"]

MAX_STARTS = 20
"""Maximum number of positions in a text at which JSON is tried."""

LONGEST = 40
"""Maximum number of digits of an integer: twice as many as 64 bits need."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""The beginning of an escaped surrogate."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_START = re.compile(r"[\[{]")
DEPTH = 50
"""Maximum depth of values that are read part by part."""
MISTAKES = 1_000
"""Maximum number of list items that are skipped."""
_NOISE = re.compile(
    r"(?:[\s\x00-\x1f\x7f\ufeff,]|<!--.*?-->|/\*.*?\*/|<br\s*/?>\s*<b>[A-Z][\w ]{2,30}</b>:.*?<br\s*/?>|"
    r"(?:PHP )?(?:Notice|Warning|Deprecated|Strict Standards|Fatal error): .{1,500}? on line \d+|"
    r"</?[a-z]{1,10}[^<>\"]{0,100}>)*",
    re.DOTALL,
)
"""Meaningless text between the parts of a list or an object."""
_OPENING = re.compile(r"(\{)\s*(\"(?:[^\"\\]|\\.){0,100}\")\s*(:)")
"""The beginning of a list's first item; the item after a broken one is recognised by the same first name."""


def loads(text: str) -> Any:
    r"""The value of a JSON text, which may contain control characters; lone surrogates become U+FFFD.

    >>> loads('{"image": "https://a.ma/\\ud800.jpg"}')
    {'image': 'https://a.ma/�.jpg'}

    An integer of more than 40 digits is None. Raises ``ValueError`` if the text is not JSON or is too deep.
    """
    return _read(_DECODER.decode, text)


def first(text: str) -> Any:
    """The value at the beginning of a text, whatever follows it. Raises the errors of :func:`loads`.

    >>> first('{"@type": "NewsArticle"} {"@type": "Person"}')
    {'@type': 'NewsArticle'}
    """
    return _read(lambda text: _DECODER.raw_decode(text)[0], text)


def at(text: str, start: int) -> Any:
    """The value at an index of a text, whatever surrounds it. Raises the errors of :func:`loads`.

    >>> at('{"headline": "خبر", broken', 13)
    'خبر'
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    return _sound(value, text[start:end])


def find(text: str, skipped: Counter[str] | None = None) -> Any:
    r"""The value of a JSON text, or the longest value in a text, whatever is printed around it or inside.

    >>> find('<b>Notice</b>: x[8] on line 3 [{"link": "/خبر"}]<!-- cached -->')
    [{'link': '/خبر'}]

    Comments, PHP notices, control characters and superfluous commas are ignored. If the text is truncated,
    the outermost list keeps its complete items (``skipped`` counts ``cut``); a broken item is left out of
    that list (``unreadable``).

    >>> find('{"n": 3, "data": [{"link": "/خبر-1"}, {"link": "/خ')
    {'n': 3, 'data': [{'link': '/خبر-1'}]}

    JSON inside a JSON string is read, too. Raises ``ValueError`` if there is no JSON in the text.
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
            raise ValueError("the JSON is nested too deeply") from None
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
    """Reads broken JSON part by part. Each method returns a value and the index after it."""

    def __init__(self, text: str) -> None:
        self.skipped: Counter[str] = Counter()
        self._text = text
        self._is_cut = not text.rstrip().endswith(("]", "}", ">", ")", ";"))

    def value(self, at: int, depth: int = 0, lists: int = 0) -> tuple[Any, int]:
        """The value at an index, inside ``depth`` values, ``lists`` of them lists. Raises ``ValueError``."""
        try:
            return _DECODER.raw_decode(self._text, at)
        except ValueError:
            mark = self._text[at : at + 1]
            if not mark or mark not in "[{" or depth >= DEPTH:
                raise ValueError("no value") from None
        return (self._list if mark == "[" else self._object)(at + 1, depth + 1, lists)

    def _after(self, at: int) -> int:
        """The index of the next meaningful character."""
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
        """The index of the item after a broken item, recognised by the first item's beginning; or the end."""
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
        raise ValueError("the JSON is nested too deeply") from None


def _sound(value: Any, text: str) -> Any:
    """The value without lone surrogates, which no database accepts."""
    if not _HALF.search(text) and not _SURROGATE.search(text):
        return value
    whole = json.dumps(value, ensure_ascii=False)
    sound = whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if sound == whole else _DECODER.decode(sound)
