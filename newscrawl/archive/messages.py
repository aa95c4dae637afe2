"""Turns HTTP requests and responses into the form of WARC records: as they were sent, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit, urlunsplit

from scrapy.http import Headers, Request, Response, TextResponse
from scrapy.utils.response import response_status_message
from w3lib.url import safe_url_string

if TYPE_CHECKING:
    from collections.abc import Iterable

SECRET_HEADERS = frozenset(
    {b"authorization", b"proxy-authorization", b"cookie", b"set-cookie", b"set-cookie2"}
)
"""Headers that no record keeps."""
NOT_MODIFIED = 304
RENDERED = "playwright"
"""The flag of a response that a browser rendered."""


@dataclass(frozen=True, slots=True)
class HttpHead:
    """First line and headers of an HTTP message, as they were sent; a raw UTF-8 address in a redirect stays
    raw.
    """

    first: bytes
    headers: list[tuple[bytes, bytes]]

    @property
    def data(self) -> bytes:
        """The head as it is written to a record."""
        return b"\r\n".join([self.first, *map(b": ".join, self.headers), b"", b""])


@lru_cache(64)  # each record of a page names the address
def address(url: str) -> str:
    """The address of a request as a record names it: no fragment, no user or password.

    >>> address("https://user:secret@www.hespress.com/خبر-1.html#top")
    'https://www.hespress.com/%D8%AE%D8%A8%D8%B1-1.html'
    """
    parts = urlsplit(safe_url_string(url))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path or "/", parts.query, ""))


def host(url: str) -> str:
    """Host and port of an address, in the form of the header ``Host``."""
    return urlsplit(address(url)).netloc


def without_password(text: str, url: str) -> str:
    """A text that quotes an address, without the user and the password of that address."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return text.replace(user + at, "") if at else text


def is_rendered(response: Response) -> bool:
    """Did a browser render this page?"""
    return RENDERED in response.flags


def request_head(request: Request) -> HttpHead:
    """First line and headers of a request."""
    target = urlunsplit(("", "", *urlsplit(address(request.url))[2:]))
    headers = [(b"Host", host(request.url).encode()), *_public(request.headers)]
    return HttpHead(f"{request.method} {target} HTTP/1.1".encode(), headers)


def response_message(request: Request, response: Response) -> tuple[HttpHead, bytes]:
    """First line and headers of a response, and its body; a rendered page is in UTF-8 and declares it."""
    if is_rendered(response):
        response = in_utf8(response)
    headers = [(name, value) for name, value in _public(response.headers) if name != b"Transfer-Encoding"]
    if request.method != "HEAD" and response.status != NOT_MODIFIED:
        length = (b"Content-Length", str(len(response.body)).encode())
        headers = [*(header for header in headers if header[0] != length[0]), length]
    first = f"{response.protocol or 'HTTP/1.1'} {response_status_message(response.status)}"
    return HttpHead(first.encode(), headers), response.body


def in_utf8(response: Response) -> Response:
    """A rendered page in UTF-8, which it also declares.

    A browser's text can have letters that the declared charset lacks, and a record keeps only bytes and
    headers.
    """
    if not isinstance(response, TextResponse):
        return response
    headers = response.headers.copy()
    headers["Content-Type"] = says_utf8(headers)
    body = response.text.encode("utf-8", "replace")
    return cast("Response", response.replace(body=body, headers=headers, encoding="utf-8"))


def says_utf8(headers: Headers) -> bytes:
    """The content type of a page that was converted to UTF-8.

    >>> says_utf8(Headers({"Content-Type": "text/html; charset=windows-1256"}))
    b'text/html; charset=utf-8'
    """
    kind = (headers.get("Content-Type") or b"text/html").partition(b";")[0].strip()
    return kind + b"; charset=utf-8"


def _public(headers: Headers) -> Iterable[tuple[bytes, bytes]]:
    return (
        (name, value)
        for name, values in headers.items()
        if name.lower() not in SECRET_HEADERS and name.lower() != b"host"
        for value in values
    )
