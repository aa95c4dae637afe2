"""Archives the pages of one crawl. An error is noted in the run's record and costs no article."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import platform
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, Protocol, TypeVar
from weakref import WeakKeyDictionary

from newscrawl.archive.desk import Desk
from newscrawl.archive.names import Name
from newscrawl.archive.places import ArchiveStore, ArchiveStoreError, open_store
from newscrawl.archive.setting import ArchiveSettings
from newscrawl.items import Article
from newscrawl.vocabulary import Alarm

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from newscrawl.archive.run_file import RunFile
    from newscrawl.archive.upkeep import Upkeep
    from newscrawl.items import Raw, Rejection

__all__ = ["FINISHING", "PATIENCE", "ForgottenKeys", "Keeper"]

T = TypeVar("T")
P = ParamSpec("P")

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds that the disk may take for one page or one flush; after that this run archives nothing more."""
FINISHING = 60.0
"""Maximum number of seconds that a run spends at its end on handing files over; the next run continues."""
_EARLIER = dt.timedelta(minutes=10)
"""How far back to look for forgotten pages: longer than any download takes."""


class _Hung(Exception):
    """The disk did not answer in time."""


class ForgottenKeys(Protocol):
    """The forgotten keys, as ``newscrawl.store.tombstones.Tombstones`` has them."""

    async def now(self) -> dt.datetime:
        """MongoDB's clock."""

    async def since(self, moment: dt.datetime | None) -> set[str]:
        """The keys that were forgotten since ``moment``, by MongoDB's clock; all keys for None."""


