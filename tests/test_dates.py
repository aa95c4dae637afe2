"""Dates in both calendars: tables, clocks, relative phrases, arguments, vocabulary."""

import datetime as dt
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hijridate import Hijri

from newscrawl.dates import EXTRA_MONTHS, is_outdated, parse, parse_day, to_hijri, zone
from newscrawl.dates.tables import rows
from newscrawl.dates.words import spellings
from newscrawl.items import Published
from tests.date_lists import NOW, Labelled, load

DEV, MORE = load("dates_dev.tsv"), load("dates_more.tsv")
MONTHS = list(rows("morocco_observed.tsv", ("hijri_year", "hijri_month", "morocco_1st", "umm_al_qura_1st")))
FORECAST = list(rows("morocco_forecast.tsv", ("hijri_year", "hijri_month", "morocco_1st", "source")))
HIJRI_MONTHS = (
    "محرم,صفر,ربيع الأول,ربيع الآخر,جمادى الأولى,جمادى الآخرة,رجب,شعبان,رمضان,شوال,ذو القعدة,ذو الحجة".split(
        ","
    )
)


def read(text: str, **options: object) -> Published:
    published = parse(text, **options)  # type: ignore[arg-type]
    assert published is not None, text
    return published


def written(published: Published | None) -> tuple[str | None, str]:
    """The day and time in the form of the lists."""
    if published is None:
        return None, ""
    time = "" if published.time is None else published.time.strftime("%H:%M")
    offset = published.utc_offset if published.calendar != "relative" else None
    return str(published.date), time + {"+00:00": "Z", None: ""}.get(offset, offset or "")


@pytest.mark.parametrize("one", DEV + MORE, ids=lambda one: f"{one.category}:{one.raw!r}")
def test_labelled_strings(one: Labelled) -> None:
    published = parse(one.raw, now=NOW, country=one.country)
    assert written(published) == (one.date, one.time)
    if published is not None:
        assert published.raw == one.raw
        assert (published.earliest, published.latest) == (one.earliest, one.latest)


def test_size_of_the_lists() -> None:
    assert (sum(one.date is not None for one in DEV), len(DEV)) == (163, 202)
    assert len(MORE) >= 500


# --- Both calendars


@pytest.mark.parametrize(("year", "month", "first", "_civil"), MONTHS)
def test_observed_moroccan_months_round_trip(year: str, month: str, first: str, _civil: str) -> None:
    day = dt.date.fromisoformat(first)
    text = f"1 {HIJRI_MONTHS[int(month) - 1]} {year}"
    assert read(text, country="MA").date == day
    hijri = to_hijri(day, "MA")
    assert hijri is not None
    assert (hijri.day, hijri.calendar, hijri.basis) == (f"{year}-{int(month):02}-01", "morocco", "table")
    before = to_hijri(day - dt.timedelta(days=1), "MA")
    assert before is not None
    assert int(before.day[-2:]) in (29, 30)


def test_umm_al_qura_months_equal_hijridate() -> None:
    for year in range(1343, 1501):
        for month in range(1, 13):
            first = Hijri(year, month, 1).to_gregorian()
            day = dt.date(first.year, first.month, first.day)
            hijri = to_hijri(day)
            assert hijri is not None
            assert (hijri.day, hijri.basis) == (f"{year}-{month:02}-01", "table")
            last = to_hijri(day - dt.timedelta(days=1))
            if last is not None:
                assert int(last.day[-2:]) in (28, 29, 30, 31)
            if day.year <= 2049:
                assert read(f"1 {HIJRI_MONTHS[month - 1]} {year} هـ").date == day


def test_observed_table_agrees_with_umm_al_qura_as_documented() -> None:
    deltas = []
    for year, month, first, civil in MONTHS:
        start = Hijri(int(year), int(month), 1).to_gregorian()
        assert civil == start.isoformat()
        deltas.append((dt.date.fromisoformat(first) - dt.date.fromisoformat(civil)).days)
    assert (len(deltas), deltas.count(1), deltas.count(0)) == (166, 116, 50)


@pytest.mark.parametrize("name", ["morocco_observed.tsv", "morocco_forecast.tsv"])
def test_every_column_of_a_table_of_months_agrees_with_the_others(name: str) -> None:
    columns = ("hijri_year", "hijri_month", "morocco_1st", "umm_al_qura_1st", "delta_days")
    for year, month, first, civil, delta in rows(name, columns):
        apart = (dt.date.fromisoformat(first) - dt.date.fromisoformat(civil)).days
        assert delta == str(apart), (
            f"{name}: {year}/{month} begins {apart} days after {civil}; correct delta_days"
        )


