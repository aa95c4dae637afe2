"""A crawl's exchanges with the network in a WARC file (ISO 28500:2017), written and read back.

An exchange is a ``request`` record and, concurrent to it, a ``response`` record or, where no answer
came, a ``metadata`` record that names the failure.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import re
import zlib
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit, urlunsplit

import scrapy
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UsageError,
)
from scrapy.http import Headers, Request, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.utils.response import response_status_message
from w3lib.url import safe_url_string
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.timeutils import datetime_to_iso_date, iso_date_to_datetime
from warcio.warcwriter import WARCWriter

import newscrawl
from newscrawl.download.errors import BrowserMissing, CertificateError, HostBusy, NotRecorded
from newscrawl.files import open_regular
from newscrawl.gate import admit
from newscrawl.meta import meta
from newscrawl.robotstxt import comparable

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

SECRET_HEADERS = frozenset(
    {b"authorization", b"proxy-authorization", b"cookie", b"set-cookie", b"set-cookie2"}
)
NOT_MODIFIED = 304
_START = re.compile(rb"\x1f\x8b\x08[\0-\x1f]|WARC/1\.\d")
"""How a record begins, packed or not."""
_SEARCHED = 1 << 20
"""Bytes that are searched for one at a time."""
KEPT_ON_304 = (b"Cache-Control", b"Content-Location", b"Date", b"ETag", b"Expires", b"Last-Modified", b"Vary")

RENDERED_URL = "Newscrawl-Rendered-URL"
"""WARC header of a rendered page: the address at which the browser ended."""
RENDERED_VIA = "Newscrawl-Rendered-Via"
"""WARC header of a rendered page: the addresses that redirected the browser there, spaces between."""

FAILURES: dict[str, type[Exception]] = {
    cls.__name__: cls
    for cls in (
        BrowserMissing,
        CannotResolveHostError,
        CertificateError,
        DownloadCancelledError,
        DownloadConnectionRefusedError,
        DownloadFailedError,
        DownloadTimeoutError,
        HostBusy,
        ResponseDataLossError,
    )
}
"""The failures that a replay raises again; any other one becomes a ``DownloadFailedError``."""


PROBE = 4096
"""Bytes for which there must be room before a recording begins."""


class RecordingError(UsageError):
    """A recording cannot be written or read as asked."""


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """An HTTP head whose bytes are kept. warcio would percent-encode what is not ASCII, and a redirect
    to a raw UTF-8 address would no longer be the one that the site sent.
    """

    def to_ascii_bytes(self, header_filter: Any = None) -> bytes:
        head: bytes = self.to_bytes(header_filter, "latin-1")
        return head


class Recorder:
    """Appends exchanges to a new WARC file that its user alone may read.

    Each record is a gzip member of its own, so that a killed crawl leaves a file that can be read. Not safe
    to call from two threads at once.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._fd = _create(self.path)
        self._end = 0
        """Where the last complete exchange ends."""
        self._failure: RecordingError | None = None
        self._buffer = BytesIO()
        self._writer = WARCWriter(self._buffer, gzip=True, warc_version="1.1")
        software = f"newscrawl/{newscrawl.__version__} Scrapy/{scrapy.__version__}"
        info = {"software": software, "format": "WARC File Format 1.1"}
        self._append(self._writer.create_warcinfo_record(self.path.name, info))

    def write(self, request: Request, outcome: Response | Exception) -> None:
        """Append one exchange: the request, and its response or the failure that took its place.

        ``request.meta["fetched_at"]`` (aware) is its date. Cookies and credentials are left out. Raises
        :class:`RecordingError` when it cannot be written, and for every later exchange too.
        """
        asked = self._record(
            "request",
            request,
            _Head(
                f"{request.method} {_target(request.url)} HTTP/1.1",
                [("Host", _host(request.url)), *_public(request.headers)],
                is_http_request=True,
            ),
            request.body,
        )
        concurrent = {"WARC-Concurrent-To": asked.rec_headers.get_header("WARC-Record-ID")}
        if isinstance(outcome, Response):
            answer = self._record(
                "response", request, *_http(request, outcome), concurrent | _extra(request, outcome)
            )
        else:
            retry_at = meta(request).get("retry_at")
            fields = {
                "error": type(outcome).__name__,
                "message": " ".join(_without_password(str(outcome), request.url).split()),
                "retry-at": retry_at.isoformat() if retry_at else "",
            }
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
            answer = self._record("metadata", request, None, lines.encode(), concurrent)
        self._append(asked, answer)

    def close(self) -> None:
        """Finish the file."""
        os.close(self._fd)

    def _append(self, *records: Any) -> None:
        """Write whole records or none: what a full disk took of them is cut off again."""
        if self._failure is not None:
            raise self._failure
        self._buffer.seek(0)
        self._buffer.truncate()
        for record in records:
            self._writer.write_record(record)
        content = self._buffer.getvalue()
        try:
            _write(self._fd, content)
        except OSError as error:
            self._failure = RecordingError(
                f"RECORD={self.path}: {error.strerror}; the recording ends after {self._end} bytes"
            )
            with suppress(OSError):
                os.ftruncate(self._fd, self._end)
            raise self._failure from error
        self._end += len(content)

    def _record(
        self,
        kind: str,
        request: Request,
        head: _Head | None,
        body: bytes,
        warc_headers: dict[str, str] | None = None,
    ) -> Any:
        at: dt.datetime = meta(request)["fetched_at"]
        date = datetime_to_iso_date(at.astimezone(dt.UTC).replace(tzinfo=None), use_micros=True)
        return self._writer.create_warc_record(
            _address(request.url),
            kind,
            payload=BytesIO(body),
            length=len(body),
            http_headers=head,
            warc_headers_dict={"WARC-Date": date, **(warc_headers or {})},
        )


