"""The CPU time and peak memory of reading long lists.

    python -m benchmarks.lists

A feed of 5 MB, a sitemap of 50,000 entries, plain and compressed, in UTF-8 and in windows-1256, and a
response of an API. Each is read in a separate process; the time is the least of several runs, the memory is
the peak of the process minus its use without a list. ``NEWSCRAWL_BEFORE`` names the folders of other
checkouts, separated by colons: b0, b1 are measured in turn with this one, n.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.trials import size

ROUNDS = max(1, min(5, size(5)))
ENTRIES = size(50_000)
BYTES = size(5_000_000)
ROOT = "https://www.alayam24.com"
TEXT = "قال الوزير إن الأشغال تبدأ غدا في الأحياء الشرقية من المدينة"
WORKER = """
import json, os, re, sys, time
from scrapy.http import Response, TextResponse
from newscrawl import discovery
from newscrawl.discovery import Walk
from newscrawl.sites import Feed, Site, Sitemap, WordPress

HOME = "https://www.alayam24.com/"
SITE = Site(name="x", domain="alayam24.com", country="MA", timezone="Africa/Casablanca", article="/articles-",
            discover=[])
SOURCES = {"feed": Feed(HOME), "sitemap": Sitemap(HOME), "api": WordPress()}


def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024


def read(kind, content_type, body):
    made = TextResponse if kind == "api" else Response
    response = made(HOME, body=body, headers={"Content-Type": content_type})
    return discovery.read_list_page(response, Walk(HOME, SOURCES[kind]), SITE)


def measured(kind, content_type, file):
    body = open(file, "rb").read()
    before = peak()
    started = time.process_time()
    page = read(kind, content_type, body)
    return time.process_time() - started, peak() - before, len(page.entries) if page else 0


read("feed", "", b"<rss version='2.0'><channel><item><link>/</link></item></channel></rss>")
read("sitemap", "", b"<urlset><url><loc>/</loc></url></urlset>")
for line in sys.stdin:
    if not os.fork():  # the peak of a child is its own
        print(json.dumps(measured(*json.loads(line))), flush=True)
        os._exit(0)
    os.wait()
"""
"""Reads each list whose kind, content type and file arrive on stdin."""


def feed(count: int) -> str:
    """An RSS feed with whole texts, as WordPress produces it."""
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
    """A response of WordPress's API."""
    return json.dumps(
        [
            {"link": f"{ROOT}/articles-{n}.html", "date_gmt": "2024-03-27T10:00:00", "modified_gmt": None,
             "title": {"rendered": TEXT}, "content": {"rendered": f"<p>{TEXT * 9}</p>"}}
            for n in range(count)
        ],
        ensure_ascii=False,
    )  # fmt: skip


def lists() -> dict[str, tuple[str, str, bytes, int]]:
    """Kind, content type and bytes of each list, and how many entries it has, by name."""
    count = BYTES // (len(feed(10).encode()) // 10)
    news, map_, few = feed(count), sitemap(ENTRIES), min(5_000, count)
    mistaken = map_.replace("</loc>", "", 1).encode()
    return {
        "feed": ("feed", "text/xml; charset=utf-8", news.encode(), count),
        "feed, windows-1256": ("feed", "text/xml; charset=windows-1256", news.encode("cp1256"), count),
        "sitemap": ("sitemap", "text/xml", map_.encode(), ENTRIES),
        "sitemap, packed": ("sitemap", "application/x-gzip", gzip.compress(map_.encode()), ENTRIES),
        "sitemap, windows-1256": ("sitemap", "text/xml; charset=utf-8", map_.encode("cp1256"), ENTRIES),
        "sitemap, one tag missing": ("sitemap", "text/xml", mistaken, ENTRIES - 1),
        "API": ("api", "application/json", posts(few).encode(), few),
    }


def worker(folder: str) -> subprocess.Popen[str]:
    """A process that reads lists with the code of a checkout."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=folder, env=os.environ | {"PYTHONPATH": folder},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def measured(process: subprocess.Popen[str], *told: str) -> tuple[float, float, int]:
    """CPU seconds, megabytes and entries of a list."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    seconds, megabytes, entries = json.loads(process.stdout.readline())
    return seconds, megabytes, entries


def main() -> None:
    """Print a table with a row for each list and checkout. Fails if an entry of a list is missing."""
    here = str(Path(__file__).resolve().parent.parent)
    before = [folder for folder in os.environ.get("NEWSCRAWL_BEFORE", "").split(":") if folder]
    workers = {f"b{number}": worker(folder) for number, folder in enumerate(before)} | {"n": worker(here)}
    print("| list | MB | checkout | seconds | peak MB | entries |\n|---|---:|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, content_type, body, entries) in lists().items():
            file = Path(folder, kind)
            file.write_bytes(body)
            rounds = [
                {shown: measured(one, kind, content_type, str(file)) for shown, one in workers.items()}
                for _ in range(ROUNDS)
            ]
            for shown in workers:
                seconds, megabytes = (min(one[shown][i] for one in rounds) for i in (0, 1))
                found = rounds[0][shown][2]
                row = f"| {name} | {len(body) / 1e6:.1f} | {shown} | {seconds:.2f} | {megabytes:.0f} |"
                print(f"{row} {found:,} |", flush=True)
                assert shown != "n" or found == entries, f"{name}: {found} of {entries} entries"
    for process in workers.values():
        process.communicate()


if __name__ == "__main__":
    main()
