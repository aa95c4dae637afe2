"""Reads a body generically: finds the article's text on a page without a declaration."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice

from lxml import etree

from newscrawl.page import boilerplate, frames
from newscrawl.page.blocks import LINKED, PROSE, Block, Blocks, Box, read_blocks
from newscrawl.page.document import squeeze
from newscrawl.page.frames import is_headline_link, place
from newscrawl.page.names import kind_of

_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_CAPTION = 30
"""A line beside a picture with at least this many words is not a caption."""
_MANY = 4
"""If at least this many paragraphs have the same setting, it is how the page sets its text."""
_MAIN = 0.6
"""Minimum share of the paragraphs with that setting."""
_DEEP = 12
"""Maximum number of elements around a paragraph that are considered."""
_NEARLY_ALL = 0.8
"""An inner box with at least this share of a box's prose replaces it."""
_LITTLE = 0.5
"""At least this share of the text must remain; otherwise the names of boxes are ignored."""
_BRIEF = 20
"""A page with fewer words than this is read again, including its short lines."""
_VERSES = 4
"""At least this many short lines in one place are a text: a poem, a list of names."""
_SUNG, _BESIDE = 0.5, 0.05
"""Weight of each word of verses: where they are the text, and where they only end it."""
_BONUS = {"body": 1.6, "good": 1.3, "mixed": 1.0, "": 1.0, "bad": 0.8}


@dataclass(slots=True)
class Reading:
    """The blocks that were read as the article."""

    paragraphs: list[Block] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """Their indexes in the row of blocks."""
    start: int = 0
    """Index of the first paragraph in the row of blocks."""
    end: int = 0
    box: Box | None = None
    until: int | None = None
    """Index of the next article's headline, if the page shows one."""
    outside: int = 0
    """Number of paragraphs before the box that contains nearly all others."""

    @property
    def words(self) -> int:
        """Words of all paragraphs."""
        return sum(block.words for block in self.paragraphs)


def read_body(blocks: Blocks, title: int | None = None, arabic: bool = True) -> Reading:
    """The paragraphs of the article; an empty reading when there are none.

    The weight of a block is its number of words: positive for prose, negative for links, boilerplate,
    other articles and readers' comments. The box with the greatest sum is the body.
    The first pass considers only the text. The second leaves out boxes that are named like the page's frame,
    unless that removes most of the text. If hardly anything remains, short lines count too.
    """
    until = frames.second_article(blocks, title) if title is not None else None
    foreign = frames.others(blocks, title, until)
    verses = _verses(blocks, title, foreign)
    plain = _read(blocks, title, foreign, arabic, verses)
    named = frames.named(blocks, title, plain.places)
    reading = plain
    if any(named[index] for index in plain.places) or (not plain.places and any(named)):
        reading = _read(blocks, title, [a or b for a, b in zip(foreign, named, strict=True)], arabic, verses)
        if reading.words < _LITTLE * plain.words:
            reading = plain
    if reading.words < _BRIEF and verses:
        short = _read(blocks, title, foreign, arabic, verses, short=True)
        if short.words > 2 * reading.words:
            reading = short
    if not reading.paragraphs and any(foreign):
        reading = _read(blocks, title, [False] * len(foreign), arabic)
    reading.until = until
    return reading


def _verses(blocks: Blocks, title: int | None, foreign: list[bool]) -> frozenset[int]:
    """The groups of short lines (of at least three words) below the headline."""
    lines: dict[etree._Element | None, list[int]] = {}
    for index in range((title if title is not None else -1) + 1, len(blocks.row)):
        block = blocks.row[index]
        if foreign[index] or block.linked > 0.1 or block.heading or not 3 <= block.words < PROSE:
            continue
        if not boilerplate.kind(block.text):
            lines.setdefault(place(block), []).append(index)
    return frozenset(i for group in lines.values() if len(group) >= _VERSES for i in group)


