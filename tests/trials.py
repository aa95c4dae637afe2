"""How large a trial runs (in full with ``make trials``, at a hundredth in ``make test``), and its clock."""

import gc
import os
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def size(full: int) -> int:
    """The number of cases to try now, at least one."""
    return max(1, round(full * float(os.environ.get("NEWSCRAWL_TRIALS", "0.01"))))


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """What ``call`` gives, and its CPU time in seconds, without collecting what other tests left behind."""
    gc.disable()
    try:
        started = time.thread_time()
        result = call()
        return result, time.thread_time() - started
    finally:
        gc.enable()
