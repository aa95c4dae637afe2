"""Reading WARC files again, compared with other readers: ``python -m benchmarks.reprocess``.

First comes a file in the form of CC-NEWS without Arabic articles, for the cost of an unwanted record. Then
comes a file of Arabic pages of 60 KB: ``--to parquet`` (text, dates, identity, provenance) on one core,
compared with the texts alone by fastwarc with trafilatura (fast), warcio with trafilatura, and fastwarc with
resiliparse's main text. The slow readers read a tenth of the pages. All figures are CPU time, except that the
last are the elapsed time of one process and of two. ``NEWSCRAWL_PAGES`` names a folder of pages (``*.html``)
to read instead of those of the synthetic newspaper.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path

from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

from benchmarks.crawling.newspaper import BenchmarkNewspaper
from newscrawl.collecting import collect_less
from newscrawl.reprocess import jobs, to_parquet
from newscrawl.reprocess.plan import Plan
from newscrawl.reprocess.ranges import Range, ranges
from newscrawl.reprocess.reading import Tally, read_range
from tests.made_warc import GOOD, HOST, NEWEST, answer, cc_news, record
from tests.trials import size

PLAN = Plan({}, lang="ar")
FULL = size(100) >= 100
ROUNDS = 3 if FULL else 1
Text = Callable[[bytes], object]


def pages(count: int) -> Iterator[tuple[str, bytes]]:
    """The address and HTTP response of each page."""
    if folder := os.environ.get("NEWSCRAWL_PAGES"):
        found = [path.read_bytes() for path in sorted(Path(folder).glob("*.html"))]
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        for number, page in enumerate(islice(cycle(found), count)):
            yield f"{HOST}/news/articles-{number}.html", head + page
        return
    for path, (_, text) in BenchmarkNewspaper.made(count, NEWEST).articles(HOST).items():
        yield HOST + path, answer(text, GOOD[0])


def fast(path: Path, text: Text, most: int) -> None:
    """The texts of the first pages, by fastwarc."""
    found = FastIterator(str(path), record_types=WarcRecordType.response, fsspec_args=False)
    for one in islice(found, most):
        text(one.reader.read())


def plain(path: Path, text: Text, most: int) -> None:
    """The same by warcio."""
    with path.open("rb") as file:
        found = (one for one in ArchiveIterator(file) if one.rec_type == "response")
        for one in islice(found, most):
            text(one.content_stream().read())


def contenders(path: Path, count: int) -> dict[str, tuple[Callable[[], None], int]]:
    """Name → the function that reads pages, and the number of pages that it reads."""
    import trafilatura

    few = max(1, count // 10)
    found: dict[str, tuple[Callable[[], None], int]] = {
        "fastwarc, trafilatura fast": (
            lambda: fast(path, lambda page: trafilatura.extract(page, fast=True), few), few,
        ),
        "warcio, trafilatura": (lambda: plain(path, trafilatura.extract, few), few),
    }  # fmt: skip
    if find_spec("resiliparse"):
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.encoding import detect_encoding
        from resiliparse.parse.html import HTMLTree

        def main_text(page: bytes) -> str:
            tree = HTMLTree.parse_from_bytes(page, detect_encoding(page))
            return str(extract_plain_text(tree, main_content=True))

        found["fastwarc, resiliparse main text"] = (lambda: fast(path, main_text, count), count)
    return found


def seconds(call: Callable[[], object]) -> float:
    """The CPU seconds of one call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def print_refusals(folder: Path) -> None:
    path = folder / "CC-NEWS.warc.gz"
    made = cc_news(path, size(20_000), arabic=0.0)
    piece = Range(str(path), 0, path.stat().st_size)
    list(read_range(PLAN, piece, 0, Tally()))  # imports and tables
    taken = min(seconds(lambda: list(read_range(PLAN, piece, 0, Tally()))) for _ in range(ROUNDS))
    responses = made.records // 2
    print(
        f"{made.records:,} records that are not asked for, half of them requests: "
        f"{taken / made.records * 1e3:.3f} ms of CPU a record, {taken / responses * 1e3:.3f} ms an answer\n"
    )


def print_speeds(folder: Path) -> None:
    count = size(20_000) if FULL else size(4_000)
    path = folder / "arabic.warc.gz"
    with path.open("wb") as file:
        for url, block in pages(count):
            file.write(record("response", url, block))
    piece, out = Range(str(path), 0, path.stat().st_size), folder / "out"
    read: dict[str, tuple[Callable[[], object], int]] = {
        "newscrawl, --to parquet": (lambda: jobs.part(PLAN, piece, str(out), "part"), count),
        **contenders(path, count),
    }
    speeds: dict[str, list[float]] = {name: [] for name in read}
    for _ in range(ROUNDS):
        for name, (call, done) in read.items():
            speeds[name].append(done / seconds(call))
    ours = statistics.median(speeds["newscrawl, --to parquet"])
    print(
        f"| {count:,} Arabic pages, {path.stat().st_size / count / 1e3:.0f} KB packed | pages/s | newscrawl |"
    )
    print("|---|---|---|")
    for name, found in speeds.items():
        speed = statistics.median(found)
        print(f"| {name} | {speed:,.0f} | {ours / speed:.2f} times |")
    print()
    pieces = list(ranges([str(path)], path.stat().st_size // (16 if FULL else 2)))
    clock = {}
    for processes in (1, 2):
        shutil.rmtree(out, ignore_errors=True)
        began = time.monotonic()
        asyncio.run(to_parquet.to_parquet(PLAN, pieces, out, processes, [], quiet=True))
        clock[processes] = time.monotonic() - began
    print(
        f"By the clock: {count / clock[1]:,.0f} pages/s by one process, {count / clock[2]:,.0f} by two "
        f"({clock[1] / clock[2]:.2f} times; load {os.getloadavg()[0]:.1f})"
    )


if __name__ == "__main__":
    collect_less()
    with tempfile.TemporaryDirectory() as made:
        print_refusals(Path(made))
        print_speeds(Path(made))
