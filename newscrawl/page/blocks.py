"""A page as a reader sees it: a row of text blocks, and the boxes that they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from newscrawl.page.document import MAX_ELEMENTS
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

_SPACE = re.compile(r"\s+")
EMBED = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|fb-post|twitter-video|reddit-embed")


_POST = re.compile(
    r"//(?:[a-z]+\.)?(?:(?:twitter|x)\.com/[^/]+/status/|instagram\.com/(?:p|reel)/|tiktok\.com/@|facebook\.com/[^/]+/posts/)"
)
"""The address of a post in a network."""
_PLAIN = frozenset("b strong i em u font wbr big small sub sup tr tbody".split())
"""Elements whose names are not asked."""
_LINKS = etree.XPath(
    "boolean(.//a) and not(.//h1) and not(.//text()[string-length(normalize-space()) > 30]"
    "[not(ancestor::a or parent::script or parent::style)])"
)
"""Does a box of the frame hold nothing but links and labels?"""
_HINTS = {"frame": "bad", "block": ""}
"""What a box keeps of the names that told how to cut the page."""
_UNNAMED: tuple[str, tuple[str, ...]] = ("", ())
_TIME = ("date",)


@dataclass(slots=True, eq=False)
class Block:
    """One line or paragraph of the page."""

    text: str
    words: int
    linked: float
    """Share of its letters inside links, 0 to 1."""
    element: etree._Element
    """The innermost element that begins a block around it."""
    heading: str = ""
    """``h1`` … ``h6`` when it stands in one."""


@dataclass(slots=True, eq=False)
class Box:
    """An element and the blocks in it: ``blocks[start:end]``."""

    element: etree._Element
    start: int
    end: int
    hint: str
    """``good``, ``bad`` or nothing, from its tag, class and id."""


@dataclass(slots=True, eq=False)
class Mark:
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
    marks: list[Mark] = field(default_factory=list)


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


def read(root: etree._Element) -> Blocks:
    """Cut a tree into blocks; at most ``MAX_ELEMENTS`` elements are visited."""
    blocks = Blocks()
    row, boxes = blocks.row, blocks.boxes
    parts: list[str] = []
    links = linked = visited = articles = 0
    heading = ""
    skipped = None
    stack: list[tuple[etree._Element, int, str]] = [(root, 0, "")]

    def flush() -> None:
        nonlocal linked
        printed = "".join(parts)
        text = _SPACE.sub(" ", printed).strip()
        if text:
            headlines = "    " in printed and len(_GAP.findall(printed)) >= TICKER
            share = 1.0 if headlines else min(1.0, linked / len(text))
            words = text.count(" ") + 1
            head = "" if heading not in ("", "h1") and _is_paragraph(text, words) else heading
            row.append(Block(text, words, share, stack[-1][0], head))
        parts.clear()
        linked = 0

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            visited += 1
            if visited > MAX_ELEMENTS:
                break
            if tag in SKIPPED or (tag == "blockquote" and _is_embedded(element)):
                walk.skip_subtree()
                continue
            if tag == "br":
                if heading:
                    parts.append(" ")
                elif parts:
                    flush()
                continue
            kind, held = named(element) if tag not in _PLAIN else _UNNAMED
            if tag in _BAD_TAGS:
                kind = "frame"
            if "crumb" in held:
                blocks.marks.append(Mark(element, len(row), "crumb"))
                held = ()
            own = tag == "footer" and articles
            if kind == "frame" and tag not in INLINE and not own and _LINKS(element):
                walk.skip_subtree()
                if parts:
                    flush()
                skipped = element
                continue
            if tag == "a":
                links += element.get("href") is not None
            elif tag == "article":
                articles += 1
            elif tag == "time":
                held = _TIME
            for role in held:
                blocks.marks.append(Mark(element, len(row) + bool(parts), role))
            if tag not in INLINE or (kind and tag == "span"):
                if parts:
                    flush()
                stack.append((element, len(row), _HINTS.get(kind, kind)))
                if tag in HEADINGS:
                    heading = tag
            text = element.text
        else:
            if element is skipped:
                skipped = None
            elif tag == "a":
                links -= element.get("href") is not None
            elif tag == "article":
                articles -= 1
            if stack[-1][0] is element and element is not root:
                if parts:
                    flush()
                _, start, kind = stack.pop()
                end = len(row)
                wrapper = not kind and boxes and boxes[-1].start == start and boxes[-1].end == end
                if end > start and not (wrapper and tag != "article"):
                    boxes.append(Box(element, start, end, kind))
                if tag in HEADINGS:
                    heading = ""
            text = element.tail
        if text and (parts or not text.isspace()):
            parts.append(text)
            if links:
                linked += len(text.strip())
    if parts:
        flush()
    while stack:
        element, start, kind = stack.pop()
        if len(row) > start:
            boxes.append(Box(element, start, len(row), kind))
    return blocks
