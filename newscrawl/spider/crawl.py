"""Declares what the parts of a crawl share: its site, its arguments, its store and its workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from scrapy import Request
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from newscrawl.discovery import Walk
from newscrawl.download.clock import Clock
from newscrawl.ledger import Ledger
from newscrawl.sites import Site
from newscrawl.spider.arguments import Arguments
from newscrawl.store.connection import Store
from newscrawl.workers.reader import PageReader


class Crawl(Protocol):
    """The crawl from the view of its parts; the spider implements it."""

    name: str
    arguments: Arguments
    settings: BaseSettings
    ledger: Ledger[Walk]
    store: Store
    clock: Clock
    reader: PageReader
    why: dict[str, str]
    """Outcome → a sentence that explains it better than its name, for the summary of the run."""

    @property
    def site(self) -> Site:
        """The site that is crawled."""

    def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """The errback of every request."""

    def ask(self, request: Request) -> None:
        """Send a request from outside a callback."""

    def stat(self, name: str, count: int = 1) -> None:
        """Count something, as ``newscrawl/<name>``."""
