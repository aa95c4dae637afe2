"""Reads sitemaps, news sitemaps and indexes of them (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from lxml import etree
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.sitemap import sitemap_urls_from_robots

from newscrawl import robotstxt
from newscrawl.discovery import feed
from newscrawl.discovery.entry import Entry, admitted, entry, header, moment
from newscrawl.discovery.unpack import text, utf8
from newscrawl.discovery.walk import ListPage, Walk
from newscrawl.sites import Feed, Site, Sitemap

ENTRIES = 50_000
"""Maximum number of entries of a file; the protocol allows no more."""
DEPTH = 1_000
"""Maximum depth of nested elements: each missing end tag adds a level."""
SILENT = 1_000_000
"""Maximum number of bytes of a comment, attribute or the like without an end."""
PART = 100_000
"""Maximum number of bytes of an entry in a file that is not well-formed."""
FIELD = 10_000
"""Maximum number of letters of a field that are read."""
NAMES = 1_000
"""Maximum number of element names that are remembered."""
SNIFFED = 10_000
"""A sitemap in plain text has no markup within this many letters."""
LINE = 400
"""Maximum average length of a line in a plain-text sitemap, in letters."""
UNDATED = 1000
"""A sitemap without dates and with at most this many entries counts as a list of recent articles."""
SAME_MOMENT = 20
"""In a file with at least this many entries, a moment that nearly all share is that of the file."""

_NO_ARTICLES = re.compile(
    r"(?:categor(?:y|ies)|tags?|authors?|users?|taxonomies|page|pages|image|video)-?sitemap\d*\.|"
    r"sitemap-(?:taxonomies|users|posts-page|tax|category|tags?|authors?|images?|videos?)\b",
    re.IGNORECASE,
)
"""Matches files of an index in which the usual plugins do not list articles."""
_NAMED = re.compile(
    r"site-?map[^/?#]*\.(?:xml|txt|php|aspx|ashx)(?:\.gz)?(?:[?#]|$)|\.xml\.gz(?:[?#]|$)", re.IGNORECASE
)
"""Matches an address that belongs to a sitemap, in any list."""
_XML = re.compile(r"\.(?:xml|gz)(?:[?#]|$)", re.IGNORECASE)
"""Matches an address that may belong to a sitemap."""
_Files = list[tuple[str, str | None]]
"""Files that a sitemap names: address and ``lastmod``."""
_PERIOD = re.compile(
    r"(?<!\d)(20\d\d)(?:([-_/.])(1[0-2]|0?[1-9])(?:\2(3[01]|[12]\d|0?[1-9]))?|(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])?)?(?!\d)"
)
_NUMBER = re.compile(r"\d+")
_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:html|head|body|script|!doctype)\b", re.IGNORECASE)
_NOTICES = re.compile(
    r"<!--.*?(?:-->|\Z)|(?:<br\s*/?>\s*)?<b>[A-Z][\w ]{3,20}</b>:.*?(?:\n|\Z)|<br\s*/?>", re.DOTALL
)
"""Matches comments of caches and notices of PHP around plain text."""
_BEGIN = re.compile(rb"(?=<(?:[\w-]{1,20}:)?(?:url|sitemap)[\s>])", re.IGNORECASE)
_ROOTS = ("urlset", "sitemapindex")
_FEEDS = ("rss", "feed", "rdf")
_FIELDS = {"url": ("loc", "lastmod"), "sitemap": ("loc", "lastmod"), "news": ("publication_date", "title")}
"""Element → those of its fields that are read: a picture has a ``loc`` of its own."""


def read_sitemap(response: Response, walk: Walk, site: Site) -> ListPage | None:
    """The articles of a sitemap and the files that it names; None when it is not a sitemap or an index."""
    assert isinstance(walk.source, Sitemap)
    skipped: Counter[str] = Counter()
    content_type = header(response, "Content-Type")
    file = _parsed(response.body, content_type, skipped)
    if file.root in _FEEDS and not (file.urls or file.files):
        # Some sites name their feed as their sitemap.
        return feed.read_feed(response, Feed(response.url), site)
    if not (file.urls or file.files or file.root in _ROOTS):
        file.urls = list(_lines(response.body, content_type, skipped))
        if not file.urls:
            return None
    named: _Files = []
    unsure: _Files = []
    pages = _pages(file, response.url, site, named, unsure, skipped)
    entries = articles(pages, response.url, site, skipped)
    # Next to articles, another file may be anything: a feed, a sitemap of pictures.
    named += [] if entries else unsure
    after = [Request(url) for url in wanted_files(named, walk, site)]
    is_index = file.root == "sitemapindex" or bool(named and not entries)
    return ListPage(entries, after, index=is_index, skipped=skipped)


def _pages(
    file: _File, base: str, site: Site, named: _Files, unsure: _Files, skipped: Counter[str]
) -> Iterator[dict[str, str]]:
    """The entries of a sitemap without the files among them, which are added to ``named`` or ``unsure``.

    The address shows more reliably than its element whether it is a file: some indexes are written as a
    ``urlset``, and some sitemaps as an index. Addresses that are refused are counted in ``skipped``.
    """
    for fields in file.files:
        url = admitted(fields["loc"], base, site, skipped)
        if url and not (_NAMED.search(url) or _XML.search(url)) and site.is_article(url):
            yield fields
        elif url and site.lists_at(url, base):
            named.append((url, fields.get("lastmod")))
    for fields in file.urls:
        files = named if _NAMED.search(fields["loc"]) else unsure if _XML.search(fields["loc"]) else None
        if files is None:
            yield fields
        elif (url := admitted(fields["loc"], base, site, skipped)) and site.lists_at(url, base):
            files.append((url, fields.get("lastmod")))


def articles(listed: Iterable[dict[str, str]], base: str, site: Site, skipped: Counter[str]) -> list[Entry]:
    """The articles of a sitemap, the newest first; none when it is long and has no dates.

    ``news:publication_date`` is the day of publication; ``lastmod`` is only the latest possible day.
    Addresses that are refused are counted in ``skipped``.
    """
    entries = [
        entry(
            url,
            site,
            date=fields.get("publication_date"),
            modified=fields.get("lastmod"),
            title=fields.get("title"),
            origin=base,
            skipped=skipped,
        )
        for fields in listed
        if (url := admitted(fields["loc"], base, site, skipped)) and site.wants(url)
    ]
    latest = [(entry, entry.days[1]) for entry in truthful(entries)]
    undated = [entry for entry, last in latest if not last]
    dated = [(*_moment(entry, last), entry) for entry, last in latest if last]
    dated.sort(key=lambda row: row[:2], reverse=True)
    return [entry for *_, entry in dated] + (undated if len(undated) <= UNDATED else [])


def truthful(entries: Sequence[Entry]) -> list[Entry]:
    """The entries; a moment of change that nearly all of them share is removed, because it is that of the
    file.
    """
    moments = Counter(
        entry.lastmod for entry in entries if entry.lastmod and entry.lastmod.time() != dt.time()
    )
    if len(entries) < SAME_MOMENT or not moments:
        return list(entries)
    common, times = moments.most_common(1)[0]
    if times < len(entries) * 0.9:
        return list(entries)
    return [replace(entry, lastmod=None) if entry.lastmod == common else entry for entry in entries]


def wanted_files(files: Iterable[tuple[str, str | None]], walk: Walk, site: Site) -> list[str]:
    """The files of an index (address, ``lastmod``) that a walk needs, the newest first.

    Files whose age neither ``lastmod`` nor their name shows come last, taken from both ends in turn: plugins
    differ in whether the first or the last file holds the newest articles.
    """
    assert isinstance(walk.source, Sitemap)
    only = re.compile(walk.source.files) if walk.source.files else None
    dated: list[tuple[dt.date, str]] = []
    undated: list[str] = []
    for url, lastmod in dict(files).items():
        path = unquote(urlsplit(url).path)
        if not only.search(url) if only else _NO_ARTICLES.search(path):
            continue
        days = period(path)
        last = moment(lastmod, site)[0] or (days[1] if days else None)
        if walk.until and days and days[0] > walk.until:
            continue
        if last is None:
            undated.append(url)
        elif not (walk.since and last < walk.since):
            dated.append((last, url))
    newest_first = [url for _, url in sorted(dated, key=lambda file: file[0], reverse=True)]
    return newest_first + _from_both_ends(sorted(undated, key=_counted, reverse=True))


def period(path: str) -> tuple[dt.date, dt.date] | None:
    """The first and the last day of the year, month or day in a file's name.

    >>> period("/sitemapxmls/news/news-2024-3.xml")
    (datetime.date(2024, 3, 1), datetime.date(2024, 3, 31))
    """
    for hit in _PERIOD.finditer(path):
        year = int(hit[1])
        month = hit[3] or hit[5]
        day = hit[4] or hit[6]
        if not month and path[max(0, hit.start() - 1) : hit.start()].isalpha():
            continue  # a count of files: post-sitemap2024.xml
        try:
            if day:
                only = dt.date(year, int(month), int(day))
                return only, only
            first = dt.date(year, int(month or 1), 1)
        except ValueError:
            continue
        after = dt.date(year + 1, 1, 1) if not month or int(month) == 12 else dt.date(year, int(month) + 1, 1)
        return first, after - dt.timedelta(days=1)
    return None


def named_by_robots(body: bytes, base: str, site: Site) -> list[str]:
    """The sitemaps that a ``robots.txt`` names, without addresses that are refused."""
    urls: Iterable[str] = sitemap_urls_from_robots(robotstxt.read_robots(body).encode(), base)
    allowed = (admitted(url, base, site, Counter()) for url in urls)
    return list(dict.fromkeys(url for url in allowed if url))


class _File:
    """A sitemap while it is parsed; only its entries are kept.

    An entry counts at any depth, and ends where the next one begins, if not before: a missing tag affects
    only its own entry.
    """

    def __init__(self, skipped: Counter[str]) -> None:
        self.root: str | None = None
        self.urls: list[dict[str, str]] = []
        self.files: list[dict[str, str]] = []
        self._skipped = skipped
        self._path: list[str] = []
        self._kind = ""
        self._entry: dict[str, str] = {}
        self._field = ""
        self._text: list[str] = []
        self._left = 0
        self._names: dict[str | bytes, str] = {}
        self.met = 0
        """Number of parts so far: tags, texts, comments."""

    def start(self, tag: str | bytes, attrib: object) -> None:
        name = self._local(tag)
        self.root = self.root or name
        self.met += 1
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if name in ("url", "sitemap"):
            self._finish()
            self._kind = name
        elif self._kind and name in _FIELDS.get(parent, ()):
            self._field, self._left = name, FIELD
            self._text.clear()

    def data(self, data: str | bytes) -> None:
        self.met += 1
        if self._field and self._left > 0:
            self._text.append(str(data)[: self._left])
            self._left -= len(data)

    def end(self, tag: str | bytes) -> None:
        name = self._local(tag)
        if self._path:
            self._path.pop()
        if name == self._field:
            self._entry.setdefault(name, "".join(self._text).strip())
            self._field = ""
        elif name == self._kind:
            self._finish()

    def comment(self, text: str | bytes) -> None:
        self.met += 1

    @property
    def depth(self) -> int:
        return len(self._path)

    def close(self) -> None:
        if self._path:
            self._skipped["cut"] += 1
        self._path.clear()
        self._finish()

    def _local(self, tag: str | bytes) -> str:
        """The name of an element without its namespace or prefix; many files write it in capitals."""
        if (name := self._names.get(tag)) is None:
            name = re.split("[}:]", str(tag))[-1].lower()
            if len(self._names) < NAMES:
                self._names[tag] = name
        return name

    def _finish(self) -> None:
        if self._kind:
            entries = self.urls if self._kind == "url" else self.files
            if not self._entry.get("loc"):
                self._skipped["no_address"] += 1
            elif len(entries) >= ENTRIES:
                self._skipped["too_many"] += 1
            else:
                entries.append(self._entry)
        self._kind, self._entry, self._field = "", {}, ""


def _parsed(body: bytes, content_type: str | None, skipped: Counter[str]) -> _File:
    """The entries of a file; nothing else in it takes memory.

    In a file that is not well-formed, each entry is parsed by itself, so that a fault in one entry does not
    affect the others.
    """
    counts: Counter[str] = Counter()
    file = _File(counts)
    if _feed(file, utf8(body, content_type, skipped)):
        skipped.update(counts)
        return file
    parts = _File(skipped)
    for part in _parts(utf8(body, content_type)):
        _feed(parts, [b"<part>", part, b"</part>"])
    skipped["cut"] = min(1, counts["cut"])
    skipped += Counter()  # drops counts of zero
    parts.root = file.root
    return parts


def _feed(file: _File, pieces: Iterable[bytes]) -> bool:
    """Parse a file or a part of one; returns whether it was well-formed."""
    parser = etree.XMLParser(
        target=file, recover=True, resolve_entities=False, no_network=True, huge_tree=True
    )
    with suppress(etree.XMLSyntaxError, UnicodeDecodeError):  # ``&#xD800;`` raises the latter
        met = silent = 0
        for piece in pieces:
            parser.feed(piece)
            silent = silent + len(piece) if file.met == met else 0
            met = file.met
            if file.depth > DEPTH or silent > SILENT:  # the parser would keep the rest in memory
                file.close()
                return False
        parser.close()
        return not len(parser.feed_error_log)
    file.close()
    return False


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A file cut before each of its entries; an entry longer than ``PART`` is cut off there."""
    held = b""
    for piece in pieces:
        *whole, held = _BEGIN.split(held + piece)
        yield from whole
        held = held[:PART]
    yield held


