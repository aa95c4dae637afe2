"""Kinds of failed downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError
from twisted.python.failure import Failure

from newscrawl.vocabulary import FetchFailure

if TYPE_CHECKING:
    import datetime as dt

BUSY = frozenset({408, 429, 503})


class CertificateError(DownloadFailedError):
    """The server's certificate cannot be trusted: unknown issuer, wrong name, or expired."""


class HostBusy(Exception):
    """The site asked for a longer pause than a crawl waits; nothing was sent."""

    def __init__(self, message: str = "", retry_at: dt.datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at
        """When requests may be sent to the site again, UTC; None when unknown."""


class NotRecorded(Exception):
    """A replay needs an exchange that its recording lacks."""


class RobotsForbidden(IgnoreRequest):
    """robots.txt forbids the address to our user agent."""


class Offsite(IgnoreRequest):
    """The address belongs to a site other than the crawled one."""


class NotAdmitted(IgnoreRequest):
    """The gate refuses the address (``newscrawl.gate``)."""


class RedirectLoop(IgnoreRequest):
    """The redirects do not end."""


class PrivateAddress(Exception):
    """A host resolves to an address that is not public; nothing was sent."""


class RobotsUnreachable(Exception):
    """robots.txt cannot be read at the moment, so no page of the host may be requested.

    ``kind`` says why: it is what :func:`classify` returns for the request of robots.txt.
    """

    def __init__(self, message: str, kind: FetchFailure, retry_at: dt.datetime | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_at = retry_at


class BrowserMissing(Exception):
    """A page has to be rendered, but there is no browser."""


KIND_OF: tuple[tuple[type[BaseException], FetchFailure], ...] = (
    (NotRecorded, FetchFailure.NOT_RECORDED),
    (HostBusy, FetchFailure.BUSY),
    (RobotsForbidden, FetchFailure.ROBOTS),
    (Offsite, FetchFailure.OFFSITE),
    (NotAdmitted, FetchFailure.ADDRESS),
    (RedirectLoop, FetchFailure.LOOP),
    (PrivateAddress, FetchFailure.PRIVATE),
    (CertificateError, FetchFailure.CERTIFICATE),
    (CannotResolveHostError, FetchFailure.DNS),
    (DownloadConnectionRefusedError, FetchFailure.REFUSED),
    (DownloadTimeoutError, FetchFailure.TIMEOUT),
    (DownloadCancelledError, FetchFailure.TOO_LARGE),
    (ResponseDataLossError, FetchFailure.LOST),
    (DownloadFailedError, FetchFailure.LOST),
    (ConnectError, FetchFailure.LOST),
)


def classify(failure: Failure | BaseException | int) -> FetchFailure:
    """The kind of a failed download.

    ``failure`` is the failure that an errback receives, an exception, or an HTTP status.

    >>> classify(404), classify(429), classify(502)
    ('client', 'busy', 'server')
    >>> classify(DownloadTimeoutError("https://www.alayam24.com/الأخبار"))
    'timeout'
    """
    error = failure.value if isinstance(failure, Failure) else failure
    if isinstance(error, HttpError):
        error = error.response.status
    if isinstance(error, int):
        if error in BUSY:
            return FetchFailure.BUSY
        if 500 <= error <= 599:
            return FetchFailure.SERVER
        return FetchFailure.CLIENT if 400 <= error <= 499 else FetchFailure.OTHER
    if isinstance(error, RobotsUnreachable):
        return error.kind
    return next((kind for cls, kind in KIND_OF if isinstance(error, cls)), FetchFailure.OTHER)
