"""The size of a trial (full in ``make trials``, a hundredth in ``make test``), and how its cost grows."""

import gc
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

Input = TypeVar("Input")
Test = TypeVar("Test", bound=Callable[..., object])

RUNS = 15
"""Maximum number of runs, of which the least counts: a busy machine adds another amount to each. Five runs of
20 ms are not enough while two busy loops run.
"""
EQUAL_SECONDS = 0.01
"""Shorter times are too short to compare."""


def size(full: int) -> int:
    """The number of cases to try in this test run, at least one."""
    return max(1, round(full * float(os.environ.get("NEWSCRAWL_TRIALS", "0.01"))))


def growth(
    call: Callable[[Input], object], make: Callable[[int], Input], n: int, limit: float = 2.5
) -> float:
    """The CPU time of ``call(make(2 * n))`` divided by that of ``call(make(n))``.

    2 is linear, 4 is quadratic; the tests use no time in any other way. The two run in turn, and the least of
    :data:`RUNS` runs counts; any time below :data:`EQUAL_SECONDS` is rounded up to it. The function stops
    early once two runs have stayed within ``limit``.
    """
    inputs = make(n), make(2 * n)
    least = [float("inf"), float("inf")]
    ratio = float("inf")
    for done in range(1, RUNS + 1):
        least = [min(seconds, _seconds(call, given)) for seconds, given in zip(least, inputs, strict=True)]
        once, twice = (max(seconds, EQUAL_SECONDS) for seconds in least)
        ratio = twice / once
        if twice == EQUAL_SECONDS or (done > 1 and ratio <= limit):
            break
    return ratio


def _seconds(call: Callable[[Any], object], given: Any) -> float:
    """The CPU time of this thread, without collecting the garbage of other tests."""
    gc.disable()
    try:
        started = time.thread_time()
        call(given)
        return time.thread_time() - started
    finally:
        gc.enable()


LONG = (
    pytest.mark.trials,
    pytest.mark.skipif(size(100) < 100, reason="it takes long: `make trials` runs it"),
)
"""Marks a test, or one of its cases, that only ``make trials`` runs."""


def long(test: Test) -> Test:
    """The test, which only ``make trials`` runs."""
    for mark in LONG:
        test = mark(test)
    return test
