"""Decodes a ``robots.txt`` of limited size.

RFC 9309 requires UTF-8, but Arabic sites also use windows-1256 and UTF-16. A parser that drops invalid bytes
turns ``Disallow: /أرشيف`` into ``Disallow: /``.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes

from w3lib.encoding import read_bom

from newscrawl.gate import LONGEST as LONGEST_ADDRESS
from newscrawl.page.decode import decode

__all__ = ["LONGEST", "LONGEST_LINE", "STATES", "comparable", "read_robots"]

STATES = "newscrawl/robots"
"""Name of the stat with the state of each host's robots.txt."""
LONGEST = 500 * 1024
"""Maximum bytes that are read; RFC 9309, section 2.5, requires at least this many."""
LONGEST_LINE = 2 * LONGEST_ADDRESS
"""Maximum bytes of a line; a longer line is left out, as no requested address can match it."""

_LINE = re.compile(rb"\r\n|\r|\n")
_ESCAPED = re.compile("(?:%[0-9A-Fa-f]{2})+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
_UNKNOWN = "\ufffd"


def read_robots(body: bytes) -> str:
    r"""The lines of a ``robots.txt`` as text, with its escapes in UTF-8.

    >>> read_robots("User-agent: *\r\nDisallow: /أرشيف".encode("cp1256"))
    'User-agent: *\nDisallow: /أرشيف\n'

    Byte order marks are left out, as is a line that ``LONGEST`` cuts off or that is longer than
    ``LONGEST_LINE``. Each line that is valid UTF-8 is decoded as UTF-8, whatever the other lines are; bytes
    that fit no encoding become escapes. Never raises.
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
    texts = (_text(line, encoding) for line in lines if len(line) <= LONGEST_LINE)
    return "".join(f"{text}\n" for marked in texts if (text := marked.lstrip("\ufeff")))


def comparable(url: str) -> str:
    """An address with its escapes in UTF-8, for a comparison with the rules from :func:`read_robots`.

    >>> comparable("https://www.alayam24.com/%C3%D1%D4%ED%DD/1.html")
    'https://www.alayam24.com/%D8%A3%D8%B1%D8%B4%D9%8A%D9%81/1.html'

    Escapes that are not text remain. Never raises.
    """
    return _ESCAPED.sub(_escape_in_utf8, url)


def _other_encoding(lines: list[bytes]) -> str | None:
    """The encoding of the lines that are not UTF-8; None if no encoding fits them."""
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
    # The address of a sitemap is requested, not compared.
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
