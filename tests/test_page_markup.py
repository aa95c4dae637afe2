# ruff: noqa: E501 (a page and a table of selectors)
"""A site's selectors give the same result by look-up and by search."""

from __future__ import annotations

import pytest

from newscrawl.page.document import drop, parse
from newscrawl.page.markup import ElementFinder, compiled, strings
from newscrawl.sites import Markup

PAGE = """<body id="top"><div class="a b"><p class="c">واحد</p><div class="a"><p>اثنان</p><p class="c d">ثلاثة</p></div></div>
<p class="c">أربعة</p><div id="x" class="e"><a href="/1" class="c">خمسة</a><a href="/2">ستة</a></div>
<div class="&#160;b e"><p>سبعة</p></div></body>"""


@pytest.mark.parametrize(
    "selector",
    [
        ".a p", ".a > p", ".a .c", ".a.b p", "div.a p.c", ".c", "#x a", "#x > a::attr(href)", ".e a::text", "#top p",
        ".c, .a p", ".e a, .b > p", ".d ~ p", ".c + div", "p", "p:first-child", ".a p:not(.c)", ".absent p, #x a",
        "[class*=b] p", "div:has(.d) p", ".e:not(.b) a", ".absent",
    ],
)  # fmt: skip
def test_look_up_and_search_agree(selector: str) -> None:
    root = parse(PAGE.encode(), "https://www.sahifa-example.com/1").root
    places = ElementFinder(root, Markup(body=selector))
    assert places(selector) == compiled(selector)(root)
    assert set(places(selector, ordered=False)) == set(compiled(selector)(root))


def test_removed_elements_are_not_found() -> None:
    root = parse(PAGE.encode(), "https://www.sahifa-example.com/1").root
    places = ElementFinder(root, Markup(tags="#x a", section=".b > p"))
    assert strings(places, "#x a")[0] == ["خمسة", "ستة"]
    drop(places("#x a")[0].getparent())
    assert strings(places, "#x a")[0] == []
    assert strings(places, ".b > p")[0] == ["واحد"]
