"""What all commands have in common: how they end when something is wrong, and how they find a site."""

import argparse
import asyncio
import dataclasses
import datetime as dt
import os
import re
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from scrapy import Request
from scrapy.commands import ScrapyHelpFormatter
from scrapy.exceptions import UsageError
from scrapy.http import HtmlResponse
from scrapy.settings import Settings
from scrapy.utils.misc import walk_modules_iter

from newscrawl.command import ProjectCommand
from newscrawl.gate import is_address
from newscrawl.kit.asking import Answer, Fetch, saved_page
from newscrawl.kit.verify import verify
from newscrawl.sites import Discovery, Feed, Site, Sitemap, WordPress, site_of
from newscrawl.sites.sources import Source, with_row
from newscrawl.urls import UrlRules
from newscrawl.vocabulary import FetchFailure
from tests.conftest import scrapy
from tests.loopback import LoopbackNewspaper, serve

GROUPS = ("Which Articles", "How They Are Written")
"""Groups of options of ``scrapy export``."""
AWAY = "mongodb://reader:sirr@127.0.0.1:1/?serverSelectionTimeoutMS=200"


def test_a_reader_that_wants_no_more_ends_a_command_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Speaking(ProjectCommand):
        def short_desc(self) -> str:
            return "Print a word"

        def execute(self, args: list[str], opts: argparse.Namespace) -> None:
            print("خبر")

    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as gone:
        monkeypatch.setattr("sys.stdout", gone)
        Speaking().run([], argparse.Namespace())


@pytest.mark.parametrize("command", ["sites", "redate", "dedupe"])
def test_a_word_that_is_not_understood_is_refused(command: str) -> None:
    done = scrapy(command, "hespress", MONGODB_URI=AWAY)
    assert done.returncode == 2
    assert "'hespress' is not understood" in done.stderr


def test_only_groups_of_options_are_headings_of_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """However wide the terminal is: Scrapy makes a heading of each line that ends with a colon."""
    modules = [module for module in walk_modules_iter("newscrawl.commands") if hasattr(module, "Command")]
    commands = [module.Command() for module in modules if issubclass(module.Command, ProjectCommand)]
    assert len(commands) > 15
    for width in range(60, 160, 10):
        monkeypatch.setenv("COLUMNS", str(width))
        for command in commands:
            command.settings = Settings()
            parser = argparse.ArgumentParser(
                usage="scrapy", formatter_class=ScrapyHelpFormatter, conflict_handler="resolve"
            )
            command.add_options(parser)
            lines = parser.format_help().splitlines()
            headings = {line for line, below in pairwise(lines) if re.fullmatch("=+|-+", below)}
            assert headings <= {"Usage", "Options", "Global Options", *GROUPS}, command.short_desc()


URL = "https://www.hespress.com/1.html"


@pytest.mark.parametrize("command", [("redate",), ("forget", URL)])
def test_a_mongodb_that_is_away_is_one_sentence_without_its_password(command: tuple[str, ...]) -> None:
    _is_away(scrapy(*command, MONGODB_URI=AWAY))


@pytest.mark.parametrize(
    "command",
    [("dedupe",), ("try", "--rejected", URL), ("crawl", "hespress", "-s", "STORE_PATIENCE=0")],
)
def test_a_setting_names_the_server_for_every_command(command: tuple[str, ...]) -> None:
    _is_away(scrapy(*command, "-s", f"MONGODB_URI={AWAY}", MONGODB_URI="mongodb://127.0.0.1:2/"))


def _is_away(done: CompletedProcess[str]) -> None:
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "MongoDB at mongodb://***@127.0.0.1:1/" in done.stderr
    assert "sirr" not in done.stderr


