import os
import subprocess
import sys

import pytest

from newscrawl.settings import VARIABLES, environment
from tests.conftest import PROJECT


def test_the_page_lists_every_variable_with_its_default_and_reason() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    rows = [
        f"| `{v.name}` | {'' if v.default in (None, '') else f'`{v.default}`'} | {v.reason} |"
        for v in VARIABLES
    ]
    assert [row for row in rows if row not in page] == []


def test_a_value_of_the_wrong_kind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_SAMPLE", "soon")
    with pytest.raises(ValueError, match="NEWSCRAWL_SAMPLE='soon' is not a float: seconds"):
        environment("NEWSCRAWL_SAMPLE", 2.0, "seconds", float)
    VARIABLES.pop()


def test_the_environment_decides() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from newscrawl.settings import *; print(USER_AGENT, DOWNLOAD_DELAY)"],
        env=os.environ | {"NEWSCRAWL_CONTACT": "news@example.org", "NEWSCRAWL_DOWNLOAD_DELAY": "5"},
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said.startswith("newscrawl/")
    assert "(+news@example.org) 5.0" in said
