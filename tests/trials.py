"""How large a trial runs: in full with ``make trials``, at a hundredth of its size in ``make test``."""

import os


def size(full: int) -> int:
    """The number of cases to try now, at least one."""
    return max(1, round(full * float(os.environ.get("NEWSCRAWL_TRIALS", "0.01"))))
