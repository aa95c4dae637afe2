"""The base classes of the sub-commands of ``scrapy`` in ``newscrawl.commands``.

This module is outside that package, because Scrapy treats every command class in it as a command. To run one
command, Scrapy imports the modules of all. So at the top they import only what their options and help need;
their functions import the rest.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from scrapy import Request
from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
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


class HelpFormatter(ScrapyHelpFormatter):
    """Scrapy's help formatter, but no wrapped line that ends with a colon becomes a heading."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        """The lines of an option's help; a space after a final colon keeps a line from becoming a heading."""
        return [f"{line} " if line.endswith(":") else line for line in super()._split_lines(text, width)]


class ProjectCommand(ScrapyCommand):
    """A command that prints its results to stdout and exits with 0, or prints an error to stderr.

    The exit status is 2 for wrong use (``UsageError``), 4 if MongoDB cannot be used, and otherwise that of
    the :class:`CommandError` that ended the command.
    """

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}
    takes_arguments: ClassVar[bool] = False
    """Does it take arguments besides options?"""
    reads_dates: ClassVar[bool] = False
    """Does it need the Moroccan months that ``NEWSCRAWL_MOROCCO_MONTHS`` adds?"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options that all commands of Scrapy have."""
        parser.formatter_class = HelpFormatter
        super().add_options(parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the settings; from now on, print only cleaned text, as much of it comes from sites."""
        super().process_options(args, opts)
        clean_terminal()
        assert self.settings
        check_settings(self.settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the work of the command."""
        raise NotImplementedError

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command; a failure that a user can fix ends in a message, not in a traceback."""
        if args and not self.takes_arguments:
            raise UsageError(
                f"{args[0]!r} is not understood: this command takes only options; --help lists them"
            )
        if self.reads_dates:
            assert self.settings
            check_months(self.settings)
        try:
            self.execute(args, opts)
            sys.stdout.flush()
        except BrokenPipeError:  # the program that reads the output (``| head``) wants no more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
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
        """All declared sites, by the name of the spider."""
        assert self.settings
        return declared(self.settings)

    def site(self, spider: str) -> Site:
        """The site that a spider declares. Raises ``UsageError`` if no spider has that name."""
        try:
            return self.sites[spider]
        except KeyError:
            raise no_spider(spider, self.sites) from None

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
        """Run several functions at once; return their results, with None for a function that failed (see the
        log).

        ``named`` holds the addresses that the user and the declarations name; see :class:`KitSpider`.
        """
        from newscrawl.kit.asking import KitSpider

        assert self.crawler_process
        given: list[T | None] = [None] * len(works)

        async def keep(place: int, fetch: Fetch) -> None:
            given[place] = await works[place](fetch)

        for place in range(len(works)):
            self.crawler_process.crawl(KitSpider, work=partial(keep, place), named=named)
        self.crawler_process.start()
        return given

    def page(self, url: str, site: Site | None) -> Answer:
        """A page, downloaded with a browser if its site needs one. Raises :class:`CommandError`."""
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


def no_spider(name: str, names: Iterable[str], option: str = "") -> UsageError:
    """The error for a spider that does not exist, with similar names.

    ``option`` begins the message.

    >>> str(no_spider("hespres", ["hespress", "goud"]))
    "there is no spider 'hespres'; did you mean 'hespress'? `scrapy list` shows all"
    """
    import difflib

    close = difflib.get_close_matches(name, names, 3)
    hint = f"did you mean {' or '.join(map(repr, close))}? " if close else ""
    return UsageError(f"{option}there is no spider {name!r}; {hint}`scrapy list` shows all")


def check_settings(settings: BaseSettings) -> None:
    """Parse the settings given by ``-s``. Raises ``UsageError`` for an invalid ``-s DOWNLOAD_DELAY=abc``."""
    from newscrawl.settings import complete  # imported late, as its defaults come from the environment

    try:
        complete(settings)
    except ValueError as error:
        raise UsageError(str(error)) from None


def why_store_is_down(error: Exception, settings: BaseSettings) -> str | None:
    """The message for an error from an unusable MongoDB; None for any other error."""
    from pymongo.errors import PyMongoError

    from newscrawl.mongod.opening import ServerError, StoreError, cannot_be_used, text_of

    if isinstance(error, StoreError):
        return str(error)
    if isinstance(error, ServerError | PyMongoError):
        return str(cannot_be_used(text_of(settings, "MONGODB_URI"), error))
    return None


def check_months(settings: BaseSettings) -> None:
    """Use the Moroccan months from the settings. Raises ``UsageError`` if their file has no valid months."""
    from newscrawl.dates import EXTRA_MONTHS, to_hijri, use_months

    use_months(str(settings.get(EXTRA_MONTHS) or "").strip())
    try:
        to_hijri(dt.date(2024, 3, 27), "MA")
    except ValueError as error:
        raise UsageError(str(error)) from None


def declared(settings: BaseSettings) -> dict[str, Site]:
    """All sites that spiders of the project declare, by the name of the spider."""
    from newscrawl.spider import NewsSpider

    loader = get_spider_loader(settings)
    spiders = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: spider.site for name, spider in spiders.items() if issubclass(spider, NewsSpider)}
