"""A proxy behind which newspapers answer that are not there: ``python -m tests.internet FOLDER PORT``.

Behind it are the sites of the recording and of ``tests/sites``, and two newspapers that the pages for users
name. Any other address is answered with 404, and nothing is passed on to a real network.
"""

import datetime as dt
import gzip
import ssl
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from warcio.archiveiterator import ArchiveIterator

from tests import site_fixtures
from tests.loopback import WORDS

RECORDING = Path(__file__).parent.parent / "recordings" / "demo.warc.gz"
CERTIFICATE = "server.pem"
"""The file in the folder that clients have to trust."""
SLUGS = """
qafila-jadida suq-usbui maktabat-hay jisr-qadim riyah-sharq mawsim-zaytun naqsh-khashab tariq-wadi bir-ma
""".split()
MONTHS = "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر".split()


class ServedAnswer(NamedTuple):
    """What is answered to a request."""

    body: bytes
    type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str = ""


def certificate(folder: Path, *hosts: str) -> Path:
    """A file with a key and a certificate for these hosts, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # Clients look certificates up by their name: each has its own.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(serial))])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), serial)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    pem = serialization.Encoding.PEM
    private = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / CERTIFICATE
    signed = builder.sign(key, hashes.SHA256())
    file.write_bytes(key.private_bytes(pem, *private) + signed.public_bytes(pem))
    return file


def server_context(file: Path) -> ssl.SSLContext:
    """TLS of a server with such a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def answers() -> dict[str, ServedAnswer]:
    """Address → answer, of every newspaper."""
    return {
        "https://www.example.org/": ServedAnswer(b"<title>Example</title>"),
        **{url: answer for name in site_fixtures.names() for url, answer in _offline(name)},
        **dict(_recorded()),
        **dict(_wahat("https://www.sada-elwaha.ma")),
        **dict(_sahifa("https://sahifa.example")),
    }


def _offline(name: str) -> Iterator[tuple[str, ServedAnswer]]:
    for answer in site_fixtures.load(name).answers:
        yield answer.url, ServedAnswer(answer.body, answer.type, answer.status)


def _recorded() -> Iterator[tuple[str, ServedAnswer]]:
    with RECORDING.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                headers = record.http_headers
                said = headers.get_header("Content-Type", ""), int(headers.get_statuscode())
                body = record.content_stream().read()
                url = record.rec_headers.get_header("WARC-Target-URI")
                yield url, ServedAnswer(body, *said, headers.get_header("Location", ""))
    pages = site_fixtures.load("alayam24").pages
    yield "https://www.alayam24.com/articles-73890.html", ServedAnswer(pages[0].answer.body)
    yield "https://www.alayam24.com/articles-73891.html", ServedAnswer(b"<h1 class=heading>...</h1>")


def _wahat(root: str) -> Iterator[tuple[str, ServedAnswer]]:
    """A newspaper without declarations in its pages, its articles in two sections."""
    name = "صدى الواحة"
    sections = {"jihat": "جهات", "raay": "رأي"}
    paths = {f"/jihat/{n}/{SLUGS[n % 9]}": n for n in range(7292, 7301)}
    paths |= {f"/raay/{n}/{SLUGS[n % 9]}": n for n in range(7203, 7212)}
    menu = "".join(f'<a href="/{path}">{title}</a>' for path, title in sections.items())
    for part in ("", *sections):
        cards = "".join(
            f'<h3><a href="{path}">{_title(n)}</a></h3>' for path, n in paths.items() if part in path
        )
        older = f'<a rel=next href="/{part}?page=2">التالي</a>'
        home = f"<title>{name}</title></head><body><nav>{menu}</nav>{cards}{older}</body>"
        yield f"{root}/{part}", ServedAnswer(f"<html lang=ar dir=rtl><head>{home}</html>".encode())
    yield f"{root}/robots.txt", ServedAnswer(b"User-agent: *\nAllow: /\n", "text/plain")
    for path, n in paths.items():
        at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=2 * (n % 100))
        page = f"""<html lang=ar dir=rtl><head><title>{_title(n)} | {name}</title></head><body>
<nav>{menu}</nav>
<div class="maqam">{sections[path.split("/")[1]]}</div><h2 class="unwan">{_title(n)}</h2>
<div class="waqt">{at.day} {MONTHS[at.month - 1]} {at.year}</div><div class="sahib"><b>نادية أوزال</b></div>
<div class="matn"><div>{_body(n, "</div><div>")}</div></div>
<footer>جميع الحقوق محفوظة</footer></body></html>"""
        yield f"{root}{path}", ServedAnswer(page.encode())


