"""How far a long piece of work has come."""

import io
import logging
import sys

import pytest

from newscrawl.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_log_gets_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
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
    clock = Clock()
    shown = Progress("articles signed again", bar=True, clock=clock)
    shown.show(10, 100)
    clock.now = 61.0
    shown.show(20, 0)
    assert capsys.readouterr().err == "articles signed again: 20 in 1 min\n"


def test_a_terminal_gets_a_bar_that_rewrites_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
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
