"""Splits of a data set by story, so that copies of one text are always on the same side."""

from __future__ import annotations

import bisect
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

BUCKETS = 1 << 20
"""Number of positions on the scale over which stories are spread."""

_SHARE = re.compile(r"\s*([a-z][a-z0-9_]*)\s*=\s*(\d+(?:\.\d+)?)\s*%?\s*")


@dataclass(frozen=True, slots=True)
class Splits:
    """The sides of a split, and the position on the scale of stories where each begins.

    A story has a fixed position, the hash of its ``_id``. ``starts`` is chosen once, so that the articles of
    the first export have the requested shares. Later articles go to the side of their story, and no story
    ever changes sides.
    """

    names: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, shares: Mapping[str, float], stories: Iterable[str]) -> Self:
        """The split of articles, each given by its story, into these shares.

        >>> Splits.of({"train": 0.8, "test": 0.2}, [f"{n:032x}" for n in range(1000)]).names
        ('train', 'test')
        """
        counts = Counter(_place(story) for story in stories)
        places = sorted(counts)
        reached = [0, *itertools.accumulate(counts[place] for place in places)]
        starts, share = [0], 0.0
        for part in list(shares.values())[:-1]:
            share += part
            first = min(range(len(reached)), key=lambda at: abs(reached[at] - share * reached[-1]))
            starts.append(places[first] if first < len(places) else BUCKETS)
        return cls(tuple(shares), tuple(starts))

    @classmethod
    def of_manifest(cls, given: Mapping[str, Any]) -> Self | None:
        """The split of a manifest; None if it has none."""
        return cls(tuple(given["names"]), tuple(given["starts"])) if given else None

    def side(self, story: str) -> str:
        """The side of a story."""
        return self.names[bisect.bisect_right(self.starts, _place(story)) - 1]


def _place(story: str) -> int:
    digest = hashlib.blake2b(story.encode(), digest_size=8, person=b"split").digest()
    return int.from_bytes(digest, "big") % BUCKETS


def read_shares(text: str) -> dict[str, float]:
    """The shares in a text that a user wrote.

    >>> read_shares("train=80,validation=10,test=10")
    {'train': 0.8, 'validation': 0.1, 'test': 0.1}

    Raises ``ValueError`` with the value and the remedy.
    """
    parts = [_SHARE.fullmatch(part) for part in text.split(",")]
    shares = {part[1]: float(part[2]) for part in parts if part}
    if len(shares) < max(2, len(parts)) or not all(shares.values()):
        raise ValueError(f"split={text!r} is not a list of shares; write train=80,validation=10,test=10")
    total = sum(shares.values())
    if abs(total - 100) > 1e-6 and abs(total - 1) > 1e-6:
        raise ValueError(f"split={text!r}: the shares add up to {total:g}; they should add up to 100")
    return {name: share / total for name, share in shares.items()}
