"""``scrapy crawl any`` on newspapers with different engines, and on sites that are not newspapers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from newscrawl.kit import declare, learn
from newscrawl.kit.asking import Answer
from newscrawl.kit.probe import SiteDraft
from newscrawl.sites.learned import from_document, to_document
from newscrawl.spider.newspaper import Newspaper
from newscrawl.vocabulary import FetchFailure
from tests.any_newspapers import NOW
from tests.any_sites import FURTHER, MAKES, NONE, Made
from tests.conftest import Database, scrapy
from tests.trials import LONG

ALL = {**MAKES, **FURTHER}
GIVEN = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_ENABLED=False",
    "-s", "STORE_AGE=0.1",
)  # fmt: skip
ALWAYS = "an AJAX listing"
"""The newspaper that every run of the tests crawls."""


def crawl(made: Made, database: Database) -> tuple[int, str]:
    given = (*made.given, *GIVEN)
    done = scrapy("crawl", "any", *given, MONGODB_URI=database.uri, MONGODB_DATABASE=database.name)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "make", [pytest.param(make, marks=() if name == ALWAYS else LONG, id=name) for name, make in ALL.items()]
)
def test_all_articles_are_stored_nothing_else_is_and_no_known_address_is_requested_again(
    make: Callable[[], Made], database: Database
) -> None:
    with make().served() as made:
        status, said = crawl(made, database)
        assert status == 0, said
        root = f"127.0.0.1:{made.newspaper.port}"
        stored = {unquote(doc["url"].partition(root)[2]) for doc in database.articles()}
        articles = {unquote(path) for path in made.articles}
        assert stored - articles == set()
        assert len(stored) >= 0.95 * len(articles), sorted(articles - stored)
        asked = len(made.newspaper.asked)
        assert crawl(made, database)[0] == 0
        again = {unquote(path) for path in made.newspaper.asked[asked:]}
        assert again & stored == set()
        assert len(database.articles()) == len(stored)


@pytest.mark.parametrize("name", [name for name in ALL if name != "made by a script"])
def test_the_pattern_matches_every_article_also_on_the_bare_host(name: str) -> None:
    made = ALL[name]()
    found, why = learned(made, "https://www.sahifa.example")
    assert why is None
    site = learn.learned(found, None, NOW.year)
    missed = [path for path in made.articles if not site.is_article(f"https://sahifa.example{path}")]
    assert len(missed) <= 0.05 * len(made.articles), (site.article, missed)
    assert not site.is_article("https://www.sahifa.example/")
    assert found.discover


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shop", "it is a shop: 6 of 6 of its pages offer goods"),
        ("plain shop", "it is not a newspaper: 3 of 3 pages state no day"),
        ("forum", "it is a forum: 6 of 6 of its pages are threads"),
        ("company", "it is not a newspaper: 3 of 3 pages state no day"),
    ],
)
def test_a_site_that_is_not_a_newspaper_is_refused(name: str, said: str) -> None:
    assert learned(NONE[name](), "https://www.sahifa.example")[1] == said


def test_a_newspaper_that_has_moved_is_learned_at_its_new_host() -> None:
    made = MAKES["Drupal"]()
    found, why = learned(made, "https://www.akhbar.example", home="https://sahifa.example/")
    assert why is None
    site = learn.learned(found, None, NOW.year)
    assert (found.spider, site.domain, site.home) == (
        "sahifa",
        "akhbar.example",
        "https://www.akhbar.example/",
    )
    assert all(site.is_article(f"https://akhbar.example{path}") for path in made.articles)


def test_articles_may_be_on_another_host_of_the_newspaper() -> None:
    made = MAKES["Drupal"]()
    for path, page in made.newspaper.pages.items():
        assert isinstance(page, str)
        made.newspaper.pages[path] = page.replace('href="/node/48', 'href="https://akhbar.sahifa.ma/node/48')
    found, why = learned(made, "https://www.sahifa.ma")
    assert why is None
    site = from_document(to_document(learn.learned(found, None, NOW.year)))
    assert all(site.is_article(f"https://akhbar.sahifa.ma{path}") for path in made.articles)
    assert not site.owns("https://fr.sahifa.ma/node/48200")
    assert 'hosts=["akhbar.sahifa.ma"],' in declare.site_file(learn.draft_of("sahifa", site), NOW.year)


def learned(made: Made, root: str, home: str | None = None) -> tuple[SiteDraft, str | None]:
    """The learned declaration of a newspaper that is fetched without a network; ``home`` is the given
    address.
    """
    for make in made.later:
        make(root)
    pages = made.newspaper.pages

    async def answer(request: Request) -> Answer:
        if request.url == home:
            return await answer(request.replace(url=f"{root}/"))
        parts = urlsplit(request.url)
        path = f"{parts.path}{f'?{parts.query}' if parts.query else ''}"
        page = pages.get(f"{path} {request.body.decode()}" if request.body else path, (404, {}, ""))
        status, headers, text = (200, {}, page) if isinstance(page, str | bytes) else page
        if status in (301, 302):
            return await answer(request.replace(url=f"{root}{headers['Location']}"))
        if status != 200:
            return Answer(request.url, None, FetchFailure.CLIENT, f"HTTP status {status}", NOW)
        body = text if isinstance(text, bytes) else text.encode()
        kind = HtmlResponse if "html" in headers.get("Content-Type", "text/html; charset=utf-8") else Response
        shown = {"Content-Type": "text/html; charset=utf-8", **headers}
        return Answer(request.url, kind(request.url, body=body, headers=shown, request=request), at=NOW)

    kind = made.argument
    found = learn.begin(Newspaper(kind, home or f"{root}{made.path}"))  # type: ignore[arg-type]
    return found, asyncio.run(learn.learn(found, answer))
