"""Dates as real software prints them: a list that libraries printed, and the forms found in it."""

import datetime as dt

import pytest

from newscrawl.dates import parse
from newscrawl.items import Published
from tests.date_lists import NOW, printed, score

CASABLANCA = "Africa/Casablanca"


def read(text: str, **options: object) -> Published:
    published = parse(text, **options)  # type: ignore[arg-type]
    assert published is not None, text
    return published


def test_the_strings_of_the_libraries() -> None:
    strings = printed()
    assert len(strings) >= 5000
    counts, widths = score(strings)
    assert (counts["day wrong"], counts["time wrong"], counts["relative outside"]) == (0, 0, 0)
    assert counts["day missed"] <= 10
    assert counts["time missed"] <= 20
    assert counts["relative missed"] == 0
    limits = {"day": 3, "week": 11, "month": 47, "year": 560}
    assert {unit: width for unit, width in widths.items() if width > limits.get(unit, 2)} == {}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("س 21 مار 2026 15:05", "2026-03-21"),
        ("ر 10 أبر 2024", "2024-04-10"),
        ("ج 04 سبت 2026", "2026-09-04"),
        ("سبت 4 سبت 2021", "2021-09-04"),
        ("سبت 27 يوليوز 2024", "2024-07-27"),
        ("04 سبت, 2026", "2026-09-04"),
        ("05/ينا/2024", "2024-01-05"),
        ("جانـ 5, 2024", "2024-01-05"),
        ("سبتـ 1, 2025", "2025-09-01"),
        ("20 يولـ 2026", "2026-07-20"),
        ("12 تشري الأوّل 2025", "2025-10-12"),
        ("Wednesday 20, August 2025", "2025-08-20"),
        ("2nd, September 2025 GMT", "2025-09-02"),
        ("/Date(1711571400000)/", "2024-03-27"),
    ],
)
def test_forms_of_months_and_days(text: str, day: str) -> None:
    published = read(text)
    assert (str(published.date), published.warnings) == (day, ())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/27/2024 3:05:00 PM", "2024-03-27"),
        ("03-27-2024", "2024-03-27"),
        ("27/3/2024 3:05:00 PM", "2024-03-27"),
        ("11/5/2025 9:11:02 AM", "2025-11-05"),
        ("11/12/2025 9:11:02 AM", "2025-11-12"),
        ("11/12/2025 10:11:02 AM", None),  # the form of .NET, but perhaps padded
        ("11/05/2025 09:11:02 AM", "2025-05-11"),
        ("11/5/2025 9:11:02 ص", "2025-05-11"),
        ("11/5/2025", "2025-05-11"),
        ("الأربعاء 5 نوفمبر 2025 | 11/5/2025", "2025-11-05"),
        ("5 نونبر 2025 (5/11/2025)", "2025-11-05"),
        ("الأحد 11/5/2025", "2025-05-11"),
        ("الأربعاء 11/5/2025", None),  # a Wednesday only if the month comes first
        ("9/17/1445 هـ", "2024-03-27"),
        ("13/13/2024", None),
    ],
)
def test_the_month_comes_first_if_something_shows_it(text: str, day: str | None) -> None:
    published = parse(text)
    assert (published and str(published.date)) == day


def test_a_site_may_declare_that_it_prints_the_month_first() -> None:
    assert read("11/5/2025", month_first=True).date == dt.date(2025, 11, 5)
    assert read("27/5/2025", month_first=True).date == dt.date(2025, 5, 27)
    assert read("2025-05-11", month_first=True).date == dt.date(2025, 5, 11)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("8:45 في المساء", "20:45"),
        ("8:45 من المساء", "20:45"),
        ("8:45 في العشية", "20:45"),
        ("12:07 في المساء", "00:07"),
        ("12:34 مساء", "12:34"),
        ("8:45 في الليل", "20:45"),
        ("1:45 في الليل", "01:45"),
        ("1:45 في الظهر", "13:45"),
        ("1:45 في القايلة", "13:45"),
        ("12:07 نصف الليل", "00:07"),
        ("7:20 في الصباح", "07:20"),
        ("5:05 ع", "17:05"),
        ("8:45 ب.ظ", "20:45"),
        ("20:45 في الصباح", "20:45"),  # the newspaper of that name
        ("8:45 في الأماسي", None),
        ("8:45 غروبا", None),
        ("08:45 في الرباط", "08:45"),
        ("24:07", "00:07"),
        ("24:00", None),  # the midnight before or after
        ("في 8 م", "20:00"),
        ("في 13", "13:00"),
        ("08", "08:00"),
        ("12", None),  # may also be a number of readers
    ],
)
def test_parts_of_the_day_and_hours_alone(text: str, time: str | None) -> None:
    published = read(f"27 مارس 2024 {text}")
    assert published.date == dt.date(2024, 3, 27)
    assert (published.time and published.time.strftime("%H:%M")) == time


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("توقيت الخليج", "19:30"),
        ("التوقيت العربي الرسمي", "20:30"),
        ("توقيت شرق أوروبا الصيفي", "20:30"),
        ("غرينتش+3", "20:30"),
        ("غرينتش+03:30", "20:00"),
        ("GMT+3", "20:30"),
        ("MSK", "20:30"),
        (
            "توقيت غرب أوروبا الرسمي",
            "22:30",
        ),  # CLDR's name for Morocco's summer time, which means Morocco's own clock
        ("توقيت شرق أوروبا", None),  # in winter or in summer?
        ("توقيت جزر القمر", None),
        ("AST", None),
        ("XYZT", None),
    ],
)
def test_names_of_zones(zone: str, at: str | None) -> None:
    published = read(f"27 July 2024 23:30:00 {zone}", timezone=CASABLANCA)
    if at is None:
        assert (published.at, published.warnings) == (None, ("unknown_zone",))
        assert published.time == dt.time(23, 30)
    else:
        assert published.at is not None
        assert (published.at.strftime("%H:%M"), published.warnings) == (at, ())


