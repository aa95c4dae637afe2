# ruff: noqa: E501 (tables of lines)
"""Author lines, agencies and datelines as newspapers print them: places, desks and newspapers are not people."""

from __future__ import annotations

import itertools

import pytest

from newscrawl.items import RawArticle
from newscrawl.page import clean_article
from newscrawl.page.boilerplate import kind
from newscrawl.page.bylines import agencies, dateline, is_signature, people
from tests.assembled import assembled
from tests.page_shapes import P

ONE, TWO, THREE = "سالم الحربي", "سعاد بناني", "عبد الرحمن بن عيسى"
PLACES = (
    "الرياض", "لندن", "عمان", "رام الله", "المدينة المنورة", "حفر الباطن", "خميس مشيط", "دومة الجندل", "الجبيل الصناعية",
    "تل أبيب", "سان فرانسيسكو", "إسلام أباد", "كوالا لمبور", "بني ملال", "سيدي بلعباس", "كفر الشيخ", "القدس المحتلة",
)  # fmt: skip
AGENCIES = {
    "واس": "واس", "رويترز": "رويترز", "أ ف ب": "أ ف ب", "أ.ف.ب": "أ ف ب", "د. ب. أ": "د ب أ", "و.م.ع": "و م ع",
    "الوكالات": "وكالات", "وكالات": "وكالات", "الفرنسية": "أ ف ب", "الأناضول": "الأناضول", "أ ش أ": "أ ش أ",
}  # fmt: skip
CREDITED = (
    "{place}: {agency}",
    "{place} - {agency}",
    "{place} ({agency})",
    "{place}-{agency}",
    "{place} ـ {agency}",
    "{place} – {agency}:",
    "{agency} - {place}",
    "{agency}- {place}:",
    "{place} / {agency}",
    "{agency} ({place})",
)
SIGNED = (
    "{name} - {place}",
    "{place} - {name}",
    "{place}: {name}",
    "{name} ({place})",
    "{name}، {place}",
    "{place}- {name}:",
    "{name} من {place}",
    "كتب: {name} - {place}",
    "{place} ـ {name}",
    "{name} | {place}",
    "{place} / {name}",
    "إعداد: {name} - {place}",
)


