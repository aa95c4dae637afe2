"""The generic reading of a body: where the article's text stands on a page nobody has described."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate

from newscrawl.page import boilerplate
from newscrawl.page.blocks import Block, Blocks, Box

_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_ENDS = (".", "؟", "!", "…", "»", "\"", "”", ":", "؛")
_PROSE = 8
"""Words from which a line counts as prose."""
_LINKED = 0.5
"""Share of linked letters from which a line is a link."""
_MAIN = 0.3
"""Share of the page's prose from which a box named ``body`` is believed."""
_BONUS = {"body": 1.6, "good": 1.3, "mixed": 1.0, "": 1.0, "bad": 0.5}


@dataclass(slots=True)
class Reading:
    """The blocks taken for the article."""

    paragraphs: list[Block] = field(default_factory=list)
    start: int = 0
    """Index of the first paragraph in the row of blocks."""
    end: int = 0
    box: Box | None = None
    score: float = 0.0


def unwanted(blocks: Blocks, title: int | None) -> list[bool]:
    """For each block: does it stand in a box whose name says that it is no part of the article?

    A box that holds the title, or most of the page's prose under a name that says ``body``, is a
    wrapper, and its own name says nothing.
    """
    row = blocks.row
    prose = list(accumulate((b.words if b.words >= _PROSE and b.linked < _LINKED else 0 for b in row), initial=0))
    whole = prose[-1]
    bad = [False] * len(row)
    bodies: list[Box] = []
    for box in blocks.boxes:  # innermost first: a body comes before the boxes around it
        share = (prose[box.end] - prose[box.start]) / whole if whole else 0.0
        if box.hint in ("good", "body", "mixed") and share >= _MAIN:
            bodies.append(box)
            continue
        if box.hint not in ("bad", "mixed") or (title is not None and box.start <= title < box.end):
            continue
        if any(box.start <= body.start and body.end <= box.end for body in bodies):
            continue
        for index in range(box.start, box.end):
            bad[index] = True
    return bad


def read(blocks: Blocks, title: int | None = None, arabic: bool = True) -> Reading:
    """The paragraphs of the article, or none.

    Each block weighs its words: for the article when they are prose, against it when they are links,
    known boilerplate or stand in a box named so. The box with the greatest sum is the body; names
    such as ``articleBody`` add to the sum.
    """
    row = blocks.row
    bad = unwanted(blocks, title)
    weights = [
        _weight(block, bad[index], title is not None and index <= title, arabic) for index, block in enumerate(row)
    ]
    sums = list(accumulate(weights, initial=0.0))
    best, score = None, 0.0
    for box in blocks.boxes:
        if box.hint == "bad" and bad[box.start]:
            continue
        total = (sums[box.end] - sums[box.start]) * _BONUS[box.hint]
        if total > score:
            best, score = box, total
    if best is None:
        return Reading()
    return _within(blocks, best, bad, weights, title, score)


def _weight(block: Block, bad: bool, early: bool, arabic: bool) -> float:
    words = block.words
    if block.linked >= _LINKED:
        return -min(words, 12) * 0.8
    if bad:
        return -min(words, 20) * 0.5
    if block.heading or words < _PROSE:
        return 0.0 if words < 4 or block.heading else min(words, 5) * (0.4 if block.text.endswith(_ENDS) else -0.1)
    if boilerplate.kind(block.text):
        return -words * 0.5
    good = words * (1 - block.linked)
    if arabic and not _ARABIC.search(block.text):
        good *= 0.2
    return good * 0.1 if early else good


def _within(
    blocks: Blocks, box: Box, bad: list[bool], weights: list[float], title: int | None, score: float
) -> Reading:
    row = blocks.row
    first = box.start if title is None or not box.start <= title < box.end else title + 1
    taken: list[int] = []
    aside = False
    for index in range(first, box.end):
        block = row[index]
        if bad[index]:
            continue
        kind = boilerplate.kind(block.text)
        if kind == "stop":
            aside = True
            continue
        if kind == "drop":
            continue
        if block.linked >= _LINKED:
            continue
        prose = block.words >= _PROSE and weights[index] > 0 and not block.heading
        if aside and not (prose and (block.linked < 0.2 and (block.words >= 15 or block.text.endswith(_ENDS)))):
            continue
        if prose:
            aside = False
        if block.heading == "h1" and title is not None and taken:
            break
        taken.append(index)
    prose_at = [i for i in taken if row[i].words >= _PROSE and weights[i] > 0 and not row[i].heading]
    if not prose_at:
        short = [i for i in taken if row[i].words >= 3 and row[i].text.endswith(_ENDS)]
        if not short:
            return Reading()
        prose_at = short
    last = prose_at[-1]
    kept = [i for i in taken if prose_at[0] <= i <= last]
    after = last
    for i in taken:
        if i > last and row[i].words >= 3 and not row[i].heading and i == after + 1 and row[i].text.endswith(_ENDS):
            kept.append(i)
            after = i
    return Reading([row[i] for i in kept], kept[0], kept[-1] + 1, box, score)


def lines(blocks: Blocks) -> list[str]:
    """The paragraphs of an element that a site names as the body: boxes of links, captions and known
    boilerplate are left out, all else is kept."""
    bad = unwanted(blocks, None)
    kept: list[str] = []
    aside = False
    for index, block in enumerate(blocks.row):
        kind = boilerplate.kind(block.text)
        if kind == "stop":
            aside = True
        elif kind or bad[index]:
            continue
        elif aside and (block.linked >= _LINKED or block.words < _PROSE):
            continue
        else:
            aside = False
            kept.append(block.text)
    return kept or [block.text for block in blocks.row if not boilerplate.kind(block.text)]
