import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from newscrawl.kit.explain import explain
from newscrawl.sites import Markup, Site
from tests.conftest import RECORDING, scrapy
from tests.loopback import article

NOW = dt.datetime(2024, 3, 28, 12, tzinfo=dt.UTC)
SITE = Site(
    name="كود",
    domain="goud.ma",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"^/story-\d+$",
    discover=[],
    markup=[
        Markup(title=["h1.gone", "h1.heading"], date="span.date", body="div.articlecontent p", version="2")
    ],
)
URL = "https://www.goud.ma/story-7"


def rows(text: str) -> dict[str, list[str]]:
    """The lines of an explanation, by their first word."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line:
            found.setdefault(line.split()[0], []).append(line)
    return found


def test_each_field_with_its_origin_and_the_selector_that_found_it() -> None:
    told = explain(article(7).encode(), URL, site=SITE, now=NOW)
    assert told.accepted
    found = rows(told.text)
    assert found["title"][0].split(maxsplit=3) == ["title", "markup", "h1.heading", "خبر محلي رقم 7"]
    assert found["body"][0].split()[1:5] == ["markup", "div.articlecontent", "p", "63"]
    assert found["day"][0].split() == ["day", "markup", "span.date", "2024-03-27"]
    assert "markup 2" in found["site"][0]
    assert found["published"][0].split()[:4] == ["published", "markup", "span.date", "chosen"]


def test_where_each_field_was_found() -> None:
    linked = {
        "@type": "NewsArticle",
        "headline": "خبر محلي رقم 7",
        "articleSection": "اقتصاد",
        "author": {"@type": "Person", "name": "ليلى الصبان"},
        "image": "https://www.goud.ma/7.jpg",
    }
    page = article(7).replace(
        "<head>",
        f"<head><script type='application/ld+json'>{json.dumps(linked, ensure_ascii=False)}</script>"
        "<meta name='news_keywords' content='ماء، طرق'>",
    )
    # The first selector of the title finds an element without a text: it did not give the title.
    empty = page.replace("<body>", "<body><h2 class=empty></h2>")
    site = replace(SITE, markup=[Markup(title=["h2.empty", "h1.heading"])])
    found = rows(explain(empty.encode(), URL, site=site, now=NOW).text)
    assert found["title"][0].split()[1:3] == ["markup", "h1.heading"]
    found = rows(explain(page.encode(), URL, now=NOW).text)
    assert {name: found[name][0].split()[1:3] for name in ("authors", "section", "tags", "images")} == {
        "authors": ["jsonld", "author"],
        "section": ["jsonld", "articleSection"],
        "tags": ["meta", "news_keywords"],
        "images": ["jsonld", "image"],
    }


def test_why_a_date_was_refused() -> None:
    page = article(7, day="نشر يوم 21130").replace(
        "<head>",
        "<head><meta property='article:published_time' content='2031-03-27T10:00:00Z'>"
        "<meta name='pubdate' content='منذ شهرين'>",
    )
    told = explain(page.encode(), URL, site=SITE, now=NOW).text
    assert "refused: 21130 is not a day" in told
    assert "refused: it is in the future" in told
    assert "chosen, but names" in told


def test_a_date_that_was_outvoted_is_shown() -> None:
    page = article(7).replace("<head>", "<head><meta name='date' content='2024-03-01'>")
    assert "outvoted: it says 2024-03-01" in explain(page.encode(), URL, site=SITE, now=NOW).text


def test_why_a_page_was_rejected() -> None:
    told = explain(article(7).split("<div")[0].encode(), "https://www.goud.ma/about", site=SITE)
    assert not told.accepted
    assert "rejected: no_body" in told.text
    assert "does not match the site's article pattern" in told.text


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"%PDF-1.7", b"<" * 10_000])
def test_no_page_raises_an_error(body: bytes) -> None:
    assert not explain(body, "https://www.goud.ma/story-7", site=SITE, now=NOW).accepted


class TestCommand:
    """``scrapy try`` as a user runs it, without a MongoDB."""

    def test_a_page_of_a_declared_site(self) -> None:
        done = scrapy(
            "try", "https://www.alayam24.com/articles-90015.html", "-s", f"REPLAY={RECORDING}",
            MONGODB_URI="mongodb://127.0.0.1:1",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "الأيام 24 (alayam24.com)" in done.stdout
        assert "h1.heading" in done.stdout
        assert "INFO" not in done.stderr

    def test_a_saved_page(self, tmp_path: Path) -> None:
        saved = tmp_path / "page.html"
        saved.write_text(article(7), encoding="utf-8")
        done = scrapy("try", str(saved), "--url", "https://www.example.ma/7")
        assert done.returncode == 0, done.stderr
        assert "no spider declares it" in done.stdout
        nameless = scrapy("try", str(saved))
        assert nameless.returncode == 2
        assert "pass it with --url" in nameless.stderr

    def test_a_site_that_does_not_answer(self) -> None:
        done = scrapy("try", "http://127.0.0.1:9/", "-s", "RETRY_TIMES=0")
        assert done.returncode == 3
        assert "could not be read (refused)" in done.stderr
        assert "Traceback" not in done.stderr
