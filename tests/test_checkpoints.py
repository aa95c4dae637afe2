"""Every run ends, and the next run continues with the rest of its walks."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.settings import Settings

from newscrawl.discovery import Walk, pages
from newscrawl.frontier import Checkpoint
from newscrawl.sites import Api, Discovery, Feed, Listing, Sitemap
from newscrawl.spider.lists import SITEMAPS
from newscrawl.store.connection import Store
from tests.conftest import Database
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.test_crawl import crawl
from tests.trials import long

HOME = "https://www.goud.ma/"


@pytest.mark.parametrize(
    "source",
    [
        Listing("/topics/{page}"),
        Listing("/more", form={"page": "{page}"}),
        Api("/api?start={page}", first=0, step=10),
    ],
)
def test_a_numbered_page_is_requested_again_unchanged(source: Listing | Api) -> None:
    request = pages.page(source, 7, HOME)
    again = pages.restored(source, pages.saved(source, request), HOME)
    assert (again.url, again.method, again.body, again.headers, again.meta) == (
        request.url, request.method, request.body, request.headers, request.meta,
    )  # fmt: skip


@pytest.mark.parametrize("source", [Listing("/"), Feed("/feed"), Api("/api", next="next")])
def test_a_page_with_its_own_address_is_requested_again(source: Listing | Feed | Api) -> None:
    for request in (pages.page(source, 0, HOME), pages.after(source, f"{HOME}older?a=1 2", 3)):
        again = pages.restored(source, pages.saved(source, request), HOME)
        assert (again.url, again.meta["page"]) == (request.url, request.meta["page"])


def test_a_file_of_a_sitemap_is_requested_again() -> None:
    source: Discovery = Sitemap("/sitemap.xml")
    assert pages.restored(source, pages.saved(source, Request(f"{HOME}a.xml")), HOME).url == f"{HOME}a.xml"


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    with serve(LoopbackNewspaper()) as served:
        yield served


def archive(newspaper: LoopbackNewspaper, length: int) -> None:
    """A listing of many pages with an article each; the newest has the highest number."""
    for number in range(length):
        path = "/" if number == 0 else f"/?page={number + 1}"
        older = f"/?page={number + 2}" if number + 1 < length else None
        newspaper.pages[path] = listing([length - number], older)
        newspaper.pages[f"/articles-{length - number}.html"] = article(length - number)


def numbers(database: Database) -> set[int]:
    return {int(doc["url"].rpartition("-")[2].removesuffix(".html")) for doc in database.articles()}


def test_a_long_backfill_is_completed_over_several_runs(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
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
    crawl(newspaper, database, *since)  # from the beginning: nothing was left
    assert newspaper.asked[0] == "/"


def test_other_days_begin_at_the_newest_page(newspaper: LoopbackNewspaper, database: Database) -> None:
    archive(newspaper, 5)
    crawl(newspaper, database, "-a", "since=2024-03-01", "-s", "WALK_PAGES=2")
    newspaper.asked.clear()
    crawl(newspaper, database, "-a", "since=2024-03-02", "-s", "WALK_PAGES=2")
    assert newspaper.asked[0] == "/"
    assert database.ops["checkpoints"].count_documents({}) == 2


def test_new_articles_are_stored_and_the_rest_of_the_walk_continues(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    """The walk to the mark takes longer than one run may, and each run finds new articles."""
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


@long
def test_a_backfill_continues_after_its_time_limit(newspaper: LoopbackNewspaper, database: Database) -> None:
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
    if left:  # if the page that hung failed before the crawl ended, the walk begins again
        assert lists[0] == left["pages"][0].partition(" ")[2].removeprefix(newspaper.environment["LOOPBACK"])


@long
def test_a_failed_page_does_not_stop_a_long_backfill(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    """Each run continues after the failed page and requests it again, until nothing else is left."""
    newspaper.pages = {"/sitemap.xml": index(range(1, 8))}
    for number in range(1, 8):
        newspaper.pages[f"/part-{number}.xml"] = urlset([number])
        newspaper.pages[f"/articles-{number}.html"] = article(number)
    newspaper.pages["/part-6.xml"] = (404, {}, "")
    since = ("-a", "since=2024-03-01", "-a", "discover=sitemap", "-s", "WALK_PAGES=3")
    for stored in (2, 4, 6):
        done = crawl(newspaper, database, *since, spider="loopback_all")
        assert done.returncode == 0, done.stderr
        assert (database.run()["outcome"], len(numbers(database))) == ("partial", stored)
        left = database.ops["checkpoints"].find_one()["pages"]
        assert left[0].endswith("/part-6.xml")
    assert len(left) == 1
    newspaper.asked.clear()
    crawl(newspaper, database, *since, spider="loopback_all")
    assert newspaper.asked == ["/part-6.xml"]
    assert database.ops["checkpoints"].count_documents({}) == 0  # for ever would be too long


def index(parts: Iterable[int]) -> str:
    files = "".join(f"<sitemap><loc>/part-{n}.xml</loc></sitemap>" for n in parts)
    return f"<sitemapindex>{files}</sitemapindex>"


def urlset(articles: Iterable[int]) -> str:
    return f"<urlset>{''.join(f'<url><loc>/articles-{n}.html</loc></url>' for n in articles)}</urlset>"


@long
def test_a_walk_that_is_cut_short_while_an_earlier_walk_ends_leaves_its_own_rest(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    """Twice in a row there are more new articles than a run may walk."""
    common = ("-s", "HORIZON_DAYS=4000", "-s", "WALK_PAGES=3")
    newspaper.pages = {f"/articles-{number}.html": article(number) for number in range(1, 15)}
    newspaper.pages |= {
        f"/?before={n}": listing([n - 1], f"/?before={n - 1}" if n > 2 else None) for n in range(2, 16)
    }
    for length in (2, 7, 14, 14, 14):  # the third run reads the rest of the second to its end
        newspaper.pages["/"] = listing([length], f"/?before={length}")
        crawl(newspaper, database, *common)
    assert numbers(database) == set(range(1, 15))
    assert database.ops["checkpoints"].count_documents({}) == 0


def test_the_first_page_of_a_form_is_requested_again_unchanged() -> None:
    source = Listing("/more", form={"section": "57"})
    request = pages.page(source, 0, HOME)
    again = pages.restored(source, pages.saved(source, request), HOME)
    assert (again.method, again.body, again.headers) == (request.method, request.body, request.headers)


def test_a_walk_keeps_no_more_pages_than_a_checkpoint_can_hold(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Indexes of indexes, with many files and long addresses."""
    monkeypatch.setattr("newscrawl.discovery.walk.UPCOMING", 1_900)
    walk = Walk("https://www.goud.ma/sitemap.xml", Sitemap("/sitemap.xml"), goes_on=True, pages_left=2)
    left_out = 0
    for number in range(3):
        long = "%D8%A3" * 1_300
        left_out += walk.lead_on([Request(f"{HOME}{long}{number}-{n}.xml") for n in range(1_000)])
        assert walk.next()
    assert (len(walk.upcoming), left_out) == (1_899, 1_098)
    pages_left = tuple(pages.saved(walk.source, request) for request in walk.rest)

    async def save() -> dict[str, Checkpoint]:
        where = {"MONGODB_URI": database.uri, "MONGODB_DATABASE": database.name}
        how = {"STORE_PATIENCE": 5.0, "STORE_BATCH": 50, "STORE_AGE": 1.0, "STORE_QUEUE": 9}
        store = Store(Settings(where | how))
        await store.open()
        try:
            checkpoint = Checkpoint(walk.listing, "goud", "..", pages_left, None)
            await store.walks.save_checkpoints([checkpoint], datetime.now(UTC))
            return await store.walks.checkpoints("goud", "..")
        finally:
            await store.writer.close()
            await store.close()

    kept = asyncio.run(save())[walk.listing].pages
    assert 1_000 < len(kept) < len(pages_left)
    assert kept == pages_left[: len(kept)]


