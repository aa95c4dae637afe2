"""``scrapy try``: how one page is read, from the site or from a file; nothing is stored."""

from __future__ import annotations

import argparse

from scrapy.exceptions import UsageError

from newscrawl.command import AskingCommand
from newscrawl.kit.asking import is_address, saved_page
from newscrawl.kit.explain import explain
from newscrawl.runs import EXIT_STATUS
from newscrawl.sites import Site, site_of


class Command(AskingCommand):
    """Exit status: 0 an article, 2 wrong use, 3 no article or no page."""

    takes_arguments = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[--site NAME] [--url URL] <url or file>"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Show how a page is read: each field, its rung and selector, each date and why"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Downloads a page (or reads a saved one), reads it as a crawl would with the declaration of its "
            "site, and shows each field with the rung and the selector that gave it, every date with why it "
            "was chosen or refused, or why the page is no article. Needs no MongoDB."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--site`` and ``--url``."""
        super().add_options(parser)
        parser.add_argument("--site", metavar="NAME", help="the spider whose declaration to read it with")
        parser.add_argument("--url", metavar="URL", help="the address of a saved page")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show one page."""
        if len(args) != 1:
            raise UsageError("name one page: its address, or a file with --url")
        given = args[0]
        named = self.site(opts.site) if opts.site else None
        if is_address(given):
            if opts.url:
                raise UsageError(f"--url={opts.url} is for a saved page, and {given} is an address")
            answer = self.page(given, named or self._own(given))
        else:
            answer = saved_page(given, opts.url)
        response = answer.response
        assert response is not None
        if response.status != 200:
            print(f"{'status':<10}{response.status}")
        for passed in response.meta.get("redirect_urls", ()) if response.request else ():
            print(f"{'redirect':<10}{passed}")
        site = named or self._own(response.url) or self._own(given)
        told = explain(response.body, response.url, site=site, headers=answer.headers, now=answer.at)
        print(told.text)
        if not told.accepted:
            self.exitcode = EXIT_STATUS["no_links"]

    def _own(self, url: str) -> Site | None:
        spider = site_of(url, self.sites)
        return self.sites[spider] if spider else None
