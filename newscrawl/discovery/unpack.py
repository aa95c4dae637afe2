"""Files that are served as gzip files."""

from __future__ import annotations

import zlib

from scrapy.utils.gz import gunzip

UNPACKED = 200_000_000
"""Bytes of an unpacked sitemap or feed at most; the sitemap protocol allows 50 MB."""


def unpacked(body: bytes) -> bytes:
    """A feed or sitemap that is served as a gzip file, unpacked; nothing of a broken one."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return gunzip(body, max_size=UNPACKED)
    except (OSError, EOFError, zlib.error):
        return b""
