"""Pages that need a browser, rendered in a real one, from a newspaper on loopback."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from newscrawl.download.errors import BrowserMissing
from newscrawl.download.render import BROWSERS, find_browser
from tests.conftest import Database, scrapy
from tests.loopback import TEXT, LoopbackNewspaper, article, serve
from tests.trials import size


def installed() -> bool:
    try:
        find_browser(Settings({"BROWSER": os.environ.get("NEWSCRAWL_BROWSER", "")}))
    except BrowserMissing:
        return False
    return True


needs_browser = pytest.mark.skipif(not installed(), reason="no Chromium: apt-get install chromium")

PAGE = """<html lang=ar dir=rtl><head><title>صحيفة</title><link rel=stylesheet href="/style.css"></head><body>
<img src="/picture.png"><img src="{third}/pixel.png"><script src="{third}/tracker.js"></script>
<div id=root></div><iframe src="{third}/advert"></iframe>
<script>
setTimeout(() => fetch("/data{path}").then(answer => answer.text()).then(text => {{
  document.getElementById("root").innerHTML = text
  document.body.dataset.agent = navigator.userAgent
  {more}
}}), 50)
</script></body></html>"""


def rendered(numbers: list[int]) -> LoopbackNewspaper:
    """A newspaper whose pages contain their articles only after their scripts have run."""
    newspaper = LoopbackNewspaper()
    links = "".join(f'<li><a href="/articles-{n}.html">خبر محلي رقم {n}</a></li>' for n in numbers)
    newspaper.pages["/data/"] = f"<ul>{links}</ul>"
    for number in numbers:
        inside = article(number).partition("<body>")[2].partition("</body>")[0]
        newspaper.pages[f"/data/articles-{number}.html"] = inside
    newspaper.pages["/style.css"] = (200, {"Content-Type": "text/css"}, "body { color: black }")
    return newspaper


def finish(newspaper: LoopbackNewspaper, numbers: list[int], more: dict[int, str]) -> None:
    third = f"http://localhost:{newspaper.port}"
    for path in ["/", *(f"/articles-{n}.html" for n in numbers)]:
        script = more.get(int("".join(filter(str.isdigit, path)) or 0), "")
        newspaper.pages[path] = PAGE.format(third=third, path=path, more=script)


@pytest.fixture
def newspaper(request: pytest.FixtureRequest) -> Iterator[LoopbackNewspaper]:
    numbers: list[int] = list(range(1, request.param + 1))
    with serve(rendered(numbers)) as served:
        finish(served, numbers, {})
        yield served


class Crawling:
    """A crawl of the newspaper in a separate process, which a test can watch and disturb."""

    def __init__(
        self, database: Database, newspaper: LoopbackNewspaper, *args: str, **environment: str
    ) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MONGODB", "NEWSCRAWL_T"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "loopback_rendered", "-s", "DOWNLOAD_DELAY=0",
             "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "SPIDER_MODULES=spiders,tests.render_spider", *args],
            env=kept | newspaper.environment | environment
            | {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name},
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        self.log.extend(self.process.stderr)

    def family(self) -> dict[int, tuple[str, int]]:
        """All descendants of the crawl's process, with name and share of memory in MB."""
        parents: dict[int, int] = {}
        told: dict[int, tuple[str, int]] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                stat = (entry / "stat").read_text()
                shared = re.search(r"Pss:\s+(\d+)", (entry / "smaps_rollup").read_text())
                command = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            pid, fields = int(entry.name), stat.rpartition(")")[2].split()
            parents[pid] = int(fields[1])
            told[pid] = (command, int(shared[1]) // 1024 if shared else 0)
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return {pid: told[pid] for pid in found if pid in told}

    def browser(self) -> int | None:
        """The process of the browser itself."""
        family = self.family()
        named = [p for p, (cmd, _) in family.items() if "--headless" in cmd and "--type=" not in cmd]
        return min(named, default=None)

    def wait(self, seconds: float = 200) -> int:
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    @property
    def said(self) -> str:
        return "".join(self.log)


def until(true: Callable[[], object], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists() and _state(pid) != "Z"}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@needs_browser
@pytest.mark.trials
def test_all_articles_are_stored_even_if_the_browser_is_killed(database: Database) -> None:
    count = max(6, size(200))
    numbers = list(range(1, count + 1))
    with serve(rendered(numbers)) as newspaper:
        finish(newspaper, numbers, {})
        crawl = Crawling(database, newspaper)
        seen: set[int] = set()
        most = 0
        kills = [count // 3, 2 * count // 3] if count >= 20 else [count // 2]
        while crawl.process.poll() is None:
            family = crawl.family()
            seen |= family.keys()
            most = max(most, sum(memory for _, memory in family.values()))
            if kills and len(newspaper.articles_asked()) >= kills[0] and (pid := crawl.browser()):
                os.kill(pid, signal.SIGKILL)
                kills.pop(0)
                until(lambda gone=pid: not alive({gone}))
            time.sleep(0.2)
        assert crawl.wait() == 0, crawl.said[-4000:]
    assert kills == []
    assert [doc["title"] for doc in sorted(database.articles(), key=lambda doc: doc["title"])] == sorted(
        f"خبر محلي رقم {n}" for n in numbers
    )
    until(lambda: not alive(seen))
    print(json.dumps({"pages": count, "most memory of crawl and browser, MB": most}))
    assert most < 1500


@needs_browser
@pytest.mark.parametrize("newspaper", [2], indirect=True)
def test_the_request_of_a_rendered_page(database: Database, newspaper: LoopbackNewspaper) -> None:
    crawl = Crawling(database, newspaper)
    assert crawl.wait() == 0, crawl.said[-4000:]
    docs = database.articles()
    assert {doc["title"] for doc in docs} == {"خبر محلي رقم 1", "خبر محلي رقم 2"}
    assert {doc["day"] for doc in docs} == {"2024-03-27"}
    agents = {
        headers.get("User-Agent") or headers.get("user-agent") for headers in newspaper.headers.values()
    }
    assert {str(agent).partition("/")[0] for agent in agents} == {"newscrawl"}
    left_out = {"/picture.png", "/pixel.png", "/tracker.js", "/advert"}
    assert not left_out & set(newspaper.asked)
    assert newspaper.asked.count("/data/articles-1.html") == 1


@needs_browser
def test_a_page_that_hangs_is_abandoned_and_the_others_are_read(database: Database) -> None:
    numbers = [1, 2, 3]
    with serve(rendered(numbers)) as newspaper:
        finish(newspaper, numbers, {2: "while (true) {}"})
        crawl = Crawling(database, newspaper, "-s", "DOWNLOAD_TIMEOUT=10", "-s", "RETRY_TIMES=0")
        assert crawl.wait() == 0, crawl.said[-4000:]
    assert sorted(doc["url"].rpartition("/")[2] for doc in database.articles()) == [
        "articles-1.html", "articles-3.html",
    ]  # fmt: skip
    pending = database.ops["pending"].find_one()
    assert (pending["url"].rpartition("/")[2], pending["reason"]) == ("articles-2.html", "timeout")


class Passing(dict[str, Any]):
    """A newspaper that shows an interstitial before each page."""

    def __init__(self, pages: dict[str, Any], first: dict[str, list[Any]]) -> None:
        super().__init__(pages)
        self.first = first

    def get(self, path: str, default: Any = None) -> Any:
        return self.first[path].pop(0) if self.first.get(path) else super().get(path, default)


WAITING = (
    "<html lang=ar dir=rtl><title>لحظة من فضلك</title><p>نتحقق من متصفحك، وستتابع القراءة بعد قليل</p>{}"
)
MOVING_ON = {
    "refresh": "<meta http-equiv=refresh content=1>",
    "timer": "<script>setTimeout(() => location.reload(), 1000)</script>",
    "hidden": "<script>let go = () => location.reload(); setTimeout(() => go(), 1000)</script>",
    "bound": "<script>setTimeout(location.reload.bind(location), 1000)</script>",
    "countdown": "<script>let n = 3; setInterval(() => --n || location.replace(location), 400)</script>",
    "long": f"<p>{TEXT * 3}</p><script>setTimeout('location.reload()', 1000)</script>",
}
"""Ways in which an interstitial moves on to the page."""


@needs_browser
@pytest.mark.trials
def test_an_interstitial_is_not_mistaken_for_the_page(database: Database) -> None:
    numbers = list(range(1, len(MOVING_ON) + 1))[: max(2, size(len(MOVING_ON)))]
    newspaper = rendered(numbers)
    with serve(newspaper):
        finish(newspaper, numbers, {})
        first: dict[str, list[Any]] = {
            f"/articles-{n}.html": [(503 if n % 2 else 200, {}, WAITING.format(how))]
            for n, how in zip(numbers, MOVING_ON.values(), strict=False)
        }
        newspaper.pages = Passing(newspaper.pages, first)
        crawl = Crawling(database, newspaper, "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4")
        assert crawl.wait() == 0, crawl.said[-4000:]
    assert sorted(doc["title"] for doc in database.articles()) == [f"خبر محلي رقم {n}" for n in numbers]
    assert {doc["http"]["status"] for doc in database.articles()} == {200}
    assert "retry/count" not in crawl.said


class TestMissing:
    def test_a_missing_browser_is_reported_before_any_request(
        self, database: Database, tmp_path: Path
    ) -> None:
        with serve(rendered([1])) as newspaper:
            finish(newspaper, [1], {})
            done = scrapy(
                "crawl", "loopback_rendered", "-s", "SPIDER_MODULES=spiders,tests.render_spider",
                MONGODB_URI=database.uri, MONGODB_DATABASE=database.name,
                NEWSCRAWL_BROWSER="/nowhere/chromium", **newspaper.environment,
            )  # fmt: skip
            assert newspaper.asked == []
        assert done.returncode == 2
        assert (
            "loopback_rendered: there is no browser at /nowhere/chromium: install"
            in done.stdout + done.stderr
        )
        assert "Traceback" not in done.stderr

    def test_no_browser_on_the_path(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
        with pytest.raises(BrowserMissing, match="install Debian's package chromium"):
            find_browser(Settings())
        (tmp_path / "chromium-1200").mkdir()
        (tmp_path / "chromium-1200" / "INSTALLATION_COMPLETE").touch()
        assert find_browser(Settings()) is None
        (tmp_path / BROWSERS[1]).touch(0o755)
        assert find_browser(Settings()) == str(tmp_path / BROWSERS[1])
