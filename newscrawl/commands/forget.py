"""``scrapy forget``: removes an article and keeps it from coming back."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from newscrawl.runs import EXIT_STATUS
from newscrawl.spider import NewsSpider
from newscrawl.store.forget import Forgotten, forget
from newscrawl.store.schema import Document, prepare
from newscrawl.store.server import ServerError, local_server, resolve_uri
from newscrawl.store.session import cannot_be_used
from newscrawl.urls import key

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Exit status: 0 done, 2 wrong use, 4 the store."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """The arguments it takes."""
        return "<url> [<url> ...]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Remove an article and keep it from coming back"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Removes the articles at these addresses with their former states and kept pages, and leaves a "
            "tombstone without words or addresses, so that no crawl stores them again. Copies at other "
            "addresses stay and are named: forget them too if they should go. Recordings made with RECORD "
            "are files of yours and are not touched."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Forget each address."""
        if not args:
            raise UsageError("name the address of an article", print_help=False)
        for url in args:
            if not url.startswith(("http://", "https://")):
                raise UsageError(f"{url!r} should begin with http:// or https://", print_help=False)
        try:
            for url, forgotten in asyncio.run(self._forget(args)):
                print(_sentence(url, forgotten))
        except (ServerError, PyMongoError) as error:
            print(cannot_be_used(os.environ.get("MONGODB_URI", ""), error), file=sys.stderr)
            self.exitcode = EXIT_STATUS["store_down"]

    async def _forget(self, urls: list[str]) -> list[tuple[str, Forgotten]]:
        uri = resolve_uri()
        if uri is None:
            async with local_server() as uri:
                return await self._forget_at(uri, urls)
        return await self._forget_at(uri, urls)

    async def _forget_at(self, uri: str, urls: list[str]) -> list[tuple[str, Forgotten]]:
        database = os.environ.get("MONGODB_DATABASE") or "newscrawl"
        async with AsyncMongoClient[Document](uri, tz_aware=True, w="majority", journal=True) as client:
            await prepare(client[database], client[f"{database}_ops"])
            done = []
            for url in urls:
                spider = self._spider(url)
                rules = spider.site.url_rules if spider else None
                site = spider.name if spider else ""
                done.append((url, await forget(client, database, [key(url, rules)], site)))
            return done

    def _spider(self, url: str) -> type[NewsSpider] | None:
        """The spider of the site that an address belongs to: it knows which addresses are the same."""
        assert self.settings
        host = f".{urlsplit(url).hostname or ''}"
        loader = get_spider_loader(self.settings)
        spiders = [loader.load(name) for name in loader.list()]
        ours = [spider for spider in spiders if issubclass(spider, NewsSpider)]
        return next((spider for spider in ours if host.endswith(f".{spider.site.domain}")), None)


def _sentence(url: str, forgotten: Forgotten) -> str:
    if not forgotten.articles:
        return f"{url}: not stored; it will not be"
    copies = "".join(f"\n  a copy is still stored: {copy}" for copy in forgotten.copies)
    return f"{url}: forgotten, with {forgotten.revisions} former states{copies}"
