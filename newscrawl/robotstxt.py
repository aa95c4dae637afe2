"""The text of a ``robots.txt``: read as its bytes mean, within bounds.

RFC 9309 wants UTF-8; Arabic sites also write it in windows-1256 and in UTF-16. A reader that leaves out
what is no UTF-8 makes ``Disallow: /`` of ``Disallow: /أرشيف``.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes

from w3lib.encoding import read_bom

from newscrawl.gate import LONGEST as LONGEST_ADDRESS
from newscrawl.page.decode import decode

__all__ = ["LONGEST", "LONGEST_LINE", "STATES", "comparable", "read_robots"]

STATES = "newscrawl/robots"
"""Name of the stat that says what the robots.txt of each host was."""
LONGEST = 500 * 1024
"""Bytes that are read; RFC 9309 section 2.5 asks for no less."""
LONGEST_LINE = 2 * LONGEST_ADDRESS
"""Bytes of a line; a longer one is left out, since no address that is asked for can match it."""

_LINE = re.compile(rb"\r\n|\r|\n")
_ESCAPED = re.compile("(?:%[0-9A-Fa-f]{2})+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
_UNKNOWN = "\ufffd"


def read_robots(body: bytes) -> str:
    r"""The lines of a ``robots.txt`` as text, with the escapes in it in UTF-8.

    >>> read_robots("User-agent: *\r\nDisallow: /أرشيف".encode("cp1256"))
    'User-agent: *\nDisallow: /أرشيف\n'

    A byte order mark is left out, so is a line cut off by ``LONGEST`` or longer than ``LONGEST_LINE``. Each
    line that is UTF-8 is read so, whatever the others are; bytes that no encoding explains become escapes.
    Never raises.
    """
    kept = body[:LONGEST]
    if read_bom(kept)[0] not in (None, "utf-8") or b"\0" in kept:
        text = decode(kept)[0]
        lines = [line.encode("utf-8", "replace") for line in re.split("\r\n|\r|\n", text)]
    else:
        lines = _LINE.split(kept.removeprefix(b"\xef\xbb\xbf"))
    if len(body) > LONGEST:
        lines.pop()
    encoding = _other_encoding(lines)
    return "".join(f"{_text(line, encoding)}\n" for line in lines if line and len(line) <= LONGEST_LINE)


def comparable(url: str) -> str:
    """An address with its escapes in UTF-8, to be compared with the rules that :func:`read_robots` gives.

    >>> comparable("https://www.alayam24.com/%C3%D1%D4%ED%DD/1.html")
    'https://www.alayam24.com/%D8%A3%D8%B1%D8%B4%D9%8A%D9%81/1.html'

    Escapes that are no text stay. Never raises.
    """
    return _ESCAPED.sub(_escape_in_utf8, url)


def _other_encoding(lines: list[bytes]) -> str | None:
    """The encoding of those lines that are no UTF-8; None when there is none that explains them."""
    others = b"\n".join(line for line in lines if not _is_utf8(line))
    if not others:
        return None
    text, encoding = decode(others)
    return None if _UNKNOWN in text or encoding == "utf-8" else encoding


def _text(line: bytes, encoding: str | None) -> str:
    if _is_utf8(line):
        text = line.decode()
    elif encoding:
        text = line.decode(encoding, "replace")
    else:
        text = _NOT_ASCII.sub(lambda match: quote_from_bytes(match[0]).encode(), line).decode()
    # The address of a sitemap is asked for, not compared.
    return text if text.lstrip()[:8].lower() == "sitemap:" else comparable(text)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _escape_in_utf8(match: re.Match[str]) -> str:
    raw = bytes.fromhex(match[0].replace("%", ""))
    if _is_utf8(raw):
        return match[0]
    text, encoding = decode(raw)
    if _UNKNOWN in text or encoding == "utf-8":
        return match[0]
    return quote_from_bytes(text.encode())