@pytest.mark.parametrize(
    "command", [("crawl", "hespress"), ("redate",), ("try", "https://www.hespress.com/1.html")]
)
def test_moroccan_months_that_cannot_be_read_are_refused_before_anything_else(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    table = tmp_path / "months.tsv"
    table.write_text(
        "hijri_year\thijri_month\tmorocco_1st\tsource\n1448\t13\t2026-06-16\tوزارة الأوقاف\n", "utf-8"
    )
    if command == ("redate",):  # a setting does what the variable does
        done = scrapy(*command, "-s", f"NEWSCRAWL_MOROCCO_MONTHS={table}", MONGODB_URI=AWAY)
    else:
        done = scrapy(*command, MONGODB_URI=AWAY, NEWSCRAWL_MOROCCO_MONTHS=str(table))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"NEWSCRAWL_MOROCCO_MONTHS={table}: '1448' '13'" in done.stderr


def test_a_page_that_a_crawl_would_not_get_is_not_shown() -> None:
    newspaper = LoopbackNewspaper({"/robots.txt": "", "/7.html": (404, {}, "<h1>الصفحة غير موجودة</h1>")})
    with serve(newspaper):
        done = scrapy("try", f"http://127.0.0.1:{newspaper.port}/7.html")
    assert (done.returncode, done.stdout) == (3, "")
    assert "could not be read (client): HTTP status 404" in done.stderr


@pytest.mark.parametrize(
    "given",
    [
        "https://",
        "https://a b/",
        "https://a..ma/1",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "ftp://sada.ma",
    ],
)
def test_text_that_cannot_be_an_address_is_wrong_use(given: str) -> None:
    assert not is_address(given)
    with pytest.raises(
        UsageError, match=re.escape(f"{given}: No such file or directory; give an address such as")
    ):
        saved_page(given, None)


@pytest.mark.parametrize(
    "given", ["https://www.hespress.com/أخبار", "http://127.0.0.1:8080/", "https://صدى.ma/1"]
)
def test_text_that_can_be_an_address_is_one(given: str) -> None:
    assert is_address(given)


def _answering(pages: dict[str, bytes | FetchFailure]) -> Fetch:
    async def fetch(request: Request) -> Answer:
        found = pages.get(request.url, "client")
        if isinstance(found, bytes):
            return Answer(request.url, HtmlResponse(request.url, body=found), at=dt.datetime.now(dt.UTC))
        return Answer(request.url, None, found, "HTTP status 404")

    return fetch


@pytest.mark.parametrize(
    ("source", "pages", "line"),
    [
        (
            Sitemap(),
            {"robots.txt": "dns"},
            "  ?    sitemap   unknown, because https://sada.ma/robots.txt could not be read (dns)",
        ),
        (Sitemap(), {}, "  FAIL sitemap   the site names none"),
        (
            Feed(),
            {"robots.txt": b"", "": "timeout"},
            "  ?    feed      unknown, because https://sada.ma/ could not be read (timeout)",
        ),
        (
            Feed(),
            {"robots.txt": b"", "": b"<p>\xd8\xb5\xd8\xaf\xd9\x89</p>"},
            "  FAIL feed      the site names none",
        ),
        (WordPress(), {}, "  FAIL wordpress https://"),
    ],
    ids=["robots unread", "robots names none", "home unread", "home names none", "wordpress"],
)
def test_a_finding_without_evidence_is_not_reported_as_false(
    source: Discovery, pages: dict[str, bytes | FetchFailure], line: str
) -> None:
    site = Site(name="صدى", domain="sada.ma", timezone="UTC", article=r"^/\d+$", discover=[source])
    fetch = _answering({f"https://sada.ma/{path}": given for path, given in pages.items()})
    verdict = asyncio.run(verify(site, fetch))
    assert not verdict.holds
    assert any(said.startswith(line) for said in verdict.lines), verdict.lines


def test_the_site_of_an_address_is_the_one_whose_pattern_matches_it() -> None:
    papers = Site(name="صدى", domain="sada.ma", timezone="UTC", article=r"^/papers/", discover=[])
    rules = UrlRules(hosts={"sada-ma.com": "sada.ma"})
    sites = {"papers": papers, "sada": dataclasses.replace(papers, article=r"^/\d+$", url_rules=rules)}
    assert site_of("https://www.sada.ma/7", sites) == "sada"
    assert site_of("https://sada-ma.com/7", sites) == "sada"
    assert site_of("https://www.sada.ma/man-nahnu", sites) == "papers"
    assert site_of("https://notsada.ma/7", sites) is None


def test_a_newspaper_keeps_a_name_that_is_used_in_another_country_only() -> None:
    table = with_row(
        "# slug, other names, name, country, clock\n", Source("sabah_qa", "الصباح", "QA"), "sabah.qa"
    )
    table = with_row(table, Source("sabah24", "الصباح", "MA", "Africa/Casablanca"), "sabah24.ma")
    assert table.splitlines()[1:] == [
        "sabah_qa\tsabah.qa\tالصباح\tQA\t-",
        "sabah24\tsabah24.ma\tsabah24\tMA\tAfrica/Casablanca",
    ]


def test_a_row_follows_its_declaration_and_keeps_its_other_names() -> None:
    table = "x\t-\tغيره\tMA\t-\nhespress\tهسبرس\tهسبريس قديما\t-\t-\n"
    declared = Source("hespress", "هسبريس", "MA", "Africa/Casablanca")
    assert with_row(table, declared, "hespress.example") == (
        "x\t-\tغيره\tMA\t-\nhespress\thespress.example|هسبرس\tهسبريس\tMA\tAfrica/Casablanca\n"
    )
