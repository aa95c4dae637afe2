# ruff: noqa: E501 (pages are long lines)
"""The date of the article among all dates that a page offers."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from newscrawl.dates import names, plain
from newscrawl.items import OfferedDate
from newscrawl.page import generic, read
from newscrawl.page.chosen_date import choose, why_not
from tests.date_lists import load, printed, read_printed

NOW = dt.datetime(2024, 10, 9, 10, tzinfo=dt.UTC)


def one(text: str, origin: str, **more: Any) -> OfferedDate:
    return OfferedDate(text=text, origin=origin, **more)


def test_a_printed_zone_gives_the_publisher_s_clock_and_the_instant() -> None:
    found = choose([one("2020-06-03T03:01+0400", "jsonld")]).published
    assert found is not None
    assert (found.date, found.time) == (dt.date(2020, 6, 3), dt.time(3, 1))
    assert found.at == dt.datetime(2020, 6, 2, 23, 1, tzinfo=dt.UTC)


def test_utc_stamp_moves_to_the_site_s_day() -> None:
    found = choose([one("2024-10-07T22:30:00Z", "jsonld")], timezone="Asia/Riyadh").published
    assert found is not None
    assert (found.date, found.time) == (dt.date(2024, 10, 8), dt.time(1, 30))


def test_a_printed_time_takes_precedence_over_a_utc_stamp_if_no_zone_is_known() -> None:
    found = choose(
        [one("2024-10-07T22:30:41+00:00", "jsonld"), one("2024-10-08 | 01:30", "generic")]
    ).published
    assert found is not None
    assert (found.date, found.time, found.utc_offset) == (dt.date(2024, 10, 8), dt.time(1, 30), "+03:00")
    assert found.at == dt.datetime(2024, 10, 7, 22, 30, 41, tzinfo=dt.UTC)


def test_z_that_equals_the_printed_clock_is_local_time() -> None:
    page = [one("2024-07-07T18:45:13Z", "meta"), one("الأحد، 07 يوليو 2024 06:45 م", "generic")]
    known = choose(page, timezone="Africa/Cairo").published
    assert known is not None
    assert known.at == dt.datetime(2024, 7, 7, 15, 45, 13, tzinfo=dt.UTC)
    assert "false_zone_ignored" in known.warnings
    unknown = choose(page).published
    assert unknown is not None
    assert (unknown.time, unknown.at) == (dt.time(18, 45, 13), None)


MOROCCO = {"timezone": "Africa/Casablanca", "country": "MA", "now": dt.datetime(2026, 11, 5, tzinfo=dt.UTC)}
AHEAD, UTC = one("2026-11-03T20:40:00+01:00", "jsonld"), one("2026-11-03T19:40:00+00:00", "meta")
PRINTED = one("الثلاثاء 3 نونبر 2026 - 20:40", "markup")


@pytest.mark.parametrize(
    "page", [[AHEAD], [AHEAD, PRINTED], [AHEAD, UTC], [AHEAD, UTC, PRINTED], [UTC, PRINTED]]
)
def test_a_moroccan_server_with_old_zone_files_keeps_its_instant(page: list[OfferedDate]) -> None:
    """Morocco left UTC+1 on 20 September 2026; such a server prints 20:40 at 19:40."""
    found = choose(page, **MOROCCO).published  # type: ignore[arg-type]
    assert found is not None
    assert (found.at, found.time) == (dt.datetime(2026, 11, 3, 19, 40, tzinfo=dt.UTC), dt.time(19, 40))
    assert "stale_zone" in found.warnings


def test_the_excess_hour_may_lead_to_the_next_day() -> None:
    page = [one("2026-11-03T23:40:00+00:00", "meta"), one("الأربعاء 4 نونبر 2026 - 00:40", "markup")]
    found = choose(page, **MOROCCO).published  # type: ignore[arg-type]
    assert found is not None
    assert (found.date, found.time, found.warnings) == (
        dt.date(2026, 11, 3),
        dt.time(23, 40),
        ("stale_zone",),
    )


def test_stamps_of_two_offsets_that_agree_take_precedence_over_a_printed_time() -> None:
    page = [
        one("2024-10-07T21:45:00+03:00", "jsonld"),
        one("2024-10-07T18:45:00Z", "meta"),
        one("الاثنين 7 أكتوبر 2024 - 18:45", "generic"),
    ]
    found = choose(page, timezone="Asia/Riyadh").published
    assert found is not None
    assert (found.time, found.at) == (dt.time(21, 45), dt.datetime(2024, 10, 7, 18, 45, tzinfo=dt.UTC))


def test_an_interval_gives_way_to_a_day_and_a_wide_one_to_a_narrow_one() -> None:
    days, weeks = one("منذ 3 أيام", "generic"), one("منذ أسبوع", "markup")
    found = choose([weeks, days], now=NOW).published
    assert found is not None
    assert (found.raw, found.earliest, found.latest) == (
        days.text,
        dt.date(2024, 10, 5),
        dt.date(2024, 10, 6),
    )
    day = choose([days, weeks, one("6 أكتوبر 2024", "generic")], now=NOW).published
    assert day is not None
    assert (day.date, day.earliest) == (dt.date(2024, 10, 6), None)


def test_an_interval_says_more_than_a_future_day() -> None:
    found = choose([one("2025-01-01", "meta"), one("منذ 3 أيام", "generic")], now=NOW).published
    assert found is not None
    assert found.earliest == dt.date(2024, 10, 5)


def test_machine_readable_origins_read_machine_readable_dates() -> None:
    for text in ("1728326700", "1728326700000", "Mon, 07 Oct 24 18:45:00 +0000"):
        found = choose([one(text, "meta")], timezone="UTC").published
        assert found is not None
        assert (found.date, found.time) == (dt.date(2024, 10, 7), dt.time(18, 45)), text
    assert choose([one("1728326700", "generic")], timezone="UTC").published is None
    both = choose([one("1728326700", "generic"), one("1728326700", "meta")], timezone="UTC").published
    assert both is not None
    assert both.origin == "meta"


def test_declared_false_zone_needs_no_printed_clock() -> None:
    found = choose([one("2024-07-07T18:45:13Z", "meta")], timezone="Africa/Cairo", false_zone=True).published
    assert found is not None
    assert found.at == dt.datetime(2024, 7, 7, 15, 45, 13, tzinfo=dt.UTC)


def test_clocks_that_contradict_each_other_give_no_instant() -> None:
    page = [one("2026-01-08T11:42:50+00:00", "jsonld"), one("2026-01-08 | 12:42", "generic")]
    found = choose(page, timezone="Asia/Beirut").published
    assert found is not None
    assert (found.time, found.at) == (dt.time(12, 42), None)


def test_days_that_agree_outweigh_a_machine_readable_date() -> None:
    page = [
        one("2024-10-09T10:00:00+01:00", "jsonld"),
        one("2024-10-07", "url"),
        one("07 أكتوبر 2024", "generic"),
    ]
    found = choose(page, now=NOW).published
    assert found is not None
    assert found.date == dt.date(2024, 10, 7)


def test_a_date_of_change_is_never_the_date_of_publication() -> None:
    choice = choose([one("2024-10-07T10:00:00Z", "meta", kind="modified")])
    assert choice.published is None
    assert choice.modified == dt.datetime(2024, 10, 7, 10, tzinfo=dt.UTC)


def test_change_before_publication_is_left_out() -> None:
    page = [one("2020-06-03T03:01+0400", "meta"), one("2020-03-15T20:18+0400", "meta", kind="modified")]
    assert choose(page).modified is None


def test_relative_line_gives_way_to_a_stamp_and_needs_now() -> None:
    relative = one("قبل 5 ساعات", "markup")
    stamped = choose([relative, one("٢٠٢٤-١٠-٠٧T١٤:٢٩:٢١+0400", "jsonld")], now=NOW).published
    assert stamped is not None
    assert (stamped.date, stamped.time) == (dt.date(2024, 10, 7), dt.time(14, 29, 21))
    alone = choose([relative], now=NOW).published
    assert alone is not None
    assert alone.date == dt.date(2024, 10, 9)
    assert choose([relative]).published is None


def test_a_hijri_line_supports_the_day_next_to_it_and_is_kept() -> None:
    page = [one("2024-03-27T10:00:00+00:00", "jsonld"), one("17 رمضان 1445", "markup")]
    found = choose(page, timezone="Africa/Casablanca", country="MA").published
    assert found is not None
    assert found.date == dt.date(2024, 3, 27)
    assert found.hijri is not None
    assert found.hijri.printed == "1445-09-17"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("نشر في الأيام 24 يوم 21130", '"نشر في الأيام 24 يوم 21130": 21130 is not a day'),
        ("نشر يوم ٤٥ ماي 2024", '"نشر يوم ٤٥ ماي 2024": 45 is not a day'),
        ("خبر عاجل", '"خبر عاجل": no day is written in it'),
        ("آخر تحديث 14:00", '"آخر تحديث 14:00": no day is written in it'),
        ("8 أبريل", '"8 أبريل": no full date can be read from it'),
    ],
)
def test_refusal_names_the_string(text: str, reason: str) -> None:
    assert why_not(one(text, "markup")) == reason


def test_a_page_without_a_date_says_so() -> None:
    assert why_not(None) == "the page shows no date of publication"


def test_a_range_is_not_a_day() -> None:
    body = "<h1>عنوان الخبر الأول في الصفحة</h1><p class='date'>منذ أسبوعين</p><p>نص المقال هنا طويل بما يكفي ليقرأ كاملا.</p>"
    article = read(body.encode(), "https://example.com/1", now=NOW)
    assert article.day is None
    assert article.published_missing == '"منذ أسبوعين": names no exact day'
    assert article.published is not None
    assert article.published.earliest is not None


APART = re.compile(
    r"الان|للتو|اليوم|امس|عند |علي الساعه|hier|yesterday|at |^.?\d+ \d+ |t\d{6}|^\s*27 مارس 2024$|^اول|الفين|الف |^wed mar"
    "|^الثاني من"
)
"""Phrases that are not a date in an ordinary line, but are one in a named element (``time``, ``.date``)."""


def test_a_line_is_examined_if_its_date_can_be_read() -> None:
    lists = [one for name in ("dates_dev.tsv", "dates_more.tsv") for one in load(name) if one.date]
    texts = {one.raw for one in lists} | {one.text for one in printed() if read_printed(one)}
    missed = sorted(text for text in texts if not generic._dated(text) and not APART.search(plain(text)))
    assert missed == []


def test_page_and_reader_have_one_vocabulary_of_months() -> None:
    hijri = set(names("hijri_month"))
    for name in names("month", "short_month", "hijri_month"):
        year = 1442 if name in hijri else 2021
        glued = name if name[-1].isdecimal() else f"{name}{year}"
        for text in (f"7 {name} {year}", f"07-{name}-{year}", f"7 {glued} {year}", f"7/{name}/{year}م"):
            assert generic._dated(text), text


def test_marks_and_glued_letters_do_not_hide_a_date() -> None:
    for text in ("27\u200f/3\u200f/2024", "27/3/2024م", "1445/9/17هـ", "27-مارس-2024", "27 مارس2024"):
        page = f"<h1>عنوان الخبر الأول في الصفحة</h1><p>{text}</p><p>{'نص المقال هنا طويل بما يكفي ليقرأ. ' * 9}</p>"
        assert read(page.encode(), "https://example.ma/1").day == "2024-03-27", text
