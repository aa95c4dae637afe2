# ruff: noqa: E501 (pages are long lines)
"""Where on a page the article's day is, and where another day is."""

from __future__ import annotations

import datetime as dt

import pytest

from newscrawl.page import extract, read
from newscrawl.sites import Markup, Site
from tests.page_mutations import OTHER
from tests.page_shapes import HEADLINES, TITLE, P, frame, ps

URL = "https://www.sahifa-example.com/news/1.html"
NOW = dt.datetime(2024, 10, 9, 10, tzinfo=dt.UTC)
BODY = f'<div class="t">{ps()}</div>'

PLACES = [
    ("footer of a node", f'<article class="node"><h1>{TITLE}</h1><footer class="submitted"><span>الإثنين 7 أكتوبر 2024</span></footer>{BODY}</article>'),
    ("footer with a link", f'<article class="node"><h1>{TITLE}</h1><footer><a href="/u/1">المحرر</a> <span>الإثنين 7 أكتوبر 2024</span></footer>{BODY}</article>'),
    ("footer below the text", f'<article><h1>{TITLE}</h1>{BODY}<footer class="entry-footer"><span>الإثنين 7 أكتوبر 2024</span></footer></article>'),
    ("header below the headline", f'<div class="single"><h1>{TITLE}</h1><header class="entry-header"><span class="date">7 أكتوبر 2024</span></header>{BODY}</div>'),
    ("header of the article", f'<article><header><h1>{TITLE}</h1></header><header><span>7 أكتوبر 2024</span></header>{BODY}</article>'),
    ("RDFa of Drupal 7", f'<div class="node"><h1>{TITLE}</h1><span property="dc:date dc:created" content="2024-10-07T18:45:00+01:00" datatype="xsd:dateTime">منذ مدة</span>{BODY}</div>'),
    ("RDFa of Drupal 8", f'<article><h1>{TITLE}</h1><div class="meta">أضيف <span property="schema:dateCreated" content="2024-10-07T17:45:00+00:00" class="hidden"></span></div>{BODY}</article>'),
    ("agency and label in one line", f'<h1>{TITLE}</h1><div>صحيفة المثال | و.م.ع نشر في: 7 أكتوبر 2024 على الساعة</div>{BODY}'),
    ("label after two names", f'<h1>{TITLE}</h1><div>سلمى الإدريسي من الرباط | قسم الأخبار | نشر بتاريخ 07/10/2024</div>{BODY}'),
    ("long label of an aggregator", f'<h1>{TITLE}</h1><p>نشر في صحيفة المثال المغربية المستقلة الشاملة يوم 07 - 10 - 2024</p>{BODY}'),
    ("printed beside a value that is none", f'<h1>{TITLE}</h1><p>بقلم المحرر <time datetime="just now">7 أكتوبر 2024</time> في المدينة</p>{BODY}'),
    ("printed beside a zero", f'<h1>{TITLE}</h1><p><time datetime="0000-00-00T00:00:00">7 أكتوبر 2024</time></p>{BODY}'),
]  # fmt: skip


@pytest.mark.parametrize("page", [case[1] for case in PLACES], ids=[case[0] for case in PLACES])
def test_the_day_is_found_and_its_line_is_not_a_paragraph(page: str) -> None:
    article = read(frame(page), URL, now=NOW)
    assert article.day == "2024-10-07"
    assert article.body.split("\n\n") == list(P)


PAPERS = [
    "كود",
    "صحيفة المثال | و.م.ع",
    "صحيفة المثال المغربية المستقلة",
    "صحيفة المثال المغربية المستقلة الشاملة الصادرة كل صباح في العاصمة",
]


