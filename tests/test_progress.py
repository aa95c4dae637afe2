"""The progress of long work, on a terminal and in a log."""

import asyncio
import io
import logging
import sys

import pytest
from scrapy import Spider
from scrapy.utils.test import get_crawler

from newscrawl.progress import Progress
from newscrawl.watch.live import Live, note


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class FakeClock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_log_gets_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    shown = Progress("building the index bands_1", clock=clock)
    with caplog.at_level(logging.INFO):
        for second in range(0, 180, 5):
            clock.now = float(second)
            shown.show(second, 360)
        shown.end()
    assert caplog.messages == [
        "building the index bands_1: 60 of 360, 5 min left",
        "building the index bands_1: 120 of 360, 4 min left",
    ]


def test_a_command_without_a_terminal_prints_the_same_lines(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    shown = Progress("articles signed again", bar=True, clock=clock)
    shown.show(10, 100)
    clock.now = 61.0
    shown.show(20, 0)
    assert capsys.readouterr().err == "articles signed again: 20 in 1 min\n"


def test_a_terminal_gets_a_bar_that_rewrites_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = FakeTerminal(), FakeClock()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "__stderr__", terminal)
    shown = Progress("articles signed again", bar=True, clock=clock)
    clock.now = 10.0
    shown.show(500, 1000)
    shown.show(1000, 1000)
    shown.end()
    first, second = terminal.getvalue().split("\r")[1:]
    assert first == f"[{'#' * 15}{'.' * 15}] 500 of 1,000, 10 s left"
    assert second.rstrip() == f"[{'#' * 30}] 1,000 of 1,000, 0 s left"
    assert terminal.getvalue().endswith("\n")


def test_a_crawl_shows_what_became_of_its_pages_and_how_many_addresses_wait() -> None:
    assert note({}, 0, 0.2, None) == "0 new, 0 seen, 0 revised, 0 rejected"
    said = note({"new": 1200, "seen": 30}, 90, 60, 4)
    assert said == "1,200 new, 30 seen, 0 revised, 0 rejected; 90 pages a minute; 4 addresses wait"


def test_a_line_of_the_log_does_not_run_into_the_drawn_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = FakeTerminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "__stderr__", terminal)
    crawler = get_crawler(Spider)
    live = Live.from_crawler(crawler)

    async def crawl() -> None:
        await live.opened(Spider(name="sahifa"))
        Progress("sahifa: pages", bar=True).show(3, 0, "1 new")
        logging.getLogger().handlers[0].emit(logging.makeLogRecord({"msg": "stored"}))
        terminal.write("stored\n")
        await live.closed(Spider(name="sahifa"))

    before = list(logging.getLogger().handlers)
    asyncio.run(crawl())
    assert terminal.getvalue().endswith("1 new\r\x1b[Kstored\n")
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize("settings", [{"SCRAPYD_JOB": "1"}, {"LOG_FILE": "crawl.log"}])
def test_nothing_is_drawn_into_a_log(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", FakeTerminal())
    live = Live.from_crawler(get_crawler(Spider, settings))
    before = list(logging.getLogger().handlers)

    async def crawl() -> None:
        await live.opened(Spider(name="sahifa"))
        assert logging.getLogger().handlers == before
        await live.closed(Spider(name="sahifa"))

    asyncio.run(crawl())
