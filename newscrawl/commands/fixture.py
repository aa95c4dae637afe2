"""``scrapy fixture``: saves a page of a site with replaced words, and its reading, for review."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from newscrawl.command import AskingCommand, CommandError
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from newscrawl.kit.asking import Answer
    from newscrawl.sites import Site


class Command(AskingCommand):
    """Exit status: 0 saved, 2 wrong use, 3 no page, or the page is no article."""

    takes_arguments = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--url URL | --afresh] <site> [address or file]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return (
            "Save a page of a site as a test: with its words replaced, and the article that is read from it"
        )

    def long_desc(self) -> str:
        """The help text."""
        return (
            "With an address or a file: saves that page in tests/sites/SITE, with its markup kept and its "
            "words replaced, and a JSON file with the article that is read from it. Without: reads the saved "
            "pages again, for use after the site file was changed; if there are none, or with --afresh "
            "(after `discover` was changed), downloads the site's lists and two articles. Each JSON file "
            "says reviewed: false until somebody has compared it with the page."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--url`` and ``--afresh``."""
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="the address of a saved page")
        parser.add_argument(
            "--afresh",
            action="store_true",
            help="download the site's lists and two articles again; they replace all saved pages",
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Save a page, or read the saved pages again."""
        from newscrawl.gate import is_address
        from newscrawl.kit.asking import saved_page

        if not 1 <= len(args) <= 2:
            raise UsageError(
                "give a site, and the address or file of a page: scrapy fixture hespress https://..."
            )
        site = self.site(args[0])
        folder = self.root / "tests" / "sites" / args[0]
        if len(args) == 1:
            pages = [path for path in sorted(folder.glob("*.html")) if path.with_suffix(".json").exists()]
            if pages and not opts.afresh:
                for path in pages:
                    _again(path, site)
            else:
                self._whole(site, folder)
        elif is_address(args[1]):
            _one(self.page(args[1], site), site, folder)
        else:
            _one(saved_page(Path(args[1]), opts.url), site, folder)

    def _whole(self, site: Site, folder: Path) -> None:
        from newscrawl.kit import fixture
        from newscrawl.kit.reword import Reworder

        work = partial(fixture.save, site, words=Reworder([site.name]))
        saved = self.ask(work, named=site.declared)[0]
        for sentence in saved.missing if saved else ():
            print(f"missing   {sentence}")
        if not saved or not saved.pages:
            raise CommandError(
                RunOutcome.NO_LINKS,
                f"no article of {site.domain} could be saved: `scrapy verify {folder.name}` says why",
            )
        saved.write(folder, dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        print(f"written   {folder.name}: {', '.join(sorted(saved.files))}")
        _add_addresses(folder, site, saved.addresses)
        print(f"review    the pages, set reviewed to true, then run: make test SITE={folder.name}")


def _one(answer: Answer, site: Site, folder: Path) -> None:
    """Save one page next to those already saved."""
    from newscrawl.kit import fixture
    from newscrawl.kit.reword import Reworder
    from newscrawl.page import check, read

    response = answer.response
    assert response is not None
    article = read(response.body, response.url, site=site, headers=answer.headers, now=answer.at)
    if reason := check(article, site):
        raise CommandError(
            RunOutcome.NO_LINKS,
            f"{response.url} is not read as an article ({reason[0]}: {reason[1]}); "
            f"run `scrapy try {response.url}` to see how it is read",
        )
    words = Reworder([site.name, *fixture.site_names(answer)], article.authors)
    body, data = fixture.page(answer, site, words, listed=False)
    name = fixture.next_name(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.html").write_bytes(body)
    (folder / f"{name}.json").write_bytes(data)
    for problem in fixture.changed(answer, body, site):
        print(f"differs   with its words replaced, {problem}")
    if not (folder / "answers.json").exists():
        print(f"missing   {folder.name}/answers.json: run `scrapy fixture {folder.name}` first")
    print(f"written   {folder.name}/{name}.html and .json")
    _add_addresses(folder, site, [json.loads(data)["url"]])
    print(
        "found     false: saved lists link only to the articles that were saved with them. To test that a "
        f"list leads to this page, add its link to a list in {folder.name}; remove `found` from {name}.json"
    )
    print(f"review    compare them, set reviewed to true, then run: make test SITE={folder.name}")


def _add_addresses(folder: Path, site: Site, articles: list[str]) -> None:
    """Add the site's missing rows to the table of addresses."""
    from newscrawl.kit import address_table

    if rows := address_table.write(folder.parents[2], folder.name, site, articles):
        print(f"written   {address_table.TABLE} ({rows} line{'s' * (rows > 1)})")


def _again(path: Path, site: Site) -> None:
    """Read a saved page again; if the result differs, write its JSON file for review."""
    from newscrawl.kit import fixture
    from newscrawl.page import read

    beside = path.with_suffix(".json")
    stored = json.loads(beside.read_text("utf-8"))
    at = dt.datetime.fromisoformat(stored["fetched_at"])
    headers = {"Content-Type": stored.get("type", "text/html; charset=utf-8")}
    now = fixture.expected(read(path.read_bytes(), stored["url"], site=site, headers=headers, now=at))
    if now == stored["expected"] or {k: v for k, v in now.items() if k != "hijri_day"} == stored["expected"]:
        print(f"{path.name}: as before")
        return
    for name in sorted(now.keys() | stored["expected"].keys()):
        if now.get(name) != stored["expected"].get(name):
            print(f"{path.name}: {name} was {stored['expected'].get(name)!r}, is {now.get(name)!r}")
    stored |= {"reviewed": False, "expected": now}
    beside.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", "utf-8")