def test_the_clock_of_a_moroccan_server_with_old_zone_files() -> None:
    stale = read("2026-11-03T20:40:00+01:00", timezone=CASABLANCA)
    assert stale.at == dt.datetime(2026, 11, 3, 19, 40, tzinfo=dt.UTC)
    assert (stale.time, stale.utc_offset, stale.warnings) == (dt.time(19, 40), "+00:00", ("stale_zone",))
    for text, zone in (
        ("2026-09-19T20:40:00+01:00", CASABLANCA),
        ("2026-11-03T19:40:00+00:00", CASABLANCA),
        ("2026-11-03T20:40:00+01:00", "Africa/Algiers"),
    ):
        assert read(text, timezone=zone).warnings == ()


def test_a_plus_sign_that_became_a_space() -> None:
    published = read("2025-11-03T08:15:09 03:00", timezone=CASABLANCA)
    assert published.at == dt.datetime(2025, 11, 3, 5, 15, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "country", "day"),
    [
        ("الجمعة، 24 جمادى الآخرة 1445 هـ", "EG", "2024-01-05"),  # ICU's calendar "islamic"
        ("السبت، 24 جمادى الآخرة 1445 هـ", "EG", "2024-01-06"),
        ("الأحد، 24 جمادى الآخرة 1445 هـ", "EG", "2024-01-07"),
        ("الجمعة، 24 جمادى الآخرة 1445 هـ", "sa", "2024-01-06"),
        ("الأحد 30 رمضان 1446 هـ", "EG", "2025-03-30"),
        ("السبت 30 رمضان 1446 هـ", "EG", "2025-03-29"),
        ("30 رمضان 1446 هـ", "EG", None),
        ("الثلاثاء 30 رمضان 1446 هـ", "EG", None),
        ("30 رمضان 1446 هـ / 30 مارس", "EG", "2025-03-30"),
        ("30 شعبان 1445", "MA", "2024-03-11"),
    ],
)
def test_the_weekday_decides_a_hijri_day_in_both_directions(text: str, country: str, day: str | None) -> None:
    published = parse(text, country=country)
    assert (published and str(published.date)) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19/08/45 هـ", "2024-02-29"),
        ("٠١‏/٠١‏/٤٨ هـ", "2026-06-16"),
        ("19-08-45هـ", "2024-02-29"),
        ("١٩ ٨ ١٤٤٥ هـ", "2024-02-29"),
        ("1447-10-02H", "2026-03-21"),
        ("2 Shawwal(10) 1447 H", "2026-03-21"),
        ("2/10/47", None),
        ("10 ذیقعده 1447", "2026-04-27"),
        ("10 جمادی‌الاول 1447", "2025-11-01"),
        ("10 Jumada t-Tania 1447", "2025-12-01"),
        ("13 Thul-Qi’dah 1447", "2026-04-30"),
        ("22 Rab-I 1448", "2026-09-04"),
        ("23 Jumada al-Alkhirah 1445", "2024-01-05"),
        ("10 Şevval 1447", "2026-03-29"),
        ("10 شو 1447", "2026-03-29"),
    ],
)
def test_forms_of_hijri_days(text: str, day: str | None) -> None:
    published = parse(text, now=NOW.replace(year=2026, month=11))
    assert (published and str(published.date)) == day


@pytest.mark.parametrize(
    "text",
    [
        "مار مخايل 12 2024", "فيلم 5 شعب 2024", "15 ram 2024", "السبت 6، 2024", "آخر السبت",
        "0522-12-13-2024",
        "12/13/14", "القرار 12/13/2024", "العدد 03/27/2024", "حدث الأحد عند الساعة 20:00",
        "ملخص الشهر الماضي",
        "منذ 5 مباريات", "منذ ساعة متأخرة", "قبل نصف شهر", "أكثر من 5 أيام", "منذ 2.5 مليون سنة",
        "1711571400",
        "5 يناير 24", "/Date(0)/", "/Date(99999999999999)/", "خلال 3 أشهر", "في 3 أيام",
    ],
)  # fmt: skip
def test_new_words_and_forms_turn_no_other_text_into_a_date(text: str) -> None:
    assert parse(text, now=NOW) is None
