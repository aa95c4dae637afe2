"""Handles responses with a wrong Content-Length, and counts the bytes that were really sent."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.downloadermiddlewares.stats import DownloaderStats
from scrapy.exceptions import StopDownload

from newscrawl.meta import meta

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Request, Response

__all__ = ["GZIP", "PlainLengths", "WireStats", "is_whole"]

GZIP = (b"gzip", b"x-gzip")
"""Names of gzip in the header ``Content-Encoding``."""
_SIZE = 4
"""Number of bytes at the end of a gzip file that hold its unpacked size (RFC 1952, section 2.3.1)."""


class PlainLengths:
    """Ends the download of a gzip body that was announced with the length of the plain page.

    The announced rest never comes, so if the server keeps the connection open, the download would wait until
    the timeout. Such a body can be recognised: its last four bytes are the announced number.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._coming: WeakKeyDictionary[Request, _Coming] = WeakKeyDictionary()
        crawler.signals.connect(self.begins, signals.headers_received)
        crawler.signals.connect(self.goes_on, signals.bytes_received)

    def begins(self, headers: Headers, request: Request) -> None:
        """Note the announced length of a gzip body."""
        length = headers.get("Content-Length") or b""
        if (headers.get("Content-Encoding") or b"").strip().lower() in GZIP and length.isdigit():
            self._coming[request] = _Coming(int(length))

    def goes_on(self, data: bytes, request: Request) -> None:
        """Note a part of a body; raises ``StopDownload`` when it is the last part."""
        if (coming := self._coming.get(request)) and coming.is_over(data):
            raise StopDownload(fail=False)


class _Coming:
    __slots__ = ("_announced", "_end", "_received")

    def __init__(self, announced: int) -> None:
        self._announced = announced
        self._received = 0
        self._end = b""

    def is_over(self, data: bytes) -> bool:
        self._received += len(data)
        self._end = (self._end + data[-_SIZE:])[-_SIZE:]
        return self._received < self._announced == int.from_bytes(self._end, "little")


def is_whole(response: Response) -> bool:
    """Is the compressed body complete, although it is shorter than announced?"""
    coding = (response.headers.get("Content-Encoding") or b"").strip().lower()
    if coding not in (*GZIP, b"deflate"):
        return False
    decoder = zlib.decompressobj(31 if coding in GZIP else 15)
    try:
        decoder.decompress(response.body)
    except zlib.error:
        return False
    return decoder.eof


class WireStats(DownloaderStats):
    """Scrapy's counts of requests and responses, except that ``downloader/response_bytes`` counts packed
    bytes.

    ``meta["wire_bytes"]`` is the length of a body as it was sent.
    """

    def process_response(  # type: ignore[override]  # Scrapy no longer passes the spider
        self, request: Request, response: Response
    ) -> Request | Response:
        """Count a response."""
        wire = meta(request).get("wire_bytes")
        if wire is not None:
            self.stats.inc_value("downloader/response_bytes", wire - len(response.body))
        counted: Request | Response = super().process_response(request, response)
        return counted
