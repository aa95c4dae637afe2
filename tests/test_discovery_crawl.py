"""Every way to find articles, in whole crawls of a loopback newspaper."""

import datetime as dt
import gzip
import json
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from scrapy import Request
from scrapy.http import Response

from newscrawl.discovery import ListPage, Walk
from newscrawl.sites import Sitemap
from newscrawl.spider.lists import Lists
from tests.conftest import Database, scrapy, start
from tests.loopback import LoopbackNewspaper, article, listing, serve

NOW = dt.datetime.now(dt.UTC)
TODAY = f"{NOW:%Y-%m-%d}"
SETTINGS = (
    "-s",
    "SPIDER_MODULES=tests.loopback",
    "-s",
    "DOWNLOAD_DELAY=0",
    "-s",
    "AUTOTHROTTLE_ENABLED=False",
)
MONTH = f"/sitemapxmls/news-{NOW.year}-{NOW.month}.xml"
FRAGMENT = "/?action=ajax_listing&paged={}"
OFFSET = "/api/v1/news/search?start={}&rows=2"
POSTS = "/wp-json/wp/v2/posts?per_page=100&page={}&_fields=link,date_gmt,modified_gmt,title"


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    with serve(LoopbackNewspaper()) as served:
        yield served


def crawl(newspaper: LoopbackNewspaper, database: Database, *args: str) -> Any:
    newspaper.asked.clear()
    newspaper.headers.clear()
    return scrapy(
        "crawl", "loopback_kinds", *SETTINGS, *args,
        MONGODB_URI=database.uri, MONGODB_DATABASE=database.name, **newspaper.environment,
    )  # fmt: skip


def form(page: int) -> str:
    return "/ajax-more-articles " + urlencode({"page": page, "section": "57", "sub_section": "247"})


def cards(*numbers: int) -> str:
    return "".join(
        f'<div class=card><a class=stretched-link href="/articles-{n}.html">خبر</a></div>' for n in numbers
    )


def inside_json(*numbers: int) -> str:
    return json.dumps({"html": "".join(f'<h3><a href="/articles-{n}.html">خبر</a></h3>' for n in numbers)})


def rss(root: str, *entries: tuple[int, dt.datetime]) -> str:
    items = "".join(
        f"<item><title>خبر محلي رقم {n}</title><link>{root}/articles-{n}.html</link>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n, at in entries
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>"


def news_sitemap(root: str, *entries: tuple[int, dt.datetime, dt.datetime]) -> str:
    rows = "".join(
        f"<url><loc>{root}/articles-{n}.html</loc><lastmod>{changed.isoformat()}</lastmod><news:news>"
        f"<news:publication_date>{published.isoformat()}</news:publication_date>"
        f"<news:title>خبر محلي رقم {n}</news:title></news:news></url>"
        for n, published, changed in entries
    )
    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{rows}</urlset>"
    )


def index(*files: tuple[str, str | None]) -> str:
    rows = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{mod}</lastmod>' if mod else ''}</sitemap>"
        for loc, mod in files
    )
    return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</sitemapindex>"


def found_by_api(*entries: tuple[int, dt.datetime]) -> str:
    rows = [
        {"uuid": n, "title": f"خبر محلي رقم {n}", "published_at": int(at.timestamp())} for n, at in entries
    ]
    return json.dumps({"data": rows})


def posts(root: str, *entries: tuple[int, dt.datetime]) -> str:
    return json.dumps(
        [
            {
                "link": f"{root}/articles-{n}.html",
                "date_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
                "modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
                "title": {"rendered": f"خبر محلي رقم {n} &#8211; عاجل"},
            }
            for n, at in entries
        ]
    )


def etag(tag: str, body: str | bytes) -> tuple[int, dict[str, str], str | bytes]:
    return 200, {"ETag": f'"{tag}"'}, body


