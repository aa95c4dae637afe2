"""Reads everything around the body generically: lede, author line, visible dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from lxml import etree

from newscrawl.dates import ASCII_DIGITS, plain
from newscrawl.items import OfferedDate
from newscrawl.page import boilerplate, bylines
from newscrawl.page.blocks import INLINE, Block, Blocks, Box, MarkedElement
from newscrawl.page.body import Reading
from newscrawl.page.document import path_of, squeeze, text_of
from newscrawl.page.names import is_clock
from newscrawl.vocabulary import DateKind, Origin

_DIGIT = re.compile(r"\d")
_YEAR = r"(?<!\d)(?:1[34]|19|20)\d\d(?!\d)"
_NAME = r"[^\W\d_]"
_DATE = re.compile(
    r"(?<!\d)\d{1,4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,4}(?!\d)"  # «27/3/2024م»
    rf"|(?<!\d)\d{{1,2}}\W{{0,4}}{_NAME}.{{0,22}}?{_YEAR}"  # «27-مارس-2024», «27 مارس2024»
    rf"|{_NAME}{{3,}}\.?[\s-]{{1,2}}\d{{1,2}}(?:st|nd|rd|th)?\s*[,،]?\s*{_YEAR}"  # «مارس 27، 2024»
    rf"|{_YEAR}[\s/-]{_NAME}{{2,}}(?:\s{_NAME}{{2,}})?[\s/-]\d{{1,2}}(?!\d)"  # «2024/مارس/27»
    rf"|(?:فاتح|غر[ةه]|{_NAME}+(?:ون|ين|[ثسعنل]|شر)\s+من)\s.{{0,20}}{_YEAR}"  # «فاتح ماي 2024», «الخامس من»
    r"|(?:نشر|حرر|بتاريخ)\b.*\d|(?:منذ|مند|قبل|عندو|مضت)(?:\s+\S|\d)|\S+\s+مضت|\bago\b|\bil y a\b"
    rf"|^\W*(?:يوم\s)?{_NAME}+\s(?:الماضي|الماضية|الفائت|المنصرم)\b"  # «الثلاثاء الماضي», «الشهر الماضي»
    r"|^\W*(?:[أا]ول\s)?(?:[أا]مس|البارحة)\b(?:\W*$|.*\d)|^\W*اليوم\W.*\d:\d\d"
)
"""Matches text that looks like one of the forms that ``newscrawl.dates`` can read."""
_RELATIVE = re.compile("منذ|مند|قبل|عندو|مضت|ago|il y a|الماضي|الفائت|المنصرم|[أا]مس|البارحة")
"""Matches one of the words that every date form without a digit contains."""
_MARKED = re.compile(
    "[\u0640\u064b-\u065f\u200b-\u200f\u202a-\u202e\u2010-\u2015\u2044\u2066-\u2069\u2212\\\\\ufb50-\uff1f]"
)
"""Matches characters that pages put inside a date: vowels, tatweel, direction marks, dashes, presentation
forms."""
_LABEL = re.compile(r"(?:تاريخ(?: النشر)?|نشر(?:ت)? (?:في|بتاريخ|يوم)|نُشر)\b")
_ALONE = re.compile(
    r"\W*(?:الساعة\s*)?\d{1,2}:\d{2}(?::\d{2})?\s*(?:[صم]|صباح\S*|مساء\S*|[ap]\.?m\.?)?\W*", re.IGNORECASE
)
_UPDATED = re.compile(r"تحديث|تعديل|حُد[ّ]?ث|updated?|modified|mis(?:e)? à jour", re.IGNORECASE)
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})(?!\d)")
_ZERO = re.compile(r"\s*(?:0000|0001|1970)-")
MAX_DATE_WORDS = 22
_STAMP = re.compile(r"\s*(?:19|20)\d\d-\d\d-\d\d")
MAX_MARKS = 40
"""Maximum number of marked elements that are searched for a date."""
MAX_DATE_LETTERS = 400
"""A longer line is not searched for a date; 22 long words have 300 letters."""
MAX_BYLINE_WORDS = 10
_AUTHOR_PAGE = re.compile(r"/(?:authors?|writers?|reporters?|journalists?)/[^/?#]", re.IGNORECASE)
"""Matches the address of an author's page."""
_LINKS = 3
"""Maximum number of links in the box of an author that are read."""
_INLINE = 12
"""Maximum number of dates inside lines that are read."""
_LONGEST = 60
"""Maximum length of a date inside a line, in letters."""
_CHANGED = re.compile(r"^(?!.*(?:entry-date|publish)).*(?:modif|updat)", re.IGNORECASE | re.DOTALL)
"""Matches class names of a date of change; ``entry-date updated``, in WordPress themes, is a date of
publication."""
_HEADER = re.compile(r"(?:entry|post|article|story|single|node|news|content)[-_]|submitted|article")
"""Matches names of the header and footer of an article."""
_CONTINUES = re.compile(
    r"و(?:[أا]ضاف|تابع|قال|[أا]كد|[أا]وضح|ذكر|[أا]شار|لفت|شدد|[أا]ردف|استطرد|بي[ّ]?ن|نو[ّ]?ه|اعتبر|زاد|استدرك|كشف|نقل|ختم|صر[ّ]?ح|[أا]فاد|"
    r"[أا]علن|رأى|[أا]بدى|[أا]عرب|دعا|طالب|عب[ّ]?ر|قد|كان)(?:ت|وا)?\b"
)


