"""A site with an unknown clock: days are stored as printed, instants only if the page states an offset."""

from __future__ import annotations

import datetime as dt

from newscrawl.discovery.entry import entry
from newscrawl.kit import declare, probe
from newscrawl.page import read
from newscrawl.schedule.file import Piece, ScheduledSite
from newscrawl.schedule.times import Every
from newscrawl.sites import Site
from tests.page_shapes import TITLE, frame, ps

SITE = Site(name="صدى", domain="sada.example", article=r"^/\d+$", discover=[])
NOW = dt.datetime(2024, 10, 9, 10, tzinfo=dt.UTC)


def printed(date: str) -> tuple[str | None, dt.datetime | None, str | None]:
    page = frame(f'<div class="t"><h1>{TITLE}</h1>{date}{ps()}</div>')
    article = read(page, "https://sada.example/1", site=SITE, now=NOW)
    return article.day, article.published_at, article.published.time if article.published else None


def test_a_printed_time_is_not_an_instant() -> None:
    assert printed("<p>الإثنين 7 أكتوبر 2024 - 23:45</p>") == ("2024-10-07", None, "23:45")


def test_an_offset_makes_an_instant_and_leaves_the_day_as_printed() -> None:
    day, at, _ = printed('<time datetime="2024-10-07T23:45:00-03:00">7 أكتوبر 2024</time>')
    assert (day, at) == ("2024-10-07", dt.datetime(2024, 10, 8, 2, 45, tzinfo=dt.UTC))


def test_a_list_gives_the_days_that_it_prints() -> None:
    given = entry(
        "https://sada.example/1", SITE, date="Mon, 07 Oct 2024 23:45:00 -0300", modified="2024-10-08"
    )
    assert given.day == dt.date(2024, 10, 7)
    assert given.lastmod == dt.datetime(2024, 10, 8, tzinfo=dt.UTC)
    assert entry("https://sada.example/1", SITE, date="2024-10-07T23:45:00").day == dt.date(2024, 10, 7)


def test_a_day_of_a_backfill_is_over_when_it_has_ended_everywhere() -> None:
    hourly = Every("1h")
    job = ScheduledSite(site="sada", rule=hourly, longest=dt.timedelta(hours=1), rank=0, timezone=None)
    piece = Piece(site="sada", since=dt.date(2024, 10, 7), until=dt.date(2024, 10, 7))
    assert not job.is_over(piece, dt.datetime(2024, 10, 8, 11, 59, tzinfo=dt.UTC))
    assert job.is_over(piece, dt.datetime(2024, 10, 8, 12, tzinfo=dt.UTC))


def test_a_new_site_has_no_clock_unless_one_is_given() -> None:
    found = probe.begin("https://sada.example/", name="sada")
    assert found.site().timezone is None
    written = declare.site_file(found, 2026)
    assert "timezone=None,  # missing: the clock of its pages" in written
    compile(written, "sada.py", "exec")
