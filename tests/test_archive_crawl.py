"""Crawls that keep every page: whatever happens to crawl or disk, what is stored has its page."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.places import Folder
from newscrawl.items import Raw
from newscrawl.store.tombstones import forgotten
from tests.conftest import Database
from tests.loopback import Newspaper, article, listing, serve
from tests.test_archive import check
from tests.test_crawl import crawl


@pytest.fixture
def newspaper() -> Iterator[Newspaper]:
    with serve(made(12)) as served:
        yield served


def made(articles: int, a_page: int = 50) -> Newspaper:
    """A newspaper of so many articles."""
    pages: dict[str, Any] = {f"/articles-{n}.html": article(n) for n in range(articles)}
    starts = range(0, articles, a_page)
    for page, start in enumerate(starts):
        following = f"/?page={page + 1}" if page + 1 < len(starts) else None
        numbers = list(range(start, min(start + a_page, articles)))
        pages[f"/?page={page}" if page else "/"] = listing(numbers, following)
    return Newspaper(pages)


def archive(folder: Path, database: Database) -> Archive:
    return Archive(Folder(folder), None, forgotten=partial(forgotten, database.client[database.name]))


def assert_kept(newspaper: Newspaper, database: Database, folder: Path) -> None:
    """Every stored article has its page, as it was served."""
    found = archive(folder, database)
    stored = database.articles()
    assert stored
    for doc in stored:
        assert doc["raw"], doc["url"]
        page = found.page(Raw(**doc["raw"]))
        path = "/" + page.url.rpartition("/")[2]
        served = newspaper.pages[path]
        assert isinstance(served, str)
        assert page.body == served.encode()
        assert page.key == doc["_id"]
        assert page.entry.title == doc["title"]


def test_a_crawl_keeps_the_page_of_each_article(
    newspaper: Newspaper, database: Database, tmp_path: Path
) -> None:
    gone, leads = "/articles-3.html", "/articles-4.html"
    newspaper.pages[gone] = (404, {}, "غير موجود")
    newspaper.pages[leads] = (301, {"Location": "/articles-5.html"}, "")
    done = crawl(newspaper, database, "-a", "since=2024-03-01", "-s", f"ARCHIVE={tmp_path}")
    assert done.returncode == 0, done.stderr
    newspaper.pages[leads] = newspaper.pages["/articles-5.html"]
    ran = database.run()
    assert ran["alarms"] == []
    (name,) = ran["archive"]["files"]
    assert name.startswith(f"loopback/loopback-{ran['started_at']:%Y%m%dT%H}")
    assert ran["run" if "run" in ran else "_id"] in name.replace("_", "-")
    assert ran["archive"]["bytes"] == (tmp_path / name).stat().st_size
    assert ran["archive"]["lost"] == 0
    check(tmp_path / name)
    pages = list(archive(tmp_path, database).pages(name))
    assert len(pages) == ran["archive"]["pages"]
    assert {page.status for page in pages} == {200, 301, 404}
    assert all("/articles-" in page.asked for page in pages)
    (led,) = [page for page in pages if page.redirects]
    assert (led.asked.endswith(leads), led.url.endswith("/articles-5.html")) == (True, True)
