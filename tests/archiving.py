"""Archive files, written without a crawl."""

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from scrapy.http import Request, Response

from newscrawl.archive.names import Name
from newscrawl.archive.places import Folder
from newscrawl.archive.run_file import RunFile
from newscrawl.items import Raw

T = TypeVar("T")


async def at_once(work: Callable[[], T]) -> T:
    """Does the work of the disk thread at once."""
    return work()


class Archiving:
    """The archive of one run, for tests that have no event loop."""

    def __init__(
        self, folder: Path, site: str, began: dt.datetime, run: str, node: str, **given: Any
    ) -> None:
        name = Name.of(site, began, run, node)
        self._file = RunFile(Folder(folder), name, node, at_once, **given)
        self.has, self.kept = self._file.has, self._file.kept

    def add(self, request: Request, sent: Response, read: Response) -> Raw | None:
        return asyncio.run(self._file.add(request, sent, read))

    def flush(self) -> None:
        asyncio.run(self._file.flush())

    def close(self) -> None:
        asyncio.run(self._file.close())

    @property
    def failure(self) -> str | None:
        return self._file.failure
