"""``scrapy search``: searches the stored articles for Arabic words."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from newscrawl.command import ProjectCommand
from newscrawl.shown import one_line
from newscrawl.vocabulary import SearchScope

if TYPE_CHECKING:
    from newscrawl.search import Hit, SearchResult

_BEFORE, _AFTER = "[", "]"
_ORDERS = ("auto", "logical", "visual")
_RUN_BY_THEMSELVES = ("VTE_VERSION", "KONSOLE_VERSION", "MLTERM")
"""Environment variables of terminals that display right-to-left text by themselves."""


class Command(ProjectCommand):
    """Exit status: 0 even if nothing is found, 2 wrong use, 4 MongoDB cannot be used."""

    takes_arguments = True
    reads_dates = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[options] <word> [<word> ...]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Find stored articles by their words, with prefixes and attached pronouns"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Finds the articles that contain all of the words, the best first; words in quotation marks must "
            "follow each other. Spelling variants count as equal (أ إ آ ا, ة ه, ى ي, tashkeel), and a word "
            "is also found with attached prefixes and pronouns (والحكومة, لحكومتهم). The text index covers "
            f"{SearchScope.OPENING.meaning}, or {SearchScope.BODY.meaning} if NEWSCRAWL_SEARCH is body."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options that narrow the search and format its results."""
        super().add_options(parser)
        add = parser.add_argument
        add("--source", metavar="SLUGS", help="newspapers: alayam24,hespress")
        add("--since", metavar="DAY", help="first day: 2024-03-27, 2024-03, 1445-09-17H, 1445-09H")
        add("--until", metavar="DAY", help="last day, included; a month means its last day")
        add("--country", metavar="CODES", help="newspapers of these countries: MA,EG")
        add("--tag", metavar="TAGS", help="articles with one of these tags, as printed: الأطلس,الجفاف")
        add("--whole-words", action="store_true", help="match words exactly as given, without prefixes")
        add("--no-copies", action="store_true", help="leave out copies of other articles")
        add("--limit", type=int, default=20, metavar="N", help="show at most N articles (default: 20)")
        add("--demo", action="store_true", help="search the database of `make demo`")
        add("--json", action="store_true", help="print one JSON object per line, in logical order")
        add("--order", choices=_ORDERS, default="auto", help="order of letters on the screen: logical, "
            "as stored; visual, for terminals that do not display right-to-left text; auto detects some that "
            "do; default: auto")  # fmt: skip

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Search, and print the results."""
        from newscrawl.choice import Choice
        from newscrawl.search import THOROUGH, find
        from newscrawl.store.session import session

        if not "".join(args).strip():
            raise UsageError("give a word to search for, such as حكومة")
        if opts.limit < 1:
            raise UsageError(f"--limit={opts.limit} should be a whole number above zero")
        assert self.settings
        query = " ".join(f'"{part}"' if " " in part.strip() and '"' not in part else part for part in args)
        with session(self.settings, demo=opts.demo) as (db, _):
            try:
                choice = Choice.parse(
                    source=opts.source or (), country=opts.country or (), since=opts.since, until=opts.until,
                    tag=opts.tag or (), intervals=True, roots=opts.no_copies,
                )  # fmt: skip
                result = find(
                    db, query, choice, expand=not opts.whole_words, limit=opts.limit, examined=THOROUGH
                )
            except ValueError as error:
                raise UsageError(str(error)) from None
        visual = opts.order == "visual" or (
            opts.order == "auto" and is_visual(os.environ, sys.stdout.isatty())
        )
        for hit in result.hits:
            print(_as_json(hit) if opts.json else _lines(hit, visual=visual and not opts.json))
        scope = SearchScope(self.settings["SEARCH"])
        print(f"articles found: {len(result.hits)}; searched: {scope.meaning}", file=sys.stderr)
        if not result.hits:
            print("try another form of the word, fewer words, or more days", file=sys.stderr)
        if result.older:
            print(how_far(result), file=sys.stderr)


def how_far(result: SearchResult) -> str:
    """What a user should know about a search that did not read all articles."""
    return (
        f"only the newest {result.looked} articles were searched; for older ones add --until {result.older}"
    )


def is_visual(environment: Mapping[str, str], is_terminal: bool) -> bool:
    """Should letters be printed in visual order, that is, in their order on the screen from left to right?

    Files, pipes, and terminals that are known to display right-to-left text get them in reading order.
    """
    turns = any(name in environment for name in _RUN_BY_THEMSELVES)
    return is_terminal and not (turns or environment.get("TERM_PROGRAM") == "Apple_Terminal")


def _lines(hit: Hit, *, visual: bool) -> str:
    from bidi import get_display

    marked = hit.snippet.marked(_BEFORE, _AFTER)
    copy = " (copy)" if hit.is_copy else ""
    parts = [
        f"{hit.day or 'no day':<10}  {hit.source_name}  {hit.title}{copy}",
        f"    {marked}",
        f"    {hit.url}",
    ]
    lines = map(one_line, parts)
    return "\n".join(str(get_display(line)) if visual else line for line in lines)


def _as_json(hit: Hit) -> str:
    fields = dataclasses.asdict(hit)
    fields["published_at"] = hit.published_at.isoformat() if hit.published_at else None
    return json.dumps(fields, ensure_ascii=False)
