"""The cost of repeated crawls of a newspaper: ``python -m benchmarks.again``.

The synthetic newspaper of ``benchmarks.crawl`` is crawled by its listing and its feed: with one article,
which gives the cost of starting a crawl; with 99 of 100 articles; again with nothing new; with one of a
hundred new; and when articles are old enough for another visit. The CPU time is that of all processes and of
mongod. The stored articles and the number of requests are checked; times are only printed.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from benchmarks.crawling.cost import Contender, Cost, control, crawl, newspaper
from benchmarks.crawling.newspaper import LISTED
from newscrawl.mongod.server import Server
from tests.trials import size

PAGES = int(os.environ.get("NEWSCRAWL_ARTICLES", max(60, size(3000))))
ENOUGH = 300
"""Number of articles from which the costs are meaningful."""
NEW = max(1, PAGES // 100)
ROUNDS = int(os.environ.get("NEWSCRAWL_ROUNDS", 3 if PAGES >= 1000 else 1))
VISITED = 50
"""Number of articles that one run visits again (``REVISIT_BUDGET``)."""
WALKED = ("-a", "discover=listing,feed", "-s", "HORIZON_PAGES=500")
AN_HOUR = {"startDate": None, "unit": "minute", "amount": 61}
STEPS = {
    "one article": 1,
    "all of it": PAGES - NEW,
    "nothing new": PAGES - NEW,
    "one of a hundred new": PAGES,
    "visits again": PAGES,
}
"""Each crawl → the number of articles that the newspaper then has."""
if PAGES < ENOUGH:  # a short run that only checks the results
    STEPS = {step: STEPS[step] for step in ("all of it", "nothing new", "one of a hundred new")}


def age(client: MongoClient[dict[str, Any]], database: str) -> None:
    """Move all visits an hour into the past."""
    moments = ("first_seen_at", "last_seen_at", "checked_at")
    earlier = {name: {"$dateSubtract": AN_HOUR | {"startDate": f"${name}"}} for name in moments}
    client[database]["articles"].update_many({}, [{"$set": earlier}])


def crawls(uri: str, host: str, turn: int) -> dict[str, Cost]:
    """One round of crawls; raises ``SystemExit`` when a crawl has a wrong result."""
    contender, costs = Contender.newscrawl("again"), {}
    with MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        for step, shown in STEPS.items():
            database = f"one{turn}" if step == "one article" else f"again{turn}"
            articles = client[database]["articles"]
            control(f"{host}/-/show/{shown}")
            if step == "visits again":
                age(client, database)
            before = articles.count_documents({})
            costs[step] = cost = crawl(contender, host, uri, database, *WALKED)
            stored, new = articles.count_documents({}), articles.count_documents({}) - before
            least = {"nothing new": 2, "visits again": VISITED}.get(step, new)
            if stored != shown or not least <= cost.asked <= least + 4 + new // LISTED:
                raise SystemExit(f"{step}: {stored} stored, {new} new, {cost.asked} requests\n{cost.log}")
        for name in (f"one{turn}", f"again{turn}"):
            client.drop_database(name)
            client.drop_database(f"{name}_ops")
    return costs


def main() -> None:
    newest = dt.datetime.now(dt.UTC)
    folder = tempfile.TemporaryDirectory()
    with folder as data, Server(Path(data)) as uri, newspaper(PAGES, newest) as host:
        rounds = [crawls(uri, host, turn) for turn in range(ROUNDS)]
    median = {step: statistics.median(one[step].cpu + one[step].mongod for one in rounds) for step in STEPS}
    print(f"{PAGES} articles, {NEW} of them new, medians of {ROUNDS} rounds\n")
    print("| | CPU, s | requests |\n|---|---|---|")
    for step, cpu in median.items():
        print(f"| {step} | {cpu:.2f} | {rounds[0][step].asked} |")
    if PAGES >= ENOUGH:
        one, whole, unchanged, new, visits = median.values()
        share = (whole - one) * NEW / (PAGES - NEW)
        print(f"\nnothing new: {unchanged - one:+.2f} s compared with one article, which starts a worker")
        print(f"the new articles cost {(new - one) / share:.2f} of their share of the first crawl")
        print(f"a visit again costs {(visits - unchanged) / VISITED * 1000:.1f} ms")


if __name__ == "__main__":
    main()
