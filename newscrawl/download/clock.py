"""The clock of a crawl."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Clock:
    """The crawl's clock: the system's, or in a replay the date of the recording's first exchange.

    The clock of a replay stands still, so that one recording always gives the same crawl.
    """

    def __init__(self, at: dt.datetime | None = None) -> None:
        self._at = at

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Clock:
        """The clock of this crawl; raises ``RecordingError`` for an unusable REPLAY file."""
        if not (path := crawler.settings.get("REPLAY")):
            return cls()
        from newscrawl.download.recording import first_moment

        return cls(first_moment(path))

    def now(self) -> dt.datetime:
        """The current instant, aware, UTC."""
        return self._at or dt.datetime.now(dt.UTC)