def dates(
    blocks: Blocks, title: int | None, reading: Reading, *, alone: bool = False
) -> Iterator[OfferedDate]:
    """The dates printed or marked near the headline and the body, those below the headline first.

    Dates of the visit, of the footer, inside the text and of other articles are left out. With ``alone``,
    dates above the headline and far below the text are left out too: the address gives the day, and the date
    of another article must not contradict it.
    """
    first = max(0, (title if title is not None else reading.start) - 6)
    last = max(reading.end, (title or 0) + 1)
    until = reading.until if reading.until is not None else len(blocks.row)
    in_frame = _Frame(_trunk(blocks, title, reading), reading.box)
    seen: set[str] = set()
    article = set(map(id, reading.paragraphs))
    inside = [i for i in range(reading.start, reading.end) if id(blocks.row[i]) in article]
    amid = range(inside[1] + 1, inside[-1]) if len(inside) > 2 else range(0)
    start = title + 1 if title is not None else first
    near_by = range(start, last) if alone else range(first, min(last + 4, reading.until or last + 4))
    marks = (m for m in blocks.marks if m.role == "date" and m.index in near_by and m.index not in amid)
    near = [mark for mark in islice(marks, MAX_MARKS) if not in_frame(mark.element)]
    near.sort(key=lambda mark: mark.index < start)
    named = {mark.element for mark in near}
    inline = [m.element for m in near if m.element.tag in INLINE and start <= m.index <= reading.start + 1]
    yield from _marked(near, inline[:_INLINE], seen)
    for index in [*range(start, until), *range(first, start)]:
        block = blocks.row[index]
        if (
            block.words > MAX_DATE_WORDS
            or len(block.text) > MAX_DATE_LETTERS
            or block.heading
            or id(block) in article
            or index in amid
        ):
            continue
        if block.linked > 0.7 and block.element not in named and not _LABEL.match(block.text):
            continue
        if index >= last + 4 and not _LABEL.match(block.text):
            continue
        if alone and not start <= index < last and not _LABEL.match(block.text):
            continue
        if block.text in seen or not (_DIGIT.search(block.text) or _is_relative(block.text)):
            continue
        text = _apart(block)
        if not _dated(text) or in_frame(block.element):
            continue
        seen.add(block.text)
        yield from printed(_with_clock(blocks, index, text), Origin.GENERIC, _name(block.element))


def _marked(
    near: Sequence[MarkedElement], inline: Sequence[etree._Element], seen: set[str]
) -> Iterator[OfferedDate]:
    """The dates of elements that are marked as dates; adds their texts to ``seen``."""
    for mark in near:
        machine = squeeze(mark.element.get("datetime") or mark.element.get("content"))
        name = squeeze(mark.element.get("class") or mark.element.get("itemprop") or "")
        if machine and _DIGIT.search(machine) and machine not in seen:
            seen.add(machine)
            changed = _CHANGED.search(f"{name} {mark.element.get('itemprop') or ''}")
            yield OfferedDate(
                text=machine,
                origin=Origin.MICRODATA,
                kind=DateKind.MODIFIED
                if changed or _UPDATED.search(_before(mark.element))
                else DateKind.PUBLISHED,
                where=f"time[datetime] {name}".strip(),
            )
    for element in inline:  # without a space before or after it in the line
        text = "" if readable(element.get("datetime") or "") else text_of(element)
        if len(text) <= _LONGEST and text not in seen and _dated(text):
            seen.add(text)
            yield from printed(text, Origin.GENERIC, _name(element))


