# ruff: noqa: E501 (pages are long lines)
"""A page gives one article, which ends where the next begins."""

from __future__ import annotations

import pytest

from newscrawl.page import read
from newscrawl.sites import Markup, Site
from tests.page_mutations import OTHER
from tests.page_shapes import HEADLINES, SUBHEAD, TITLE, P, frame, ld, ps

URL = "https://www.sahifa-example.com/news/1.html"
DAY = '<div class="date">07 أكتوبر 2024</div>'
SECOND = '<div class="date">05 أكتوبر 2024</div>'


def site(markup: Markup) -> Site:
    return Site(
        name="صحيفة المثال",
        domain="sahifa-example.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"/news/\d+\.html$",
        discover=[],
        markup=[markup],
    )


def paragraphs(page: bytes, markup: Markup | None = None) -> list[str]:
    return read(page, URL, site=site(markup) if markup else None).body.split("\n\n")


FLAT = f"<div><h1>{TITLE}</h1>{DAY}{ps()}<h1>{HEADLINES[1]}</h1>{SECOND}{ps(OTHER)}</div>"
ARTICLES = f'<article><h1>{TITLE}</h1>{DAY}<div class="entry">{ps()}</div></article><article><h2>{HEADLINES[1]}</h2>{SECOND}<div class="entry">{ps(OTHER)}</div></article>'
POSTS = f'<div class="post"><h2 class="name">{TITLE}</h2>{DAY}<div class="entry">{ps()}</div></div><div class="post"><h2 class="name">{HEADLINES[1]}</h2>{SECOND}<div class="entry">{ps(OTHER)}</div></div>'
HEADS = f'<h1>{TITLE}</h1>{DAY}<article><div class="entry">{ps()}</div></article><article><h2>{HEADLINES[1]}</h2><div class="entry">{ps(OTHER)}</div></article>'
MICRODATA = f'<div><h1>{TITLE}</h1><div itemprop="articleBody" class="entry">{ps()}</div><h1>{HEADLINES[1]}</h1><div itemprop="articleBody" class="entry">{ps(OTHER)}</div></div>'
LONGER = f'<article><h1>{TITLE}</h1>{DAY}<div class="entry">{ps(P[:2])}</div></article><article><h1>{HEADLINES[1]}</h1>{SECOND}<div class="entry">{ps(OTHER * 2)}</div></article>'


@pytest.mark.parametrize(
    "page", [FLAT, ARTICLES, POSTS, HEADS, MICRODATA], ids=["flat", "articles", "posts", "heads", "microdata"]
)
def test_a_second_headline_or_article_ends_the_first(page: str) -> None:
    assert paragraphs(frame(page)) == list(P)
    assert paragraphs(frame(page, head=ld(datePublished="2024-10-07"))) == list(P)


def test_a_longer_second_article_is_not_read_instead() -> None:
    assert paragraphs(frame(LONGER)) == list(P[:2])


@pytest.mark.parametrize("page", [ARTICLES, MICRODATA, POSTS], ids=["articles", "microdata", "posts"])
def test_declared_selectors_read_the_article_of_the_headline(page: str) -> None:
    title = "h1, h2.name" if page is POSTS else "h1"
    for body in (".entry p", ".entry"):
        assert paragraphs(frame(page), Markup(title=title, body=body)) == list(P)


def test_text_declared_in_json_bounds_the_article() -> None:
    page = f'<h1>{TITLE}</h1><div class="t">{ps()}</div><div class="t">{ps(OTHER)}</div>'
    assert paragraphs(frame(page, head=ld(articleBody="\n".join(P)))) == list(P)


def test_text_declared_in_json_takes_precedence_over_another_article() -> None:
    page = f'<div id="__next"></div><div class="t">{ps(OTHER)}</div>'
    assert paragraphs(frame(page, head=ld(articleBody="\n".join(P)))) == list(P)


@pytest.mark.parametrize("tag", ["h1", "h2", "h3"])
def test_a_heading_among_the_paragraphs_ends_nothing(tag: str) -> None:
    page = f'<header><h1>{TITLE}</h1>{DAY}</header><div class="t">{ps(P[:3])}<{tag}>{SUBHEAD} في الدورة الأخيرة</{tag}>{ps(P[3:])}</div>'
    assert paragraphs(frame(page)) == [*P[:3], f"{SUBHEAD} في الدورة الأخيرة", *P[3:]]
    declared = Markup(title="header h1", body=".t p")
    assert [text for text in paragraphs(frame(page), declared) if text in P] == list(P)


def test_entries_of_a_live_account_stay_together() -> None:
    entries = "".join(
        f'<article class="entry"><time>1{i}:05</time><h3>{HEADLINES[i]}</h3><p>{P[i + 1]}</p></article>'
        for i in range(4)
    )
    page = f'<main><h1>{TITLE}</h1>{DAY}<p>{P[0]}</p><div class="entries">{entries}</div></main>'
    found = paragraphs(frame(page))
    assert [text for text in found if text in P] == list(P[:5])
