"""Runs one crawl of the synthetic newspaper, and measures its CPU time, memory and duration."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import MongoClient

PROJECT = Path(__file__).resolve().parent.parent.parent
SPIDERS = Path(__file__).resolve().parent
POLITE_TO_NOBODY = {
    "DOWNLOAD_DELAY": "0", "AUTOTHROTTLE_ENABLED": "False", "CONCURRENT_REQUESTS": "16",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "8", "LOG_LEVEL": "INFO",
}  # fmt: skip
"""Scrapy's defaults for every contender, with the log level of a production crawl."""
_TICK = os.sysconf("SC_CLK_TCK")
_LOOK = 0.05
"""Seconds between two checks of the processes of a crawl."""
_LASTING = 4
"""Checks that a process must outlast to be counted, unlike a brief query of the system (``uname``)."""


@dataclass(frozen=True)
class Contender:
    """One way to crawl the newspaper."""

    name: str
    spider: str
    module: str = "contenders"
    settings: str = "scrapy.settings.default_settings"
    folder: Path = PROJECT
    """The checkout that provides newscrawl."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def newscrawl(cls, name: str, folder: Path = PROJECT, **environment: str) -> Contender:
        """The complete newscrawl of a checkout."""
        return cls(name, "measured", "measured", "newscrawl.settings", folder, environment)


@dataclass(frozen=True)
class Cost:
    """The cost of one crawl."""

    cpu: float
    """CPU seconds of all its processes."""
    mongod: float
    """CPU seconds of the server in which it stores."""
    wall: float
    peaks: tuple[int, ...]
    """Peak megabytes of each of its processes, the crawl's own first."""
    asked: int
    """Number of requests that the newspaper answered."""
    log: str = ""
    """Its log."""


@contextmanager
def newspaper(articles: int, newest: dt.datetime) -> Iterator[str]:
    """Serve a newspaper with this many articles from a separate process; yields its address."""
    command = [sys.executable, "-m", "benchmarks.crawling.newspaper", str(articles), newest.isoformat()]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def control(address: str) -> int:
    """The newspaper's answer to a control request, see ``newspaper``."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        return int(answer.read())


def crawl(contender: Contender, host: str, uri: str, database: str, *more: str) -> Cost:
    """Crawl the newspaper at ``host`` into a database. Raises ``SystemExit`` with the log when it fails."""
    settings = [word for name, value in POLITE_TO_NOBODY.items() for word in ("-s", f"{name}={value}")]
    # Without the variable by which a shell keeps Python from saving compiled modules: installed packages have
    # theirs, so only the checkouts would be compiled again in every crawl.
    left_out = ("MONGODB", "NEWSCRAWL", "SCRAPY", "PYTHONDONTWRITEBYTECODE")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    environment = inherited | {
        "MONGODB_URI": uri, "MONGODB_DATABASE": database, "MADE_NEWSPAPER": host, "PYTHONPATH": str(SPIDERS),
        "SCRAPY_SETTINGS_MODULE": contender.settings, "NEWSCRAWL_PRIVATE_NETWORKS": "127.0.0.0/8",
        **contender.environment,
    }  # fmt: skip
    command = [sys.executable, "-m", "scrapy", "crawl", contender.spider]
    command += ["-s", f"SPIDER_MODULES={contender.module}", *settings, *more]
    with MongoClient[dict[str, Any]](uri) as client, tempfile.TemporaryFile() as log:
        server = client.admin.command("serverStatus")["pid"]
        asked, stored = control(f"{host}/-/asked"), _cpu(server)
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=contender.folder, env=environment, stderr=log)
        peaks: dict[int, int] = {}
        watching = threading.Thread(target=_watch, args=(process.pid, peaks))
        watching.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        watching.join()
        log.seek(0)
        text = log.read().decode("utf-8", "replace")
        cost = Cost(
            usage.ru_utime + usage.ru_stime, _cpu(server) - stored, wall, tuple(peaks.values()),
            control(f"{host}/-/asked") - asked, text,
        )  # fmt: skip
    if process.returncode:
        raise SystemExit(f"{contender.name} ended with {process.returncode}\n{text}")
    return cost


def _cpu(pid: int) -> float:
    """The CPU seconds that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICK


def _watch(pid: int, peaks: dict[int, int]) -> None:
    """Record the peak memory of a process and of its lasting children, until it ends."""
    looks: Counter[int] = Counter()
    while True:
        time.sleep(_LOOK)
        waiting = [pid]
        for one in waiting:
            found = None
            with suppress(OSError):  # it has just ended
                found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{one}/status").read_text())
                if found is None:  # a zombie
                    continue
                # Not the largest value seen: before ``exec`` a child shows the memory of its parent.
                peaks[one] = int(found[1]) // 1024
                looks[one] += 1
                for children in Path(f"/proc/{one}/task").glob("*/children"):
                    waiting += map(int, children.read_text().split())
            if one == pid and found is None:
                for brief in [one for one in peaks if one != pid and looks[one] < _LASTING]:
                    del peaks[brief]
                return
