"""The meaning of a schedule file, and the mistakes that are refused."""

import datetime as dt
import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.dates import zone
from newscrawl.schedule.file import first_file, load_schedule, read_schedule
from newscrawl.schedule.mistakes import ScheduleError
from newscrawl.schedule.times import Cron, Every, count_pieces, duration, pieces
from newscrawl.sites import Feed, Listing, Site
from spiders.alayam24 import Alayam24
from spiders.maghress import Maghress
from tests.conftest import PROJECT, scrapy

UTC = dt.UTC


def site(name: str, *, refused: str | None = None, render: bool = False) -> Site:
    return Site(
        name=name,
        domain=f"{name}.ma",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"\d+$",
        discover=[Listing("/", follow_sections=True)],
        refused=refused,
        render=render,
    )


SITES = {
    "anfas": site("anfas"),
    "chouala": site("chouala"),
    "lakom": site("lakom", refused="its robots.txt refuses us"),
    "taza": site("taza", render=True),
    "azul": replace(site("azul"), discover=[Feed(name="sport")]),
}


def refused(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ScheduleError) as caught:
        read_schedule(text, SITES)
    return [(mistake.line, mistake.reason) for mistake in caught.value.mistakes]


class TestRead:
    def test_a_site_has_its_own_values_and_the_defaults(self) -> None:
        schedule = read_schedule(
            """
            timezone = "Africa/Casablanca"
            [defaults]
            every = "30m"
            longest = "1h"
            [sites.anfas]
            cron = "30 6-22 * * *"
            args = { sections = "politics", limit = 100 }
            settings = { DOWNLOAD_DELAY = 5 }
            needs = ["browser"]
            [sites.chouala]
            """,
            SITES,
        )
        anfas, chouala = schedule.entries["anfas"], schedule.entries["chouala"]
        assert str(anfas.rule) == "cron 30 6-22 * * * Africa/Casablanca"
        assert anfas.args == {"sections": "politics", "limit": "100"}
        assert anfas.settings == {"DOWNLOAD_DELAY": "5"}
        assert anfas.needs == {"browser"}
        assert anfas.longest == dt.timedelta(hours=1)
        assert (str(chouala.rule), chouala.args) == ("every 30m", {})

    def test_a_disabled_site_is_left_out(self) -> None:
        text = '[sites.anfas]\nevery = "1h"\nenabled = false\n[sites.chouala]\nevery = "1h"'
        assert list(read_schedule(text, SITES).entries) == ["chouala"]

    def test_sites_with_one_interval_are_spread_evenly_over_it(self) -> None:
        text = "\n".join(f'[sites.s{n:02}]\nevery = "1h"' for n in range(60))
        entries = read_schedule(text, {f"s{n:02}": SITES["anfas"] for n in range(60)}).entries
        noon = dt.datetime(2024, 3, 27, 12, tzinfo=UTC)
        due = sorted(entry.rule.after(noon - dt.timedelta(seconds=1)) for entry in entries.values())
        assert due == [noon + dt.timedelta(minutes=n) for n in range(60)]

    def test_a_backfill_is_split_into_jobs_the_newest_first(self) -> None:
        text = (
            '[sites.anfas]\nevery = "1h"\n'
            '[[backfills]]\nsite = "anfas"\nsince = 2024-03-01\nuntil = "2024-03-10"\nby = "7d"'
        )
        assert [piece.id for piece in read_schedule(text, SITES).pieces] == [
            "anfas 2024-03-04 2024-03-10",
            "anfas 2024-03-01 2024-03-03",
        ]

    def test_the_shipped_example_is_valid(self) -> None:
        spiders = {spider.name: spider.site for spider in (Alayam24, Maghress)}
        assert list(load_schedule(PROJECT / "deploy" / "schedule.toml", spiders).entries) == [
            "alayam24",
            "maghress",
        ]

    def test_the_file_of_init_is_a_valid_schedule(self) -> None:
        assert list(read_schedule(first_file(SITES), SITES).entries) == ["anfas", "azul", "chouala", "taza"]

    def test_the_example_in_the_file_of_init_is_valid(self) -> None:
        text = first_file({})
        example = text[text.index("# [sites.example]") :].replace("\n# ", "\n").removeprefix("# ")
        schedule = read_schedule(example.replace("enabled = false\n", ""), {"example": SITES["anfas"]})
        assert schedule.entries["example"].args == {"sections": "politics,sport", "limit": "200"}
        assert len(schedule.pieces) == 13

    def test_the_size_of_a_schedule_in_words(self) -> None:
        one = "[sites.anfas]\nevery = '1h'\n"
        assert str(read_schedule(one, SITES)) == "1 site"
        backfill = "[[backfills]]\nsite = 'anfas'\nsince = 2024-01-01\nuntil = 2024-01-20\nby = '7d'"
        assert str(read_schedule(one + backfill, SITES)) == "1 site, 3 backfill jobs"
        assert str(read_schedule("", SITES)) == "no site is enabled, so nothing would run"

    def test_a_file_elsewhere_is_named_in_every_command(self, tmp_path: Path) -> None:
        file = tmp_path / "my schedule.toml"
        option = f" --file '{file}'"
        with pytest.raises(ScheduleError, match=r"schedule --init --file '.*my schedule\.toml'` writes"):
            load_schedule(file, SITES)
        listed = PROJECT / "deploy" / "newspapers.toml"
        done = scrapy("schedule", "--init", "--list", str(listed), "--file", str(file))
        assert re.search(rf"was written, with \d\d newspapers of {re.escape(str(listed))};", done.stdout), (
            done.stderr
        )
        table = '[sites.marebpress]\nargs = { home = "https://marebpress.net/", country = "YE" }\n'
        assert table in file.read_text("utf-8")
        assert f"scrapy schedule --check{option}, scrapy schedule --next{option}" in done.stdout
        assert f"#   scrapy schedule --check{option} " in file.read_text("utf-8")


