"""``scrapy verify``: asks live sites a few pages and says what of their declarations still holds."""

from __future__ import annotations

import argparse
from functools import partial

from newscrawl.command import AskingCommand
from newscrawl.download.errors import BrowserMissing
from newscrawl.download.render import find_browser
from newscrawl.kit.verify import Verdict, verify
from newscrawl.shown import one_line
from newscrawl.vocabulary import RunOutcome


class Command(AskingCommand):
    """Exit status: 0 all holds, 2 wrong use, 3 something does not hold any more."""

    takes_arguments = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[site ...]  (none: all sites)"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Ask live sites for a listing and three articles; say what still holds"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Asks each site (all of them, when none is named) for robots.txt, one listing and three "
            "articles, as politely as a crawl does, stores nothing, and says which part of its declaration "
            "still holds."
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Ask all sites at once, each at its own pace; print them in turn."""
        assert self.settings
        sites = {name: self.site(name) for name in args or self.sites}
        verdicts: dict[str, Verdict | None] = {}
        for name, site in sites.items():
            if site.render:
                try:
                    find_browser(self.settings)
                except BrowserMissing as error:
                    verdicts[name] = verdict = Verdict()
                    verdict.say("browser", str(error), holds=False)
        asked = [name for name in sites if name not in verdicts]
        works = (partial(verify, sites[name]) for name in asked)
        named = [url for name in asked for url in sites[name].declared]
        verdicts |= zip(asked, self.ask(*works, named=named), strict=True)
        for name in sites:
            said = verdicts[name] or Verdict(False, ["  FAIL could not be asked, see the log"])
            print(
                f"{name}: {'holds' if said.holds else 'does not hold'}", *map(one_line, said.lines), sep="\n"
            )
            if not said.holds:
                self.exitcode = RunOutcome.NO_LINKS.exit_status
