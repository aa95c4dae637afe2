"""No crawl connects to a private address that neither its declaration nor the command line names."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from newscrawl.download.network import is_public, networks, private_hosts
from tests.conftest import Database, scrapy
from tests.loopback import LoopbackNewspaper, article, listing, serve
from tests.test_render import needs_browser
from tests.trials import long


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 127.8.9.10 10.0.0.7 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 "
    "192.0.2.1 198.18.0.1 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 "
    "::ffff:127.0.0.1 ::ffff:10.1.2.3 2002:7f00:1:: 64:ff9b::7f00:1 64:ff9b::a00:1 2001:db8::1 "
    "fec0::1 64:ff9b:1::7f00:1 ::7f00:1 ::ffff:0:7f00:1 3fff::1 5f00::1".split(),
)
def test_private(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", "8.8.8.8 41.77.1.1 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808".split()
)
def test_public(address: str) -> None:
    assert is_public(address)


def test_hosts_with_private_names() -> None:
    named = (
        "http://127.0.0.1:80/ http://localhost/ http://news.intranet/ http://[::1]/ https://www.okaz.com.sa/"
    )
    assert private_hosts([*named.split(), "https://8.8.8.8/"]) == {
        "127.0.0.1",
        "localhost",
        "news.intranet",
        "::1",
    }


def test_networks_of_the_setting() -> None:
    assert [str(network) for network in networks("10.1.0.0/16, fd00::/8,")] == ["10.1.0.0/16", "fd00::/8"]
    with pytest.raises(ValueError, match=r"networks such as 10\.1\.0\.0/16"):
        networks("10.1.0.0/99")


def crawl(
    database: Database,
    newspaper: LoopbackNewspaper,
    host: str,
    *args: str,
    spider: str = "named",
    **environment: str,
) -> Any:
    return scrapy(
        "crawl",
        spider,
        "-s", "SPIDER_MODULES=tests.named_site",
        "-s", "TWISTED_DNS_RESOLVER=tests.named_site.Resolver",
        "-s", "DOWNLOAD_DELAY=0",
        "-s", "AUTOTHROTTLE_ENABLED=False",
        "-s", "WORKERS=0",
        "-s", "RETRY_TIMES=0",
        *args,
        MONGODB_URI=database.uri,
        MONGODB_DATABASE=database.name,
        LOOPBACK=f"http://{host}:{newspaper.port}",
        **environment,
    )  # fmt: skip


@pytest.fixture
def newspaper() -> Iterator[LoopbackNewspaper]:
    pages: dict[str, Any] = {"/": listing([1, 2])} | {f"/articles-{n}.html": article(n) for n in (1, 2)}
    with serve(LoopbackNewspaper(pages)) as served:
        yield served


def test_a_public_name_that_resolves_to_this_machine_gets_no_request(
    database: Database, newspaper: LoopbackNewspaper
) -> None:
    done = crawl(database, newspaper, "news.example.com")
    assert done.returncode == 3, done.stderr
    assert "news.example.com resolves to 127.0.0.1, which is not a public address" in done.stderr
    assert newspaper.headers == {}  # not even robots.txt


def test_a_private_network_may_be_allowed(database: Database, newspaper: LoopbackNewspaper) -> None:
    done = crawl(database, newspaper, "news.example.com", NEWSCRAWL_PRIVATE_NETWORKS="127.0.0.0/8")
    assert done.returncode == 0, done.stderr
    assert len(database.articles()) == 2


@needs_browser
@long
def test_a_browser_sends_it_no_request_either(database: Database, newspaper: LoopbackNewspaper) -> None:
    given = ("-s", "ROBOTSTXT_OBEY=False")
    done = crawl(database, newspaper, "news.example.com", *given, spider="named_rendered")
    assert done.returncode == 3, done.stderr
    assert f"(private): connection news.example.com:{newspaper.port}" in done.stderr
    assert "could not be read (private): news.example.com leads to 127.0.0.1" in done.stderr
    assert newspaper.headers == {}


@contextmanager
def neighbour(host: str, port: int) -> Iterator[list[str]]:
    """Another server of this machine, on the newspaper's port; yields its requests."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((host, port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_no_page_of_a_site_leads_to_another_private_address(
    database: Database, newspaper: LoopbackNewspaper
) -> None:
    """A list, robots.txt and an article redirect there; links, a feed, a sitemap and an index name it."""
    here, there = f"http://127.0.0.1:{newspaper.port}", f"http://127.0.0.2:{newspaper.port}"
    elsewhere = [there, f"http://localhost:{newspaper.port}", f"http://2130706434:{newspaper.port}"]
    elsewhere += [f"http://[::ffff:127.0.0.2]:{newspaper.port}", "http://127.0.0.1:1", "file://127.0.0.1"]
    links = "".join(
        f"<a href='{url}/articles-9.html'>خبر</a><a rel=next href='{url}/?p=2'>التالي</a>"
        for url in elsewhere
    )
    items = "".join(f"<item><title>خبر</title><link>{url}/articles-8.html</link></item>" for url in elsewhere)
    files = "".join(f"<sitemap><loc>{url}/post-sitemap.xml</loc></sitemap>" for url in elsewhere)
    newspaper.pages |= {
        "/robots.txt": (302, {"Location": f"{there}/robots.txt"}, ""),
        "/": listing([1, 2, 3, 4]).replace("</ul>", f"</ul>{links}"),
        "/feed": f"<rss version='2.0'><channel><link>x</link>{items}</channel></rss>",
        "/sitemap.xml": f"<sitemapindex>{files}<sitemap><loc>{here}/moved.xml</loc></sitemap></sitemapindex>",
        "/moved.xml": (302, {"Location": f"{there}/sitemap.xml"}, ""),
        "/articles-3.html": (302, {"Location": f"{there}/articles-3.html"}, ""),
        "/articles-4.html": (301, {"Location": "file:///etc/passwd"}, ""),
    }
    with neighbour("127.0.0.2", newspaper.port) as asked:
        crawl(database, newspaper, "127.0.0.1")
        del newspaper.pages["/robots.txt"]
        done = crawl(database, newspaper, "127.0.0.1")
    assert asked == []
    assert {doc["url"] for doc in database.articles()} == {f"{here}/articles-{n}.html" for n in (1, 2)}, (
        done.stderr
    )
    reasons = {doc["url"].rpartition("/")[2]: doc["reason"] for doc in database.ops["rejected"].find()}
    assert reasons == {"articles-3.html": "redirected", "articles-4.html": "redirected"}
