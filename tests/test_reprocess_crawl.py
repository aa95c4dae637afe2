"""The archive of live crawls gives their documents again: list entries, corrections, unchanged pages."""

import random
import re
from pathlib import Path
from typing import Any

from tests.conftest import Database, scrapy
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.test_crawl import crawl
from tests.trials import size

ARTICLES = size(300) if size(100) == 100 else 12
LEFT_OUT = {"run", "updated_at", "made_by"}
CLOCK = {"checked_at", "last_seen_at", "gone_at"}
"""Moments of visits that read nothing: the archive notes the download, the crawl its outcome.
"""
OF_VISIT = {"http", "checked_at", "last_seen_at"}


def feed(numbers: list[int]) -> str:
    """A feed whose entries have what some pages lack."""
    items = "".join(
        f"<item><title>عنوان الخبر رقم {n}</title><link>/articles-{n}.html</link>"
        f"<pubDate>Wed, 27 Mar 2024 {n % 24:02}:15:00 +0000</pubDate></item>"
        for n in numbers
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>ص</title>{items}</channel></rss>'


def bare(page: str) -> str:
    """A page without headline and date, which only its list has."""
    page = re.sub("<title>.*?</title>|<h1.*?</h1>", "", page)
    return re.sub("<span class=date>.*?</span>", "", page)


def page(n: int, more: str = "") -> str:
    """An article page with words of its own: hundreds of pages with the same words would be copies."""
    chance = random.Random(n)
    words = ("".join(chance.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=5)) for _ in range(200))
    return article(n, text=f"{' '.join(words)} {more}")


def made() -> LoopbackNewspaper:
    numbers = list(range(ARTICLES))
    pages: dict[str, Any] = {f"/articles-{n}.html": page(n) for n in numbers}
    for n in numbers[::3]:
        pages[f"/articles-{n}.html"] = bare(page(n))
    for n in numbers[1::3]:  # the response to unchanged pages is 304
        pages[f"/articles-{n}.html"] = (200, {"ETag": f'"{n}"'}, page(n))
    pages["/articles-900.html"] = (301, {"Location": "/articles-2.html"}, "")
    pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, feed([*numbers, 900]))
    pages["/"] = listing(numbers)
    pages["/sitemap.xml"] = (404, {}, "")
    return LoopbackNewspaper(pages)


def test_the_documents_of_two_crawls_are_made_again_from_their_archive(
    database: Database, tmp_path: Path
) -> None:
    options = ("-a", "since=2024-03-01", "-a", "discover=feed", "-s", f"ARCHIVE={tmp_path}")
    with serve(made()) as newspaper:
        done = crawl(newspaper, database, *options, spider="loopback_all")
        assert done.returncode == 0, done.stderr
        newspaper.pages["/articles-5.html"] = page(5, "وصححت الصحيفة خبرها")
        newspaper.pages["/articles-8.html"] = (404, {}, "غير موجود")
        visits = ("-s", "REVISIT_HOURS=0.00001,24", "-s", "REVISIT_BUDGET=9999")
        done = crawl(newspaper, database, *options, *visits, spider="loopback_all")
        assert done.returncode == 0, done.stderr
        before, revisions = database.articles(), list(database["revisions"].find())
        assert len(before) == ARTICLES
        unchanged = {f"/articles-{n}.html" for n in range(1, ARTICLES, 3)}
        assert sum(doc["origins"]["title"] == "feed" for doc in before) == len(range(0, ARTICLES, 3))
        assert [doc["revision"] for doc in before].count(2) == len(revisions) == 1
        for collection in ("articles", "revisions"):
            database[collection].delete_many({})
        done = scrapy(
            "reprocess", "-s", "SPIDER_MODULES=tests.loopback", "-s", f"ARCHIVE={tmp_path}",
            MONGODB_URI=database.uri, MONGODB_DATABASE=database.name, **newspaper.environment,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = database.articles()
    for found, was in zip(after, before, strict=True):
        # No list leads to a second visit, so the crawl finds no headline; the archive has it from the first.
        path = was["url"][was["url"].rindex("/") :]
        at = CLOCK if path in unchanged or was["gone_at"] else set()
        of_list = OF_VISIT if was["origins"]["title"] == "feed" else set()
        different = {name for name in was if found[name] != was[name]} - LEFT_OUT - of_list - at
        assert different == set(), (was["url"], {name: (found[name], was[name]) for name in different})
        if path in unchanged:  # the visit whose response was 304
            assert found["http"]["fetched_at"] < found["last_seen_at"] == found["checked_at"]
            assert found["last_seen_at"] <= was["last_seen_at"]
    assert [doc["url"][-15:] for doc in after if doc["gone_at"]] == ["articles-8.html"]
    (again,), (former,) = database["revisions"].find(), revisions
    assert {name for name in former if again[name] != former[name]} <= {"replaced_at", "made_by"}