def every_kind(newspaper: LoopbackNewspaper) -> set[int]:
    """Fill a newspaper each of whose articles can be found in one way only, and return their numbers."""
    root = newspaper.environment["LOOPBACK"]
    hour = NOW - dt.timedelta(hours=1)
    old = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
    home = listing([1], "/?page=2").replace(
        "<body>",
        "<head><link rel=alternate type='application/rss+xml' href='/feed'>"
        "<link rel=alternate type='application/rss+xml' href='/comments/feed/'></head><body>",
    )
    newspaper.pages = {
        "/robots.txt": f"User-agent: *\nDisallow: /admin/\n\nSitemap: {root}/sitemap_index.xml\n",
        "/": etag("home", home),
        "/?page=2": listing([2]),
        FRAGMENT.format(1): etag("fragment", cards(3, 4)),
        FRAGMENT.format(2): cards(5),
        form(1): inside_json(6),
        form(2): inside_json(7),
        form(3): inside_json(),
        "/feed": (200, {"Last-Modified": "Mon, 01 Jan 2024 10:00:00 GMT"}, rss(root, (8, hour))),
        "/older/?paged=1": rss(root, (9, hour)),
        "/older/?paged=2": rss(root, (10, hour)),
        "/sitemap_index.xml": etag(
            "index",
            index(
                (f"{root}/old-2015-1.xml", None), (f"{root}/category-sitemap.xml", TODAY),
                (f"{root}/news-sitemap.xml.gz", TODAY),
            ),
        ),
        "/news-sitemap.xml.gz": etag("news", gzip.compress(news_sitemap(root, (11, hour, hour)).encode())),
        MONTH: etag("month", news_sitemap(root, (12, hour, hour), (98, old, old))),
        OFFSET.format(0): etag("offset", found_by_api((13, hour), (14, hour))),
        OFFSET.format(2): found_by_api((99, old)),
        POSTS.format(1): etag("posts", posts(root, (15, hour))),
        POSTS.format(2): (400, {}, '{"code": "rest_post_invalid_page_number"}'),
    }  # fmt: skip
    newspaper.pages |= {f"/articles-{n}.html": article(n, day=TODAY) for n in range(1, 30)}
    newspaper.pages["/articles-12.html"] = article(12, day="")
    return set(range(1, 16))


def numbers(newspaper: LoopbackNewspaper) -> list[int]:
    return sorted(int(path[10:-5]) for path in newspaper.articles_asked())


def test_every_kind_is_walked_and_walked_again(newspaper: LoopbackNewspaper, database: Database) -> None:
    root = newspaper.environment["LOOPBACK"]
    wanted = every_kind(newspaper)
    done = crawl(newspaper, database)
    assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
    assert numbers(newspaper) == sorted(wanted)
    for left_alone in ("/comments/feed/", "/old-2015-1.xml", "/category-sitemap.xml", OFFSET.format(4)):
        assert left_alone not in newspaper.asked
    assert newspaper.headers[form(1)]["X-Requested-With"] == "XMLHttpRequest"
    assert newspaper.headers[form(2)]["Content-Type"] == "application/x-www-form-urlencoded"
    assert database.ops["marks"].count_documents({}) == 9
    dated_by_its_entry = database["articles"].find_one({"url": f"{root}/articles-12.html"})
    assert (dated_by_its_entry["day"], dated_by_its_entry["origins"]["dates"]) == (TODAY, "feed")

    # Nothing has changed: no article is requested, and pages with a validator only conditionally.
    done = crawl(newspaper, database)
    assert (done.returncode, database.run()["outcome"]) == (0, "nothing_new"), done.stderr
    assert numbers(newspaper) == []
    asked = {path: headers.get("If-None-Match") for path, headers in newspaper.headers.items()}
    assert {path for path, tag in asked.items() if tag} == {
        FRAGMENT.format(1), "/news-sitemap.xml.gz", MONTH, OFFSET.format(0), POSTS.format(1),
    }  # fmt: skip
    assert newspaper.headers["/feed"]["If-Modified-Since"] == "Mon, 01 Jan 2024 10:00:00 GMT"
    assert not {FRAGMENT.format(2), OFFSET.format(2), POSTS.format(2)} & set(newspaper.asked)

    # One validator is too old to be used, one no longer matches, and an article has changed.
    expired = database.ops["marks"].update_one(
        {"listing": root + FRAGMENT.format(1)},
        {"$set": {"validators.0.read_at": NOW - dt.timedelta(days=2)}},
    )
    assert expired.modified_count == 1
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    changed = gzip.compress(news_sitemap(root, (11, NOW, later)).encode())
    newspaper.pages["/news-sitemap.xml.gz"] = etag("news 2", changed)
    newspaper.pages["/articles-11.html"] = article(11, day=TODAY, text="وصحح الخبر لاحقا")
    newspaper.pages[POSTS.format(1)] = etag("posts 2", posts(root, (21, NOW), (15, NOW)))
    done = crawl(newspaper, database)
    assert (done.returncode, database.run()["outcome"]) == (0, "ok"), done.stderr
    assert "If-None-Match" not in newspaper.headers[FRAGMENT.format(1)]
    assert numbers(newspaper) == [11, 21]
    assert database["revisions"].count_documents({}) == 1
    assert "وصحح الخبر" in database["articles"].find_one({"url": f"{root}/articles-11.html"})["body"]