def test_a_missing_package_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "cronsim.py").write_text("raise ImportError(name='cronsim')", "utf-8")
    done = scrapy("schedule", "--check", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "cronsim is missing: run `make node`" in done.stderr


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("[sites.anfas]\nevery = 15m", 2, "invalid TOML"),
            ("[sites.anfas]\nevery = '15m'\n[sites.anfas]", 3, "invalid TOML"),
            ("[sites.anfas]\n\nevery = '15'", 3, "every: '15' should be a length of time such as '15m'"),
            ("[sites.anfas]\nevery = '30s'", 2, "the shortest interval is '1m'"),
            ("[sites.anfas]\nevery = 15", 2, "every should be a string, not 15"),
            ("[sites.anfas]\ncron = '61 * * * *'", 2, "cron: '61 * * * *': bad minute"),
            ("[sites.anfas]\ncron = '5 * * *'", 2, "should have five cron fields"),
            ("[sites.anfas]\ncron = '0 0 31 2 *'", 2, "cron: '0 0 31 2 *'"),
            ("[sites.anfas]\nargs = {}", 1, "needs exactly one of every"),
            ("[sites.anfas]\nevery = '1h'\ncron = '0 * * * *'", 1, "needs exactly one of every"),
            ("[sites.anfaz]\nevery = '1h'", 1, "there is no spider 'anfaz'; did you mean 'anfas'?"),
            ("[sites.qqq]\nevery = '1h'", 1, "there is no spider 'qqq'; see `scrapy list`"),
            ("[sites.anfas]\nevry = '1h'", 2, "unknown key 'evry'; did you mean 'every'?"),
            ("timezone = 'Casablanca'", 1, "'Casablanca' should be a time zone such as"),
            ("[sites.anfas]\nevery = '1h'\nargs = { sinc = '1' }", 3, "unknown argument 'sinc'"),
            ("[sites.anfas]\nevery = '1h'\nargs.limit = 'all'", 3, "limit='all' should be a whole number"),
            ("[sites.anfas]\nevery = '1h'\n[sites.anfas.args]\nlimit = 'all'", 3, "limit='all'"),
            ("[sites.anfas]\nevery = '1h'\nargs = { sections = ['a'] }", 3, "should be a string, not ['a']"),
            ("[sites.azul]\nevery = '1h'\nargs = { sections = 'a' }", 3, "no such section; it has: sport"),
            ("[sites.anfas]\nevery = '1h'\nenabled = 'no'", 3, "enabled should be true or false, not 'no'"),
            ("[sites.lakom]\nevery = '1h'", 1, "its robots.txt refuses us"),
            ("[sites.taza]\nevery = '1h'", 1, 'add needs = ["browser"]'),
            ("[defaults]\nlongest = 'long'\n[sites.anfas]\nevery = '1h'", 2, "longest: 'long'"),
            ("[defaults]\nevery = 5\n[sites.anfas]", 2, "every should be a string, not 5"),
            ("[sites.sada]\nevery = '1h'\nargs.home = 'sada'", 3, "home='sada' should be an address"),
            ("[sites.sada]\nevery = '1h'\nargs.hoem = 'x'", 1, "there is no spider 'sada'"),
            ("[sites.anfas]\nevery = '1h'\nargs.home = 'x'", 3, "unknown argument 'home'"),
            ("[sites.sada]\nevery = '1h'\nargs = { home = 'https://anfas.ma/' }", 3, "write [sites.anfas]"),
            ("[sites.sa-da]\nevery = '1h'\nargs.home = 'https://a.ma/'", 3, "slug='sa-da' should be a word"),
            (
                "[sites.sada]\nevery = '1h'\nargs = { home = 'https://a.ma/', slug = 'b' }",
                3,
                "slug is the name of the table",
            ),
            (
                "[sites.sada]\nevery = '1h'\nargs = { home = 'https://a.ma/', timezone = 'Rabat' }",
                3,
                "timezone='Rabat' is not an IANA zone",
            ),
            (
                (
                    "[sites.a]\nevery = '1h'\nargs.home = 'https://a.ma/'\n"
                    "[sites.b]\nevery = '1h'\nargs.feed = 'https://www.a.ma/feed'"
                ),
                6,
                "feed='https://www.a.ma/feed' is the same newspaper as [sites.a]",
            ),
            ("site = 1", 1, "unknown key 'site'; did you mean 'sites'?"),
            ("sites = 1", 1, "sites should be a table, not 1"),
            ("[sites]\nanfas = '1h'", 2, "anfas should be a table: [sites.anfas]"),
            (
                (
                    "[sites.anfas]\nevery = '1h'\n[[backfills]]\nsite = 'anfas'\nsince = 2024-03-02\n"
                    "until = 2024-03-01"
                ),
                5,
                "since=2024-03-02 is after until=2024-03-01",
            ),
            ("[[backfills]]\nsite = 'anfas'", 1, "a backfill needs since"),
            (
                (
                    "[sites.anfas]\nevery = '1h'\n[[backfills]]\nsite = 'anfas'\nsince = 2024-03-01\n"
                    "until = 2024-03-02\n[[backfills]]\nsite = 'anfas'\nsince = 'March'\nuntil = 2024-03-02"
                ),
                9,
                "since='March'",
            ),
            (
                (
                    "[sites.anfas]\nevery = '1h'\n[[backfills]]\nsite = 'anfas'\nsince = 2024-03-01\n"
                    "until = 2024-03-02\nby = '7h'"
                ),
                7,
                "by: '7h' should be whole days",
            ),
        ],
    )
    def test_a_mistake_is_refused_with_its_line_and_reason(self, text: str, line: int, reason: str) -> None:
        found = refused(text)
        assert [where for where, _ in found] == [line]
        assert reason in found[0][1]

    def test_all_mistakes_are_reported_at_once_in_order(self) -> None:
        found = refused("evry = 1\n[sites.anfas]\nevery = '5'\nlongest = ''\n[sites.nobody]")
        assert [line for line, _ in found] == [1, 3, 4, 5]

    @settings(max_examples=200, derandomize=True, deadline=None)
    @given(st.text(alphabet=st.sampled_from("[]{}=.\"'#\n siteanfevry15mtrue-"), max_size=80))
    def test_any_file_is_a_schedule_or_refused(self, text: str) -> None:
        lines: list[int] = []
        try:
            read_schedule(text, SITES)
        except ScheduleError as error:
            lines = [mistake.line for mistake in error.mistakes]
        assert all(1 <= line <= text.count("\n") + 1 for line in lines)


MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda second: dt.datetime.fromtimestamp(second, UTC))
SHARES = st.integers(0, 59).map(lambda second: second / 60)


TOML = st.recursive(
    st.sampled_from(
        ["true", "0", "-1", "1e9", "inf", "''", "'1h'", "'٥m'", "'0 6 * * *'", "'anfas'", "'30d'",
         "0001-01-01",
         "9999-12-31", "2024-02-30", "2024-03-27T10:00:00Z", "10:00:00",
         f"'{'9' * 5000}d'", "9" * 5000,
         "'0001-01-01'", "'1445-09-17H'", "'*/0 1-99999999999 * * *'",
         "'\\u0000'", "'Africa/Casablanca'"]
    ),
    lambda inner: st.lists(inner, max_size=2).map(lambda found: f"[{', '.join(found)}]")
    | st.tuples(st.sampled_from("site since until by every limit url _job x".split()), inner).map(
        lambda pair: f"{{{pair[0]} = {pair[1]}}}"
    ),
    max_leaves=4,
)  # fmt: skip
KEYS = "timezone every cron enabled longest args settings needs site since until by".split()
TABLES = ["", "[defaults]", "[sites.anfas]", "[sites.nobody]", "[sites]", "[[backfills]]"]


class TestWhateverIsInTheFile:
    @settings(max_examples=300, derandomize=True, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(TABLES), st.dictionaries(st.sampled_from(KEYS), TOML, max_size=4)),
            max_size=4,
        )
    )
    def test_any_value_is_accepted_or_refused(self, tables: list[tuple[str, dict[str, str]]]) -> None:
        text = "\n".join(
            "\n".join([header, *(f"{key} = {value}" for key, value in keys.items())])
            for header, keys in tables
        )
        with suppress(ScheduleError):
            read_schedule(text, SITES)

    def test_deep_nesting_and_long_numbers_are_refused(self) -> None:
        for text in ("x = " + "[" * 100_000, "x = " + "{a=" * 50_000, f"x = {'9' * 5000}"):
            with pytest.raises(ScheduleError, match="line 1: invalid "):
                read_schedule(text, SITES)

    def test_days_before_all_newspapers_are_bounded(self) -> None:
        text = "[sites.anfas]\nevery = '1h'\n[[backfills]]\nsite = 'anfas'\nsince = 1500-01-01\nuntil = {}"
        assert refused(text.format("2024-01-01") + "\nby = '1d'")[0][0] == 7
        first = read_schedule(text.format("1500-01-20") + "\nby = '7d'", SITES).pieces[-1]
        assert (first.since, first.until) == (dt.date(1500, 1, 1), dt.date(1500, 1, 7))
        assert "if it is Hijri, write 0001-01-20H" in refused(text.format("0001-01-20") + "\nby = '7d'")[0][1]
        many = "[[backfills]]\nsite = 'anfas'\nsince = 1990-01-01\nuntil = 2024-01-01\nby = '7d'\n"
        assert "more than 5000" in refused("[sites.anfas]\nevery = '1h'\n" + many * 3)[0][1]

    def test_anything_but_a_regular_file_is_never_opened(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "large").write_bytes(b"#" * 1_000_001)
        (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
        for name in ("pipe", "large", "binary", ""):
            with pytest.raises(ScheduleError, match="the file cannot be read"):
                load_schedule(tmp_path / name, SITES)


class TestRemarks:
    NOW = dt.datetime(2024, 3, 27, 12, tzinfo=UTC)

    def said(self, text: str) -> list[str]:
        return read_schedule(text, SITES).warnings(self.NOW)

    def backfill(self, since: str, until: str, site: str = "anfas") -> str:
        return f"\n[[backfills]]\nsite = '{site}'\nsince = {since}\nuntil = {until}\nby = '7d'"

    def test_a_backfill_of_a_disabled_site(self) -> None:
        text = "[sites.anfas]\nevery = '1h'\nenabled = false" + self.backfill("2024-01-01", "2024-01-31")
        assert self.said(text) == ["line 4: the backfill of anfas waits until the site is enabled"]

    def test_arguments_that_would_cut_a_job_short_are_left_out(self) -> None:
        text = (
            "[sites.anfas]\nevery = '1h'\n"
            "args = { limit = '5', url = 'https://anfas.ma/1', sections = 'a' }\n"
            "settings = { CLOSESPIDER_ITEMCOUNT = '9', DOWNLOAD_DELAY = '5' }"
        ) + self.backfill("2024-01-01", "2024-01-07")
        schedule = read_schedule(text, SITES)
        said = "line 5: the backfill of anfas ignores CLOSESPIDER_ITEMCOUNT, limit, url, to miss no article"
        assert schedule.warnings(self.NOW) == [said]
        (piece,), entry = schedule.pieces, schedule.entries["anfas"]
        assert entry.arguments(piece) == {"sections": "a", "since": "2024-01-01", "until": "2024-01-07"}
        assert entry.arguments()["limit"] == "5"
        scheduled = {"SCHEDULED": "True", "CLOSESPIDER_TIMEOUT": "7200"}
        assert entry.job_settings(piece) == {"DOWNLOAD_DELAY": "5"} | scheduled
        assert entry.job_settings()["CLOSESPIDER_ITEMCOUNT"] == "9"

    def test_overlaps(self) -> None:
        text = "[sites.anfas]\nevery = '1h'\n[sites.chouala]\nevery = '1h'"
        text += self.backfill("2024-01-01", "2024-01-31") + self.backfill("2024-01-31", "2024-02-10")
        text += self.backfill("2024-01-01", "2024-01-31", "chouala")
        assert self.said(text) == [
            "line 10: anfas from 2024-01-31 to 2024-01-31 is also in the backfill of line 5"
        ]

    def test_future_days(self) -> None:
        text = "[sites.anfas]\nevery = '1h'" + self.backfill("2024-03-04", "2024-04-07")
        assert self.said(text) == ["2 backfill jobs will start when the last of their days has ended"]

    def test_check_reports_the_remarks(self, tmp_path: Path) -> None:
        file = tmp_path / "schedule.toml"
        text = "[sites.alayam24]\nevery = '1h'" + self.backfill("2024-01-01", "9999-12-31", "alayam24")
        file.write_text(text.replace("7d", "366d").replace("9999", "2100"), "utf-8")
        done = scrapy("schedule", "--check", "--file", str(file))
        assert done.returncode == 0
        assert "backfill jobs will start when the last of their days has ended" in done.stdout


class TestTimes:
    @given(MOMENTS, st.sampled_from(["1m", "15m", "7h", "1d", "1h30m"]), SHARES)
    @settings(max_examples=200, derandomize=True, deadline=None)
    def test_an_interval_is_due_once_in_each_interval(
        self, now: dt.datetime, text: str, share: float
    ) -> None:
        due = Every(text, share).after(now)
        assert now < due <= now + duration(text)
        assert Every(text, share).after(due) == due + duration(text)

    @given(MOMENTS, st.sampled_from(["*/5 * * * *", "30 6 * * *", "0 0 1 * *", "15 2 * * 0"]), SHARES)
    @settings(max_examples=100, derandomize=True, deadline=None)
    def test_cron_words_are_due_in_their_minute(self, now: dt.datetime, words: str, share: float) -> None:
        due = Cron(words, "Africa/Cairo", share).after(now)
        minute = due.replace(second=0, microsecond=0)
        assert now < due
        assert Cron(words, "Africa/Cairo").after(minute - dt.timedelta(seconds=1)) == minute

    def test_cron_words_follow_the_zone(self) -> None:
        now = dt.datetime(2024, 3, 27, tzinfo=UTC)
        assert Cron("30 6 * * *", "Asia/Riyadh").after(now) == dt.datetime(2024, 3, 27, 3, 30, tzinfo=UTC)
        assert Cron("@daily").after(now) == dt.datetime(2024, 3, 28, tzinfo=UTC)

    def test_a_change_of_clocks_skips_no_run_and_repeats_none(self) -> None:
        words = Cron(
            "30 0 * * *", "Africa/Cairo"
        )  # there 2024-04-26 has no 00:30, and an hour of 2024-11-01 occurs twice
        due = [dt.datetime(2024, 4, 24, tzinfo=UTC)]
        while due[-1] < dt.datetime(2024, 11, 5, tzinfo=UTC):
            due.append(words.after(due[-1]))
        days = [moment.date() for moment in due[1:]]
        assert len(set(days)) == len(days) == (days[-1] - days[0]).days + 1

    def test_cron_words_follow_the_present_rules_of_the_zone(self) -> None:
        """Morocco left UTC+1 on 2026-09-20; the system's zone files may be older."""
        now = dt.datetime(2026, 10, 1, tzinfo=UTC)
        due = Cron("30 6 * * *", "Africa/Casablanca").after(now)
        assert due == dt.datetime(2026, 10, 1, 6, 30, tzinfo=UTC)
        assert due == dt.datetime(2026, 10, 1, 6, 30, tzinfo=zone("Africa/Casablanca"))

    @given(
        st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
        st.integers(0, 800),
        st.integers(0, 30),
        st.integers(1, 60),
    )
    @settings(max_examples=100, derandomize=True, deadline=None)
    def test_a_range_that_grows_keeps_its_jobs(self, since: dt.date, days: int, more: int, by: int) -> None:
        until = since + dt.timedelta(days=days)
        before = set(pieces(since, until, by))
        after = set(pieces(since, until + dt.timedelta(days=more), by))
        assert len(before - after) <= 1
        assert count_pieces(since, until, by) == len(before)

    @given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 800), st.integers(1, 60))
    @settings(max_examples=100, derandomize=True, deadline=None)
    def test_the_jobs_of_a_range_cover_the_range(self, since: dt.date, days: int, by: int) -> None:
        until = since + dt.timedelta(days=days)
        found = list(pieces(since, until, by))
        covered = [a + dt.timedelta(days=n) for a, b in reversed(found) for n in range((b - a).days + 1)]
        assert covered == [since + dt.timedelta(days=n) for n in range(days + 1)]
        assert all((b - a).days < by for a, b in found)
