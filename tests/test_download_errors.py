"""The classes of failures, and Retry-After."""

from __future__ import annotations

import asyncio
import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy import exceptions
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError, NoRouteError
from twisted.python.failure import Failure

from newscrawl.download import errors
from newscrawl.download.backoff import LONGEST, Backoff, http_date, retry_after
from newscrawl.download.errors import classify
from newscrawl.vocabulary import FetchFailure

make: Any = lambda cls, *args: cls(*args)  # noqa: E731 (Twisted's constructors have no types)
NOON = dt.datetime(2024, 3, 27, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("failure", "kind", "again"),
    [
        (exceptions.CannotResolveHostError(), "dns", True),
        (exceptions.DownloadConnectionRefusedError(), "refused", True),
        (exceptions.DownloadTimeoutError(), "timeout", True),
        (exceptions.DownloadFailedError(), "lost", True),
        (exceptions.ResponseDataLossError(), "lost", True),
        (make(ConnectError), "lost", True),
        (make(NoRouteError), "lost", True),
        (errors.CertificateError(), "certificate", True),
        (errors.HostBusy(), "busy", True),
        (exceptions.DownloadCancelledError(), "too_large", False),
        (errors.RobotsForbidden(), "robots", False),
        (errors.RobotsUnreachable("", FetchFailure.TIMEOUT), "timeout", True),
        (errors.NotRecorded(), "not_recorded", False),
        (ValueError(), "other", True),
        (200, "other", True),
        (408, "busy", True),
        (429, "busy", True),
        (503, "busy", True),
        (500, "server", True),
        (502, "server", True),
        (599, "server", True),
        (401, "client", False),
        (404, "client", False),
        (410, "client", False),
        (451, "client", False),
    ],
)
def test_each_failure_has_its_class(failure: Any, kind: str, again: bool) -> None:
    assert classify(failure) == kind
    assert kind in {*FetchFailure}
    assert classify(failure).passes is again
    if isinstance(failure, Exception):
        assert classify(make(Failure, failure)) == kind
    else:
        assert classify(HttpError(Response("https://example.org", status=failure))) == kind


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("0", None, 0),
        (" 120 ", None, 120),
        ("Wed, 27 Mar 2024 12:05:00 GMT", None, 300),
        # The server's clock is an hour fast: its date means a pause of five minutes.
        ("Wed, 27 Mar 2024 13:05:00 GMT", "Wed, 27 Mar 2024 13:00:00 GMT", 300),
        ("Wed, 27 Mar 2024 11:00:00 GMT", None, 0),
        ("Wed, 27 Mar 2024 12:05:00 GMT", "no date", 300),
        ("9" * 400, None, LONGEST.total_seconds()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None, LONGEST.total_seconds()),
    ],
)
def test_retry_after_as_seconds_and_as_a_date(value: str, date: str | None, seconds: float) -> None:
    assert retry_after(value, now=NOON, date=date) == NOON + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1.5", "١٢", "Wed, 99 Mar 2024 12:00:00 GMT"])
def test_a_retry_after_that_says_nothing(value: str | None) -> None:
    assert retry_after(value, now=NOON) is None


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(max_size=30), st.none() | st.text(max_size=30))
def test_no_retry_after_can_break_a_crawl(value: str, date: str | None) -> None:
    at = retry_after(value, now=NOON, date=date)
    assert at is None or NOON <= at <= NOON + LONGEST
    assert http_date(value) is None or http_date(value).tzinfo is dt.UTC  # type: ignore[union-attr]


def test_a_pause_is_ended_when_the_crawl_ends() -> None:
    backoff = Backoff(dt.timedelta(seconds=60))
    backoff.hold("example.org", dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30))
    interrupted = SimpleNamespace(running=False, _slot=SimpleNamespace(closing=None))
    closing = SimpleNamespace(running=True, _slot=SimpleNamespace(closing=object()))
    for engine in (interrupted, closing):
        crawler: Any = SimpleNamespace(engine=engine)
        with pytest.raises(errors.HostBusy):
            asyncio.run(backoff.wait(Request("https://example.org/خبر"), crawler))
        asyncio.run(backoff.wait(Request("https://other.example/"), crawler))


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    backoff = Backoff(dt.timedelta(seconds=1))
    now = dt.datetime.now(dt.UTC)
    backoff.hold("example.org", now + dt.timedelta(hours=1))
    backoff.hold("example.org", now)
    with pytest.raises(errors.HostBusy) as caught:
        asyncio.run(backoff.wait(Request("https://example.org/"), None))  # type: ignore[arg-type]
    assert caught.value.retry_at == now + dt.timedelta(hours=1)
