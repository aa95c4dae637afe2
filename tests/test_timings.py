import datetime as dt
import runpy

import pytest

from newscrawl import timings
from tests.conftest import PROJECT

MODULE = PROJECT / "newscrawl" / "timings.py"


@pytest.mark.parametrize("seconds", [30, 60, 600])
def test_the_lease_is_changed_in_one_place(seconds: int, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = MODULE.read_text("utf-8").replace(
        "LEASE = dt.timedelta(seconds=60)", f"LEASE = dt.timedelta(seconds={seconds})"
    )
    assert changed != MODULE.read_text("utf-8") or seconds == 60
    (tmp_path / "timings.py").write_text(changed, "utf-8")
    found = runpy.run_path(str(tmp_path / "timings.py"))
    parts = ("HEARTBEAT", "ANSWER", "MARGIN", "SILENCE", "ENDING", "ALIVE", "DEAD")
    for name in parts:
        assert found[name] / found["LEASE"] == getattr(timings, name) / timings.LEASE
    assert found["LEASE"] < found["STARTING"] < found["ABANDONED"]


def test_lengths_that_contradict_each_other_do_not_load(tmp_path) -> None:
    text = MODULE.read_text("utf-8")
    (tmp_path / "timings.py").write_text(text.replace("MARGIN = LEASE / 3", "MARGIN = LEASE * 0.6"), "utf-8")
    with pytest.raises(ValueError, match="HEARTBEAT=15 should lie between 0 and 9"):
        runpy.run_path(str(tmp_path / "timings.py"))


@pytest.mark.parametrize("seconds", [0, -1, 25, 60])
def test_a_heartbeat_that_would_lose_the_lease_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match=f"HEARTBEAT={seconds} should lie between 0 and 25"):
        timings.check(dt.timedelta(seconds=seconds))
    timings.check(dt.timedelta(seconds=24))