def try_to_record(path: str | Path) -> None:
    """Raise :class:`RecordingError` when no recording can be written there; leaves nothing behind."""
    fd = _create(Path(path))
    try:
        _write(fd, bytes(PROBE))
    except OSError as error:
        raise RecordingError(f"RECORD={path}: {error.strerror}; make room, or name another file") from None
    finally:
        os.close(fd)
        os.unlink(path)  # noqa: PTH108 - as it was given


def _create(path: Path) -> int:
    """A new file for its user alone: a recording holds whatever a site sent."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RecordingError(
            f"RECORD={path}: the file exists and is not overwritten; name another one or remove it"
        ) from None
    except (OSError, ValueError) as error:
        raise RecordingError(
            f"RECORD={path}: {getattr(error, 'strerror', error)}; its folder does not exist or cannot be "
            "written to"
        ) from None


def _write(fd: int, content: bytes) -> None:
    """Write all of it: an unbuffered write may take a part alone."""
    left = memoryview(content)
    while left:
        left = left[os.write(fd, left) :]


@dataclass(slots=True)
class Exchange:
    """Where in the file an exchange is, and what is needed to choose among those of one request."""

    offset: int
    at: dt.datetime
    """Moment of download, UTC."""
    status: int | None = None
    """HTTP status; None for a failure."""
    etag: bytes | None = None
    last_modified: bytes | None = None


@dataclass(slots=True)
class _Answers:
    exchanges: list[Exchange] = field(default_factory=list)
    served: int = 0


class Recording:
    """The exchanges of a WARC file, found by method, address and body of the request.

    Only their places are held in memory. A response record that no request record accompanies (other
    tools write such files) answers a GET.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = _open(self.path)
        self._index: dict[bytes, _Answers] = defaultdict(_Answers)
        requests: dict[str, bytes] = {}
        outcomes: list[tuple[str, str | None, str, Exchange]] = []
        left_out: Counter[str] = Counter()
        for record in _records(self._file, self.path):
            try:
                if record.kind == "request":
                    requests[record.id] = _key(*record.request())
                    if record.concurrent_to:
                        requests[record.concurrent_to] = requests[record.id]
                elif (exchange := record.exchange()) is not None:
                    _key("GET", record.url, b"")
                    outcomes.append((record.id, record.concurrent_to, record.url, exchange))
            except ValueError as error:
                left_out[str(error)] += 1
        for reason, count in left_out.items():
            logger.warning("%s: %d records left out: %s", path, count, reason)
        for record_id, concurrent_to, url, exchange in outcomes:
            key = requests.get(concurrent_to or "") or requests.get(record_id) or _key("GET", url, b"")
            self._index[key].exchanges.append(exchange)
        if not outcomes:
            raise _empty(self.path)
        self.began: dt.datetime = outcomes[0][-1].at

    def answer(self, request: Request) -> Response:
        """The recorded response; sets ``fetched_at`` (UTC) in the request's meta.

        The exchanges of one request come in recorded order, the last one again and again. A
        conditional request that knows an exchange (its ETag or Last-Modified) is given the one after
        it, or 304 when there is none. Raises the recorded failure, or :class:`NotRecorded`.
        """
        answers = self._index.get(_key(request.method, request.url, request.body))
        if answers is None:  # newscrawl once sent the queries of all links in UTF-8
            answers = self._index.get(_key(request.method, comparable(request.url), request.body))
        meta(request)["fetched_at"] = self.began
        if answers is None:
            raise NotRecorded(f"{request.method} {_address(request.url)} is not in the recording {self.path}")
        known = _known(request.headers, answers.exchanges)
        usable = [
            place
            for place, exchange in enumerate(answers.exchanges)
            if exchange.status != NOT_MODIFIED or _conditional(request.headers)
        ]
        if not usable:
            raise NotRecorded(
                f"{request.method} {_address(request.url)} is in the recording {self.path} "
                "only as 304 Not Modified, and the request has no ETag or date to compare"
            )
        first = max(answers.served, 0 if known is None else known + 1)
        chosen = next((place for place in usable if place >= first), None)
        unchanged = chosen is None and known is not None
        place = usable[-1] if chosen is None else chosen
        answers.served = max(answers.served, place + 1)
        exchange = answers.exchanges[place]
        meta(request)["fetched_at"] = exchange.at
        response = self._read(exchange, request)
        return _not_modified(response) if unchanged else response

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, exchange: Exchange, request: Request) -> Response:
        self._file.seek(exchange.offset)
        record = next(_records(self._file, self.path))
        if record.kind == "metadata":
            fields = record.fields()
            if at := fields.get("retry-at"):
                with suppress(ValueError):
                    meta(request)["retry_at"] = dt.datetime.fromisoformat(at).astimezone(dt.UTC)
            raise FAILURES.get(fields["error"], DownloadFailedError)(fields.get("message", ""))
        return record.response(request)