def _read(
    blocks: Blocks,
    title: int | None,
    bad: list[bool],
    arabic: bool,
    verses: frozenset[int] = frozenset(),
    *,
    short: bool = False,
) -> Reading:
    """The paragraphs of the heaviest box; verses only end them, but count as prose with ``short``."""
    row = blocks.row
    above = -1 if title is None else title
    weights = [
        _weight(block, aside, index <= above, arabic)
        for index, (block, aside) in enumerate(zip(row, bad, strict=True))
    ]
    for index in verses:
        if short or not row[index].closed:
            weights[index] = (_SUNG if short else _BESIDE) * row[index].words
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
    kept = _trimmed(blocks, _within(blocks, best, inner, bad, weights, title), weights, verses)
    if not kept or _is_listing(blocks, kept):
        return Reading()
    before = sum(i < start for i in kept)
    return Reading([row[i] for i in kept], kept, kept[0], kept[-1] + 1, best, outside=before)


def _weight(block: Block, bad: bool, early: bool, arabic: bool) -> float:
    words = block.words
    if block.linked >= LINKED:
        return -0.8 * (words if words < 12 else 12)
    if bad:
        return -0.5 * (words if words < 20 else 20)
    if block.heading or early:
        return 0.0
    if words < PROSE:
        return 0.4 * words if block.closed else 0.0 if words < 4 else -0.5
    if boilerplate.kind(block.text):
        return -words * 0.5
    good = words * (1 - block.linked)
    return good if not arabic or _ARABIC.search(block.text) else good * 0.2


def _within(
    blocks: Blocks, box: Box, inner: Box, bad: list[bool], weights: list[float], title: int | None
) -> list[int]:
    """The blocks of a box that belong to the article; of the blocks outside its inner box, only the prose
    before it.
    """
    row = blocks.row
    first = box.start if title is None or not box.start <= title < box.end else title + 1
    headline = row[title].text if title is not None else None
    taken: list[int] = []
    aside = False
    for index in range(first, box.end):
        block = row[index]
        if bad[index] or block.linked >= LINKED or block.text == headline:
            continue
        kind = boilerplate.kind(block.text)
        aside = aside or kind in ("stop", "end")
        if kind or _is_stamp(blocks, index):
            continue
        prose = _is_prose(block, weights[index])
        closed = block.closed
        if aside and not (prose and block.linked < 0.2 and (closed or block.words >= 15)):
            continue
        if index < inner.start and not (prose and closed):
            continue
        if index >= inner.end and not _continues(block, inner, box):
            continue
        loose = not closed or index < inner.start
        if loose and block.words < _CAPTION and _beside_picture(block, box):
            continue
        aside = aside and not prose
        taken.append(index)
    return taken


def _is_stamp(blocks: Blocks, index: int) -> bool:
    """Is the line the time of an entry or the day of another article, rather than a chronicle's heading?"""
    row = blocks.row
    text = row[index].text
    if row[index].heading or row[index].words > frames.CARD or not frames.STAMP.fullmatch(text):
        return False
    beside = row[max(0, index - 1) : index + 2]
    return ":" in text or any(is_headline_link(block) for block in beside)


def _continues(block: Block, inner: Box, box: Box) -> bool:
    """Is the block after the inner box in another box of the same name (a body interrupted by an ad)?"""
    tag, name = inner.element.tag, inner.element.get("class")
    node: etree._Element | None = block.element
    while name and node is not None and node is not box.element:
        if node.tag == tag and node.get("class") == name:
            return True
        node = node.getparent()
    return False


def _beside_picture(block: Block, box: Box) -> bool:
    """Is the line the whole text of a box with a picture?"""
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
    return weight > 0 and not block.heading and block.words >= PROSE


def _inner(blocks: Blocks, box: Box, weights: list[float], title: int | None) -> tuple[Box, int]:
    """The innermost box with nearly all prose of ``box``, and the index at which its prose begins.

    A box named ``body`` is preferred. A nameless box inside it still marks where the text begins, so that a
    lede above it is found.
    """
    sums = list(accumulate((max(weight, 0.0) for weight in weights[box.start : box.end]), initial=0.0))
    nameless = None
    for candidate in blocks.boxes:
        if not (box.start <= candidate.start and candidate.end <= box.end):
            continue
        first, end = candidate.start - box.start, candidate.end - box.start
        if sums[end] - sums[first] < _NEARLY_ALL * sums[-1]:
            continue
        around = title is not None and candidate.start <= title < candidate.end
        if candidate.hint in ("good", "body") and not around:
            return candidate, nameless.start if nameless else candidate.start
        if (
            nameless is None
            and sum(weight >= PROSE for weight in weights[candidate.start : candidate.end]) >= 3
        ):
            nameless = candidate
    return nameless or box, nameless.start if nameless else box.start


