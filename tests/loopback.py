"""A newspaper on loopback whose pages a test provides, and the spider that crawls it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from newscrawl.sites import Api, Feed, Listing, Markup, Site, Sitemap, WordPress
from newscrawl.spider import NewsSpider

TEXT = (
    "أعلن مجلس المدينة صباح اليوم عن خطة جديدة لتوسيع المساحات الخضراء في الأحياء الشرقية خلال الأشهر "
    "المقبلة بمشاركة الجمعيات المحلية والسكان الذين عبروا عن ارتياحهم لهذه المبادرة التي طال انتظارها"
)
WORDS = TEXT.split()


def article(number: int, *, day: str = "27 مارس 2024", text: str = "") -> str:
    """An article page; each number has its own text."""
    turned = WORDS[number % len(WORDS) :] + WORDS[: number % len(WORDS)]
    paragraphs = [" ".join(turned) + f" رقم {number * 7919}.", " ".join(reversed(turned)) + f" {text}."]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html lang=ar dir=rtl><head><title>خبر محلي رقم {number}</title></head><body>"
        f"<h1 class=heading>خبر محلي رقم {number}</h1><span class=date>{day}</span>"
        f"<div class=articlecontent>{body}</div></body></html>"
    )


def listing(numbers: list[int], following: str | None = None) -> str:
    """A listing page."""
    links = "".join(
        f'<li><a href="/articles-{number}.html">خبر محلي رقم {number}</a></li>' for number in numbers
    )
    after = f'<a rel=next href="{following}">التالي</a>' if following else ""
    return f"<html lang=ar dir=rtl><body><ul>{links}</ul>{after}</body></html>"


@dataclass
class LoopbackNewspaper:
    """The pages: path → body, or (status, headers, body). The key of a POST is its path, a space and the sent
    body.
    """

    pages: dict[str, str | bytes | tuple[int, dict[str, str], str | bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Requested paths, in order, without ``robots.txt``."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    """The headers of the last request for each path."""
    port: int = 0
    cookie_wall: str | None = None
    """A path that sets a cookie and redirects to itself until the request has that cookie."""
    stuck_at: str | None = None
    """A path that is never answered."""
    stuck: threading.Event = field(default_factory=threading.Event)
    """Set when ``hangs`` is requested."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the newspaper is no longer served."""

    @property
    def environment(self) -> dict[str, str]:
        return {"LOOPBACK": f"http://127.0.0.1:{self.port}"}

    def articles_asked(self) -> list[str]:
        return [path for path in self.asked if path.startswith("/articles-")]


@contextmanager
def serve(newspaper: LoopbackNewspaper) -> Iterator[LoopbackNewspaper]:
    """Serve the newspaper on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(self.path)

        def do_POST(self) -> None:
            self.answer(f"{self.path} {self.rfile.read(int(self.headers['Content-Length'])).decode()}")

        def answer(self, asked: str) -> None:
            if asked == newspaper.stuck_at:
                newspaper.stuck.set()
                newspaper.over.wait()
                return
            if asked != "/robots.txt":
                newspaper.asked.append(asked)
            newspaper.headers[asked] = dict(self.headers)
            page = newspaper.pages.get(asked, (404, {}, "غير موجود"))
            if asked == newspaper.cookie_wall and self.headers.get("Cookie") != "seen=1":
                page = (302, {"Location": asked, "Set-Cookie": "seen=1; Path=/; HttpOnly"}, "")
            status, headers, text = (200, {}, page) if isinstance(page, str | bytes) else page
            conditions = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
            if any(
                headers.get(name) and headers[name] == self.headers.get(asks)
                for name, asks in conditions.items()
            ):
                status, text = 304, ""
            body = text.encode() if isinstance(text, str) else text
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    newspaper.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield newspaper
    finally:
        newspaper.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


_ROOT = os.environ.get("LOOPBACK", "http://127.0.0.1:9")
_MARKUP = Markup(title="h1.heading", date="span.date", body="div.articlecontent p")


class Loopback(NewsSpider):
    name = "loopback"
    site = Site(
        name="صحيفة التجربة",
        domain="127.0.0.1",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/articles-\d+\.html$",
        discover=[Listing(f"{_ROOT}/")],
        markup=[_MARKUP],
    )


class LoopbackAll(NewsSpider):
    name = "loopback_all"
    site = Site(
        name="صحيفة التجربة",
        domain="127.0.0.1",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/articles-\d+\.html$",
        discover=[Listing(f"{_ROOT}/"), Feed(f"{_ROOT}/feed"), Sitemap(f"{_ROOT}/sitemap.xml")],
        markup=[_MARKUP],
    )


class LoopbackSections(NewsSpider):
    """A site whose sections are found on its home page."""

    name = "loopback_sections"
    site = replace(Loopback.site, discover=[Listing(f"{_ROOT}/", follow_sections=True)])


class LoopbackKinds(NewsSpider):
    """A site with every kind of list, each declared as a real site needs it."""

    name = "loopback_kinds"
    site = Site(
        name="صحيفة التجربة",
        domain="127.0.0.1",
        country="MA",
        timezone="Africa/Casablanca",
        article=r"^/articles-\d+\.html$",
        discover=[
            Listing(f"{_ROOT}/", links="li a"),
            Listing("/?action=ajax_listing&paged={page}", links="a.stretched-link"),
            Listing(
                "/ajax-more-articles",
                form={"page": "{page}", "section": "57", "sub_section": "247"},
                headers={"X-Requested-With": "XMLHttpRequest"},
                html="html",
                links="h3 a",
            ),
            Feed(),
            Feed("/older/?paged={page}"),
            Sitemap(),
            Sitemap("/sitemapxmls/news-{year}-{month}.xml"),
            Api(
                "/api/v1/news/search?start={page}&rows=2",
                first=0,
                step=2,
                items="data",
                link="join('', ['/articles-', to_string(uuid), '.html'])",
                title="title",
                date="published_at",
            ),
            WordPress(),
        ],
        markup=[_MARKUP],
    )


class LoopbackHostile(NewsSpider):
    """A site whose pages hang their reader: neither pattern finishes on a run of ``ء``."""

    name = "loopback_hostile"
    site = replace(
        Loopback.site,
        article=r"^/articles-\d+\.html$|^/(?:ء+)+!$",
        discover=[Listing(f"{_ROOT}/front"), Listing(f"{_ROOT}/endless", name="endless"), Feed()],
        markup=[replace(_MARKUP, cut=[r"(?:ء+)+!"])],
    )


ENDLESS = "ء" * 60
"""A text on which the patterns of the hostile site never finish."""
