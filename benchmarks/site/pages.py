"""The cost of the pages of `scrapy web`, on the articles of ``benchmarks.readers``.

An installation of 43 newspapers has ninety days of runs and coverage. The CPU time is that of the site's
process and of mongod, the least of several requests; the documents are those that mongod examined for the
page.
"""

from __future__ import annotations

import datetime as dt
import time
from urllib.parse import quote

from pymongo import MongoClient
from starlette.testclient import TestClient

from benchmarks.grow import Document, cpu
from newscrawl.web import looking
from newscrawl.web.access import AccessSettings
from newscrawl.web.app import WebApp
from newscrawl.web.page import Context
from tests.trials import size
from tests.web_made import operators

SITES, DAYS, TIMES = max(8, size(43)), max(20, size(90)), 5
LOOK = "the overview, with a new look at all sites"
LIMITS = {LOOK: 150.0, "the overview": 150.0, "search, one word": 250.0, "search, a frequent word": 250.0}
"""Maximum CPU time of the site's process for a page, in milliseconds."""


def pages(client: MongoClient[Document]) -> dict[str, str]:
    """The addresses of the pages, by name."""
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
    """The number of documents that mongod has examined so far."""
    return int(client.admin.command("serverStatus")["metrics"]["queryExecutor"]["scannedObjects"])


def measured(
    client: MongoClient[Document], browser: TestClient, path: str, pid: int
) -> tuple[float, float, int]:
    """The milliseconds of the site's process and of mongod, and the number of documents examined."""
    ours, theirs, looked = [], [], []
    for _ in range(TIMES):
        before, used, began = examined(client), cpu(pid), time.process_time()
        answer = browser.get(path)
        ours.append((time.process_time() - began) * 1000)
        theirs.append((cpu(pid) - used) * 1000)
        looked.append(examined(client) - before)
        assert answer.status_code == 200, (path, answer.text)
    return min(ours), min(theirs), min(looked)


def print_pages(client: MongoClient[Document], pid: int) -> bool:
    """Print a line for each page. Return True if one takes longer than it may, in a full run."""
    wrong = False
    operators(client["readers"], sites=SITES, days=DAYS)
    context = Context(client["readers"], client["readers_ops"], {}, looking.Lookout())
    print(f"\n{'site ms':>9}{'mongod ms':>11}{'examined':>10}  page, {SITES} sites of {DAYS} days (CPU)")
    with TestClient(WebApp(context, AccessSettings()), base_url="http://127.0.0.1:8765") as browser:
        browser.get("/")  # the first check reads far more, before the site answers
        for name, path in pages(client).items():
            looking.FRESH = dt.timedelta(0) if name == LOOK else dt.timedelta(days=1)
            ours, theirs, looked = measured(client, browser, path, pid)
            bad = ours > LIMITS.get(name, 1000.0)
            wrong |= bad
            print(f"{ours:>9.0f}{theirs:>11.0f}{looked:>10,}  {name}{'  <- too long' if bad else ''}")
    return wrong and size(100) >= 100
