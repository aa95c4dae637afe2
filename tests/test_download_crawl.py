"""Real crawls of a site on loopback: requests, recordings, replays, retries and failures."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import os
import shutil
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor
from twisted.internet import threads
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from newscrawl import settings as project
from newscrawl.download import retry
from newscrawl.download.backoff import Backoff
from newscrawl.download.clock import Clock
from newscrawl.download.crawl_delay import CrawlDelay
from newscrawl.download.errors import classify
from newscrawl.download.recording import RecordingError
from tests.internet import certificate, server_context

Answer = tuple[int, dict[str, str], bytes]
NEED_A_STORE = {"newscrawl.runs.RunRecord"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
ALLOW = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /\n")


def page(text: str, **headers: str) -> Answer:
    return 200, HTML | headers, f"<html><body><h1>{text}</h1></body></html>".encode()


class LoopbackSite:
    """A web site on loopback: the responses of each path in turn, the last one repeatedly."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, list[Answer]] = {"/robots.txt": [ALLOW]}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                site.asked.append(self.path)
                site.headers.append(dict(self.headers))
                answers = site.answers.get(self.path, [(404, HTML, b"")])
                status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
                if status == 0:
                    self.close_connection = True
                    return
                body = body.replace(b"{body}", sent)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def handle(self) -> None:
                with suppress(ConnectionError):
                    super().handle()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[LoopbackSite]:
    here = LoopbackSite()
    yield here
    here.close()


class Seen(scrapy.Spider):
    """A spider that sends the given requests in turn and keeps the results."""

    name = "seen"

    def __init__(self, requests: list[Request], seen: list[tuple[Any, ...]]) -> None:
        super().__init__()
        self.requests, self.seen = requests, seen
        self.named_addresses = [request.url for request in requests]

    async def start(self) -> Any:
        for request in self.requests:
            yield request.replace(callback=self.parse, errback=self.failed, dont_filter=True)

    def parse(self, response: Response) -> None:
        title = response.css("h1::text").get() if isinstance(response, scrapy.http.TextResponse) else None
        self.seen.append((response.status, response.url, title, response.meta["fetched_at"]))

    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        self.seen.append((classify(failure), request.url, str(failure.value), request.meta))


