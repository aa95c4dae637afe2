"""Reads RSS, Atom and JSON feeds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

from scrapy import Request
from scrapy.http import Response

from newscrawl import jsontext
from newscrawl.discovery import pages
from newscrawl.discovery.entry import Entry, admitted, entry, header
from newscrawl.discovery.unpack import text, utf8
from newscrawl.discovery.walk import ListPage
from newscrawl.meta import meta
from newscrawl.sites import Feed, Site

LONGEST = 20_000_000
"""Maximum number of bytes of a feed that are read."""
ENTRIES = 1_000
"""Maximum number of entries of a JSON feed, or of a feed that is not well-formed."""
_ROOT = re.compile(rb"\A\s*<(?:\w+:)?(?:rss|feed|rdf)(?=[\s>/])", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:item|entry)\s*>", re.IGNORECASE)
_AROUND = re.compile(rb"<(channel|rss|rdf:RDF|feed)(?=[\s>])", re.IGNORECASE)
"""Matches the elements that enclose the entries of a feed."""
_END = re.compile(rb"</(?:channel|rss|feed|rdf:RDF)\s*>", re.IGNORECASE)
_WHOLE = re.compile(rb".*(?:</[^<>]*>|/>)", re.DOTALL)
"""Matches a part of a file up to the end of its last whole element."""
_LINK = re.compile(rb"<\w+:link\s[^<>]*/>", re.IGNORECASE)
_PREFIX = re.compile(rb"<([A-Za-z][\w.-]{0,20}):")
_NAMESPACES = {
    b"a": b"http://www.w3.org/2005/Atom",
    b"atom": b"http://www.w3.org/2005/Atom",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"feedburner": b"http://rssnamespace.org/feedburner/ext/1.0",
    b"media": b"http://search.yahoo.com/mrss/",
    b"rdf": b"http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
"""The namespaces of the usual prefixes, without trailing numbers (``a10:link``)."""
_LINKS = ("feedburner_origlink", "link", "id", "external_url")
_JSON = {
    "url": "link",
    "id": "id",
    "external_url": "external_url",
    "title": "title",
    "date_published": "published",
    "date_modified": "updated",
}
"""The fields of an entry of a JSON feed, and their names in other feeds."""
_OLDER = ("next", "prev-archive")
"""The relations by which a feed links to the page after it (RFC 5005)."""


@dataclass(slots=True)
class ParsedFeed:
    """The content of a feed."""

    older: list[str]
    """Addresses of the page after it, as printed."""
    entries: list[Mapping[str, Any]]
    """Its entries, with the fields that feedparser names: ``link``, ``title``, ``published``."""


def read_feed(response: Response, feed: Feed, site: Site) -> ListPage | None:
    """The articles of a feed and the page after it; None when it is not a feed."""
    skipped: Counter[str] = Counter()
    content = parse_feed(response.body, header(response, "Content-Type"), skipped)
    if content is None:
        return None
    entries = list(articles(content, response.url, site, skipped))
    number = meta(response).get("page", 0) if response.request else 0
    after: list[Request] = []
    if feed.numbered:
        after = [pages.page(feed, number + 1, site.home)] if entries else []
    else:
        urls = (admitted(url, response.url, site, skipped) for url in content.older)
        next_one = next((url for url in urls if url and site.lists_at(url, response.url)), None)
        after = [pages.after(feed, next_one, number)] if next_one else []
    return ListPage(entries, after, skipped=skipped)


def parse_feed(
    body: bytes, content_type: str | None = None, skipped: Counter[str] | None = None
) -> ParsedFeed | None:
    """The content of a feed in RSS, Atom or JSON; None when the body is not a feed.

    The dates that feedparser parses (``published_parsed``) are not used: it invents days if the text names
    none. In a feed that is not well-formed, each entry is parsed by itself, so that a fault in one entry does
    not affect the others. ``skipped`` counts what is left out.
    """
    skipped = Counter() if skipped is None else skipped
    data = _data(body, content_type, skipped)
    if not _ROOT.search(data) and (result := _json(body, content_type, skipped)):
        return result
    failed: Counter[str] = Counter()
    whole = _parse(data, failed)
    if not whole.get("bozo") or not _ENTRY.search(data):
        skipped += failed
        return ParsedFeed(_older(whole), whole.entries) if whole.get("version") else None
    head, *parts = _split(data, skipped)
    around = [name for name in _AROUND.findall(head) if b"</" + name not in head]
    end = b"".join(b"</%s>" % name for name in reversed(around))
    frame = _parse(head + end, skipped)
    if not (frame.get("version") or whole.get("version")):
        return None
    result = ParsedFeed(_older(frame), [])
    for part in parts[:ENTRIES]:
        result.entries += _parse(head + part + end, skipped).get("entries", [])
    if len(parts) > ENTRIES:
        skipped["too_many"] += len(parts) - ENTRIES
    return result


def _older(whole: Any) -> list[str]:
    links = whole.feed.get("links", [])
    return [link["href"] for link in links if link.get("rel") in _OLDER and link.get("href")]


def _data(body: bytes, content_type: str | None, skipped: Counter[str]) -> bytes:
    """The XML of a feed up to its end tag, with all its prefixes declared."""
    kept: list[bytes] = []
    left = LONGEST
    for piece in utf8(body, content_type, skipped):
        if len(piece) > left:
            skipped["cut"] = 1
            kept.append(piece[: max(0, piece.rfind(b"<", 0, left))])
            break
        kept.append(piece)
        left -= len(piece)
    data = b"".join(kept)
    end = max(data.rfind(end) for end in (b"</rss>", b"</feed>", b"</rdf:RDF>"))
    if end >= 0 and (end := data.index(b">", end) + 1) < len(data):
        data = data[:end]
    if data.startswith(b"<channel>"):
        data = b"<rss version='2.0'>" + data + b"</rss>"
    root = _ROOT.match(data)
    declared = _declared(data) if root else b""
    return data[: root.end()] + declared + data[root.end() :] if root and declared else data


def _declared(data: bytes) -> bytes:
    """The namespaces of the prefixes that a feed uses and does not declare."""
    used = {match[1] for match in _PREFIX.finditer(data)}
    undeclared = sorted(prefix for prefix in used if b"xmlns:%s=" % prefix not in data)
    return b"".join(
        b" xmlns:%s='%s'" % (prefix, _NAMESPACES.get(prefix.rstrip(b"0123456789"), b"urn:" + prefix))
        for prefix in undeclared
    )


def _json(body: bytes, content_type: str | None, skipped: Counter[str]) -> ParsedFeed | None:
    """A JSON feed (https://www.jsonfeed.org/version/1.1/); None when the body is not one."""
    counts: Counter[str] = Counter()
    try:
        document = jsontext.find(text(body, content_type, LONGEST, counts), counts)
    except ValueError:
        return None
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version")):
        return None
    items = [item for item in _list(document.get("items")) if isinstance(item, dict)]
    skipped += counts
    if len(items) > ENTRIES:
        skipped["too_many"] += len(items) - ENTRIES
    older = document.get("next_url")
    return ParsedFeed(
        [older] if isinstance(older, str) else [],
        [
            {ours: item[theirs] for theirs, ours in _JSON.items() if isinstance(item.get(theirs), str)}
            for item in items[:ENTRIES]
        ],
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _parse(data: bytes, skipped: Counter[str]) -> Any:
    import feedparser  # only here: it is slow to import, and most processes never read a feed

    # A stream, because feedparser mistakes bytes that look like a path or an address for one.
    try:
        return feedparser.parse(
            BytesIO(data),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # on odd values its own handlers raise exceptions of any class
        skipped["unreadable"] += 1
        return feedparser.FeedParserDict(bozo=True, feed=feedparser.FeedParserDict(), entries=[])


def _split(data: bytes, skipped: Counter[str]) -> list[bytes]:
    """The text before the first entry and after the last one, then each entry up to the next.

    An entry that is cut off ends with its last whole element.
    """
    starts = [hit.start() for hit in _ENTRY.finditer(data)]
    head, *parts = [data[start:end] for start, end in pairwise([0, *starts, len(data)])]
    last = parts.pop()
    is_cut = not _END.search(last)
    if end := _ENTRY_END.search(last):
        head += b"".join(_LINK.findall(last[end.end() :]))  # the link to the older page may be there
        last = last[: end.end()]
    elif is_cut:
        last = whole[0] if (whole := _WHOLE.match(last)) else b""
    if is_cut:
        skipped["cut"] = 1
    return [head, *parts, _END.sub(b"", last)]


def articles(content: ParsedFeed, base: str, site: Site, skipped: Counter[str]) -> Iterator[Entry]:
    """The articles of a feed, in its order; addresses that are refused are counted in ``skipped``."""
    for item in content.entries:
        # A feed that a service passes on has the newspaper's own address in addition to the service's.
        links = [link for name in _LINKS if (link := item.get(name)) and link.strip()]
        if not links:
            skipped["no_address"] += 1
        refused: Counter[str] = Counter()
        urls = [admitted(link, base, site, refused if link is links[0] else Counter()) for link in links]
        if url := next((url for url in urls if url and site.wants(url)), None):
            yield entry(
                url,
                site,
                date=item.get("published"),
                # ``get`` would return the date of publication if there is no date of change.
                modified=item.get("updated") if "updated" in item else None,
                title=item.get("title"),
                origin=base,
                skipped=skipped,
            )
        else:
            skipped += refused
