# ruff: noqa: E501 (pages are long lines)
"""From the content of a page to the stored article."""

from __future__ import annotations

import datetime as dt
import os
import re
from html import escape
from pathlib import Path

import pytest

from newscrawl.items import OfferedDate, RawArticle
from newscrawl.page import check, clean_article, read
from newscrawl.page.bylines import agencies, dateline
from newscrawl.sites import Markup, Site
from newscrawl.sites.sources import resolve
from newscrawl.text import clean
from tests.assembled import assembled
from tests.page_shapes import HEADLINES, TITLE, P

NOW = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
AGGREGATOR = Site(
    name="مغرس",
    domain="maghress.com",
    country="MA",
    timezone="Africa/Casablanca",
    article=r"^/(?:fr/)?[a-z0-9_-]+/\d+$",
    aggregator=True,
    publisher=r"^/(?:fr/)?(?P<source>[a-z0-9_-]+)/\d+$",
    discover=[],
    markup=[
        Markup(
            title="span.articletitle",
            date="span.articlenewspaper",
            publisher="span.articlenewspaper a",
            body="span.articlecontent",
            cut=[r"انقر هنا لقراءة الخبر من مصدره\.?"],
        )
    ],
)


def aggregated(ticker: str, title: str, paragraphs: list[str], paper: str, day: str, closing: str) -> bytes:
    """A page of the aggregator: a ticker, a notice, the article in several spans, a closing line."""
    half = len(paragraphs) // 2
    spans = "".join(
        f'<span class="articlecontent">{"<br/><br/>".join(map(escape, part))}</span>'
        for part in (paragraphs[:half], paragraphs[half:])
    )
    return f"""<html><head><meta charset="utf-8"><title>مغرس : {escape(title)}</title></head><body>
<div class="ticker">{ticker}</div>
<div>شكرا على الإبلاغ!<br>سيتم حجب هذه الصورة تلقائيا عندما يتم الإبلاغ عنها من طرف عدة أشخاص.</div>
<span class="articletitle">{escape(title)}</span><br/><span class="articlenewspaper">نشر في <a href="/x">{paper}</a> يوم {day}</span><br/>
{spans}<br/><span class="articlecontent"><a href="/y">{closing}</a></span></body></html>""".encode()


CLOSING = "انقر هنا لقراءة الخبر من مصدره."
PAGE = aggregated("    ".join(HEADLINES * 5), TITLE, list(P), "الأيام 24", "21130", CLOSING)


@pytest.mark.parametrize("site", [AGGREGATOR, None], ids=["declared", "generic"])
def test_aggregated_page(site: Site | None) -> None:
    article = read(PAGE, "https://www.maghress.com/alayam24/21130", site=site, now=NOW)
    assert (article.title, article.body.split("\n\n")) == (TITLE, list(P))
    assert article.day is None
    assert article.published_raw == "نشر في الأيام 24 يوم 21130"
    assert article.published_missing == '"نشر في الأيام 24 يوم 21130": 21130 is not a day'
    assert check(article, site) is None


def test_aggregated_article_belongs_to_its_newspaper() -> None:
    article = read(PAGE, "https://www.maghress.com/alayam24/21130", site=AGGREGATOR, now=NOW)
    assert (article.source, article.source_name, article.country) == ("alayam24", "الأيام 24", "MA")
    assert (article.site, article.via) == ("maghress", "maghress")
    unknown = aggregated("", TITLE, list(P), "جريدة مجهولة", "07 - 10 - 2024", CLOSING)
    article = read(unknown, "https://www.maghress.com/majhoula/5", site=AGGREGATOR, now=NOW)
    assert (article.source, article.source_name, article.country) == ("majhoula", "جريدة مجهولة", "MA")


@pytest.mark.parametrize("site", [AGGREGATOR, None], ids=["declared", "generic"])
@pytest.mark.skipif("NEWSCRAWL_SEED" not in os.environ, reason="NEWSCRAWL_SEED is not set")
def test_real_aggregated_text(site: Site | None) -> None:
    """The text of a real page, wrapped in the aggregator's markup."""
    text = Path(os.environ["NEWSCRAWL_SEED"]).read_text("utf-8")
    ticker, _, rest = text.partition("شكرا على الإبلاغ!")
    lines = [line for line in map(str.strip, rest.splitlines()) if line][1:]
    title, credit, *paragraphs, closing = lines
    day = credit.rsplit(" ", 1)[1]
    page = aggregated(escape(ticker), title, paragraphs, "الأيام 24", day, closing)
    article = read(page, f"https://www.maghress.com/alayam24/{day}", site=site, now=NOW)
    assert article.title == clean(title)
    assert article.body.split("\n\n") == [clean(paragraph) for paragraph in paragraphs]
    assert article.body.startswith("قد تفتح الزيارة الملكية")
    assert (article.day, article.published_raw) == (None, credit)
    assert not re.search(r"الإبلاغ|انقر هنا", article.body)


def test_cleaned_article_repeats_nothing() -> None:
    raw = RawArticle(
        url="https://example.ma/1",
        title="المغـرب يفوز",
        lede="خلاصة  الخبر.",
        body=["المغرب يفوز", "خلاصة الخبر.", "نص\u200f المقال.", "نص المقال.", " ", "تتمة."],
        tags=["رياضة", "رياضة"],
    )
    done = clean_article(raw)
    assert (done.title, done.lede, done.body) == ("المغرب يفوز", "خلاصة الخبر.", ["نص المقال.", "تتمة."])
    assert done.tags == ["رياضة"]
    assert clean_article(done) == done


