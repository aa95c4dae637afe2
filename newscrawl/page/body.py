"""The generic reading of a body: where the article's text stands on a page nobody has described."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

from lxml import etree

from newscrawl.page import boilerplate
from newscrawl.page.blocks import Block, Blocks, Box
from newscrawl.page.names import is_frame

_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_ENDS = (".", "؟", "!", "…", "»", '"', "”", ":", "؛")
_PROSE = 8
"""Words from which a line counts as prose."""
_LINKED = 0.5
"""Share of linked letters from which a line is a link."""
_HALF = 0.5
"""Share of the page's prose from which a box may be the article whatever its name says."""
_CAPTION = 30
"""Words from which a line beside a picture is no caption."""
_MANY = 4
"""Paragraphs of one box from which they show how the page sets its text."""
_MAIN = 0.3
"""Share of the page's prose from which a box named ``body`` is believed."""
_NEARLY_ALL = 0.8
"""Share of a box's prose from which an inner box named ``body`` stands for it."""
_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20|[٠-٩]{2})[\d٠-٩]{2}(?!\d)|^(?:منذ|قبل)\s")
_CARD = 8
"""Lines that a card of a headline, a date and a teaser has at most."""
_COMMENTS = re.compile("عليق|رد")
"""What no heading of readers' comments is without."""
_HEADING = 6
"""Words of such a heading at most."""
_TRIED = 5
"""So many of them are looked at."""
_STAMP = re.compile(
    r"\W*(?:\d{1,2}:\d{2}(?::\d{2})?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}\s[^\W\d]+(?:[\s/]+[^\W\d]+)?[،,]?\s\d{4})"
    r"(?:\W*(?:\d{1,2}:\d{2}(?::\d{2})?|GMT|[صم]|صباحا|مساء)[ً]?)*\W*",
    re.IGNORECASE,
)
"""A line that is nothing but a day or a clock time."""
_BONUS = {"body": 1.6, "good": 1.3, "mixed": 1.0, "": 1.0, "bad": 0.5}


@dataclass(slots=True)
class Reading:
    """The blocks taken for the article."""

    paragraphs: list[Block] = field(default_factory=list)
    start: int = 0
    """Index of the first paragraph in the row of blocks."""
    end: int = 0
    box: Box | None = None
    outside: int = 0
    """How many paragraphs stand before the box that holds nearly all others."""


def unwanted(blocks: Blocks, title: int | None, *, doubt: bool = False) -> list[bool]:
    """For each block: does it stand in a box whose name says that it is no part of the article?

    A box that holds the title, or most of the page's prose under a name that says ``body``, is a
    wrapper, and its own name says nothing. With ``doubt`` no name is believed of a box that holds half
    of the page's prose, but for names such as ``comments``.
    """
    lengths = (b.words if b.words >= _PROSE and b.linked < _LINKED else 0 for b in blocks.row)
    prose = list(accumulate(lengths, initial=0))
    whole = prose[-1] or 1
    opened = [0] * (len(blocks.row) + 1)
    bodies: list[Box] = []
    for box in blocks.boxes:  # innermost first: a body comes before the boxes around it
        share = (prose[box.end] - prose[box.start]) / whole
        if box.hint in ("good", "body", "mixed") and share >= _MAIN:
            bodies.append(box)
            continue
        if box.hint not in ("bad", "mixed") or (title is not None and box.start <= title < box.end):
            continue
        if any(box.start <= body.start and body.end <= box.end for body in bodies):
            continue
        if doubt and share >= _HALF and not is_frame(box.element):
            continue
        opened[box.start] += 1
        opened[box.end] -= 1
    return [depth > 0 for depth in accumulate(opened[:-1])]


def read(blocks: Blocks, title: int | None = None, arabic: bool = True) -> Reading:
    """The paragraphs of the article, or none.

    Each block weighs its words: for the article when they are prose, against it when they are links,
    known boilerplate or stand in a box named so. The box with the greatest sum is the body; names
    such as ``articleBody`` add to the sum. Where nothing is left, the names are doubted.
    """
    for doubt in (False, True):
        bad = unwanted(blocks, title, doubt=doubt)
        if not doubt:
            for start, end in [*_teasers(blocks, title), *_comments(blocks, title)]:
                bad[start:end] = [True] * (end - start)
        found = _read(blocks, title, bad, arabic)
        if found.paragraphs:
            return found
    return Reading()


def _is_line(block: Block) -> bool:
    """Is a block a line of prose, of whatever?"""
    return block.words >= _PROSE and block.linked < _LINKED and not block.heading


