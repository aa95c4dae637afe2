"""Newspapers without a declaration in a schedule: their list and their jobs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from newscrawl.schedule.file import first_file, read_schedule
from newscrawl.schedule.mistakes import ScheduleError
from newscrawl.schedule.newspapers import load_newspapers, read_newspapers
from newscrawl.spider.newspaper import Newspaper
from newscrawl.timings import LEARNING, STARTING
from tests.conftest import Database
from tests.schedule_model import World
from tests.test_schedule_file import SITES

LIST = r"""
[countries.MA]
every = "15m"
[countries.PS]
needs = ["browser"]
every = "2h"

[[newspapers]]
address = "https://www.sada.press.ma/"
name = "صدى \"الجنوب\" \\ الشرق"

[[newspapers]]
address = "https://raya.example/ar/"
country = "PS"
timezone = "Asia/Hebron"
every = "1h"

[[newspapers]]
address = "https://sada.example/"
slug = "sada"
needs = []

[[newspapers]]
address = "http://127.0.0.1:8101/"
"""


def test_each_newspaper_gets_its_own_job_and_lease() -> None:
    listed = read_newspapers(LIST, SITES)
    # A row gets the slug that it states, whatever rows precede it.
    slugs = ["sada_press_ma", "raya", "sada", "site_127"]
    assert [one.newspaper.slug for one in listed] == slugs
    schedule = read_schedule(first_file(SITES, "", listed), SITES)
    entries = {slug: schedule.entries[slug] for slug in slugs}
    assert {entry.spider for entry in entries.values()} == {"any"}
    rules = [str(entry.rule) for entry in entries.values()]
    assert rules == ["every 15m", "every 1h", "every auto", "every auto"]
    assert [set(entry.needs) for entry in entries.values()] == [set(), {"browser"}, set(), set()]
    assert entries["sada_press_ma"].args == {
        "home": "https://www.sada.press.ma/", "title": r'صدى "الجنوب" \ الشرق', "slug": "sada_press_ma",
    }  # fmt: skip
    assert [entries[slug].timezone for slug in slugs] == [None, "Asia/Hebron", None, None]
    for one in listed:
        assert Newspaper.parse(entries[str(one.newspaper.slug)].args) == one.newspaper
    assert schedule.entries["anfas"].spider == "anfas"


ROW = "[[newspapers]]\naddress = 'https://sada.example/'\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the list has no newspapers: write [[newspapers]]"),
        ("newspapers = 5", 1, "newspapers should be a list, not 5"),
        ("newspapers = ['https://a.ma/']", 1, "newspapers should be tables, not 'https://a.ma/'"),
        ("[[newspapers]\n", 1, "invalid TOML"),
        ("[[newspaper]]\n", 1, "unknown key 'newspaper'; did you mean 'newspapers'?"),
        ("[[newspapers]]\nname = 'صدى'", 1, "address is missing: give the home page"),
        ("[[newspapers]]\naddress = 'sada'", 2, "address='sada' should be an address such as"),
        ("[[newspapers]]\naddress = 7", 2, "address should be a string, not 7"),
        ("[[newspapers]]\naddress = 'https://anfas.ma/x'", 2, "is already declared as anfas and"),
        (f"{ROW}adress = 'x'", 3, "unknown key 'adress'; did you mean 'address'?"),
        (f"{ROW}country = 'Morocco'", 3, "country='Morocco' should be an ISO 3166 code such as 'MA'"),
        (f"{ROW}country = 'XX'", 3, "country='XX' should be an ISO 3166 code such as 'MA'"),
        (f"{ROW}timezone = 'Rabat'", 3, "timezone='Rabat' is not an IANA zone; give a name such as"),
        (f"{ROW}name = ''", 3, "name='' is empty: give it a value, or leave it out"),
        (f'{ROW}name = "a\\nb"', 3, "should be one line without control characters"),
        (f"{ROW}slug = 'Sada 24'", 3, "slug='Sada 24' should be a word of a-z, 0-9 and _"),
        (f"{ROW}slug = 'any'", 3, "slug='any' should be"),
        (f"{ROW}slug = 'anfas'", 3, "slug='anfas' is already another newspaper's: choose another"),
        (f"{ROW}every = '10'", 3, "every: '10' should be a length of time such as '15m'"),
        (f"{ROW}every = 10", 3, "every should be a string, not 10"),
        (f"{ROW}needs = 'browser'", 3, "needs should be a list, not 'browser'"),
        (f"{ROW}needs = [1]", 3, 'needs: 1 should be a word such as "browser"'),
        (f"{ROW}[[newspapers]]\naddress = 'http://sada.example/ar'", 4, "is the same newspaper as in line 1"),
        (f"{ROW}[countries.Maroc]\nevery = '1h'", 3, "countries.Maroc should be an ISO 3166 code"),
        (f"{ROW}[countries]\nMA = '1h'", 4, "countries.MA should be a table, not '1h'"),
        (f"{ROW}[countries.MA]\nevry = '1h'", 4, "unknown key 'evry'; did you mean 'every'?"),
        (f"{ROW}[countries.MA]\nevery = '1s'", 4, "every: '1s'"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_line_field_value_and_remedy(text: str, line: int, reason: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        read_newspapers(text, SITES)
    assert [mistake.line for mistake in caught.value.mistakes] == [line], caught.value
    assert reason in str(caught.value)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScheduleError, match="the file cannot be read: No such file"):
        load_newspapers(tmp_path / "newspapers.toml", SITES)


def test_newspapers_with_similar_domains_have_different_slugs() -> None:
    rows = "\n".join(f"[[newspapers]]\naddress = 'https://akhbar.press.{end}/'" for end in ("ma", "tn", "eg"))
    slugs = [one.newspaper.slug for one in read_newspapers(rows, {})]
    assert len(set(slugs)) == 3
    assert slugs[0] == "akhbar"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    world = World(database, tmp_path)
    tables = (f"[sites.n{n}]\nargs = {{ home = 'https://sahifa{n}.example/' }}" for n in range(6))
    world.write("\n".join(["[defaults]\nevery = '1m'", *tables]))
    return world


def test_newspapers_run_side_by_side_each_once_in_its_interval(world: World) -> None:
    world.machine("a")
    world.machine("b")
    world.go_on(65)
    world.runs.clear()
    world.go_on(120)
    assert Counter(run.site for run in world.runs) == {f"n{n}": 2 for n in range(6)}
    assert {run.args["home"] for run in world.runs} == {f"https://sahifa{n}.example/" for n in range(6)}
    assert {lease["_id"] for lease in world.database.ops["leases"].find()} == {f"n{n}" for n in range(6)}


def test_a_job_that_learns_has_more_time_to_begin(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = world.machine("a")
    monkeypatch.setattr(machine, "_begin", lambda job: None)
    world.go_on(65)
    jobs = set(machine.running)
    assert len(jobs) == 6
    world.go_on(int((STARTING * 2).total_seconds()), step=20)
    assert set(machine.running) == jobs
    world.go_on(int(LEARNING.total_seconds()), step=20)
    assert not jobs & set(machine.running)
