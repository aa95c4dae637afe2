"""Writes a crawl's exchanges with the network to a WARC file (ISO 28500:2017), and reads them back.

An exchange is a ``request`` record and, concurrent to it, a ``response`` record; without a response, a
``metadata`` record that names the failure.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UsageError,
)
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from newscrawl.archive.messages import (
    NOT_MODIFIED,
    RENDERED,
    address,
    is_rendered,
    request_head,
    response_message,
    says_utf8,
    without_password,
)
from newscrawl.archive.reading import NotWarcError, Record, records, status_of
from newscrawl.archive.writing import WarcFile, create, make_info, make_record, write_all
from newscrawl.download.errors import BrowserMissing, CertificateError, HostBusy, NotRecorded
from newscrawl.files import open_regular
from newscrawl.gate import admit
from newscrawl.meta import meta
from newscrawl.robotstxt import comparable

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

KEPT_ON_304 = (b"Cache-Control", b"Content-Location", b"Date", b"ETag", b"Expires", b"Last-Modified", b"Vary")

RENDERED_URL = "Newscrawl-Rendered-URL"
"""WARC header of a rendered page: the address of the final document."""
RENDERED_VIA = "Newscrawl-Rendered-Via"
"""WARC header of a rendered page: the addresses that redirected the browser, separated by spaces."""

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
"""Number of bytes that must be free before a recording begins."""


class RecordingError(UsageError):
    """A recording cannot be written or read."""


class Recorder:
    """Appends exchanges to a new WARC file, which only its owner may read.

    Each record is a gzip member of its own, so that the file of a killed crawl can be read. Not thread-safe.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with _named(self.path):
            self._file = WarcFile(self.path)
        self._failure: RecordingError | None = None
        self._file.add(make_info(self.path.name))
        self._write()

    def write(self, request: Request, outcome: Response | Exception) -> None:
        """Append one exchange: the request, and its response or its failure.

        ``request.meta["fetched_at"]`` (aware) is its date. Cookies and credentials are left out. Raises
        :class:`RecordingError` if it cannot be written, and also for every later exchange.
        """
        if self._failure is not None:
            raise self._failure
        url, at = address(request.url), meta(request)["fetched_at"]
        asked = make_record("request", url, at, head=request_head(request).data, body=request.body)
        concurrent = {"WARC-Concurrent-To": asked.id}
        if isinstance(outcome, Response):
            head, body = response_message(request, outcome)
            headers = concurrent | _extra(request, outcome)
            answer = make_record("response", url, at, head=head.data, body=body, headers=headers)
        else:
            answer = make_record("metadata", url, at, body=_failed(request, outcome), headers=concurrent)
        self._file.add(asked, answer)
        self._write()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def _write(self) -> None:
        """Write whole records or none: after a full disk, a partial record is cut off again."""
        try:
            self._file.write(self._file.take())
        except OSError as error:
            self._failure = RecordingError(
                f"RECORD={self.path}: {error.strerror}; the recording ends after {self._file.end} bytes"
            )
            raise self._failure from error


def _failed(request: Request, failure: Exception) -> bytes:
    """The body of the record of a failure."""
    retry_at = meta(request).get("retry_at")
    fields = {
        "error": type(failure).__name__,
        "message": " ".join(without_password(str(failure), request.url).split()),
        "retry-at": retry_at.isoformat() if retry_at else "",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value).encode()


def _extra(request: Request, response: Response) -> dict[str, str]:
    """The headers of a response record in addition to the usual ones."""
    extra = {}
    if response.ip_address:
        extra["WARC-IP-Address"] = str(response.ip_address)
    if is_rendered(response):
        extra[RENDERED_URL] = address(response.url)
        if via := meta(request).get("redirect_urls"):
            extra[RENDERED_VIA] = " ".join(map(address, via))
    return extra


def try_to_record(path: str | Path) -> None:
    """Raise :class:`RecordingError` if no recording can be written to ``path``; leaves no file behind."""
    with _named(path):
        fd = create(path)
    try:
        write_all(fd, bytes(PROBE))
    except OSError as error:
        raise RecordingError(f"RECORD={path}: {error.strerror}; make room, or name another file") from None
    finally:
        os.close(fd)
        os.unlink(path)  # noqa: PTH108 - as it was given


@contextmanager
def _named(path: str | Path) -> Iterator[None]:
    """Turn a failure to create a file into a :class:`RecordingError`."""
    try:
        yield
    except FileExistsError:
        raise RecordingError(
            f"RECORD={path}: the file exists and is not overwritten; name another one or remove it"
        ) from None
    except (OSError, ValueError) as error:
        raise RecordingError(
            f"RECORD={path}: {getattr(error, 'strerror', error)}; create its folder, or name another file"
        ) from None