def _lines(body: bytes, content_type: str | None, skipped: Counter[str]) -> Iterator[dict[str, str]]:
    """The entries of a sitemap in plain text: an address on each line, or at least on the first."""
    counts: Counter[str] = Counter()
    content = text(body, content_type, ENTRIES * LINE, counts).replace("\ufeff", "")
    if _MARKUP.search(content, 0, SNIFFED):
        return
    lines = [
        line
        for line in map(str.strip, _NOTICES.sub("\n", content).splitlines())
        if line and not line.startswith("#")
    ]
    if not (lines and _ADDRESS.match(lines[0])):
        return
    if counts["cut"]:  # the last one may be a part of an address
        skipped["cut"] = 1
        del lines[-1]
    for number, line in enumerate(lines):
        if number >= ENTRIES:
            skipped["too_many"] += 1
        elif _ADDRESS.match(line):
            yield {"loc": line}
        else:
            skipped["no_address"] += 1


def _moment(entry: Entry, last: dt.date) -> tuple[dt.date, float]:
    """Sort key of entries by age: the latest possible day, then the instant of the change."""
    changed = entry.lastmod.date() if entry.lastmod else last
    return max(last, changed), entry.lastmod.timestamp() if entry.lastmod else 0.0


def _counted(url: str) -> list[int]:
    return [int(number[:9]) for number in _NUMBER.findall(urlsplit(url).path)]


def _from_both_ends(urls: Sequence[str]) -> list[str]:
    half = (len(urls) + 1) // 2
    pairs = zip(urls[:half], reversed(urls[half:]), strict=False)
    turned = [url for pair in pairs for url in pair]
    return turned + list(urls[half - 1 : half] if len(urls) % 2 else [])
