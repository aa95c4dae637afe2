# ruff: noqa: E501 (pages are long lines)
"""Every page of our own in every form: the text decides what the article is, names are only hints."""

from __future__ import annotations

import datetime as dt
import os
import statistics

import pytest

from newscrawl.page import read
from newscrawl.page.names import named as named_
from newscrawl.sites import Markup, Site
from tests.page_corpus import CORPUS
from tests.page_mutations import MUTATIONS, f1, foreign, mutated, named, score
from tests.page_shapes import SUBHEAD, TITLE, P, Shape, frame, ps

NOW = dt.datetime(2024, 10, 9, 10, 2, tzinfo=dt.UTC)
FRAMES = (
    "selectionShareable comment comments related-post share social sidebar widget ad advert banner promo newsletter"
    " footer nav menu modal popup sponsor trending copyright cookie print-link tags caption byline read-more source"
    " author-box breaking"
).split()
FULL = "NEWSCRAWL_TRIALS" in os.environ
STEP = 1 if FULL else 4


def rows(kinds: list[tuple[Shape, str]]) -> list[tuple[float, list[str], str]]:
    """The similarity, foreign paragraphs and name of each page."""
    found = []
    for shape, kind in kinds:
        article = read(mutated(shape, kind), shape.url, now=NOW)
        found.append(
            (score(shape, article.lede, article.body), foreign(shape, article.body), f"{kind}: {shape.name}")
        )
    return found


def test_the_corpus_in_every_form() -> None:
    """The normal run reads a fourth of all pairs, the trials read all."""
    pairs = [
        (shape, kind)
        for i, shape in enumerate(CORPUS)
        for j, kind in enumerate(MUTATIONS)
        if (i + j) % STEP == 0 and not (kind == "no declarations" and shape.declared)
    ]
    found = rows(pairs)
    worst = sorted(found)[:5]
    assert statistics.mean(row[0] for row in found) >= 0.97, worst
    assert worst[0][0] >= 0.8, worst
    assert sum(not row[1] for row in found) >= 0.95 * len(found), [row for row in found if row[1]]


@pytest.mark.parametrize("name", FRAMES)
def test_a_class_on_every_paragraph_is_no_hint(name: str) -> None:
    for shape in CORPUS if FULL else CORPUS[FRAMES.index(name) % 8 :: 12]:
        article = read(named(shape.html, name), shape.url, now=NOW)
        assert score(shape, article.lede, article.body) >= 0.9, shape.name


@pytest.mark.parametrize("name", FRAMES)
def test_a_declared_container_keeps_its_paragraphs(name: str) -> None:
    page = frame(f'<h1>{TITLE}</h1><div id="articleBody">{ps()}</div>')
    site = Site(
        name="صحيفة المثال",
        domain="sahifa-example.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"/news/\d+",
        discover=[],
        markup=[Markup(title="h1", body="#articleBody")],
    )
    article = read(named(page, name), "https://www.sahifa-example.com/news/1", site=site, now=NOW)
    assert f1("\n".join(P), article.body) == 1


@pytest.mark.parametrize(
    "wrapper", ["layout has-sidebar", "content-sidebar-wrap", "post no-sidebar", "widget", "share-wrap"]
)
@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
def test_a_box_named_after_the_frame_around_the_text(wrapper: str, short: bool) -> None:
    texts = tuple(" ".join(text.split()[:7]) + "." for text in P * 2) if short else P
    texts = tuple(dict.fromkeys(texts))
    page = frame(f'<h1>{TITLE}</h1><div class="{wrapper}"><div class="t">{ps(texts)}</div></div>')
    assert read(page, "https://www.sahifa-example.com/news/1").body.split("\n\n") == list(texts)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("selectionShareable", ""), ("shadow-box", ""), ("padding", ""), ("download", ""), ("header", ""),
        ("commentable", ""), ("commentary", ""), ("has-sidebar", ""), ("unrelated", ""), ("broadcast", ""),
        ("share-buttons", "frame"), ("shareBar", "frame"), ("relatedNews", "frame"), ("related_posts", "frame"),
        ("comment-list", "frame"), ("sidebarRight", "frame"), ("ad-slot", "frame"), ("newsletter-box", "frame"),
        ("most-read", "frame"), ("morenews", "frame"), ("no-print", "frame"), ("sidebar", "frame"),
    ],
)  # fmt: skip
def test_names_are_whole_words(name: str, kind: str) -> None:
    from lxml import etree

    assert named_(etree.Element("div", {"class": name}))[0] == kind


@pytest.mark.parametrize("name", FRAMES)
def test_a_container_below_a_lede_may_have_any_name(name: str) -> None:
    page = frame(
        f'<h1>{TITLE}</h1><p class="summary">{P[0]}</p><div class="{name}"><div class="t">{ps(P[1:])}</div></div>'
    )
    article = read(page, "https://www.sahifa-example.com/news/1")
    assert f1("\n".join(P), "\n".join([article.lede or "", article.body])) == 1


def test_a_poem_of_short_lines_is_a_text() -> None:
    verses = [" ".join(text.split()[i : i + 4]) for text in P for i in (0, 4)]
    for joined in ("<br>".join(verses), "".join(f"<p>{verse}</p>" for verse in verses)):
        page = frame(f'<h1>{TITLE}</h1><div class="date">07 أكتوبر 2024</div><div class="t">{joined}</div>')
        assert read(page, "https://www.sahifa-example.com/news/1").body.split("\n\n") == verses


def test_a_box_of_the_frame_within_the_text_is_left_out() -> None:
    box = '<div class="newsletter"><h4>النشرة البريدية</h4><p>توصل بأهم الأخبار كل صباح في بريدك، ويمكنك إلغاء الاشتراك متى شئت.</p></div>'
    page = frame(f'<h1>{TITLE}</h1><div class="t">{ps(P[:3])}{box}<h3>{SUBHEAD}</h3>{ps(P[3:])}</div>')
    assert read(page, "https://www.sahifa-example.com/news/1").body.split("\n\n") == [*P[:3], SUBHEAD, *P[3:]]