def _is_relative(text: str) -> bool:
    """Does the line without digits look like a date (``أمس``, ``قبل ساعتين``)?"""
    return bool(_RELATIVE.search(text) and _DATE.search(text))


def _apart(block: Block) -> str:
    """The text of a line, with spaces between elements that only CSS separates: ``المحرر 16 مايو``."""
    text = squeeze(" ".join(map(str, block.element.itertext()))) if len(block.element) else ""
    return text if text.replace(" ", "") == block.text.replace(" ", "") else block.text


def _with_clock(blocks: Blocks, index: int, text: str) -> str:
    """A date line, joined with the clock time if that is alone on the line before or after it."""
    if ":" in text:
        return text
    for beside in blocks.row[index + 1 : index + 2] + blocks.row[max(0, index - 1) : index]:
        if len(beside.text) <= MAX_DATE_LETTERS and _ALONE.fullmatch(_ascii(beside.text)):
            return f"{text} {beside.text}"
    return text


def printed(text: str, origin: Origin, where: str) -> Iterator[OfferedDate]:
    """The candidates in a printed line; a date after a word for ``updated`` is a date of change.

    >>> [c.kind for c in printed("نشر في 3 ماي 2024، آخر تحديث 4 ماي 2024", Origin.GENERIC, "p")]
    ['published', 'modified']
    """
    text = text[:MAX_DATE_LETTERS]
    change = _UPDATED.search(text)
    if not change:
        yield OfferedDate(text=text, origin=origin, where=where)
        return
    before, after = text[: change.start()], text[change.start() :]
    if _dated(before):
        yield OfferedDate(
            text=text if not _dated(after) else before.rstrip(" |-–،(آخر"),
            origin=origin,
            where=where,
        )
    if _dated(after):
        yield OfferedDate(text=after, origin=origin, kind=DateKind.MODIFIED, where=where)


def url_date(url: str) -> OfferedDate | None:
    """The day in an address; None when it contains none.

    >>> url_date("https://www.youm7.com/story/2020/8/24/x/4943459").text
    '2020-08-24'
    """
    hit = _URL_DAY.search(path_of(url))
    if not hit or not (1 <= int(hit[3]) <= 12 and 1 <= int(hit[4]) <= 31):
        return None
    return OfferedDate(text=f"{hit[1]}-{int(hit[3]):02}-{int(hit[4]):02}", origin=Origin.URL, where=hit[0])


def readable(stamp: str) -> bool:
    """Does the machine-readable value look like a day?

    >>> readable("2024-10-07T18:45:00"), readable("0000-00-00"), readable("just now")
    (True, False, False)
    """
    text = _ascii(stamp[:MAX_DATE_LETTERS])
    return not _ZERO.match(text) and bool(_STAMP.match(text) or _dated(text))


def _dated(text: str) -> bool:
    """Does the line look as if it contained a date?"""
    if len(text) > MAX_DATE_LETTERS:
        return False
    return bool(_DATE.search(plain(text) if _MARKED.search(text) else _ascii(text)))


def _ascii(text: str) -> str:
    return text.translate(ASCII_DIGITS) if _EASTERN.search(text) else text


_EASTERN = re.compile("[٠-٩۰-۹]")


def _trunk(blocks: Blocks, title: int | None, reading: Reading) -> list[etree._Element]:
    """The elements around the headline; without a headline, those around the body."""
    index = title if title is not None else reading.start
    if index >= len(blocks.row):
        return []
    element = blocks.row[index].element
    return [element, *element.iterancestors()]


class _Frame:
    """Tells whether an element is in the page's frame rather than in the article; remembers the answers."""

    def __init__(self, trunk: list[etree._Element], box: Box | None) -> None:
        self._known = dict.fromkeys(trunk, False)
        own = next((i for i, element in enumerate(trunk) if _is_own(element, box)), -1)
        self._own = set(trunk[: own + 1])

    def __call__(self, element: etree._Element) -> bool:
        unknown: list[etree._Element] = []
        node: etree._Element | None = element
        while node is not None and node not in self._known:
            unknown.append(node)
            node = node.getparent()
        inside = node is not None and self._known[node]
        own = node in self._own
        for node in reversed(unknown):
            inside = inside or _is_frame(node, own)
            self._known[node] = inside
            if own:
                self._own.add(node)
        return inside


