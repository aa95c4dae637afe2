"""The cost of a crawl, compared with a plain download and with other tools: ``python -m benchmarks.crawl``.

A synthetic newspaper (``benchmarks/crawling/newspaper.py``) is crawled on loopback in turn by:

a1  Scrapy downloading only, with its defaults
a2  Scrapy downloading only, with the settings of newscrawl
b   newscrawl, all of it, into a real mongod with the indexes and validators that are shipped
b0  the same of another checkout, in the folder that NEWSCRAWL_BEFORE names
c   Scrapy, trafilatura, and the pipeline of Scrapy's documentation
d   Scrapy, trafilatura's fast way, dateparser, and asynchronous upserts

The CPU time is that of all processes of a contender, start and end included, and of mongod, but not that of
the newspaper. The articles that newscrawl stores are compared with the original ones, field by field; a
difference ends the run. NEWSCRAWL_ARTICLES sets the number of articles (3,000), NEWSCRAWL_ROUNDS that of
rounds.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from benchmarks.crawling.cost import Contender, Cost, crawl, newspaper
from benchmarks.crawling.newspaper import SECTIONS, BenchmarkNewspaper, Story
from newscrawl.mongod.server import Server
from tests.trials import size

PAGES = int(os.environ.get("NEWSCRAWL_ARTICLES", size(3000)))
ROUNDS = int(os.environ.get("NEWSCRAWL_ROUNDS", 5 if PAGES >= 1000 else 1))
BEFORE = [os.environ["NEWSCRAWL_BEFORE"]] if "NEWSCRAWL_BEFORE" in os.environ else []
ENOUGH = 100
"""Number of articles from which the costs are meaningful."""
CONTENDERS = (
    Contender("a1", "downloads"),
    Contender("a2", "downloads", settings="own_settings"),
    Contender.newscrawl("b"),
    Contender("c", "careless"),
    Contender("d", "careful"),
)
LEGEND = """\
- a1: Scrapy downloading only, with its defaults; a2: with the settings of newscrawl
- b: newscrawl, all of it; b0: the same of an older revision
- c: Scrapy, trafilatura, and the pipeline of Scrapy's documentation
- d: Scrapy, trafilatura's fast way, dateparser, and asynchronous upserts
"""
Document = Mapping[str, Any]


def expected(story: Story, host: str) -> dict[str, Any]:
    """The fields that must be stored of an article."""
    body = "\n\n".join(story.body)
    url = host + story.path
    return {
        "url": url, "urls": [url], "title": story.title, "lede": story.lede, "body": body,
        "word_count": len(body.split()), "authors": [story.author], "section": SECTIONS[story.section],
        "published_at": story.printed.astimezone(dt.UTC), "day": f"{story.printed:%Y-%m-%d}", "lang": "ar",
        "country": "EG", "source_name": "صحيفة القياس",
        "images": [{"url": host + story.image, "caption": None}], "duplicate_of": None, "revision": 1,
    }  # fmt: skip


def differences(stored: Sequence[Document], made: BenchmarkNewspaper, host: str) -> list[str]:
    """The differences between the stored documents and the articles of the newspaper."""
    found = {doc["url"]: doc for doc in stored}
    wrong = [] if len(stored) == len(made.stories) else [f"{len(stored)} of {len(made.stories)} stored"]
    for story in made.stories:
        for name, value in expected(story, host).items():
            got = found.get(host + story.path, {}).get(name)
            if got != value:
                wrong.append(f"{story.path} {name}: {got!r} instead of {value!r}")
    return wrong


def likeness(stored: Sequence[Document], made: BenchmarkNewspaper, host: str) -> str:
    """The numbers of articles for which a contender has the right title, text and moment."""
    found = {doc["url"]: doc for doc in stored}
    right = dict.fromkeys(("title", "text", "day", "minute"), 0)
    for story in made.stories:
        doc = found.get(host + story.path, {})
        right["title"] += doc.get("title") == story.title
        right["text"] += (doc.get("text") or "").split() == " ".join(story.body).split()
        date = doc.get("date")
        right["minute"] += isinstance(date, dt.datetime) and date == story.printed
        right["day"] += (
            str(date.astimezone(story.printed.tzinfo) if isinstance(date, dt.datetime) else date)[:10]
            == f"{story.printed:%Y-%m-%d}"
        )
    return ", ".join(f"{name} {count}" for name, count in right.items()) + f" of {len(made.stories)}"


class Race:
    """The crawls of one benchmark run."""

    def __init__(self, uri: str, host: str, made: BenchmarkNewspaper) -> None:
        self.uri, self.host, self.made = uri, host, made
        self.costs: dict[str, list[Cost]] = {}
        self.found: dict[str, str] = {}

    def run(self, contender: Contender, turn: int) -> None:
        """Run one contender, and check the stored articles."""
        database = f"{contender.name}_{turn}"
        cost = crawl(contender, self.host, self.uri, database)
        self.costs.setdefault(contender.name, []).append(cost)
        taken = f"{contender.name} {cost.cpu:.2f} + {cost.mongod:.2f} s of CPU, {cost.wall:.1f} s"
        print(taken, file=sys.stderr, flush=True)  # it takes long
        with MongoClient[dict[str, Any]](self.uri, tz_aware=True) as client:
            stored = list(client[database]["articles"].find())
            client.drop_database(database)
            client.drop_database(f"{database}_ops")
        if contender.spider == "measured":
            if wrong := differences(stored, self.made, self.host):
                raise SystemExit(
                    "\n".join(
                        [
                            f"{contender.name}: the articles differ from the original ones",
                            *wrong[:20],
                            cost.log,
                        ]
                    )
                )
            self.found[contender.name] = f"all fields of {len(stored)} right"
        elif contender.module == "contenders" and "a" not in contender.name:
            self.found[contender.name] = likeness(stored, self.made, self.host)
        elif cost.asked < len(self.made.stories):
            raise SystemExit(f"{contender.name}: only {cost.asked} requests\n{cost.log}")

    def table(self) -> str:
        """The costs as a table with a row for each contender."""
        lines = [
            "| | CPU, ms a page | mongod, ms a page | pages/s | peak MB of each process | stored |",
            "|---|---|---|---|---|---|",
        ]
        pages = len(self.made.stories)
        for name, costs in self.costs.items():
            cpu, mongod = (
                statistics.median(column) / pages * 1000
                for column in zip(*((c.cpu, c.mongod) for c in costs), strict=True)
            )
            wall = statistics.median(pages / cost.wall for cost in costs)
            peaks = ", ".join(
                str(max(column)) for column in zip(*(cost.peaks for cost in costs), strict=False)
            )
            lines.append(
                f"| {name} | {cpu:.2f} | {mongod:.2f} | {wall:.0f} | {peaks} | {self.found.get(name, '')} |"
            )
        return "\n".join(lines)

    def ratio(self, other: str) -> str:
        """The CPU time of newscrawl divided by that of another contender: median and range of the rounds."""
        pairs = zip(self.costs["b"], self.costs[other], strict=True)
        ratios = [(b.cpu + b.mongod) / (o.cpu + o.mongod * (other[0] != "a")) for b, o in pairs]
        return f"b/{other} {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    contenders = [*CONTENDERS, *(Contender.newscrawl("b0", Path(folder)) for folder in BEFORE)]
    if PAGES < ENOUGH:  # a short run that only checks the stored articles
        contenders = [one for one in contenders if one.name in "bd"]
    if wanted := os.environ.get("NEWSCRAWL_CONTENDERS"):
        contenders = [one for one in contenders if one.name in wanted.split(",")]
    newest = dt.datetime.now(dt.UTC)
    folder = tempfile.TemporaryDirectory()
    with folder as data, Server(Path(data)) as uri, newspaper(PAGES, newest) as host:
        race = Race(uri, host, BenchmarkNewspaper.made(PAGES, newest))
        for turn in range(ROUNDS):
            for contender in contenders if turn % 2 == 0 else contenders[::-1]:
                race.run(contender, turn)
    print(LEGEND)
    print(f"{PAGES} pages of 60 KB, medians of {ROUNDS} rounds\n\n{race.table()}\n")
    print("; ".join(race.ratio(name) for name in race.costs if name != "b" and "b" in race.costs))
    if {"a1", "b"} <= race.costs.keys():
        speeds = [a.wall / b.wall for a, b in zip(race.costs["a1"], race.costs["b"], strict=True)]
        print(f"pages/s of b divided by those of a1: {statistics.median(speeds):.2f}")


if __name__ == "__main__":
    main()
