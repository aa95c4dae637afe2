"""Nothing of another site is asked, and what leads there is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares import offsite
from scrapy.exceptions import IgnoreRequest

from newscrawl.download.errors import Offsite

if TYPE_CHECKING:
    from scrapy import Request, Spider


class OffsiteMiddleware(offsite.OffsiteMiddleware):
    """Scrapy's, which drops a request to another host without a word before it is queued: whoever waits
    for it waits for ever. Here it fails with :class:`~newscrawl.download.errors.Offsite`.
    """

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        """Let it pass: it fails when it is about to be sent."""

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Let the request pass, or raise ``Offsite``."""
        try:
            super().process_request(request)
        except IgnoreRequest:
            raise Offsite(f"{request.url} is on another site") from None
