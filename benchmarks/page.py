"""``newscrawl.page.read`` beside ``trafilatura.bare_extraction``, in one run on the same pages.

    python -m benchmarks.page

The pages are those of the folder in ``NEWSCRAWL_PAGES`` (``*.html``, each with a ``.json`` that tells its
``url``), else pages of our own writing. Both tools read each page in turn, so that a busy machine slows
both; the figures are medians. ``read`` is timed without and, where a spider of the page's site is at hand,
with the site's declaration. trafilatura reads with ``favor_precision=True, include_comments=False``.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import trafilatura
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from newscrawl.page import read
from newscrawl.sites import Site

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


def declared() -> dict[str, Site]:
    """The declared sites by domain."""
    spiders = SpiderLoader.from_settings(get_project_settings())
    return {
        site.domain: site for name in spiders.list() if (site := getattr(spiders.load(name), "site", None))
    }


def main() -> None:
    """Print a table of times and of their ratios to trafilatura's; then the ratios of the medians."""
    sites = declared()
    rows: list[list[float]] = []
    print(f"{'page':32} {'KB':>6} {'read ms':>9} {'with site':>9} {'trafilatura':>11} {'ratios':>11}")
    for name, page, url in pages():
        site = sites.get((urlsplit(url).hostname or "").removeprefix("www."))
        readers = (read, partial(read, site=site), extracted)
        times = [[milliseconds(reader, page, url) for reader in readers] for _ in range(REPEAT)]
        rows.append([statistics.median(column) for column in zip(*times, strict=True)])
        _print(f"{name:32} {len(page) / 1000:6.0f}", rows[-1])
    _print(f"{'median':39}", [statistics.median(column) for column in zip(*rows, strict=True)])


def _print(start: str, times: list[float]) -> None:
    one, site, other = times
    print(f"{start} {one:9.2f} {site:9.2f} {other:11.2f} {one / other:5.2f} {site / other:5.2f}")


if __name__ == "__main__":
    main()
