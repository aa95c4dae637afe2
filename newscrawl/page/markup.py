"""Compiles a site's own selectors once, and applies them to parsed pages."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import cssselect
import jmespath  # type: ignore[import-untyped]
from cssselect.parser import Class, CombinedSelector, Element, Hash
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from newscrawl import jsontext
from newscrawl.page.document import squeeze, text_of
from newscrawl.sites import Markup, Selectors

_translator = HTMLTranslator()
_translate = _translator.css_to_xpath
_JSON = re.compile(r"(?P<css>.+)::json\((?P<path>.+)\)", re.DOTALL)


@lru_cache(maxsize=4096)
def compiled(selector: str) -> etree.XPath:
    """A CSS selector (``::text``, ``::attr(name)`` and ``::json(path)`` are allowed) as a compiled XPath.

    Raises ``ValueError`` with the selector when it is not valid CSS.
    """
    try:
        css, path = _parted(selector)
        jmespath.compile(path or "@")
        return etree.XPath(_translate(css))
    except Exception as error:  # cssselect and lxml raise several unrelated classes
        raise ValueError(f"not a CSS selector: {selector!r} ({error}); see the Markup of the site") from error


@dataclasses.dataclass(slots=True, frozen=True)
class _Part:
    """One part of a selector list, split after the class or id with which it begins."""

    attribute: str
    """``class`` or ``id``."""
    name: str
    tag: str | None
    """The tag that an element with that class or id must have; None for any."""
    path: Callable[[etree._Element], Any] | None
    """The rest of the path, from the element with that class or id; None if that element itself is the
    match."""


@lru_cache(maxsize=4096)
def _parts(selector: str) -> tuple[_Part, ...]:
    """The parts of a selector list if each begins with a class or an id; otherwise empty."""
    compiled(selector)
    parts: list[_Part] = []
    for part in cssselect.parse(_parted(selector)[0]):
        node: Any = part.parsed_tree
        while isinstance(node, CombinedSelector):
            if node.combinator in "+~":  # several starting elements may lead to the same match
                return ()
            node = node.selector
        while not isinstance(node, Class | Hash):
            if not (node := getattr(node, "selector", None)):
                return ()
        attribute, name = ("class", node.class_name) if isinstance(node, Class) else ("id", node.id)
        path = None
        if not (node is part.parsed_tree and isinstance(node.selector, Element) and not part.pseudo_element):
            expression = _translator.selector_to_xpath(part, prefix="self::", translate_pseudo_elements=True)
            path = etree.XPath(expression)
        parts.append(_Part(attribute, name, _tag(node), path))
    return tuple(parts)


def _tag(node: Any) -> str | None:
    """The tag before the class or id of a simple selector; None if it has none."""
    while not isinstance(node, Element):
        node = node.selector
    return node.element.lower() if node.element else None


_FIELDS = [field.name for field in dataclasses.fields(Markup) if field.type == "Selectors"]


class ElementFinder:
    """Finds elements of a page by a site's selectors, using an index for the first element of each selector.

    One pass over the page serves all selectors of the site. If a selector begins with neither a class nor an
    id, or its class has too many elements, the index is not used.
    """

    MAX = 30
    """With more elements, a search is as fast as the index."""

    def __init__(self, root: etree._Element, declared: Markup) -> None:
        self.root = root
        self.declared = declared

    @cached_property
    def _named(self) -> dict[str, dict[str, list[etree._Element]]]:
        """The elements of each class and id with which a selector begins, in page order; at most ``MAX + 1``
        of a class.
        """
        named: dict[str, dict[str, list[etree._Element]]] = {"class": {}, "id": {}}
        tags: set[str | None] = set()
        for field in _FIELDS:
            for selector in each(getattr(self.declared, field)):
                for part in _parts(selector):
                    named[part.attribute][part.name] = []
                    tags.add(part.tag)
        if not tags:
            return named
        classes, identities = named["class"], named["id"]
        wanted = classes.keys()
        held: dict[str, set[str]] = {"": set()}  # class attribute → its wanted names; most attributes recur
        # If all selectors name their tags, elements with other tags (half of the page) are skipped.
        looked_at = (etree.Element,) if None in tags else tuple(map(str, tags))
        for element in self.root.iter(*looked_at):
            words = element.get("class") or ""
            names = held.get(words)
            if names is None:
                names = held[words] = wanted & words.split()
            for name in names:
                if len(classes[name]) <= self.MAX:
                    classes[name].append(element)
            if identities and (identity := element.get("id") or "") in identities:
                identities[identity].append(element)
        return named

    def __call__(self, selector: str, *, ordered: bool = True) -> Any:
        """The matches of a selector; without ``ordered``, in any order, and some perhaps twice."""
        search: Callable[[etree._Element], Any] = compiled(selector)
        groups: list[list[Any]] = []
        for part in _parts(selector):
            starts = self._named[part.attribute][part.name]
            nested = ordered and any(outer in inner.iterancestors() for outer, inner in pairwise(starts))
            if nested or len(starts) > self.MAX:
                return search(self.root)
            held = [start for start in starts if self._holds(start)]
            if part.path is None:  # true of most selectors, such as h1.headline: takes a third of the time
                groups.append([start for start in held if part.tag in (None, start.tag)])
            else:
                groups.append([hit for start in held for hit in part.path(start)])
        full = [group for group in groups if group]
        if not groups or (ordered and len(full) > 1):
            return search(self.root)
        return [hit for group in full for hit in group]

    def _holds(self, element: etree._Element) -> bool:
        """Is the element still in the tree (see ``document.drop``)?"""
        return element is self.root or self.root in element.iterancestors()


def each(selectors: Selectors) -> Sequence[str]:
    """The selectors of one field, newest first."""
    return (selectors,) if isinstance(selectors, str) else selectors


def matches(
    root: etree._Element | ElementFinder, selectors: Selectors
) -> Iterator[tuple[str, list[etree._Element | str]]]:
    """Each selector that matches, with its matches (elements, or strings for ``::text``/``::attr``)."""
    for selector in each(selectors):
        result = root(selector) if isinstance(root, ElementFinder) else compiled(selector)(root)
        hits = (
            [hit for hit in result if isinstance(hit, etree._Element | str)]
            if isinstance(result, list)
            else []
        )
        if path := _parted(selector)[1]:
            hits = [value for hit in hits if not isinstance(hit, str) for value in _json(hit, path)]
        if hits:
            yield selector, hits


def _parted(selector: str) -> tuple[str, str | None]:
    """``script#data::json(published_time)`` → the CSS selector and the JMESPath."""
    hit = _JSON.fullmatch(selector)
    return (hit["css"], hit["path"]) if hit else (selector, None)


