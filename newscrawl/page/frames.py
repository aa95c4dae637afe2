"""Recognises the parts of a page outside its article: other articles, comments, boxes of the frame.

The text decides. Names of classes and tags are hints only: they remove labels and links, but prose only if
its text does not look like the article's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from itertools import accumulate, chain, islice, pairwise

from lxml import etree

from newscrawl.page import boilerplate
from newscrawl.page.blocks import LINKED, PROSE, Block, Blocks, Box
from newscrawl.page.names import is_comments, kind_of

CARD = 8
"""Maximum number of lines of a card with a headline, a date and a teaser."""
LETTERS = 60
"""Minimum number of letters of a complete sentence that is judged by its text alone."""
_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20|[٠-٩]{2})[\d٠-٩]{2}(?!\d)|^(?:منذ|قبل)\s")
_COMMENTS = re.compile("عليق|رد|راء|comment", re.IGNORECASE)
"""Matches one of the words that every heading of readers' comments contains."""
_HEADING = 6
"""Maximum number of words of a heading of readers' comments."""
_LABELS = 30
"""Maximum number of labels that are examined."""
_TRIED = 5
"""Maximum number of headings of comments that are examined."""
_SKIP = re.compile(r"(?:تخط|تجاوز |انتقل إلى ما بعد|skip |passer )", re.IGNORECASE)
"""Matches the beginning of the text of a link that skips a part of the page."""
_MOST = 0.5
"""The name of a box with at least this share of the article's prose is ignored."""
_MUCH = 0.2
"""The name of a box with several paragraphs of the article is ignored from this share of the prose on."""
_LEAVES = frozenset("p li blockquote td".split())
STAMP = re.compile(
    r"\W*(?:\d{1,2}:\d{2}(?::\d{2})?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    r"|(?:[^\W\d]{3,10}[،,]?\s)?\d{1,2}\s[^\W\d]+(?:[\s/]+[^\W\d]+)?[،,]?\s\d{4})"
    r"(?:\W*(?:\d{1,2}:\d{2}(?::\d{2})?|GMT|[صم]|صباحا|مساء)[ً]?)*\W*",
    re.IGNORECASE,
)
"""Matches a line that consists of a day or a clock time."""
_HEAD = 12
"""Number of lines below the headline that may contain credits."""
_CREDIT_WORDS, _CREDIT_LETTERS = 22, 200
"""Maximum number of words and of letters of a line of credits."""
_DAY = (
    r"(?:\d{1,4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,4}"
    r"|\d{1,2}\s+[^\W\d]{3,12}(?:[\s/]+[^\W\d]{2,12})?[،,]?\s+[\d٠-٩]{4})"
)
_CREDIT = re.compile(
    rf"(?:نُ?شرت?|حُ?رر|كتبت?|بتاريخ|تاريخ|يوم|تحديث)\b.{{0,60}}{_DAY}|\|.{{0,80}}{_DAY}|{_DAY}.{{0,30}}\|"
    rf"|{_DAY}\W{{0,6}}(?:(?:الساعة\s)?\d{{1,2}}:\d{{2}}.{{0,8}})?$"
)
_HEADED = 6
"""Maximum number of short lines below a headline that are not its text."""
_REPLY = re.compile(r"(?:ال)?رد|أجب|جاوب|رد على التعليق|reply|répondre", re.IGNORECASE)
"""Matches the link below a reader's comment."""
_HEADLINE = range(3, 26)
"""Number of words of a headline."""


def is_headline_link(block: Block) -> bool:
    """Is the line a headline that links to its article?"""
    long = block.words >= 5 or (bool(block.heading) and block.words >= 3)
    return block.linked >= 0.8 and long and not boilerplate.kind(block.text)


def place(block: Block) -> etree._Element | None:
    """The element that contains a paragraph and its siblings, outside any list or quotation."""
    element = block.element
    entry = element.tag == "li" and len(element) > 2
    if entry or (element.tag not in ("p", "li", "blockquote") and not block.heading):
        return element
    above = element.getparent()
    while above is not None and above.tag in ("ul", "ol", "li", "blockquote"):
        if above.tag == "li" and len(above) > 2:  # a whole article or entry
            break
        above = above.getparent()
    return above


