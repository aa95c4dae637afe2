"""``scrapy try``: shows how one page, downloaded or saved, is read; stores nothing."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from newscrawl.command import AskingCommand, CommandError
from newscrawl.shown import one_line
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from newscrawl.sites import Site


class Command(AskingCommand):
    """Exit status: 0 an article, 2 wrong use, 3 no page, or the page is no article."""

    takes_arguments = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--site NAME] [--url URL] [--rejected [--demo] [--save FILE]] <url or file>"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Show how a page is read: each field with its origin and place, each date and why"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Downloads a page (or opens a saved one), reads it as a crawl would with the declaration of its "
            "site, and shows the origin and the place of each field, and why each date was chosen or "
            "refused, or why the page is not an article. Needs no MongoDB. With --rejected it downloads "
            "nothing: it shows what MongoDB knows of the address, and reads the page that was kept; with "
            "--demo it looks in the database of `make demo`."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--site", metavar="NAME", help="read the page with the declaration of this spider"
        )
        parser.add_argument("--url", metavar="URL", help="the address of a saved page")
        parser.add_argument(
            "--rejected",
            action="store_true",
            help="show why the address was rejected, and read the page that was kept",
        )
        parser.add_argument(
            "--demo", action="store_true", help="with --rejected: look in the database of `make demo`"
        )
        parser.add_argument(
            "--save", metavar="FILE", help="with --rejected: write the kept page to this file"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show how one page is read."""
        from newscrawl.gate import is_address
        from newscrawl.kit.asking import saved_page
        from newscrawl.meta import meta

        if len(args) != 1:
            raise UsageError("give one page: its address, or a saved file and its address with --url")
        given = args[0]
        named = self.site(opts.site) if opts.site else None
        if opts.save and not opts.rejected:
            raise UsageError(f"--save={opts.save} works only with --rejected")
        if opts.demo and not opts.rejected:
            raise UsageError("--demo works only with --rejected: nothing else reads a database")
        if opts.rejected:
            self._rejected(given, named, opts)
            return
        if is_address(given):
            if opts.url:
                raise UsageError(
                    f"--url={opts.url} is only for saved pages, and {given} is an address: leave --url out"
                )
            answer = self.page(given, named or self._own(given))
        else:
            answer = saved_page(given, opts.url)
        response = answer.response
        assert response is not None
        if response.status != 200:
            print(f"{'status':<10}{response.status}")
        for passed in meta(response).get("redirect_urls", ()) if response.request else ():
            print(f"{'redirect':<10}{passed}")
        site = named or self._own(response.url) or self._own(given)
        self._explain(response.body, response.url, site, answer.at, answer.headers)

    def _explain(
        self,
        body: bytes,
        url: str,
        site: Site | None,
        now: dt.datetime | None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        from newscrawl.kit.explain import explain

        explanation = explain(body, url, site=site, headers=headers, now=now)
        print(explanation.text)
        if not explanation.accepted:
            self.exitcode = RunOutcome.NO_LINKS.exit_status

    def _rejected(self, given: str, named: Site | None, opts: argparse.Namespace) -> None:
        from newscrawl.gate import is_address
        from newscrawl.kit.kept import find
        from newscrawl.store.schema import RETENTION
        from newscrawl.store.session import session
        from newscrawl.urls import key

        if not is_address(given):
            raise UsageError(f"--rejected needs a web address such as https://…, not {given!r}")
        site = named or self._own(given)
        assert self.settings
        with session(self.settings, demo=opts.demo) as (articles, ops):
            kept = find(articles, ops, key(given, site.url_rules if site else None))
        if kept is None:
            raise CommandError(
                RunOutcome.NO_LINKS,
                f"the database {articles.name} has nothing on {given}: no run has seen it, or it was "
                f"rejected more than {RETENTION['rejected'].days} days ago"
                + ("" if opts.demo else "; `--demo` looks in the database of `make demo`"),
            )
        print("\n".join(map(one_line, kept.lines)))
        if opts.save:
            if kept.page is None:
                raise CommandError(
                    RunOutcome.NO_LINKS, f"no page of {given} was kept, so {opts.save} was not written"
                )
            Path(opts.save).write_bytes(kept.page)
            print(f"{'saved':<10}{opts.save}")
        if kept.page is not None:
            print("\nRead with today's declaration:")
            self._explain(kept.page, kept.url, site or self._own(kept.url), kept.at)

    def _own(self, url: str) -> Site | None:
        from newscrawl.sites import site_of

        spider = site_of(url, self.sites)
        return self.sites[spider] if spider else None