def first_moment(path: str | Path) -> dt.datetime:
    """The date of a recording's first exchange, UTC, without reading the rest of it.

    Raises :class:`RecordingError` for a file that is missing, unreadable, not a WARC or empty.
    """
    with _open(Path(path)) as file:
        for record in _records(file, Path(path)):
            with suppress(ValueError):
                if (exchange := record.exchange()) is not None:
                    return exchange.at
    raise _empty(Path(path))


def _empty(path: Path) -> RecordingError:
    return RecordingError(f"REPLAY={path}: the file holds no exchange; record one with -s RECORD={path}")


def _open(path: Path) -> BinaryIO:
    try:
        return open_regular(path)
    except FileNotFoundError:
        raise RecordingError(f"REPLAY={path}: there is no such file") from None
    except OSError as error:
        raise RecordingError(f"REPLAY={path}: {error.strerror}") from None


@dataclass(slots=True)
class _Record:
    """One WARC record that is complete."""

    headers: StatusAndHeaders
    block: bytes
    offset: int

    @property
    def kind(self) -> str:
        return str(self.headers.get_header("WARC-Type"))

    @property
    def id(self) -> str:
        return str(self.headers.get_header("WARC-Record-ID"))

    @property
    def url(self) -> str:
        # Some tools write it in angle brackets, as an early draft of the format had it.
        return str(self.headers.get_header("WARC-Target-URI", "")).strip().removeprefix("<").removesuffix(">")

    @property
    def concurrent_to(self) -> str | None:
        value: str | None = self.headers.get_header("WARC-Concurrent-To")
        return value

    def http(self) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
        """First line, headers and body. (The standard library's parser takes the byte 0x85 of a raw
        Arabic header for the end of a line.)
        """
        # Some tools keep the line feeds alone.
        end = b"\r\n" if self.block.partition(b"\n")[0].endswith(b"\r") else b"\n"
        head, _, body = self.block.partition(end + end)
        first, *lines = head.split(end)
        pairs = [line.partition(b":") for line in lines]
        return first, [(name.strip(), value.strip()) for name, colon, value in pairs if colon], body

    def request(self) -> tuple[str, str, bytes]:
        first, _, body = self.http()
        return first.split(b" ", 1)[0].decode("latin-1"), self.url, body

    def exchange(self) -> Exchange | None:
        """None for a record that is no answer to a request; ``ValueError`` for one that cannot be read."""
        if self.kind == "response" and self.url.startswith(("http:", "https:")):
            first, pairs, _ = self.http()
            status = _status(first)
            if status is None:
                raise ValueError("no HTTP status")
            self.rendered()
            headers = Headers(pairs)
            return Exchange(
                self.offset, self._at(), status, headers.get(b"ETag"), headers.get(b"Last-Modified")
            )
        if self.kind == "metadata" and "error" in self.fields():
            return Exchange(self.offset, self._at())
        return None

    def rendered(self) -> tuple[str | None, list[str]]:
        """Where a browser ended, None for a plain page, and what redirected it there."""
        url, via = map(self.headers.get_header, (RENDERED_URL, RENDERED_VIA))
        try:
            for address in filter(None, (url, *(via or "").split(" "))):
                admit(address, None, frozenset([urlsplit(address).port or 443]))
        except ValueError:
            raise ValueError("an address of a rendered page that cannot be read") from None
        return url, via.split(" ") if via else []

    def _at(self) -> dt.datetime:
        try:
            at: dt.datetime = iso_date_to_datetime(self.headers.get_header("WARC-Date") or "", tz_aware=True)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise ValueError("no date that can be read") from None
        return at

    def fields(self) -> dict[str, str]:
        lines = self.block.decode("utf-8", "replace").split("\r\n")
        return {
            name: value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon
        }

    def response(self, request: Request) -> Response:
        first, pairs, body = self.http()
        headers = Headers()
        for name, value in pairs:
            headers.appendlist(name, value)
        if headers.pop(b"Transfer-Encoding", None):
            body = ChunkedDataReader(BytesIO(body)).read()
        url = request.url.partition("#")[0]
        flags = []
        rendered, via = self.rendered()
        if rendered:
            url, flags = rendered, ["playwright"]
            with suppress(UnicodeDecodeError):  # what the page declares need not hold its text
                body.decode()
                headers["Content-Type"] = _says_utf8(headers)
        if via:
            meta(request)["redirect_urls"] = via
            meta(request)["redirect_times"] = len(via)
        cls = responsetypes.from_args(headers=headers, url=url, body=body)
        return cls(
            url=url,
            status=_status(first) or 200,
            headers=headers,
            body=body,
            flags=flags,
            protocol=first.split(b" ", 1)[0].decode("latin-1"),
        )