def _trimmed(blocks: Blocks, taken: list[int], weights: list[float], verses: frozenset[int]) -> list[int]:
    """The blocks from the first paragraph to the last, without captions, teasers and labels at the edges."""
    row = blocks.row
    prose = [
        i
        for i in taken
        if weights[i] > 0
        and not row[i].heading
        and (row[i].words >= PROSE or (i in verses and weights[i] > 1))
    ]
    if not prose:
        prose = [i for i in taken if weights[i] > 0 and not row[i].heading]
    houses = _houses(row, prose, taken)
    house, count = Counter(houses[i] for i in prose).most_common(1)[0] if prose else (None, 0)
    strict = count >= _MANY and count >= _MAIN * len(prose)
    all_prose = set(prose)
    if strict:
        prose = _housed(row, prose, houses, house)

    def odd(index: int) -> bool:
        block = row[index]
        alone = houses[index] != house and block.element.tag != "p" and index not in verses
        return alone and not block.closed and block.words < 25 and len(prose) > 1

    while len(prose) > 1 and odd(prose[-1]):
        prose.pop()
    while len(prose) > 1 and odd(prose[0]):
        prose.pop(0)
    if not prose:
        return []
    dropped = all_prose.difference(prose)
    if strict:
        dropped.update(i for i in taken if i not in all_prose and houses[i] != house and _is_label(row[i]))
    kept = [i for i in taken if prose[0] <= i <= prose[-1] and i not in dropped]
    return kept + _closing(row, [i for i in taken if i > prose[-1]], prose[-1], verses, count)


def _is_label(block: Block) -> bool:
    """Is the short line neither a heading, nor the end of a sentence, nor part of a list?"""
    return not block.heading and block.words >= 3 and not block.closed and not _is_quoted(block)


def _closing(row: list[Block], after: list[int], last: int, verses: frozenset[int], count: int) -> list[int]:
    """The short lines at the end of a text: ``وانتهى البيان.``, ``* كاتب من المغرب``, verses."""
    kept: list[int] = []
    end, tag = place(row[last]), row[last].element.tag
    for index in after:
        block = row[index]
        if index != last + 1 or block.heading or block.text.endswith(":"):
            break
        here = place(block)
        beside = here is end and (index in verses or (count > 1 and block.element.tag == tag))
        beside = beside or (index in verses and _is_next(end, here))
        whole = block.closed and (block.words >= 3 or block.element.tag == "li")
        if not (beside or whole):
            break
        kept.append(index)
        last = index
    return kept


def _is_next(box: etree._Element | None, here: etree._Element | None) -> bool:
    """Does one element contain the other, or is it a box of the same kind next to it?"""
    if box is None or here is None:
        return False
    above = box.getparent()
    return here is above or (here.getparent() is above and kind_of(here) == kind_of(box))


_House = tuple[etree._Element | None, tuple[tuple[str, str], ...]]
"""The setting of a paragraph: the element that it shares with others, and the kinds of the elements in
between."""


def _houses(row: list[Block], prose: list[int], lines: list[int]) -> dict[int, _House]:
    """The setting of each line, by its index."""
    places = {index: place(row[index]) for index in {*prose, *lines}}
    counts = Counter([places[index] for index in prose])
    if len(counts) == 1:  # as on most pages
        above, count = next(iter(counts.items()))
        shared = set(islice(_around(above), _DEEP)) if count > 1 else set()
    else:
        held: Counter[etree._Element] = Counter()
        for above, count in counts.items():
            held.update(dict.fromkeys(islice(_around(above), _DEEP), count))
        shared = {element for element, count in held.items() if count > 1}
    houses = {above: _house(above, shared) for above in set(places.values())}
    return {index: houses[above] for index, above in places.items()}


def _house(above: etree._Element | None, shared: set[etree._Element]) -> _House:
    """The setting of lines inside an element: the nearest element around it that several paragraphs share."""
    inner: list[etree._Element] = []
    for element in islice(_around(above), _DEEP):
        if element in shared:
            return element, tuple(map(kind_of, inner))
        inner.append(element)
    return None, tuple(map(kind_of, inner))


