# ruff: noqa: E501 (pages are long lines)
"""One page in many forms: themes, plugins and browsers change the markup but not the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from hashlib import sha1

from lxml import etree, html

from tests.page_shapes import HEADLINES, Shape

_SEMANTIC = frozenset("article main section header footer aside nav figure figcaption hgroup time".split())
OTHER = (
    "أعلن المكتب المسير للنادي المحلي، في بلاغ صدر صباح السبت، عن انطلاق تداريب الموسم الجديد بالملعب البلدي.",
    "وأشار البلاغ إلى أن الطاقم التقني استدعى خمسة وعشرين لاعبا، بينهم ثمانية من أبناء المدرسة.",
    "وقال مدرب الفريق إن الهدف هو العودة إلى القسم الأول، مضيفا أن الجمهور سيلعب دورا مهما هذا العام.",
    "ويخوض النادي أول مبارياته الإعدادية يوم الأربعاء المقبل أمام فريق من المدينة المجاورة.",
)
"""The text of a second article."""


def foreign(shape: Shape, body: str) -> list[str]:
    """The extracted paragraphs that are not the article's."""
    own = {" ".join(text.split()) for text in shape.body} | {shape.lede or "", shape.title}
    whole = " ".join(own)
    return [line for line in body.split("\n\n") if len(line.split()) > 3 and line not in whole]


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Sequences of four words, with their number in a text."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))) if words else Counter()


def f1(expected: str, found: str) -> float:
    """The similarity of two texts by their shingles, 0 to 1."""
    one, other = shingles(expected), shingles(found)
    common = sum((one & other).values())
    return 2 * common / (sum(one.values()) + sum(other.values())) if common else 0.0


def score(shape: Shape, lede: str | None, body: str) -> float:
    """How well body and lede were read; the summary may be in either."""
    whole = "\n\n".join(text for text in (lede, body) if text)
    told = "\n\n".join(text for text in (shape.lede, *shape.body) if text)
    return max(f1("\n\n".join(shape.body), body), f1(told, whole), f1(told, body))


# The tree -------------------------------------------------------------------------------------------