def _records(file: BinaryIO, path: Path) -> Iterator[_Record]:
    """The records from the file's position on. One that is cut off or damaged is left out with a
    warning (a crawl that was killed ends so), and the next one is looked for.
    """
    start: int | None = file.tell()
    readable = False
    while start is not None:
        offset = start
        file.seek(start)
        try:
            for offset, headers, block in _blocks(file):
                if block is None:
                    logger.warning("%s: the record at byte %d is cut off and left out", path, offset)
                    continue
                readable = True
                yield _Record(headers, block, offset)
            return
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            start = _next_start(file, offset + 1)
            if start is None and not readable:
                raise RecordingError(f"REPLAY={path}: not a WARC file ({reason})") from None
            logger.warning("%s: what follows the record at byte %d is left out: %s", path, offset, reason)


_Found = tuple[int, StatusAndHeaders, bytes | None]
"""Where a record is, its headers, and its block; None for one that is cut off."""


def _blocks(file: BinaryIO) -> Iterator[_Found]:
    start = file.tell()
    magic = file.read(2)
    file.seek(start)
    if magic == b"\x1f\x8b":
        yield from _members(file, start)
    else:
        yield from _unpacked(file)


def _unpacked(file: BinaryIO) -> Iterator[_Found]:
    archive = ArchiveIterator(file, no_record_parse=True)
    for record in archive:
        length = record.rec_headers.get_header("Content-Length") or ""
        block = record.raw_stream.read() if length.isdecimal() and len(length) < 16 else None
        whole = block is not None and len(block) == int(length)
        yield archive.offset, record.rec_headers, block if whole else None


def _members(file: BinaryIO, start: int) -> Iterator[_Found]:
    """The records of a packed file, each a gzip member of its own: what is wrong with one ends with it."""
    while True:
        file.seek(start)
        member = zlib.decompressobj(31)
        parts: list[bytes] = []
        while not member.eof and (data := file.read(_SEARCHED)):
            parts.append(member.decompress(data))
        if not parts:
            return
        if not member.eof:
            raise EOFError("the record after it is cut off")
        found = list(_unpacked(BytesIO(b"".join(parts))))
        if len(found) != 1:
            raise ArchiveLoadFailed(
                f"{len(found)} records in one gzip member: recompress the file with warcio"
            )
        _, headers, block = found[0]
        yield start, headers, block
        start = file.tell() - len(member.unused_data)


