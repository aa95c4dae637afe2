"""Decodes the bodies of HTTP responses as crawlers keep them: chunked, compressed or neither, whatever the
headers say.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

import brotli  # type: ignore[import-untyped]

from newscrawl.page.document import MAX_BYTES

_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[^\n]{0,200}\n")


def decoded(body: bytes, headers: Mapping[str, str]) -> bytes:
    r"""A body without chunks and compression, cut after :data:`newscrawl.page.document.MAX_BYTES`.

    The names of ``headers`` are in lower case. Many crawlers decode a body but keep its headers. So a body
    that does not match its headers is taken as it is.

    >>> decoded(b"5\r\nhello\r\n0\r\n\r\n", {"transfer-encoding": "chunked"})
    b'hello'
    >>> decoded(zlib.compress(b"hello"), {"content-encoding": "deflate"})
    b'hello'
    >>> decoded(b"hello", {"content-encoding": "gzip"})
    b'hello'

    Never raises.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _joined(body)
    for coding in reversed(headers.get("content-encoding", "").lower().split(",")):
        body = _unpacked(body, coding.strip())
    return body[:MAX_BYTES]


def _joined(body: bytes) -> bytes:
    parts: list[bytes] = []
    place = 0
    while hit := _CHUNK.match(body, place):
        size = int(hit[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[hit.end() : hit.end() + size])
        place = hit.end() + size
        place += 2 if body.startswith(b"\r\n", place) else body.startswith(b"\n", place)
    # The body is cut off after a chunk, or is not chunked.
    return b"".join(parts) if parts and place >= len(body) else body


def _unpacked(body: bytes, coding: str) -> bytes:
    try:
        if coding in ("gzip", "x-gzip"):
            return zlib.decompressobj(31).decompress(body, MAX_BYTES)
        if coding == "deflate":
            # Some servers send deflate without the zlib wrapper.
            wrapped = body[:1] and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
            return zlib.decompressobj(15 if wrapped else -15).decompress(body, MAX_BYTES)
        if coding == "br":
            unpacked: bytes = brotli.Decompressor().process(body, output_buffer_limit=MAX_BYTES)
            return unpacked
    except (zlib.error, brotli.error):
        pass
    return body
