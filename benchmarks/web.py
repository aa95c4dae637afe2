"""What the pages of `scrapy web` cost: ``python -m benchmarks.web``.

An installation of 43 newspapers with ninety days of runs and coverage, beside the articles of
``benchmarks.readers``. The CPU is that of the site's process and of mongod, the least of some requests; the
documents are those that mongod has examined for the page.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from pymongo import MongoClient
from starlette.testclient import TestClient

from benchmarks.grow import Document, cpu, mongod
from benchmarks.readers import ARTICLES, ENOUGH, fill
from newscrawl.web import looking
from newscrawl.web.access import Access
from newscrawl.web.app import Site
from newscrawl.web.page import Context
from tests.trials import size
from tests.web_made import operators

SITES, DAYS, TIMES = max(8, size(43)), max(20, size(90)), 5
LOOK = "the overview, with a new look at all sites"
LIMITS = {LOOK: 150.0, "the overview": 150.0, "search, one word": 250.0, "search, a frequent word": 250.0}
"""Milliseconds that a page may take, of the site's process."""


def pages(client: MongoClient[Document]) -> dict[str, str]:
    """What is asked for."""
    db = client["readers"]
    gone = db["forgotten"].distinct("_id")
    copy = db["articles"].find_one({"duplicate_of": {"$ne": None}, "_id": {"$nin": gone}}) or {}
    return {
        LOOK: "/", "the overview": "/", "one site": "/sites/barid",
        "its rejected pages": "/sites/barid/rejected",
        "schedule": "/schedule", "alarms": "/alarms", "search, one word": f"/search?q={quote('المحكمة')}",
        "search, a frequent word": f"/search?q={quote('الحكومة')}", "an article": f"/articles/{copy['_id']}",
        "its story": f"/stories/{copy['story']}", "coverage of a newspaper": "/coverage/barid",
    }  # fmt: skip


def examined(client: MongoClient[Document]) -> int:
    """Documents that mongod has examined so far."""
    return int(client.admin.command("serverStatus")["metrics"]["queryExecutor"]["scannedObjects"])


def measured(
    client: MongoClient[Document], browser: TestClient, path: str, pid: int
) -> tuple[float, float, int]:
    """Milliseconds of the site's process and of mongod, and documents examined."""
    ours, theirs, looked = [], [], []
    for _ in range(TIMES):
        before, used, began = examined(client), cpu(pid), time.process_time()
        answer = browser.get(path)
        ours.append((time.process_time() - began) * 1000)
        theirs.append((cpu(pid) - used) * 1000)
        looked.append(examined(client) - before)
        assert answer.status_code == 200, (path, answer.text)
    return min(ours), min(theirs), min(looked)


def main() -> int:
    """Print all; 1 when a page takes longer than it may."""
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="web-") as folder, mongod(Path(folder), 1.0) as (uri, pid):
        fill(uri)
        with MongoClient[Document](uri, tz_aware=True) as client:
            operators(client["readers"], sites=SITES, days=DAYS)
            context = Context(client["readers"], client["readers_ops"], {}, looking.Lookout())
            print(f"{SITES} sites, {DAYS} days, {ARTICLES:,} articles\n")
            print("| page | CPU of the site | CPU of mongod | documents examined |\n|---|---|---|---|")
            with TestClient(Site(context, Access()), base_url="http://127.0.0.1:8765") as browser:
                browser.get("/")  # the first look reads far more, before the site answers anybody
                for name, path in pages(client).items():
                    looking.FRESH = dt.timedelta(0) if name == LOOK else dt.timedelta(days=1)
                    ours, theirs, looked = measured(client, browser, path, pid)
                    bad = ours > LIMITS.get(name, 1000.0)
                    wrong += bad
                    note = " (too long)" if bad else ""
                    print(f"| {name} | {ours:.0f} ms{note} | {theirs:.0f} ms | {looked:,} |")
    return int(wrong > 0 and ARTICLES >= ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
