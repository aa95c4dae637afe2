"""A site's own selectors, compiled once and applied to a parsed page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import jmespath  # type: ignore[import-untyped]
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from newscrawl.page.document import squeeze, text_of
from newscrawl.sites import Selectors

_translate = HTMLTranslator().css_to_xpath
_JSON = re.compile(r"(?P<css>.+)::json\((?P<path>.+)\)", re.DOTALL)


@lru_cache(maxsize=4096)
def compiled(selector: str) -> etree.XPath:
    """A CSS selector (``::text``, ``::attr(name)`` and ``::json(path)`` allowed) as a compiled path.

    Raises ValueError naming the selector when it is not valid CSS.
    """
    try:
        css, path = _parted(selector)
        jmespath.compile(path or "@")
        return etree.XPath(_translate(css))
    except Exception as error:  # cssselect and lxml raise several unrelated classes
        raise ValueError(f"not a CSS selector: {selector!r} ({error}); see the Markup of the site") from error


def each(selectors: Selectors) -> Sequence[str]:
    """The selectors of one field, newest first."""
    return (selectors,) if isinstance(selectors, str) else selectors


def found(root: etree._Element, selectors: Selectors) -> Iterator[tuple[str, list[etree._Element | str]]]:
    """Each selector that answers, with what it found (elements, or strings for ``::text``/``::attr``)."""
    for selector in each(selectors):
        result = compiled(selector)(root)
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
    """What a JMESPath finds in the JSON that an element holds."""
    try:
        value = jmespath.search(path, json.loads(element.text or "", strict=False))
    except (ValueError, RecursionError, jmespath.exceptions.JMESPathError):
        return []
    return [str(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str | int)]


def strings(root: etree._Element, selectors: Selectors) -> tuple[list[str], str]:
    """The texts found by the first selector that gives any, and that selector.

    >>> strings(etree.fromstring("<div><b class='k'>رياضة</b></div>"), "b.k")
    (['رياضة'], 'b.k')
    """
    for selector, hits in found(root, selectors):
        texts = [squeeze(hit) if isinstance(hit, str) else _value(hit) for hit in hits]
        if texts := [text for text in texts if text]:
            return texts, selector
    return [], ""


def elements(root: etree._Element, selectors: Selectors) -> tuple[list[etree._Element], str]:
    """The elements found by the first selector that gives any, and that selector."""
    for selector, hits in found(root, selectors):
        if nodes := [hit for hit in hits if not isinstance(hit, str)]:
            return nodes, selector
    return [], ""


def _value(element: etree._Element) -> str:
    if element.tag == "meta":
        return squeeze(element.get("content"))
    if element.tag == "img":
        return squeeze(element.get("src"))
    return text_of(element)
