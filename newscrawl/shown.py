r"""Text of strangers as it may be shown: in the lines of a log, on a terminal.

A title, an address or a server's message can hold line breaks that forge a line of the log, escape sequences
that a terminal obeys, and marks that turn the direction of what follows. None of them is shown as such.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, TextIO, cast

__all__ = ["Record", "Terminal", "clean_logs", "clean_terminal", "one_line", "visible"]

# Controls but tab and line feed, format characters, separators of lines and halves of characters. Joiners
# (U+200C, U+200D) belong to the spelling of words, and Arabic number signs are seen.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LATER_LINE = re.compile(r"\n(?=\S)")
_INDENT = "    "


def visible(text: str) -> str:
    r"""The text with what cannot be seen, or does something, written as an escape; lines stay lines.

    >>> visible("خبر \x1b[2J\u202e\nعاجل")
    'خبر \\x1b[2J\\u202e\nعاجل'
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    r"""The same in one line.

    >>> one_line("رياضة\n2026-11-28 12:00:00 ERROR: forged")
    'رياضة\\n2026-11-28 12:00:00 ERROR: forged'
    """
    return visible(text).replace("\n", "\\n")


def _lines(text: str) -> str:
    """Several lines, of which none but the first begins where a line of a log does."""
    return _LATER_LINE.sub(f"\n{_INDENT}", visible(text))


class Record(logging.LogRecord):
    """A record whose line in a log is its own.

    What is filled into a message stays in one line. Messages that have several lines themselves, and
    tracebacks, go on indented.
    """

    _traceback: str | None = None

    def getMessage(self) -> str:
        """The message as it is shown."""
        message = super().getMessage()
        return one_line(message) if self.args and "\n" not in str(self.msg) else _lines(message)

    @property
    def exc_text(self) -> str | None:
        """The traceback, as a formatter keeps it for the others."""
        return self._traceback

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._traceback = _INDENT + _lines(text) if text else text


class Terminal:
    """A text stream that shows strangers' text; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write what can be seen of it."""
        self.stream.write(visible(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def clean_logs() -> None:
    """From now on every line that this process logs is built from cleaned text, whoever logs it."""
    logging.setLogRecordFactory(Record)


def clean_terminal() -> None:
    """From now on this process prints cleaned text alone."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Terminal):
            setattr(sys, name, cast("TextIO", Terminal(stream)))
