"""Every address that a run takes ends somewhere, whatever drops it on its way."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl import settings as project
from newscrawl.ledger import Ledger
from tests.conftest import Database, assert_balanced
from tests.loopback import Newspaper, article, listing, serve
from tests.test_crawl import crawl

URL = "https://www.alayam24.com/articles-1.html"


class TestLedger:
    def test_a_waiter_is_released_when_its_last_address_is_answered(self) -> None:
        released: list[str] = []
        ledger = Ledger[str](released.append)
        assert ledger.take("a", URL, "feed", "walk")
        assert ledger.take("b", URL, "feed", "walk")
        ledger.end("a", "stored")
        assert released == []
        assert ledger.waits("walk")
        ledger.answer("b")
        assert released == ["walk"]
        ledger.end("b", "stored")
        assert released == ["walk"]
        assert ledger.balances

    def test_two_walks_wait_for_one_address(self) -> None:
        released: list[str] = []
        ledger = Ledger[str](released.append)
        assert ledger.take("a", URL, "feed", "first")
        assert not ledger.take("a", URL, "listing", "second")
        assert ledger.waits("second")
        ledger.end("a", "pending", "timeout")
        assert released == ["first", "second"]
        assert (ledger.taken, ledger.ended) == (Counter(feed=1), Counter({("pending", "timeout"): 1}))

    def test_what_has_been_answered_is_not_waited_for(self) -> None:
        ledger = Ledger[str]()
        ledger.take("a", URL, "feed")
        ledger.answer("a")
        assert not ledger.take("a", URL, "listing", "walk")
        assert not ledger.waits("walk")

    def test_what_one_list_does_not_want_another_may(self) -> None:
        ledger = Ledger[str]()
        ledger.meet("a", "feed", "unwanted", "too_old")
        assert ledger.take("a", URL, "sitemap")
        assert not ledger.balances
        ledger.end("a", "stored", "new")
        assert ledger.balance == {
            "taken": {"feed": 1}, "ended": {"stored": 1}, "reasons": {"stored: new": 1},
        }  # fmt: skip
        assert not ledger.take("a", URL, "listing")

    def test_an_end_counts_once(self) -> None:
        ledger = Ledger[str]()
        ledger.end("a", "stored")
        ledger.take("a", URL, "feed")
        ledger.end("a", "rejected", "no_body")
        ledger.end("a", "stored")
        ledger.meet("a", "listing", "known")
        ledger.skip("feed", Counter(scheme=2, no_article=1))
        assert ledger.balance["ended"] == {"rejected": 1, "refused": 2, "unwanted": 1}
        assert ledger.balances


@pytest.fixture
def newspaper() -> Iterator[Newspaper]:
    with serve(Newspaper()) as served:
        yield served


def balance(database: Database) -> dict[str, Any]:
    """Both sides of the last run, which are equal."""
    found: dict[str, Any] = database.run()
    assert_balanced(found)
    ledger: dict[str, Any] = found["ledger"]
    return ledger


@pytest.mark.parametrize(
    ("setting", "middleware", "reason"),
    [
        ("SPIDER_MIDDLEWARES", "DropsFromCallbacks", "pending: dropped"),
        ("DOWNLOADER_MIDDLEWARES", "IgnoresRequests", "pending: other"),
    ],
)
def test_whatever_drops_a_request_the_walk_goes_on(
    newspaper: Newspaper, database: Database, setting: str, middleware: str, reason: str
) -> None:
    """Articles on two pages of a walk, and the page after them."""
    newspaper.pages = {
        "/": listing([1, 2, 13], "/?page=2"),
        "/?page=2": listing([3, 4, 14], "/drop?page=3"),
    } | {f"/articles-{n}.html": article(n) for n in range(20)}
    ours = dict[str, Any](project.DOWNLOADER_MIDDLEWARES) if setting.startswith("DOWN") else {}
    value = json.dumps(ours | {f"tests.middlewares.{middleware}": 20})
    done = crawl(newspaper, database, "-a", "since=2024-03-01", "-s", f"{setting}={value}")
    assert (done.returncode, database.run()["outcome"]) == (0, "partial"), done.stderr
    assert balance(database)["reasons"][reason] == 2
    stored = {doc["url"].rpartition("-")[2] for doc in database.articles()}
    assert stored == {f"{n}.html" for n in range(1, 5)}
    pending = {doc["url"].rpartition("-")[2] for doc in database.ops["pending"].find()}
    assert pending == {"13.html", "14.html"}
    crawl(newspaper, database, "-a", "since=2024-03-01")
    assert len(database.articles()) == 6
    assert balance(database)["taken"] == {"pending": 2, "listing": 4}


@pytest.mark.parametrize(
    ("redirects", "stored"),
    [
        ({"/articles-1.html": "/articles-1.html"}, False),
        ({"/articles-1.html": "/articles-1.html?#top"}, False),
        ({"/articles-1.html": "/b", "/b": "/articles-1.html"}, False),
        ({"/articles-1.html": "/articles-1.html?utm_source=x"}, True),
        ({"/articles-1.html": "//127.0.0.1:{port}/articles-1.html?m=1"}, True),
    ],
)
def test_an_article_that_redirects_to_itself(
    newspaper: Newspaper, database: Database, redirects: dict[str, str], stored: bool
) -> None:
    newspaper.pages = {"/": listing([2, 1]), "/articles-2.html": article(2)}
    newspaper.pages |= {f"/articles-1.html?{query}": article(1) for query in ("utm_source=x", "m=1")}
    for path, to in redirects.items():
        newspaper.pages[path] = (302, {"Location": to.replace("{port}", str(newspaper.port))}, "")
    done = crawl(newspaper, database)
    assert done.returncode == 0, done.stderr
    assert len(database.articles()) == 1 + stored
    ended = balance(database)["ended"]
    assert ended == ({"stored": 2} if stored else {"stored": 1, "pending": 1})
    assert database.ops["pending"].count_documents({"reason": "loop"}) == (0 if stored else 1)


def test_a_site_that_wants_its_cookie_back_within_a_redirect_gets_it(
    newspaper: Newspaper, database: Database
) -> None:
    """And no later request carries it: each visit sees the page as anybody does."""
    newspaper.pages = {"/": listing([2, 1]), "/articles-2.html": article(2), "/articles-1.html": article(1)}
    newspaper.cookie_wall = "/articles-1.html"
    done = crawl(newspaper, database)
    assert done.returncode == 0, done.stderr
    assert len(database.articles()) == 2
    assert balance(database)["ended"] == {"stored": 2}
    assert "Cookie" not in newspaper.headers["/articles-2.html"]
