"""A page as a reader sees it: a row of text blocks, and the boxes that they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from newscrawl.page.document import MAX_ELEMENTS

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span"
    " strike strong sub sup time tt u var wbr".split()
)
"""Elements inside a line; every other one, known or not, begins a new block."""

SKIPPED = frozenset(
    "script style noscript template svg math iframe object embed video audio canvas map select option optgroup"
    " datalist button input textarea progress meter head dialog".split()
)
"""Elements that hold no text of an article."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_BAD_TAGS = frozenset({"nav", "footer", "aside", "figcaption", "menu"})

_FRAME = re.compile(
    r"""comment(?!able) | disqus | related | (?:^|[-_ ])rel[-_] | recommend | share | sharing | (?<!is-)social
    | bread-?c | sidebar | newsletter | subscri | taboola | outbrain | mgid | cognativex
    | most[-_]?(?:read|view|popular|comment|recent) | popular | trending | (?:read|see|also)[-_]?(?:more|also|next|read)
    | (?:^|[-_ ])more[-_](?!content)|morenews | you[-_]?may | other[-_]?(?:news|articles|posts) | latest | copyright
    | cookie | consent | gdpr | modal | pop-?up | advert | adsense | sponsor | promo | banner
    | (?:^|[-_ ])(?:ads?|adv|dfp|gpt|nav|menu|poll|vote|ticker|footer|pager|rss|login|search)(?=$|[-_ 0-9])
    | (?:^|[-_ ])print[-_](?:btn|button|icon|link) | (?:^|[-_ ])tags?(?=$|\s|[-_](?:list|links|cloud|box|wrap|container|items?))
    | pagination | toolbar | next[-_]prev | prev[-_]next | post[-_]?nav | no-?print | keyword | hashtag | interstitial
    | prayer | weather | breaking | follow | (?:^|[-_ ])widget(?=$|\s) | (?:font|text)[-_]?(?:resize|size-|control)
    | (?:^|[-_ ])listen(?=$|[-_ ]) | whatsapp | telegram | google-?news | google[-_]news | ai[-_]?summary
    | (?:inline|inner|inside)[-_]?(?:article|news|link) | visually-hidden | sr-only | screen-reader""",
    re.VERBOSE,
)
"""Names of boxes that are no part of an article."""
_CREDIT = re.compile(
    r"""(?:^|[-_ ])(?:bio|source)(?=$|[-_ 0-9]) | author[-_]?(?:box|bio|info|card|desc|about) | about[-_]?author
    | caption | img[-_]cap | image[-_]?(?:heading|desc|text|title) | photo[-_]?(?:desc|credit|text) | credit
    | meta[-_]?(?:data|info|item|line|wrap) | (?:post|entry|article)[-_]?meta | publish-?date | byline | dateline
    | read(?:ing)?[-_]?time""",
    re.VERBOSE,
)
"""Names of boxes that tell of an article and are no part of its text: they may hold its date and author."""
_GOOD = re.compile(
    r"""article[-_]*(?:body|content|text|desc|holder|inner) | entry[-_]*content | post[-_]*(?:body|content|text)
    | story[-_]*(?:body|content|text) | news[-_]*(?:body|content|text|story) | content[-_]*(?:body|text|area)
    | details?[-_]*(?:body|content|text) | body[-_]*(?:text|str|content) | text[-_]*body | long-?desc | wysiwyg
    | single[-_]*content | rich[-_]*text | field[-_]*name[-_]*body | itembody | p-content | the-?content""",
    re.VERBOSE,
)
_ROLES = (
    ("author", re.compile(r"author|writer|by-?line|writeby|journalist|reporter|(?:^|[-_ ])editor(?=$|[ _-]?name)")),
    ("date", re.compile(r"date|time(?!line|r)|publish(?:ed)?(?:$|[-_ ])|posted|pubdate|pinfo")),
    ("lede", re.compile(
        r"summary|(?:^|[-_ ])lede?(?:$|[-_ ])|lead(?:$|[-_ ])|lead-?(?:text|par)|chapo|standfirst|excerpt|intro(?!duct)|deck"
        r"|sub-?(?:title|head|heading)(?!s)|abstract|synopsis|article-?desc|post-?desc|news-?desc"
    )),
    ("title", re.compile(
        r"(?:article|post|entry|news|story|single|page|main|detail|content)s?[-_]*(?:title|headline|heading)|(?:^|[-_ ])headline"
    )),
    ("section", re.compile(r"categor|(?:^|[-_ ])(?:cat|section|kicker|rubri)")),
)  # fmt: skip
CLOCK = re.compile(r"today|current|(?:^|[-_ ])now|clock|head(?!line|ing)|masthead|(?:^|[-_ ])top|toolbar|menu|ticker|footer")
"""Names of boxes whose date is that of the visit."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
EMBED = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|fb-post|twitter-video|reddit-embed")


_PLAIN = frozenset("b strong i em u font wbr big small sub sup tr tbody".split())
"""Elements whose names are not asked."""
_TEXT = etree.XPath("boolean(.//h1 | .//text()[string-length(.) > 120])")
"""Is there anything in a box of the frame that may be an article after all?"""
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
    """``author``, ``date``, ``lede``, ``title`` or ``section``."""


@dataclass(slots=True)
class Blocks:
    """The row of blocks, its boxes (innermost first) and the marked elements."""

    row: list[Block] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


@lru_cache(maxsize=20_000)
def _named(names: str, prop: str | None, rel: str | None) -> tuple[str, tuple[str, ...]]:
    """What class and id (``names``), itemprop and rel say: a hint and roles."""
    split = _CAMEL.sub("-", names[:400]).lower()
    good = _GOOD.search(split) or _GOOD.search(names[:400].lower())
    frame = _FRAME.search(split)
    bad = frame or _CREDIT.search(split)
    kind = "mixed" if good and bad else "good" if good else "frame" if frame else "bad" if bad else ""
    if prop in ("articleBody", "articlebody"):
        kind = "body"
    full = f"{split} {(prop or '').lower()} {(rel or '').lower()}"
    return kind, tuple(role for role, pattern in _ROLES if pattern.search(full))


def named(element: etree._Element) -> tuple[str, tuple[str, ...]]:
    """What the names of an element say.

    A hint: ``body`` (declared so), ``good`` (named like one), ``frame`` (not the article), ``bad``
    (beside its text), ``mixed``, or nothing. And roles, what it holds: ``author``, ``date``, ``lede``, ``title``, ``section``.
    """
    get = element.get
    named, identity, prop, rel = get("class"), get("id"), get("itemprop"), get("rel")
    if named or identity or prop or rel:
        kind, roles = _named(f"{identity or ''} {named or ''}", prop, rel)
    else:
        kind, roles = "", ()
    if (style := get("style")) and _HIDDEN.search(style) or get("hidden") is not None or get("aria-hidden") == "true":
        kind = "frame"
    return kind, roles


def read(root: etree._Element) -> Blocks:
    """Cut a tree into blocks; at most ``MAX_ELEMENTS`` elements are visited."""
    blocks = Blocks()
    row, boxes = blocks.row, blocks.boxes
    parts: list[str] = []
    links = linked = visited = 0
    heading = ""
    skipped = None
    stack: list[tuple[etree._Element, int, str]] = [(root, 0, "")]

    def flush() -> None:
        nonlocal linked
        if parts:
            text = _SPACE.sub(" ", "".join(parts)).strip()
            if text:
                row.append(Block(text, text.count(" ") + 1, min(1.0, linked / len(text)), stack[-1][0], heading))
            parts.clear()
        linked = 0

    def close() -> None:
        element, start, kind = stack.pop()
        if len(row) > start:
            boxes.append(Box(element, start, len(row), kind))

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            visited += 1
            if visited > MAX_ELEMENTS:
                break
            if tag in SKIPPED or (tag == "blockquote" and EMBED.search(element.get("class") or "")):
                walk.skip_subtree()
                continue
            if tag == "br":
                flush()
                continue
            kind, held = named(element) if tag not in _PLAIN else _UNNAMED
            if tag in _BAD_TAGS:
                kind = "frame"
            if kind == "frame" and tag not in INLINE and not _TEXT(element):
                walk.skip_subtree()
                flush()
                skipped = element
                continue
            if tag == "a":
                links += 1
            elif tag == "time":
                held = _TIME
            for role in held:
                blocks.marks.append(Mark(element, len(row) + bool(parts), role))
            if tag not in INLINE or (kind and tag == "span"):
                flush()
                stack.append((element, len(row), "bad" if kind == "frame" else kind))
                if tag in HEADINGS:
                    heading = tag
            text = element.text
        else:
            if element is skipped:
                skipped = None
            elif tag == "a":
                links -= 1
            if stack[-1][0] is element and element is not root:
                flush()
                close()
                if tag in HEADINGS:
                    heading = ""
            text = element.tail
        if text and (parts or not text.isspace()):
            parts.append(text)
            if links:
                linked += len(text.strip())
    flush()
    while stack:
        close()
    return blocks