def test_an_author_line_before_the_text_is_not_a_paragraph() -> None:
    raw = RawArticle(
        url="https://example.ma/1",
        publisher="أخبارنا المغربية",
        body=["أخبارنا المغربية - سلمى الإدريسي", *P],
    )
    done = clean_article(raw)
    assert done.body == list(P)
    assert done.byline == "أخبارنا المغربية - سلمى الإدريسي"


def test_dates_in_both_calendars() -> None:
    raw = RawArticle(
        url="https://www.alayam24.com/articles-1.html",
        dates=[OfferedDate(text="2024-03-27 14:30", origin="markup")],
    )
    article = assembled(raw, AGGREGATOR, NOW)
    assert (article.day, article.hijri_day, article.hijri_month) == ("2024-03-27", "1445-09-16", "1445-09")
    assert article.hijri_day_uaq == "1445-09-17"
    assert article.published_at == dt.datetime(2024, 3, 27, 14, 30, tzinfo=dt.UTC)
    assert article.published is not None
    assert (article.published.time, article.published.origin) == ("14:30", "markup")


def test_a_known_newspaper_gives_its_clock_without_a_site() -> None:
    raw = RawArticle(
        url="https://www.youm7.com/story/1", dates=[OfferedDate(text="2024-01-10T22:30:00Z", origin="meta")]
    )
    article = assembled(raw)
    assert (article.source, article.source_name, article.country) == ("youm7", "اليوم السابع", "EG")
    assert article.day == "2024-01-11"
    raw.url = "https://www.unknown-example.com/1"
    assert (assembled(raw).day, assembled(raw).country) == ("2024-01-10", None)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["الرباط - و م ع", ""], ["و م ع"]),
        (["الرباط (و م ع) - انطلقت اليوم أشغال القمة."], ["و م ع"]),
        (["القاهرة - رويترز: قال مسؤول إن المحادثات مستمرة."], ["رويترز"]),
        (["وكالات - أبوظبي"], ["وكالات"]),
        (["أ ف ب"], ["أ ف ب"]),
        (["انتهى الخبر هنا. (أ ف ب، رويترز)"], ["أ ف ب", "رويترز"]),
        (["قال الوزير إن وكالة رويترز أخطأت في نقل الخبر عنه."], []),
        (["محمد العلوي"], []),
    ],
)
def test_agencies(lines: list[str], found: list[str]) -> None:
    assert agencies(lines) == found


def test_dateline() -> None:
    assert dateline("القاهرة - رويترز: قال مسؤول إن المحادثات مستمرة.") == "القاهرة - رويترز"
    assert dateline("قال مسؤول - وهو وزير سابق - إن المحادثات مستمرة.") is None


@pytest.mark.parametrize(
    ("name", "slug"),
    [("الأيام 24", "alayam24"), ("الايام24", "alayam24"), ("almassae", "almassaa"), ("هسبريس", "hespress"),
     ("الاتحاد الإشتراكي", "alittihad"), ("أخبارنا المغربية", "akhbarona"), ("youm7.com", "youm7")],
)  # fmt: skip
def test_newspapers_by_every_name(name: str, slug: str) -> None:
    found = resolve(name)
    assert found is not None
    assert found.slug == slug
    assert resolve(found.slug) == resolve(found.name) == found


def test_unknown_newspaper() -> None:
    assert resolve("جريدة لا يعرفها أحد") is None
    assert resolve("") is None


def test_repeated_refrains_and_signs_stay() -> None:
    refrain = "يا ليل الصب متى غده"
    lines = [P[0], "* *", refrain, "أقيام الساعة موعده", refrain, "* *", "أولا", P[1], "أولا", P[2]]
    assert clean_article(RawArticle(url="https://example.ma/1", body=lines)).body == lines


def test_repeated_long_lines_and_whole_texts_are_removed() -> None:
    assert clean_article(RawArticle(url="https://example.ma/1", body=[*P, P[0]])).body == list(P)
    verses = [f"بيت قصير رقم {number}" for number in range(4)]
    assert clean_article(RawArticle(url="https://example.ma/1", body=verses * 2)).body == verses


def test_style_sheets_of_a_widget_are_not_text() -> None:
    style = ".poll-box{color:#fff;margin:0 auto} .poll-box a:hover { color: red }"
    article = assembled(
        clean_article(RawArticle(url="https://example.ma/1", body=[style, f"{P[0]} {style}", P[1]]))
    )
    assert article.body.split("\n\n") == list(P[:2])
    assert article.lang == "ar"


@pytest.mark.parametrize(
    ("domain", "country", "clock"),
    [("akhbarelyom.com", "EG", "Africa/Cairo"), ("alyaum.com", "SA", "Asia/Riyadh"), ("assabah.com.tn", "TN", "Africa/Tunis"),
     ("sabq.org", "SA", "Asia/Riyadh"), ("annasronline.com", "DZ", "Africa/Algiers"), ("dostor.org", "EG", "Africa/Cairo")],
)  # fmt: skip
def test_a_newspaper_known_by_its_address_gives_country_and_clock(
    domain: str, country: str, clock: str
) -> None:
    found = resolve(domain)
    assert found is not None
    assert (found.country, found.timezone) == (country, clock)
    raw = RawArticle(
        url=f"https://www.{domain}/1", dates=[OfferedDate(text="2024-01-10T12:30:00Z", origin="meta")]
    )
    article = assembled(raw)
    assert (article.country, article.published and article.published.timezone) == (country, clock)
