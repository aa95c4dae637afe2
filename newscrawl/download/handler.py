"""The download handler: downloads from the network, optionally into a recording, or replays a recording."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakValueDictionary

from OpenSSL.SSL import Error as OpenSSLError
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, TunnelError
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    IgnoreRequest,
    NotConfigured,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from service_identity import VerificationError
from twisted.internet.error import ConnectError
from twisted.web.client import ResponseFailed

from newscrawl.archive.keeper import Keeper
from newscrawl.download.backoff import Backoff
from newscrawl.download.errors import CertificateError, HostBusy, PrivateAddress
from newscrawl.download.lengths import GZIP, PlainLengths, is_whole
from newscrawl.download.network import PublicResolver
from newscrawl.download.recording import Recorder, Recording, RecordingError
from newscrawl.download.render import Browser
from newscrawl.meta import is_for_article, meta
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Request


logger = logging.getLogger(__name__)


class _Network(HTTP11DownloadHandler):
    """Scrapy's handler, changed to keep every connection that it may need again.

    Scrapy starts up to ``CONCURRENT_REQUESTS`` requests to one host at once, but keeps only
    ``CONCURRENT_REQUESTS_PER_DOMAIN`` connections, so half of all requests would open a new one.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        several = max(map(crawler.settings.getint, ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN")))
        self._pool.maxPersistentPerHost = several


class _Decoder(HttpCompressionMiddleware):
    """Scrapy's middleware, changed to unpack a valid gzip body in one piece, which takes half the time."""

    def _decode(self, body: bytes, encoding: bytes, max_size: int) -> bytes:  # type: ignore[override]
        if encoding in GZIP:
            unpacking = zlib.decompressobj(31)
            with suppress(zlib.error):
                plain = unpacking.decompress(body, max_size)
                if unpacking.eof and not unpacking.unused_data:
                    return plain
        return super()._decode(body, encoding, max_size)


class DownloadHandler(BaseDownloadHandler):
    """Downloads for ``http`` and ``https``, one handler for both.

    Sets ``request.meta["fetched_at"]`` (aware, UTC) to the moment of download; in a replay, to that of the
    recording. ``request.meta["playwright"]`` asks for a rendered page. Bodies are returned without their
    content coding, so that a recording holds what the crawl saw.

    Settings: ``RECORD`` and ``REPLAY`` (file names, see :mod:`newscrawl.download.addon`).
    """

    _of: ClassVar[WeakValueDictionary[int, DownloadHandler]] = WeakValueDictionary()

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        record, replay = crawler.settings.get("RECORD"), crawler.settings.get("REPLAY")
        self._recording = Recording(replay) if replay else None
        self._recorder = Recorder(record) if record else None
        self._writing = ThreadPoolExecutor(1, "warc") if record else None
        self._keeper = Keeper.from_crawler(crawler)
        self._backoff = Backoff.from_crawler(crawler)
        self._network = None if replay else _Network.from_crawler(crawler)
        self._resolver = None if replay else PublicResolver.from_crawler(crawler)
        self._browser = Browser(crawler)
        self._decoder: HttpCompressionMiddleware | None = None
        with suppress(NotConfigured):
            self._decoder = _Decoder.from_crawler(crawler)
        if self._network is not None:
            self._lengths = PlainLengths(crawler)
        self._closed = False
        self._ending: asyncio.Task[None] | None = None
        """The task that closes the spider after recording failed."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The handler of this crawl, shared by both schemes."""
        handler = cls._of.get(id(crawler))
        if not isinstance(handler, cls) or handler.crawler is not crawler:
            handler = cls(crawler)
            cls._of[id(crawler)] = handler
        return handler

    async def download_request(self, request: Request) -> Response:
        """The response to a request; a failure raises one of Scrapy's exceptions or ours."""
        meta(request).pop("retry_at", None)
        if self._recording is not None:
            response = self._recording.answer(request)
            self._backoff.heed(request, response)
            await self._keep(request, response, response)
            return response
        outcome: Response | Exception
        try:
            meta(request)["fetched_at"] = dt.datetime.now(dt.UTC)
            await self._backoff.wait(request, self.crawler)
            meta(request)["fetched_at"] = dt.datetime.now(dt.UTC)
            outcome = await self._fetch(request)
            self._backoff.heed(request, outcome)
        except Exception as error:
            outcome = _named(error)
            if isinstance(error, HostBusy):
                meta(request)["retry_at"] = error.retry_at
        if self._recorder is not None:
            await self._record(self._recorder, request, outcome)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _record(self, recorder: Recorder, request: Request, outcome: Response | Exception) -> None:
        """Append the exchange; if that fails, the crawl ends, as nothing more would be recorded."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._writing, recorder.write, request, outcome)
        except RecordingError as error:
            if self._ending is None:
                logger.error("%s", error)
                getattr(self.crawler.spider, "why", {}).setdefault(RunOutcome.FAULT, str(error))
                assert self.crawler.engine
                self._ending = loop.create_task(
                    self.crawler.engine.close_spider_async(reason=RunOutcome.FAULT)
                )
            raise

    async def _fetch(self, request: Request) -> Response:
        if meta(request).get("playwright"):
            rendered = await self._browser.download(request)
            await self._keep(request, rendered, rendered)
            return rendered
        assert self._network is not None
        meta(request)["download_fail_on_dataloss"] = False  # so that the part that arrived can be examined
        response = await self._ask(self._network, request)
        meta(request)["wire_bytes"] = len(response.body)
        if "dataloss" in response.flags and not is_whole(response):
            size = len(response.body)
            raise ResponseDataLossError(f"the body ended after {size} bytes; more were announced")
        sent = response
        if self._keeper is not None and "Content-Encoding" in response.headers:
            sent = response.replace()  # a copy, as removing the coding changes the headers in place
        decoded = self._decoded(request, response)
        await self._keep(request, sent, decoded)
        return decoded

    def _decoded(self, request: Request, response: Response) -> Response:
        """A response with the content coding of its body removed."""
        if self._decoder is None:
            return response
        try:
            decoded = self._decoder.process_response(request, response)
        except IgnoreRequest as error:
            raise DownloadCancelledError(str(error)) from error
        assert isinstance(decoded, Response)
        return decoded

    async def _keep(self, request: Request, sent: Response, decoded: Response) -> None:
        """Archive the page of an article. Lists are not archived: they repeat words of articles, and ``scrapy
        forget`` could not find these.
        """
        if self._keeper is not None and is_for_article(request):
            meta(request)["kept"] = await self._keeper.keep(request, sent, decoded)

    async def _ask(self, network: HTTP11DownloadHandler, request: Request) -> Response:
        assert self._resolver is not None
        try:
            return await network.download_request(request)
        except CannotResolveHostError:
            host = urlparse_cached(request).hostname or ""
            if address := self._resolver.refused.get(host):
                raise PrivateAddress(f"{host} resolves to {address}, which is not a public address") from None
            raise

    async def close(self) -> None:
        """Finish the recording, and close connections and browser. Called once for each scheme."""
        if self._closed:
            return
        self._closed = True
        await self._browser.close()
        if self._network is not None:
            await self._network.close()
        if self._writing is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._writing.shutdown)
        for file in (self._recorder, self._recording):
            if file is not None:
                file.close()


def _named(error: Exception) -> Exception:
    """A failure as one of our exceptions, if Scrapy has none for it."""
    if isinstance(error, DownloadFailedError) and isinstance(error.__cause__, ResponseFailed):
        reasons = [reason.value for reason in error.__cause__.reasons]
        words = "; ".join(map(in_words, reasons))
        return CertificateError(words) if any(map(_distrusts, reasons)) else DownloadFailedError(words)
    if isinstance(error, ConnectError | TunnelError):
        return DownloadFailedError(str(error))
    return error


def in_words(reason: BaseException) -> str:
    """Why a connection failed, without the notation of Python objects.

    >>> in_words(VerificationError(errors=[]))
    'the certificate is for another host'
    >>> in_words(OpenSSLError([("SSL routines", "", "certificate verify failed")]))
    'certificate verify failed'
    """
    if isinstance(reason, VerificationError):
        return "the certificate is for another host"
    if isinstance(reason, OpenSSLError) and reason.args and isinstance(reason.args[0], list):
        return ", ".join(part[-1] for part in reason.args[0])
    return str(reason)


def _distrusts(reason: BaseException) -> bool:
    return isinstance(reason, VerificationError) or (
        isinstance(reason, OpenSSLError) and "certificate verify failed" in str(reason)
    )
