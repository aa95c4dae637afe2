"""Sets how often Python's garbage collector looks for reference cycles."""

from __future__ import annotations

import gc

__all__ = ["collect_less", "leave_alone"]


def collect_less() -> None:
    """Collect garbage less often than Python does by default.

    Reading a page makes thousands of objects, hardly any of them in a cycle. Collecting after every 700
    objects took a tenth of a crawl's time, and 0.2 s of its start. The use of memory stays the same.
    """
    gc.set_threshold(50_000, 20, 20)


def leave_alone() -> None:
    """Exclude the objects that exist now from collection: modules, which live as long as the process.

    Scanning them takes 0.2 s each time, and again when Python exits.
    """
    gc.freeze()
