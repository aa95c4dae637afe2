"""The cost of archiving every page: ``python -m benchmarks.archive``.

A synthetic newspaper is crawled on loopback in turn with and without an archive; the CPU time is that of all
processes of a crawl and of mongod. In addition, the work of the archive alone is measured in one process,
disk included: for a page that was sent compressed, one that was not, and one that has not changed.
NEWSCRAWL_ARTICLES sets the number of articles (2,000), NEWSCRAWL_ROUNDS that of rounds.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pymongo import MongoClient
from scrapy.http import HtmlResponse, Request, Response

from benchmarks.crawling.cost import Contender, Cost, crawl, newspaper
from benchmarks.crawling.newspaper import BenchmarkNewspaper
from newscrawl.archive.names import Name
from newscrawl.archive.places import Folder
from newscrawl.archive.run_file import RunFile
from newscrawl.discovery import Entry
from newscrawl.mongod.server import Server
from newscrawl.urls import key
from tests.trials import size

T = TypeVar("T")

PAGES = int(os.environ.get("NEWSCRAWL_ARTICLES", size(2000)))
ROUNDS = int(os.environ.get("NEWSCRAWL_ROUNDS", 5 if PAGES >= 1000 else 1))
ENOUGH = 100
"""Number of pages from which the costs are meaningful."""
WORK = size(4000)
"""Number of pages for measuring the work of the archive alone."""
BATCH = 50
"""Number of articles that are stored, and so of pages that are written, at a time."""
NOW = dt.datetime.now(dt.UTC)


def race(uri: str, host: str, folder: Path) -> list[tuple[Cost, Cost, int]]:
    """For each round, the costs of a crawl without and with an archive, and the archive's bytes."""
    rounds = []
    for turn in range(ROUNDS):
        costs: dict[str, Cost] = {}
        place = folder / str(turn)
        for name in ("without", "with") if turn % 2 == 0 else ("with", "without"):
            archive = str(place) if name == "with" else "off"
            contender = replace(Contender.newscrawl(name), environment={"NEWSCRAWL_ARCHIVE": archive})
            database = f"archive_{turn}_{name}"
            costs[name] = crawl(contender, host, uri, database)
            with MongoClient[dict[str, Any]](uri) as client:
                kept = client[database]["articles"].count_documents({"raw": {"$ne": None}})
                if kept != (PAGES if name == "with" else 0):
                    raise SystemExit(f"{kept} pages kept {name} an archive\n{costs[name].log}")
                client.drop_database(database)
                client.drop_database(f"{database}_ops")
        (file,) = place.rglob("*.warc.gz")
        rounds.append((costs["without"], costs["with"], file.stat().st_size))
        file.unlink()
    return rounds


def table(rounds: list[tuple[Cost, Cost, int]]) -> str:
    """A table with a line for each of the two crawls."""
    lines = ["| | CPU with mongod's, ms a page | pages/s | peak MB of each process |", "|---|---|---|---|"]
    for name, costs in (("without", [r[0] for r in rounds]), ("with", [r[1] for r in rounds])):
        cpu = statistics.median((cost.cpu + cost.mongod) / PAGES * 1000 for cost in costs)
        wall = statistics.median(PAGES / cost.wall for cost in costs)
        peaks = ", ".join(str(max(column)) for column in zip(*(cost.peaks for cost in costs), strict=False))
        lines.append(f"| {name} an archive | {cpu:.2f} | {wall:.0f} | {peaks} |")
    return "\n".join(lines)


async def at_once(work: Callable[[], T]) -> T:
    """Does the disk work in the same thread."""
    return work()


async def work(folder: Path, kind: str, pages: list[bytes]) -> str:
    """CPU time, bytes and memory of the archive alone."""

    def run_file(run: str) -> RunFile:
        return RunFile(Folder(folder), Name.of("bench", NOW, run, "n"), "n", at_once)

    at = {"fetched_at": NOW, "key": key("https://www.hespress.com/x")}
    asked, answers, known = [], [], None
    for number, body in enumerate(pages):
        url = f"https://www.hespress.com/articles-{number}.html"
        entry = Entry(
            url, NOW.date(), title="خبر محلي", date=NOW.isoformat(), origin="https://hespress.com/feed"
        )
        asked.append(Request(url, meta={**at, "asked": url, "entry": entry}))
        read = HtmlResponse(url, headers={"Content-Type": "text/html; charset=utf-8"}, body=body)
        packed: Response = read.replace(
            headers={**read.headers, "Content-Encoding": "gzip"}, body=gzip.compress(body, 5)
        )
        answers.append((packed if kind != "plain" else read, read))
    if kind == "unchanged":
        first = run_file("first")
        known = [await first.add(request, *answer) for request, answer in zip(asked, answers, strict=True)]
        await first.close()
    seconds, peaks = [], []
    for turn in range(5):
        file = run_file(f"{kind}{turn}")
        if turn == 4:
            tracemalloc.start()
        began = time.process_time()
        for number in range(WORK):
            place = number % len(pages)
            asked[place].meta["known_raw"] = known[place] if known else None
            await file.add(asked[place], *answers[place])
            if number % BATCH == BATCH - 1:
                await file.flush()
            if turn == 4 and number in (WORK // 2 - 1, WORK - 1):
                peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        if turn < 4:
            seconds.append(time.process_time() - began)
        await file.close()
    tracemalloc.stop()
    return (
        f"| {kind} | {min(seconds) / WORK * 1000:.3f} | {file.kept.bytes // WORK} | "
        f"{peaks[0]:.2f}, {peaks[-1]:.2f} |"
    )


def crawls(folder: Path) -> str:
    """Print what an archive adds to the cost of a crawl."""
    with Server(folder / "mongodb") as uri, newspaper(PAGES, NOW) as host:
        rounds = race(uri, host, folder)
    ratios = [(kept.cpu + kept.mongod) / (plain.cpu + plain.mongod) - 1 for plain, kept, _ in rounds]
    added = f"{statistics.median(ratios):.1%} ({min(ratios):.1%} to {max(ratios):.1%})"
    return (
        f"{PAGES} pages of 60 KB that were sent packed, medians of {ROUNDS} rounds\n\n{table(rounds)}\n\n"
        f"archiving adds {added} to the CPU of the crawl; "
        f"{rounds[0][2] / PAGES:.0f} bytes a page in the archive\n"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        folder = Path(data)
        if PAGES >= ENOUGH:
            print(crawls(folder))
        made = BenchmarkNewspaper.made(min(PAGES, 50), NOW).articles("http://127.0.0.1:9")
        pages = [text.encode() for _, text in made.values()]
        kinds = ("packed", "plain", "unchanged")
        lines = [asyncio.run(work(folder / "work", kind, pages)) for kind in kinds]
    sent = statistics.mean(len(gzip.compress(page, 5)) for page in pages)
    print(f"The archive's own work, least of 4 runs; a compressed page has {sent:.0f} bytes:\n")
    print("| page | CPU, ms a page | bytes a page | MB in use at most, at half and at the end |")
    print("|---|---|---|---|")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