def _json(element: etree._Element, path: str) -> list[str]:
    """The strings and numbers at a JMESPath in the JSON of an element."""
    try:
        value = jmespath.search(path, jsontext.loads(element.text or ""))
    except (ValueError, TypeError, RecursionError, jmespath.exceptions.JMESPathError):
        return []
    return [str(hit) for hit in (value if isinstance(value, list) else [value]) if isinstance(hit, str | int)]


def strings(root: etree._Element | ElementFinder, selectors: Selectors) -> tuple[list[str], str]:
    """The texts of the first selector that gives any, and that selector.

    >>> strings(etree.fromstring("<div><b class='k'>رياضة</b></div>"), "b.k")
    (['رياضة'], 'b.k')
    """
    for selector, hits in matches(root, selectors):
        texts = [squeeze(hit) if isinstance(hit, str) else _value(hit) for hit in hits]
        if texts := [text for text in texts if text]:
            return texts, selector
    return [], ""


def elements(finder: ElementFinder, selectors: Selectors) -> set[etree._Element]:
    """The elements of the first selector that matches any."""
    for selector in each(selectors):
        hits = finder(selector, ordered=False)
        if nodes := {hit for hit in hits if isinstance(hit, etree._Element)}:
            return nodes
    return set()


def _value(element: etree._Element) -> str:
    if element.tag == "meta":
        return squeeze(element.get("content"))
    if element.tag == "img":
        return squeeze(element.get("src"))
    return text_of(element)
