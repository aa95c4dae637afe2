"""What the sub-commands of ``scrapy`` in ``newscrawl.commands`` share.

It lies beside that package since Scrapy takes every command class inside for a command by itself. Whatever
command is run, Scrapy imports the modules of all of them. So they import nothing at their top but what
options and help need; what a command works with is imported where it works.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from scrapy import Request
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.shown import clean_terminal, one_line
from newscrawl.vocabulary import FetchFailure, RunOutcome

if TYPE_CHECKING:
    from newscrawl.kit.asking import Answer, Fetch
    from newscrawl.sites import Site
    from newscrawl.store.connection import Store

T = TypeVar("T")


class CommandError(Exception):
    """Ends a command with a sentence for its user and the exit status of an outcome."""

    def __init__(self, outcome: RunOutcome, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_status = outcome.exit_status


class ProjectCommand(ScrapyCommand):
    """A command that gives its results on stdout and ends with 0, or with a sentence on stderr.

    Exit status 2 for wrong use (``UsageError``), 4 when MongoDB cannot be used, else that of the
    :class:`CommandError` that ended it.
    """

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}
    takes_arguments: ClassVar[bool] = False
    """Is there anything but options to give?"""
    reads_dates: ClassVar[bool] = False
    """Does it need the Moroccan months that a deployment adds?"""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print cleaned text alone from here on: much of it comes from sites."""
        super().process_options(args, opts)
        clean_terminal()
        assert self.settings
        check_settings(self.settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what the command is for."""
        raise NotImplementedError

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do it, and let no failure that a user can mend end in a traceback."""
        if args and not self.takes_arguments:
            raise UsageError(f"{args[0]!r} is not understood: this command takes options alone")
        if self.reads_dates:
            assert self.settings
            check_months(self.settings)
        try:
            self.execute(args, opts)
        except CommandError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_status
        except Exception as error:
            assert self.settings
            if (said := why_store_is_down(error, self.settings)) is None:
                raise
            print(one_line(said), file=sys.stderr)
            self.exitcode = RunOutcome.STORE_DOWN.exit_status

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return Path(closest_scrapy_cfg()).parent

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Every declared site, by the name of its spider."""
        assert self.settings
        return declared(self.settings)

    def site(self, spider: str) -> Site:
        """The site that a spider declares; raises ``UsageError`` when there is none of that name."""
        try:
            return self.sites[spider]
        except KeyError:
            raise UsageError(f"there is no spider {spider!r}; `scrapy list` shows them") from None

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The open store, for a command that writes nothing through its writer."""
        from newscrawl.store.connection import Store

        assert self.settings
        store = Store(self.settings)
        await store.open(patience=0)
        try:
            await store.writer.close()
            yield store
        finally:
            await store.close()


class AskingCommand(ProjectCommand):
    """A command that asks live sites a few pages, as politely as a crawl does, and stores nothing."""

    requires_crawler_process = True
    reads_dates = True
    default_settings: ClassVar[dict[str, Any]] = {}

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """No item pipelines, no run record, and no log but errors unless asked for."""
        super().process_options(args, opts)
        assert self.settings
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        extensions = {"newscrawl.download.crawl_delay.CrawlDelay": 0}
        self.settings.set("EXTENSIONS", extensions, priority="cmdline")
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def ask(self, *works: Callable[[Fetch], Awaitable[T]], named: Iterable[str]) -> list[T | None]:
        """What each piece of work gives, all done at once; None for one that broke, as the log tells.

        ``named`` are the addresses that the user and the declarations name; see :class:`Asking`.
        """
        from newscrawl.kit.asking import Asking

        assert self.crawler_process
        given: list[T | None] = [None] * len(works)

        async def keep(place: int, fetch: Fetch) -> None:
            given[place] = await works[place](fetch)

        for place in range(len(works)):
            self.crawler_process.crawl(Asking, work=partial(keep, place), named=named)
        self.crawler_process.start()
        return given

    def page(self, url: str, site: Site | None) -> Answer:
        """One page, with a browser where its site needs one; raises :class:`CommandError` without one."""
        from newscrawl.kit.asking import Answer

        async def work(fetch: Fetch) -> Answer:
            return await fetch(Request(url, meta={"playwright": bool(site and site.render)}))

        named = (url, *(site.declared if site else ()))
        answer = self.ask(work, named=named)[0] or Answer(url, None, FetchFailure.OTHER, "see the log")
        if answer.response is None:
            raise CommandError(
                RunOutcome.UNREACHABLE, f"{url} could not be read ({answer.kind}): {one_line(answer.reason)}"
            )
        return answer


def check_settings(settings: BaseSettings) -> None:
    """Read what ``-s`` gave; ``UsageError`` for a value that cannot be used (``-s DOWNLOAD_DELAY=abc``)."""
    from newscrawl.settings import complete  # its defaults are those of the environment, as it is by now

    try:
        complete(settings)
    except ValueError as error:
        raise UsageError(str(error)) from None


def why_store_is_down(error: Exception, settings: BaseSettings) -> str | None:
    """The sentence for an error that says that MongoDB cannot be used; None for any other error."""
    from pymongo.errors import PyMongoError

    from newscrawl.mongod.opening import ServerError, StoreError, cannot_be_used, text_of

    if isinstance(error, StoreError):
        return str(error)
    if isinstance(error, ServerError | PyMongoError):
        return str(cannot_be_used(text_of(settings, "MONGODB_URI"), error))
    return None


def check_months(settings: BaseSettings) -> None:
    """Use the Moroccan months of the settings; ``UsageError`` when their file can't be read as months."""
    from newscrawl.dates import EXTRA_MONTHS, to_hijri, use_months

    use_months(str(settings.get(EXTRA_MONTHS) or "").strip())
    try:
        to_hijri(dt.date(2024, 3, 27), "MA")
    except ValueError as error:
        raise UsageError(str(error)) from None


def declared(settings: BaseSettings) -> dict[str, Site]:
    """Every site that a spider of the project declares, by the spider's name."""
    from newscrawl.spider import NewsSpider

    loader = get_spider_loader(settings)
    spiders = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: spider.site for name, spider in spiders.items() if issubclass(spider, NewsSpider)}