def _teasers(blocks: Blocks, title: int | None) -> list[tuple[int, int]]:
    """The cards of other articles: boxes of a headline that links away and one paragraph after it.

    One alone may be anything; where the page has less text besides and no date below its title, it lists
    articles, and its cards are left for ``_is_listing`` to see.
    """
    row = blocks.row
    links = list(accumulate(map(is_headline_link, row), initial=0))
    prose = list(accumulate(map(_is_line, row), initial=0))
    cards: dict[int, tuple[int, int]] = {}
    for box in blocks.boxes:
        start, end = box.start, box.end
        if end - start > _CARD or prose[end] - prose[start] != 1 or not 1 <= links[end] - links[start] <= 2:
            continue
        if title is not None and start <= title < end:
            continue
        text = next(i for i in range(start, end) if _is_line(row[i]))
        if links[text] > links[start]:
            cards.setdefault(text, (start, end))
    if len(cards) < 2:
        return []
    first = min(start for start, _ in cards.values())
    head = row[title + 1 : first] if title is not None else []
    dated = any(_YEAR.search(block.text) and not _is_line(block) for block in head)
    return list(cards.values()) if dated or prose[-1] >= 2 * len(cards) else []


def _comments(blocks: Blocks, title: int | None) -> list[tuple[int, int]]:
    """What follows the heading of the readers' comments in its box, below two paragraphs or more.

    Where the text goes on in the same place after it, the heading is a button amid the text.
    """
    row = blocks.row
    heads = [i for i, block in enumerate(row) if block.words <= _HEADING and _COMMENTS.search(block.text)]
    for index in [i for i in heads if boilerplate.kind(row[i].text) == "end"][:_TRIED]:
        box = next((box for box in blocks.boxes if box.start <= index and box.end > index + 1), None)
        above = [_place(block) for block in row[(title or 0) + 1 : index] if _is_line(block)]
        if box is None or len(above) < 2:
            continue
        places = set(above)
        if not any(_is_line(block) and _place(block) in places for block in row[index : box.end]):
            return [(index, box.end)]
    return []


def _place(block: Block) -> etree._Element | None:
    """The element in which a paragraph stands among others."""
    return block.element.getparent() if block.element.tag in ("p", "li") else block.element