def _around(element: etree._Element | None) -> Iterator[etree._Element]:
    """An element and its ancestors."""
    if element is not None:
        yield element
        yield from element.iterancestors()


def _housed(row: list[Block], prose: list[int], houses: dict[int, _House], house: _House | None) -> list[int]:
    """The paragraphs of an article with a known setting, without teasers between them and without text of
    another box that follows a label or a heading.
    """
    own = [i for i in prose if houses[i] == house]
    last = own[-1]
    kept: list[int] = []
    for index in prose:
        block = row[index]
        if houses[index] != house and not _is_quoted(block):
            if not block.closed and block.words < 25:
                continue
            if index > last and (not block.closed or _is_parted(row, kept[-1] if kept else last, index)):
                break
            if own[0] < index < last and _is_card(row, index, place(block)):
                continue
        kept.append(index)
    return kept


def _is_parted(row: list[Block], last: int, index: int) -> bool:
    """Is there a heading, a label or a link between two paragraphs?"""
    return any(
        b.heading
        or b.linked >= LINKED
        or (b.words < PROSE and not b.closed and boilerplate.kind(b.text) != "drop")
        for b in row[last + 1 : index]
    )


def _is_card(row: list[Block], index: int, box: etree._Element | None) -> bool:
    """Does the paragraph follow an unfinished line in a box that both share?"""
    above = row[index - 1]
    return above.words >= 3 and not above.closed and box is not None and box in above.element.iterancestors()


def _is_quoted(block: Block) -> bool:
    """Is the block part of a quotation, a list or a table?"""
    names = (block.element.tag, *(element.tag for element in islice(block.element.iterancestors(), 3)))
    return any(name in ("blockquote", "ul", "ol", "q", "table") for name in names)


def _is_listing(blocks: Blocks, kept: list[int]) -> bool:
    """Does a linked headline precede most paragraphs, as on a page of teasers?"""
    row = blocks.row
    prose = [i for i in kept if row[i].words >= PROSE and not row[i].heading]
    teasers = 0
    for i in prose:
        above = i - 2 if i >= 2 and row[i - 1].words <= 4 and row[i - 1].linked < LINKED else i - 1
        teasers += above >= 0 and is_headline_link(row[above])
    return teasers >= 3 and teasers >= 0.6 * len(prose)


ALL_LINKS = 0.8
"""An element with a larger share of linked words is a list of links, even if a site names it as the body."""


def lines_of(element: etree._Element) -> list[str]:
    """The paragraphs of an element that a site names as the body, see :func:`lines`.

    >>> lines_of(etree.fromstring("<p>افتتح الوزير  المعرض</p>"))
    ['افتتح الوزير المعرض']
    """
    text, tail = element.text, element.tail
    bare = element.tag == "p" and not len(element) and not element.keys()
    # Most paragraphs are plain text. Reading them as such takes a fifth of the time of cutting them into
    # blocks.
    if bare and text and "    " not in text and not (tail and tail.strip()):
        line = squeeze(text)
        return [line] if line and not boilerplate.kind(line) else []
    return lines(read_blocks(element))


def lines(blocks: Blocks) -> list[str]:
    """The paragraphs of an element that a site names as the body.

    Boxes of links, captions and boilerplate are left out, and everything else is kept. A box with much of the
    text is kept whatever its name. A list of links gives no paragraphs.
    """
    row = blocks.row
    plain_lines = [i for i, block in enumerate(row) if block.line and not boilerplate.kind(block.text)]
    bad = frames.named(blocks, None, plain_lines)
    kept: list[Block] = []
    aside = False
    for index, block in enumerate(row):
        kind = boilerplate.kind(block.text)
        if kind in ("stop", "end"):
            aside = True
        elif not (kind or bad[index] or (aside and (block.linked >= LINKED or block.words < PROSE))):
            aside = False
            kept.append(block)
    kept = kept or [block for block in row if not boilerplate.kind(block.text)]
    linked = sum(block.words for block in kept if block.linked >= LINKED)
    return [] if linked > ALL_LINKS * sum(block.words for block in kept) else [block.text for block in kept]
