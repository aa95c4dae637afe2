"""Pages in the shapes of Arabic news sites, read without a site declaration."""

from __future__ import annotations

import datetime as dt

import pytest

from newscrawl.page import check, extract, read
from tests.page_corpus import CORPUS
from tests.page_shapes import HEADLINES, SHAPES, P, Shape, cards, frame, french, listing, without_body

NOW = dt.datetime(2024, 10, 9, 10, 2, tzinfo=dt.UTC)
each = pytest.mark.parametrize("shape", CORPUS, ids=lambda shape: shape.name)


@each
def test_body_is_the_article_and_nothing_else(shape: Shape) -> None:
    article = read(shape.html, shape.url, now=NOW)
    assert article.body.split("\n\n") == list(shape.body)
    for stranger in shape.without:
        assert stranger not in article.body


@each
def test_title_and_lede(shape: Shape) -> None:
    article = read(shape.html, shape.url, now=NOW)
    assert (article.title, article.lede) == (shape.title, shape.lede)


@each
def test_day_and_time_are_the_article_s(shape: Shape) -> None:
    article = read(shape.html, shape.url, now=NOW)
    assert article.published is not None
    assert (article.day, (article.published.time or "")[:5]) == (shape.day, shape.time or "")


@each
def test_page_is_an_article(shape: Shape) -> None:
    article = read(shape.html, shape.url, now=NOW)
    assert check(article) is None
    assert article.lang == "ar"
    assert article.source == "sahifa_example"


@each
def test_every_field_names_its_origin(shape: Shape) -> None:
    article = read(shape.html, shape.url, now=NOW)
    assert {"title", "body", "dates"} <= set(article.origins)
    assert set(article.origins.values()) <= {"markup", "jsonld", "meta", "microdata", "generic", "url"}


def test_an_author_after_a_verb_and_a_site_declared_as_a_person() -> None:
    shape = next(shape for shape in SHAPES if "class updated" in shape.name)
    assert read(shape.html, shape.url).authors == ["سلمى الإدريسي"]
    person = shape.html.replace(
        b'"@type": "NewsArticle"', '"@type": "NewsArticle", "author": "صحيفة المثال"'.encode()
    )
    assert read(person, shape.url).authors == ["سلمى الإدريسي"]


def test_same_bytes_give_the_same_article() -> None:
    for shape in SHAPES:
        assert read(shape.html, shape.url, now=NOW) == read(shape.html, shape.url, now=NOW)


def test_a_listing_with_a_description_is_not_an_article() -> None:
    about = f"<p>{P[0]}</p>"
    for heading in ("أخبار المدن والجهات اليوم", "مجتمع"):
        page = frame(f'<h1>{heading}</h1>{about}<div class="grid">{cards(12)}</div>', title=heading)
        refused = check(read(page, "https://www.sahifa-example.com/city/page/2"))
        assert refused is not None
        assert refused[0] == "listing"


def test_the_clock_of_the_page_is_not_the_date_of_an_article() -> None:
    page = listing()
    assert not [
        date for date in extract(page, "https://www.sahifa-example.com/").dates if "9 أكتوبر" in date.text
    ]


def test_listing_without_body_and_french() -> None:
    url = "https://www.sahifa-example.com/news/1.html"
    refused = check(read(listing(), url))
    assert refused is not None
    assert refused[0] == "listing"
    refused = check(read(without_body(), url))
    assert refused is not None
    assert refused[0] == "no_body"
    article = read(french(), url)
    assert check(article) is None
    assert article.lang == "fr"
    assert HEADLINES[0] not in article.body