def spread(forms: tuple[str, ...], *parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every form and every place once, in combination with the others in turn."""
    first, *rest = parts
    return [
        (form, one, *(other[(i + j) % len(other)] for other in rest))
        for (i, form), (j, one) in itertools.product(enumerate(forms), enumerate(first))
    ]


@pytest.mark.parametrize(("form", "place", "spelling"), spread(CREDITED, PLACES, tuple(AGENCIES)))
def test_a_place_with_an_agency_names_the_agency_and_no_person(form: str, place: str, spelling: str) -> None:
    line = form.format(place=place, agency=spelling)
    assert agencies([line]) == [AGENCIES[spelling]]
    assert people(line) == []


@pytest.mark.parametrize(("form", "place", "name"), spread(SIGNED, PLACES, (ONE, TWO, THREE)))
def test_a_place_with_a_name_names_the_person_alone(form: str, place: str, name: str) -> None:
    line = form.format(place=place, name=name)
    assert people(line) == [name]
    assert agencies([line]) == []


NOBODY = (
    "الرياض-الوئام", "الرياض الإلكتروني", "الرياض الالكتروني", "متابعة - الرياض الالكتروني", "المثال أونلاين", "رام الله", "عمّان",
    "هيئة التحرير", "قسم الأخبار", "مكتب الرباط", "القسم الرياضي", "فريق التحرير", "وحدة التحقيقات", "المحرر السياسي", "كتب: قسم المحليات",
    "إعداد وتصوير", "ترجمة وإعداد", "محرر الشؤون الخارجية", "اليوم السابع", "الشرق الأوسط", "المصري اليوم", "العربية نت",
    "«المثال الجديد»", "لندن: «الشرق الأوسط»", "تصوير: سالم الحربي", "عدسة/ سالم الحربي", "تصوير - سالم الحربي", "عدسة: سالم الحربي",
    "مدير التصوير: سالم الحربي", "نجران :م واس", "أ ف ب ورويترز", "رويترز / أ ف ب", "وكالات ـ متابعات", "(الفرنسية):", "© رويترز",
    "إدارة الموقع", "مراسل الشبكة", "من مراسلنا في باريس", "خاص بالموقع", "موقع المثال - متابعة", "الجزيرة نت - الدوحة", "أمير منطقة الباحة",
    "منذ يومين", "7 أكتوبر 2024", "لجنة التحكيم", "جامعة الملك سعود", "وزارة الصحة", "مصدر مطلع", "بوابة الأهرام", "سكاي نيوز عربية",
)  # fmt: skip


@pytest.mark.parametrize("line", NOBODY)
def test_places_desks_and_newspapers_are_not_authors(line: str) -> None:
    assert people(line) == []


SOMEBODY = [
    (f"تبوك - {THREE}:", [THREE]),
    (f"المدينة المنورة: {ONE}", [ONE]),
    (f"تل أبيب: {ONE} رام الله: {TWO}", [ONE, TWO]),
    (f"القاهرة: {ONE} فيينا: {TWO}", [ONE, TWO]),
    (f"الرياض {ONE}", [ONE]),
    (f"{ONE} / تصوير - {TWO}:", [ONE]),
    (f"{ONE} - عدسة: {TWO}", [ONE]),
    (f"ترجمة وإعداد ـ {TWO}", [TWO]),
    (f"تحقيق: {TWO} - تصوير: {ONE}", [TWO]),
    (f"كتب/ {ONE}", [ONE]),
    (f"كتب {ONE} وسعاد بناني - وكالات", [ONE, TWO]),
    (f"{ONE} (الرياض)، {TWO} (أبها)", [ONE, TWO]),
    (f"{ONE}- سبق- عسير:", [ONE]),
    (f"* {ONE} من الرياض", [ONE]),
    (f"قنا - {ONE}", [ONE]),
    (f"واشنطن: {ONE} - لندن: «الشرق الأوسط»", [ONE]),
    (f"متابعة - {ONE}", [ONE]),
    (f"Author, {ONE}", [ONE]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "names"), SOMEBODY)
def test_people_among_places_and_professions(line: str, names: list[str]) -> None:
    assert people(line) == names


OPENINGS = [
    ("واس- جدة:", "واس- جدة", ["واس"]),
    ("واس - الرياض:", "واس - الرياض", ["واس"]),
    ("رويترز (لندن) -", "رويترز (لندن)", ["رويترز"]),
    ("لندن: رويترز -", "لندن: رويترز", ["رويترز"]),
    ("الرباط (و م ع) -", "الرباط (و م ع)", ["و م ع"]),
    ("القدس المحتلة - وفا:", "القدس المحتلة - وفا", ["وفا"]),
    ("عواصم - وكالات:", "عواصم - وكالات", ["وكالات"]),
    ("الجزائر (أ.ف.ب) -", "الجزائر (أ.ف.ب)", ["أ ف ب"]),
    ("باريس / أ ف ب /", "باريس / أ ف ب", ["أ ف ب"]),
    ("القاهرة ـ أ ش أ:", "القاهرة ـ أ ش أ", ["أ ش أ"]),
    ("وكالات:", None, ["وكالات"]),
    ("", None, []),
    ("وأضاف المتحدث - وهو خبير سابق - في تصريح لرويترز:", None, []),
    ("ذكرت وكالة أنباء الصين الجديدة (شينخوا) نقلا عن مصدر:", None, []),
]


@pytest.mark.parametrize(("opening", "line", "credited"), OPENINGS)
def test_the_opening_of_a_text(opening: str, line: str | None, credited: list[str]) -> None:
    paragraph = f"{opening} {P[0]}".strip()
    assert dateline(paragraph) == line
    assert agencies([paragraph]) == credited


@pytest.mark.parametrize(
    "line",
    [
        "صحيفة المثال/ أ ف ب",
        "(رويترز)",
        "س.إ (د ب أ، رويترز)",
        "المصدر: وكالات",
        "الأيام 24 - و.م.ع",
        "وكالات",
    ],
)
def test_a_signature_ends_the_text_and_is_not_a_paragraph(line: str) -> None:
    raw = RawArticle(url="https://example.ma/1", publisher="صحيفة المثال", body=[*P, line])
    assert is_signature(line, ["صحيفة المثال"])
    assert assembled(raw).body.split("\n\n") == list(P)


@pytest.mark.parametrize("line", ["الرباط - و م ع", "واس- جدة:", "وكالات - أبوظبي", "صحيفة المثال - رويترز"])
def test_a_credit_line_before_the_text_is_not_a_paragraph(line: str) -> None:
    article = assembled(
        clean_article(RawArticle(url="https://example.ma/1", publisher="صحيفة المثال", body=[line, *P]))
    )
    assert article.body.split("\n\n") == list(P)
    assert article.agencies


@pytest.mark.parametrize(
    "line",
    [
        "© رويترز / سالم الحربي",
        "(c) AFP",
        "© صحيفة المثال 2024",
        "التعليق على الصورة، جانب من الجلسة",
        "مصدر الصورة، Getty Images",
        "Author, سعاد بناني",
        "Role, مراسلة",
        "تصوير: سالم الحربي",
    ],
)
def test_credits_of_pictures_and_labels_are_not_text(line: str) -> None:
    assert kind(line) == "drop"


@pytest.mark.parametrize("line", ["واس - غزة", "أ ف ب - ريو دي جانيرو", "الرياض - واس", "وكالات ـ صنعاء"])
def test_a_separate_credit_line_is_a_dateline(line: str) -> None:
    assert dateline(line) == line