def _sahifa(root: str) -> Iterator[tuple[str, ServedAnswer]]:
    """A newspaper with a feed, of which nobody declared anything."""
    name = "صحيفة المثال"
    numbers = range(400, 424)
    hours = {n: dt.datetime.now(dt.UTC) - dt.timedelta(hours=3 * (n - 399)) for n in numbers}
    cards = "".join(f'<h3><a href="/mahalli/{n}-khabar.html">{_title(n)}</a></h3>' for n in numbers)
    head = (
        f"<title>{name}</title><meta property=og:site_name content='{name}'>"
        '<link rel=alternate type="application/rss+xml" href="/feed">'
    )
    for path in ("/", "/mahalli/"):
        home = f'{head}</head><body><nav><a href="/mahalli/">محلي</a></nav>{cards}</body>'
        yield root + path, ServedAnswer(f"<html lang=ar dir=rtl><head>{home}</html>".encode())
    yield f"{root}/robots.txt", ServedAnswer(b"User-agent: *\nAllow: /\n", "text/plain")
    items = "".join(
        f"<item><title>{_title(n)}</title><link>{root}/mahalli/{n}-khabar.html</link>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n, at in hours.items()
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'
    yield f"{root}/feed", ServedAnswer(feed.encode(), "application/rss+xml")
    for n, at in hours.items():
        page = f"""<html lang=ar dir=rtl><head><title>{_title(n)} | {name}</title>
<meta property="article:published_time" content="{at:%Y-%m-%dT%H:%M:%S}+02:00"></head><body>
<h1 class="qissa-ras">{_title(n)}</h1>
<div class="qissa-nass"><p>{_body(n, "</p><p>")}</p></div></body></html>"""
        yield f"{root}/mahalli/{n}-khabar.html", ServedAnswer(page.encode())


def _title(n: int) -> str:
    turned = _turned(n)
    return f"سكان {turned[0]} {turned[3]} يستقبلون قافلة {turned[5]} رقم {n}"


def _body(n: int, between: str) -> str:
    turned = _turned(n)
    return f"{' '.join(turned)} {n * 7919}.{between}{' '.join(reversed(turned))} {n}."


def _turned(n: int) -> list[str]:
    return WORDS[n % len(WORDS) :] + WORDS[: n % len(WORDS)]


class Proxy(BaseHTTPRequestHandler):
    """Answers absolute addresses, and CONNECT by talking TLS itself."""

    protocol_version = "HTTP/1.1"
    known: dict[str, ServedAnswer]
    context: ssl.SSLContext
    _root = ""

    def do_CONNECT(self) -> None:
        """Begin TLS in place of the host."""
        self._root = f"https://{self.path.removesuffix(':443')}"
        self.send_response(200)
        self.end_headers()
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)

    def do_GET(self) -> None:
        """Answer with the page of the newspaper."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.known.get(self._root + self.path, ServedAnswer("لا توجد".encode(), status=404))
        body = gzip.compress(answer.body)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Encoding", "gzip")
        if answer.location:
            self.send_header("Location", answer.location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_POST = do_GET

    def log_message(self, *args: object) -> None:
        """Log nothing."""


def main(folder: Path, port: int) -> None:
    """Serve until killed; the certificate is in the folder once it answers."""
    Proxy.known = answers()
    hosts = {(urlsplit(url).hostname or "").removeprefix("www.") for url in Proxy.known}
    hosts |= {f"www.{host}" for host in hosts}
    Proxy.context = server_context(certificate(folder, *sorted(hosts)))
    ThreadingHTTPServer(("127.0.0.1", port), Proxy).serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
