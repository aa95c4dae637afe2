import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings

from newscrawl import settings
from newscrawl.download.network import networks
from newscrawl.settings import VARIABLES, complete, log_level
from newscrawl.timings import LEASE
from tests.conftest import PROJECT, scrapy


def test_the_page_lists_every_variable_with_its_default_and_reason() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    assert [row for row in (variable.row for variable in VARIABLES) if row not in page.splitlines()] == []


@pytest.mark.parametrize(
    ("name", "given", "allowed"),
    [
        ("NEWSCRAWL_DOWNLOAD_DELAY", "abc", "a number, 0 or more: seconds between"),
        ("NEWSCRAWL_DOWNLOAD_DELAY", "nan", "a number, 0 or more"),
        ("NEWSCRAWL_DOWNLOAD_DELAY", "inf", "a number, 0 or more"),
        ("NEWSCRAWL_TIMEOUT", "2h", "a whole number, 0 or more: seconds a crawl may take"),
        ("NEWSCRAWL_LOG_LEVEL", "TRACE", "a log level: DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        *(
            (variable.name, "-1", f", {variable.least} or more")
            for variable in VARIABLES
            if variable.least is not None
        ),
        ("NEWSCRAWL_HORIZON_DAYS", "0", "a whole number, 1 or more"),
    ],
)
def test_a_value_that_cannot_be_used_ends_with_a_sentence(
    name: str, given: str, allowed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, given)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(PROJECT / "newscrawl" / "settings.py"))
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{name}='{given}' should be ")
    assert allowed in said


def test_every_number_has_a_minimum() -> None:
    numbers = [variable for variable in VARIABLES if isinstance(variable.default, int | float)]
    assert [variable.name for variable in numbers if variable.least is None] == []
    assert len(numbers) > 9


def test_a_level_may_be_written_in_small_letters() -> None:
    assert log_level("warning") == "WARNING"


def test_scrapy_ends_with_only_the_sentence() -> None:
    done = scrapy("list", NEWSCRAWL_TIMEOUT="2h")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "NEWSCRAWL_TIMEOUT='2h' should be a whole number, 0 or more: seconds a crawl may take; 0: no limit"
    ]


def test_the_environment_decides() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from newscrawl.settings import *; print(USER_AGENT, DOWNLOAD_DELAY)"],
        env=os.environ | {"NEWSCRAWL_CONTACT": "news@example.org", "NEWSCRAWL_DOWNLOAD_DELAY": "5"},
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said.startswith("newscrawl/")
    assert "(+news@example.org) 5.0" in said


def _given(**values: str) -> Settings:
    given = Settings()
    given.setmodule(settings, priority="project")
    for name, value in values.items():
        given.set(name, value, priority="cmdline")
    return given


def test_each_variable_is_the_default_of_its_setting() -> None:
    for variable in VARIABLES:
        if not os.environ.get(variable.name):
            assert getattr(settings, variable.setting) == variable.default


@pytest.mark.parametrize("variable", [found for found in VARIABLES if found.least is not None])
def test_a_bad_setting_is_refused_like_its_variable(variable: settings.Variable) -> None:
    with pytest.raises(
        ValueError, match=f"^{variable.setting}='-1' should be .*, {variable.least} or more: "
    ):
        complete(_given(**{variable.setting: "-1"}))


@pytest.mark.parametrize(
    ("given", "said"),
    [(f"{LEASE.seconds}", "HEARTBEAT=[0-9]+ should be"), ("abc", "HEARTBEAT='abc' should be")],
)
def test_a_heartbeat_is_refused_before_anything_runs(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        complete(_given(HEARTBEAT=given))


def test_a_setting_is_read_like_its_variable() -> None:
    given = _given(
        LOG_LEVEL="warning", PRIVATE_NETWORKS="10.1.0.0/16", DOWNLOAD_DELAY="5", CONTACT="a@example.org"
    )
    complete(given)
    assert given["LOG_LEVEL"] == "WARNING"
    assert given["PRIVATE_NETWORKS"] == networks("10.1.0.0/16")
    assert given["DOWNLOAD_DELAY"] == 5.0
    assert given["USER_AGENT"].endswith(" (+a@example.org)")
    own = _given(CONTACT="a@example.org", USER_AGENT="own")
    complete(own)
    assert own["USER_AGENT"] == "own"


OPENING = re.compile(r"\b(?:Async)?MongoClient(?:\[[^(]*\])?\(")


def test_mongodb_is_opened_in_one_place() -> None:
    code = {path.relative_to(PROJECT): path.read_text("utf-8") for path in PROJECT.glob("newscrawl/**/*.py")}
    shown = {
        Path("newscrawl/data_dictionary/page.py"),
        Path("newscrawl/commands/mongo.py"),
    }  # typed by users
    found = {
        path for path, text in code.items() if OPENING.search(re.sub(">>>.*|\\.\\.\\. .*", "", text))
    } - shown
    assert found == {Path("newscrawl/mongod/opening.py")}
    asked = {
        path
        for path, text in code.items()
        if re.search(r"environ\W+(?:get\W+)?(?:MONGODB|NEWSCRAWL_DATA)", text)
    }
    assert asked - shown == set()
