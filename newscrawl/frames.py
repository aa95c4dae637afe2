"""Frames: words that begin or end all texts of a newspaper, and are no news: ``رابط الخبر بصحيفة …``.

A frame occurs on all pages of its source and on no page of another. So it lowers the similarity of copies at
two sources, and raises that of two pages of one source. It is learned from the source's own pages. All words
are folded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LEAST_TEXTS = 20
"""Minimum number of texts from which a frame is learned."""
FIRST_WORDS, LAST_WORDS = 10, 40
"""Number of words at the beginning and at the end of a text that may contain a frame. Everything after the
last frame, such as headline or tags, belongs to it."""
LONGEST = 5
"""Maximum number of words in a frame; longer frames occur on fewer pages."""
SHARE, SHARE_OF_ONE = 0.75, 0.95
"""Minimum share of the texts with the frame; the second is for a frame of a single word."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The words that the pages of a source have in common."""

    begins: Words = ()
    """The text begins after these words: ``عين اليوم``. Empty if there are none."""
    ends: Words = ()
    """The text ends before these words: ``رابط الخبر بصحيفه الويام``. Empty if there are none."""

    def without(self, words: list[str]) -> list[str]:
        """The words of a text without the frame of its source.

        >>> Frame(ends=("رابط", "الخبر")).without("انطلقت القمه رابط الخبر انطلاق القمه".split())
        ['انطلقت', 'القمه']
        """
        if self.begins and (places := _places(words, self.begins, 0, FIRST_WORDS)):
            words = words[places[0] + len(self.begins) :]
        if self.ends and (places := _places(words, self.ends, len(words) - LAST_WORDS, len(words))):
            words = words[: places[-1]]
        return words


NO_FRAME = Frame()
"""The frame of a source whose pages have nothing in common."""


def learned(texts: Sequence[Sequence[str]]) -> Frame:
    """The frame of a source's texts; empty for fewer than :data:`LEAST_TEXTS` texts."""
    if len(texts) < LEAST_TEXTS:
        return NO_FRAME
    begins = _common([_once(words, 0, FIRST_WORDS) for words in texts])
    ends = _common([_from_end(words) for words in texts])
    # The longest frame at the earliest position, because its parts occur on as many pages.
    first = min(ends, key=lambda run: (ends[run], -len(run)), default=())
    last = max(begins, key=lambda run: (begins[run] + len(run), len(run)), default=())
    return Frame(begins=last, ends=first)


def _once(words: Sequence[str], first: int, last: int) -> dict[Words, int]:
    """Sequences of words in a part of a text that occur only once in the whole text, with their positions."""
    often = Counter(_runs(words, 0, len(words)))
    place_of: dict[Words, int] = {}
    for place in range(first, min(last, len(words))):
        for run in _runs(words, place, place + 1):
            if often[run] == 1 and place + len(run) <= last:
                place_of[run] = place
    return place_of


def _from_end(words: Sequence[str]) -> dict[Words, int]:
    """Such sequences among the last words, with their positions counted from the end (negative)."""
    once = _once(words, max(0, len(words) - LAST_WORDS), len(words))
    return {run: place - len(words) for run, place in once.items()}


def _runs(words: Sequence[str], first: int, last: int) -> Iterator[Words]:
    for place in range(first, last):
        for length in range(1, min(LONGEST, len(words) - place) + 1):
            yield tuple(words[place : place + length])


def _common(texts: Sequence[dict[Words, int]]) -> dict[Words, float]:
    """The sequences that most texts have, with their mean position."""
    often = Counter(run for text in texts for run in text)
    least = {True: SHARE_OF_ONE * len(texts), False: SHARE * len(texts)}
    return {
        run: sum(text[run] for text in texts if run in text) / count
        for run, count in often.items()
        if count >= least[len(run) == 1]
    }


def _places(words: Sequence[str], run: Words, first: int, last: int) -> list[int]:
    return [
        place
        for place in range(max(0, first), min(last, len(words)) - len(run) + 1)
        if tuple(words[place : place + len(run)]) == run
    ]
