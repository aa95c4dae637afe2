from __future__ import annotations

import pytest

from newscrawl.items import RawArticle
from newscrawl.page import clean_article, extract
from newscrawl.page.bylines import people
from tests.page_shapes import TITLE, P, ps

SITE = ["صحيفة المثال", "sahifa-example.com"]
ONE, TWO = "سالم الحربي", "سعاد بناني"

LINES = [
    ("name", ONE, [ONE]),
    ("verb", f"كتبت {TWO}", [TWO]),
    ("verb, dash and colon", f"كتب- {ONE}:", [ONE]),
    ("verb, two by dash", f"كتب - {ONE} - {TWO}", [ONE, TWO]),
    ("verb, two joined", f"كتب {ONE} و{TWO}", [ONE, TWO]),
    ("two joined apart", f"{ONE} و {TWO}", [ONE, TWO]),
    ("two by comma, place", f"{ONE}، {TWO} - حائل", [ONE, TWO]),
    ("given name in waw", "محمد عبد الله وليد حسن", ["محمد عبد الله وليد حسن"]),
    ("son in waw", "محمد ولد عبد الرحمن", ["محمد ولد عبد الرحمن"]),
    ("surname in waw", "عبد الله أحمد ويحمان", ["عبد الله أحمد ويحمان"]),
    ("son of one in waw", "سعيد بن واعزيز علوي", ["سعيد بن واعزيز علوي"]),
    ("honorific", f"بقلم: د. {ONE}", [f"د. {ONE}"]),
    ("initials", "ق.و", ["ق.و"]),
    ("initial", "الجزائر: ح.سليمان", ["ح.سليمان"]),
    ("star", f"صحيفة المثال - {TWO}*", [TWO]),
    ("place after", f"{ONE} - حائل", [ONE]),
    ("place before", f"حائل - {ONE}", [ONE]),
    ("place, dash at it", f"حائل- {ONE}", [ONE]),
    ("place by colon", f"واشنطن: {TWO}", [TWO]),
    ("place in brackets", f"{ONE} (حائل)", [ONE]),
    ("place by from", f"{ONE} من باريس", [ONE]),
    ("place of two words", f"الدار البيضاء - {ONE}", [ONE]),
    ("place of two words after", f"{ONE} - المدينة المنورة", [ONE]),
    ("place alone", "الرباط", []),
    ("site, tatweel", f"صحيفة المثال ـ {TWO}", [TWO]),
    ("site, colon", f"صحيفة المثال : {TWO}", [TWO]),
    ("site from a place", "صحيفة المثال من أزيلال", []),
    ("site, from a place", "صحيفة المثال - من أزيلال", []),
    ("site's desk", "صحيفة المثال الرياضية", []),
    ("newspaper, from a place", "هسبريس من أزيلال", []),
    ("quoted newspaper", "الرياض - «المثال اليومية»", []),
    ("agencies, place", "وكالات - أبوظبي", []),
    ("place, agency", "الرياض - واس", []),
    ("place of two words, agency", "شرم الشيخ (أ ش أ)", []),
    ("foreign place, agency", "بوينس آيرس - د ب أ", []),
    ("site, agency", "صحيفة المثال - و.م.ع", []),
    ("verb, agency", "كتب: رويترز", []),
    ("verb, agencies beside", f"كتب {ONE} - وكالات", [ONE]),
    ("job after", f"{ONE}، كاتب وباحث", [ONE]),
    ("job and place after", f"{ONE} - مراسل الشبكة في باريس", [ONE]),
    ("job alone", "محررة الشؤون السياسية", []),
    ("desk", "هيئة التحرير", []),
    ("photographer", f"تقرير: {TWO}، تصوير: {ONE}", [TWO]),
    ("photographer alone", f"تصوير: {ONE}", []),
    ("verb alone", "بقلم", []),
    ("alias", "admin", []),
    ("date", "السبت 19 شتنبر 2026", []),
    ("time ago", "منذ ساعتين", []),
    ("heading of a box", "عن الكاتب", []),
    ("label of a screen reader", f"Author, {TWO}", [TWO]),
    ("spaces", " " * 20_000 + ONE, [ONE]),
    ("no line", f"{ONE}، " * 1000, []),
    ("role", "Role, مراسلة شؤون المناخ", []),
]  # fmt: skip


@pytest.mark.parametrize(("line", "names"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_people_in_an_author_line(line: str, names: list[str]) -> None:
    assert people(line, SITE) == names


BOXES = [
    ("link", f'<div><a href="/author/12">{ONE}</a> <span>منذ يومين</span></div>', [ONE]),
    ("rel", f'<div><a rel="author" href="/u/12">{ONE}</a></div>', [ONE]),
    (
        "two links",
        f'<div class="author"><a href="/writers/1">{ONE}</a> <a href="/writers/2">{TWO}</a></div>',
        [ONE, TWO],
    ),
    (
        "list",
        f"<ul><li><b>Author, </b>{ONE}</li><li><b>Role, </b>مراسل</li><li><b>Author, </b>{TWO}</li></ul>",
        [ONE, TWO],
    ),
    ("place", f'<p class="author">{ONE} - حائل</p>', [ONE]),
    ("link elsewhere", f'<div><a href="/tag/12">{ONE}</a></div>', []),
    ("all articles", '<div class="author"><a href="/author/1">جميع المقالات</a></div>', []),
]


@pytest.mark.parametrize(("box", "names"), [case[1:] for case in BOXES], ids=[case[0] for case in BOXES])
def test_people_around_the_headline(box: str, names: list[str]) -> None:
    page = f'<html><body><h1>{TITLE}</h1>{box}<div class="t">{ps()}</div></body></html>'
    assert extract(page.encode(), "https://www.sahifa-example.com/news/1").authors == names


def test_an_author_line_before_the_text_names_people_only() -> None:
    line = f"صحيفة المثال - {TWO} - الرباط"
    raw = RawArticle(url="https://example.ma/1", publisher=SITE[0], body=[line, *P])
    assert clean_article(raw).authors == [TWO]
