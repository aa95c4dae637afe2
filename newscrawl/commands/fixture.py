"""``scrapy fixture``: saves a page of a site in other words, with what reading it gives, for review."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

from scrapy import Request
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import HtmlResponse
from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.kit import fixture
from newscrawl.kit.asking import Answer, Asking, Fetch, quiet
from newscrawl.kit.reword import Reworder
from newscrawl.page import check, extract, read
from newscrawl.runs import EXIT_STATUS
from newscrawl.sites import Site
from newscrawl.spider import NewsSpider


class Command(ScrapyCommand):
    """Exit status: 0 saved, 2 wrong use, 3 no article or no page."""

    requires_project = True

    def syntax(self) -> str:
        """The arguments it takes."""
        return "[--url URL | --afresh] <site> [address or file]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Save a page of a site in other words, with what reading it gives, for review"

    def long_desc(self) -> str:
        """The help text."""
        return (
            "With an address or a file: saves that page in tests/sites/SITE, its markup kept and its words "
            "replaced by ours, and beside it a JSON with what reading it gives. Without: reads the saved "
            "pages again after the site file was changed; where there are none, asks the site for what it "
            "declares and for two articles (also with --afresh, after `discover` "
            "was changed). Each JSON says reviewed: false until somebody has compared it with the page."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--url`` and ``--afresh``."""
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="the address of a saved page")
        parser.add_argument(
            "--afresh",
            action="store_true",
            help="ask the site again: its listings and two articles replace all",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Store nothing, and log no more than errors unless asked to."""
        super().process_options(args, opts)
        assert self.settings
        quiet(self.settings, log_level=opts.loglevel)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Save, or read again."""
        if not 1 <= len(args) <= 2:
            raise UsageError(
                "name a site, and a page by its address or a file: scrapy fixture hespress https://..."
            )
        site = self._site(args[0])
        folder = Path(closest_scrapy_cfg()).parent / "tests" / "sites" / args[0]
        if len(args) == 1:
            pages = [path for path in sorted(folder.glob("*.html")) if path.with_suffix(".json").exists()]
            if pages and not opts.afresh:
                for path in pages:
                    _again(path, site)
            else:
                self._whole(site, folder)
        elif args[1].startswith(("http://", "https://")):
            self._one(self._asked(args[1], site), site, folder)
        else:
            self._one(_file(Path(args[1]), opts.url), site, folder)

    def _site(self, name: str) -> Site:
        assert self.crawler_process
        loader = self.crawler_process.spider_loader
        if name not in loader.list():
            raise UsageError(f"there is no spider {name!r}; `scrapy list` shows them")
        spider = loader.load(name)
        if not issubclass(spider, NewsSpider):
            raise UsageError(f"{name} declares no site")
        return spider.site

    def _asked(self, url: str, site: Site) -> Answer:
        got: list[Answer] = []

        async def work(fetch: Fetch) -> None:
            got.append(await fetch(Request(url, meta={"playwright": site.render})))

        self._ask(work)
        return got[0] if got else Answer(url, None, "other", "see the log")

    def _ask(self, work: object) -> None:
        assert self.crawler_process
        self.crawler_process.crawl(Asking, work=work)
        self.crawler_process.start()

    def _one(self, answer: Answer, site: Site, folder: Path) -> None:
        if answer.response is None:
            self._fail(f"{answer.url} could not be read ({answer.kind}): {answer.said}")
            return
        response = answer.response
        article = read(response.body, response.url, site=site, headers=answer.headers, now=answer.at)
        if reason := check(article, site):
            self._fail(f"{response.url} is read as no article ({reason[0]}: {reason[1]}); see `scrapy try`")
            return
        words = Reworder([site.name, *fixture.site_names(answer)], article.authors)
        listed = (folder / "answers.json").exists()
        body, said = fixture.page(answer, site, words, found=False)
        name = fixture.next_name(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.html").write_bytes(body)
        (folder / f"{name}.json").write_bytes(said)
        for problem in fixture.changed(answer, body, site):
            print(f"differs   in our words, {problem}")
        if not listed:
            print(f"missing   {folder.name}/answers.json: `scrapy fixture {folder.name}` writes it first")
        print(f"written   {folder.name}/{name}.html and .json; no listing leads to it (found: false)")
        print(f"review    compare them, then set reviewed to true: make test SITE={folder.name}")

    def _whole(self, site: Site, folder: Path) -> None:
        saved = fixture.Saved()

        async def work(fetch: Fetch) -> None:
            nonlocal saved
            saved = await fixture.save(site, fetch, Reworder([site.name]))

        self._ask(work)
        for sentence in saved.missing:
            print(f"missing   {sentence}")
        if not saved.pages:
            self._fail(f"no article of {site.domain} could be saved")
            return
        for old in folder.glob("*.*"):
            old.unlink()
        saved.write(folder, dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        print(f"written   {folder.name}: {', '.join(sorted(saved.files))}")
        print(f"review    the pages, then set reviewed to true: make test SITE={folder.name}")

    def _fail(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)
        self.exitcode = EXIT_STATUS["no_links"]


def _file(path: Path, url: str | None) -> Answer:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; give an address or a file") from None
    url = url or extract(body, "").canonical
    if not url or not url.startswith(("http://", "https://")):
        raise UsageError(f"{path} does not say its own address; name it with --url https://...")
    saved = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return Answer(url, HtmlResponse(url, body=body), at=saved)


def _again(path: Path, site: Site) -> None:
    """Read a saved page anew; its JSON is written, to be reviewed, when it comes out otherwise."""
    beside = path.with_suffix(".json")
    said = json.loads(beside.read_text("utf-8"))
    at = dt.datetime.fromisoformat(said["fetched_at"])
    headers = {"Content-Type": said.get("type", "text/html; charset=utf-8")}
    now = fixture.expected(read(path.read_bytes(), said["url"], site=site, headers=headers, now=at))
    if now == said["expected"] or {k: v for k, v in now.items() if k != "hijri_day"} == said["expected"]:
        print(f"{path.name}: as before")
        return
    for name in sorted(now.keys() | said["expected"].keys()):
        if now.get(name) != said["expected"].get(name):
            print(f"{path.name}: {name} was {said['expected'].get(name)!r}, is {now.get(name)!r}")
    said |= {"reviewed": False, "expected": now}
    beside.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
