"""``scrapy demo``: crawls two sites from the project's recording, and shows the stored articles."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from newscrawl.command import ProjectCommand
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from pymongo import MongoClient

    from newscrawl.store.schema import Document

SPIDERS = ("alayam24", "maghress")


class Command(ProjectCommand):
    """Always uses its own server and database, whatever ``MONGODB_URI`` is."""

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Crawl two sites from a recording into a MongoDB of its own, and show what was stored"

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, then print each article's title, its day in both calendars, and its newspaper."""
        from newscrawl.mongod.opening import connect
        from newscrawl.mongod.server import Server, data_folder

        recording = self.root / "recordings" / "demo.warc.gz"
        assert self.settings
        with Server(data_folder(self.settings, demo=True)) as uri:
            for spider in SPIDERS:
                self.exitcode = max(self.exitcode, _crawl(spider, recording, uri))
            with connect(uri) as client:
                _show(client)


def _crawl(spider: str, recording: Path, uri: str) -> int:
    from newscrawl.store.session import DEMO_DATABASE

    settings = {
        "REPLAY": recording,
        "MONGODB_URI": uri,
        "MONGODB_DATABASE": DEMO_DATABASE,
        "LOG_LEVEL": "ERROR",
    }
    given = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", spider, *given]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - this interpreter


def _show(client: MongoClient[Document]) -> None:
    from newscrawl.runs import summary
    from newscrawl.store.session import DEMO_DATABASE

    articles = client[DEMO_DATABASE]["articles"]
    print("\nStored articles, newest first\n")
    print("day         Hijri       source             title")
    for doc in articles.find().sort([("day", -1), ("source", 1), ("_id", 1)]):
        source = doc["source"] + (f" via {doc['via']}" if doc["via"] else "")
        copy = "  [copy]" if doc["duplicate_of"] else ""
        print(
            f"{doc['day'] or 'not known':<11} {doc['hijri_day'] or '-':<11} {source:<24} {doc['title']}{copy}"
        )
    total = articles.count_documents({})
    runs = client[f"{DEMO_DATABASE}_ops"]["runs"]
    print(f"\n{total} articles are stored. This run:")
    for spider in SPIDERS:
        run = runs.find_one({"site": spider}, sort=[("started_at", -1)])
        if run:
            outcome = RunOutcome(run["outcome"])
            print(f"  {summary(spider, outcome, run['counts'], run['rejected'], run['downloaded'])}")
    rejected = client[f"{DEMO_DATABASE}_ops"]["rejected"].find_one({"reason": "no_body"}, sort=[("_id", 1)])
    url = rejected["url"] if rejected else "URL"
    scrapy = "scrapy" if shutil.which("scrapy") == str(Path(sys.argv[0]).absolute()) else sys.argv[0]
    print(
        f"""
Where to look next
  make mongo ARGS=--demo      keeps this database ({DEMO_DATABASE}) up and prints its address
  make crawl SITE=alayam24    crawls the live site
  docs/data.md                explains each field, with example queries

Why a page was rejected, and how it is read
  {scrapy} try --rejected --demo {url}"""
    )