def others(blocks: Blocks, title: int | None, until: int | None = None) -> list[bool]:
    """For each block: whether its text shows that it is outside the article, which ends at ``until``."""
    row = blocks.row
    foreign = [False] * len(row)
    heads: dict[str, list[int]] = {"": [], "drop": [], "end": [], "stop": []}
    for index, block in enumerate(row):
        if block.words <= _HEADING:
            heads[boilerplate.kind(block.text)].append(index)
    asides = (
        _teasers(blocks, title),
        _comments(blocks, title, heads["end"]),
        _skipped(blocks),
        _labelled(blocks, title, heads["stop"]),
    )
    for start, end in chain.from_iterable(asides):
        foreign[start:end] = [True] * (end - start)
    if title is not None:
        for index in _credits(row, title):
            foreign[index] = True
    if until is not None:
        foreign[until:] = [True] * (len(row) - until)
    return foreign


def named(blocks: Blocks, title: int | None, article: Collection[int] = ()) -> list[bool]:
    """For each block: whether it is in a box whose name says that it is outside the article.

    ``article`` holds the indexes of the blocks that belong to the article, judging by the text alone. The
    names of boxes with much of that text are ignored, and so is the name of a box around the headline or
    around a single complete paragraph.
    """
    row = blocks.row
    boxes = [box for box in blocks.boxes if box.hint in ("bad", "mixed")]
    if not boxes:
        return [False] * len(row)
    opened = [0] * (len(row) + 1)
    taken = [0] * len(row)
    for index in article:
        taken[index] = row[index].words if row[index].line else 0
    words = list(accumulate(taken, initial=0))
    lines = list(accumulate(map(bool, taken), initial=0))
    whole = words[-1] or 1
    kinds: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    kinds_of_boxes = [kinds[kind_of(box.element)] for box in boxes]
    for box, kind in zip(boxes, kinds_of_boxes, strict=True):
        kind[0] += words[box.end] - words[box.start]
        kind[1] += lines[box.end] - lines[box.start]
    for box, (total, count) in zip(boxes, kinds_of_boxes, strict=True):
        if title is not None and box.start <= title < box.end:
            continue
        if total >= _MOST * whole or (count > 1 and total >= _MUCH * whole) or _speaks(row, box):
            continue
        opened[box.start] += 1
        opened[box.end] -= 1
    return [depth > 0 for depth in accumulate(opened[:-1])]


def _speaks(row: list[Block], box: Box) -> bool:
    """Is the box a single paragraph that looks like the article's?"""
    block = row[box.start]
    if box.end - box.start > 1 or box.element.tag not in _LEAVES or len(block.text) < LETTERS:
        return False
    return block.linked < 0.2 and block.closed and not boilerplate.kind(block.text)


def _credits(row: list[Block], title: int) -> list[int]:
    """The lines between headline and text with agency and day: ``واس | نشر في: 1 ماي 2022``."""
    end = next(
        (i for i in range(title + 1, min(title + _HEAD, len(row))) if _is_article_sentence(row[i])),
        title + _HEAD,
    )
    return [
        index
        for index in range(title + 1, min(end, len(row)))
        if PROSE <= row[index].words <= _CREDIT_WORDS
        and len(row[index].text) <= _CREDIT_LETTERS
        and not row[index].closed
        and _CREDIT.search(row[index].text)
    ]


# Other articles ---------------------------------------------------------------------------------------


