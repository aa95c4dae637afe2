"""What the sub-commands of ``scrapy`` in ``newscrawl.commands`` share.

This module is outside that package, because Scrapy takes every command class in it for a command. Scrapy
imports the modules of all commands to run one. So at their top they import only what options and help need;
their functions import the rest.
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
    """Ends a command with a message for its user and the exit status of an outcome."""

    def __init__(self, outcome: RunOutcome, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_status = outcome.exit_status


class ProjectCommand(ScrapyCommand):
    """A command that prints its results to stdout and exits with 0, or prints an error to stderr.

    The exit status is 2 for wrong use (``UsageError``), 4 when MongoDB cannot be used, otherwise that of the
    :class:`CommandError` that ended it.
    """

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}
    takes_arguments: ClassVar[bool] = False
    """Does it take arguments besides options?"""
    reads_dates: ClassVar[bool] = False
    """Does it need the Moroccan months that ``NEWSCRAWL_MOROCCO_MONTHS`` adds?"""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the settings; from here on print cleaned text only, as much of it comes from sites."""
        super().process_options(args, opts)
        clean_terminal()
        assert self.settings
        check_settings(self.settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the work of the command."""
        raise NotImplementedError

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command; failures that a user can fix end in a message, not in a traceback."""
        if args and not self.takes_arguments:
            raise UsageError(
                f"{args[0]!r} is not understood: this command takes only options; --help lists them"
            )
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
            if (sentence := why_store_is_down(error, self.settings)) is None:
                raise
            print(one_line(sentence), file=sys.stderr)
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
        """The site that a spider declares. Raises ``UsageError`` when no spider has that name."""
        try:
            return self.sites[spider]
        except KeyError:
            raise UsageError(f"there is no spider {spider!r}; `scrapy list` shows them") from None

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The open store, for a command that stores no articles through its writer."""
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
    """A command that downloads a few pages of live sites, as politely as a crawl, and stores nothing."""

    requires_crawler_process = True
    reads_dates = True
    default_settings: ClassVar[dict[str, Any]] = {}

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Switch off pipelines and the run record; log only errors unless the user sets a level."""
        super().process_options(args, opts)
        assert self.settings
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        extensions = {"newscrawl.download.crawl_delay.CrawlDelay": 0}
        self.settings.set("EXTENSIONS", extensions, priority="cmdline")
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def ask(self, *works: Callable[[Fetch], Awaitable[T]], named: Iterable[str]) -> list[T | None]:
        """Run several pieces of work at once; return their results, None for one that failed (see the log).

        ``named`` holds the addresses that the user and the declarations name; see :class:`Asking`.
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
        """One downloaded page, with a browser where its site needs one. Raises :class:`CommandError`."""
        from newscrawl.kit.asking import Answer

        async def work(fetch: Fetch) -> Answer:
            return await fetch(Request(url, meta={"playwright": bool(site and site.render)}))

        named = (url, *(site.declared if site else ()))
        answer = self.ask(work, named=named)[0] or Answer(url, None, FetchFailure.OTHER, "see the log")
        if answer.response is None:
            raise CommandError(
                RunOutcome.UNREACHABLE,
                f"{url} could not be read ({answer.kind}): {one_line(answer.reason)}",
            )
        return answer


def check_settings(settings: BaseSettings) -> None:
    """Parse the settings given by ``-s``. Raises ``UsageError`` for a bad one (``-s DOWNLOAD_DELAY=abc``)."""
    from newscrawl.settings import complete  # imported late: its defaults come from the environment

    try:
        complete(settings)
    except ValueError as error:
        raise UsageError(str(error)) from None


def why_store_is_down(error: Exception, settings: BaseSettings) -> str | None:
    """The message for an error that means that MongoDB cannot be used; None for any other error."""
    from pymongo.errors import PyMongoError

    from newscrawl.mongod.opening import ServerError, StoreError, cannot_be_used, text_of

    if isinstance(error, StoreError):
        return str(error)
    if isinstance(error, ServerError | PyMongoError):
        return str(cannot_be_used(text_of(settings, "MONGODB_URI"), error))
    return None


def check_months(settings: BaseSettings) -> None:
    """Use the Moroccan months of the settings. Raises ``UsageError`` when their file has no valid months."""
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