def test_an_impossible_month_of_the_shipped_tables_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def altered(name: str, columns: tuple[str, ...], path: Path | None = None) -> list[tuple[str, ...]]:
        late = "2025-03-03" if name == "morocco_observed.tsv" else "2025-03-02"
        found = rows(name, columns, path)
        return [(*row[:2], late, *row[3:]) if row[:2] == ("1446", "9") else row for row in found]

    table = tmp_path / "months.tsv"  # another table, so that no cached calendar is used
    table.write_text("hijri_year\thijri_month\tmorocco_1st\tsource\n1447\t11\t2026-04-19\ttest\n")
    monkeypatch.setenv(EXTRA_MONTHS, str(table))
    monkeypatch.setattr("newscrawl.dates.hijri.rows", altered)
    with pytest.raises(ValueError, match=r"morocco_observed\.tsv: 1446/9 begins 2025-03-03.*correct the row"):
        to_hijri(dt.date(2025, 3, 3), "MA")


def test_months_follow_each_other_without_gap_in_every_calendar() -> None:
    for country in (None, "MA"):
        day, seen = dt.date(2012, 1, 1), to_hijri(dt.date(2011, 12, 31), country)
        assert seen is not None
        while day < dt.date(2049, 1, 1):
            now = to_hijri(day, country)
            assert now is not None
            if now.day[-2:] == "01":
                assert seen.day[-2:] in ("29", "30")
            else:
                assert int(now.day[-2:]) == int(seen.day[-2:]) + 1
            day, seen = day + dt.timedelta(days=1), now


def test_after_the_end_of_the_table_the_basis_is_forecast() -> None:
    for year, month, first, source in FORECAST:
        hijri = to_hijri(dt.date.fromisoformat(first), "MA")
        assert hijri is not None
        assert (hijri.day, hijri.basis, source) == (f"{year}-{int(month):02}-01", "forecast", "forecast")
    published = read("فاتح محرم 1448", country="MA")
    assert published.date == dt.date(2026, 6, 16)
    assert published.warnings == ("hijri_unconfirmed",)
    assert read("الثلاثاء فاتح محرم 1448", country="MA").warnings == ("hijri_day_settled_by_weekday",)
    far = to_hijri(dt.date(2050, 6, 1), "MA")
    assert far is not None
    assert far.basis == "forecast"


def test_hijri_day_is_unknown_outside_the_tables() -> None:
    assert to_hijri(dt.date(1924, 7, 31)) is None
    assert to_hijri(dt.date(1924, 8, 1)) is not None
    assert to_hijri(dt.date(2077, 11, 17)) is None
    assert to_hijri(dt.date(1900, 1, 1), "MA") is None
    published = read("الأحد 3 محرم 1318 الموافق 3 ماي 1900")
    assert published.hijri is not None
    assert (published.hijri.basis, published.hijri.day) == ("printed", "1318-01-03")


def test_printed_and_computed_hijri_are_kept_apart() -> None:
    published = read("الأربعاء 16 رمضان 1445 هـ الموافق 27 مارس 2024 م")
    assert published.calendar == "both"
    assert published.hijri is not None
    assert (published.hijri.day, published.hijri.printed) == ("1445-09-17", "1445-09-16")
    assert published.warnings == ()
    moroccan = read("الأربعاء 16 رمضان 1445 هـ الموافق 27 مارس 2024 م", country="MA")
    assert moroccan.hijri is not None
    assert (moroccan.hijri.day, moroccan.hijri.calendar) == ("1445-09-16", "morocco")


def test_calendars_that_differ_too_much_are_a_warning() -> None:
    assert read("17 رمضان 1440 الموافق 27 مارس 2024").warnings == ("calendars_differ",)
    assert read("15 رمضان 1445 الموافق 27 مارس 2024").warnings == ()
    assert read("14 رمضان 1445 الموافق 27 مارس 2024").warnings == ("calendars_differ",)
    assert read("31 رمضان 1445 الموافق 27 مارس 2024").warnings == ("calendars_differ",)


