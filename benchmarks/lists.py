"""Reading long lists: CPU time and peak memory.

    python -m benchmarks.lists

A feed of 5 MB, a sitemap of 50,000 entries, plain and packed, in UTF-8 and in windows-1256, and an answer of
an API. Each is read in a process of its own; the time is the least of several, the memory is the peak of the
process above what it needs without a list. ``NEWSCRAWL_BEFORE`` names the folders of other checkouts, with
colons between; theirs are measured by turns with this one.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.trials import size

ROUNDS = max(1, min(5, size(5)))
ENTRIES = size(50_000)
BYTES = size(5_000_000)
ROOT = "https://www.alayam24.com"
TEXT = "قال الوزير إن الأشغال تبدأ غدا في الأحياء الشرقية من المدينة"
WORKER = """
import re, sys, time
from scrapy.http import Response, TextResponse
from newscrawl import discovery
from newscrawl.discovery import Walk
from newscrawl.sites import Feed, Site, Sitemap, WordPress

kind, content_type = sys.argv[1:]
body = sys.stdin.buffer.read()
home = "https://www.alayam24.com/"
site = Site(name="x", domain="alayam24.com", country="MA", timezone="Africa/Casablanca", article="/articles-",
            discover=[])
source = {"feed": Feed(home), "sitemap": Sitemap(home), "api": WordPress()}[kind]
made = TextResponse if kind == "api" else Response


def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024


def read(body):
    response = made(home, body=body, headers={"Content-Type": content_type})
    return discovery.read(response, Walk(home, source), site)


read({"feed": b"<rss version='2.0'><channel><item><link>/</link></item></channel></rss>",
      "sitemap": b"<urlset><url><loc>/</loc></url></urlset>", "api": b"[]"}[kind])
before = peak()
started = time.process_time()
page = read(body)
print(time.process_time() - started, peak() - before, len(page.entries) if page else 0)
"""


def feed(count: int) -> str:
    """An RSS feed with whole texts, as WordPress gives it."""
    items = "".join(
        f"<item><title>{TEXT} {n}</title><link>{ROOT}/articles-{n}.html?a=1&amp;b=2</link>"
        f"<pubDate>Wed, 27 Mar 2024 10:00:00 +0100</pubDate><description><![CDATA[<p>{TEXT * 9}</p>]]>"
        "</description></item>\n"
        for n in range(count)
    )
    return f"<?xml version='1.0'?>\n<rss version='2.0'><channel><title>{TEXT}</title>{items}</channel></rss>"


def sitemap(count: int) -> str:
    """A news sitemap."""
    entries = "".join(
        f"<url><loc>{ROOT}/articles-{n}.html?a=1&amp;b=2</loc>"
        f"<lastmod>2024-03-27T10:{n % 60:02}:00+01:00</lastmod>"
        f"<news:news><news:title>{TEXT}</news:title></news:news></url>\n"
        for n in range(count)
    )
    return (
        "<?xml version='1.0'?>\n<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{entries}</urlset>"
    )


def posts(count: int) -> str:
    """An answer of WordPress's API."""
    return json.dumps(
        [
            {"link": f"{ROOT}/articles-{n}.html", "date_gmt": "2024-03-27T10:00:00", "modified_gmt": None,
             "title": {"rendered": TEXT}, "content": {"rendered": f"<p>{TEXT * 9}</p>"}}
            for n in range(count)
        ],
        ensure_ascii=False,
    )  # fmt: skip


def lists() -> dict[str, tuple[str, str, bytes]]:
    """Kind, content type and bytes of each list, by name."""
    whole = len(feed(10).encode()) // 10
    news, entries, answer = feed(BYTES // whole), sitemap(ENTRIES), posts(min(5_000, BYTES // whole))
    return {
        "feed": ("feed", "text/xml; charset=utf-8", news.encode()),
        "feed, windows-1256": ("feed", "text/xml; charset=windows-1256", news.encode("cp1256")),
        "sitemap": ("sitemap", "text/xml", entries.encode()),
        "sitemap, packed": ("sitemap", "application/x-gzip", gzip.compress(entries.encode())),
        "sitemap, windows-1256": ("sitemap", "text/xml; charset=utf-8", entries.encode("cp1256")),
        "sitemap, one mistake": ("sitemap", "text/xml", entries.replace("</loc>", "", 1).encode()),
        "API": ("api", "application/json", answer.encode()),
    }


def measured(folder: str, kind: str, content_type: str, body: bytes) -> tuple[float, float, int]:
    """CPU seconds, megabytes and entries of a list that a checkout reads."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER, kind, content_type], input=body, cwd=folder,
        env=os.environ | {"PYTHONPATH": folder}, capture_output=True, check=True,
    )  # fmt: skip
    seconds, megabytes, entries = done.stdout.split()
    return float(seconds), float(megabytes), int(entries)


def main() -> None:
    """Print a line for each list and checkout."""
    here = str(Path(__file__).resolve().parent.parent)
    folders = [*filter(None, os.environ.get("NEWSCRAWL_BEFORE", "").split(":")), here]
    print(f"{'list':24} {'MB':>6} {'checkout':24} {'seconds':>8} {'peak MB':>8} {'entries':>8}")
    for name, (kind, content_type, body) in lists().items():
        rounds = [[measured(folder, kind, content_type, body) for folder in folders] for _ in range(ROUNDS)]
        for folder, runs in zip(folders, zip(*rounds, strict=True), strict=True):
            seconds, megabytes = min(run[0] for run in runs), min(run[1] for run in runs)
            shown = "this one" if folder == here else Path(folder).name
            print(
                f"{name:24} {len(body) / 1e6:6.1f} {shown:24} {seconds:8.2f} {megabytes:8.0f} {runs[0][2]:8,}"
            )


if __name__ == "__main__":
    main()
