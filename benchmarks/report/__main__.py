"""Writes the output of all benchmarks to ``docs/benchmarks.md``: ``python -m benchmarks.report [REVISION]``.

With a git revision, reading, lists and crawling are compared with it. NEWSCRAWL_BENCHMARKS names the
benchmarks to run, by default all. The report ends when a benchmark fails.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
PAGE = PROJECT / "docs" / "benchmarks.md"
SECTIONS = {
    "crawl": "A whole crawl",
    "again": "Crawling again",
    "archive": "Keeping every page",
    "read": "Reading pages",
    "lists": "Reading lists",
    "dates": "Dates",
    "addresses": "Addresses",
    "identity": "Duplicates",
    "text": "Text",
    "writer": "Storing",
    "grow": "A growing collection",
    "export": "Articles to files",
    "status": "Looking at all sites",
    "reprocess": "Kept pages read again",
    "readers": "What readers ask",
}
BESIDE_BEFORE = ("crawl", "read", "lists")
PACKAGES = (
    "Scrapy", "Twisted", "lxml", "pymongo", "numpy", "trafilatura", "htmldate", "dateparser", "newspaper4k",
    "readability-lxml", "resiliparse", "courlan", "w3lib", "url-normalize", "camel-tools", "PyArabic",
    "datasketch", "rensa",
)  # fmt: skip
_LOAD = os.getloadavg()[2]
"""The load average of the last 15 minutes: on a busy machine all times are longer."""
LEFT_OUT = (
    "Tables whose data are not in this repository are left out: those of real newspapers' pages "
    "(`NEWSCRAWL_PAGES` names a folder of them for `benchmarks.read`) and of labelled pairs of real articles."
)


def installed(name: str) -> str:
    """The version of a package, or "not installed"."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def machine() -> str:
    """The processor, its cores, the memory, and the load of the machine."""
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = names[0] if names else platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GB, load {_LOAD:.1f} before the run"


def run(script: str, before: str | None) -> str:
    """The output of a benchmark."""
    environment = os.environ | ({"NEWSCRAWL_BEFORE": before} if before and script in BESIDE_BEFORE else {})
    print(f"benchmarks.{script}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{script}"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    print(done.stdout, flush=True)
    if done.returncode:
        raise SystemExit(f"benchmarks.{script} ended with {done.returncode}")
    return done.stdout.strip()


def section(script: str, printed: str) -> str:
    """The part of the page for one benchmark: tables unchanged, other output in a code block."""
    body = printed if "|---" in printed else f"```\n{printed}\n```"
    return f"## {SECTIONS[script]}\n\n`python -m benchmarks.{script}`\n\n{body}\n"


def page(parts: list[str], revision: str | None) -> str:
    """The whole page."""
    packages = ", ".join(f"{name} {installed(name)}" for name in PACKAGES)
    beside = f" b0 is newscrawl at {revision}." if revision else ""
    today = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    head = (
        "# Benchmarks\n\n"
        "For everyone who compares newscrawl with other tools, or with an older version. 6 minutes.\n\n"
        "`make bench` writes this page. Times are those of one machine: compare figures within one table, "
        f"which were measured in turn.{beside}\n\n"
        f"- {today}, {machine()}, Python {platform.python_version()}\n- {packages}\n\n{LEFT_OUT}\n"
    )
    return "\n".join([head, *parts])


def main() -> None:
    revision = sys.argv[1] if len(sys.argv) > 1 else None
    chosen = os.environ.get("NEWSCRAWL_BENCHMARKS", " ".join(SECTIONS)).split()
    wanted = [name for name in SECTIONS if name in chosen]
    with tempfile.TemporaryDirectory() as folder:
        if revision:
            archive = subprocess.run(
                ["git", "archive", revision], cwd=PROJECT, stdout=subprocess.PIPE, check=True
            )
            subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        parts = [section(name, run(name, folder if revision else None)) for name in wanted]
    PAGE.write_text(page(parts, revision), "utf-8")


if __name__ == "__main__":
    main()