def test_a_weekday_decides_between_days_and_rejects_none() -> None:
    settled = read("الأربعاء 16 رمضان 1445")
    assert (settled.date, settled.warnings) == (dt.date(2024, 3, 27), ("hijri_day_settled_by_weekday",))
    civil_in_morocco = read("الأربعاء 17 رمضان 1445", country="MA")
    assert civil_in_morocco.date == dt.date(2024, 3, 27)
    saudi = read("الأربعاء 16 رمضان 1445", country="SA")
    assert (saudi.date, saudi.warnings) == (dt.date(2024, 3, 26), ("weekday_mismatch",))
    wrong = read("الجمعة 27 مارس 2024")
    assert (wrong.date, wrong.warnings) == (dt.date(2024, 3, 27), ("weekday_mismatch",))


# --- Months announced since the release


def test_announced_months_extend_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = "فاتح محرم 1448"
    assert not is_outdated(raw, dt.date(2026, 6, 16), "1448-01-01", country="MA")
    table = tmp_path / "months.tsv"
    table.write_text(
        "hijri_year\thijri_month\tmorocco_1st\tsource\n"
        "1447\t11\t2026-04-19\tministry\n1447\t12\t2026-05-18\tministry\n1448\t1\t2026-06-17\tministry\n",
        encoding="utf-8",
    )
    monkeypatch.setenv(EXTRA_MONTHS, str(table))
    published = read(raw, country="MA")
    assert (published.date, published.warnings) == (dt.date(2026, 6, 17), ())
    assert is_outdated(raw, dt.date(2026, 6, 16), "1448-01-01", country="MA")
    assert not is_outdated("منذ يومين", None, None, now=NOW)
    assert is_outdated("منذ يومين", dt.date(2024, 3, 25), "1445-09-15", now=NOW)
    assert not is_outdated(raw, dt.date(2026, 6, 17), "1448-01-01", country="MA")
    hijri = to_hijri(dt.date(2026, 6, 16), "MA")
    assert hijri is not None
    assert (hijri.day, hijri.basis) == ("1447-12-30", "table")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("year\tmonth\n1448\t1\n", "no column hijri_year"),
        ("hijri_year\thijri_month\tmorocco_1st\tsource\n1448\t13\t2026-06-16\tx\n", "is not a month"),
        ("hijri_year\thijri_month\tmorocco_1st\tsource\n1448\t1\t16/06/2026\tx\n", "YYYY-MM-DD"),
        ("hijri_year\thijri_month\tmorocco_1st\tsource\n1448\t1\t2026-06-19\tx\n", "on that day or the next"),
        ("hijri_year\thijri_month\tmorocco_1st\tsource\n1447\t11\t2026-04-18\t\n", "has no source"),
        ("hijri_year\thijri_month\tmorocco_1st\tsource\n1447\t10\t2026-03-21\n", "cells"),
    ],
)
def test_a_bad_table_of_months_raises_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str
) -> None:
    table = tmp_path / "months.tsv"
    table.write_text(content, encoding="utf-8")
    monkeypatch.setenv(EXTRA_MONTHS, str(table))
    with pytest.raises(ValueError, match=message):
        to_hijri(dt.date(2026, 6, 16), "MA")
    as_excel_saves_it = tmp_path / "utf16.tsv"
    as_excel_saves_it.write_text(content, encoding="utf-16")
    monkeypatch.setenv(EXTRA_MONTHS, str(as_excel_saves_it))
    with pytest.raises(ValueError, match=r"utf16\.tsv cannot be read as UTF-8 text"):
        to_hijri(dt.date(2026, 6, 16), "MA")
    monkeypatch.setenv(EXTRA_MONTHS, str(tmp_path / "missing.tsv"))
    with pytest.raises(ValueError, match="is not a file"):
        to_hijri(dt.date(2026, 6, 16), "MA")


# --- Clock and zone


def test_time_is_given_on_the_publishers_clock() -> None:
    published = read("2024-03-27T23:30:00Z", timezone="Asia/Riyadh")
    assert (published.date, published.time) == (dt.date(2024, 3, 28), dt.time(2, 30))
    assert (published.at, published.utc_offset) == (dt.datetime(2024, 3, 27, 23, 30, tzinfo=dt.UTC), "+03:00")
    assert published.timezone == "Asia/Riyadh"


def test_without_a_zone_day_and_time_are_as_printed() -> None:
    published = read("27 مارس 2024 - 23:30")
    assert (published.date, published.time, published.at) == (dt.date(2024, 3, 27), dt.time(23, 30), None)
    assert read("2024-03-27T23:30:00+03:00").at == dt.datetime(2024, 3, 27, 20, 30, tzinfo=dt.UTC)
    assert read("27 مارس 2024").at is None
    assert read("27 مارس 2024", timezone="Africa/Casablanca").at is None


