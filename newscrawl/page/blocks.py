"""Turns a page into what a reader sees: a row of text blocks, and the boxes that contain them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from newscrawl.page.document import LONG, MAX_ELEMENTS, squeeze
from newscrawl.page.names import named

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small"
    " span strike strong sub sup time tt u var wbr".split()
)
"""Elements inside a line; every other element, known or not, begins a new block."""

SKIPPED = frozenset(
    "script style noscript template svg math iframe object embed video audio canvas map select option"
    " optgroup datalist button input textarea progress meter head dialog".split()
)
"""Elements that never contain article text."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_BAD_TAGS = frozenset({"nav", "footer", "aside", "figcaption", "menu"})

EMBED = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|fb-post|twitter-video|reddit-embed")


_POST = re.compile(
    r"//(?:[a-z]+\.)?(?:(?:twitter|x)\.com/[^/]+/status/|instagram\.com/(?:p|reel)/|tiktok\.com/@|facebook\.com/[^/]+/posts/)"
)
"""Matches the address of a post on a social network."""
_PLAIN = frozenset("b strong i em u font wbr big small sub sup tr tbody".split())
"""Elements whose class and id are ignored."""
_LABEL = 30
"""Maximum number of letters of a label, that is, of text outside links that is not prose."""
_HINTS = {"frame": "bad", "block": ""}
"""The hint that ``names`` gives → the hint of the box, where the two differ."""
_UNNAMED: tuple[str, tuple[str, ...]] = ("", ())
_TIME = ("date",)


PROSE = 8
"""Minimum number of words of a line of prose."""
LINKED = 0.5
"""Minimum share of linked letters in a line that counts as a link."""
_ENDS = frozenset('.؟!…»"”″:؛')


class Block:
    """One line or paragraph of the page.

    ``element`` is the innermost block element around it, ``linked`` the share of its letters inside links (0
    to 1), ``heading`` the tag of the heading around it (``h1`` … ``h6``) or empty.
    """

    __slots__ = ("closed", "element", "heading", "line", "linked", "text", "words")

    def __init__(
        self, text: str, words: int, linked: float, element: etree._Element, heading: str = ""
    ) -> None:
        self.text = text
        self.words = words
        self.linked = linked
        self.element = element
        self.heading = heading
        self.line = words >= PROSE and linked < LINKED and not heading
        """Is it a line of prose, whether the article's or not?"""
        self.closed = text[-1:] in _ENDS
        """Does it end like a sentence?"""


@dataclass(slots=True, eq=False)
class Box:
    """An element and the blocks in it: ``blocks[start:end]``."""

    element: etree._Element
    start: int
    end: int
    hint: str
    """``body``, ``good``, ``mixed``, ``bad`` or nothing, from its tag, class and id."""


@dataclass(slots=True, eq=False)
class MarkedElement:
    """An element whose name says what it contains."""

    element: etree._Element
    index: int
    """Number of blocks before it."""
    role: str
    """``author``, ``date``, ``lede``, ``title`` or ``crumb``."""


@dataclass(slots=True)
class Blocks:
    """The row of blocks, its boxes (innermost first) and the marked elements.

    An element whose names say nothing, and which contains only one box, is not a box of its own.
    """

    row: list[Block] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[MarkedElement] = field(default_factory=list)


_GAP = re.compile(r"\S {4,}(?=\S)")
TICKER = 8
"""A line with at least this many wide gaps is a ticker of headlines, as on maghress; prose has none."""


def _is_paragraph(text: str, words: int) -> bool:
    """Is the text of a heading really a paragraph in large letters?"""
    return words >= 25 or (words >= 12 and text.endswith((".", "؟", "!", "…")))


def _is_embedded(quote: etree._Element) -> bool:
    """Is the quotation an embedded post from a social network?"""
    if EMBED.search(quote.get("class") or ""):
        return True
    return any(_POST.search(link.get("href") or "") for link in islice(quote.iter("a"), 8))


_INLINE, _LINE_BREAK, _NAMED, _OUTSIDE = 0, 1, 2, 3
_WAYS = (
    dict.fromkeys(INLINE, _NAMED)
    | dict.fromkeys(_PLAIN & INLINE, _INLINE)
    | dict.fromkeys(SKIPPED, _OUTSIDE)
    | {"br": _LINE_BREAK}
)
"""Tag → how to treat its elements. A tag that is missing here begins a block."""


def read_blocks(root: etree._Element) -> Blocks:
    """Cut a tree into blocks; at most ``MAX_ELEMENTS`` elements are visited."""
    page = _Cutter(root)
    parts = page.parts
    visited = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        way = _WAYS.get(tag, _NAMED)
        if event == "start":
            visited += 1
            if visited > MAX_ELEMENTS:
                break
            if way:
                if way == _LINE_BREAK:
                    page.line_break()
                    continue
                if way == _OUTSIDE or not page.open(element, tag):
                    walk.skip_subtree()
                    continue
            text = element.text
        else:
            if way == _NAMED:
                page.close(element, tag)
            text = element.tail
        if text and (parts or not text.isspace()):
            parts.append(text)
            if page.links:
                page.linked += len(text.strip())
    return page.end()