def _next_start(file: BinaryIO, position: int) -> int | None:
    """Where the next record begins: a gzip member, or the first line of one in a file that is not packed."""
    file.seek(position)
    held = b""
    while data := file.read(_SEARCHED):
        if hit := _START.search(held + data):
            return position - len(held) + hit.start()
        held = (held + data)[-8:]
        position = file.tell()
    return None


def _address(url: str) -> str:
    """The address of a request as a recording names it: no fragment, no user or password."""
    parts = urlsplit(safe_url_string(url))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path or "/", parts.query, ""))


def _without_password(text: str, url: str) -> str:
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return text.replace(user + at, "") if at else text


def _host(url: str) -> str:
    return urlsplit(_address(url)).netloc


def _target(url: str) -> str:
    return urlunsplit(("", "", *urlsplit(_address(url))[2:]))


def _key(method: str, url: str, body: bytes) -> bytes:
    text = f"{method.upper()} {_address(url)} {hashlib.sha1(body, usedforsecurity=False).hexdigest()}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).digest()


def _public(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [
        (name, value)
        for name, values in headers.items()
        if name.lower() not in SECRET_HEADERS and name.lower() != b"host"
        for value in values
    ]


def in_utf8(response: Response) -> Response:
    """A rendered page in UTF-8, and saying so.

    A browser's text can hold what the charset that the page declares cannot, and a recording keeps no more
    than bytes and headers.
    """
    if not isinstance(response, TextResponse):
        return response
    headers = response.headers.copy()
    headers["Content-Type"] = _says_utf8(headers)
    body = response.text.encode("utf-8", "replace")
    return cast("Response", response.replace(body=body, headers=headers, encoding="utf-8"))


def _says_utf8(headers: Headers) -> bytes:
    kind = (headers.get("Content-Type") or b"text/html").partition(b";")[0].strip()
    return kind + b"; charset=utf-8"


def _http(request: Request, response: Response) -> tuple[_Head, bytes]:
    if "playwright" in response.flags:
        response = in_utf8(response)
    headers = response.headers.copy()
    headers.pop(b"Transfer-Encoding", None)
    if request.method != "HEAD" and response.status != NOT_MODIFIED:
        headers[b"Content-Length"] = str(len(response.body)).encode()
    head = _Head(
        response_status_message(response.status), _public(headers), protocol=response.protocol or "HTTP/1.1"
    )
    return head, response.body


def _extra(request: Request, response: Response) -> dict[str, str]:
    extra = {}
    if response.ip_address:
        extra["WARC-IP-Address"] = str(response.ip_address)
    if "playwright" in response.flags:
        extra[RENDERED_URL] = _address(response.url)
        if via := meta(request).get("redirect_urls"):
            extra[RENDERED_VIA] = " ".join(map(_address, via))
    return extra


def _status(line: bytes) -> int | None:
    protocol, _, rest = line.partition(b" ")
    status = rest.split(None, 1)[:1]
    known = protocol.startswith(b"HTTP/") and status and re.fullmatch(rb"[1-9][0-9]{2}", status[0])
    return int(status[0]) if known else None


def _conditional(headers: Headers) -> bool:
    return b"If-None-Match" in headers or b"If-Modified-Since" in headers


def _known(headers: Headers, exchanges: list[Exchange]) -> int | None:
    """Which exchange, if any, the asker of a conditional request has already."""
    etag, since = headers.get(b"If-None-Match"), headers.get(b"If-Modified-Since")
    for place in reversed(range(len(exchanges))):
        exchange = exchanges[place]
        if exchange.etag is not None and etag is not None:
            same = exchange.etag.removeprefix(b"W/") == etag.removeprefix(b"W/")
        else:
            same = since is not None and exchange.last_modified == since
        if same:
            return place
    return None


def _not_modified(response: Response) -> Response:
    headers = {name: response.headers.getlist(name) for name in KEPT_ON_304 if name in response.headers}
    return Response(response.url, status=NOT_MODIFIED, headers=headers)
