"""No site changes the stored articles of another; at most, its articles are linked to them as copies."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from newscrawl.items import Rejection
from newscrawl.urls import key
from tests.conftest import Database, scrapy
from tests.hostile_sites import HOSTS
from tests.loopback import article, listing
from tests.test_store import Run, store
from tests.test_store import article as stored_article
from tests.trials import LONG

Pages = dict[tuple[str, str], tuple[int, dict[str, str], str]]


@contextmanager
def internet(pages: Pages) -> Iterator[int]:
    """All three newspapers on one port; ``pages`` are by host and path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.server.server_address[0]
            status, headers, text = pages.get((str(host), self.path), (404, {}, "غير موجود"))
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            pass

    servers: list[ThreadingHTTPServer] = []
    for host in HOSTS.values():
        port = servers[0].server_port if servers else 0
        servers.append(ThreadingHTTPServer((host, port), Handler))
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield servers[0].server_port
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


def crawl(database: Database, port: int, spider: str) -> Any:
    done = scrapy(
        "crawl",
        spider,
        "-s", "SPIDER_MODULES=tests.hostile_sites",
        "-s", "DOWNLOAD_DELAY=0",
        "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "WORKERS=0",
        "-s", "RETRY_TIMES=0",
        MONGODB_URI=database.uri,
        MONGODB_DATABASE=database.name,
        LOOPBACK_PORT=str(port),
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    return done


LINKS = ("duplicate_of", "duplicate", "story", "updated_at", "copies")


def state(database: Database, spider: str) -> dict[str, dict[str, Any]]:
    """The stored documents of a site, without links between copies."""
    articles = database["articles"].find({"site": spider})
    found = {f"article {doc['_id']}": doc for doc in articles}
    for name in ("rejected", "pending", "marks"):
        found |= {f"{name} {doc['_id']}": doc for doc in database.ops[name].find({"site": spider})}
    return {
        name: {field: value for field, value in doc.items() if field not in LINKS}
        for name, doc in found.items()
    }


def hostile(pages: Pages, me: str, port: int) -> None:
    """All claims that a site can make about another site's addresses."""
    victim = f"http://{HOSTS['victim']}:{port}"
    own = f"http://{me}:{port}"
    names = [
        f"{victim}/articles-1.html",
        f"{own}\\@{HOSTS['victim']}:{port}/articles-1.html",
        f"{victim}\\@{me}:{port}/articles-1.html",
        f"{victim}\\.{me}:{port}/articles-1.html",
        f"http://{me}@{HOSTS['victim']}:{port}/articles-1.html",
        f"http://{HOSTS['victim']}:{port}@{me}:{port}/articles-1.html",
        f"http:\\\\{HOSTS['victim']}:{port}\\articles-1.html",
        f"//{HOSTS['victim']}:{port}/articles-2.html",
        f"http://%31%32%37.0.0.2:{port}/articles-2.html",
        f"http://127.0.0.２:{port}/articles-2.html",
        f"http://127.0.0.2.:{port}/articles-3.html",
        f"http://127.2:{port}/articles-3.html",
        f"{own}/../../articles-1.html?u={victim}/articles-1.html",
    ]
    page = {"<": "&lt;", "&": "&amp;", "'": "&#39;"}
    escaped = ["".join(page.get(letter, letter) for letter in name) for name in names]
    links = "".join(f"<li><a href='{name}'>خبر</a></li>" for name in escaped)
    items = "".join(f"<item><title>خبر</title><link>{name}</link></item>" for name in escaped)
    urls = "".join(f"<url><loc>{name}</loc><lastmod>2030-01-01</lastmod></url>" for name in escaped)
    pages[me, "/"] = (200, {}, listing([1, 2, 3, 4, 5, 6, 7, 8]).replace("</ul>", f"{links}</ul>"))
    pages[me, "/feed"] = (200, {}, f"<rss version='2.0'><channel>{items}</channel></rss>")
    pages[me, "/sitemap.xml"] = (200, {}, f"<urlset>{urls}</urlset>")
    same = article(1, day="26 مارس 2024")  # an earlier copy
    canonical = f"<link rel=canonical href='{victim}/articles-2.html'>"
    publisher = f"<span class=publisher>{HOSTS['victim']}</span>"
    pages[me, "/articles-1.html"] = (200, {}, same)
    pages[me, "/articles-2.html"] = (200, {}, article(2).replace("<head>", f"<head>{canonical}"))
    pages[me, "/articles-3.html"] = (302, {"Location": f"{victim}/articles-1.html"}, "")
    backslash = f"{own}\\@{HOSTS['victim']}:{port}/articles-2.html"
    pages[me, "/articles-4.html"] = (302, {"Location": backslash}, "")
    pages[me, "/articles-5.html"] = (410, {}, canonical)
    pages[me, "/articles-6.html"] = (301, {"Location": f"{victim}/articles-9.html"}, "")
    pages[me, "/articles-7.html"] = (200, {}, f"<title>الصفحة غير موجودة</title>{canonical}")
    pages[me, "/articles-8.html"] = (200, {}, article(3).replace("<body>", f"<body>{publisher}"))


@pytest.mark.parametrize("spider", ["attacker", pytest.param("aggregator", marks=LONG)])
def test_a_hostile_site_changes_nothing_of_another(database: Database, spider: str) -> None:
    pages: Pages = {}
    here = HOSTS["victim"]
    pages[here, "/"] = (200, {}, listing([1, 2, 3, 4, 5]))
    for number in (1, 2, 3):
        pages[here, f"/articles-{number}.html"] = (200, {}, article(number))
    pages[here, "/articles-4.html"] = (503, {}, "")
    pages[here, "/articles-5.html"] = (200, {}, "<title>الصفحة غير موجودة</title>")
    with internet(pages) as port:
        crawl(database, port, "victim")
        before = state(database, "victim")
        assert len([name for name in before if name.startswith("article")]) == 3
        hostile(pages, HOSTS[spider], port)
        crawl(database, port, spider)
        assert state(database, "victim") == before
        for doc in [
            *database["articles"].find({"site": spider}),
            *database.ops["rejected"].find({"site": spider}),
        ]:
            assert all(url.startswith(f"http://{HOSTS[spider]}") for url in doc["urls"]), doc
        # A newspaper that is crawled second is stored completely.
        pages[here, "/"] = (200, {}, listing([1, 2, 3, 9]))
        pages[here, "/articles-9.html"] = (200, {}, article(9))
        crawl(database, port, "victim")
        urls = {doc["url"].rpartition("/")[2] for doc in database["articles"].find({"site": "victim"})}
        assert urls == {f"articles-{number}.html" for number in (1, 2, 3, 9)}


@pytest.mark.parametrize("spider", ["aggregator", pytest.param("attacker", marks=LONG)])
def test_a_hostile_site_that_is_crawled_first_hides_nothing(database: Database, spider: str) -> None:
    pages: Pages = {(HOSTS["victim"], "/"): (200, {}, listing([1, 2, 3]))}
    pages |= {(HOSTS["victim"], f"/articles-{n}.html"): (200, {}, article(n)) for n in (1, 2, 3)}
    with internet(pages) as port:
        hostile(pages, HOSTS[spider], port)
        crawl(database, port, spider)
        crawl(database, port, "victim")
    stored = list(database["articles"].find({"site": "victim"}))
    assert {doc["url"].rpartition("/")[2] for doc in stored} == {f"articles-{n}.html" for n in (1, 2, 3)}
    assert all(doc["owner"] == HOSTS["victim"] and doc["via"] is None for doc in stored)


def test_an_article_with_the_key_of_another_site_is_stored_apart(run: Run, database: Database) -> None:
    """If two sites share a key, the first document stays as it is."""
    theirs = stored_article(1)
    store(run, database, theirs)
    before = database.articles()
    mine = stored_article(2, run="second")
    mine.owner, mine.keys = "attacker.example", [theirs.keys[0], *mine.keys]
    foreign = stored_article(3, run="third")
    foreign.owner, foreign.keys = "attacker.example", list(theirs.keys)
    writer = store(run, database, mine, foreign)
    assert writer.counts == {"new": 1, "rejected": 1}
    stored = {doc["_id"]: doc for doc in database.articles()}
    assert [stored[doc["_id"]] for doc in before] == before
    assert stored[mine.keys[1]]["keys"] == mine.keys[1:]
    (rejected,) = database.ops["rejected"].find()
    assert (rejected["reason"], rejected["owner"]) == ("store_refused", "attacker.example")
    assert "another site" in rejected["detail"]


def test_a_rejection_with_the_key_of_another_site_is_kept_apart(run: Run, database: Database) -> None:
    at = datetime(2024, 3, 27, tzinfo=UTC)

    def rejection(owner: str, reason: str) -> Rejection:
        url = "https://www.alayam24.com/articles-1.html"
        return Rejection(
            url=url, urls=[url], keys=[key(url)], site=owner, owner=owner, reason=reason, rejected_at=at,
            retry_at=at + timedelta(days=1),
        )  # fmt: skip

    store(run, database, rejection("alayam24.com", "no_body"))
    store(run, database, rejection("attacker.example", "not_found"))
    store(run, database, rejection("alayam24.com", "no_body"))
    kept = {doc["owner"]: (doc["reason"], doc["times"]) for doc in database.ops["rejected"].find()}
    assert kept == {"alayam24.com": ("no_body", 2), "attacker.example": ("not_found", 1)}


def test_an_article_outside_the_site_is_not_gone(database: Database) -> None:
    """An edition that used to belong to the site is not requested, so nothing is known about its articles."""
    pages: Pages = {(HOSTS["victim"], "/"): (200, {}, listing([1]))}
    pages[HOSTS["victim"], "/articles-1.html"] = (200, {}, article(1))
    with internet(pages) as port:
        crawl(database, port, "victim")
        elsewhere = f"http://{HOSTS['attacker']}:{port}/articles-1.html"
        earlier = datetime.now(UTC) - timedelta(hours=3)
        moved = {"url": elsewhere, "keys": [key(elsewhere)], "first_seen_at": earlier, "checked_at": earlier}
        database["articles"].update_one({}, {"$set": moved})
        pages[HOSTS["victim"], "/"] = (200, {}, listing([]))
        crawl(database, port, "victim")
    (kept,) = database.articles()
    assert (kept["gone_at"], kept["checked_at"] < earlier + timedelta(minutes=1)) == (None, True)
    assert database.ops["rejected"].count_documents({}) == 0
