"""Every address that a run takes has an outcome, even if a component drops its request."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newscrawl import settings as project
from newscrawl.download.gate import _cookies
from newscrawl.items import Article
from newscrawl.ledger import Ledger
from newscrawl.urls import key
from tests.conftest import Database, assert_balanced
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.test_crawl import crawl
from tests.test_store import article as stored_article
from tests.test_store import writing
from tests.trials import LONG

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

    def test_an_answered_address_is_not_waited_for(self) -> None:
        ledger = Ledger[str]()
        ledger.take("a", URL, "feed")
        ledger.answer("a")
        assert not ledger.take("a", URL, "listing", "walk")
        assert not ledger.waits("walk")

    def test_an_address_that_one_list_does_not_want_another_may_want(self) -> None:
        ledger = Ledger[str]()
        ledger.meet("a", "feed", "unwanted", "too_old")
        assert ledger.take("a", URL, "sitemap")
        assert not ledger.balances
        ledger.end("a", "stored", "new")
        assert ledger.balance == {
            "taken": {"feed": 1}, "ended": {"stored": 1}, "reasons": {"stored: new": 1},
        }  # fmt: skip
        assert not ledger.take("a", URL, "listing")

    def test_an_outcome_counts_once(self) -> None:
        ledger = Ledger[str]()
        ledger.end("a", "stored")
        ledger.take("a", URL, "feed")
        ledger.end("a", "rejected", "no_body")
        ledger.end("a", "stored")
        ledger.meet("a", "listing", "known")
        ledger.skip("feed", Counter(scheme=2, too_many=1))
        assert ledger.balance["ended"] == {"rejected": 1, "refused": 3}
        assert ledger.balances


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    with serve(LoopbackNewspaper()) as served:
        yield served


def balance(database: Database) -> dict[str, Any]:
    """The two sums of the last run, which must be equal."""
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
def test_the_walk_goes_on_whatever_drops_a_request(
    newspaper: LoopbackNewspaper, database: Database, setting: str, middleware: str, reason: str
) -> None:
    """The requests of articles on two pages of a walk, and of the page after them, are dropped."""
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
        pytest.param({"/articles-1.html": "/articles-1.html?#top"}, False, marks=LONG),
        ({"/articles-1.html": "/b", "/b": "/articles-1.html"}, False),
        pytest.param({"/articles-1.html": "/articles-1.html?utm_source=x"}, True, marks=LONG),
        ({"/articles-1.html": "//127.0.0.1:{port}/articles-1.html?m=1"}, True),
    ],
)
def test_an_article_that_redirects_to_itself(
    newspaper: LoopbackNewspaper, database: Database, redirects: dict[str, str], stored: bool
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
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    """No later request has the cookie: each visit sees the page as a new visitor does."""
    newspaper.pages = {"/": listing([2, 1]), "/articles-2.html": article(2), "/articles-1.html": article(1)}
    newspaper.cookie_wall = "/articles-1.html"
    done = crawl(newspaper, database)
    assert done.returncode == 0, done.stderr
    assert len(database.articles()) == 2
    assert balance(database)["ended"] == {"stored": 2}
    assert "Cookie" not in newspaper.headers["/articles-2.html"]


@pytest.mark.parametrize("status", [404])
def test_a_single_page_that_is_not_an_article_has_an_outcome(
    newspaper: LoopbackNewspaper, database: Database, status: int
) -> None:
    """The address does not match the pattern, but it is the one that was requested."""
    newspaper.pages = {"/about.html": (status, {}, "<title>من نحن</title>")}
    done = crawl(newspaper, database, "-a", f"url=http://127.0.0.1:{newspaper.port}/about.html")
    assert database.run()["outcome"] != "fault", done.stderr
    assert balance(database)["ended"] == {"rejected": 1}
    assert database.ops["pending"].count_documents({}) == 0


@pytest.mark.parametrize("status", [404])
def test_a_pending_address_that_is_no_longer_an_article_has_an_outcome(
    newspaper: LoopbackNewspaper, database: Database, status: int
) -> None:
    url = f"http://127.0.0.1:{newspaper.port}/news-1.html"
    leave_pending(database, url, times=9)
    newspaper.pages = {"/": listing([1]), "/articles-1.html": article(1)}
    newspaper.pages["/news-1.html"] = (status, {}, article(2))
    done = crawl(newspaper, database, "-s", "RETRY_TIMES=0")
    assert database.run()["outcome"] in ("ok", "partial"), done.stderr
    assert balance(database)["ended"] == {"stored": 1, "rejected": 1}
    assert database.ops["pending"].count_documents({}) == 0


def leave_pending(database: Database, url: str, times: int = 1) -> None:
    at = datetime.now(UTC) - timedelta(days=2)
    database.ops["pending"].insert_one(
        {"_id": key(url), "url": url, "site": "loopback", "owner": "127.0.0.1", "reason": "timeout",
         "retry_at": None, "failed_at": at, "times": times}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (404, "gone"),
        pytest.param(403, "known", marks=LONG),
    ],
)
def test_a_repeated_visit_that_failed_remains_a_repeated_visit(
    newspaper: LoopbackNewspaper, database: Database, status: int, end: str
) -> None:
    """A stored article that is pending becomes gone when it is removed, and not rejected."""
    newspaper.pages = {"/": listing([2, 1]), "/articles-1.html": article(1), "/articles-2.html": article(2)}
    crawl(newspaper, database)
    leave_pending(database, f"http://127.0.0.1:{newspaper.port}/articles-1.html")
    newspaper.pages["/articles-1.html"] = (status, {}, article(1))
    crawl(newspaper, database)
    assert balance(database)["ended"] == {end: 1, "known": 1} if end != "known" else {"known": 2}
    assert database["articles"].count_documents({"gone_at": {"$ne": None}}) == (end == "gone")
    assert database.ops["rejected"].count_documents({}) == database.ops["pending"].count_documents({}) == 0


def test_an_unexpected_304_does_not_settle_a_new_article(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    newspaper.pages = {
        "/": listing([2, 1]),
        "/articles-1.html": (304, {}, ""),
        "/articles-2.html": article(2),
    }
    crawl(newspaper, database)
    assert balance(database)["ended"] == {"stored": 1, "pending": 1}


def test_a_forgotten_article_has_an_outcome_at_another_address(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    home = f"http://127.0.0.1:{newspaper.port}"
    canonical = f"<head><link rel=canonical href='{home}/articles-1.html'>"
    newspaper.pages = {"/": listing([1]), "/articles-1.html": article(1)}
    newspaper.pages["/articles-9.html"] = article(1).replace("<head>", canonical)
    crawl(newspaper, database)
    database["articles"].delete_many({})
    database["forgotten"].insert_one({"_id": key(f"{home}/articles-1.html")})
    newspaper.pages["/"] = listing([9, 1])
    done = crawl(newspaper, database)
    assert done.returncode == 0, done.stderr
    assert balance(database)["reasons"]["rejected: forgotten"] == 1
    assert database["articles"].count_documents({}) == database.ops["pending"].count_documents({}) == 0


def test_an_article_that_a_pipeline_drops_has_an_outcome(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    newspaper.pages = {"/": listing([1, 13, 14])} | {f"/articles-{n}.html": article(n) for n in (1, 13, 14)}
    steps = json.dumps(project.ITEM_PIPELINES | {"tests.middlewares.DropsArticles": 450})
    done = crawl(newspaper, database, "-s", f"ITEM_PIPELINES={steps}")
    assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
    assert balance(database)["ended"] == {"stored": 1, "unwanted": 2}
    assert database.ops["pending"].count_documents({}) == 0


def test_a_document_that_another_site_could_claim_in_part_has_an_outcome(database: Database) -> None:
    """All keys of an article are settled, even those under which it is not stored."""
    theirs, mine = stored_article(1), stored_article(2)
    ledger = Ledger[Any]()
    asyncio.run(written(database, ledger, theirs))
    mine.owner, mine.keys = "other.example", [theirs.keys[0], *mine.keys]
    ledger.take(mine.keys[0], mine.url, "feed")
    asyncio.run(written(database, ledger, mine))
    assert ledger.open == {}
    assert ledger.balance["ended"] == {"stored": 1}
    assert [doc["keys"] for doc in database.articles() if doc["owner"] == "other.example"] == [mine.keys[1:]]


async def written(database: Database, ledger: Ledger[Any], item: Article) -> None:
    async with writing(database, ledger=ledger) as writer:
        await writer.put(item)


@pytest.mark.parametrize(
    ("kept", "given", "sent"),
    [
        (b"", [b"a=1; Path=/; HttpOnly", b"b=2"], b"a=1; b=2"),
        (b"a=1; b=2", [b"a=3"], b"b=2; a=3"),
        (b"a=1; b=2", [b"a=; Max-Age=0", b"b=; Max-Age=-1"], b""),
        (b"a=1", [b"a=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], b""),
        (b"", [b"a=x=y==; Expires=Thu, 01 Jan 2970 00:00:00 GMT; Max-Age=60"], b"a=x=y=="),
        (b"", [b"a=1; Secure", b"=x", b";", b""], b""),
    ],
)
def test_the_last_cookies_of_a_chain_are_sent(kept: bytes, given: list[bytes], sent: bytes) -> None:
    assert _cookies(kept, given, is_secure=False) == sent