def test_local_time_in_the_publishers_zone() -> None:
    ramadan = read("27 مارس 2024 - 14:30", timezone="Africa/Casablanca")
    assert (ramadan.utc_offset, ramadan.at) == ("+00:00", dt.datetime(2024, 3, 27, 14, 30, tzinfo=dt.UTC))
    summer = read("27 يوليوز 2024 - 14:30", timezone="Africa/Casablanca")
    assert (summer.utc_offset, summer.at) == ("+01:00", dt.datetime(2024, 7, 27, 13, 30, tzinfo=dt.UTC))
    today = read("15 أكتوبر 2026 - 14:30", timezone="Africa/Casablanca")
    assert today.utc_offset == "+00:00"


def test_an_hour_that_occurs_twice_or_never_has_no_instant() -> None:
    twice = read("10 مارس 2024 - 02:30", timezone="Africa/Casablanca")
    assert (twice.time, twice.at, twice.utc_offset) == (dt.time(2, 30), None, None)
    never = read("14 أبريل 2024 - 02:30", timezone="Africa/Casablanca")
    assert (never.date, never.at) == (dt.date(2024, 4, 14), None)


def test_a_named_zone_is_converted() -> None:
    published = read("27 مارس 2024 الساعة 23:30 بتوقيت مكة المكرمة", timezone="Africa/Casablanca")
    assert (published.time, published.utc_offset) == (dt.time(20, 30), "+00:00")
    assert read("27 مارس 2024 الساعة 23:30 بتوقيت مكة المكرمة").timezone == "Asia/Riyadh"
    assert read("27 مارس 2024 الساعة 23:30 بتوقيت جزر القمر", timezone="Africa/Casablanca").at is None


def test_a_declared_false_zone_is_read_as_local_time() -> None:
    lying = read("2020-08-24T09:23:13Z", timezone="Africa/Cairo", false_zone=True)
    assert (lying.time, lying.utc_offset) == (dt.time(9, 23, 13), "+02:00")
    assert lying.warnings == ("false_zone_ignored",)
    assert read("2020-08-24T09:23:13Z", timezone="Africa/Cairo").time == dt.time(11, 23, 13)
    honest = read("24 أغسطس 2020 09:23 بتوقيت مكة المكرمة", timezone="Africa/Cairo", false_zone=True)
    assert honest.warnings == ()


def test_zones_come_from_the_package() -> None:
    assert zone("Africa/Casablanca").utcoffset(dt.datetime(2026, 10, 15, 12)) == dt.timedelta(0)  # noqa: DTZ001
    assert zone("Africa/Casablanca") is zone("Africa/Casablanca")


@pytest.mark.parametrize("name", ["", "Africa/Casa", "../etc/passwd", "zone.tab", "GMT+1 "])
def test_unknown_zones_are_named(name: str) -> None:
    with pytest.raises(ValueError, match="is not an IANA zone"):
        parse("27 مارس 2024", timezone=name)


# --- Relative phrases


def test_relative_phrases_need_a_moment() -> None:
    assert parse("منذ ساعتين") is None
    with pytest.raises(ValueError, match="has no time zone"):
        parse("منذ ساعتين", now=dt.datetime(2024, 3, 27, 14, 30))  # noqa: DTZ001


def test_relative_phrases_say_how_exact_they_are() -> None:
    hours = read("منذ ساعتين", now=NOW, timezone="Asia/Riyadh")
    assert (hours.date, hours.time, hours.precision) == (dt.date(2024, 3, 27), dt.time(15, 30), "hour")
    assert hours.at == dt.datetime(2024, 3, 27, 12, 30, tzinfo=dt.UTC)
    weeks = read("منذ أسبوعين", now=NOW)
    assert (weeks.date, weeks.precision) == (dt.date(2024, 3, 13), "week")
    assert (weeks.earliest, weeks.latest) == (dt.date(2024, 3, 6), dt.date(2024, 3, 17))
    assert (weeks.time, weeks.at) == (None, None)
    days = read("قبل 3 أيام", now=NOW)
    assert (days.precision, days.date, days.time) == ("day", dt.date(2024, 3, 24), None)
    assert (days.earliest, days.latest) == (dt.date(2024, 3, 23), dt.date(2024, 3, 25))
    assert read("أمس على الساعة 20:15", now=NOW).precision == "minute"
    assert read("منذ شهر", now=dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC)).date == dt.date(2024, 2, 29)


