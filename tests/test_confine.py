"""Whatever a rendered page tries, it reaches no other server, and each attempt is counted as refused."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from scrapy.settings import Settings

from newscrawl.download.render import configured_proxy, find_browser, launch_options
from tests.conftest import Database
from tests.loopback import TEXT, LoopbackNewspaper, article, serve
from tests.test_render import Crawling, needs_browser

# What a page tries; {to} is the server that must receive nothing, and the name of the attempt is the path.
MARKUP = {
    "picture": '<img src="{to}">',
    "frame": '<iframe src="{to}"></iframe>',
    "object": '<object data="{to}"></object>',
    "embed": '<embed src="{to}">',
    "film": '<video src="{to}" autoplay></video>',
    "sheet": '<link rel=stylesheet href="{to}">',
    "script": '<script src="{to}"></script>',
    "module": '<link rel=modulepreload href="{to}">',
    "preload": '<link rel=preload as=script href="{to}">',
    "prefetch": '<link rel=prefetch href="{to}">',
    "import-of-a-sheet": '<style>@import url("{to}");</style>',
    "background": '<div style="background: url({to})">x</div>',
    "picture-of-a-drawing": '<svg><image href="{to}"/></svg>',
}
SCRIPT = {
    "fetch": "fetch('{to}')",
    "fetch-post": "fetch('{to}', {{method: 'POST', mode: 'no-cors', body: 'x', keepalive: true}})",
    "xhr": "let x = new XMLHttpRequest(); x.open('GET', '{to}'); x.send()",
    "beacon": "navigator.sendBeacon('{to}', 'x')",
    "import": "import('{to}')",
    "events": "new EventSource('{to}')",
    "socket": "new WebSocket('{to}'.replace('http', 'ws'))",
    "socket-of-a-frame": "new (frame().WebSocket)('{to}'.replace('http', 'ws'))",
    "fetch-of-a-frame": "frame().fetch('{to}')",
    "worker": "new Worker(blob(`fetch('{to}')`))",
    "worker-of-a-frame": "new (frame().Worker)(blob(`fetch('{to}')`))",
    "shared-worker": "new SharedWorker('{to}')",
    "service-worker": "navigator.serviceWorker.register('{to}')",
    "popup": "open('{to}')",
    "popup-without-opener": "open('{to}', '_blank', 'noopener')",
    "popup-by-link": "click(`<a href='{to}' target=_blank>`)",
    "form-in-a-popup": "click(`<form method=post action='{to}' target=_blank><button>`)",
    "form-in-a-frame": "frame('f'); click(`<form action='{to}' target=f><button>`)",
    "ping": "click(`<a href='#x' ping='{to}'>`)",
    "redirect-of-a-fetch": "fetch('/to/redirect-of-a-fetch', {{mode: 'no-cors'}})",
    "redirect-of-a-frame": "frame().location = '/to/redirect-of-a-frame'",
    "transport": "new WebTransport('{to}'.replace('http', 'https'))",
}
NAVIGATION = {
    "form": "click(`<form method=post action='{to}'><button>`)",
    "download": "click(`<a href='{to}' download>`)",
    "redirect-of-the-page": "location = '/to/redirect-of-the-page'",
    "navigation": "location = '{to}'",
    "navigation-by-a-frame": "frame().eval(`top.location = '{to}'`)",
    "navigation-by-the-api": "navigation.navigate('{to}')",
    "refresh": "let m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url={to}';"
    "document.head.append(m); setTimeout(() => m.remove(), 100)",
}
"""Attempts to navigate away, each on a separate page."""
HEADERS = {
    "Link": "<{to}/link>; rel=preload; as=script",
    "Content-Security-Policy-Report-Only": "img-src 'none'; report-uri {to}/policy",
    "Reporting-Endpoints": 'default="{to}/reports"',
    "Report-To": '{{"group": "default", "max_age": 60, "endpoints": [{{"url": "{to}/reports"}}]}}',
    "NEL": '{{"report_to": "default", "max_age": 60, "success_fraction": 1}}',
    "Speculation-Rules": '"{to}/rules"',
}
"""Attempts that are made by headers of the response."""
UNSEEN = {
    "speculation": """let s = document.createElement('script'); s.type = 'speculationrules';
        let rules = [{{source: 'list', urls: ['{to}']}}]
        s.text = JSON.stringify({{prefetch: rules, prerender: rules}});
        document.head.append(s)""",
    "preconnect": "document.head.innerHTML += `<link rel=preconnect href='{to}'>`",
    "payment": """new PaymentRequest([{{supportedMethods: '{to}'}}],
        {{total: {{label: 'x', amount: {{currency: 'MAD', value: '1'}}}}}}).canMakePayment()""",
    "identity": """navigator.credentials.get({{identity: {{providers: [
        {{configURL: '{to}', clientId: 'x'}}]}}}})""",
    "fetch-at-the-end": "fetchLater('{to}')",
    "beacon-at-the-end": "addEventListener('pagehide', () => navigator.sendBeacon('{to}', 'x'))",
    "rtc": """let c = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{host}'}},
        {{urls: 'turn:{host}?transport=tcp', username: 'a', credential: 'b'}}]}});
        c.createDataChannel('x'); c.createOffer().then(offer => c.setLocalDescription(offer))""",
}
"""Attempts that interception cannot recognise by an address."""
OWN = {
    "own-socket": "new WebSocket('ws://' + location.host + '/own-socket')",
    "own-popup": "open('/own-popup')",
    "own-worker": "new Worker('/own-worker.js')",
    "own-service-worker": "navigator.serviceWorker.register('/own-service-worker.js')",
}
"""Attempts that are refused even to the page's own site."""
PAGE = """<html lang=ar dir=rtl><head><title>صحيفة</title></head><body><div id=root></div>{markup}<script>
const blob = code => URL.createObjectURL(new Blob([code]))
const frame = name => {{
  let f = document.createElement('iframe'); if (name) f.name = name
  document.body.append(f); return f.contentWindow
}}
const click = html => {{
  let box = document.createElement('div'); box.innerHTML = html; document.body.append(box)
  box.querySelector('a, button').click()
}}
const attempts = {{{script}}}
for (const attempt of Object.values(attempts)) try {{ attempt()?.catch?.(() => 0) }} catch {{}}
fetch('/data{path}').then(answer => answer.text()).then(text => root.innerHTML = text)
</script></body></html>"""


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A loopback port that nothing may reach, by TCP or UDP; it records what arrives."""
    arrived: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))

        def accept() -> None:
            while True:
                try:
                    connection, _ = tcp.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(1)
                    arrived.append(b"connection")

        def receive() -> None:
            while datagram := udp.recv(2000):
                arrived.append(datagram)

        threads = [threading.Thread(target=run, daemon=True) for run in (accept, receive)]
        for thread in threads:
            thread.start()
        try:
            yield port, arrived
        finally:
            tcp.shutdown(socket.SHUT_RDWR)
            udp.sendto(b"", ("127.0.0.1", port))
            for thread in threads:
                thread.join(5)


def functions(attempts: dict[str, str], target: str) -> str:
    """The JavaScript of an object with a function for each attempt."""
    host = target.partition("//")[2]
    code = {name: code.format(to=f"{target}/{name}", host=host) for name, code in attempts.items()}
    return ",\n".join(f"'{name}': () => {{ {code} }}" for name, code in code.items())


def hostile(target: str) -> LoopbackNewspaper:
    """A newspaper whose pages make all attempts, and show their articles by script."""
    newspaper = LoopbackNewspaper()
    pages: list[dict[str, str]] = [
        SCRIPT | UNSEEN | OWN,
        *({name: code} for name, code in NAVIGATION.items()),
    ]
    links = []
    for number, attempts in enumerate(pages):
        path = f"/articles-{number}.html"
        markup = "".join(code.format(to=f"{target}/{name}") for name, code in MARKUP.items() if not number)
        page = PAGE.format(markup=markup, path=path, script=functions(attempts, target))
        headers = {name: value.format(to=target) for name, value in HEADERS.items() if not number}
        newspaper.pages[path] = (200, headers, page)
        newspaper.pages[f"/data{path}"] = article(number).partition("<body>")[2].partition("</body>")[0]
        links.append(f'<li><a href="{path}">{TEXT} {number}</a></li>')
    path = f"/articles-{len(pages)}.html"
    newspaper.pages[path] = (200, {"Refresh": f"0; url={target}/refresh-by-header"}, article(len(pages)))
    links.append(f'<li><a href="{path}">{TEXT} {len(pages)}</a></li>')
    for number, leads_to in ((98, f"{target}/redirect"), (99, "http://localhost/redirect")):
        path = f"/articles-{number}.html"
        newspaper.pages[path] = (302, {"Location": leads_to}, "")
        links.append(f'<li><a href="{path}">{TEXT} {number}</a></li>')
    newspaper.pages["/"] = f"<ul>{''.join(links)}</ul>"
    for name in SCRIPT | NAVIGATION:
        newspaper.pages[f"/to/{name}"] = (302, {"Location": f"{target}/{name}"}, "")
    return newspaper


@needs_browser
def test_nothing_arrives_and_the_articles_are_stored(database: Database) -> None:
    with listening() as (port, arrived), serve(hostile(f"http://127.0.0.1:{port}")) as newspaper:
        crawl = Crawling(
            database, newspaper, "-s", "LOG_LEVEL=DEBUG", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4"
        )
        assert crawl.wait() == 0, crawl.said[-4000:]
    assert arrived == []
    count = 2 + len(NAVIGATION)
    assert {doc["url"].rpartition("/")[2]: doc["title"] for doc in database.articles()} == {
        f"articles-{number}.html": f"خبر محلي رقم {number}" for number in range(count)
    }
    rejected = {doc["urls"][0][-7:]: doc for doc in database.ops["rejected"].find()}
    assert rejected["99.html"]["reason"] == "redirected"
    assert f"http://127.0.0.1:{port}/redirect (port)" in rejected["98.html"]["detail"]
    told = re.findall(r"the browser may not request this \((\w+)\): (.+)", crawl.said)
    seen = {said.rpartition("/")[2].partition("?")[0] for _, said in told}
    # A worker is refused before it requests anything.
    assert (SCRIPT | MARKUP | NAVIGATION).keys() - seen == {"worker", "worker-of-a-frame"}
    assert sum(reason == "worker" and "blob:" in said for reason, said in told) == 2
    assert {"link", "refresh-by-header"} <= seen
    assert ("port", f"connection 127.0.0.1:{port}") in told
    assert [path for path in newspaper.asked if path.startswith("/own")] == []
    assert {reason for reason, _ in told} >= {"port", "popup", "websocket", "worker", "webrtc"}
    counted = re.findall(r"'newscrawl/browser/refused/(\w+)': (\d+)", crawl.said)
    assert {reason: int(count) for reason, count in counted} == dict(Counter(reason for reason, _ in told))


class TestSandbox:
    """Chromium is started with `launch_options`, by root and by another user."""

    PAGE = "data:text/html,<body><script>document.body.append(6*7)</script>"

    def run(self, user: int, home: Path) -> subprocess.CompletedProcess[str]:
        browser = find_browser(Settings({"BROWSER": os.environ.get("NEWSCRAWL_BROWSER", "")}))
        assert browser
        with mock.patch.object(os, "geteuid", return_value=user):
            options = launch_options(Settings(), browser, "socks5://127.0.0.1:9")
        sandbox = [] if options["chromium_sandbox"] else ["--no-sandbox"]
        command = [
            browser, "--headless", f"--user-data-dir={home}", f"--proxy-server={options['proxy']['server']}",
            *options["args"], *sandbox, "--dump-dom", self.PAGE,
        ]  # fmt: skip
        if user != os.geteuid():
            setpriv = shutil.which("setpriv") or pytest.skip("there is no setpriv to run as another user")
            command = [setpriv, f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
            home.chmod(0o777)
        return subprocess.run(
            command, env=os.environ | {"HOME": str(home)}, cwd=home, capture_output=True, text=True,
            timeout=240, check=False,
        )  # fmt: skip

    @needs_browser
    @pytest.mark.skipif(os.geteuid() != 0, reason="takes root")
    def test_root_gets_a_browser(self, tmp_path: Path) -> None:
        done = self.run(0, tmp_path)
        assert "42</body>" in done.stdout, done.stderr

    @needs_browser
    def test_another_user_gets_it_sandboxed(self) -> None:
        user = os.geteuid() or 65534
        with tempfile.TemporaryDirectory(dir="/tmp") as home:
            done = self.run(user, Path(home))
        if "No usable sandbox" in done.stderr:
            pytest.skip("this kernel lets users make no namespaces, and chromium-sandbox is not installed")
        assert "42</body>" in done.stdout, done.stderr

    @pytest.mark.parametrize(("user", "sandboxed"), [(0, False), (1000, True)])
    def test_the_options_of_chromium(
        self, user: int, sandboxed: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: user)
        given = Settings({"PLAYWRIGHT_LAUNCH_OPTIONS": {"args": ["--lang=ar"]}})
        options = launch_options(given, "/usr/bin/chromium", "socks5://127.0.0.1:9")
        assert options["chromium_sandbox"] is sandboxed
        assert "--lang=ar" in options["args"]
        assert "--no-sandbox" not in options["args"]
        assert "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1" in options["args"]
        assert options["proxy"] == {"server": "socks5://127.0.0.1:9"}

    def test_a_configured_proxy_is_used_in_place_of_our_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "HTTPS_PROXY", "NO_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        proxy = "http://crawler:p%40ss@proxy.example:3128/"
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost,.intranet")
        assert configured_proxy("https://www.alayam24.com/") == proxy
        for direct in ("http://www.alayam24.com/", "https://127.0.0.1:8000/", "https://news.intranet/"):
            assert configured_proxy(direct) is None
        options = launch_options(Settings(), None, proxy)
        assert options["proxy"] == {
            "server": "http://proxy.example:3128", "username": "crawler", "password": "p@ss",
        }  # fmt: skip
        assert "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE proxy.example" in options["args"]
        named = Settings({"PLAYWRIGHT_LAUNCH_OPTIONS": {"proxy": {"server": "http://other.example:80"}}})
        assert launch_options(named, None, proxy)["proxy"] == {"server": "http://other.example:80"}
