"""How large a trial is (full with ``make trials``, a hundredth in ``make test``), and how cost grows."""

import gc
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

Input = TypeVar("Input")
Test = TypeVar("Test", bound=Callable[..., object])

RUNS = 15
"""Runs of which the least counts, at most: what a busy machine adds is never the same twice. Five are not
enough for 20 ms beside two busy loops."""
EQUAL_SECONDS = 0.01
"""What takes less than this costs nothing that could be compared."""


def size(full: int) -> int:
    """The number of cases to try now, at least one."""
    return max(1, round(full * float(os.environ.get("NEWSCRAWL_TRIALS", "0.01"))))


def growth(
    call: Callable[[Input], object], make: Callable[[int], Input], n: int, limit: float = 2.5
) -> float:
    """How many times the CPU that ``call(make(n))`` costs does ``call(make(2 * n))`` cost?

    2 is linear, 4 is quadratic; nothing else is ever asked of a time in the tests. Of each the least
    of :data:`RUNS` runs by turns counts, and what takes less than :data:`EQUAL_SECONDS` counts as that
    long. It stops early once two runs have stayed within ``limit``.
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
    """CPU of this thread, without that of collecting what other tests left behind."""
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
"""Marks of a test, or of one of its cases, that only ``make trials`` runs."""


def long(test: Test) -> Test:
    """The test, run by ``make trials`` alone."""
    for mark in LONG:
        test = mark(test)
    return test