class _Cutter:
    """Holds the blocks so far, and the state of the walk over the tree."""

    __slots__ = (
        "anchors", "articles", "blocks", "heading", "linked", "links", "navigation", "parts", "row",
        "skipped", "stack",
    )  # fmt: skip

    def __init__(self, root: etree._Element) -> None:
        self.blocks = Blocks()
        self.row = self.blocks.row
        self.parts: list[str] = []
        """The texts of the line that has not ended yet."""
        self.anchors: list[bool] = []
        """For each open ``a``: whether it has an address."""
        self.links = self.linked = self.articles = 0
        self.heading = ""
        self.skipped: etree._Element | None = None
        self.stack: list[tuple[etree._Element, int, str]] = [(root, 0, "")]
        self.navigation = _Navigation()

    def flush(self) -> None:
        """End a line."""
        printed = "".join(self.parts)
        self.parts.clear()
        if len(printed) > LONG:
            text = squeeze(printed)
            words = text.count(" ") + 1
        else:  # saves one call for each line: 2 % of a page's time
            parts = printed.split()
            text, words = " ".join(parts), len(parts)
        if text:
            headlines = words > TICKER and "    " in printed and len(_GAP.findall(printed)) >= TICKER
            share = 1.0 if headlines else min(1.0, self.linked / len(text)) if self.linked else 0.0
            heading = self.heading
            if heading and heading != "h1" and _is_paragraph(text, words):
                heading = ""
            self.row.append(Block(text, words, share, self.stack[-1][0], heading))
        self.linked = 0

    def line_break(self) -> None:
        """End a line at a ``br``, unless it is in a heading."""
        if self.heading:
            self.parts.append(" ")
        elif self.parts:
            self.flush()

    def open(self, element: etree._Element, tag: str) -> bool:
        """Begin an element; returns False if it is skipped with its content."""
        if tag == "blockquote" and _is_embedded(element):
            return False
        kind, held = named(element) if tag not in _PLAIN else _UNNAMED
        if tag in _BAD_TAGS:
            kind = "frame"
        inline = tag in INLINE
        blocks, row = self.blocks, self.row
        if held and "crumb" in held:
            blocks.marks.append(MarkedElement(element, len(row), "crumb"))
            held = ()
        frame = kind == "frame" and not inline and not (tag == "footer" and self.articles)
        if frame and self.navigation.is_all(element, bool(self.anchors)):
            if self.parts:
                self.flush()
            self.skipped = element
            return False
        if tag == "a":
            leads = element.get("href") is not None
            self.anchors.append(leads)
            self.links += leads
        elif tag == "article":
            self.articles += 1
        elif tag == "time":
            held = _TIME
        for role in held:
            blocks.marks.append(MarkedElement(element, len(row) + bool(self.parts), role))
        if not inline or (kind and tag == "span"):
            if self.parts:
                self.flush()
            self.stack.append((element, len(row), _HINTS.get(kind, kind)))
            if tag in HEADINGS:
                self.heading = tag
        return True

    def close(self, element: etree._Element, tag: str) -> None:
        """End an element that ``open`` began or skipped."""
        if element is self.skipped:
            self.skipped = None
        elif tag == "a":
            self.links -= self.anchors.pop()
        elif tag == "article":
            self.articles -= 1
        stack = self.stack
        if stack[-1][0] is not element or len(stack) == 1:
            return
        if self.parts:
            self.flush()
        _, start, kind = stack.pop()
        self.navigation.left(element)
        boxes, end = self.blocks.boxes, len(self.row)
        if end > start:
            wrapper = not kind and boxes and boxes[-1].start == start and boxes[-1].end == end
            if not wrapper or tag == "article":
                boxes.append(Box(element, start, end, kind))
        if tag in HEADINGS:
            self.heading = ""

    def end(self) -> Blocks:
        """Return the blocks, after the page or the part to be read has ended."""
        if self.parts:
            self.flush()
        while self.stack:
            element, start, kind = self.stack.pop()
            if len(self.row) > start:
                self.blocks.boxes.append(Box(element, start, len(self.row), kind))
        return self.blocks


class _Navigation:
    """Tells which boxes of the frame contain nothing but links and labels.

    The search of a box ends at the first text outside links. It settles the boxes around that text, and all
    boxes inside a box without links, so they are not searched again.
    """

    __slots__ = ("_linkless", "_speaking")

    def __init__(self) -> None:
        self._speaking: set[etree._Element] = set()
        self._linkless: etree._Element | None = None

    def is_all(self, box: etree._Element, linked: bool) -> bool:
        """Does the box contain links, and neither other text nor an ``h1``? ``linked`` says that the box is
        in a link.
        """
        if self._linkless is not None or not len(box) or box in self._speaking:
            return False
        links = False
        for element in box.iter():
            tag = element.tag
            if tag == "a":
                links = True
            else:
                text = element.text
                speaks = text and len(text) > _LABEL and not linked and _is_unlinked_text(text, element, box)
                if speaks or tag == "h1":
                    self._speaks(element, box)
                    return False
            if element is box or linked:
                continue
            text = element.tail
            if text and len(text) > _LABEL and _is_unlinked_text(text, element.getparent(), box):
                self._speaks(element.getparent(), box)
                return False
        if not links:
            self._linkless = box
        return links

    def _speaks(self, element: etree._Element | None, box: etree._Element) -> None:
        while element is not None and element is not box:
            self._speaking.add(element)
            element = element.getparent()

    def left(self, box: etree._Element) -> None:
        """Note that the walk leaves a box."""
        if box is self._linkless:
            self._linkless = None


def _is_unlinked_text(text: str, element: etree._Element | None, box: etree._Element) -> bool:
    """Is the text, from an element in a box, longer than a label and outside links?"""
    if element is None or element.tag in ("script", "style") or len(" ".join(text.split())) <= _LABEL:
        return False
    while element is not None and element is not box:
        if element.tag == "a":
            return False
        element = element.getparent()
    return True
