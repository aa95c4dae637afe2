"""``scrapy verify``: checks on a few pages of live sites whether their declarations still hold."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from newscrawl.command import AskingCommand
from newscrawl.shown import one_line
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from newscrawl.kit.asking import Fetch
    from newscrawl.kit.report import Report
    from newscrawl.kit.verify import Verdict
    from newscrawl.sites import Site

AT_ONCE = 8
"""How many sites are checked at the same time."""


class Command(AskingCommand):
    """Exit status: 0 all hold, 2 wrong use, 3 something no longer holds or could not be checked."""

    takes_arguments = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[site ... | --all] [--report FILE]  (no site: all)"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Check against live sites which parts of their declarations still hold"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Downloads robots.txt, one listing and three articles of each site (all sites, if none is "
            "named), as politely as a crawl, stores nothing, and says which parts of its declaration still "
            "hold. --report writes the result to a page in Markdown; given again, the same command verifies "
            "only the sites that are left, and those that did not answer."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--all`` and ``--report``."""
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help="verify all sites, as without arguments")
        parser.add_argument(
            "--report", metavar="FILE", type=Path, help="write the result to this file, in Markdown"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check several sites at once, each at its own pace; print the results in order."""
        from newscrawl.kit.verify import SiteFinding, Verdict

        if args and opts.all:
            raise UsageError(f"--all already includes {args[0]!r}: name sites, or give --all, not both")
        sites = {name: self.site(name) for name in args or self.sites}
        report = _report(opts.report, sites) if opts.report else None
        verdicts = {name: done.verdict for name, done in report.done.items()} if report else {}
        verdicts |= self._ask(sites, report.asked_again() if report else list(sites), report)
        for name in sites:
            verdict = verdicts.get(name) or Verdict(
                False, [SiteFinding("asking", "could not be checked, see the log", holds=False)]
            )
            print(
                f"{name}: {'holds' if verdict.holds else 'does not hold'}",
                *map(one_line, verdict.lines),
                sep="\n",
            )
            if not verdict.holds:
                self.exitcode = RunOutcome.NO_LINKS.exit_status
        if report:
            report.write()
            print(f"report    {opts.report}")
            if left := report.asked_again():
                print(f"left      {', '.join(left)}: run the same command again to check only these")

    def _ask(self, sites: Mapping[str, Site], names: list[str], report: Report | None) -> dict[str, Verdict]:
        """The verdict on each of these sites; sites whose check failed are left out (see the log)."""
        from newscrawl.kit.verify import verify

        verdicts: dict[str, Verdict] = {}
        places = asyncio.Semaphore(AT_ONCE)

        def keep(name: str, verdict: Verdict) -> None:
            verdicts[name] = verdict
            if report:
                report.add(name, verdict, dt.datetime.now(dt.UTC).replace(microsecond=0))

        async def work(name: str, fetch: Fetch) -> None:
            async with places:
                keep(name, await verify(sites[name], fetch))

        for name in names:
            if missing := self._missing_browser(sites[name]):
                keep(name, missing)
        works = [partial(work, name) for name in names if name not in verdicts]
        if works:
            self.ask(*works, named=[url for name in names for url in sites[name].declared])
        return verdicts

    def _missing_browser(self, site: Site) -> Verdict | None:
        """The verdict on a site that needs a browser while none is installed; otherwise None."""
        from newscrawl.download.errors import BrowserMissing
        from newscrawl.download.render import find_browser
        from newscrawl.kit.verify import Verdict

        assert self.settings
        if site.render and not site.refused:
            try:
                find_browser(self.settings)
            except BrowserMissing as error:
                verdict = Verdict(reached=False)
                verdict.say("browser", str(error), holds=False)
                return verdict
        return None


def _report(page: Path, sites: Mapping[str, Site]) -> Report:
    """The report in this file. Raises ``UsageError`` if the file cannot be written or is no report."""
    from newscrawl.kit.report import Report, is_report

    try:
        if page.exists() and not is_report(page):
            raise UsageError(
                f"--report {page}: this file exists and is not a report; give another name, or move it"
            )
        report = Report(page, sites)
        report.part.open("ab").close()
    except OSError as error:
        raise UsageError(f"--report {page}: {error.strerror}; give a file that can be written") from None
    return report
