import datetime as dt
import re
import runpy

import pytest

from newscrawl import timings
from tests.conftest import PROJECT

MODULE = PROJECT / "newscrawl" / "timings.py"


@pytest.mark.parametrize("seconds", [30, 60, 600])
def test_the_lease_is_changed_in_one_place(seconds: int, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed, times = re.subn(
        r"^LEASE = .*$", f"LEASE = dt.timedelta(seconds={seconds})", MODULE.read_text("utf-8"), flags=re.M
    )
    assert times == 1
    (tmp_path / "timings.py").write_text(changed, "utf-8")
    found = runpy.run_path(str(tmp_path / "timings.py"))
    parts = ("HEARTBEAT", "ANSWER", "MARGIN", "SILENCE", "ENDING", "ALIVE", "DEAD")
    for name in parts:
        assert found[name] / found["LEASE"] == getattr(timings, name) / timings.LEASE
    assert found["LEASE"] < found["STARTING"] < found["ABANDONED"]


@pytest.mark.parametrize(
    "sentence",
    [
        "every {HEARTBEAT} seconds, and stops downloading when it could not for {WORKS}; after {LEASE} it",
        "its last heartbeat, sent every {HEARTBEAT} seconds;",
        "marks a run that was silent for {SILENCE} as `killed`",
        "no heartbeat for {SILENCE} seconds",
    ],
)
def test_the_page_for_operators_states_the_times(sentence: str) -> None:
    lengths = {name: getattr(timings, name) for name in ("HEARTBEAT", "LEASE", "SILENCE")}
    lengths["WORKS"] = timings.LEASE - timings.MARGIN
    stated = sentence.format_map({name: f"{length.total_seconds():g}" for name, length in lengths.items()})
    page = " ".join((PROJECT / "docs" / "operate.md").read_text("utf-8").split())
    assert stated in page, f"docs/operate.md should say: {stated}"


def test_lengths_that_contradict_each_other_do_not_load(tmp_path) -> None:
    text = MODULE.read_text("utf-8")
    (tmp_path / "timings.py").write_text(text.replace("MARGIN = LEASE / 3", "MARGIN = LEASE * 0.6"), "utf-8")
    with pytest.raises(ValueError, match=r"HEARTBEAT=[0-9]+ should be between 0 and [0-9]+"):
        runpy.run_path(str(tmp_path / "timings.py"))


LONGEST = (timings.LEASE - timings.MARGIN - timings.ANSWER).total_seconds()


@pytest.mark.parametrize("seconds", [0, -1, LONGEST, timings.LEASE.total_seconds()])
def test_a_heartbeat_that_would_lose_the_lease_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match=f"HEARTBEAT={seconds:g} should be between 0 and {LONGEST:g}"):
        timings.check(dt.timedelta(seconds=seconds))
    timings.check(dt.timedelta(seconds=LONGEST - 1))