class Keeper:
    """The archive of one crawl, for its downloads, its writer and its record."""

    _of_crawler: ClassVar[WeakKeyDictionary[Crawler, Keeper]] = WeakKeyDictionary()

    def __init__(self, wanted: ArchiveSettings, name: Callable[[], Name] | None = None) -> None:
        self._wanted = wanted
        self._name = name
        """The name of its file; None for a crawl that downloads nothing."""
        self._node = platform.node()
        self._desk = Desk()
        self._file: RunFile | None = None
        self._began = time.monotonic()
        self._is_off = False
        self.alarms: dict[Alarm, str] = {}
        """The errors so far: one sentence for each cause."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Keeper | None:
        """The keeper of this crawl, the same for all its parts; None if the crawl archives nothing."""
        if crawler not in cls._of_crawler:
            wanted = ArchiveSettings.of(crawler.settings)
            if wanted is None:
                return None
            began = dt.datetime.now(dt.UTC)

            def name() -> Name:
                assert crawler.spider
                assert crawler.stats
                run = str(crawler.stats.get_value("newscrawl/run", ""))
                return Name.of(crawler.spider.name, began, run, platform.node())

            cls._of_crawler[crawler] = cls(wanted, name)
        return cls._of_crawler[crawler]

    async def keep(self, request: Request, sent: Response, read: Response) -> Raw | None:
        """Archive a page as it was ``sent`` and as the crawl ``read`` it; returns its place, None if it is
        not archived.
        """
        if self._is_off:
            return None
        if self._file is None:
            from newscrawl.archive.run_file import RunFile  # not every crawl archives pages

            assert self._name
            folder, free = self._wanted.folder, self._wanted.free
            self._file = RunFile(folder, self._name(), self._node, self._do, free=free)
        return await self._attempt(self._file.add, request, sent, read)

    async def settle(self, items: Iterable[Article | Rejection]) -> None:
        """Make sure that the pages of these articles are safe in the archive, before the articles are stored.

        If a page could not be kept, ``raw`` of its article becomes None.
        """
        file = self._file
        kept = [item for item in items if isinstance(item, Article) and item.raw]
        if file is None or all(file.has(item.raw) for item in kept if item.raw):
            return
        await self._attempt(file.flush)
        for item in kept:
            if item.raw and not file.has(item.raw):
                item.raw = None

    async def _do(self, work: Callable[[], T]) -> T:
        """Do some work on the disk; raises :class:`_Hung` when it takes too long."""
        if self._is_off:
            raise _Hung
        try:
            async with asyncio.timeout(PATIENCE) as limit:
                return await self._desk.do(work)
        except TimeoutError:
            if limit.expired():
                raise _Hung from None
            raise

    async def _attempt(self, work: Callable[P, Awaitable[T]], *args: P.args, **given: P.kwargs) -> T | None:
        """Do some work for the archive; returns None, and ends archiving, if the disk hangs or the work
        fails.
        """
        if self._is_off:
            return None
        try:
            return await work(*args, **given)
        except _Hung:
            self._end(f"{self._wanted.folder} did not answer within {PATIENCE:g} s")
        except Exception as error:  # a fault of ours must not cost an article
            log.exception("a fault of newscrawl, please report it: archiving failed; the crawl continues")
            self._end(f"{type(error).__name__}: {error}")
        finally:
            if self._file is not None and self._file.failure:
                self._ring(Alarm.ARCHIVE_STOPPED, self._file.failure)
        return None

    def _end(self, sentence: str) -> None:
        self._is_off = True
        self._ring(Alarm.ARCHIVE_STOPPED, sentence)

    def _ring(self, alarm: Alarm, sentence: str) -> None:
        """Report a problem once, for the operator to solve; the crawl continues."""
        if alarm not in self.alarms:
            self.alarms[alarm] = sentence
            log.warning("archive: %s: %s", alarm.meaning, sentence)

    # --- At the end

    async def finish(self, forgotten: ForgottenKeys | None) -> dict[str, Any]:
        """Finish the file, and do the upkeep of this machine's files; returns what was kept, for the run's
        record.

        Without ``forgotten`` (MongoDB is away) nothing is handed over, because pages may have been forgotten.
        """
        try:
            if self._file is not None:
                await self._attempt(self._file.close)
            async with asyncio.timeout(FINISHING):
                await self._look_after(forgotten)
        except TimeoutError:
            self._ring(
                Alarm.ARCHIVE_WAITING, f"upkeep took more than {FINISHING:g} s; the next run continues it"
            )
        except FileNotFoundError:
            pass  # there is no archive yet
        except Exception as error:
            self._ring(Alarm.ARCHIVE_WAITING, f"{type(error).__name__}: {' '.join(str(error).split())}")
        file = self._file
        names = [name for name, end in file.ends.items() if end] if file else []
        return {"files": names, **(asdict(file.kept) if file else {})}

    async def _look_after(self, forgotten: ForgottenKeys | None) -> None:
        from newscrawl.archive.upkeep import Upkeep

        folder, do = self._wanted.folder, self._desk.do
        if self._is_off or not await do(folder.path.is_dir):
            return
        upkeep = Upkeep(folder, self._node)
        await do(upkeep.finish_torn)
        if forgotten is None:
            return
        cleared, now = await do(upkeep.cleared), await forgotten.now()
        # A page that this run downloaded may have been forgotten since the run began, by MongoDB's clock.
        began = now - dt.timedelta(seconds=time.monotonic() - self._began)
        keys = await forgotten.since(min(cleared, began) - _EARLIER if cleared else None)
        await do(partial(upkeep.clear, keys, now))
        store = await self._hand_over(upkeep, now, forgotten)
        if self._name and (self._wanted.days or self._wanted.bytes):
            now = min(now, dt.datetime.now(dt.UTC))  # a clock that is ahead must not empty the archive
            await do(partial(self._remove_expired, self._name().site, store, now))

    async def _hand_over(
        self, upkeep: Upkeep, cleared: dt.datetime, forgotten: ForgottenKeys
    ) -> ArchiveStore | None:
        """Hand finished files over to the store, if there is one; returns the store if it answers."""
        if not self._wanted.store:
            return None
        handed: list[str] = []
        until = time.monotonic() + FINISHING / 2

        def hand_over(store: ArchiveStore) -> None:
            handed.extend(upkeep.hand_over(store, until))

        store = None
        try:
            store = await self._desk.do(partial(open_store, self._wanted.store))
            await self._desk.do(partial(hand_over, store))
        except (ArchiveStoreError, OSError) as error:
            self._ring(Alarm.ARCHIVE_WAITING, str(error))
        if store and handed:
            # Pages that were forgotten between clearing and copying: ``scrapy forget`` has not seen these
            # copies.
            if keys := await forgotten.since(cleared - _EARLIER):
                await self._desk.do(partial(upkeep.put_again, store, handed, keys))
            await self._desk.do(partial(upkeep.let_go, handed))
        return None if Alarm.ARCHIVE_WAITING in self.alarms else store

    def _remove_expired(self, site: str, store: ArchiveStore | None, now: dt.datetime) -> None:
        """Keep the files of a site within the limits of age and size, in the folder and in the store."""
        from newscrawl.archive.upkeep import remove_expired

        for place in (self._wanted.folder, store):
            if place is not None:
                gone = remove_expired(place, site, now=now, days=self._wanted.days, limit=self._wanted.bytes)
                if gone:
                    log.info("archive: removed %d files of %s, by age or size", len(gone), site)