def _is_own(element: etree._Element, box: Box | None) -> bool:
    """Does the element around the headline contain only the article, with its header and footer?"""
    return element.tag == "article" or (
        box is not None and element is box.element and element.tag not in ("body", "html", "form")
    )


def _is_frame(element: etree._Element, own: bool) -> bool:
    tag = element.tag
    if tag in ("nav", "aside"):
        return True
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    if tag in ("header", "footer"):
        return not own and not _HEADER.search(names.lower())
    return names != " " and is_clock(names)


def _before(element: etree._Element) -> str:
    previous = element.getprevious()
    parent = element.getparent()
    tail = previous.tail if previous is not None else parent.text if parent is not None else ""
    return (tail or "")[-30:] + (
        text_of(previous)[-30:] if previous is not None and len(previous) < 5 else ""
    )


def _name(element: etree._Element) -> str:
    names = ".".join((element.get("class") or "").split()[:2])
    return f"{element.tag}.{names}" if names else str(element.tag)


def lede(blocks: Blocks, title: int | None, reading: Reading, description: str | None) -> int | None:
    """The index of the summary above the body: an element named as one, or the text of the description."""
    if title is None or not reading.paragraphs:
        return None
    wanted = squeeze(description)[:60].rstrip(" .…")
    end = reading.start + 1 if reading.outside == 1 and len(reading.paragraphs) > 1 else reading.start
    marked = {m.index: m.element for m in blocks.marks if m.role == "lede" and title < m.index < end}
    for index in range(title + 1, end):
        block = blocks.row[index]
        if block.words < 6 or block.linked > 0.3:
            continue
        if boilerplate.kind(block.text) or bylines.LED.match(block.text):
            continue
        if block.words <= MAX_DATE_WORDS and not block.text.endswith(".") and _dated(block.text):
            continue
        if index in marked and block.text in text_of(marked[index]):
            return index
        if len(wanted) > 30 and block.text.startswith(wanted):
            return index
    return None


def continues(first: str) -> bool:
    """Does the paragraph continue one before it (``وأضاف …``)?

    >>> continues("وأضاف الشرع خلال اجتماعه"), continues("وزير الخارجية يستقبل نظيره")
    (True, False)
    """
    return bool(_CONTINUES.match(first.lstrip("\"'«“ ")))


def byline(blocks: Blocks, title: int | None, reading: Reading) -> tuple[str | None, list[str]]:
    """The author line and the lines that name people, near headline and body.

    The first of these counts: a line that begins like an author line (``بقلم …``), a box named as one, a link
    to the page of an author.
    """
    if title is None:
        return None, []
    above = blocks.row[max(0, title - 3) : reading.start + 3]
    short = [block for block in above if block.words <= MAX_BYLINE_WORDS and not block.heading]
    led = [b.text for b in short if bylines.LED.match(b.text) and not _DIGIT.search(b.text)]
    if led:
        return led[0], led
    for mark in blocks.marks:
        if mark.role == "author" and title - 3 <= mark.index <= reading.end + 4:
            links = list(islice(mark.element.iter("a"), _LINKS))
            named = [name for link in links if len((name := text_of(link)).split()) > 1]
            pages = _author_pages(links)
            text = text_of(mark.element)
            names = pages if len(pages) > 1 else named if len(named) == 1 else [text]
            line = names[0] if len(names) == 1 else text
            if 1 < len(line.split()) <= 8 * len(names) and not _DIGIT.search(line):
                return line, names
    for block in short:
        pages = [name for name in _author_pages(block.element.iter("a")) if name in block.text]
        if pages and all(len(name.split()) > 1 and not _DIGIT.search(name) for name in pages):
            return "، ".join(pages), pages
    return None, []


def _author_pages(links: Iterable[etree._Element]) -> list[str]:
    """The texts of links to authors' pages."""
    own = (text_of(link) for link in islice(links, _LINKS) if _AUTHOR_PAGE.search(link.get("href") or ""))
    return [text for text in own if text]
