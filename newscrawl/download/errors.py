"""Why a page could not be had, in one word, and whether asking again later can help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

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

if TYPE_CHECKING:
    import datetime as dt

Kind = Literal[
    "dns",
    "refused",
    "timeout",
    "lost",
    "certificate",
    "busy",
    "server",
    "client",
    "robots",
    "offsite",
    "address",
    "loop",
    "private",
    "too_large",
    "not_recorded",
    "other",
]
"""``dns``: the name does not resolve. ``refused``: nobody listens there. ``timeout``: no answer in
time. ``lost``: no connection, or it broke. ``certificate``: the server cannot prove who it is.
``busy``: 408, 429 or 503, or a pause the site asked for. ``server``: any other 5xx. ``client``: any
other 4xx. ``robots``: robots.txt forbids it. ``offsite``: it is on another site. ``address``: the gate
refuses it. ``loop``: redirects without an end. ``private``: its host leads to an address that is not
public. ``too_large``: more than ``DOWNLOAD_MAXSIZE``. ``not_recorded``: the recording that is replayed
lacks it. ``other``: none of these."""

KINDS: tuple[Kind, ...] = get_args(Kind)

BUSY = frozenset({408, 429, 503})
RETRIED: frozenset[Kind] = frozenset({"dns", "refused", "timeout", "lost", "busy", "server"})
PERMANENT: frozenset[Kind] = frozenset(
    {"client", "robots", "offsite", "address", "too_large", "not_recorded"}
)


class CertificateError(DownloadFailedError):
    """The server's certificate is not to be trusted: unknown issuer, wrong name, expired."""


class HostBusy(Exception):
    """The site asked to be left alone for longer than a crawl waits; nothing was sent."""

    def __init__(self, message: str = "", retry_at: dt.datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at
        """When the site may be asked again, UTC; None when unknown."""


class NotRecorded(Exception):
    """A replay was asked for an exchange that its recording lacks."""


class RobotsForbidden(IgnoreRequest):
    """robots.txt forbids the address to our user agent."""


class Offsite(IgnoreRequest):
    """The address is on another site than the one that is crawled."""


class NotAdmitted(IgnoreRequest):
    """The gate refuses the address (``newscrawl.gate``)."""


class RedirectLoop(IgnoreRequest):
    """Redirects that come to no end."""


class PrivateAddress(Exception):
    """A host leads to an address that is not public; nothing was sent."""


class RobotsUnreachable(Exception):
    """robots.txt cannot be read at the moment, so nothing of the host may be asked.

    ``kind`` says why, as :func:`classify` would of the robots.txt request itself.
    """

    def __init__(self, message: str, kind: Kind, retry_at: dt.datetime | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_at = retry_at


class BrowserMissing(Exception):
    """A page has to be rendered and there is no browser to do it."""


KIND_OF: tuple[tuple[type[BaseException], Kind], ...] = (
    (NotRecorded, "not_recorded"),
    (HostBusy, "busy"),
    (RobotsForbidden, "robots"),
    (Offsite, "offsite"),
    (NotAdmitted, "address"),
    (RedirectLoop, "loop"),
    (PrivateAddress, "private"),
    (CertificateError, "certificate"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too_large"),
    (ResponseDataLossError, "lost"),
    (DownloadFailedError, "lost"),
    (ConnectError, "lost"),
)


def classify(failure: Failure | BaseException | int) -> Kind:
    """The class of a failed download.

    ``failure`` is what an errback receives, an exception, or the HTTP status of an answer.

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
            return "busy"
        return "server" if 500 <= error <= 599 else "client" if 400 <= error <= 499 else "other"
    if isinstance(error, RobotsUnreachable):
        return error.kind
    return next((kind for cls, kind in KIND_OF if isinstance(error, cls)), "other")


def passing(kind: Kind) -> bool:
    """Can the same request succeed at another time without anybody's decision being changed?

    A certificate expires and is renewed, so that passes although it is not worth a second try at
    once. What is not understood counts as passing: asking again costs one request, giving up for
    good would cost an article.

    >>> passing("timeout"), passing("client")
    (True, False)
    """
    return kind not in PERMANENT
