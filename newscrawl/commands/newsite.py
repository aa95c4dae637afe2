"""``scrapy newsite``: probes a site, and writes its site file and its offline test pages."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import UsageError

from newscrawl.command import AskingCommand, CommandError
from newscrawl.shown import one_line
from newscrawl.vocabulary import RunOutcome

if TYPE_CHECKING:
    from newscrawl.kit import fixture, probe
    from newscrawl.kit.asking import Answer, Fetch


class Command(AskingCommand):
    """Exit status: 0 written, 2 wrong use, 3 nothing could be read from the site."""

    takes_arguments = True

    def syntax(self) -> str:
        """The syntax of the arguments."""
        return "[--name NAME] [--country CC] [--timezone ZONE] <address of a site> | --from-learned SLUG"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Probe a site; write its spider and its offline test pages"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "Downloads about twenty pages of a site, politely: robots.txt, feeds, sitemaps, WordPress's API, "
            "the links of the home page, three articles. Writes spiders/NAME.py, ready to edit, a line in "
            "newscrawl/sites/sources.tsv, tests/sites/NAME with the pages in other words, and two lines in "
            "tests/data/site_addresses.tsv; then lists what is missing. With --from-learned it declares a "
            "newspaper that `scrapy crawl any` learned: the name stays, and with it articles, marks and "
            "runs. See CONTRIBUTING.md."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--name``, ``--country``, ``--timezone``."""
        super().add_options(parser)
        parser.add_argument("--name", help="name of the spider; default: taken from the domain")
        parser.add_argument("--country", metavar="CC", help="ISO 3166 code; default: taken from the domain")
        parser.add_argument(
            "--timezone", metavar="ZONE", help="IANA zone; default: the country's, if it has only one"
        )
        parser.add_argument(
            "--from-learned", metavar="SLUG", help="declare a newspaper that `scrapy crawl any` learned"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Probe the site, write the files, and print what is missing."""
        from newscrawl.kit import declare, fixture, probe
        from newscrawl.kit.reword import Reworder
        from newscrawl.sites import sources

        _check(args, opts)
        known = self._learned(opts.from_learned) if opts.from_learned else None
        draft = known or probe.begin(args[0], name=opts.name, country=opts.country, timezone=opts.timezone)
        root = self.root
        file, folder = root / "spiders" / f"{draft.spider}.py", root / "tests" / "sites" / draft.spider
        if file.exists():
            raise UsageError(
                f"{file.relative_to(root)} already exists; delete it to start again, or give another --name"
            )
        named = False
        at = dt.datetime.now(dt.UTC)

        async def work(fetch: Fetch) -> fixture.SiteFixture:
            nonlocal named
            once = _Once(fetch)
            if known is None:
                probe.settle_lists(await probe.probe(draft, once))
            if draft.name:
                paper = sources.Source(draft.spider, draft.name, draft.country, draft.timezone)
                named = sources.write(root / sources.TABLE, [(paper, draft.domain)])
            if not draft.article or not draft.discover or draft.refused:
                return fixture.SiteFixture()
            site = draft.site(year=at.year)
            return await fixture.save(site, once, Reworder([draft.name, *once.names()], once.people()))

        saved = self.ask(work, named=[draft.url])[0] or fixture.SiteFixture()
        if not (draft.article or draft.refused or draft.discover or draft.name):
            raise CommandError(
                RunOutcome.UNREACHABLE,
                "\n".join(map(one_line, draft.missing))
                or f"nothing could be read from {draft.url}: open it in a browser to check the address",
            )
        file.write_text(declare.site_file(draft, at.year), "utf-8")
        if saved.pages:
            saved.write(folder, at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        print("\n".join(map(one_line, draft.facts)))
        print(f"\nwritten   {file.relative_to(root)}")
        if named:
            print(f"written   {sources.TABLE} (last line)")
        _say(root, folder, draft, saved)

    def _learned(self, slug: str) -> probe.SiteDraft:
        """The newspaper that was learned under this name. Raises ``UsageError`` if there is none."""
        from newscrawl.kit import learn
        from newscrawl.sites.learned import from_document
        from newscrawl.store import learned
        from newscrawl.store.session import session

        assert self.settings
        with session(self.settings) as (_, ops):
            doc = next((doc for doc in learned.every(ops) if doc["_id"] == slug), None)
        if doc is None:
            raise UsageError(
                f"--from-learned={slug}: no newspaper of that name was learned; `scrapy sites` lists them"
            )
        return learn.draft_of(slug, from_document(doc["site"]))


def _check(args: list[str], opts: argparse.Namespace) -> None:
    """Raise ``UsageError`` for arguments that cannot be used."""
    from newscrawl.dates import zone
    from newscrawl.gate import is_address

    if opts.from_learned:
        if args or opts.name or opts.country or opts.timezone:
            raise UsageError("--from-learned takes no address and no other option: leave them out")
        return
    if len(args) != 1 or not is_address(args[0]):
        raise UsageError("give the address of one site: scrapy newsite https://www.example.ma/")
    if opts.name and not re.fullmatch(r"[a-z][a-z0-9_]*", opts.name):
        raise UsageError(f"--name={opts.name} should contain only a-z, 0-9 and _, and begin with a letter")
    if opts.timezone:
        try:
            zone(opts.timezone)
        except ValueError as error:
            raise UsageError(f"--timezone={opts.timezone}: {error}") from None


def _say(root: Path, folder: Path, draft: probe.SiteDraft, saved: fixture.SiteFixture) -> None:
    """Add the addresses of the saved pages to their table; print what is written, missing, to review."""
    from newscrawl.kit import address_table

    if saved.pages:
        print(f"written   {folder.relative_to(root)}: {', '.join(sorted(saved.files))}")
    if rows := address_table.write(root, draft.spider, draft.site(), saved.addresses):
        print(f"written   {address_table.TABLE} ({rows} lines)")
    passed = tested(root, draft.spider) if saved.pages else None
    for sentence in [*draft.missing, *saved.missing]:
        print(f"missing   {one_line(sentence)}")
    for name in saved.pages:
        print(f"review    {folder.relative_to(root)}/{name}.html and .json, then set reviewed to true")
    if passed is not None:
        print(passed)


class _Once:
    """Downloads each address once, and collects the names of the newspaper and its authors."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._answers: dict[tuple[str, bool], Answer] = {}

    async def __call__(self, request: Request) -> Answer:
        from newscrawl.meta import meta

        asked = (
            f"{request.method} {request.url} {request.body.decode()}",
            bool(meta(request).get("playwright")),
        )
        if asked not in self._answers:
            self._answers[asked] = await self._fetch(request)
        return self._answers[asked]

    def names(self) -> list[str]:
        """The names of the newspaper that its pages declare."""
        from newscrawl.kit import fixture

        return [name for answer in self._answers.values() for name in fixture.site_names(answer)]

    def people(self) -> list[str]:
        """The authors of the pages."""
        from newscrawl.kit import fixture

        return [name for answer in self._answers.values() for name in fixture.people(answer)]


def tested(root: Path, spider: str) -> str | None:
    """The result of the site's own tests, except the review, in one line; None in a project without tests."""
    if not (root / "tests" / "test_sites.py").exists():
        return None
    if find_spec("pytest") is None:
        return f"tests     not run yet; this installs what they need: make test SITE={spider}"
    only = f"[{spider}] and not reviewed"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=line", "tests/test_sites.py", "-k", only],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return f"tests     pass, except for the review: make test SITE={spider}"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
    return "\n".join([*failed, f"tests     do not pass yet: make test SITE={spider}"])