def _text(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _paragraphs(root: etree._Element, shape: Shape) -> list[etree._Element]:
    """The elements that hold a paragraph of the article and nothing else."""
    own = set(shape.body) | ({shape.lede} if shape.lede else set())
    return [
        e for e in root.iter("p", "li", "div") if e.getparent() is not None and _text(e) in own and not len(e)
    ]


def _rename(root: etree._Element, names: frozenset[str]) -> None:
    for element in root.iter(*names):
        element.tag = "div"


def _framed(root: etree._Element, shape: Shape) -> None:
    for element in root.iter("p"):
        element.set("class", "selectionShareable")


def _divs(root: etree._Element, shape: Shape) -> None:
    _rename(root, frozenset({"p"}))


def _breaks(root: etree._Element, shape: Shape) -> None:
    """Turn neighbouring paragraphs into lines of their parent."""
    for element in list(root.iter("p")):
        parent = element.getparent()
        if parent is None or len(element):
            continue
        after = etree.Element("br")
        after.tail = element.tail
        before = etree.Element("br")
        before.tail = element.text
        at = parent.index(element)
        parent[at : at + 1] = [before, after]


def _plain_tags(root: etree._Element, shape: Shape) -> None:
    _rename(root, _SEMANTIC)


def _nameless(root: etree._Element, shape: Shape) -> None:
    for element in root.iter(etree.Element):
        for name in ("class", "id", "rel", "itemprop", "role"):
            element.attrib.pop(name, None)


def _hashed(root: etree._Element, shape: Shape) -> None:
    for element in root.iter(etree.Element):
        element.attrib.pop("id", None)
        if names := element.get("class"):
            element.set("class", "css-" + sha1(names.encode(), usedforsecurity=False).hexdigest()[:6])


def _undeclared(root: etree._Element, shape: Shape) -> None:
    for element in list(root.iter("meta", "script")):
        if element.tag == "script" or not element.get("charset"):
            element.getparent().remove(element)
    for element in root.iter(etree.Element):
        for name in ("itemprop", "itemscope", "itemtype", "property", "typeof"):
            element.attrib.pop(name, None)


def _second(root: etree._Element, shape: Shape) -> None:
    """Add a second article after the first, in the same markup."""
    paragraphs = _paragraphs(root, shape)
    head = next((e for e in root.iter("h1") if _text(e) == shape.title), None)
    place = head
    while place is not None and place.getparent() is not None:
        place = place.getparent()
        if all(place in p.iterancestors() for p in paragraphs) or place.tag == "body":
            break
    if place is None or head is None or place.tag in ("body", "html", "main"):
        around = root.find(".//main")
        around = root.find(".//body") if around is None else around
        assert around is not None
        own = {*paragraphs, head}
        last = max((i for i, child in enumerate(around) if not own.isdisjoint(child.iter())), default=0)
        around.insert(last + 1, _article(head))
        return
    place.addnext(_article(head, place))


def _article(head: etree._Element | None, place: etree._Element | None = None) -> etree._Element:
    outer = etree.Element(
        str(place.tag) if place is not None else "div", dict(place.attrib) if place is not None else {}
    )
    title = etree.SubElement(outer, "h1", dict(head.attrib) if head is not None else {})
    title.text = HEADLINES[1]
    date = etree.SubElement(outer, "div", {"class": "date"})
    date.text = "السبت 5 أكتوبر 2024 - 09:10"
    body = etree.SubElement(outer, "div")
    for text in OTHER:
        etree.SubElement(body, "p").text = text
    return outer


def _wrapped(name: str) -> Callable[[etree._Element, Shape], None]:
    """Wrap the innermost box around all paragraphs in another box of this class."""

    def wrap(root: etree._Element, shape: Shape) -> None:
        paragraphs = _paragraphs(root, shape)
        if not paragraphs:
            return
        common = [e for e in paragraphs[0].iterancestors() if all(e in p.iterancestors() for p in paragraphs)]
        place = common[0]
        if place.tag in ("body", "html", "table", "tr", "tbody", "ul"):
            return
        outer = etree.Element("div", {"class": name})
        outer.tail, place.tail = place.tail, None
        parent = place.getparent()
        parent.replace(place, outer)
        outer.append(place)

    return wrap


def _boxed(root: etree._Element, shape: Shape) -> None:
    """Put each paragraph in a box of its own, as page builders do."""
    for element in _paragraphs(root, shape):
        if element.tag != "p":
            continue
        outer = etree.Element("div", {"class": "block-wrap"})
        outer.tail, element.tail = element.tail, None
        element.getparent().replace(element, outer)
        outer.append(element)


def _spans(root: etree._Element, shape: Shape) -> None:
    """Put each sentence in spans and fonts of its own, like text pasted from a word processor."""
    for element in _paragraphs(root, shape):
        words = (element.text or "").split(" ")
        element.text = None
        for start in range(0, len(words), 6):
            span = etree.SubElement(element, "span", {"style": "font-family: arial"})
            etree.SubElement(span, "font", {"size": "4"}).text = " ".join(words[start : start + 6])
            span.tail = " "


def _no_h1(root: etree._Element, shape: Shape) -> None:
    for element in root.iter("h1"):
        element.tag = "div"


def _folded(root: etree._Element, shape: Shape) -> None:
    """Hide the second half of the text behind a button."""
    paragraphs = [e for e in _paragraphs(root, shape) if e.tag == "p"]
    half = paragraphs[len(paragraphs) // 2 :]
    if not half or len({id(e.getparent()) for e in half}) > 1:
        return
    parent = half[0].getparent()
    outer = etree.Element("div", {"class": "more-text collapse"})
    parent.insert(parent.index(half[0]), outer)
    for element in half:
        outer.append(element)


MUTATIONS: dict[str, Callable[[etree._Element, Shape], None]] = {
    "frame name on each p": _framed,
    "p to div": _divs,
    "line breaks": _breaks,
    "no semantic tags": _plain_tags,
    "no names": _nameless,
    "hashed names": _hashed,
    "no declarations": _undeclared,
    "second article": _second,
    "in a widget": _wrapped("widget"),
    "in a sidebar": _wrapped("layout has-sidebar content-sidebar-wrap"),
    "boxes": _boxed,
    "spans": _spans,
    "no h1": _no_h1,
    "folded": _folded,
}


def _parsed(page: bytes) -> html.HtmlElement:
    charset = "windows-1256" if b"windows-1256" in page else "utf-8"
    parser = html.HTMLParser(encoding=charset)
    return html.document_fromstring(page.replace(b"windows-1256", b"utf-8"), parser=parser)


def named(page: bytes, name: str) -> bytes:
    """A page with a class on each paragraph."""
    root = _parsed(page)
    for element in root.iter("p"):
        element.set("class", name)
    return html.tostring(root, encoding="utf-8", doctype="<!doctype html>")


def mutated(shape: Shape, kind: str) -> bytes:
    """The page of a shape in another form."""
    root = _parsed(shape.html)
    MUTATIONS[kind](root, shape)
    return html.tostring(root, encoding="utf-8", doctype="<!doctype html>")
