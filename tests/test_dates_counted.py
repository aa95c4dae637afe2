"""The interval of a counted phrase (``منذ 3 أيام``) covers what every library means by it."""

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newscrawl.dates import parse
from newscrawl.items import Published
from tests.ages import RULES, phrase
from tests.date_lists import NOW
from tests.trials import size

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
WIDEST = {"minute": 2, "hour": 2, "day": 3, "week": 12, "month": 54, "year": 551}
"""Maximum number of days in the interval of one counted unit."""


def moments() -> Iterator[dt.datetime]:
    """24 moments: each hour of the day once, spread over months and years."""
    for hour in range(24):
        yield dt.datetime(2026, hour * 5 % 12 + 1, hour * 7 % 28 + 1, hour, hour * 13 % 60, tzinfo=dt.UTC)


def ages() -> Iterator[dt.timedelta]:
    """Ages from a minute to 400 days, in growing steps, which are smaller in ``make trials``."""
    minutes = 1.0
    while minutes <= 400 * 1440:
        yield minutes * MINUTE
        minutes *= 1.02 if size(100) > 1 else 1.17


@cache
def read(text: str, now: dt.datetime) -> Published:
    published = parse(text, now=now, timezone="UTC")
    assert published is not None, text
    return published


def allowed(published: Published) -> tuple[dt.date, dt.date]:
    return published.earliest or published.date, published.latest or published.date


@pytest.mark.parametrize("library", RULES)
def test_the_day_is_in_the_interval_whichever_library_counted(library: str) -> None:
    for now in moments():
        for age in ages():
            then = now - age
            text = phrase(RULES[library](then, now))
            first, last = allowed(read(text, now))
            assert first <= then.date() <= last, (text, now, then)


def test_intervals_are_not_wider_than_necessary() -> None:
    for now in moments():
        for age in ages():
            for count in {rule(now - age, now) for rule in RULES.values()}:
                published = read(phrase(count), now)
                first, last = allowed(published)
                assert first <= published.date <= last
                assert (last - first).days + 1 <= WIDEST[published.precision], (count, now)


def test_a_count_of_days_gives_no_day_but_a_word_for_a_day_does() -> None:
    for text in ("منذ يوم", "قبل يومين", "منذ 3 أيام", "5 أيام مضت", "منذ أسبوع", "منذ شهرين", "قبل عام"):
        published = read(text, NOW)
        assert published.earliest is not None, text
        assert published.earliest < published.latest, text  # type: ignore[operator]
    for text in ("أمس", "أول أمس", "اليوم", "الأحد الماضي", "الأحد على الساعة 10:15", "منذ ساعة"):
        assert read(text, NOW).earliest is None, text


def test_minutes_and_hours_keep_their_instant_even_if_the_day_is_uncertain() -> None:
    now = dt.datetime(2026, 8, 20, 0, 50, tzinfo=dt.UTC)
    hour = read("منذ ساعة واحدة", now)  # moment prints this from 45 minutes on
    assert (hour.at, hour.precision) == (now - dt.timedelta(hours=1), "hour")
    assert allowed(hour) == (dt.date(2026, 8, 19), dt.date(2026, 8, 20))
    minutes = read("منذ 50 دقيقة", now)
    assert (minutes.at, minutes.precision) == (now - 50 * MINUTE, "minute")
    assert allowed(minutes) == (dt.date(2026, 8, 19), dt.date(2026, 8, 20))


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("منذ 1 ساعة، 30 دقيقة", "minute", 0, 0),
        ("قبل 1 يوم، 12 ساعة", "hour", 1, 1),
        ("منذ شهر و 4 أسابيع", "week", 57, 65),
        ("منذ 10 أشهر و 25 يومًا", "day", 325, 331),
        ("1 سنة، 6 أشهر مضت", "month", 545, 578),
        ("منذ أقل من دقيقة", "minute", 0, 0),
        ("منذ أقل من ساعة", "hour", 0, 0),
        ("منذ نصف دقيقة", "minute", 0, 0),
        ("منذ بضع ثوان", "minute", 0, 0),
        ("منذ 0.73 دقيقة", "minute", 0, 0),
        ("منذ أكثر من سنة", "year", 366, 731),
        ("منذ ما يقارب سنتين", "year", 547, 1096),
        ("عندو 3 سوايع تقريب", "hour", 0, 0),
        ("كش 24منذ 15 ساعات", "hour", 0, 1),
        ("هسبريسمنذ يومين", "day", 1, 3),
        ("الأسبوع الماضي", "week", 1, 14),
        ("الشهر الماضي", "month", 25, 61),
        ("العام الماضي", "year", 87, 731),
        ("أخر الجمعة عند 9:15 ص", "minute", 5, 5),
        ("Last السبت at 9:15 ص", "minute", 4, 4),
        ("الثلاثاء الماضي عند الساعة 09:15", "minute", 1, 1),
        ("الأحد إلي فات مع 09:15", "minute", 3, 3),
        ("إمبارح الساعة 9:15 ص", "minute", 1, 1),
        ("قبل الأمس", "day", 2, 2),
    ],
)
def test_phrases_of_several_units_of_less_than_one_unit_and_of_the_last_unit(
    text: str, precision: str, first: int, last: int
) -> None:
    published = read(text, NOW)
    assert published.precision == precision
    ages = [(NOW.date() - day).days for day in allowed(published)]
    assert ages == [last, first]


@pytest.mark.parametrize(
    "text",
    [
        "الساعة الآن",
        "خلال 3 أشهر",
        "منذ أيام",
        "الأربعاء على الساعة 10:15",
        "السبت 14:30",
        "الأحد اللي جاي الساعة 9:15 ص",
        "السبت",
    ],
)
def test_phrases_that_name_no_day_are_not_read(text: str) -> None:
    """Among these are the page's clock, CLDR's wrong phrase for the past, and today's weekday (today, or a
    week ago).
    """
    assert parse(text, now=NOW) is None


def test_days_are_counted_over_a_change_of_clocks() -> None:
    zone = "Africa/Cairo"  # summer time began on 26 April 2024
    now = dt.datetime(2024, 4, 28, 0, 20, tzinfo=ZoneInfo(zone))
    published = parse("منذ يومين", now=now, timezone=zone)
    assert published is not None
    assert allowed(published) == (dt.date(2024, 4, 24), dt.date(2024, 4, 26))


PACKAGES = ("moment@2.30.1", "dayjs@1.11.19", "date-fns@4.1.0", "timeago.js@4.0.2", "luxon@3.7.2")


@pytest.mark.trials
def test_what_the_libraries_print(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None or size(100) == 1:
        pytest.skip("it needs npm, and is left to make trials")
    script = tmp_path / "print_ages.js"
    shutil.copy(Path(__file__).parent / "data" / "print_ages.js", script)
    install = [npm, "install", "--silent", "--no-save", "--prefix", str(tmp_path), *PACKAGES]
    done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    asked = [
        [int(now.timestamp() * 1000), int((now - age).timestamp() * 1000)]
        for now in moments()
        for age in ages()
    ]
    printed = subprocess.run(
        ["node", str(script)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    rows = json.loads(printed.stdout)
    assert len(rows) >= 10 * len(asked)
    for library, text, now_, then in rows:
        now = dt.datetime.fromtimestamp(now_ / 1000, dt.UTC)
        first, last = allowed(read(text, now))
        day = dt.datetime.fromtimestamp(then / 1000, dt.UTC).date()
        assert first <= day <= last, (library, text, now, day)