@dataclass(slots=True)
class Exchange:
    """The place of an exchange in the file, and what is needed to choose among the exchanges of one
    request.
    """

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

    Only their places are held in memory. A response record without a request record, as some tools write it,
    counts as the answer to a GET.
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
                    requests[record.id] = _key(*_asked(record))
                    if concurrent_to := record.header("WARC-Concurrent-To"):
                        requests[concurrent_to] = requests[record.id]
                elif (exchange := _exchange(record)) is not None:
                    _key("GET", record.url, b"")
                    outcome = record.id, record.header("WARC-Concurrent-To"), record.url, exchange
                    outcomes.append(outcome)
            except ValueError as error:
                left_out[str(error)] += 1
        for reason, count in left_out.items():
            logger.warning("%s: %d unreadable records were left out: %s", path, count, reason)
        for record_id, concurrent_to, url, exchange in outcomes:
            key = requests.get(concurrent_to or "") or requests.get(record_id) or _key("GET", url, b"")
            self._index[key].exchanges.append(exchange)
        if not outcomes:
            raise _empty(self.path)
        self.began: dt.datetime = outcomes[0][-1].at

    def answer(self, request: Request) -> Response:
        """The recorded response; sets ``fetched_at`` (UTC) in the request's meta.

        The exchanges of one request are replayed in recorded order; the last one is repeated. A conditional
        request that names an exchange (by ETag or Last-Modified) gets the next one, or 304 when there is
        none. Raises the recorded failure, or :class:`NotRecorded`.
        """
        answers = self._index.get(_key(request.method, request.url, request.body))
        if answers is None:  # earlier versions sent the queries of all links in UTF-8
            answers = self._index.get(_key(request.method, comparable(request.url), request.body))
        meta(request)["fetched_at"] = self.began
        if answers is None:
            raise NotRecorded(f"{request.method} {address(request.url)} is not in the recording {self.path}")
        known = _known(request.headers, answers.exchanges)
        usable = [
            place
            for place, exchange in enumerate(answers.exchanges)
            if exchange.status != NOT_MODIFIED or _conditional(request.headers)
        ]
        if not usable:
            raise NotRecorded(
                f"{request.method} {address(request.url)} is in the recording {self.path} "
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
        return _response(record, request)


def first_moment(path: str | Path) -> dt.datetime:
    """The date of a recording's first exchange, UTC, without reading the rest of it.

    Raises :class:`RecordingError` for a file that is missing, unreadable, not a WARC or empty.
    """
    with _open(Path(path)) as file:
        for record in _records(file, Path(path)):
            with suppress(ValueError):
                if (exchange := _exchange(record)) is not None:
                    return exchange.at
    raise _empty(Path(path))


def _empty(path: Path) -> RecordingError:
    return RecordingError(
        f"REPLAY={path}: the file contains no exchange; remove it, then record a crawl: -s RECORD={path}"
    )


def _open(path: Path) -> BinaryIO:
    try:
        return open_regular(path)
    except FileNotFoundError:
        raise RecordingError(
            f"REPLAY={path}: there is no such file; correct its path, or record it first: -s RECORD={path}"
        ) from None
    except OSError as error:
        raise RecordingError(f"REPLAY={path}: {error.strerror}") from None


def _records(file: BinaryIO, path: Path) -> Iterator[Record]:
    """The records of a file from its current position on."""
    try:
        yield from records(file, path)
    except NotWarcError as error:
        raise RecordingError(f"REPLAY={path}: {error}") from None


def _asked(record: Record) -> tuple[str, str, bytes]:
    """Method, address and body of a request."""
    first, _, body = record.http()
    return first.split(b" ", 1)[0].decode("latin-1"), record.url, body


def _exchange(record: Record) -> Exchange | None:
    """The exchange of a record; None if it is not the answer to a request. Raises ``ValueError`` for a bad
    record.
    """
    if record.kind == "response" and record.url.startswith(("http:", "https:")):
        first, pairs, _ = record.http()
        status = status_of(first)
        if status is None:
            raise ValueError("no HTTP status")
        _rendered(record)
        headers = Headers(pairs)
        return Exchange(record.offset, record.at, status, headers.get(b"ETag"), headers.get(b"Last-Modified"))
    if record.kind == "metadata" and "error" in record.fields():
        return Exchange(record.offset, record.at)
    return None


def _rendered(record: Record) -> tuple[str | None, list[str]]:
    """The address of the browser's final document (None for a plain page), and the addresses that redirected
    it.
    """
    url, via = map(record.header, (RENDERED_URL, RENDERED_VIA))
    try:
        for ended_at in filter(None, (url, *(via or "").split(" "))):
            admit(ended_at, None, frozenset([urlsplit(ended_at).port or 443]))
    except ValueError:
        raise ValueError("invalid address of a rendered page") from None
    return url, via.split(" ") if via else []


def _response(record: Record, request: Request) -> Response:
    """The response of a record."""
    first, pairs, body = record.http()
    headers = Headers()
    for name, value in pairs:
        headers.appendlist(name, value)
    if headers.pop(b"Transfer-Encoding", None):
        from warcio.bufferedreaders import ChunkedDataReader

        body = ChunkedDataReader(BytesIO(body)).read()
    url = request.url.partition("#")[0]
    flags = []
    rendered, via = _rendered(record)
    if rendered:
        url, flags = rendered, [RENDERED]
        with suppress(UnicodeDecodeError):  # the declared encoding may lack letters of the text
            body.decode()
            headers["Content-Type"] = says_utf8(headers)
    if via:
        meta(request)["redirect_urls"] = via
        meta(request)["redirect_times"] = len(via)
    cls = responsetypes.from_args(headers=headers, url=url, body=body)
    return cls(
        url=url,
        status=status_of(first) or 200,
        headers=headers,
        body=body,
        flags=flags,
        protocol=first.split(b" ", 1)[0].decode("latin-1"),
    )


def _key(method: str, url: str, body: bytes) -> bytes:
    text = f"{method.upper()} {address(url)} {hashlib.sha1(body, usedforsecurity=False).hexdigest()}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).digest()


def _conditional(headers: Headers) -> bool:
    return b"If-None-Match" in headers or b"If-Modified-Since" in headers


def _known(headers: Headers, exchanges: list[Exchange]) -> int | None:
    """The position of the exchange that a conditional request names; None when it names none."""
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