def _read(blocks: Blocks, title: int | None, bad: list[bool], arabic: bool) -> Reading:
    row = blocks.row
    weights = [
        _weight(block, bad[index], title is not None and index <= title, arabic)
        for index, block in enumerate(row)
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
    inner, start = _inner(blocks, best, weights, title)
    kept = _trimmed(blocks, _within(blocks, best, inner, bad, weights, title), weights)
    if not kept or _is_listing(blocks, kept):
        return Reading()
    return Reading([row[i] for i in kept], kept[0], kept[-1] + 1, best, sum(i < start for i in kept))


def _weight(block: Block, bad: bool, early: bool, arabic: bool) -> float:
    words = block.words
    if block.linked >= _LINKED:
        return -min(words, 12) * 0.8
    if bad:
        return -min(words, 20) * 0.5
    if block.heading or early:
        return 0.0
    if words < _PROSE:
        return 0.4 * words if block.text.endswith(_ENDS) else 0.0 if words < 4 else -0.5
    if boilerplate.kind(block.text):
        return -words * 0.5
    good = words * (1 - block.linked)
    return good if not arabic or _ARABIC.search(block.text) else good * 0.2


def _within(
    blocks: Blocks, box: Box, inner: Box, bad: list[bool], weights: list[float], title: int | None
) -> list[int]:
    """The blocks of a box that are the article's: outside its inner box, only the prose before it."""
    row = blocks.row
    first = box.start if title is None or not box.start <= title < box.end else title + 1
    headline = row[title].text if title is not None else None
    taken: list[int] = []
    aside = False
    for index in range(first, box.end):
        block = row[index]
        if bad[index] or block.linked >= _LINKED or block.text == headline:
            continue
        kind = boilerplate.kind(block.text)
        aside = aside or kind in ("stop", "end")
        if kind or _is_stamp(blocks, index):
            continue
        prose = _is_prose(block, weights[index])
        closed = block.text.endswith(_ENDS)
        if aside and not (prose and block.linked < 0.2 and (closed or block.words >= 15)):
            continue
        if index < inner.start and not (prose and closed):
            continue
        if index >= inner.end and not _continues(block, inner, box):
            continue
        loose = not closed or index < inner.start
        if loose and block.words < _CAPTION and _beside_picture(block, box):
            continue
        if block.heading == "h1" and title is not None and taken:
            break
        aside = aside and not prose
        taken.append(index)
    return taken


def _is_stamp(blocks: Blocks, index: int) -> bool:
    """Is a line the clock time of an entry or the day of another article, and no heading of a chronicle?"""
    row = blocks.row
    text = row[index].text
    if row[index].heading or row[index].words > _CARD or not _STAMP.fullmatch(text):
        return False
    beside = row[max(0, index - 1) : index + 2]
    return ":" in text or any(is_headline_link(block) for block in beside)


def _continues(block: Block, inner: Box, box: Box) -> bool:
    """Does a block after the inner box stand in a second box of the same name (a body cut by an ad)?"""
    tag, name = inner.element.tag, inner.element.get("class")
    node: etree._Element | None = block.element
    while name and node is not None and node is not box.element:
        if node.tag == tag and node.get("class") == name:
            return True
        node = node.getparent()
    return False


def _beside_picture(block: Block, box: Box) -> bool:
    """Is a line all the text of a box that holds a picture?"""
    node: etree._Element | None = block.element
    if node is not None and node.tag == "p":
        node = node.getparent()
    for _ in range(3):
        if node is None or node is box.element:
            return False
        if node.find(".//img") is not None:
            return sum(len(text.strip()) for text in node.itertext()) <= 1.5 * len(block.text)
        node = node.getparent()
    return False


def _is_prose(block: Block, weight: float) -> bool:
    return weight > 0 and not block.heading and block.words >= _PROSE


def _inner(blocks: Blocks, box: Box, weights: list[float], title: int | None) -> tuple[Box, int]:
    """The innermost box that holds nearly all prose of a box, and where its prose begins.

    One named ``body`` is preferred; a nameless one inside it still tells where the text begins, so that
    a lede above it is seen.
    """
    sums = list(accumulate((max(weight, 0.0) for weight in weights[box.start : box.end]), initial=0.0))
    nameless = None
    for other in blocks.boxes:
        if not (box.start <= other.start and other.end <= box.end):
            continue
        first, end = other.start - box.start, other.end - box.start
        if sums[end] - sums[first] < _NEARLY_ALL * sums[-1]:
            continue
        around = title is not None and other.start <= title < other.end
        if other.hint in ("good", "body") and not around:
            return other, nameless.start if nameless else other.start
        if nameless is None and sum(weight >= _PROSE for weight in weights[other.start : other.end]) >= 3:
            nameless = other
    return nameless or box, nameless.start if nameless else box.start


def _trimmed(blocks: Blocks, taken: list[int], weights: list[float]) -> list[int]:
    """From the first paragraph to the last: captions, teasers and labels at the edges fall off."""
    row = blocks.row
    prose = [i for i in taken if _is_prose(row[i], weights[i])]
    if not prose:
        prose = [i for i in taken if weights[i] > 0 and not row[i].heading]
    places = Counter(row[i].element.getparent() for i in prose)

    def odd(index: int) -> bool:
        block = row[index]
        alone = places[block.element.getparent()] < 2 and row[index].element.tag != "p"
        return alone and not block.text.endswith(_ENDS) and block.words < 25 and len(prose) > 1

    place, count = places.most_common(1)[0] if places else (None, 0)
    if count >= _MANY and count >= _NEARLY_ALL * (
        len(prose) - 1
    ):  # a house style: what differs below is not of it
        while row[prose[-1]].element.getparent() is not place and not _is_quoted(row[prose[-1]], place):
            prose.pop()
    while len(prose) > 1 and odd(prose[-1]):
        prose.pop()
    while len(prose) > 1 and odd(prose[0]):
        prose.pop(0)
    if not prose:
        return []
    last = prose[-1]
    kept = [i for i in taken if prose[0] <= i <= last]
    for index in taken:  # short closing lines: "وانتهى البيان.", "* كاتب من المغرب"
        block = row[index]
        closed = block.words >= 3 and block.text.endswith(_ENDS)
        housed = (
            count > 1 and block.element.getparent() is place and block.element.tag == row[last].element.tag
        )
        if index == last + 1 and not block.heading and (closed or housed) and not block.text.endswith(":"):
            kept.append(index)
            last = index
    return kept


def _is_quoted(block: Block, place: etree._Element | None) -> bool:
    """Does a block stand in a quotation or a list?"""
    node: etree._Element | None = block.element
    while node is not None and node is not place:
        if node.tag in ("blockquote", "ul", "ol", "q"):
            return True
        node = node.getparent()
    return False


def _is_listing(blocks: Blocks, kept: list[int]) -> bool:
    """Does each paragraph stand under a headline that links away, as on a page of teasers?"""
    row = blocks.row
    prose = [i for i in kept if row[i].words >= _PROSE and not row[i].heading]
    teasers = 0
    for i in prose:
        above = i - 2 if i >= 2 and row[i - 1].words <= 4 and row[i - 1].linked < _LINKED else i - 1
        teasers += above >= 0 and is_headline_link(row[above])
    return teasers >= 3 and teasers >= 0.6 * len(prose)


def is_headline_link(block: Block) -> bool:
    """Is a line a headline that links to its article?"""
    return block.linked >= 0.8 and (block.words >= 5 or (bool(block.heading) and block.words >= 3))


def lines(blocks: Blocks) -> list[str]:
    """The paragraphs of an element that a site names as the body.

    Boxes of links, captions and known boilerplate are left out, all else is kept.
    """
    bad = unwanted(blocks, None)
    kept: list[str] = []
    aside = False
    for index, block in enumerate(blocks.row):
        kind = boilerplate.kind(block.text)
        if kind in ("stop", "end"):
            aside = True
        elif not (kind or bad[index] or (aside and (block.linked >= _LINKED or block.words < _PROSE))):
            aside = False
            kept.append(block.text)
    return kept or [block.text for block in blocks.row if not boilerplate.kind(block.text)]
