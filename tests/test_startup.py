"""A command starts quickly: it imports nothing that only other commands need."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.conftest import PROJECT, inherited

STARTED = """
import os, sys
from contextlib import suppress
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings

project = sys.argv.pop()
seen = set()

def run(*words):
    sys.argv = ["scrapy", *words]
    with suppress(SystemExit):
        execute()
    tell()

def tell():
    print("imported", *sorted(sys.modules.keys() - seen))
    seen.update(sys.modules)

run("version")
os.chdir(project)
sys.path.insert(0, project)
run("list")
run("try", "tests/sites/hespress/article-1.html", "--url", "https://www.hespress.com/1.html")
get_project_settings().get_component_priority_dict_with_base("EXTENSIONS")  # as a crawl asks first
tell()
"""
"""Scrapy alone in an empty folder, then two commands of the project, then the first imports of a crawl."""
MOST = 40
"""Modules that listing the spiders may import, in addition to Scrapy's, the spiders' and the commands'."""
STORING = ("bson", "fsspec", "newscrawl.archive", "newscrawl.search", "newscrawl.store", "pymongo", "warcio")
LISTENING = ("aiohttp", "scrapy.extensions.remote_control", "scrapy.extensions.telnet", "twisted.conch")
CRAWLING = ("newscrawl.discovery", "newscrawl.workers")
READING = (
    "newscrawl.dates",
    "newscrawl.identity",
    "newscrawl.items",
    "newscrawl.kit",
    "newscrawl.page",
    "tldextract",
)


def of(packages: Iterable[str], modules: Iterable[str]) -> list[str]:
    """The modules that are in one of the packages."""
    begin = tuple(f"{package}." for package in packages)
    return [name for name in modules if f"{name}.".startswith(begin)]


def test_a_command_imports_nothing_that_only_others_need(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED, str(PROJECT)],
        cwd=tmp_path, env=inherited(), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert "hespress" in lines, done.stderr
    assert any(line.startswith("verdict ") for line in lines), done.stderr
    _, listed, tried, crawled = ([*line.split()[1:]] for line in lines if line.startswith("imported "))
    assert not of((*STORING, *CRAWLING, *READING), listed)
    assert not of((*STORING, *CRAWLING), tried)
    assert of(READING, tried)
    assert not of(LISTENING, crawled)
    assert of(STORING, crawled)
    ours = [name for name in listed if not of(("spiders", "newscrawl.commands"), [name])]
    assert len(ours) <= MOST, ours