def test_a_count_of_hours_that_may_mean_two_days_gives_no_day() -> None:
    night = dt.datetime(2024, 3, 27, 3, 10, tzinfo=dt.UTC)
    published = read("منذ 3 ساعات", now=night)
    assert (published.earliest, published.latest) == (dt.date(2024, 3, 26), dt.date(2024, 3, 27))
    assert read("منذ ساعة", now=night).earliest is None


def test_today_is_the_publishers() -> None:
    evening = dt.datetime(2024, 3, 27, 22, 30, tzinfo=dt.UTC)
    assert read("اليوم", now=evening, timezone="Asia/Riyadh").date == dt.date(2024, 3, 28)
    assert read("أمس 22:15", now=evening, timezone="Asia/Riyadh").at == dt.datetime(
        2024, 3, 27, 19, 15, tzinfo=dt.UTC
    )


def test_counting_back_over_a_change_of_clocks() -> None:
    after = dt.datetime(2024, 4, 14, 5, 0, tzinfo=dt.UTC)  # 06:00 in Morocco; the clock skipped 02:00-03:00
    published = read("منذ 5 ساعات", now=after, timezone="Africa/Casablanca")
    assert (published.time, published.at) == (dt.time(0, 0), dt.datetime(2024, 4, 14, 0, 0, tzinfo=dt.UTC))


# --- Bounds


def test_a_near_future_day_gets_a_warning_and_a_far_one_is_refused() -> None:
    assert read("29 مارس 2024", now=NOW).warnings == ()
    assert read("30 مارس 2024", now=NOW).warnings == ("future",)
    assert parse("27 مارس 2030", now=NOW) is None
    assert parse("27 مارس 2099") is None
    assert parse("1 محرم 1490") is None
    assert parse("24/03/27", now=NOW) is None


def test_a_long_text_is_not_a_date_line() -> None:
    assert parse("27 مارس 2024 " + "كلمة " * 200) is None
    assert read("27 مارس 2024" + " \n" * 2000).date == dt.date(2024, 3, 27)


def test_a_date_in_words_alone_needs_no_moment() -> None:
    assert read("السابع والعشرون من مارس عام ألفين وأربعة وعشرين").date == dt.date(2024, 3, 27)


# --- Arguments


def test_day_arguments() -> None:
    assert parse_day("2024-03-27") == dt.date(2024, 3, 27)
    assert parse_day("1445-09-17H") == dt.date(2024, 3, 27)
    assert parse_day("1445-09-16h", country="MA") == dt.date(2024, 3, 27)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "27/03/2024",
        "2024-3-27",
        "2024-02-30",
        "1445-08-30H",
        "1445-13-01H",
        "أمس",
        "٢٠٢٤-٠٣-٢٧",
        "1445-09-17",
    ],
)
def test_bad_day_arguments_name_value_and_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"write (2024-03-27|1445-09-17H)|check its month and day") as error:
        parse_day(text)
    assert repr(text) in str(error.value)


# --- Data files


def test_every_word_names_its_source_and_is_read_in_a_date() -> None:
    for kind, value, forms, source in rows("words.tsv", ("kind", "value", "forms", "source")):
        assert source, forms
        for form in spellings(forms):
            if kind in ("month", "short_month"):
                assert read(f"7 {form} 2021").date == dt.date(2021, int(value), 7), form
            elif kind == "hijri_month":
                found = read(f"7 {form} 1442").hijri
                assert found is not None
                assert found.printed == f"1442-{int(value):02}-07", form
            elif kind == "saturday_or_september":
                assert read(f"{form} 4 {form} 2021").date == dt.date(2021, 9, 4)
                assert read(f"4 {form} 2021").warnings == read(f"{form} 17 رمضان 1445").warnings[1:] == ()
            elif kind == "weekday_letter":
                day = dt.date(2024, 1, 1 + int(value))
                assert read(f"{form} {day.day} ينا 2024").warnings == (), form
                assert read(f"{form} {day.day + 1} ينا 2024").warnings == ("weekday_mismatch",), form
            elif kind in ("day_period", "day_part"):
                hours = {read(f"7 مارس 2021 {hour}:15 {form}").time for hour in range(1, 13)}
                assert hours - {None}, form
            elif kind == "zone_ambiguous":
                published = read(f"7 Mar 2021 14:30:00 {form}", timezone="Asia/Riyadh")
                assert (published.at, published.warnings) == (None, ("unknown_zone",)), form
            elif kind == "zone":
                assert read(f"7 مارس 2021 14:30 {form}").at is not None, form
            elif kind == "weekday":
                assert read(f"{form} 17 رمضان 1445", country="SA").warnings in ((), ("weekday_mismatch",))
                day = dt.date(2024, 1, 1 + int(value))
                assert read(f"{form} {day:%d/%m/%Y}").warnings == (), form
            elif kind == "zone_place" and value != "local":
                expected = read(f"7 مارس 2021 14:30 بتوقيت {form}")
                assert expected.at is not None, form
                if not value.startswith(("+", "-", "~")):
                    moment = dt.datetime(2021, 3, 7, 14, 30, tzinfo=ZoneInfo(value))
                    assert expected.at == moment.astimezone(dt.UTC), form