def test_a_killed_walk_of_any_kind_leaves_no_mark(newspaper: LoopbackNewspaper, database: Database) -> None:
    wanted = every_kind(newspaper)
    newspaper.stuck_at = "/articles-10.html"
    victim = start(
        "crawl", "loopback_kinds", *SETTINGS,
        MONGODB_URI=database.uri, MONGODB_DATABASE=database.name, **newspaper.environment,
    )  # fmt: skip
    assert newspaper.stuck.wait(240)
    victim.kill()
    victim.wait()
    assert database.ops["marks"].count_documents({}) == 0
    newspaper.stuck_at = None
    done = crawl(newspaper, database)
    assert done.returncode == 0, done.stderr
    assert {int(doc["url"].rpartition("-")[2][:-5]) for doc in database.articles()} == wanted


def test_days_are_found_in_lists_of_every_kind(newspaper: LoopbackNewspaper, database: Database) -> None:
    root = newspaper.environment["LOOPBACK"]
    days = [dt.datetime(2024, 3, day, 23, 30, tzinfo=dt.UTC) for day in (20, 9, 1)]
    march = [(n, day, day) for n, day in zip((1, 2, 3), days, strict=True)]
    newspaper.pages = {
        "/sitemapxmls/news-2024-3.xml": news_sitemap(root, *march),
        OFFSET.format(0): found_by_api((4, days[0]), (5, days[1])),
        OFFSET.format(2): found_by_api((6, days[2])),
        POSTS.format(1): posts(root, (7, days[0]), (8, days[1]), (9, days[2])),
        "/older/?paged=1": rss(root, (10, days[0]), (11, days[1])),
        "/older/?paged=2": rss(root, (12, days[2])),
        "/": "<html><body></body></html>",
    } | {f"/articles-{n}.html": article(n, day="9 مارس 2024") for n in range(1, 20)}
    crawl(
        newspaper, database,
        "-a", "since=2024-03-05", "-a", "until=2024-03-10", "-a", "discover=sitemap,api,feed",
    )  # fmt: skip
    assert numbers(newspaper) == [2, 5, 8, 11]
    assert [path for path in newspaper.asked if "sitemapxmls" in path] == ["/sitemapxmls/news-2024-3.xml"]
    assert {OFFSET.format(2), "/older/?paged=2"} <= set(newspaper.asked)
    assert not {OFFSET.format(4), "/older/?paged=3"} & set(newspaper.asked)
    assert database.ops["marks"].count_documents({}) == 0


def test_requests_of_a_long_list_are_not_kept(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sitemap's requests are answered while the rest still waits."""
    ledger = SimpleNamespace(waits=lambda _: True)
    crawl: Any = SimpleNamespace(ledger=ledger, arguments=SimpleNamespace(sections=()), stat=lambda *_: None)
    walks: Any = SimpleNamespace(note_page=lambda *_, **__: 0)
    articles: Any = None
    lists = Lists(crawl, walks, articles)
    kept: list[weakref.ref[Request]] = []

    async def read_page(response: Response, walk: Walk) -> tuple[ListPage, None]:
        return ListPage([]), None

    async def requests_of(walk: Walk, entries: Any) -> list[Request]:
        requests = [Request(f"https://sahifa.example/articles-{number}.html") for number in range(5)]
        kept.extend(map(weakref.ref, requests))
        return requests

    monkeypatch.setattr(lists, "_read", read_page)
    monkeypatch.setattr(lists, "_count", lambda *_: None)
    monkeypatch.setattr(lists, "_take", requests_of)

    async def work() -> list[int]:
        alive = []
        walk = Walk("https://sahifa.example/sitemap.xml", Sitemap("https://sahifa.example/sitemap.xml"))
        async for _ in lists.parse_page(Response("https://sahifa.example/sitemap.xml"), walk):
            alive.append(sum(request() is not None for request in kept))
        return alive

    assert run(work()) == [5, 4, 3, 2, 1]