def _teasers(blocks: Blocks, title: int | None) -> list[tuple[int, int]]:
    """The cards of other articles: boxes with a linked headline and one paragraph after it.

    A single box of this form may be anything. A page with little other text and no date below its title is a
    list of articles; its cards are kept, so that ``body`` recognises the list.
    """
    row = blocks.row
    linked = [b.linked >= 0.8 and is_headline_link(b) for b in row]
    if sum(linked) < 2:
        return []
    links = list(accumulate(linked, initial=0))
    prose = list(accumulate([b.line for b in row], initial=0))
    cards: dict[int, tuple[int, int]] = {}
    for box in blocks.boxes:
        start, end = box.start, box.end
        if end - start > CARD or prose[end] - prose[start] != 1 or not 1 <= links[end] - links[start] <= 2:
            continue
        if title is not None and start <= title < end:
            continue
        text = next(i for i in range(start, end) if row[i].line)
        if links[text] > links[start]:
            cards.setdefault(text, (start, end))
    if len(cards) < 2:
        return []
    first = min(start for start, _ in cards.values())
    head = row[title + 1 : first] if title is not None else []
    dated = any(_YEAR.search(block.text) and not block.line for block in head)
    return list(cards.values()) if dated or prose[-1] >= 2 * len(cards) else []


def _comments(blocks: Blocks, title: int | None, heads: list[int]) -> list[tuple[int, int]]:
    """The readers' comments below the article: boxes named after comments, or the text below such a heading.

    If the article's text continues in the same place after the heading, the heading was only a button.
    """
    row = blocks.row
    start = title or 0
    prose = next((i for i in range(start + 1, len(row)) if _is_article_sentence(row[i])), len(row))
    sections = _named_comments(blocks, prose)
    below = range(prose + 1, len(row))
    replies = [i for i in below if row[i].words < 4 and _REPLY.fullmatch(row[i].text)]
    if len(replies) > 1:
        first, last = replies[0], replies[-1]
        around = [b for b in blocks.boxes if prose < b.start <= first and b.end > last]
        sections += [(b.start, b.end) for b in around[:1]]
    for index in [i for i in heads if _COMMENTS.search(row[i].text)][:_TRIED]:
        above = [place(block) for block in row[start + 1 : index] if block.line]
        if not above:
            continue
        places = set(above)
        end = next((box.end for box in blocks.boxes if box.start <= index and box.end > index + 1), index)
        if any(block.line and place(block) in places for block in row[index:end]):
            continue
        if end > index and (len(above) > 1 or _are_apart(row, index + 1, end)):
            sections.append((index, end))
            break
    return sections


def _named_comments(blocks: Blocks, prose: int) -> list[tuple[int, int]]:
    """The boxes named after comments. A box more than twice as long as the article counts only if each
    comment has its own box.
    """
    row = blocks.row
    boxes = [box for box in blocks.boxes if box.hint == "bad" and box.start > prose]
    boxes = [box for box in boxes if box.element.tag not in _LEAVES and is_comments(box.element)]
    if not boxes:
        return []
    words = list(accumulate((block.words if block.line else 0 for block in row), initial=0))
    sections: list[tuple[int, int]] = []
    for box in boxes:
        inside, before = words[box.end] - words[box.start], words[box.start] - words[prose]
        if 2 * before >= inside or _are_apart(row, box.start, box.end):
            sections.append((box.start, box.end))
    return sections


def _labelled(blocks: Blocks, title: int | None, heads: list[int]) -> list[tuple[int, int]]:
    """Boxes that begin with a label (``شاهد أيضا``, ``ملخص``) and contain cards or short lines."""
    row = blocks.row
    sections: list[tuple[int, int]] = []
    for index in heads[:_LABELS]:
        box = next((b for b in blocks.boxes if b.start == index and b.end > index + 1), None)
        if box is None or (title is not None and box.start <= title < box.end):
            continue
        lines = range(index + 1, box.end)
        prose = [i for i in lines if row[i].line and row[i].closed]
        cards = all(i > index + 1 and not row[i - 1].closed for i in prose)
        if cards or all(row[i].words < 15 for i in lines):
            sections.append((index, box.end))
    return sections


def _skipped(blocks: Blocks) -> list[tuple[int, int]]:
    """The parts that a link for screen readers skips (``تخطى … وواصل القراءة``)."""
    sections: list[tuple[int, int]] = []
    for index, block in enumerate(blocks.row):
        if block.linked >= LINKED and _SKIP.match(block.text):
            links = islice(block.element.iter("a"), 2)
            target = next((href[1:] for link in links if (href := link.get("href") or "")[:1] == "#"), "")
            ends = (box.end for box in blocks.boxes if box.start > index and box.element.get("id") == target)
            if target and (end := next(ends, None)):
                sections.append((index, end))
    return sections


