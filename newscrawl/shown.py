r"""Makes text from web sites safe to show in a log or on a terminal.

A title, an address or a server's message can hold line breaks that forge a log line, escape sequences that a
terminal obeys, and marks that change the direction of the text after them. All are shown as escapes.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, TextIO, cast

__all__ = ["SafeRecord", "Terminal", "clean_logs", "clean_terminal", "one_line", "visible"]

# Controls except tab and line feed, format characters, line separators and surrogates. Joiners (U+200C,
# U+200D) belong to the spelling of words, and Arabic number signs are visible.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LATER_LINE = re.compile(r"\n(?=\S)")
_INDENT = "    "


def visible(text: str) -> str:
    r"""The text with invisible and control characters written as escapes; line breaks stay.

    >>> visible("خبر \x1b[2J\u202e\nعاجل")
    'خبر \\x1b[2J\\u202e\nعاجل'
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    r"""The text on one line, with invisible and control characters and line breaks written as escapes.

    >>> one_line("رياضة\n2026-11-28 12:00:00 ERROR: forged")
    'رياضة\\n2026-11-28 12:00:00 ERROR: forged'
    """
    return visible(text).replace("\n", "\\n")


def _lines(text: str) -> str:
    """The text with every line but the first indented, so that only the first looks like a log line."""
    return _LATER_LINE.sub(f"\n{_INDENT}", visible(text))


class SafeRecord(logging.LogRecord):
    """A log record that cannot forge other lines of the log.

    The arguments of a message stay on one line. Further lines of a message or a traceback are indented.
    """

    _traceback: str | None = None

    def getMessage(self) -> str:
        """The message, made safe to show."""
        message = super().getMessage()
        return one_line(message) if self.args and "\n" not in str(self.msg) else _lines(message)

    @property
    def exc_text(self) -> str | None:
        """The traceback, made safe to show, which a formatter caches for other handlers."""
        return self._traceback

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._traceback = _INDENT + _lines(text) if text else text


class Terminal:
    """A text stream that escapes invisible and control characters; otherwise it acts like the stream."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write the text with invisible and control characters escaped."""
        self.stream.write(visible(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write each line with invisible and control characters escaped."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def clean_logs() -> None:
    """Make every log line of this process safe to show from now on, whichever library logs it."""
    logging.setLogRecordFactory(SafeRecord)


def clean_terminal() -> None:
    """Make everything that this process prints safe to show from now on."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Terminal):
            setattr(sys, name, cast("TextIO", Terminal(stream)))
