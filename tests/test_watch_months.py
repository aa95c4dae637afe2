"""Alarms in synthetic months: few are false, and hardly any are missed."""

import datetime as dt

import pytest

from tests.site_months import World
from tests.trials import long
from tests.watched import Score, WatchTrial

HOUR = dt.timedelta(hours=1)
TUNED = range(20)
"""Seeds on which the monitors were tuned; all others are held out."""


def scored(seeds: range, every: dt.timedelta) -> Score:
    total = Score()
    for seed in seeds:
        total.add(WatchTrial(World(seed)).score(every))
    return total


def test_a_month_raises_the_right_alarms_and_no_others() -> None:
    score = WatchTrial(World(3, sites=4)).score(24 * HOUR)
    assert score.due >= 2
    assert not score.missed, score
    assert not score.false, score.false


@long
@pytest.mark.parametrize("seeds", [TUNED, range(210, 230)], ids=["tuned", "held out"])
def test_hundreds_of_months_raise_the_right_alarms(seeds: range) -> None:
    score = scored(seeds, HOUR)
    print(f"\n{score}", *score.false, *score.missed, sep="\n")
    assert len(score.false) <= score.months / 10
    assert len(score.missed) <= 0.02 * score.due