@long
def test_a_run_takes_no_more_sitemaps_from_robots_txt_than_it_can_walk(
    newspaper: LoopbackNewspaper, database: Database
) -> None:
    named = "\n".join(f"Sitemap: /map-{n}.xml" for n in range(30_000))
    newspaper.pages = {"/robots.txt": (200, {"Content-Type": "text/plain"}, named)}
    newspaper.pages |= {f"/map-{n}.xml": urlset([n]) for n in (0, 199, 200)}
    newspaper.pages |= {f"/articles-{n}.html": article(n) for n in (0, 199, 200)}
    crawl(newspaper, database, "-a", "discover=sitemap", spider="loopback_kinds")
    assert numbers(database) == {0, 199}
    assert len([path for path in newspaper.asked if path.startswith("/map-")]) == SITEMAPS
    assert database.run()["ledger"]["reasons"]["refused: too_many"] > 20_000


def test_pages_that_fail_are_counted_too(newspaper: LoopbackNewspaper, database: Database) -> None:
    newspaper.pages = {"/sitemap.xml": index(range(1, 30))}
    limit = ("-a", "discover=sitemap", "-s", "WALK_PAGES=5")
    crawl(newspaper, database, "-a", "since=2024-03-01", *limit, spider="loopback_all")
    assert len(newspaper.asked) == 5
