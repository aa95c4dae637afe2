"""``newscrawl.page.read`` beside ``trafilatura.bare_extraction``, in one run on the same pages.

    python -m benchmarks.page

The pages are those of the folder in ``NEWSCRAWL_PAGES`` (``*.html``, each with a ``.json`` that tells its
``url``), else pages of our own writing. Both tools read each page in turn, so that a busy machine slows
both; the figures are medians. trafilatura reads with ``favor_precision=True, include_comments=False``.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import trafilatura

from newscrawl.page import read

REPEAT = 15


def pages() -> list[tuple[str, bytes, str]]:
    """Name, bytes and address of each page."""
    if folder := os.environ.get("NEWSCRAWL_PAGES"):
        found = sorted(Path(folder).glob("*.html"))
        return [
            (p.stem, p.read_bytes(), json.loads(p.with_suffix(".json").read_text("utf-8"))["url"])
            for p in found
        ]
    from tests.page_shapes import SHAPES

    return [(shape.name[:30], shape.html, shape.url) for shape in SHAPES]


def milliseconds(reader: Callable[[bytes, str], object], page: bytes, url: str) -> float:
    """CPU time of one call."""
    started = time.process_time()
    reader(page, url)
    return (time.process_time() - started) * 1000


def extracted(page: bytes, url: str) -> object:
    """What trafilatura reads."""
    return trafilatura.bare_extraction(page, url=url, favor_precision=True, include_comments=False)


def main() -> None:
    """Print a table: page, both times, ratio; then the ratio of the medians."""
    ours, theirs = [], []
    print(f"{'page':32} {'KB':>6} {'read ms':>9} {'trafilatura ms':>15} {'ratio':>6}")
    for name, page, url in pages():
        both = [(milliseconds(read, page, url), milliseconds(extracted, page, url)) for _ in range(REPEAT)]
        ours.append(statistics.median(one for one, _ in both))
        theirs.append(statistics.median(other for _, other in both))
        ratio = ours[-1] / theirs[-1]
        print(f"{name:32} {len(page) / 1000:6.0f} {ours[-1]:9.2f} {theirs[-1]:15.2f} {ratio:6.2f}")
    one, other = statistics.median(ours), statistics.median(theirs)
    print(f"{'median':32} {'':6} {one:9.2f} {other:15.2f} {one / other:6.2f}")


if __name__ == "__main__":
    main()