@pytest.mark.parametrize("paper", PAPERS, ids=["short", "agency", "long", "longer"])
@pytest.mark.parametrize(
    "line",
    [
        "نشر في {} يوم 07 - 10 - 2024",
        'نشر في <a href="/p">{}</a> يوم 07 - 10 - 2024',
        "{} نشر في: 7 أكتوبر 2024",
        "{} - نشر في 7 أكتوبر 2024 الساعة 12 و 30 دقيقة",
        "نشر في: 7 أكتوبر 2024 الساعة 12:30 بواسطة {}",
        "نشر في 07/10/2024 على الساعة 12:30 من طرف جريدة {}",
        "تم النشر من طرف {} في 7 أكتوبر 2024",
    ],
)
@pytest.mark.parametrize("where", ["above", "amid", "below"])
def test_a_line_with_only_newspaper_and_day_gives_the_day(line: str, paper: str, where: str) -> None:
    said, (first, rest) = f"<p>{line.format(paper)}</p>", (ps(P[:1]), ps(P[1:]))
    text = {"above": said + first + rest, "amid": first + said + rest, "below": first + rest + said}[where]
    article = read(frame(f'<div class="t"><h1>{TITLE}</h1>{text}</div>'), URL, now=NOW)
    assert (article.day, article.body.split("\n\n")) == ("2024-10-07", list(P))


@pytest.mark.parametrize(
    "sentence",
    [
        "وكان الكتاب قد نشر في القاهرة يوم 7 أكتوبر 2024",
        "نشر في مجلة المدينة يوم 7 أكتوبر 2024 مقال جديد حول تاريخ الأسوار",
        "نشر في 7 أكتوبر 2024، وأكد الوزير أن المشروع سيكون جاهزا في الصيف",
        "المرسوم الذي نشر في الجريدة الرسمية عدد 6775 بتاريخ 7 أكتوبر 2024",
        "بعد مرور عام على الحادث، نشر في: 7 أكتوبر 2024",
        "نشرت الوزارة في موقعها يوم 7 أكتوبر 2024 لائحة المستفيدين من البرنامج",
    ],
)
def test_a_sentence_about_what_was_published_stays(sentence: str) -> None:
    page = frame(f'<div class="t"><h1>{TITLE}</h1>{ps(P[:1])}<p>{sentence}</p>{ps(P[1:])}</div>')
    assert sentence in read(page, URL, now=NOW).body


@pytest.mark.parametrize(
    "page",
    [
        f'<header><span class="date">9 أكتوبر 2024</span></header><h1>{TITLE}</h1>{BODY}',
        f'<h1>{TITLE}</h1>{BODY}<footer><p>9 أكتوبر 2024</p></footer>',
        f'<article><h1>{TITLE}</h1>{BODY}</article><article><h2>{HEADLINES[1]}</h2><time datetime="2024-10-05">5 أكتوبر 2024</time>{ps(OTHER)}</article>',
    ],
)  # fmt: skip
def test_the_day_of_the_page_or_of_another_article_is_not_the_article_s(page: str) -> None:
    assert read(frame(page), URL, now=NOW).day is None


@pytest.mark.parametrize("list_", ["above", "below"])
def test_the_day_in_the_address_takes_precedence_over_a_neighbour_s(list_: str) -> None:
    others = f"<ul><li>{HEADLINES[0]} 29 جويلية 2024</li><li>{HEADLINES[1]} 28 جويلية 2024</li></ul>"
    page = f"{others if list_ == 'above' else ''}<h1>{TITLE}</h1>{BODY}{others if list_ == 'below' else ''}"
    url = "https://www.sahifa-example.com/40867-2024-10-07-21-07-13"
    assert read(frame(page), url, now=NOW).day == "2024-10-07"


def test_a_declared_date_that_cannot_be_read_leaves_the_page_to_decide() -> None:
    site = Site(
        name="صحيفة المثال",
        domain="sahifa-example.com",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"/news/\d+\.html$",
        discover=[],
        markup=[Markup(title="h1", body=".t p", date="time::attr(datetime)")],
    )
    page = f'<h1>{TITLE}</h1><time datetime="0000-00-00">7 أكتوبر 2024</time>{BODY}'
    assert read(frame(page), URL, site=site, now=NOW).day == "2024-10-07"


def test_date_candidates_are_bounded() -> None:
    nested = "<span class=date>7 أكتوبر 2024 " * 500
    page = f"<h1>{TITLE}</h1>{nested}{'</span>' * 500}{BODY}"
    assert len(extract(frame(page), URL, now=NOW).dates) <= 60
