"""Who may request what from `scrapy web`, and what its responses allow."""

import base64
import signal
import subprocess
import time
from contextlib import suppress
from typing import Any, cast

import pytest
import requests
from pymongo import MongoClient
from starlette.testclient import TestClient

from newscrawl.web import secret
from newscrawl.web.access import AccessSettings, headers_of_kept, headers_of_site, refusal
from newscrawl.web.app import WebApp
from newscrawl.web.kept import SEALED, KeptPage, Seal, tamed
from newscrawl.web.looking import Lookout
from newscrawl.web.page import Context
from tests.conftest import Database, scrapy, start
from tests.mongod import free_port
from tests.trials import growth

PASSWORD = "kitab-bahr-1445"
LOCAL, PUBLIC = (
    AccessSettings(),
    AccessSettings(host="0.0.0.0", password=PASSWORD, hosts=frozenset({"news.example.org"})),
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"host": "0.0.0.0"}, "NEWSCRAWL_WEB_PASSWORD"),
        ({"host": "::"}, "NEWSCRAWL_WEB_PASSWORD"),
        ({"host": "news.example.org"}, "NEWSCRAWL_WEB_PASSWORD"),
        ({"host": "192.168.1.4", "password": "short"}, "12 characters"),
        ({"prefix": "news"}, "begin with /"),
        ({"prefix": "/news/"}, "not end with it"),
        ({"port": 80, "kept_port": 80}, "two ports"),
        ({"port": 99999}, "1 to 65535"),
        ({"port": 65535, "kept_port": 65536}, "1 to 65535"),
        ({"kept_origin": "kept.example.org"}, "https://kept.example.org"),
        ({"kept_origin": "https://a.example", "hosts": frozenset({"a.example"})}, "name of the site itself"),
    ],
)
def test_unsafe_options_are_refused_with_the_remedy(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AccessSettings(**given)


def test_loopback_needs_no_password() -> None:
    for host in ("127.0.0.1", "127.0.0.7", "localhost", "::1"):
        assert AccessSettings(host=host).is_loopback


@pytest.mark.parametrize(
    ("access", "method", "headers", "kept", "status"),
    [
        (LOCAL, "GET", {"host": "127.0.0.1:8765"}, False, None),
        (LOCAL, "HEAD", {"host": "localhost:8765"}, False, None),
        (AccessSettings(host="::1"), "GET", {"host": "[::1]:8765"}, False, None),
        (LOCAL, "GET", {"host": "[::1]:8765"}, False, 421),
        (LOCAL, "POST", {"host": "127.0.0.1:8765"}, False, 405),
        (LOCAL, "OPTIONS", {"host": "127.0.0.1:8765"}, False, 405),
        (LOCAL, "GET", {"host": "evil.example:8765"}, False, 421),
        (LOCAL, "GET", {"host": "evil.example"}, False, 421),
        (LOCAL, "GET", {"host": "127.0.0.1:8766"}, False, 421),  # the other origin
        (LOCAL, "GET", {}, False, 421),
        (LOCAL, "GET", {"host": "127.0.0.1:8766"}, True, None),
        (LOCAL, "GET", {"host": "127.0.0.1:8765"}, True, 421),
        (LOCAL, "GET", {"host": "127.0.0.1:8765", "origin": "http://evil.example"}, False, 403),
        (LOCAL, "GET", {"host": "127.0.0.1:8765", "origin": "null"}, False, 403),
        (LOCAL, "GET", {"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8766"}, False, 403),
        (LOCAL, "GET", {"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8765"}, False, None),
        (LOCAL, "GET", {"host": "127.0.0.1:8765", "sec-fetch-site": "cross-site"}, False, 403),
        (LOCAL, "GET", {"host": "127.0.0.1:8765", "sec-fetch-site": "cross-site",
                        "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, False, None),
        (LOCAL, "GET", {"host": "127.0.0.1:8765", "sec-fetch-site": "same-site",
                        "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, False, 403),
        (PUBLIC, "GET", {"host": "news.example.org"}, False, 401),
        (PUBLIC, "GET", {"host": "news.example.org:8080"}, False, 401),
        (PUBLIC, "GET", {"host": "other.example.org"}, False, 421),
    ],
)  # fmt: skip
def test_names_origins_and_methods_are_checked(
    access: AccessSettings, method: str, headers: dict[str, str], kept: bool, status: int | None
) -> None:
    refused = refusal(access, method, headers, kept=kept)
    assert (refused[0] if refused else None) == status


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (f"newscrawl:{PASSWORD}", None),
        (f"newscrawl:{PASSWORD}x", 401),
        (f"other:{PASSWORD}", 401),
        ("newscrawl:", 401),
        ("newscrawl:كلمة", 401),
        ("", 401),
    ],
)
def test_only_the_password_gives_access(told: str, status: int | None) -> None:
    given = f"Basic {base64.b64encode(told.encode()).decode()}"
    refused = refusal(PUBLIC, "GET", {"host": "news.example.org", "authorization": given}, kept=False)
    assert (refused[0] if refused else None) == status
    for broken in ("Basic", "Basic !!!", "Bearer abc", given.replace("Basic", "Digest")):
        assert refusal(PUBLIC, "GET", {"host": "news.example.org", "authorization": broken}, kept=False)


def test_the_origin_of_kept_pages_is_never_that_of_the_site() -> None:
    assert LOCAL.origin_of_kept("localhost:8765") == "http://localhost:8766"
    assert AccessSettings(host="::1").origin_of_kept("[::1]:8765") == "http://localhost:8766"
    assert PUBLIC.origin_of_kept("news.example.org") is None
    behind = AccessSettings(hosts=frozenset({"news.example.org"}), kept_origin="https://kept.example.org")
    assert behind.origin_of_kept("news.example.org") == "https://kept.example.org"
    assert refusal(behind, "GET", {"host": "kept.example.org"}, kept=True) is None
    assert refusal(behind, "GET", {"host": "kept.example.org"}, kept=False)


def test_a_signature_is_for_one_page_and_for_a_time() -> None:
    now = 1_000_000.0
    seal = Seal(clock=lambda: now)
    query = seal.path("rejected", "a/b").partition("?")[2]
    until, sign = (part.partition("=")[2] for part in query.split("&"))
    assert seal.is_good("rejected", "a/b", until, sign)
    assert not seal.is_good("rejected", "a/c", until, sign)
    assert not seal.is_good("rejected", "a/b", str(int(until) + 1), sign)
    assert not seal.is_good("rejected", "a/b", until, sign + "é")
    assert not Seal(clock=lambda: now).is_good("rejected", "a/b", until, sign)
    now += SEALED + 1
    assert not seal.is_good("rejected", "a/b", until, sign)


HOSTILE = """
<html manifest=/m><head><base href="//evil.example/">
<meta http-equiv=refresh content="0;url=//evil.example">
<link rel=preconnect href=//evil.example><link rel=stylesheet href=//evil.example/a.css>
<script src=//evil.example/a.js></script><style>body{color:red}</style></head>
<body onload=a() background=//evil.example/b.gif>
<form action=//evil.example method=post><p>نص الخبر</p><input name=a>
<button formaction=//evil.example>أرسل</button></form>
<iframe src=//evil.example><script>a()</script></iframe>
<object data=//evil.example><p>في الكائن</p></object><embed src=//evil.example>
<img src=//evil.example/c.gif srcset="//evil.example/d 2x" onerror=a()>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><a href="javascript:a()" ping=//evil.example>رابط</a>
<svg xmlns:xlink="http://www.w3.org/1999/xlink"><a xlink:href=//evil.example>
<image href=//evil.example/e></image></a><script>b()</script></svg>
<math><mtext href=//evil.example>س</mtext></math>
<video poster=//evil.example/f autoplay><source src=//evil.example/g></video>
<noscript><p>بلا برنامج</p></noscript><template><script>c()</script></template>
</body></html>
"""


def test_a_kept_page_keeps_its_text_and_nothing_active() -> None:
    shown = tamed(KeptPage(HOSTILE.encode()))
    for text in ("نص الخبر", "أرسل", "رابط", "في الكائن", "بلا برنامج", "color:red", "data:image/gif"):
        assert text in shown
    for active in ("evil", "script", "onload", "onerror", "<form", "<iframe", "<link", "<base", "http-equiv"):
        assert active not in shown, active


@pytest.mark.parametrize(
    "piece", ["<script>a</script>ب", "<form>ب</form>", "<form>", "<link>ب", "<i style='url('>ب</i>"]
)
def test_the_cost_of_a_hostile_page_grows_with_its_length(piece: str) -> None:
    assert growth(tamed, lambda n: KeptPage((piece * n).encode()), 5000) <= 2.5


@pytest.mark.parametrize(
    "body", [b"", b"\0", b"\xff\xfe", b"<!-- -->", "<p>خبر".encode("cp1256"), b"<frameset>"]
)
def test_any_bytes_give_a_page(body: bytes) -> None:
    assert tamed(KeptPage(body)).startswith("<!doctype html>\n<html")


def test_a_mongodb_that_is_away_is_reported_without_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newscrawl.web.app.PATIENCE", 0.01)
    away = MongoClient[dict[str, Any]]("mongodb://u:geheim@127.0.0.1:9/?serverSelectionTimeoutMS=1")
    context = Context(away["a"], away["b"], cast("dict[str, Any]", {}), Lookout())
    with TestClient(WebApp(context, LOCAL), base_url="http://127.0.0.1:8765") as client:
        answer = client.get("/", headers={"Accept-Language": "en;q=0.5, ar-MA"})
    assert answer.status_code == 503
    assert "لم تستجب قاعدة البيانات" in answer.text
    assert "geheim" not in answer.text
    away.close()


def test_the_headers_of_each_response_allow_nothing_from_elsewhere() -> None:
    own = headers_of_site("http://127.0.0.1:8766")
    assert own["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; ")
    assert "script" not in own["Content-Security-Policy"]
    assert "frame-src http://127.0.0.1:8766" in own["Content-Security-Policy"]
    assert "frame-src 'none'" in headers_of_site(None)["Content-Security-Policy"]
    kept = headers_of_kept("127.0.0.1:8765")["Content-Security-Policy"]
    assert kept.startswith("sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; ")
    for headers in (own, headers_of_kept("")):
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("mongodb+srv://crawl:geheim@db.example/x", "mongodb+srv://***@db.example/x"),
        ("https://user:geheim@sahifa.example/خبر", "https://***@sahifa.example/خبر"),
        ("X-Api-Key: geheim", "X-Api-Key: ***"),
        ("{'password': 'geheim', 'n': 3}", "{'password': '***', 'n': 3}"),
        ("https://s3.example/a?X-Amz-Signature=geheim&n=3", "https://s3.example/a?X-Amz-Signature=***&n=3"),
        ("AWS_SECRET_ACCESS_KEY=geheim", "AWS_SECRET_ACCESS_KEY=***"),
        ("Authorization: Bearer geheim", "Authorization: Bearer ***"),
        ("posted to https://hooks.example/T0/geheim", "posted to ***"),
        ("the key figure of the day: 12", "the key figure of the day: 12"),
        ("2026-11-28 [scrapy] INFO: Crawled (200) https://sahifa.example/1.html",) * 2,
    ],
)
def test_secrets_are_not_shown(said: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "_known", set())
    secret.keep({"ALARM_WEBHOOK": "https://hooks.example/T0/geheim"})
    assert secret.hidden(said) == shown


@pytest.mark.parametrize("piece", ["a", "token", "a:", "authorization ", "key ", "http://", "x.", "'\"= "])
def test_the_cost_of_masking_a_line_grows_with_its_length(piece: str) -> None:
    assert growth(secret.hidden, lambda n: piece * n, 8000) <= 2.5


def test_a_site_that_would_be_open_to_all_does_not_start() -> None:
    done = scrapy("web", "--host", "0.0.0.0", MONGODB_URI="mongodb://127.0.0.1:9/")
    assert done.returncode == 2
    assert "NEWSCRAWL_WEB_PASSWORD" in done.stdout + done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_when_it_is_told_to(recorded: Database, number: int) -> None:
    ports = [str(free_port()) for _ in range(2)]
    given = ("web", "--port", ports[0], "--kept-port", ports[1])
    process = start(*given, stderr=subprocess.PIPE, MONGODB_URI=recorded.uri, MONGODB_DATABASE=recorded.name)
    while process.poll() is None:
        with suppress(OSError):
            requests.get(f"http://127.0.0.1:{ports[0]}/", timeout=60)
            break
        time.sleep(0.05)
    process.send_signal(number)
    assert "Traceback" not in str(process.communicate(timeout=60)[1])
    assert process.returncode == 0