READ_IN = {
    "libyan_month": "7 {} 2001",
    "fatih": "{} من سبتمبر 2009",
    "epithet": "7 رمضان {} 1445",
    "era_ce": "7/3/2021 {}",
    "era_hijri": "7/9/1442 {}",
    "mim": "7/3/2021{}",
    "oclock": "7 مارس 2021 {} 14:30",
    "hour_word": "7 مارس 2021 الساعة {} مساء",
    "fraction": "7 مارس 2021 الساعة الثالثة {} مساء",
    "zone_word": "7 مارس 2021 14:30 {} مكة",
    "published": "{}: 7/3/2021",
    "updated": "{}: 7/3/2021",
    "accords": "17 رمضان 1445 {} 27 مارس 2024",
    "date_of": "{} 7/3/2021",
    "outlet": "{} | 7/3/2021",
    "unit": "منذ 5 {}",
    "unit_word": "منذ 5 {}",
    "count": "منذ {} أيام",
    "relative_day": "{}",
    "instant": "{}",
    "last_period": "{}",
    "ago": "{} 5 أيام",
    "elapsed": "5 أيام {}",
    "than": "منذ {} 5 دقائق",
    "last": "{0} الأحد عند 9:15 ص",
    "filler": "7 {} مارس 2021",
    "byline": "{} محمد العلوي | 7/3/2021",
}
"""Kind → a text that can be read because of the word."""
REFUSED_IN = {
    "era_other": "7 مارس 1421 {}",
    "not_published": "{}: 7/3/2021",
    "reference": "{} 7/3/2021",
    "counted": "{} 7 مارس 2021",
    "act": "{} رقم 31.13 7/3/2021",
    "currency": "7/3/2021 {}",
    "since": "{} 7 مارس 2021",
    "until": "{} 7 مارس 2021",
}
"""Kind → a text that is refused because of the word."""
YEARS = {
    "1000": "7 مارس سنة {} وتسعمائة وخمسين",
    "2000": "7 مارس سنة {} وخمسة",
    "300": "7 رمضان سنة ألف و{} وخمسين",
    "400": "7 رمضان سنة ألف و{} وخمسة",
    "900": "7 مارس سنة ألف و{} وخمسين",
}
TESTED_ABOVE = {
    "month", "short_month", "saturday_or_september", "weekday", "weekday_letter", "hijri_month", "day_period",
    "day_part", "zone", "zone_ambiguous", "zone_place", "ordinal", "year_part", "and",
}  # fmt: skip


def test_every_word_of_every_other_kind_is_read_as_that_kind() -> None:
    kinds = set()
    for kind, value, forms in rows("words.tsv", ("kind", "value", "forms")):
        kinds.add(kind)
        for form in spellings(forms):
            if kind in READ_IN:
                assert parse(READ_IN[kind].format(form), now=NOW) is not None, (kind, form)
            elif kind in REFUSED_IN:
                assert parse(REFUSED_IN[kind].format(form), now=NOW) is None, (kind, form)
            elif kind == "year_part":
                assert parse(YEARS[value].format(form)) is not None, form
            elif kind == "ordinal":
                assert read(f"{form} مارس 2021").date == dt.date(2021, 3, int(value)), form
    assert kinds == {*READ_IN, *REFUSED_IN, *TESTED_ABOVE}


def test_data_files_are_read_from_a_zip_file(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    archive = tmp_path / "newscrawl.egg"
    with zipfile.ZipFile(archive, "w") as egg:
        for path in (f for room in (".", "dates", "text") for f in root.glob(f"newscrawl/{room}/*.*")):
            if path.suffix in (".py", ".tsv"):
                egg.write(path, str(path.relative_to(root)))
    code = "from newscrawl.dates import parse; print(parse('16 رمضان 1445', country='MA').date)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(archive), "PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "2024-03-27", done.stderr
