"""The links from each page of a list to the next, in the forms of different newspapers."""

from __future__ import annotations

import pytest

from newscrawl.discovery import pager

HOME = "https://sahifa.example"


def pages(form: str, first: str, number: int) -> str:
    """The address of a page of a list by its form; the first page has another address."""
    return HOME + (first if number == 1 else form.format(n=number, z=number - 1, o=10 * (number - 1)))


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("/page/{n}/", "/"),
        ("/riyada/page/{n}", "/riyada"),
        ("/riyada/{n}", "/riyada"),
        ("/riyada/{n}/", "/riyada/"),
        ("/riyada/{o}", "/riyada"),
        ("/riyada-{n}.html", "/riyada.html"),
        ("/riyada/index.{n}.html", "/riyada"),
        ("/riyada/page-{n}.html", "/riyada/"),
        ("/riyada?page={z}", "/riyada"),
        ("/riyada?start={o}", "/riyada"),
        ("/index.php/riyada?limitstart={o}", "/index.php/riyada"),
        ("/list.asp?cat=4&page={n}", "/list.asp?cat=4"),
        ("/list.php?cid=12&p={n}", "/list.php?cid=12"),
        ("/list.php?pn={n}&cid=12", "/list.php?cid=12"),
        ("/2026/section/7/{n}", "/2026/section/7"),
        ("/رياضة/الصفحة/{n}", "/رياضة"),
    ],
)
@pytest.mark.parametrize("label", ["{n}", "arabic", "»"])
def test_a_pager_links_each_page_to_the_next(form: str, first: str, label: str) -> None:
    def said(number: int) -> str:
        return "".join(chr(0x660 + int(d)) for d in str(number)) if label == "arabic" else str(number)

    for here in range(1, 7):
        others = [(pages(form, first, n), said(n)) for n in range(1, 9) if n != here]
        if label == "»":
            others = [(pages(form, first, n), "") for n in (here - 1, here + 1) if n > 0]
            others = [(url, "»") for url, _ in others]
        found = pager.following([*NOISE, *others], pages(form, first, here), here)
        assert next(found, None) == pages(form, first, here + 1)


NOISE = [
    (f"{HOME}/2026/11/02", "2"),  # a calendar
    (f"{HOME}/2026/11/03", "3"),
    (f"{HOME}/siyassa", "المزيد"),
    (f"{HOME}/siyassa2", "سياسة"),
    (f"{HOME}/tag/2", "المطر"),
    (f"{HOME}/khabar/31415", "5"),
    (f"{HOME}/", ""),
    ("https://other.example/page/2", "2"),
]
"""Links of any page that are not its pager."""


@pytest.mark.parametrize("current", ["/", "/riyada", "/riyada?page=3", "/list.asp?cat=4"])
def test_links_beside_a_pager_are_not_followed(current: str) -> None:
    assert list(pager.following(NOISE, HOME + current, 1)) == []


def test_older_articles_may_be_behind_a_day() -> None:
    older = f"{HOME}/search?updated-max=2026-11-20T09:00:00"
    assert list(pager.following([*NOISE, (older, "رسائل أقدم »")], f"{HOME}/", 1)) == [older]


def test_a_link_more_is_followed_only_if_its_address_counts() -> None:
    links = [(f"{HOME}/riyada/kora", "المزيد"), (f"{HOME}/riyada?offset=10", "عرض المزيد")]
    assert list(pager.following(links, f"{HOME}/riyada", 1)) == [f"{HOME}/riyada?offset=10"]
