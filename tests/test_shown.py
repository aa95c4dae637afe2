"""Foreign text cannot forge a line of a log, or control a terminal."""

import io
import logging
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.shown import SafeRecord, Terminal, one_line, visible
from tests.conftest import scrapy
from tests.loopback import article

FORGED = "2026-11-28 12:00:00 [newscrawl] ERROR: forged"
BREAKS = ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
SIGNS = [*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD]
SEEN = {"\u200c", "\u200d", "\t", "\n", *map(chr, SIGNS)}
"""Format characters that belong to words or are signs, and that keep their meaning."""


def test_every_invisible_character_is_escaped() -> None:
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        if unicodedata.category(letter) == "Cn":
            continue
        is_hidden = unicodedata.category(letter) in hidden and letter not in SEEN
        is_escaped = visible(letter) != letter
        assert is_escaped is is_hidden or (is_escaped and code >= 0xE0000), hex(code)
    text = "الصَّلاة ١٤٤٥هـ می‌رود ٪ 👨‍👩‍👧\tخبر\nثان"
    assert visible(text) == text


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("".join(BREAKS)))))
def test_one_line_stays_one_line(text: str) -> None:
    shown = one_line(text)
    assert shown.splitlines() in ([], [shown])
    shown.encode()
    assert one_line(shown) == shown


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger, and what its log shows."""
    shown = io.StringIO()
    handler = logging.StreamHandler(shown)
    handler.setFormatter(logging.Formatter("%(asctime)s [%(name)s] %(levelname)s: %(message)s"))
    logger = logging.getLogger("tests.shown")
    logger.addHandler(handler)
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(SafeRecord)
    yield logger, shown
    logging.setLogRecordFactory(before)
    logger.removeHandler(handler)


def raise_with_cause(text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError as error:
        raise RuntimeError(text) from error


def log_error(logger: logging.Logger, text: str) -> None:
    try:
        raise_with_cause(text)
    except RuntimeError:
        logger.exception("reading %s failed", text)


LOGGED = {
    "argument": lambda logger, text: logger.warning("no section %s", text),
    "named": lambda logger, text: logger.warning("no section %(name)s", {"name": text}),
    "message": lambda logger, text: logger.warning("no section " + text),
    "object": lambda logger, text: logger.warning("failed: %s", ValueError(text)),
    "several lines": lambda logger, text: logger.warning("found:\n%s\nend", text),
    "error": log_error,
}


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("how", LOGGED)
def test_no_line_is_forged(log: tuple[logging.Logger, io.StringIO], broken: str, how: str) -> None:
    logger, shown = log
    LOGGED[how](logger, f"رياضة{broken}{FORGED}")
    lines = shown.getvalue().splitlines()
    assert "forged" in shown.getvalue()
    assert [line for line in lines if line.startswith(FORGED)] == []
    assert re.match(r"\d{4}-\d\d-\d\d ", lines[0])
    assert all(line.startswith(" ") for line in lines[1:] if line)


def test_lines_of_other_libraries_keep_their_form(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, shown = log
    logger.warning("Overridden settings:\n%(settings)s", {"settings": "{'A': 1,\n 'B': 2}"})
    logger.warning("خبر %d من %s", 3, "الرباط")
    assert [line.partition("WARNING: ")[2] or line for line in shown.getvalue().splitlines()] == [
        "Overridden settings:", "    {'A': 1,", " 'B': 2}", "خبر 3 من الرباط",
    ]  # fmt: skip


def test_the_settings_of_the_project_install_it() -> None:
    code = "import newscrawl.settings, logging; logging.warning('%s', 'a\\n\\x1b[2Jb')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "WARNING:root:a\\n\\x1b[2Jb\n"


def test_a_terminal_shows_the_escaped_text() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    terminal.write("\x1b]0;title\x07\x1b[2Jخبر a\u202eb \ud800\n")
    terminal.writelines(["\rسطر\n"])
    assert stream.getvalue() == "\\x1b]0;title\\x07\\x1b[2Jخبر a\\u202eb \\ud800\n\\rسطر\n"
    assert terminal.isatty() is False


HOSTILE = f"رياضة\u2028{FORGED}\x1b[2J\u202e\r{FORGED}"


def test_a_command_prints_nothing_forged(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    page = article(1).replace("خبر محلي", f"خبر {HOSTILE} محلي")
    saved.write_text(page.replace("</h1>", f"</h1><time datetime='{HOSTILE}'>{HOSTILE}</time>"), "utf-8")
    tried = scrapy("try", str(saved), "--url", "https://www.hespress.com/1.html")
    assert "خبر" in tried.stdout
    assert "forged" in tried.stdout
    for said in (tried.stdout, tried.stderr):
        assert [line for line in said.splitlines() if line.startswith(FORGED)] == []
        assert re.search("[\x1b\u202e\u2028\r]", said) is None
