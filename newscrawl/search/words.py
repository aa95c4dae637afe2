"""The words of a text, each with its position and its folded form; snippets of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newscrawl.text import fold
from newscrawl.text.characters import MARKS, TATWEEL

_WORD = re.compile(rf"[\w{MARKS}{TATWEEL}]+")
WIDTH = 24
"""Number of words in a snippet."""


@dataclass(frozen=True, slots=True)
class TextWord:
    """A word of a text."""

    start: int
    end: int
    spelling: str
    folded: str


def tokens(text: str) -> Iterator[TextWord]:
    """The words of a text as the text index splits them, in text order.

    >>> [token.folded for token in tokens("أسعارُ الخضر: 5%")]
    ['اسعار', 'الخضر', '5']
    """
    for hit in _WORD.finditer(text):
        for part in fold(hit[0]).split():
            yield TextWord(hit.start(), hit.end(), hit[0], part)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text around the matched words."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    """Start and end of each matched word in ``text``."""

    def marked(self, before: str, after: str) -> str:
        """The text with ``before`` and ``after`` around each matched word.

        >>> Snippet("ارتفعت أسعار الخضر", ((7, 12),)).marked("[", "]")
        'ارتفعت [أسعار] الخضر'
        """
        parts, last = [], 0
        for start, end in self.marks:
            parts += [self.text[last:start], before, self.text[start:end], after]
            last = end
        return "".join([*parts, self.text[last:]])


def snippet(text: str, matched: Sequence[TextWord]) -> Snippet:
    """The part of a text with most of the matched words; its beginning if there are none."""
    words = list(_WORD.finditer(text))
    if not words:
        return Snippet(text)
    places = sorted({n for n, word in enumerate(words) for token in matched if word.start() == token.start})
    first = max(0, _densest(places) - WIDTH // 4)
    last = min(len(words), first + WIDTH)
    begin, end = words[first].start() if first else 0, words[last - 1].end()
    lead, tail = "… " if begin else "", " …" if last < len(words) else ""
    shift = len(lead) - begin
    marks = tuple((words[n].start() + shift, words[n].end() + shift) for n in places if first <= n < last)
    body = text[begin:end].replace("\n", " ")
    return Snippet(f"{lead}{body}{tail}", marks)


def _densest(places: Sequence[int]) -> int:
    """The start of the snippet that covers most of these positions."""
    room = WIDTH * 3 // 4
    held = ((-sum(first <= place < first + room for place in places), first) for first in places)
    return min(held, default=(0, 0))[1]