@pytest.fixture(scope="session")
def loop() -> Callable[..., Any]:
    """Runs a function in the reactor's thread; all crawls of this file share the reactor."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    if not reactor.running:
        running: Any = reactor
        threading.Thread(target=running.run, args=(False,), daemon=True).start()

    def run(function: Callable[..., Deferred[Any]], *args: Any, **kwargs: Any) -> Any:
        return threads.blockingCallFromThread(reactor, function, *args, **kwargs)

    return run


Crawl = Callable[..., list[Any]]


@pytest.fixture
def crawl(loop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Crawl:
    """Runs one crawl: ``crawl([requests], SETTING=value)`` returns what the spider saw, in order."""
    monkeypatch.setattr(retry, "BACKOFF", 0.01)

    def run(
        urls: list[str | Request], *, watch: Callable[[Crawler], None] | None = None, **own: Any
    ) -> list[Any]:
        settings = Settings(
            {
                "ADDONS": project.ADDONS,
                "DOWNLOAD_HANDLERS": project.DOWNLOAD_HANDLERS,
                "DOWNLOADER_MIDDLEWARES": project.DOWNLOADER_MIDDLEWARES,
                "EXTENSIONS": {k: v for k, v in project.EXTENSIONS.items() if k not in NEED_A_STORE},
                "USER_AGENT": "newscrawl/test (+press@example.org)",
                "ROBOTSTXT_OBEY": True,
                "COOKIES_ENABLED": False,
                "TELNETCONSOLE_ENABLED": False,
                "REMOTE_CONTROL_ENABLED": False,
                "DOWNLOAD_VERIFY_CERTIFICATES": True,
                "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
                "RETRY_TIMES": 2,
                "DOWNLOAD_TIMEOUT": 60,
                **own,
            }
        )
        requests = [Request(url) if isinstance(url, str) else url for url in urls]
        seen: list[Any] = []

        def start() -> Deferred[Any]:
            runner = AsyncCrawlerRunner(settings)
            crawler = runner.create_crawler(Seen)
            if watch:
                watch(crawler)
            return Deferred.fromFuture(runner.crawl(crawler, requests, seen))

        loop(start)
        return seen

    return run


def bare(seen: list[Any]) -> list[Any]:
    """The results by address, in comparable form, without ``meta``."""
    return sorted(
        (entry[:3] if isinstance(entry[0], str) else entry for entry in seen), key=lambda e: str(e[1:])
    )


def test_a_replay_gives_what_was_recorded_even_when_the_site_is_gone(
    site: LoopbackSite, crawl: Crawl, tmp_path: Path
) -> None:
    site.answers |= {
        "/": [page("الرئيسية")],
        "/gzip": [(200, HTML | {"Content-Encoding": "gzip"}, gzip.compress(page("مضغوط")[2]))],
        "/old": [(301, {"Location": "/new"}, b"")],
        "/new": [page("انتقل")],
        "/arabic": [(302, {"Location": "/خبر".encode().decode("latin-1")}, b"")],
        "/%D8%AE%D8%A8%D8%B1": [page("خبر")],
        "/search": [page("{body}")],
        "/flaky": [(503, {}, b""), page("عاد")],
        "/gone": [(410, HTML, b"")],
        "/cut": [(0, {}, b"")],
    }
    asked: list[str | Request] = [
        site.url + p for p in ("/", "/gzip", "/old", "/arabic", "/flaky", "/gone", "/cut")
    ]
    asked += [Request(site.url + "/search", method="POST", body=word.encode()) for word in ("مراكش", "فاس")]
    recording = tmp_path / "crawl.warc.gz"

    live = crawl(asked, RECORD=str(recording))
    site.close()
    replayed = crawl(asked, REPLAY=str(recording), DOWNLOAD_DELAY=3600, AUTOTHROTTLE_ENABLED=True)

    assert bare(live) == bare(replayed)
    titles = {entry[2] for entry in live if entry[0] == 200}
    assert titles == {"الرئيسية", "مضغوط", "انتقل", "خبر", "عاد", "مراكش", "فاس"}
    assert {entry[0] for entry in live if entry[0] != 200} == {"client", "lost"}
    assert all(entry[3].tzinfo is dt.UTC for entry in replayed if entry[0] == 200)


def test_redirects_and_retries_get_a_new_moment_of_download(site: LoopbackSite, crawl: Crawl) -> None:
    site.answers |= {"/old": [(301, {"Location": "/new"}, b"")], "/new": [(503, {}, b""), page("خبر")]}
    before = dt.datetime.now(dt.UTC)
    stale = Request(site.url + "/old", meta={"fetched_at": before - dt.timedelta(days=1), "retry_at": before})

    [(status, url, _, fetched_at)] = crawl([stale])

    assert (status, url) == (200, site.url + "/new")
    assert before <= fetched_at <= dt.datetime.now(dt.UTC)


def test_a_recording_contains_no_credentials_and_no_cookies(
    site: LoopbackSite, crawl: Crawl, tmp_path: Path
) -> None:
    site.answers["/"] = [page("خبر", **{"Set-Cookie": "session=s3cret"})]
    headers = {"Authorization": "Basic s3cret", "Cookie": "id=s3cret", "Proxy-Authorization": "s3cret"}
    recording = tmp_path / "crawl.warc.gz"

    crawl([Request(site.url + "/", headers=headers)], RECORD=str(recording))

    text = gzip.decompress(recording.read_bytes())
    assert b"s3cret" not in text
    assert b"GET / HTTP/1.1" in text
    assert b"GET /robots.txt HTTP/1.1" in text


def test_a_request_that_the_recording_lacks_is_named(
    site: LoopbackSite, crawl: Crawl, tmp_path: Path
) -> None:
    site.answers["/search"] = [page("{body}")]
    recording = tmp_path / "crawl.warc.gz"
    crawl([Request(site.url + "/search", method="POST", body=b"a")], RECORD=str(recording))
    asked = [Request(site.url + "/search", method="POST", body=b"b"), Request(site.url + "/الأخبار")]

    seen = crawl(asked, REPLAY=str(recording))

    assert [entry[0] for entry in seen] == ["not_recorded", "not_recorded"]
    for request, (_, url, message, meta) in zip(asked, seen, strict=True):
        assert url == request.url
        assert url in message
        assert str(recording) in message
        assert "retry_times" not in meta


def test_wrong_use_is_reported_before_any_download(site: LoopbackSite, crawl: Crawl, tmp_path: Path) -> None:
    there = tmp_path / "there.warc.gz"
    there.write_bytes(b"kept")
    empty = tmp_path / "empty.warc.gz"
    empty.touch()
    for settings, words in (
        ({"RECORD": str(there)}, "exists and is not overwritten"),
        ({"RECORD": str(tmp_path / "no" / "a.warc.gz")}, "create its folder"),
        ({"RECORD": str(tmp_path / "a.warc.gz"), "REPLAY": str(there)}, "exclude each other"),
        ({"REPLAY": str(tmp_path / "absent.warc.gz")}, "no such file"),
        ({"REPLAY": str(tmp_path)}, "directory"),
        ({"REPLAY": str(empty)}, "contains no exchange"),
        ({"REPLAY": str(there)}, "not a WARC file"),
    ):
        with pytest.raises(RecordingError, match=words):
            crawl([site.url], **settings)
    assert site.asked == []
    assert there.read_bytes() == b"kept"


def test_the_clock_of_a_replay_is_that_of_its_recording(
    site: LoopbackSite, crawl: Crawl, tmp_path: Path
) -> None:
    clocks: list[Clock] = []
    recording = tmp_path / "crawl.warc.gz"
    site.answers["/"] = [page("خبر")]
    before = dt.datetime.now(dt.UTC)
    crawl([site.url + "/"], RECORD=str(recording))
    after = dt.datetime.now(dt.UTC)

    crawl([site.url + "/"], REPLAY=str(recording), watch=lambda c: clocks.append(Clock.from_crawler(c)))

    assert before <= clocks[0].now() <= after
    assert clocks[0].now() == clocks[0].now()


def test_an_untrusted_certificate_is_refused_without_a_retry(
    site: LoopbackSite, crawl: Crawl, tmp_path: Path
) -> None:
    secure = LoopbackSite(tls=server_context(certificate(tmp_path)))
    secure.answers["/"] = [page("خبر")]
    site.answers["/"] = [page("خبر")]
    recording = tmp_path / "crawl.warc.gz"
    asked: list[str | Request] = [
        Request(secure.url + "/", meta={"dont_obey_robotstxt": True}),
        site.url + "/",
    ]

    live = crawl(asked, RECORD=str(recording))
    secure.close()

    assert {entry[0] for entry in live} == {"certificate", 200}
    assert "certificate verify failed" in [entry[2] for entry in live]
    assert secure.asked == []
    assert bare(crawl(asked, REPLAY=str(recording))) == bare(live)


def test_a_proxy_that_lets_nothing_through_is_a_lost_connection(site: LoopbackSite, crawl: Crawl) -> None:
    free = {"dont_obey_robotstxt": True, "proxy": site.url}  # it answers 501 to CONNECT
    [(kind, _, said, _)] = crawl([Request("https://127.0.0.1:9/", meta=free)], RETRY_TIMES=0)
    assert kind == "lost"
    assert "501" in said


def test_only_passing_failures_are_retried(site: LoopbackSite, crawl: Crawl) -> None:
    site.answers |= {
        "/404": [(404, HTML, b"")],
        "/500": [(500, HTML, b"")],
        "/429": [(429, HTML, b""), page("خبر")],
        "/large": [(200, HTML, b"x" * 3000)],
        "/bomb": [(200, HTML | {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 3000))],
        "/cut": [(0, {}, b"")],
    }
    seen = crawl([site.url + path for path in site.answers if path != "/robots.txt"], DOWNLOAD_MAXSIZE=2000)

    kinds = {entry[1].removeprefix(site.url): entry[0] for entry in seen}
    assert kinds == {
        "/404": "client",
        "/500": "server",
        "/429": 200,
        "/large": "too_large",
        "/bomb": "too_large",
        "/cut": "lost",
    }
    counts = {path: site.asked.count(path) for path in kinds if path != "/cut"}
    assert counts == {"/404": 1, "/500": 3, "/429": 2, "/large": 1, "/bomb": 1}
    assert site.asked.count("/cut") >= 3  # in addition, Twisted renews a persistent connection that broke


def test_a_refused_connection_differs_from_a_timeout(site: LoopbackSite, crawl: Crawl) -> None:
    silent = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # listens, never answers
    gone = LoopbackSite()
    gone.close()
    free = {"dont_obey_robotstxt": True}
    asked: list[str | Request] = [
        Request(f"http://127.0.0.1:{silent.server_port}/", meta=free),
        Request(gone.url, meta=free),
    ]
    seen = crawl(asked, DOWNLOAD_TIMEOUT=3, RETRY_TIMES=0)
    silent.server_close()
    assert {entry[0] for entry in seen} == {"timeout", "refused"}


def test_retry_after_pauses_the_whole_host(site: LoopbackSite, crawl: Crawl) -> None:
    site.answers |= {"/busy": [(429, {"Retry-After": "1"}, b""), page("أ")], "/other": [page("ب")]}
    start = dt.datetime.now(dt.UTC)

    seen = crawl([Request(site.url + "/busy", priority=1), site.url + "/other"], DOWNLOAD_DELAY=0.05)

    assert site.asked == ["/robots.txt", "/busy", "/other", "/busy"]
    assert {entry[2] for entry in seen} == {"أ", "ب"}
    assert min(entry[3] for entry in seen) - start >= dt.timedelta(seconds=1)


def test_a_retry_after_above_the_limit_is_left_to_the_next_run(
    site: LoopbackSite, crawl: Crawl, tmp_path: Path
) -> None:
    site.answers |= {"/busy": [(503, {"Retry-After": "3600"}, b"")], "/other": [page("ب")]}
    asked: list[str | Request] = [Request(site.url + "/busy", priority=1), site.url + "/other"]
    recording = tmp_path / "crawl.warc.gz"

    seen = crawl(asked, RECORD=str(recording), RETRY_AFTER_MAX=60, DOWNLOAD_DELAY=0.05)

    assert site.asked == ["/robots.txt", "/busy"]
    assert [entry[0] for entry in seen] == ["busy", "busy"]
    for _, _, _, meta in seen:
        wait = meta["retry_at"] - meta["fetched_at"]
        assert dt.timedelta(minutes=59) < wait <= dt.timedelta(hours=1)
    replayed = crawl(asked, REPLAY=str(recording), RETRY_AFTER_MAX=60)
    assert bare(replayed) == bare(seen)
    assert [entry[3]["retry_at"] for entry in replayed] == [entry[3]["retry_at"] for entry in seen]


def test_backoff_doubles_with_each_retry(
    site: LoopbackSite, crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(
        Backoff,
        "hold",
        lambda self, host, until: pauses.append((until - dt.datetime.now(dt.UTC)).total_seconds()),
    )
    monkeypatch.setattr(retry, "BACKOFF", 100.0)
    site.answers["/500"] = [(500, HTML, b"")]

    crawl([site.url + "/500"], RETRY_TIMES=3, RETRY_AFTER_MAX=300)

    assert pauses == pytest.approx([100, 200, 300], abs=5)


def test_crawl_delay_is_obeyed_under_autothrottle(site: LoopbackSite, crawl: Crawl) -> None:
    site.answers |= {
        "/robots.txt": [
            (200, HTML, b"User-agent: newscrawl\nCrawl-delay: 0.3\n\nUser-agent: *\nCrawl-delay: 9")
        ],
        "/a": [page("أ")],
        "/b": [page("ب")],
    }
    for throttled in (True, False):
        crawlers: list[Crawler] = []
        delays: list[tuple[float, float]] = []

        def watch(crawler: Crawler, crawlers: list[Crawler] = crawlers, delays: Any = delays) -> None:
            def note(spider: scrapy.Spider) -> None:
                slot = crawler.engine.downloader.slots["127.0.0.1"]
                delays.append((slot.delay, slot.jitter))

            crawlers.append(crawler)
            crawler.signals.connect(note, signals.response_received, weak=False)

        seen = crawl(
            [site.url + "/a", site.url + "/b"],
            watch=watch,
            DOWNLOAD_DELAY=0.01,
            AUTOTHROTTLE_ENABLED=throttled,
            AUTOTHROTTLE_START_DELAY=0.01,
            AUTOTHROTTLE_MAX_DELAY=0.02,
        )
        assert delays[-1] == (0.3, 0.0)
        first, second = (entry[3] for entry in seen)
        assert second - first >= dt.timedelta(seconds=0.25)
        made_anew = crawlers[0].engine.downloader
        made_anew.slots.clear()
        _, slot = made_anew._get_slot(Request(site.url))
        assert (slot.delay, slot.jitter) == (0.3, 0.0)


@pytest.mark.parametrize(
    ("asked", "kept"), [("86400", 0.05), ("99999999999999999999", 0.05), ("-3", None), ("nan", None)]
)
def test_an_absurd_crawl_delay_is_capped_with_a_warning(
    site: LoopbackSite, crawl: Crawl, caplog: pytest.LogCaptureFixture, asked: str, kept: float | None
) -> None:
    site.answers |= {"/robots.txt": [(200, HTML, b"User-agent: *\nCrawl-delay: " + asked.encode())]}
    floors: list[dict[str, float]] = []

    def watch(crawler: Crawler) -> None:
        crawler.signals.connect(
            lambda: floors.append(crawler.get_extension(CrawlDelay).floors),  # type: ignore[union-attr]
            signals.spider_closed,
            weak=False,
        )

    crawl([site.url + "/a"], watch=watch, CRAWL_DELAY_MAX=0.05)

    assert floors == [{"127.0.0.1": kept} if kept else {}]
    assert ("CRAWL_DELAY_MAX" in caplog.text) == (kept is not None)


def test_a_replay_ignores_crawl_delay(site: LoopbackSite, crawl: Crawl, tmp_path: Path) -> None:
    site.answers |= {"/robots.txt": [(200, HTML, b"User-agent: *\nCrawl-delay: 3600")], "/a": [page("أ")]}
    recording = tmp_path / "crawl.warc.gz"
    crawl([site.url + "/a"], RECORD=str(recording), CRAWL_DELAY_MAX=0.05)

    assert [e[2] for e in crawl([site.url + "/a"] * 3, REPLAY=str(recording), CRAWL_DELAY_MAX=3600)] == [
        "أ"
    ] * 3


@pytest.mark.parametrize(("status", "kind"), [(500, "server"), (503, "busy"), (429, "busy")])
def test_a_broken_robots_txt_forbids_for_now(
    site: LoopbackSite, crawl: Crawl, caplog: pytest.LogCaptureFixture, status: int, kind: str
) -> None:
    site.answers |= {"/robots.txt": [(status, HTML, b"")], "/a": [page("أ")], "/b": [page("ب")]}

    seen = crawl([site.url + "/a", site.url + "/b"])

    assert [entry[0] for entry in seen] == [kind, kind]
    assert site.asked == ["/robots.txt"] * 3
    assert f"{site.url}/robots.txt cannot be read" in caplog.text


def test_an_unreachable_host_is_reported_as_unreachable(
    crawl: Crawl, caplog: pytest.LogCaptureFixture
) -> None:
    gone = LoopbackSite()
    gone.close()

    [(kind, _, message, _)] = crawl([gone.url + "/a"], RETRY_TIMES=0)

    assert kind == "refused"
    assert "/robots.txt" in message
    assert not [record for record in caplog.records if record.exc_info]


def test_a_missing_robots_txt_allows_and_a_forbidding_one_forbids(site: LoopbackSite, crawl: Crawl) -> None:
    site.answers |= {"/robots.txt": [(404, HTML, b"User-agent: *\nDisallow: /")], "/a": [page("أ")]}
    assert [entry[0] for entry in crawl([site.url + "/a"])] == [200]

    site.answers |= {"/robots.txt": [(200, HTML, "User-agent: *\nDisallow: /خاص".encode())]}
    seen = crawl([site.url + "/خاص/1", site.url + "/a"])
    assert {entry[0] for entry in seen} == {"robots", 200}


@pytest.mark.parametrize("encoding", ["cp1256", "utf-16"])
def test_robots_txt_is_obeyed_in_any_encoding(site: LoopbackSite, crawl: Crawl, encoding: str) -> None:
    body = "User-agent: *\nDisallow: /أرشيف\n".encode(encoding)
    site.answers |= {"/robots.txt": [(200, HTML, body)], "/a": [page("أ")]}
    seen = crawl([site.url + "/a", site.url + "/أرشيف/1", site.url + "/%C3%D1%D4%ED%DD/1"])
    assert sorted(str(entry[0]) for entry in seen) == ["200", "robots", "robots"]


@pytest.mark.parametrize("hops", [5, 6])
def test_redirects_of_robots_txt_are_followed_five_times(site: LoopbackSite, crawl: Crawl, hops: int) -> None:
    paths = ["/robots.txt", *(f"/rules-{n}.txt" for n in range(1, hops + 1))]
    site.answers |= {a: [(302, {"Location": b}, b"")] for a, b in itertools.pairwise(paths)}
    site.answers |= {paths[-1]: [(200, HTML, b"User-agent: *\nDisallow: /a")], "/a": [page("أ")]}
    assert [entry[0] for entry in crawl([site.url + "/a"])] == ["robots" if hops == 5 else 200]
    assert site.asked[:6] == paths[:6]
    assert paths[-1] in site.asked or hops == 6


@pytest.mark.parametrize(
    "to", ["http://127.0.0.1:1/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "http://[x/"]
)
def test_redirects_of_robots_txt_pass_the_gate(site: LoopbackSite, crawl: Crawl, to: str) -> None:
    site.answers |= {"/robots.txt": [(301, {"Location": to}, b"")], "/a": [page("أ")]}
    assert [entry[0] for entry in crawl([site.url + "/a"])] == [200]
    assert site.asked == ["/robots.txt", "/a"]


def test_a_robots_txt_that_moved_is_followed(site: LoopbackSite, crawl: Crawl) -> None:
    site.answers |= {
        "/robots.txt": [(301, {"Location": "/rules.txt"}, b"")],
        "/rules.txt": [(200, HTML, b"User-agent: *\nDisallow: /a")],
    }
    assert [entry[0] for entry in crawl([site.url + "/a"])] == ["robots"]


BROWSER = os.environ.get("NEWSCRAWL_BROWSER") or shutil.which("chromium")


@pytest.mark.skipif(not BROWSER, reason="no chromium on PATH and NEWSCRAWL_BROWSER is not set")
def test_a_rendered_page_is_recorded_as_rendered(site: LoopbackSite, crawl: Crawl, tmp_path: Path) -> None:
    script = "<script>document.body.innerHTML = '<h1>' + 'من السكريبت' + '</h1>'</script>"
    site.answers |= {
        "/app": [(200, HTML, f"<html><body>{script}</body></html>".encode())],
        "/moved": [(302, {"Location": "/app"}, b"")],
    }
    recording = tmp_path / "crawl.warc.gz"
    asked: list[str | Request] = [
        Request(site.url + p, meta={"playwright": True}) for p in ("/app", "/moved")
    ]
    gone = LoopbackSite()
    gone.close()
    asked.append(Request(gone.url, meta={"playwright": True, "dont_obey_robotstxt": True}))
    options = {"executable_path": BROWSER, "args": ["--no-sandbox", "--disable-gpu"]}

    live = crawl(asked, RECORD=str(recording), PLAYWRIGHT_LAUNCH_OPTIONS=options, DOWNLOAD_TIMEOUT=30)
    site.close()

    rendered = [entry[1:3] for entry in live if entry[0] == 200]
    assert rendered == [(site.url + "/app", "من السكريبت")] * 2
    assert [entry[0] for entry in live if entry[0] != 200] == ["refused"]
    replayed = crawl(asked, REPLAY=str(recording), PLAYWRIGHT_LAUNCH_OPTIONS={"executable_path": "/none"})
    assert bare(replayed) == bare(live)


def test_a_missing_browser_is_reported_with_its_remedy(site: LoopbackSite, crawl: Crawl) -> None:
    asked: list[str | Request] = [Request(site.url + "/app", meta={"playwright": True})]
    [(kind, _, message, _)] = crawl(asked, PLAYWRIGHT_LAUNCH_OPTIONS={"executable_path": "/none/chromium"})
    assert kind == "other"
    assert "no browser at /none/chromium" in message
    assert "NEWSCRAWL_BROWSER" in message


class Liar(BaseHTTPRequestHandler):
    """A server that announces a wrong length, and keeps the connection open or closes it."""

    protocol_version = "HTTP/1.1"
    bodies: ClassVar[dict[str, tuple[str, bytes, int]]] = {}

    def do_GET(self) -> None:
        coding, body, announced = self.bodies.get(self.path.partition("?")[0], ("identity", b"", 0))
        self.send_response(200)
        for name, value in {
            "Content-Type": "text/html",
            "Content-Encoding": coding,
            "Content-Length": announced,
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.close_connection = "?ends" in self.path

    def log_message(self, *args: Any) -> None:
        pass


def test_a_compressed_body_with_the_length_of_the_plain_page_is_read(crawl: Crawl) -> None:
    plain = page("خبر" * 500)[2]
    packed, deflated = gzip.compress(plain), zlib.compress(plain)
    Liar.bodies = {
        "/gzip": ("gzip", packed, len(plain)),
        "/x-gzip": ("x-gzip", packed, len(plain)),
        "/deflate": ("deflate", deflated, len(plain)),
        "/cut": ("gzip", packed[:-9], len(plain)),
        "/plain": ("identity", plain[:-9], len(plain)),
        "/right": ("gzip", packed, len(packed)),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}"
    crawlers: list[Crawler] = []
    free = {"dont_obey_robotstxt": True}
    wanted = [
        "/gzip",
        "/gzip?ends",
        "/x-gzip",
        "/x-gzip?ends",
        "/deflate?ends",
        "/right",
        "/cut?ends",
        "/plain?ends",
    ]
    seen = crawl(
        [Request(root + path, meta=free) for path in wanted],
        RETRY_TIMES=0,
        watch=crawlers.append,
    )
    server.shutdown()
    server.server_close()
    got = {entry[1].removeprefix(root): entry[0] for entry in seen}
    assert got == {path: "lost" if path in ("/cut?ends", "/plain?ends") else 200 for path in wanted}
    assert {entry[2] for entry in seen if entry[0] == 200} == {"خبر" * 500}
    sent = 5 * len(packed) + len(deflated)
    stats = crawlers[0].stats
    assert stats
    assert sent < stats.get_value("downloader/response_bytes") < sent + 6 * 400 < len(plain) * 6
