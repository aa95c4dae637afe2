"""A page as a reader sees it: a row of text blocks, and the boxes that they stand in."""

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
"""Elements inside a line; every other one, known or not, begins a new block."""

SKIPPED = frozenset(
    "script style noscript template svg math iframe object embed video audio canvas map select option"
    " optgroup datalist button input textarea progress meter head dialog".split()
)
"""Elements that hold no text of an article."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_BAD_TAGS = frozenset({"nav", "footer", "aside", "figcaption", "menu"})

EMBED = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|fb-post|twitter-video|reddit-embed")


_POST = re.compile(
    r"//(?:[a-z]+\.)?(?:(?:twitter|x)\.com/[^/]+/status/|instagram\.com/(?:p|reel)/|tiktok\.com/@|facebook\.com/[^/]+/posts/)"
)
"""The address of a post in a network."""
_PLAIN = frozenset("b strong i em u font wbr big small sub sup tr tbody".split())
"""Elements whose names are not asked."""
_LABEL = 30
"""Letters up to which what no link holds is a label."""
_HINTS = {"frame": "bad", "block": ""}
"""What a box keeps of the names that told how to cut the page."""
_UNNAMED: tuple[str, tuple[str, ...]] = ("", ())
_TIME = ("date",)


PROSE = 8
"""Words from which a line counts as prose."""
LINKED = 0.5
"""Share of linked letters from which a line is a link."""
_ENDS = frozenset('.؟!…»"”″:؛')


class Block:
    """One line or paragraph of the page.

    ``element`` is the innermost element that begins a block around it, ``linked`` the share of its letters
    inside links (0 to 1), ``heading`` is ``h1`` … ``h6`` when it stands in one.
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
        """Is it a line of prose, of whatever?"""
        self.closed = text[-1:] in _ENDS
        """Does it end as a sentence does?"""


@dataclass(slots=True, eq=False)
class Box:
    """An element and the blocks in it: ``blocks[start:end]``."""

    element: etree._Element
    start: int
    end: int
    hint: str
    """``good``, ``bad`` or nothing, from its tag, class and id."""


@dataclass(slots=True, eq=False)
class MarkedElement:
    """An element whose name says what it holds."""

    element: etree._Element
    index: int
    """Number of blocks before it."""
    role: str
    """``author``, ``date``, ``lede``, ``title`` or ``crumb``."""


@dataclass(slots=True)
class Blocks:
    """The row of blocks, its boxes (innermost first) and the marked elements.

    An element without names of its own around nothing but one box is none.
    """

    row: list[Block] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[MarkedElement] = field(default_factory=list)


_GAP = re.compile(r"\S {4,}(?=\S)")
TICKER = 8
"""So many wide gaps inside a line part the headlines of a ticker, as on maghress; prose has none."""


def _is_paragraph(text: str, words: int) -> bool:
    """Is what stands in a heading a paragraph that an editor made large?"""
    return words >= 25 or (words >= 12 and text.endswith((".", "؟", "!", "…")))


def _is_embedded(quote: etree._Element) -> bool:
    """Is a quotation the post of a network?"""
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
"""What is done with an element; one that is not here begins a block."""


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
    """What has been cut, and where the walk over the tree stands."""

    __slots__ = (
        "anchors", "articles", "blocks", "heading", "linked", "links", "navigation", "parts", "row",
        "skipped", "stack",
    )  # fmt: skip

    def __init__(self, root: etree._Element) -> None:
        self.blocks = Blocks()
        self.row = self.blocks.row
        self.parts: list[str] = []
        """The texts of the line that is not yet at its end."""
        self.anchors: list[bool] = []
        """For each ``a`` around the place: does it lead anywhere?"""
        self.links = self.linked = self.articles = 0
        self.heading = ""
        self.skipped: etree._Element | None = None
        self.stack: list[tuple[etree._Element, int, str]] = [(root, 0, "")]
        self.navigation = _Navigation()

    def flush(self) -> None:
        """A line is at its end."""
        printed = "".join(self.parts)
        self.parts.clear()
        if len(printed) > LONG:
            text = squeeze(printed)
            words = text.count(" ") + 1
        else:  # a call less for each line: 2 % of a page
            said = printed.split()
            text, words = " ".join(said), len(said)
        if text:
            headlines = words > TICKER and "    " in printed and len(_GAP.findall(printed)) >= TICKER
            share = 1.0 if headlines else min(1.0, self.linked / len(text)) if self.linked else 0.0
            heading = self.heading
            if heading and heading != "h1" and _is_paragraph(text, words):
                heading = ""
            self.row.append(Block(text, words, share, self.stack[-1][0], heading))
        self.linked = 0

    def line_break(self) -> None:
        """A ``br``, which parts no heading."""
        if self.heading:
            self.parts.append(" ")
        elif self.parts:
            self.flush()

    def open(self, element: etree._Element, tag: str) -> bool:
        """Begin an element; False for one that is left out with all in it."""
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
        """End an element that ``open`` began or left out."""
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
        """The page is at its end, or as much of it as is read."""
        if self.parts:
            self.flush()
        while self.stack:
            element, start, kind = self.stack.pop()
            if len(self.row) > start:
                self.blocks.boxes.append(Box(element, start, len(self.row), kind))
        return self.blocks


class _Navigation:
    """Which boxes of the frame hold nothing but links and labels.

    A box is looked through up to the first text that no link holds; the boxes around that text, and those
    in a box without any link, are known then and not looked through again.
    """

    __slots__ = ("_linkless", "_speaking")

    def __init__(self) -> None:
        self._speaking: set[etree._Element] = set()
        self._linkless: etree._Element | None = None

    def is_all(self, box: etree._Element, linked: bool) -> bool:
        """Does a box, which stands in a link or does not, hold links and no text or ``h1`` besides?"""
        if self._linkless is not None or not len(box) or box in self._speaking:
            return False
        links = False
        for element in box.iter():
            tag = element.tag
            if tag == "a":
                links = True
            else:
                text = element.text
                said = text and len(text) > _LABEL and not linked and _is_said(text, element, box)
                if said or tag == "h1":
                    self._speaks(element, box)
                    return False
            if element is box or linked:
                continue
            text = element.tail
            if text and len(text) > _LABEL and _is_said(text, element.getparent(), box):
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
        """The walk leaves a box."""
        if box is self._linkless:
            self._linkless = None


def _is_said(text: str, element: etree._Element | None, box: etree._Element) -> bool:
    """Is a text of an element in a box more than a label, and in no link?"""
    if element is None or element.tag in ("script", "style") or len(" ".join(text.split())) <= _LABEL:
        return False
    while element is not None and element is not box:
        if element.tag == "a":
            return False
        element = element.getparent()
    return True
