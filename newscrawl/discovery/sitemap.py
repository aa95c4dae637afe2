"""Sitemaps, news sitemaps and indexes of them (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from urllib.parse import unquote, urlsplit

from lxml import etree
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.sitemap import sitemap_urls_from_robots

from newscrawl import robotstxt
from newscrawl.discovery import feed
from newscrawl.discovery.entry import Entry, admitted, entry, moment
from newscrawl.discovery.unpack import unpacked
from newscrawl.discovery.walk import Page, Walk
from newscrawl.sites import Site, Sitemap

UNDATED = 1000
"""Entries up to which a sitemap without dates is taken as a list of recent articles."""
SAME_MOMENT = 20
"""Entries from which one moment for nearly all of them is that of the file, not of the articles."""

_NO_ARTICLES = re.compile(
    r"(?:categor(?:y|ies)|tags?|authors?|users?|taxonomies|page|pages|image|video)-?sitemap\d*\.|"
    r"sitemap-(?:taxonomies|users|posts-page|tax|category|tags?|authors?|images?|videos?)\b",
    re.IGNORECASE,
)
"""Files of an index that the usual plugins write for other things than articles."""
_PERIOD = re.compile(
    r"(?<!\d)(20\d\d)(?:([-_/.])(1[0-2]|0?[1-9])(?:\2(3[01]|[12]\d|0?[1-9]))?|(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])?)?(?!\d)"
)
_NUMBER = re.compile(r"\d+")


def read(response: Response, walk: Walk, site: Site) -> Page | None:
    """The articles of a sitemap, or the files that an index names; None when it is neither."""
    assert isinstance(walk.source, Sitemap)
    kinds: dict[str, list[dict[str, str]]] = {"url": [], "sitemap": []}
    root = None
    for kind, fields in _elements(unpacked(response.body)):
        if kind in kinds:
            kinds[kind].append(fields)
        else:
            root = kind
    skipped: Counter[str] = Counter()
    if root == "sitemapindex" or kinds["sitemap"]:
        named = (
            (admitted(f["loc"], response.url, site, skipped), f.get("lastmod")) for f in kinds["sitemap"]
        )
        files = [(url, lastmod) for url, lastmod in named if url and site.lists_at(url, response.url)]
        after = [Request(url) for url in wanted_files(files, walk, site)]
        return Page([], after, index=True, skipped=skipped)
    if root == "urlset":
        return Page(articles(kinds["url"], response.url, site, skipped), skipped=skipped)
    found = feed.parsed(response.body)  # some sites name their feed as their sitemap
    if not found.get("version"):
        return None
    return Page(list(feed.articles(found, response.url, site, skipped)), skipped=skipped)


def articles(found: Iterable[dict[str, str]], base: str, site: Site, skipped: Counter[str]) -> list[Entry]:
    """The articles of a sitemap, the newest first; none when it is long and says no dates.

    Addresses that are refused are counted in ``skipped``.
    ``news:publication_date`` is the day of publication, ``lastmod`` only the latest that it can be.
    """
    entries = [
        entry(
            url,
            site,
            date=fields.get("publication_date"),
            modified=fields.get("lastmod"),
            title=fields.get("title"),
            origin=base,
        )
        for fields in found
        if (url := admitted(fields["loc"], base, site, skipped)) and site.is_article(url)
    ]
    entries = truthful(entries)
    dated = [entry for entry in entries if _latest(entry)]
    undated = [entry for entry in entries if not _latest(entry)]
    newest_first = sorted(dated, key=_moment, reverse=True)
    return newest_first + (undated if len(undated) <= UNDATED else [])


def truthful(entries: Sequence[Entry]) -> list[Entry]:
    """Entries without the moment of change that nearly all of them share: it is that of the file."""
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

    What says neither by ``lastmod`` nor by its name how old it is comes last, from both ends of the
    count in turn: plugins differ in whether the first or the last file holds the newest articles.
    """
    assert isinstance(walk.source, Sitemap)
    only = re.compile(walk.source.files) if walk.source.files else None
    dated: list[tuple[dt.date, str]] = []
    undated: list[str] = []
    for url, lastmod in files:
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
    """The first and the last day that a file's name stands for: a year, a month or a day.

    >>> period("/sitemapxmls/news/news-2024-3.xml")
    (datetime.date(2024, 3, 1), datetime.date(2024, 3, 31))
    """
    for hit in _PERIOD.finditer(path):
        year = int(hit[1])
        month = hit[3] or hit[5]
        day = hit[4] or hit[6]
        if not month and path[: hit.start()][-1:].isalpha():
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
    """The sitemaps that a ``robots.txt`` names, as they are asked for; what is refused is left out."""
    urls: Iterable[str] = sitemap_urls_from_robots(robotstxt.read(body).encode(), base)
    found = (admitted(url, base, site, Counter()) for url in urls)
    return list(dict.fromkeys(url for url in found if url))


def _elements(body: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """The root's name, then each ``url`` and ``sitemap`` with its fields; nothing of what is no XML.

    Memory stays the same however long the file is.
    """
    events = etree.iterparse(
        BytesIO(body),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    )
    depth = 0
    try:
        for event, element in events:
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                yield _local(element), {}
            elif event == "end" and depth == 1:
                fields = _fields(element)
                if fields.get("loc"):
                    yield _local(element), fields
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError:
        return


def _fields(element: etree._Element) -> dict[str, str]:
    """``loc``, ``lastmod`` and what stands in ``news:news``; not the ``loc`` of a picture."""
    fields: dict[str, str] = {}
    for child in element:
        name = _local(child)
        if name in ("loc", "lastmod"):
            fields.setdefault(name, _text(child))
        elif name == "news":
            for part in child:
                if _local(part) in ("publication_date", "title"):
                    fields.setdefault(_local(part), _text(part))
    return fields


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _latest(entry: Entry) -> dt.date | None:
    return entry.days[1]


def _moment(entry: Entry) -> tuple[dt.date, float]:
    last = _latest(entry) or dt.date.min
    changed = entry.lastmod.date() if entry.lastmod else last
    return max(last, changed), entry.lastmod.timestamp() if entry.lastmod else 0.0


def _counted(url: str) -> list[int]:
    return [int(number[:9]) for number in _NUMBER.findall(urlsplit(url).path)]


def _from_both_ends(urls: Sequence[str]) -> list[str]:
    half = (len(urls) + 1) // 2
    pairs = zip(urls[:half], reversed(urls[half:]), strict=False)
    turned = [url for pair in pairs for url in pair]
    return turned + [url for url in urls if url not in set(turned)]
