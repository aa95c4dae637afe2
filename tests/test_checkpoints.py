"""Every run ends, and what it leaves of its walks the next one goes on with."""

from collections.abc import Iterator
from typing import Any

import pytest
from scrapy import Request

from newscrawl.discovery import pages
from newscrawl.sites import Api, Discovery, Feed, Listing, Sitemap
from tests.conftest import Database
from tests.loopback import Newspaper, article, listing, serve
from tests.test_crawl import crawl

HOME = "https://www.goud.ma/"


@pytest.mark.parametrize(
    "source",
    [
        Listing("/topics/{page}"),
        Listing("/more", form={"page": "{page}"}),
        Api("/api?start={page}", first=0, step=10),
    ],
)
def test_a_numbered_page_is_asked_for_again_as_it_was(source: Listing | Api) -> None:
    request = pages.page(source, 7, HOME)
    again = pages.restored(source, pages.saved(source, request), HOME)
    assert (again.url, again.method, again.body, again.headers, again.meta) == (
        request.url, request.method, request.body, request.headers, request.meta,
    )  # fmt: skip


@pytest.mark.parametrize("source", [Listing("/"), Feed("/feed"), Api("/api", next="next")])
def test_a_page_with_an_address_of_its_own_is_asked_for_again(source: Listing | Feed | Api) -> None:
    for request in (pages.page(source, 0, HOME), pages.after(source, f"{HOME}older?a=1 2", 3)):
        again = pages.restored(source, pages.saved(source, request), HOME)
        assert (again.url, again.meta["page"]) == (request.url, request.meta["page"])


def test_a_file_of_a_sitemap_is_asked_for_again() -> None:
    source: Discovery = Sitemap("/sitemap.xml")
    assert pages.restored(source, pages.saved(source, Request(f"{HOME}a.xml")), HOME).url == f"{HOME}a.xml"


@pytest.fixture
def newspaper() -> Iterator[Newspaper]:
    with serve(Newspaper()) as served:
        yield served


def archive(newspaper: Newspaper, length: int) -> None:
    """A listing of many pages, an article on each; the newest is the last number."""
    for number in range(length):
        path = "/" if number == 0 else f"/?page={number + 1}"
        older = f"/?page={number + 2}" if number + 1 < length else None
        newspaper.pages[path] = listing([length - number], older)
        newspaper.pages[f"/articles-{length - number}.html"] = article(length - number)


def numbers(database: Database) -> set[int]:
    return {int(doc["url"].rpartition("-")[2].removesuffix(".html")) for doc in database.articles()}


def test_a_long_backfill_comes_to_its_end_over_several_runs(newspaper: Newspaper, database: Database) -> None:
    archive(newspaper, 7)
    since = ("-a", "since=2024-03-01", "-s", "WALK_PAGES=3")
    for stored in (3, 6, 7):
        newspaper.asked.clear()
        done = crawl(newspaper, database, *since)
        assert done.returncode == 0, done.stderr
        assert len(numbers(database)) == stored
        assert len([path for path in newspaper.asked if path.startswith("/articles-")]) <= 3
        ran = database.run()
        assert (ran["outcome"], ran["goes_on"]) == (("partial", True) if stored < 7 else ("ok", False))
        assert database.ops["checkpoints"].count_documents({}) == (stored < 7)
    assert numbers(database) == set(range(1, 8))
    newspaper.asked.clear()
    crawl(newspaper, database, *since)  # from its beginning: nothing was left
    assert newspaper.asked[0] == "/"


def test_other_days_begin_at_the_newest_page(newspaper: Newspaper, database: Database) -> None:
    archive(newspaper, 5)
    crawl(newspaper, database, "-a", "since=2024-03-01", "-s", "WALK_PAGES=2")
    newspaper.asked.clear()
    crawl(newspaper, database, "-a", "since=2024-03-02", "-s", "WALK_PAGES=2")
    assert newspaper.asked[0] == "/"
    assert database.ops["checkpoints"].count_documents({}) == 2


def test_what_came_since_the_last_run_is_stored_and_the_rest_gone_on_with(
    newspaper: Newspaper, database: Database
) -> None:
    """A walk to the mark that is longer than a run may be, and news above it each time."""
    archive(newspaper, 2)
    crawl(newspaper, database, "-s", "HORIZON_DAYS=4000")
    archive(newspaper, 9)
    common = ("-s", "HORIZON_DAYS=4000", "-s", "WALK_PAGES=3")
    crawl(newspaper, database, *common)
    assert numbers(database) == {1, 2, 7, 8, 9}
    archive(newspaper, 10)
    for _ in range(2):
        crawl(newspaper, database, *common)
    assert numbers(database) == set(range(1, 11))
    assert database.ops["checkpoints"].count_documents({}) == 0
    assert database.run()["outcome"] in ("ok", "nothing_new")


def test_a_backfill_that_meets_its_time_limit_goes_on(newspaper: Newspaper, database: Database) -> None:
    archive(newspaper, 4)
    newspaper.stuck_at = "/?page=3"
    limits = ("-s", "CLOSESPIDER_TIMEOUT=2", "-s", "DOWNLOAD_TIMEOUT=4", "-s", "RETRY_TIMES=0")
    done = crawl(newspaper, database, "-a", "since=2024-03-01", *limits)
    assert (done.returncode, database.run()["outcome"]) == (0, "partial"), done.stderr
    left: Any = database.ops["checkpoints"].find_one()
    newspaper.stuck_at = None
    newspaper.over.set()
    newspaper.asked.clear()
    crawl(newspaper, database, "-a", "since=2024-03-01")
    assert numbers(database) == {1, 2, 3, 4}
    lists = [path for path in newspaper.asked if path.startswith("/?") or path == "/"]
    if left:  # the page that hung may have failed before the crawl ended; then the walk begins again
        assert lists[0] == left["pages"][0].partition(" ")[2].removeprefix(newspaper.environment["LOOPBACK"])