def _is_article_sentence(block: Block) -> bool:
    """Is the line a complete sentence of an article?"""
    return block.line and block.words >= 15 and block.linked < 0.2 and block.closed


def _are_apart(row: list[Block], start: int, end: int) -> bool:
    """Is each paragraph in its own box or below a person's name, as comments are?"""
    prose = [i for i in range(start, end) if row[i].line]
    return len(prose) > 1 and all(
        row[i].element.getparent() is not row[j].element.getparent() or j > i + 1 for i, j in pairwise(prose)
    )


def second_article(blocks: Blocks, title: int) -> int | None:
    """The index of the next article's headline; None if the page shows only one article.

    It is a second ``h1``, the heading of another ``article`` element, or a line like the headline with a day
    below it, and it is in a different box from the text before it.
    """
    row = blocks.row
    below = range(title + 1, len(row))
    prose = next((i for i in below if row[i].line and row[i].closed), len(row))
    lines = (i for i in below if row[i].linked < LINKED and row[i].words > 2)
    begin = min(prose, next(islice(lines, _HEADED, None), len(row)))
    boxes = _articles(blocks, title)
    marked = {m.index for m in blocks.marks if m.role == "date" and m.element.get("datetime")}
    days = {i for i in range(begin, len(row)) if row[i].words <= CARD and _is_day(row[i], i in marked)}
    if not (days or boxes or any(row[i].heading == "h1" for i in range(begin, len(row)))):
        return None
    head = row[title].element
    kind = kind_of(head) if row[title].heading or kind_of(head)[1] else None
    places: set[etree._Element | None] = set()
    for index in range(begin, len(row)):
        block = row[index]
        if block.words in _HEADLINE and not block.closed and block.text != row[title].text:
            if block.heading == "h1" and not _is_subhead(row, index, title, places):
                return index
            if index in boxes and block.heading:
                return index
            same = block.element.tag == head.tag and block.linked < LINKED
            if (same or (kind and kind_of(block.element) == kind)) and _is_dated(row, index, places, days):
                return index
        if block.line:
            places.add(place(block))
    return None


def _articles(blocks: Blocks, title: int) -> set[int]:
    """The indexes where ``article`` elements after the article's own element begin.

    The article's own element contains the headline or, if that is missing, the text. Entries of a live report
    are not articles.
    """
    boxes = [box for box in blocks.boxes if box.element.tag == "article" and box.end > title]
    own = next((box for box in boxes if box.start <= title), None)
    if own is None:
        own = min(boxes, key=lambda box: box.start, default=None)
        if own is None or any(block.heading for block in blocks.row[own.start : min(own.start + 3, own.end)]):
            return set()
    return {
        index
        for box in boxes
        if box.start >= own.end
        for index in range(box.start, min(box.start + 3, box.end))
    }


def _is_subhead(row: list[Block], index: int, title: int, places: set[etree._Element | None]) -> bool:
    """Is the heading in the same box as the paragraphs before it, and the headline in another?"""
    own = row[index].element.getparent()
    return own in places and row[title].element.getparent() is not own


def _is_dated(row: list[Block], index: int, places: set[etree._Element | None], days: set[int]) -> bool:
    """Is the line followed by one of the days and then by prose in a different box from the text before
    it?
    """
    stamp = next((i for i in range(index + 1, index + 4) if i in days), None)
    if (
        stamp is None
        or _is_day(row[index], False)
        or any(b.line or b.heading for b in row[index + 1 : stamp])
    ):
        return False
    prose = next((b for b in row[stamp + 1 : stamp + 6] if _is_article_sentence(b)), None)
    return prose is not None and place(prose) not in places


def _is_day(block: Block, marked: bool) -> bool:
    """Is the short line a full date, or marked as one?"""
    if block.words > CARD:
        return False
    return marked or ("20" in block.text and bool(STAMP.fullmatch(block.text)))
